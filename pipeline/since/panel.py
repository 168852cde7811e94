"""The panel of two rounds: what the facilities said that answered in both, indicator by indicator and cell by cell.

A definition gives an array of facilities × columns for each round. A cell is in the panel if its facility is linked,
stands in the same group in both rounds, and counted in both: in the denominator; of a number, where it is known; of a
count of facilities, among those listed. So a hospital that was closed meanwhile is in the panel of existing facilities,
and not in that of the share that function: there it is a change of who is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.indicators import Count, Definition, Facts, Gap, Rate, Result
from pipeline.measure.groups import Groups

# How links name a facility that went into another, or came out of one.
NOT_GOING_ON = ("merged", "split")

Rows = npt.NDArray[np.int64]
Cells = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """Facilities of two rounds that are the same, by their rows in the facts of each."""

    before: Rows
    now: Rows
    listed: Cells
    """Whether each of them counts as listed in both rounds."""


def same(links: pd.DataFrame) -> pd.DataFrame:
    """previous_id and facility_id of each facility that is in both rounds, in the order of this one.

    Of facilities that were merged, or of one that was split, it is the one that goes on.
    """
    goes_on = links["previous_id"].notna() & links["facility_id"].notna() & ~links["how"].isin(NOT_GOING_ON)
    found = links.loc[goes_on, ["previous_id", "facility_id"]].astype(str)
    return found.sort_values("facility_id", kind="stable", ignore_index=True)


def pairs(links: pd.DataFrame, before: Facts, now: Facts) -> Pairs:
    """The linked facilities that are in the tables of both rounds."""
    known = same(links)
    rows = [
        pd.Index(facts.facilities["facility_id"]).get_indexer(pd.Index(known[column]))
        for facts, column in ((before, "previous_id"), (now, "facility_id"))
    ]
    kept = (rows[0] >= 0) & (rows[1] >= 0)
    first, second = (row[kept].astype(np.int64) for row in rows)
    kept = before.kept[first] & now.kept[second]
    first, second = first[kept], second[kept]
    return Pairs(first, second, before.listed[first] & now.listed[second])


def grouped(before: list[Groups], now: list[Groups], linked: Pairs) -> list[Groups]:
    """The groups of pairs: a pair that does not stand in the same group of the same scope in both rounds is in none."""
    return [_in_both(first, second, linked) for first, second in zip(before, now, strict=True)]


def _in_both(before: Groups, now: Groups, linked: Pairs) -> Groups:
    place = {key: number for number, key in enumerate(zip(now.scopes, now.groups, strict=True))}
    nowhere = len(now.groups)
    same = [place.get(key, nowhere) for key in zip(before.scopes, before.groups, strict=True)]
    then = np.array([*same, nowhere], dtype=np.int64)[before.places[linked.before]]
    today = now.places[linked.now]
    return replace(now, places=np.where(then == today, today, nowhere))


def results(before: Facts, now: Facts, linked: Pairs, definitions: list[Definition]) -> Iterator[tuple[Result, Result]]:
    """What each definition has counted in the panel, before and now: two results of the same shape."""
    for definition in definitions:
        yield _panel(definition.compute(before), definition.compute(now), linked)


def _panel(before: Result, now: Result, linked: Pairs) -> tuple[Result, Result]:
    if isinstance(before, Count) and isinstance(now, Count):
        return _counts(before, now, linked)
    if isinstance(before, Gap) and isinstance(now, Gap):
        first, second = _counts(before.first, now.first, linked), _counts(before.second, now.second, linked)
        return Gap(first[0], second[0]), Gap(first[1], second[1])
    if isinstance(before, Rate) and isinstance(now, Rate) and before.count and now.count:
        then, today = _counts(before.count, now.count, linked)
        return Rate(then), Rate(today)
    # Not computable in one of the rounds: there is nothing to compare.
    return (before, before) if not isinstance(before, Count) else (now, now)


def _counts(before: Count, now: Count, linked: Pairs) -> tuple[Count, Count]:
    first, second = _of(before, linked.before), _of(now, linked.now)
    inside = _counted(first, linked) & _counted(second, linked)
    return _only(first, inside), _only(second, inside)


def _of(count: Count, rows: Rows) -> Count:
    return replace(count.each(lambda values: values[rows]), within=count.within)


def _counted(count: Count, linked: Pairs) -> Cells:
    """The cells that count: see the module."""
    if count.denominator is not None:
        return np.asarray(count.denominator != 0)
    if count.known is not None:
        return np.asarray(count.known != 0)
    listed = linked.listed.reshape(-1, *[1] * (count.numerator.ndim - 1))
    return np.broadcast_to(listed, count.numerator.shape)


def _only(count: Count, inside: Cells) -> Count:
    """The count with all but some cells empty: nothing is missing from a panel. The number of its cells is kept.

    `not_asked` holds that number: a panel has nobody who was not asked, and the tables of measures have no other place.
    """
    nothing = np.zeros(count.numerator.shape, dtype=bool)
    known = None if count.known is None else np.where(inside, count.known, 0)
    return Count(
        np.where(inside, count.numerator, 0),
        None if count.denominator is None else np.where(inside, count.denominator, 0),
        nothing,
        inside,
        known,
        count.within,
    )
