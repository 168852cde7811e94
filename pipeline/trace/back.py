"""From a facility to every number that it counts in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline import indicators
from pipeline.codebook import rows_of
from pipeline.decisions import Decision
from pipeline.errors import unknown
from pipeline.indicators import DEFINITIONS, Count, Gap, Rate
from pipeline.indicators.definition import Definition, Result
from pipeline.measure.groups import ALL, Groups
from pipeline.trace.ground import Ground
from pipeline.trace.members import NUMBERS, adds

KEYS = ("indicator", "scope", "dimension", "group")
COLUMNS = [*KEYS, "part", *NUMBERS]
ABOUT = ("facility_id", "name_en", "name_local", "type", "directorate", "sector", "governorate", "status", "same_as")
FINDING = ["table", "rule", "severity", "question", "value", "expected", "settled_by"]


@dataclass(frozen=True)
class Back:
    """A facility with all that it counts in."""

    round_name: str
    about: Mapping[str, str]
    judged: Sequence[str]
    """What sets it apart: set aside, excluded, left out, not in the round."""
    rows: Sequence[str]
    counted: pd.DataFrame
    """COLUMNS: what it adds to each row of `measures`, and to the rows of pages by care."""
    decisions: Mapping[str, Decision]
    findings: pd.DataFrame
    problems: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """The same, for a program to read."""
        return {
            "round": self.round_name,
            "facility": dict(self.about),
            "judged": list(self.judged),
            "rows": list(self.rows),
            "decisions": {name: decision.model_dump() for name, decision in self.decisions.items()},
            "findings": rows_of(self.findings),
            "counted": self.counted.to_dict("records"),
            "problems": list(self.problems),
        }


def back(land: Ground, facility_id: str) -> Back:
    """Every number that a facility counts in; an unknown facility is a UsageError with a near match."""
    ids = land.facts.facilities["facility_id"]
    if facility_id not in set(ids):
        raise unknown("facility", facility_id, _near(facility_id, [str(name) for name in ids]))
    row = int(np.flatnonzero(ids == facility_id)[0])
    counted = pd.DataFrame(list(_counted(land, row)), columns=COLUMNS)
    about = land.facts.facilities.iloc[row][list(ABOUT)].fillna("").astype(str)
    return Back(
        round_name=land.round_name,
        about={str(name): str(value) for name, value in about.items()},
        judged=_judged(land, row),
        rows=land.rows_of.get(facility_id, []),
        counted=counted,
        decisions={land.name_of(one): one for one in land.decisions_of.get(facility_id, [])},
        findings=land.findings.loc[land.findings["facility_id"] == facility_id, FINDING].reset_index(drop=True),
        problems=_strangers(land, counted),
    )


def _near(facility_id: str, ids: Sequence[str]) -> list[str]:
    """Those of the same sector, so that an error does not list a country."""
    sector = facility_id.partition("/")[0]
    return [name for name in ids if name.partition("/")[0] == sector] or sorted({n.partition("/")[0] for n in ids})


def _judged(land: Ground, row: int) -> list[str]:
    facts, facility = land.facts, land.facts.facilities.iloc[row]
    sets = {
        "set aside": facts.judgement.set_aside,
        "excluded": frozenset(facts.judgement.excluded),
        "with a critical finding": facts.judgement.critical,
    }
    found = [word for word, ids in sets.items() if facility["facility_id"] in ids]
    if facility["directorate"] in facts.judgement.left_out:
        found.append("its directorate is left out of the wider scopes")
    return [*found, *(["on the last list only, not in this round"] if facts.gone[row] else [])]


def _counted(land: Ground, row: int) -> Iterator[tuple[object, ...]]:
    for definition in DEFINITIONS.values():
        result = definition.compute(land.facts)
        levels = land.entries[definition.code].levels | {ALL, "region", "directorate"}
        along = land.placed if isinstance(result, Rate) else [g for g in land.reported if g.dimension in levels]
        keys = [key for groups in along for key in _groups(groups, row)]
        for indicator, part, numbers in _added(land, definition, result, row):
            yield from ((indicator, *key, part, *numbers) for key in keys)
        if isinstance(result, Count) and result.within:
            scopes = [scope for scope, dimension, _ in keys if dimension == ALL]
            yield from _within(result, definition.code, row, scopes)


def _groups(groups: Groups, row: int) -> Iterator[tuple[str, str, str]]:
    """Scope, dimension and group of the group that a facility is in, and its kind of care beside its type."""
    place = groups.places[row]
    if not 0 <= place < len(groups.groups):
        return
    yield groups.scopes[place], groups.dimension, groups.groups[place]
    if groups.dimension == "type":
        care = indicators.care(pd.Series([groups.groups[place]], dtype=str)).iloc[0]
        yield groups.scopes[place], "care", str(care)


def _added(
    land: Ground, definition: Definition, result: Result, row: int
) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """What the facility adds to each indicator of a definition, where it is anything."""
    names = definition.indicators(land.facts.vocabulary)
    for one, part in _counts(result):
        columns = [np.asarray(getattr(one, name)) if getattr(one, name) is not None else None for name in NUMBERS]
        cells = [np.zeros(len(names), dtype=np.int64) if c is None else _cells(c[row], len(names)) for c in columns]
        for place in np.flatnonzero(np.any(cells, axis=0)):
            yield names[place], part, tuple(int(cell[place]) for cell in cells)


def _cells(values: Any, width: int) -> Any:
    """A facility's numbers, one for each indicator; the columns of an own dimension added up."""
    cells = np.atleast_1d(values).astype(np.int64)
    return cells if len(cells) == width else cells.sum(keepdims=True)


def _counts(result: Result) -> list[tuple[Count, str]]:
    if isinstance(result, Gap):
        return [(result.first, "urban"), (result.second, "rural")]
    count = result.count if isinstance(result, Rate) else result
    return [(count, "")] if isinstance(count, Count) else []


def _within(count: Count, indicator: str, row: int, scopes: Sequence[str]) -> Iterator[tuple[object, ...]]:
    dimension, groups = count.within or ("", ())
    for group in groups:
        numbers = [int(one.number(name)[row]) for one in adds(count, 0, group) for name in NUMBERS]
        if any(numbers):
            yield from ((indicator, scope, dimension, group, "", *numbers) for scope in scopes)


def _strangers(land: Ground, counted: pd.DataFrame) -> list[str]:
    """The numbers that `measures` lacks; of care it has the types."""
    known = pd.MultiIndex.from_frame(land.measures[list(KEYS)].astype(str))
    asked = pd.MultiIndex.from_frame(counted.loc[counted["dimension"] != "care", list(KEYS)].astype(str))
    return [f"measures has no row {' '.join(key)}" for key in asked[~asked.isin(known)]]
