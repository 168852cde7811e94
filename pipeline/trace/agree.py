"""Whether what was traced is the number: in `measures`, and in every brief whose page prints it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pipeline import lineage
from pipeline.indicators import Rate
from pipeline.indicators.definition import Result
from pipeline.project import Project
from pipeline.registry import WIDER_SCOPES
from pipeline.trace.ground import Ground
from pipeline.trace.group import Group
from pipeline.trace.members import Adds

Number = int | None
NAMES = ("numerator", "denominator", "not_asked", "missing")


@dataclass(frozen=True)
class Sums:
    """A number as it stands somewhere: None for a blank, and then why."""

    numerator: Number
    denominator: Number
    not_asked: Number
    missing: Number
    reason: str = ""

    def differences(self, other: Sums) -> list[str]:
        """The names of what differs."""
        return [name for name in NAMES if getattr(self, name) != getattr(other, name)]


@dataclass
class Agreement:
    """Where the number stands, and what does not agree."""

    reports: list[str] = field(default_factory=list)
    """The reports whose page prints it, as `iraq/summary`."""
    silent: list[str] = field(default_factory=list)
    """Those that are closed, and print no number."""
    problems: list[str] = field(default_factory=list)


def traced(ground: Ground, group: Group, result: Result, found: Sequence[Adds]) -> Sums:
    """The sums of what the facilities of a group add."""
    sums = [_sum(one, group) for one in found]
    if len(sums) == 2:
        first, second = sums
        numerator = first["numerator"] * second["denominator"] - second["numerator"] * first["denominator"]
        below: Number = first["denominator"] * second["denominator"]
    else:
        numerator, below = sums[0]["numerator"], sums[0]["denominator"]
        below = None if found[0].denominator is None else below
    if isinstance(result, Rate):
        scope, _, name = group.measured[0]
        below = ground.land.population.get(name or scope)
    return Sums(numerator, below, sum(one["not_asked"] for one in sums), sum(one["missing"] for one in sums))


def _sum(one: Adds, group: Group) -> dict[str, int]:
    return {name: int(one.number(name)[group.counted].sum()) for name in NAMES}


def measured(ground: Ground, group: Group, indicator: str) -> Sums | None:
    """The number as `measures` has it; None where it has no row. Types are added up as a page adds them."""
    table = ground.measures[ground.measures["indicator"] == indicator]
    keys = list(zip(table["scope"], table["dimension"], table["group"], strict=True))
    rows = table[np.array([key in group.measured for key in keys], dtype=bool)]
    if rows.empty:
        return None
    reason = str(rows["reason"].iloc[0]) if len(group.measured) == 1 else ""
    return _sums([_total(rows[name]) for name in NAMES], reason)


def _sums(numbers: Sequence[Number], reason: str) -> Sums:
    numerator, denominator, not_asked, missing = numbers
    return Sums(numerator, denominator, not_asked, missing, reason)


def _total(numbers: pd.Series[int]) -> Number:
    return None if numbers.isna().all() else int(numbers.sum())


def agreement(ground: Ground, group: Group, indicator: str, made: Sums) -> Agreement:
    """What was traced beside `measures` and beside the briefs; every difference is told."""
    found, told = Agreement(), measured(ground, group, indicator)
    if told is None and any(getattr(made, name) for name in NAMES):
        found.problems.append(f"data/tables/{ground.round_name}/measures.parquet has no such row")
    told = told or Sums(0, made.denominator and 0, 0, 0)
    names = ("not_asked", "missing") if told.numerator is None else made.differences(told)
    for name in names:
        if getattr(made, name) != getattr(told, name):
            was = f"the traced facilities give {name} {getattr(made, name)}, measures has {getattr(told, name)}"
            found.problems.append(was)
    for where, row in _printed(ground, group, indicator):
        if row is None:
            found.silent.append(where)
            continue
        found.reports.append(where)
        for name in told.differences(row):
            found.problems.append(
                f"the brief of {where} has {name} {getattr(row, name)}, measures has {getattr(told, name)}"
            )
    return found


def _printed(ground: Ground, group: Group, indicator: str) -> Iterator[tuple[str, Sums | None]]:
    """Each report whose brief lies there and prints the number: of the scope, and of the wider ones that list it."""
    project = ground.project
    keys = {"indicator": indicator, "dimension": group.dimension, "group": group.group}
    for report in reports(project, ground.round_name, group.scope):
        yield from _found(ground, group.scope, report, "measures", keys)
    if group.scope in WIDER_SCOPES or group.dimension not in ("all", "care"):
        return
    listed = {"indicator": indicator, "scope": group.scope, "group": group.group}
    for wider in WIDER_SCOPES:
        for report in reports(project, ground.round_name, wider):
            yield from ((where, row) for where, row in _found(ground, wider, report, "areas", listed) if row)


def reports(project: Project, round_name: str, scope: str) -> list[str]:
    """The reports of a scope whose brief lies there."""
    names = (*lineage.due(project, round_name, scope), *project.registry.more_reports_of(scope))
    return [name for name in names if project.brief(round_name, scope, name).is_dir()]


def _found(
    ground: Ground, scope: str, report: str, slice_name: str, keys: Mapping[str, str]
) -> Iterator[tuple[str, Sums | None]]:
    rows = ground.printed(scope, report, slice_name)
    if rows is None:
        yield f"{scope}/{report}", None
        return
    if rows.empty:
        return
    mine = rows[np.logical_and.reduce([rows[column] == word for column, word in keys.items()])]
    for row in mine.to_dict("records"):
        if row["reason"] == "closed":
            yield f"{scope}/{report}", None
        else:
            cells = [int(row[name]) if row[name] else None for name in NAMES]
            yield f"{scope}/{report}", _sums(cells, row["reason"])
