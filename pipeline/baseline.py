"""Baselines: the facilities that a round is expected to cover, and how a round is held against them.

data/baselines/<round>.csv is an input of the round, as its decisions are: a row for each facility of the last list, or
its header only where there is no earlier list. The internal edition of the country's list (`herams facilities`, CSV) is
such a list too. Nothing in it is personal. A blank stands for what nobody knows.

A facility of the round is that of the list which has its id (the platform's, within a workspace), else that of its
directorate which has the same ministry code, where the code is a single one on both sides. Nothing fuzzy is matched.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import RegistryError, UsageError
from pipeline.places import Places, is_no_code
from pipeline.places import load as listed_places
from pipeline.project import Project
from pipeline.spelling import counted, fold

TEXTS = (
    "facility_id", "ministry_code", "name_en", "name_local", "type", "tier", "directorate", "sector", "status",
    "functionality", "building_condition",
)  # fmt: skip
PLACE = ("latitude", "longitude")
COUNTS = ("catchment_population", "beds", "staff", "services_available")
COLUMNS = (*TEXTS[:8], *PLACE, *TEXTS[8:], *COUNTS)
# What the country's list of facilities (`herams facilities`) tells besides; a round is not held against it.
BESIDE = (
    "lasting_id", "ownership", "management", "region", "governorate", "urban_rural", "first_listed", "closed_by",
    "same_as", "services",
)  # fmt: skip
BEDS = ("beds_icu", "beds_maternity", "beds_other")
NOT_EXPECTED = "closed"
MADE_OF = ("facilities", "answers", "staff")
SHOWN = 10
GUARDED = r"^'(?=[=+\-@\t\r\n])"

At = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Coverage:
    """How a round covers its baseline: facilities of the round by id, and the rows of the list that nobody answered."""

    expected: frozenset[str]
    """Facilities of the round that the list expects."""
    came: frozenset[str]
    """Those of them whose answers date from inside the round's window."""
    reopened: frozenset[str]
    """Facilities of the round that are closed on the list, and so were not expected."""
    new: frozenset[str]
    """Facilities of the round that are not on the list."""
    gone: pd.DataFrame
    """The rows of the list that are expected and stand in no row of the round."""


def empty() -> pd.DataFrame:
    """A list of no facilities: there is no earlier one."""
    return typed(pd.DataFrame(columns=list(COLUMNS), dtype=str))


def load(project: Project, round_name: str, reference: Places) -> pd.DataFrame:
    """The baseline of a round, checked; empty where there is no file."""
    path = project.baseline(round_name)
    if not path.is_file():
        return empty()
    return parse(project.read_text(path), project.relative(path), reference)


def write(project: Project, name: str, previous: str | None, file: Path | None) -> str:
    """Writes the list of facilities that a round should cover, of an earlier round or of a file; a line about it.

    With neither the list is empty, and the round is held against nothing. Nothing is written unless the list is sound.
    """
    if previous == name:
        raise UsageError(f"round {name!r} cannot be held against itself: name the round before it")
    of_stage = project.registry.baselines.get(name)
    if of_stage not in (None, previous):
        raise UsageError(f"the baseline of {name} is made of {of_stage} by a stage: `herams run --round {name}`")
    if file:
        listed = parse(_read(file), file.name, listed_places(project))
    else:
        listed = of_round(project, previous) if previous else empty()
    path = project.baseline(name)
    project.write_text(path, text(listed))
    closed = int((listed["status"] == NOT_EXPECTED).sum())
    count = counted(len(listed), "facility", "facilities")
    return f"{project.relative(path)}: {count}, {closed} of them closed and not expected"


def of_round(project: Project, previous: str) -> pd.DataFrame:
    """The list in the tables of an earlier round, which must be on the disk."""
    project.round(previous)
    missing = [name for name in MADE_OF if not project.table(previous, name).is_file()]
    if missing:
        raise UsageError(
            f"round {previous!r} has no tables {', '.join(missing)} on this disk: bring it up to date first "
            f"(`herams run --round {previous}`), or give its list with `herams round baseline ROUND --file LIST.csv`"
        )
    listed = of_tables(**{name: project.read_table(previous, name) for name in MADE_OF})
    strange = faults(listed.astype(object).where(listed.notna(), "").astype(str), listed_places(project))
    if strange:
        raise UsageError("\n".join([f"round {previous!r} makes no list:", *(f"- {told}" for told in strange)]))
    return listed


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UsageError(f"{path.name} is not UTF-8 (byte {problem.start}): save it as CSV in UTF-8") from problem


def parse(text: str, where: str, reference: Places) -> pd.DataFrame:
    """The list in a CSV text, by facility; all that is wrong with it is told at once, as one RegistryError."""
    try:
        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_filter=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        raise RegistryError(f"{where} is no CSV that can be read: {problem}") from problem
    problems = faults(frame, reference)
    if problems:
        raise RegistryError("\n".join([f"{where} is no list of facilities:", *(f"- {told}" for told in problems)]))
    # A text that a spreadsheet would run stands in the country's list behind an apostrophe.
    texts = {name: frame[name].str.replace(GUARDED, "", regex=True) for name in TEXTS}
    return typed(frame.assign(**texts))


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The list with numbers as numbers, sorted by facility."""
    numbers = {name: pd.to_numeric(frame[name], errors="coerce").astype(float) for name in (*PLACE, *COUNTS)}
    made = frame.assign(**numbers)[list(COLUMNS)]
    return made.sort_values("facility_id", kind="stable", ignore_index=True)


def faults(frame: pd.DataFrame, reference: Places) -> list[str]:
    """What is wrong with a list: columns, ids, directorates, numbers."""
    strange = sorted(set(frame.columns) - set(COLUMNS) - set(BESIDE))
    missing = [name for name in COLUMNS if name not in frame.columns]
    told = [f"unknown columns: {', '.join(map(str, strange))}"] if strange else []
    told += [f"missing columns: {', '.join(missing)}"] if missing else []
    if missing:
        return told
    ids = frame["facility_id"]
    told += _listed("rows without facility_id, lines", _lines(ids == ""))
    told += _listed("facility_id twice", ids[ids.duplicated() & (ids != "")])
    known = set(reference.directorates["slug"])
    told += _listed(
        "unknown directorate",
        frame.loc[~frame["directorate"].isin(known), "directorate"].map(lambda word: word or "(blank)"),
    )
    for name in (*PLACE, *COUNTS):
        numbers = pd.to_numeric(frame[name], errors="coerce")
        wrong = (frame[name] != "") & (numbers.isna() | ((numbers < 0) | np.isinf(numbers)))
        told += _listed(f"no number in {name}", frame.loc[wrong, name])
    return told


def of_tables(facilities: pd.DataFrame, answers: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """The list in the tables of a round. What nobody has answered is blank, never 0."""
    ids = facilities["facility_id"]
    beds = facilities[list(BEDS)].astype("Float64").sum(axis=1, min_count=1)
    people = staff[["women", "men"]].astype("Float64").sum(axis=1, min_count=1)
    heads = people.groupby(staff["facility_id"].astype(str)).sum(min_count=1)
    services = answers[answers["kind"].eq("service") & answers["state"].eq("answered")]
    there = services["answer"].eq("available").groupby(services["facility_id"].astype(str)).sum()
    made = facilities.assign(
        beds=beds,
        staff=ids.map(heads),
        services_available=ids.map(there),
    )
    numbers = {name: made[name].astype("Float64").to_numpy(float, na_value=np.nan) for name in (*PLACE, *COUNTS)}
    texts = {name: made[name].astype(object).fillna("").astype(str) for name in TEXTS}
    return typed(made.assign(**numbers, **texts))


def text(baseline: pd.DataFrame) -> str:
    """The list as it is written: counts as whole numbers, places as they are."""
    counts = {name: baseline[name].astype("Int64") for name in COUNTS}
    return baseline.assign(**counts).to_csv(index=False, lineterminator="\n")


def matched(facility_id: pd.Series, directorate: pd.Series, code: pd.Series, baseline: pd.DataFrame) -> At:
    """The row of the list that each facility of a round is, -1 for one that is not on it."""
    ids = pd.Index(baseline["facility_id"])
    found = np.asarray(ids.get_indexer(pd.Index(facility_id)), dtype=np.int64)
    mine, theirs = _keys(directorate, code), _keys(baseline["directorate"], baseline["ministry_code"])
    theirs = theirs.where(~np.isin(np.arange(len(baseline)), found), None)
    known = theirs.dropna()
    place = pd.Series(known.index, index=pd.Index(known))
    by_code = mine.map(place).fillna(-1).to_numpy(dtype=np.int64)
    return np.where(found < 0, by_code, found)


def coverage(
    facilities: pd.DataFrame, baseline: pd.DataFrame, window: tuple[str, str], left_off: Collection[str] = ()
) -> Coverage:
    """How the facilities of a round cover the list; `left_off` are those that a decision excludes: no answer counts."""
    kept = facilities[~facilities["facility_id"].isin(list(left_off))]
    ids = kept["facility_id"].astype(str)
    place = matched(ids, kept["directorate"].astype(str), kept["ministry_code"], baseline)
    closed = np.append(baseline["status"].eq(NOT_EXPECTED).to_numpy(dtype=bool), False)
    expected = (place >= 0) & ~closed[place]
    inside = kept["response_date"].astype(str).str[:10].between(*window).to_numpy(dtype=bool)
    there = np.isin(np.arange(len(baseline)), place)
    return Coverage(
        expected=frozenset(ids[expected]),
        came=frozenset(ids[expected & inside]),
        reopened=frozenset(ids[(place >= 0) & closed[place]]),
        new=frozenset(ids[place < 0]),
        gone=baseline[~there & ~closed[:-1]].reset_index(drop=True),
    )


def _keys(directorate: pd.Series, code: pd.Series) -> pd.Series:
    """Directorate and folded code of each row, where no other row has them; None where there is no such code."""
    codes = code.fillna("").astype(str)
    folded = codes.map({one: fold(one) for one in codes.unique()}).astype(str).reset_index(drop=True)
    keys = directorate.astype(str).reset_index(drop=True) + "\n" + folded
    usable = ~is_no_code(folded) & ~keys.duplicated(keep=False)
    return keys.astype(object).where(usable, None)


def _lines(where: pd.Series) -> pd.Series:
    return pd.Series(np.flatnonzero(where.to_numpy(dtype=bool)) + 2)


def _listed(what: str, words: pd.Series) -> list[str]:
    found = [str(word) for word in dict.fromkeys(words)]
    more = f" … and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return [f"{what}: {', '.join(found[:SHOWN])}{more}"] if found else []
