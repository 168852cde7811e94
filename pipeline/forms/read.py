"""An XLSForm that was edited in a spreadsheet, as the codebook that it stands for; nothing in it is lost in silence.

The form is made again of that codebook and held against the file: a cell that would come out otherwise is a fault, be
it in a row that is made of another one, a column that a codebook does not have, or a filter of somebody's own. A row
that is made may be left out: a new ranked question is one row of the type `rank LIST`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from pipeline.codebook import rows_of
from pipeline.errors import CodebookError
from pipeline.forms.book import read
from pipeline.forms.check import faults as faults_of
from pipeline.forms.sheets import HEADS, NAMES, Fault, Sheets, refuse
from pipeline.forms.xlsform import CHOICES_SHEET, OF, OUR_CHOICES, STANDS, Material, restored, xlsform

# A form that was not written here lacks them.
MAY_BE_ABSENT = {"survey": (STANDS, "choice_filter", "appearance"), "choices": (STANDS, "directorate", "written")}
MISSING = "this column is missing"


def imported(form: str, name: str, content: bytes, material: Material) -> Sheets:
    """The codebook of an edited XLSForm; all that is wrong with it is a CodebookError at once."""
    frames, found = read(name, content, (*NAMES, CHOICES_SHEET))
    lacking = [sheet for sheet in NAMES if sheet not in frames]
    if lacking:
        raise CodebookError(f"{name} has no sheet {', '.join(lacking)}: is it an XLSForm?")
    found += [Fault(sheet, 1, head, MISSING) for sheet in NAMES for head in _needed(sheet) if head not in frames[sheet]]
    refuse(found, form)
    sheets = _restored(form, frames)
    refuse(faults_of(sheets), form)
    refuse(list(_lost(frames, sheets, material)), form)
    return sheets


def _needed(sheet: str) -> Sequence[str]:
    return ("list_name", "name") if sheet == "choices" else ("type", "name") if sheet == "survey" else ("form_id",)


def _restored(form: str, frames: Mapping[str, pd.DataFrame]) -> Sheets:
    survey, choices = (_with(frames[name], MAY_BE_ABSENT[name]) for name in ("survey", "choices"))
    rows = dict(zip(survey.index, rows_of(survey), strict=True))
    made: dict[str, list[dict[str, str]]] = {}
    for row in rows.values():
        if row[STANDS].startswith(OF):
            made.setdefault(row[STANDS].removeprefix(OF), []).append(row)
    back = {number: restored(row, made.get(row["name"], [])) for number, row in rows.items()}
    kept = {number: row for number, row in back.items() if row is not None}
    survey = pd.DataFrame(kept.values(), index=list(kept), columns=list(HEADS["survey"]), dtype=str)
    return Sheets(form, survey, _choices(choices, frames), _with(frames["settings"], HEADS["settings"], is_all=True))


def _choices(choices: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The options with our columns, which lie in a sheet of their own or, in a form of others, nowhere."""
    ours = _with(frames.get(CHOICES_SHEET, pd.DataFrame(dtype=str)), OUR_CHOICES, is_all=True)
    known = {(row["list_name"], row["name"]): row for row in rows_of(ours)}
    asked = choices[~choices[STANDS].str.startswith(OF)]
    rows = [{**known.get((row["list_name"], row["name"]), {}), **row} for row in rows_of(asked)]
    cells = [[row.get(head, "") for head in HEADS["choices"]] for row in rows]
    return pd.DataFrame(cells, index=asked.index, columns=list(HEADS["choices"]), dtype=str)


def _with(frame: pd.DataFrame, heads: Sequence[str], is_all: bool = False) -> pd.DataFrame:
    whole = frame.assign(**{head: "" for head in heads if head not in frame})
    return whole[list(heads)] if is_all else whole


def _lost(frames: Mapping[str, pd.DataFrame], sheets: Sheets, material: Material) -> Iterator[Fault]:
    """The cells of the file that its codebook would not give back."""
    for name, (heads, *rows) in xlsform(sheets, material).items():
        frame = frames.get(name, pd.DataFrame(columns=heads, dtype=str))
        keys = [head for head in ("list_name", "name") if head in heads]
        again = {_key(row, keys): row for row in (dict(zip(heads, cells, strict=True)) for cells in rows)}
        for number, row in zip(frame.index, rows_of(frame), strict=True):
            made = again.get(_key(row, keys))
            if row.get("type") == "end_group":
                continue
            if made is None:
                yield Fault(name, int(number), "name", "belongs to no row of the form")
                continue
            # What somebody wrote into a row of their own was taken as it is, and may come out in other words.
            taken = () if row.get(STANDS, "") or name == CHOICES_SHEET else HEADS[name]
            yield from (
                Fault(name, int(number), head, _why(row, made.get(head)))
                for head, text in row.items()
                if head not in taken and text != ("" if taken else made.get(head, ""))
            )


def _key(row: Mapping[str, str], keys: Sequence[str]) -> tuple[str, ...]:
    return (*(row.get(key, "") for key in keys), "end" if row.get("type") == "end_group" else "")


def _why(row: Mapping[str, str], made: str | None) -> str:
    """Why a cell would be lost, and what to do."""
    stands = row.get(STANDS, "")
    if stands.startswith(OF):
        return f"this row is made of {stands.removeprefix(OF)}: change that one, and leave {made!r} here"
    if made is None:
        return "a codebook has no such column, so this would be lost: empty it, and write it elsewhere"
    return f"would be lost: a codebook makes {made!r} of this row"
