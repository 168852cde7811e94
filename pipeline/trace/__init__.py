"""From a number to the facilities that make it, and to the rows of the export that they came from; and back.

`trace` asks the definition itself what each facility adds, as `measure` does, and checks that these are the numbers in
`measures` and in the briefs. Nothing here reads an export: rows are named by file and number, and a column that the
codebook calls personal is in no table, so it can be told nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.decisions import Decision
from pipeline.errors import UsageError
from pipeline.indicators import REASONS, Absent, Definition, Rate
from pipeline.indicators.asked import asked_by
from pipeline.project import Project
from pipeline.trace.agree import Agreement, Sums, agreement, measured, traced
from pipeline.trace.answers import answers
from pipeline.trace.back import Back, back
from pipeline.trace.ground import Ground, ground
from pipeline.trace.group import Group, group_of
from pipeline.trace.members import ROLES, adds, members

__all__ = ["Back", "Trace", "back", "ground", "of_facility", "trace", "traced_in"]

COLUMNS = [
    "role", "part", "facility_id", "name_en", "name_local", "directorate", "sector", "same_as", "numerator",
    "denominator", "missing", "not_asked", "rows", "answers", "decisions",
]  # fmt: skip


@dataclass(frozen=True)
class Trace:
    """A number with the facilities behind it."""

    round_name: str
    indicator: str
    definition: Definition
    group: Group
    sums: Sums
    """What stands in `measures`, and blank numbers with their reason."""
    members: pd.DataFrame
    """A row for each facility that belongs to the scope and group; COLUMNS."""
    decisions: dict[str, Decision]
    agreement: Agreement

    def as_json(self) -> dict[str, Any]:
        """The trace for a program to read."""
        sums = self.sums
        return {
            "round": self.round_name,
            "indicator": self.indicator,
            "scope": self.group.scope,
            "dimension": self.group.dimension,
            "group": self.group.group,
            "definition": dict(self.definition.parts),
            "measure": {
                "numerator": sums.numerator,
                "denominator": sums.denominator,
                "not_asked": sums.not_asked,
                "missing": sums.missing,
                "reason": sums.reason,
            },
            "members": self.members.to_dict("records"),
            "decisions": {name: decision.model_dump() for name, decision in self.decisions.items()},
            "printed_by": self.agreement.reports,
            "closed": self.agreement.silent,
            "problems": self.agreement.problems,
        }

    def as_table(self) -> pd.DataFrame:
        """The facilities, for a CSV: lists in one cell, split by `; `."""
        joined = {name: self.members[name].map("; ".join) for name in ("rows", "answers", "decisions")}
        return self.members.assign(**joined)


def trace(project: Project, round_name: str, scope: str, indicator: str, group: str | None = None) -> Trace:
    """The facilities behind a number of a round; an unknown scope, indicator or group is a UsageError."""
    return traced_in(ground(project, round_name), scope, indicator, group)


def of_facility(project: Project, round_name: str, facility_id: str) -> Back:
    """Every number of a round that a facility counts in; an unknown facility is a UsageError."""
    return back(ground(project, round_name), facility_id)


def traced_in(land: Ground, scope: str, indicator: str, word: str | None = None) -> Trace:
    """The facilities behind a number, over a ground that is gathered already."""
    definition, column = land.definition(indicator)
    result, asked, key = asked_by(land.facts, definition, indicator)
    group = group_of(land, scope, result, definition.code, word)
    told = answers(land.facts, land.codebook, definition, asked, f"{key}_{group.inner}")
    found = adds(result, column, group.inner)
    if not found:
        return _absent(land, indicator, definition, group, _reason(result))
    table = members(land.facts, found, group.counted, group.belongs)
    rows = [int(row) for row in table["row"]]
    facilities = [str(name) for name in table["facility_id"]]
    table["answers"] = [told.of(row) for row in rows]
    table["rows"] = [land.rows_of.get(name, []) for name in facilities]
    decided = {name: land.decisions_of.get(name, []) for name in facilities}
    table["decisions"] = [[land.name_of(one) for one in decided[name]] for name in facilities]
    sums = traced(land, group, result, found)
    stands = measured(land, group, indicator) or sums
    touching = {land.name_of(one): one for several in decided.values() for one in several}
    agreed = agreement(land, group, indicator, sums)
    whole = _described(land, table, rows)
    return Trace(land.round_name, indicator, definition, group, stands, whole, touching, agreed)


def _described(land: Ground, table: pd.DataFrame, rows: list[int]) -> pd.DataFrame:
    """With the names and places of the facilities, in the order of their roles."""
    names = ["name_en", "name_local", "directorate", "sector", "same_as"]
    about = land.facts.facilities[names].iloc[rows].fillna("").astype(str).reset_index(drop=True)
    whole = pd.concat([table, about], axis=1)
    order = np.argsort(whole["role"].map(ROLES.index).to_numpy(dtype=np.int64), kind="stable")
    return whole.iloc[order][COLUMNS].reset_index(drop=True)


def _reason(result: object) -> str:
    if isinstance(result, Absent | Rate):
        return result.reason
    raise UsageError("the indicator has no numbers")


def _absent(land: Ground, indicator: str, definition: Definition, group: Group, reason: str) -> Trace:
    """A number that cannot be given: no facility stands behind it, and `measures` must say the same."""
    found = measured(land, group, indicator) or Sums(None, None, 0, 0, reason)
    agreed = Agreement()
    if found.reason != reason or found.numerator is not None:
        agreed.problems.append(f"measures has {found.reason or found.numerator}, the definition says {REASONS[reason]}")
    empty = pd.DataFrame(columns=COLUMNS)
    return Trace(land.round_name, indicator, definition, group, found, empty, {}, agreed)
