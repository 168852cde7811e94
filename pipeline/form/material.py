"""What a codebook is drafted from: an export with question texts, or a file of codes beside its twin of texts.

The two files of a pair are matched response by response, so that each cell shows a code and what it is written as.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline.errors import ExportError
from pipeline.export import Export
from pipeline.export.grid import is_blank
from pipeline.spelling import fold, western_digits

# LimeSurvey's codes of options; anything else in a cell is words, a number or a date.
CODE = re.compile(r"A\d{1,3}|-oth-|[YN]|SQ\d{3}")
NUMBER = re.compile(r"[+-]?\d+(?:\.(\d+))?")
DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[T ].*)?|\d{1,2}/\d{1,2}/\d{4}(?:[T ,].*)?")
TICKED = frozenset(map(fold, ("1", "Y", "Yes", "Oui", "Sí", "نعم", "بەڵێ")))
NOT_TICKED = frozenset(map(fold, ("0", "N", "No", "Non", "لا", "نەخێر")))
PLATFORM = ("external_id", "last_synced", "workspace_id", "subject_id", "date")

# `Causes of damage Rank 2...35`: the rank is in the column's name, and the last number is what a program added.
_REPEATED = re.compile(r"\.{2,}\d+$")
_RANK = re.compile(r"[\s\-–:.,]*[(\[]?\b(?:rank|rang|classement|الترتيب|المرتبة|پلە)\s*\d+[)\]]?$", re.IGNORECASE)
_MARKUP = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Material:
    """The cells of an export as they were received, and beside each of them what the twin has in its place.

    `told` and `worded` have the same rows and columns; without a twin they are the same. A blank cell is an empty text.
    """

    told: pd.DataFrame
    worded: pd.DataFrame
    texts: Mapping[str, str]
    has_twin: bool
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The codes of the columns, in the order of the export."""
        return tuple(self.told.columns)

    def pairs(self, column: str) -> Counter[tuple[str, str]]:
        """How often each answer of a column was seen, as (received, written in the twin)."""
        return self._pairs[column]

    @cached_property
    def _pairs(self) -> dict[str, Counter[tuple[str, str]]]:
        found = {}
        for name in self.columns:
            counted = Counter(zip(self.told[name].to_numpy(object), self.worded[name].to_numpy(object), strict=True))
            found[name] = Counter({(told, worded): count for (told, worded), count in counted.items() if told})
        return found

    def text(self, column: str) -> str:
        """The question text above a column, without what a program or a layout added to it."""
        return clean_text(self.texts.get(column, ""))


def material(export: Export, twin: Export | None) -> Material:
    """The material in an export, or in two that hold the same responses; which of the two has the codes is seen."""
    if twin is None:
        cells = _cells(export)
        return Material(cells, cells, dict(export.texts), has_twin=False)
    if _coded(export) < _coded(twin):
        export, twin = twin, export
    told, worded = _matched(export, twin)
    texts = {**twin.texts, **export.texts}
    return Material(told, worded, texts, has_twin=True, notes=_notes(export, twin, told, worded))


def clean_text(text: str) -> str:
    """A text in one line, without markup, `Rank 3`, `...34` or blanks that nobody sees."""
    plain = " ".join(_MARKUP.sub(" ", text.replace("\xa0", " ").replace("\u200b", "")).split())
    return _RANK.sub("", _REPEATED.sub("", plain)).strip().removesuffix(":").rstrip()


def is_number(text: str) -> bool:
    """Whether a cell is a number, in any digits."""
    return bool(NUMBER.fullmatch(western_digits(text.strip())))


def is_whole(text: str) -> bool:
    """Whether a cell is a whole number, `3.0000000000` too."""
    found = NUMBER.fullmatch(western_digits(text.strip()))
    return found is not None and not (found[1] or "").strip("0")


def is_ticked(text: str) -> bool:
    """Whether a cell says that an option is ticked."""
    return _tick_word(text) in TICKED


def is_tick(text: str) -> bool:
    """Whether a cell says that an option is ticked or not."""
    return _tick_word(text) in TICKED | NOT_TICKED


def _tick_word(text: str) -> str:
    plain = western_digits(text.strip())
    return plain.partition(".")[0] if is_whole(plain) else fold(plain)


def _cells(export: Export) -> pd.DataFrame:
    frame = export.frame()
    return frame.mask(frame.map(is_blank), "").astype(str)


def _coded(export: Export) -> int:
    """How many columns hold codes of options."""
    return sum(any(CODE.fullmatch(text) for text in column.distinct()) for column in export.columns.values())


def _matched(export: Export, twin: Export) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cells of both files, the same response in the same row."""
    told, worded = _cells(export), _cells(twin)
    for named_by in (_by_response, _by_facility_and_day, _by_place):
        here, there = named_by(told), named_by(worded)
        common = here[here.isin(there)]
        if here.is_unique and there.is_unique and len(common) and _agree(told, worded, here, there):
            told, worded = told.set_axis(here), worded.set_axis(there)
            return told.loc[common], worded.reindex(index=common, columns=told.columns, fill_value="")
    raise ExportError(
        f"{export.name} and {twin.name} do not hold the same responses ({len(told)} and {len(worded)} rows, matched by "
        "external_id, by subject_id and date, by place): export both again, at one time"
    )


def _by_response(cells: pd.DataFrame) -> pd.Index:
    return pd.Index(cells["external_id"].str.strip())


def _by_facility_and_day(cells: pd.DataFrame) -> pd.Index:
    # The two files may differ in the seconds of the date, which are not true anyway.
    return pd.Index(cells["subject_id"].str.strip() + "\t" + cells["date"].str.slice(0, 10))


def _by_place(cells: pd.DataFrame) -> pd.Index:
    return pd.RangeIndex(len(cells))


def _agree(told: pd.DataFrame, worded: pd.DataFrame, here: pd.Index, there: pd.Index) -> bool:
    """Whether rows of the same name are about the same facility; numbers that only look like ids are not."""
    subjects = told["subject_id"].str.strip().set_axis(here)
    others = worded["subject_id"].str.strip().set_axis(there)
    common = here[here.isin(there)]
    return bool((subjects[common] == others[common]).all())


def _notes(export: Export, twin: Export, told: pd.DataFrame, worded: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    rows = max(len(export.rows), len(twin.rows))
    if len(told) < rows:
        notes.append(f"only {len(told)} of {rows} responses stand in both files")
    for here, there in ((export, twin), (twin, export)):
        alone = [name for name in here.columns if name not in there.columns]
        if alone:
            notes.append(f"{len(alone)} columns stand in {here.name} only: {', '.join(alone[:8])}")
    both = [name for name in told if name in twin.columns]
    one_sided = int(((told[both] == "") != (worded[both] == "")).to_numpy().sum())
    if one_sided:
        notes.append(f"{one_sided} cells are filled in one of the two files only")
    return tuple(notes)
