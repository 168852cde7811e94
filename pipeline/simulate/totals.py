"""Which facilities there are: how many of each type in each directorate, and their state, to the unit.

The totals of the real export hold exactly for 5,205 facilities; for another number they are scaled by largest
remainder, so that they still add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipeline.simulate.tables import Assumptions, Counts, Dice, Flags, Numbers, Texts

URBAN_SHIFT, RURAL_SHIFT = 0.12, -0.22  # log-odds: facilities in the country have less
FULL_SHIFT, PARTIAL_SHIFT = 0.30, -0.45  # log-odds: those that function in part lack more
# Of the 4,752 facilities that function: assumed, no total is known.
ACCESS = {"facilities.accessibility": {"full": 4414, "partial": 332, "none": 6}}
NO_STOP = -60.0  # log-odds that chance cannot overcome


def largest_remainder(weights: pd.Series[float], total: int) -> pd.Series[int]:
    """`total` shared out in proportion to the weights, in whole units; equal remainders go to who comes first."""
    if total and not weights.sum() > 0:
        weights = pd.Series(1.0, index=weights.index)
    # Rounded, so that 2.9999999999999996 is three wherever it was computed.
    exact = (weights.astype(float) * (total / weights.sum() if total else 0.0)).round(9)
    whole = exact.astype(int)
    rest = (whole - exact).round(9).sort_values(kind="stable").index[: total - int(whole.sum())]
    whole.loc[rest] += 1
    return whole


def scaled_split(assumed: pd.DataFrame, total: int) -> pd.DataFrame:
    """Facilities by directorate and type for another total: types add up to the unit, directorates within a few.

    Nobody gets a type that it is assumed not to have. As far as that allows, every directorate has a facility.
    """
    weights = assumed.to_numpy(dtype=float)
    exact = (weights * (total / weights.sum())).round(9)
    found = exact.astype(np.int64)
    types = largest_remainder(assumed.sum(), total).to_numpy() - found.sum(axis=0)
    directorates = _at_least_one(largest_remainder(assumed.sum(axis=1), total)).to_numpy() - found.sum(axis=1)
    for row, column, is_strict in _turns(weights, exact, found):
        # Who has nothing yet takes one unit in its turn; in the last turns a type takes what it still lacks.
        if types[column] > 0 and (directorates[row] > 0 or not is_strict):
            found[row, column] += 1
            types[column] -= 1
            directorates[row] -= 1
    return pd.DataFrame(found, index=assumed.index, columns=assumed.columns)


def _turns(weights: Numbers, exact: Numbers, found: Counts) -> Iterator[tuple[int, int, bool]]:
    """Whose turn it is to take a unit that is left: row, column, and whether the row must still lack one.

    First those who have nothing (the least versatile before the others), then by the largest remainder, twice.
    """
    order = np.argsort(found - exact, axis=None, kind="stable")
    cells = [(int(at) // weights.shape[1], int(at) % weights.shape[1]) for at in order if weights.flat[at] > 0]
    for row, column in sorted(cells, key=lambda cell: np.count_nonzero(weights[cell[0]])):
        if not found[row].any():
            yield row, column, True
    for is_strict in (True, False):
        yield from ((row, column, is_strict) for row, column in cells)


def facilities(tables: Assumptions, directorates: list[str], total: int, dice: Dice) -> pd.DataFrame:
    """One row for each facility: directorate, sector, type, urban_rural, and its state from status to accessibility.

    Coded answers are canonical values; a blank is an empty text. `quality` and `size` are hidden traits: what a
    facility has and how large it is, in standard deviations.
    """
    split = scaled_split(tables.split.loc[directorates], total).stack()
    keys = split.index.repeat(split.to_numpy())
    found = pd.DataFrame({"directorate": keys.get_level_values(0), "type": keys.get_level_values(1)}, dtype=str)
    found["sector"] = _sectors(found, tables, dice)
    rural = found["sector"].map(tables.sectors["rural"]) / 100 * found["type"].map(tables.types["rural"])
    chance = dice.stream("urban_rural").random(len(found))
    found["urban_rural"] = np.where(chance < rural.to_numpy(dtype=float), "rural", "urban")
    found["quality"] = dice.stream("quality").standard_normal(len(found))
    found["size"] = dice.stream("size").standard_normal(len(found))
    return _with_state(found, tables, dice)


def shift(found: pd.DataFrame, tables: Assumptions, what: str) -> Numbers:
    """How much more or less likely a facility has things of a kind, in log-odds, for each facility."""
    local = found["directorate"].map(tables.directorates[what]).to_numpy(dtype=float)
    place = np.where(found["urban_rural"] == "rural", RURAL_SHIFT, URBAN_SHIFT)
    state = found["functionality"].map({"full": FULL_SHIFT, "partial": PARTIAL_SHIFT}).fillna(0.0).to_numpy(dtype=float)
    return np.asarray(0.55 * found["quality"].to_numpy(dtype=float) + local + place + state)


def deal(counts: Mapping[str, int], liking: Mapping[str, Numbers], among: Flags, chance: np.random.Generator) -> Texts:
    """A word for each of those `among`, in exact counts: the rarest first, each to whom it suits best, by chance.

    `liking` is in log-odds. The most frequent word is left to the others.
    """
    found = np.full(len(among), "", dtype=object)
    free = among.copy()
    words = sorted(counts, key=lambda word: (counts[word], word))
    for word in words[:-1]:
        luck = -np.log(-np.log(chance.random(len(among))))
        score = np.where(free, liking.get(word, np.zeros(len(among))) + luck, -np.inf)
        winners = np.argsort(-score, kind="stable")[: counts[word]]
        found[winners], free[winners] = word, False
    found[free] = words[-1]
    return found


def _with_state(found: pd.DataFrame, tables: Assumptions, dice: Dice) -> pd.DataFrame:
    """The facilities with status, building, equipment, functionality, accessibility."""
    of_type = tables.types.reindex(found["type"])
    rural = (found["urban_rural"] == "rural").to_numpy(dtype=float)
    worse = found["directorate"].map(tables.directorates["damage"]).to_numpy(dtype=float)
    poor = -0.9 * found["quality"].to_numpy(dtype=float)
    still = np.where(of_type["mobile"].to_numpy() == "yes", 0.0, NO_STOP)
    odds = {word: np.log(of_type[word].to_numpy(dtype=float)) for word in ("closed", "planned")}
    odds["closed"] += 0.5 * worse + 0.4 * rural
    everyone = np.ones(len(found), dtype=bool)
    found["status"] = _exactly("status", tables.totals, odds, everyone, dice)
    # A mobile team is posted in a room: its building can be damaged, a mobile clinic has none.
    clinic = np.where(found["type"] == "mobile_clinic", 4.0, 0.0)
    damage = {
        "fully_damaged": 2.2 * worse + 0.3 * rural - clinic,
        "not_relevant": still + clinic,
        "partially_damaged": 0.9 * worse + 0.5 * poor + 0.25 * rural - clinic,
    }
    existing = (found["status"] == "existing").to_numpy(dtype=bool)
    found["building_condition"] = _exactly("building_condition", tables.totals, damage, existing, dice)
    standing = existing & (found["building_condition"] != "fully_damaged").to_numpy(dtype=bool)
    hurt = np.where(found["building_condition"] == "partially_damaged", 0.8, 0.0)
    limits = {"none": 0.8 * poor + hurt + 0.5 * worse, "partial": 1.3 * poor + hurt + 0.35 * rural + 0.3 * worse}
    found["functionality"] = _exactly("functionality", tables.totals, limits, standing, dice)
    return _with_access(found, dice)


def _with_access(found: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    """The facilities with the condition of their equipment, and whether patients reach them."""
    chance = dice.stream("facilities.equipment_condition").random(len(found))
    damaged = found["building_condition"].map({"partially_damaged": 0.45, "fully_damaged": 0.9}).fillna(0.10)
    lost = damaged * 0.12
    found["equipment_condition"] = np.select(
        [chance < lost, chance < damaged], ["fully_damaged", "partially_damaged"], "not_damaged"
    )
    functioning = found["functionality"].isin(["full", "partial"]).to_numpy(dtype=bool)
    hard = {word: np.where(found["urban_rural"] == "rural", 0.9, 0.0) for word in ("partial", "none")}
    found["accessibility"] = _exactly("accessibility", ACCESS, hard, functioning, dice)
    return found


def _exactly(
    what: str, totals: Mapping[str, Mapping[str, int]], liking: Mapping[str, Numbers], among: Flags, dice: Dice
) -> Texts:
    """Answers to a field in the totals of the country, scaled to the facilities asked."""
    field = f"facilities.{what}"
    counts = largest_remainder(pd.Series(dict(totals[field]), dtype=float), int(among.sum()))
    return deal({str(word): int(count) for word, count in counts.items()}, liking, among, dice.stream(field))


def _at_least_one(counts: pd.Series[int]) -> pd.Series[int]:
    """The same total, with one for each who had none, as long as others have more than one."""
    counts = counts.copy()
    for key in map(str, counts.index[counts == 0]):
        largest = str(counts.idxmax())
        if counts[largest] > 1:
            counts[largest] -= 1
            counts[key] += 1
    return counts


def _sectors(found: pd.DataFrame, tables: Assumptions, dice: Dice) -> Texts:
    """A sector for each facility: hospitals, laboratories and the like often report by the directorate's own office."""
    sectors = np.full(len(found), "", dtype=object)
    for directorate, rows in found.groupby("directorate", sort=True):
        at = rows.index.to_numpy()
        chance = dice.stream(f"sector/{directorate}")
        own = tables.sectors[tables.sectors["directorate"] == directorate]
        share = largest_remainder(own["weight"].astype(float), len(at))
        drawn = np.repeat(own.index.to_numpy(dtype=object), share.to_numpy())[chance.permutation(len(at))]
        by_office = chance.random(len(at)) * 100 < rows["type"].map(tables.types["office"]).to_numpy(dtype=float)
        if directorate in own.index:
            drawn[by_office] = directorate
        offices = np.flatnonzero(rows["type"] == "health_sector")
        drawn[offices] = own.index.to_numpy(dtype=object)[np.arange(len(offices)) % len(own)]
        sectors[at] = _none_empty(drawn, list(own.index), ~by_office)
    return sectors


def _none_empty(drawn: Texts, sectors: list[str], movable: Flags) -> Texts:
    """The same, with one facility moved from the largest sector to each that has none, while there are enough."""
    sizes = {sector: int((drawn == sector).sum()) for sector in sectors}
    for sector in sectors:
        largest = max(sectors, key=lambda name: sizes[name])
        if sizes[sector] == 0 and sizes[largest] > 1:
            candidates = np.flatnonzero((drawn == largest) & movable)
            at = candidates[-1] if len(candidates) else np.flatnonzero(drawn == largest)[-1]
            drawn[at] = sector
            sizes[sector] += 1
            sizes[largest] -= 1
    return drawn
