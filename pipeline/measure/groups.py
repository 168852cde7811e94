"""The groups that measures are made for: each scope, and each scope cut along one dimension.

A unit that reports has one number everywhere: the row of Nineveh on Iraq's page is that of Nineveh's own page. So a
declared double report counts once in Iraq, once in each region and once in each directorate that reports it, and
Iraq is its directorates less the double reports.

`phc_sector` and `phc_urban_rural` cut the primary care centres alone: hospitals stand mostly in towns, and a sector
that has one would look better, or worse, than its centres are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.indicators import PHC, Facts

REGIONS = ("federal", "kurdistan")
IRAQ = "iraq"
ALL = "all"
CUTS = ("type", "tier", "urban_rural", "location_type")

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Entries:
    """The cells of an array of kinds of facilities × columns that are not 0."""

    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]
    weights: npt.NDArray[np.float64]
    width: int


@dataclass(frozen=True)
class Groups:
    """The groups of a dimension within some scopes: scope and group of each, and where each facility belongs."""

    dimension: str
    scopes: tuple[str, ...]
    groups: tuple[str, ...]
    places: Numbers
    """The place of each facility, or kind, among the groups; their number for one that is in none."""

    def total(self, entries: Entries) -> Numbers:
        """A row for each group and a column for each of the entries: the sums over the kinds of each group."""
        size = len(self.groups) * entries.width
        flat = self.places[entries.rows] * entries.width + entries.columns
        sums = np.bincount(flat, entries.weights, minlength=size)[:size]
        return sums.astype(np.int64).reshape(len(self.groups), entries.width)


@dataclass(frozen=True)
class Kinds:
    """Facilities that stand in the same groups throughout. A country has some thousands, however many facilities."""

    of_facility: Numbers
    firsts: npt.NDArray[np.intp]
    """A facility of each kind."""

    @classmethod
    def within(cls, groups: Iterable[Groups]) -> Kinds:
        """The kinds that some groups tell apart."""
        kinds = np.zeros(0, dtype=np.int64)
        for one in groups:
            kinds = pd.factorize(kinds * (len(one.groups) + 1) + one.places)[0] if len(kinds) else one.places
        return cls(kinds, np.unique(kinds, return_index=True)[1])

    def grouped(self, groups: Groups) -> Groups:
        """The same groups, of kinds instead of facilities."""
        return replace(groups, places=groups.places[self.firsts])

    def entries(self, values: npt.NDArray[np.generic]) -> Entries:
        """The sums of an array of facilities, or of facilities × columns; whole numbers, exact up to 2^53."""
        # As it lies in memory, so that nothing is copied: selected columns lie one after another.
        cells, width = values.ravel(order="A"), int(np.prod(values.shape[1:]))
        filled = np.flatnonzero(cells)
        weights = None if cells.dtype == np.bool_ else cells[filled].astype(np.float64)
        if values.flags.f_contiguous:
            columns, rows = np.divmod(filled, max(len(values), 1))
        else:
            rows, columns = np.divmod(filled, max(width, 1))
        sums = np.bincount(self.of_facility[rows] * width + columns, weights, minlength=len(self.firsts) * width)
        filled = np.flatnonzero(sums)
        rows, columns = np.divmod(filled, max(width, 1))
        return Entries(rows, columns, sums[filled].astype(np.float64), width)


def by_report(facts: Facts, directorates: Sequence[str]) -> list[Groups]:
    """The groups by who reports: every directorate, the two regions and Iraq, each whole and along each dimension."""
    units = _units(facts, directorates)
    kept = {name: _counted_once(facts, unit) for name, unit in units.items()}
    centres = facts.of_type(*PHC)
    found = []
    for layer, scopes in (("directorate", tuple(directorates)), ("region", REGIONS), (IRAQ, (IRAQ,))):
        once = np.where(kept[layer], units[layer], -1)
        found += [_whole(once, scopes), *(_along(facts, name, once, scopes) for name in CUTS)]
        by_directorate = np.where(kept["directorate"], units[layer], -1)
        found.append(_along(facts, "sector", by_directorate, scopes))
        found.append(_of_primary_care(facts, "urban_rural", np.where(centres, once, -1), scopes))
        if layer == "directorate":
            found.append(_of_primary_care(facts, "sector", np.where(centres, once, -1), scopes))
        else:
            found.append(_along(facts, "directorate", by_directorate, scopes))
    found.append(_along(facts, "region", np.where(kept["region"], units[IRAQ], -1), (IRAQ,)))
    found.append(_along(facts, "governorate", np.where(kept[IRAQ], units[IRAQ], -1), (IRAQ,)))
    return found


def by_place(facts: Facts, home: Mapping[str, str]) -> list[Groups]:
    """The groups by where a facility is, whoever reports it: Iraq, regions and governorates. `home`: their region."""
    unit = _units(facts, ())[IRAQ]
    inside = np.where(_counted_once(facts, unit), unit, -1)
    governorate = facts.facilities["governorate"].astype(str)
    region = governorate.map(dict(home))
    of_region = np.where(inside >= 0, pd.Index(REGIONS).get_indexer(pd.Index(region)), -1)
    return [
        _whole(inside, (IRAQ,)),
        _whole(of_region, REGIONS),
        _cut("region", region, np.where(region.notna(), inside, -1), (IRAQ,)),
        _cut("governorate", governorate, np.where(governorate == "unknown", -1, inside), (IRAQ,)),
    ]


def incomplete_areas(facts: Facts, home: Mapping[str, str], governorates: Mapping[str, frozenset[str]]) -> set[str]:
    """The areas that lack a directorate, left out or silent: their people are known, not all of their facilities.

    A directorate that is left out is missing where its facilities are, one that has reported nothing wherever the
    reference list says that it has facilities (`governorates`). A rate there would look right and be too low.
    """
    received = facts.facilities[~facts.gone]  # who is only on the last list has not reported
    reported_by = received["directorate"].astype(str)
    away = reported_by.isin(facts.judgement.left_out)
    places = set(received.loc[away, "governorate"])
    for slug in governorates.keys() - set(reported_by):
        places |= governorates[slug]
    return places | {home[name] for name in places if name in home} | ({IRAQ} if places else set())


def _units(facts: Facts, directorates: Sequence[str]) -> dict[str, Numbers]:
    """The place of each facility's directorate, region and country among those that report; -1 outside."""
    reported_by = facts.facilities["directorate"].astype(str)
    left_out = reported_by.isin(facts.judgement.left_out).to_numpy(dtype=bool)
    region = _index(REGIONS, facts.facilities["region"].astype(str))
    return {
        "directorate": _index(directorates, reported_by),
        "region": np.where(left_out, -1, region),
        IRAQ: np.where(left_out, -1, 0).astype(np.int64),
    }


def _index(words: Sequence[str], values: Iterable[str]) -> Numbers:
    return pd.Index(list(words), dtype=str).get_indexer(pd.Index(values)).astype(np.int64)


def _counted_once(facts: Facts, unit: Numbers) -> Flags:
    """Facilities without those that repeat another one of the same unit, which counts for both."""
    ids = pd.Index(facts.facilities["facility_id"])
    target = np.where(facts.facilities["same_as"].notna(), ids.get_indexer(pd.Index(facts.facilities["same_as"])), -1)
    repeats: Flags = (target >= 0) & facts.listed[target] & (unit[target] == unit)
    return ~repeats


def _whole(scope: Numbers, scopes: tuple[str, ...]) -> Groups:
    """Each scope as one group, be it without any facility."""
    return Groups(ALL, scopes, ("",) * len(scopes), np.where(scope < 0, len(scopes), scope))


def _along(facts: Facts, dimension: str, scope: Numbers, scopes: tuple[str, ...]) -> Groups:
    return _cut(dimension, facts.facilities[dimension].astype(str), scope, scopes)


def _of_primary_care(facts: Facts, name: str, centres: Numbers, scopes: tuple[str, ...]) -> Groups:
    """The primary care centres alone along a dimension: a sector, or town and country, without its hospitals."""
    return _cut(f"phc_{name}", facts.facilities[name].astype(str), centres, scopes)


def _cut(dimension: str, values: pd.Series[str], scope: Numbers, scopes: tuple[str, ...]) -> Groups:
    """The groups of a dimension that have facilities, within each scope."""
    codes, words = pd.factorize(values, sort=True)
    inside = scope >= 0
    found, places = np.unique(scope[inside] * len(words) + codes[inside], return_inverse=True)
    all_places = np.full(len(scope), len(found), dtype=np.int64)
    all_places[inside] = places
    return Groups(
        dimension,
        tuple(scopes[place] for place in found // max(len(words), 1)),
        tuple(str(words[place]) for place in found % max(len(words), 1)),
        all_places,
    )
