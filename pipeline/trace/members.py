"""What each facility adds to a number: the very arrays that `measure` sums, one definition at a time.

A definition is never written a second time: `members` asks it for its counts and keeps the facilities apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.indicators import Absent, Count, Gap, Rate
from pipeline.indicators.definition import Result
from pipeline.indicators.facts import Array, Facts, Flags

NUMBERS = ("numerator", "denominator", "missing", "not_asked")
# What a facility is to a number, the first that holds; the order in which they are listed.
ROLES = (
    "numerator", "denominator", "missing", "not asked", "counted once", "set aside", "left out", "excluded",
    "not in the round", "not concerned",
)  # fmt: skip
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Adds:
    """What each facility adds to one count: a number for each of n facilities."""

    part: str
    """urban or rural where a number is a difference of two shares."""
    numerator: Integers
    denominator: Integers | None
    missing: Integers
    not_asked: Integers

    def number(self, name: str) -> Integers:
        """One of NUMBERS; 0 where the count has no denominator."""
        found: Integers | None = getattr(self, name)
        return np.zeros_like(self.numerator) if found is None else found


def adds(result: Result, column: int, group: str = "") -> list[Adds]:
    """What each facility adds to the indicator in a column of a result; `group`: of a dimension that it has itself."""
    if isinstance(result, Gap):
        return [_adds("urban", result.first, column, group), _adds("rural", result.second, column, group)]
    count = result.count if isinstance(result, Rate) else result
    return [] if count is None or isinstance(count, Absent) else [_adds("", count, column, group)]


def _adds(part: str, count: Count, column: int, group: str) -> Adds:
    def of(values: Array) -> Integers:
        if count.within and group:
            return np.asarray(values[:, count.within[1].index(group)], dtype=np.int64)
        if count.within:
            return np.asarray(values.sum(axis=1, dtype=np.int64))
        return np.asarray(values if values.ndim == 1 else values[:, column], dtype=np.int64)

    denominator = None if count.denominator is None else of(count.denominator)
    return Adds(part, of(count.numerator), denominator, of(count.missing), of(count.not_asked))


def members(facts: Facts, found: Sequence[Adds], counted: Flags, belongs: Flags) -> pd.DataFrame:
    """A row for each facility that belongs to a group: what it adds and what it is to the number.

    `counted` says which facilities the group's sums are made of; what a facility outside of them would add is not told.
    """
    rows = np.flatnonzero(counted | belongs)
    parts = []
    for one in found:
        numbers = {name: np.where(counted, one.number(name), 0)[rows] for name in NUMBERS}
        parts.append(pd.DataFrame({"row": rows, "part": one.part, **numbers}))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["row", "part", *NUMBERS])
    table["role"] = _roles(facts, table, counted)
    ids = facts.facilities["facility_id"].to_numpy()
    return table.assign(facility_id=ids[table["row"].to_numpy(dtype=np.intp)])


def _roles(facts: Facts, table: pd.DataFrame, counted: Flags) -> list[str]:
    names = {"numerator": "numerator", "denominator": "denominator", "missing": "missing", "not_asked": "not asked"}
    why = _why_not(facts, counted)
    rows = table["row"].to_numpy(dtype=np.intp)
    told = [names.get(name, name) for name in NUMBERS]
    flags = [table[name].to_numpy(dtype=np.int64) > 0 for name in NUMBERS]
    return [str(role) for role in np.select(flags, told, default=why[rows])]


def _why_not(facts: Facts, counted: Flags) -> npt.NDArray[np.str_]:
    """For each facility why it adds nothing."""
    repeats = ~counted & facts.facilities["same_as"].notna().to_numpy(dtype=bool)
    left_out = facts.facilities["directorate"].isin(facts.judgement.left_out).to_numpy(dtype=bool) & ~counted
    reasons = {
        "excluded": facts.named(frozenset(facts.judgement.excluded)),
        "not in the round": facts.gone,
        "set aside": facts.named(facts.judgement.set_aside),
        "left out": left_out,
        "counted once": repeats,
    }
    return np.select(list(reasons.values()), list(reasons), default="not concerned")
