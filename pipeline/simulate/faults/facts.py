"""Faults about who reports, where and when: dates, directorates, sectors, ids, codes; and of columns and responses."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from pipeline.errors import UsageError
from pipeline.simulate.faults.draft import Cells, Draft, beside, each, everyone
from pipeline.simulate.tables import Flags, Texts

OLD_DATE, NO_CODE = "2009-01-01", "0000"
# Before any round that is simulated.
EARLIER = "2022-01-15"
FEDERAL_CODE = re.compile(r"([A-Z]{2}(?:_[A-Z]{2}){1,2})_([A-Z]{3})_\d+")
FIRST_NUMBER = 90_000  # of a made-up code: no simulated one is so high


def federal(draft: Draft) -> Flags:
    """Where the ministry code is a federal one, of a type that has a class."""
    codes = pd.Series(draft.texts(draft.column("ministry_code")))
    return codes.str.fullmatch(FEDERAL_CODE).to_numpy(dtype=bool) & ~draft.is_("type", "other", "")


def _code(draft: Draft, row: int) -> tuple[str, str]:
    """Class and suffix of a federal code."""
    found = FEDERAL_CODE.fullmatch(draft.texts(draft.column("ministry_code"))[row])
    return (found[1], found[2]) if found else ("", "")


def _suffixes(draft: Draft) -> list[str]:
    return sorted({_code(draft, int(row))[1] for row in np.flatnonzero(federal(draft))})


def _of_another_directorate(draft: Draft, row: int) -> Cells:
    kind, suffix = _code(draft, row)
    other = min([known for known in _suffixes(draft) if known != suffix], default="ZZZ")
    return {draft.column("ministry_code"): f"{kind}_{other}_{FIRST_NUMBER + row}"}


def _of_another_class(draft: Draft, row: int) -> Cells:
    kind, suffix = _code(draft, row)
    return {draft.column("ministry_code"): f"{'HF_HH' if kind == 'SH_HO' else 'SH_HO'}_{suffix}_{FIRST_NUMBER + row}"}


def _class_and_directorate(draft: Draft) -> Texts:
    codes = draft.texts(draft.column("ministry_code"))
    return np.array([code.rpartition("_")[0] for code in codes], dtype=object)


def _code_of(draft: Draft, row: int, other: int) -> Cells:
    column = draft.column("ministry_code")
    return {column: str(draft.texts(column)[other])}


def _told(draft: Draft, text: str) -> Cells:
    return {draft.column("directorate_sector"): text}


def _in_several_sectors(draft: Draft) -> Flags:
    told = pd.Series(draft.texts(draft.column("directorate_sector")))
    return (told.groupby(draft.office).transform("nunique") > 1).to_numpy(dtype=bool)


def _another_sector(draft: Draft, row: int) -> Cells:
    told = draft.texts(draft.column("directorate_sector"))
    return _told(draft, min(text for text in told[draft.office == draft.office[row]] if text != told[row]))


def share_ids(draft: Draft, fault: str, count: int) -> None:
    """Gives facilities the platform id of a facility of another directorate: both are told."""
    for _ in range(count):
        (row,) = draft.pick(fault, everyone(draft), 1)
        (other,) = draft.pick(fault, draft.office != draft.office[row], 1)
        draft.put(row, {"subject_id": str(draft.texts("subject_id")[other])})


def leave_out(draft: Draft, fault: str, count: int) -> None:
    """Takes all responses of some directorates away."""
    offices = np.unique(draft.office.astype(str))
    if count >= len(offices):
        raise UsageError(f"the export has {len(offices)} directorates: {count} cannot be absent")
    gone = draft.dice.stream(f"fault/{fault}").permutation(offices)[:count]
    draft.absent |= set(np.flatnonzero(np.isin(draft.office.astype(str), gone)).tolist())


def _columns(draft: Draft, fault: str, count: int) -> list[str]:
    """Some columns that no response is placed by, and that no condition needs."""
    known = [name for q in draft.codebook.items for name in q.columns]
    if count > len(known):
        raise UsageError(f"only {len(known)} columns can have the fault {fault!r}, not {count}")
    return [str(name) for name in draft.dice.stream(f"fault/{fault}").permutation(np.array(known))[:count]]


def drop_columns(draft: Draft, fault: str, count: int) -> None:
    """Takes some columns away."""
    draft.gone |= set(_columns(draft, fault, count))


def rename_columns(draft: Draft, fault: str, count: int) -> None:
    """Gives some columns another name."""
    draft.renamed |= {name: f"{name}n" for name in _columns(draft, fault, count)}


def add_columns(draft: Draft, fault: str, count: int) -> None:
    """Adds columns that no codebook has."""
    draft.new |= {f"NEW{number:03d}" for number in range(1, count + 1)}


def repeat_responses(draft: Draft, fault: str, count: int) -> None:
    """Gives some responses twice, with a different answer each time."""
    column = draft.column("catchment_population")
    for row in draft.pick(fault, draft.texts(column) != "", count):
        draft.again.append((row, {column: f"{draft.texts(column)[row]}0"}))


def copy_forward(draft: Draft, fault: str, count: int) -> None:
    """Gives some facilities an earlier response with the very same answers."""
    for row in draft.pick(fault, draft.texts(draft.column("building_condition")) != "", count):
        number = draft.texts("external_id")[row]
        draft.again.append((row, {"date": EARLIER + draft.texts("date")[row][10:], "external_id": f"0{number}"}))


old_date = each(everyone, lambda draft, row: {"date": OLD_DATE})
unknown_directorate = each(everyone, lambda draft, row: _told(draft, "Nowhere Health Department / Nowhere"))
unknown_sector = each(everyone, lambda draft, row: _told(draft, f"{draft.office[row]} / Nowhere"))
another_sector = each(_in_several_sectors, _another_sector)
code_of_another_directorate = each(federal, _of_another_directorate)
code_of_another_class = each(federal, _of_another_class)
no_code = each(everyone, lambda draft, row: {draft.column("ministry_code"): NO_CODE})
shared_code = beside(_class_and_directorate, federal, _code_of)
