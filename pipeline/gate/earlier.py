"""Rules on `records` that hold a round against its baseline: facilities gone and new, and what changed much since.

Whatever is a slip in one of the two rounds, or news for the country, is a question to the directorate. Without a
baseline nothing is held against anything, and a finding says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline import baseline as baselines
from pipeline.codebook import Question
from pipeline.decisions import excluded
from pipeline.gate.case import Case, Flags, Offences

ID = "subject_id"
METRES_PER_DEGREE = 111_200
AVAILABLE = "available"

Numbers = npt.NDArray[np.float64]


def earlier_list_known(case: Case) -> pd.DataFrame:
    """That the round was not held against an earlier list of facilities, since there is none."""
    found = Offences()
    if case.baseline.empty:
        what = "not checked: there is no earlier list of facilities to hold the round against"
        found.add_whole("", what, "the facilities of the last round in data/baselines/")
    return found.frame()


def facilities_still_there(case: Case) -> pd.DataFrame:
    """Facilities of the last list, but for closed ones, of which there is no answer; a silent directorate once."""
    found = Offences()
    listed = case.baseline
    gone = listed[~np.isin(np.arange(len(listed)), _place(case)) & (listed["status"] != baselines.NOT_EXPECTED)]
    gone = gone[~gone["facility_id"].isin(list(excluded(case.decisions)))]
    silent = ~gone["directorate"].isin(set(case.placed["directorate"]))
    one = gone[~silent]
    found.add_absent(one, ID, _named(one), "an answer: the last list has it")
    for slug, rows in gone[silent].groupby("directorate"):
        about = pd.DataFrame({"facility_id": [""], "directorate": [str(slug)], "sector": [""]})
        found.add_absent(about, ID, f"none of {len(rows)} facilities", "the facilities of the last list")
    return found.frame()


def facilities_on_earlier_list(case: Case) -> pd.DataFrame:
    """Facilities that the last list does not have."""
    found = Offences()
    if not case.baseline.empty:
        texts = {name: _text(case, name) for name in ("ministry_code", "name_en", "name_local")}
        found.add(_place(case) < 0, ID, _named(pd.DataFrame(texts)), "a facility of the last list")
    return found.frame()


def state_as_before(case: Case, turned: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Fields that turned to one of some words, or away from them, since the last list."""
    found = Offences()
    for name, words in turned.items():
        now, before = case.words(name).to_numpy(dtype=object), _before(case, name)
        column = case.column_of(name)
        known = _answered(case, name, before)
        if column:
            differs = known & (np.isin(now.astype(str), words) != np.isin(before.astype(str), words))
            found.add(differs, column, case.records[column], _was(before))
    return found.frame()


def type_as_before(case: Case) -> pd.DataFrame:
    """Facilities of another type than on the last list."""
    found = Offences()
    column = case.column_of("type")
    if column:
        before = _before(case, "type")
        differs = _answered(case, "type", before) & (case.words("type").to_numpy(dtype=object) != before)
        found.add(differs, column, case.records[column], _was(before))
    return found.frame()


def place_as_before(case: Case, metres: int, but_types: Sequence[str]) -> pd.DataFrame:
    """Places more than so many metres from those of the last list, but for types that move about."""
    found = Offences()
    columns = [case.column_of(name) for name in baselines.PLACE]
    if not all(columns):
        return found.frame()
    latitude, longitude = (case.numbers(str(column)) for column in columns)
    then = [_before(case, name).astype(float) for name in baselines.PLACE]
    east = (longitude - then[1]) * np.cos(np.radians((latitude + then[0]) / 2))
    away = METRES_PER_DEGREE * np.hypot(latitude - then[0], east)
    fixed = ~case.words("type").isin(list(but_types)).to_numpy(dtype=bool)
    told = case.records[str(columns[0])] + " " + case.records[str(columns[1])]
    expected = [
        f"was {then[0][row]:.6f} {then[1][row]:.6f} on the last list, {away[row] / 1000:.0f} km away" if at else ""
        for row, at in enumerate(away > metres)
    ]
    found.add(fixed & (away > metres), str(columns[0]), told, expected)
    return found.frame()


def number_as_before(case: Case, number: str, factor: int, at_least: int) -> pd.DataFrame:
    """Numbers so many times greater or smaller than on the last list, where both are at least so great."""
    now, before = present(case)[number].to_numpy(), _before(case, number).astype(float)
    great = (now >= at_least) & (before >= at_least)
    return _changed(case, number, great & ((now >= factor * before) | (before >= factor * now)))


def number_not_fallen(case: Case, number: str, factor: int, at_least: int) -> pd.DataFrame:
    """Numbers that fell to a fraction of those on the last list, where those were at least so great."""
    now, before = present(case)[number].to_numpy(), _before(case, number).astype(float)
    return _changed(case, number, (before >= at_least) & (before >= factor * now))


def present(case: Case) -> pd.DataFrame:
    """The counts of a baseline as the records have them now; missing where nobody has answered."""
    return pd.DataFrame(case.once("present", lambda: {name: COUNTS[name](case) for name in baselines.COUNTS}))


def _changed(case: Case, number: str, where: Flags) -> pd.DataFrame:
    found = Offences()
    if where.any():
        found.add(where, _weightiest(case, number), _whole(present(case)[number]), _was(_whole(_before(case, number))))
    return found.frame()


def _weightiest(case: Case, number: str) -> Any:
    """For each facility the column that a sum owes most to: where a slip is looked for first."""
    columns = [column for question in _parts(case, number) for column in case.answered(question)]
    counts = np.stack([_counted(case, number, column) for column in columns])
    return np.array(columns, dtype=object)[np.nan_to_num(counts, nan=-1.0).argmax(axis=0)]


def _counted(case: Case, number: str, column: str) -> Numbers:
    """What a column adds; a service that is lacking comes first, for it is what made the number fall."""
    if number != "services_available":
        return case.numbers(column)
    question = case.codebook.by_column[column]
    lacking = case.filled[column] & (case.records[column].map(question.canonical) != AVAILABLE).to_numpy(dtype=bool)
    return lacking.astype(float)


def _parts(case: Case, number: str) -> list[Question]:
    """The questions whose answers make a number of the list."""
    if number == "services_available":
        return [item for item in case.codebook.items if item.field == "answers.service"]
    if number == "staff":
        return [q for field in ("staff.women", "staff.men") for q in case.codebook.having_field(field)]
    fields = baselines.BEDS if number == "beds" else (number,)
    return [q for name in fields if (q := case.codebook.of_field(f"facilities.{name}"))]


def _sum(number: str) -> Callable[[Case], Numbers]:
    def made(case: Case) -> Numbers:
        parts = [case.numbers(column) for q in _parts(case, number) for column in case.answered(q)[:1]]
        known = np.stack(parts) if parts else np.full((1, len(case.records)), np.nan)
        return np.where(np.isnan(known).all(axis=0), np.nan, np.nansum(known, axis=0))

    return made


def _catchment(case: Case) -> Numbers:
    """The population that a facility serves; 0 means that nobody knows it."""
    found = _sum("catchment_population")(case)
    return np.where(found == 0, np.nan, found)


def _services(case: Case) -> Numbers:
    count, given = np.zeros(len(case.records)), np.zeros(len(case.records), dtype=bool)
    for item in _parts(case, "services_available"):
        for column in case.answered(item):
            count += case.records[column].map(item.canonical).eq(AVAILABLE).to_numpy(dtype=bool)
            given |= case.filled[column] & ~case.unknown(item, column)
    return np.where(given, count, np.nan)


COUNTS: Mapping[str, Callable[[Case], Numbers]] = {
    "catchment_population": _catchment,
    "beds": _sum("beds"),
    "staff": _sum("staff"),
    "services_available": _services,
}


def _place(case: Case) -> npt.NDArray[np.int64]:
    """The row of the baseline that each record is, -1 where it is new."""

    def made() -> npt.NDArray[np.int64]:
        placed, code = case.placed, _text(case, "ministry_code")
        return baselines.matched(placed["facility_id"], placed["directorate"], code, case.baseline)

    found: npt.NDArray[np.int64] = case.once("place", made)
    return found


def _before(case: Case, name: str) -> npt.NDArray[Any]:
    """What the list says of each record's facility: NaN where it says nothing, or where two records have its id."""
    place = pd.Series(_place(case))
    alone = (place >= 0) & ~place.duplicated(keep=False)
    return case.baseline[name].reindex(place.where(alone, len(case.baseline))).to_numpy(dtype=object)


def _answered(case: Case, name: str, before: npt.NDArray[Any]) -> Flags:
    """Where both the list and the records have a word of the codebook for a field."""
    question = case.codebook.of_field(f"facilities.{name}")
    known = set(question.canonical.values()) if question else set()
    return np.isin(before.astype(str), list(known)) & (case.words(name) != "").to_numpy(dtype=bool)


def _text(case: Case, name: str) -> pd.Series:
    column = case.column_of(name)
    return case.records[column].astype(str) if column else pd.Series("", index=case.records.index, dtype=str)


def _named(rows: pd.DataFrame) -> pd.Series:
    """Code and name of each facility, as a person tells them apart."""
    name = rows["name_en"].where(rows["name_en"] != "", rows["name_local"])
    return (rows["ministry_code"] + " " + name).str.strip()


def _whole(numbers: Any) -> npt.NDArray[Any]:
    known = pd.Series(numbers, dtype=float)
    return known.map(lambda number: f"{number:.0f}").to_numpy(dtype=object)


def _was(before: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """How a finding tells what the last list said."""
    return np.array([f"was {word} on the last list" for word in before], dtype=object)
