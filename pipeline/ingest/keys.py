"""What places a response: its workspace, its facility, its own id and its day. None of them may be blank or destroyed.

A spreadsheet that saves an export again can destroy a key: `1E+05` has lost its digits, `MAR05` has become a date.
Dates are days; the time of day is fake. Read are 2022-03-17 (with a time or without), 17/03/2022, and the day numbers
of spreadsheets (44637); 3/17/2022 only where some date of the file cannot be day/month.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.column import Column
from pipeline.errors import ExportError
from pipeline.export import Export
from pipeline.export.grid import KEYS, is_blank, plain_code
from pipeline.ingest.cells import masked
from pipeline.spelling import western_digits

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ,].*)?")
_DAY_NUMBER = re.compile(r"(\d{5})(?:\.\d+)?")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E[+-]\d+", re.IGNORECASE)
_MADE_A_DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{2}")
_WHOLE = re.compile(r"(\d+)\.0+")
# The day that spreadsheets count from.
_DAY_ZERO = datetime.date(1899, 12, 30)


@dataclass(frozen=True)
class Days:
    """How the dates of a file are written: day before month or after it, and whether that had to be assumed."""

    day_first: bool
    is_assumed: bool

    def read(self, text: str) -> str | None:
        """The day as YYYY-MM-DD, or None if the text is no date."""
        plain = plain_code(western_digits(text))
        if found := _YEAR_FIRST.fullmatch(plain):
            return _day(found[1], found[2], found[3])
        if found := _YEAR_LAST.fullmatch(plain):
            return _day(found[3], found[2], found[1]) if self.day_first else _day(found[3], found[1], found[2])
        if found := _DAY_NUMBER.fullmatch(plain):
            return (_DAY_ZERO + datetime.timedelta(days=int(found[1]))).isoformat()
        return None


def days(export: Export, columns: Iterable[str]) -> Days:
    """How the dates in some columns of an export are written; two orders in one file are an ExportError."""
    present = [name for name in columns if name in export.columns]
    first, second = (_first_row(export, present, part) for part in (1, 2))
    if first and second:
        raise ExportError(
            f"{export.name}: dates are written day/month ({first}) and month/day ({second}); write them as YYYY-MM-DD"
        )
    slashed = any(export.columns[name].where(lambda text: _over_twelve(text, 0)).any() for name in present)
    return Days(day_first=not second, is_assumed=slashed and not first and not second)


def keys(export: Export, written: Days) -> dict[str, Column]:
    """The key columns of an export, each cell as `records` has it; a cell that places nothing is an ExportError."""
    for name in KEYS:
        _refuse(export, name, is_blank, "is blank; fill it in, or export again")
    for name in ("subject_id", "external_id"):
        _refuse(
            export,
            name,
            _is_destroyed,
            "is no id any more: a spreadsheet changed it; export again, and do not save it there",
        )
    _refuse(export, "date", lambda text: written.read(text) is None, "is no date; write it as YYYY-MM-DD")
    found = {name: export.columns[name].mapped(_id) for name in ("subject_id", "external_id")}
    found["workspace_id"] = export.columns["workspace_id"].mapped(lambda text: text.replace("\xa0", " ").strip())
    found["date"] = export.columns["date"].mapped(lambda text: written.read(text) or "")
    return found


def doubts(export: Export, written: Days) -> list[str]:
    """What was read but may have been changed before: for a person to look at."""
    found = []
    if written.is_assumed:
        found.append(f"{export.name}: no date tells whether it is day/month or month/day; read as day/month")
    if export.reading.get("encoding") == "Windows-1256":
        found.append(
            f"{export.name}: in Windows-1256, which lacks Kurdish letters; some may have become question marks"
        )
    ids = export.columns["subject_id"].distinct()
    shortest = min((len(text) for text in ids if not text.isdecimal()), default=0)
    short = export.columns["subject_id"].where(lambda text: text.isdecimal() and len(text) < shortest)
    if short.any():
        rows = export.rows[short]
        found.append(
            f"{export.name}, row {rows[0]}, column subject_id: digits only, and shorter than every other id "
            f"({len(rows)} such rows); a spreadsheet may have cut leading zeros"
        )
    return found


def _refuse(export: Export, name: str, is_unfit: Callable[[str], bool], cause: str) -> None:
    unfit = export.columns[name].where(is_unfit)
    if not unfit.any():
        return
    index = int(np.flatnonzero(unfit)[0])
    text = export.columns[name].taken(np.array([index])).texts()[0].as_py()
    more = f" (and {unfit.sum() - 1} more rows)" if unfit.sum() > 1 else ""
    shown = f"{masked(text)!r} " if text.strip() else ""
    raise ExportError(
        f"{export.name}, row {export.rows[index]}, column {export.places[name]} ({name}): {shown}{cause}{more}"
    )


def _is_destroyed(text: str) -> bool:
    plain = western_digits(text).strip()
    return bool(_SCIENTIFIC.fullmatch(plain) or _MADE_A_DATE.fullmatch(plain))


def _id(text: str) -> str:
    plain = plain_code(western_digits(text).replace("\xa0", " "))
    whole = _WHOLE.fullmatch(plain)
    return whole[1] if whole else plain


def _over_twelve(text: str, part: int) -> bool:
    """Whether one part of a date written with the year last is no month; part 0: whether it is written so at all."""
    found = _YEAR_LAST.fullmatch(plain_code(western_digits(text)))
    return found is not None and (part == 0 or int(found[part]) > 12)


def _first_row(export: Export, names: Iterable[str], part: int) -> str:
    """The first cell with a date whose first or second part is no month; blank if there is none."""
    for name in names:
        late = export.columns[name].where(lambda text: _over_twelve(text, part))
        if late.any():
            return f"row {export.rows[late][0]}, column {name}"
    return ""


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
