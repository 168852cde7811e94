"""What changed between two rounds, indicator by indicator, for every scope and group: numbers only, nothing divided.

changes   indicator, scope, dimension, group; numerator and denominator of
          first_      the round before, as its own report has them
          before_     the round before, in this round's terms and by today's definitions
          (blank)     this round
          panel_before_, panel_   of the facilities that answered in both rounds
          linked      how many cells (facilities, or facilities × services) are in the panel
          ruling      same, recode or break: whether the questions behind it may be compared
          reason      why not, or why there is no number

The change from `before_` to now is real as far as the panel changed, and otherwise a change of who is counted
(`pipeline.change`). Where the ruling is `break` nothing is compared: both numbers stand there, and no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from pipeline import measure
from pipeline.indicators import DEFINITIONS, Entry, Facts
from pipeline.measure import Country
from pipeline.measure.groups import by_place, by_report, incomplete_areas
from pipeline.since.panel import grouped, pairs, results

KEYS = ["indicator", "scope", "dimension", "group"]
PAIR = ["numerator", "denominator"]
PARTS = ("first", "before", "", "panel_before", "panel")
COLUMNS = [*KEYS, *(f"{part}_{name}".lstrip("_") for part in PARTS for name in PAIR), "linked", "ruling", "reason"]
BREAK = "break"
RULINGS = ("same", "recode", BREAK)
Said = tuple[str, str]


class Ruled(NamedTuple):
    """Whether each indicator may be compared, and why; and each dimension that a question tells the groups of."""

    indicators: Mapping[str, Said]
    dimensions: Mapping[str, Said]


def changes(
    first: pd.DataFrame, before: Facts, now: Facts, links: pd.DataFrame, list_: Mapping[str, Entry], land: Country
) -> pd.DataFrame:
    """The table but for its rulings; `first` are the measures of the round before, as they were made then."""
    tables = {
        "first": first,
        "before": measure.measures(before, list_, land),
        "": measure.measures(now, list_, land),
        **panel(before, now, links, list_, land),
    }
    linked = _keyed(tables["panel"], ["not_asked"]).rename(columns={"not_asked": "linked"})
    parts = [_keyed(table, PAIR).add_prefix(f"{name}_" if name else "") for name, table in tables.items()]
    reasons = [_keyed(tables[name], ["reason"])["reason"].astype(str) for name in ("", "before")]
    # A row for what was measured in either round in the same terms; what only an older form had is no change.
    known = parts[2].index.union(parts[1].index)
    found = pd.concat([part.reindex(known) for part in (*parts, linked)], axis=1)
    found["reason"] = _first_told(reason.reindex(known).fillna("") for reason in reasons)
    return _filled(found).reset_index()


def panel(
    before: Facts, now: Facts, links: pd.DataFrame, list_: Mapping[str, Entry], land: Country
) -> dict[str, pd.DataFrame]:
    """The measures of the facilities that answered in both rounds, then and now; not_asked is how many cells."""
    linked = pairs(links, before, now)
    layers = [(by_report(facts, land.directorates), by_place(facts, land.home)) for facts in (before, now)]
    of_both = (grouped(layers[0][0], layers[1][0], linked), grouped(layers[0][1], layers[1][1], linked))
    definitions = list(DEFINITIONS.values())
    found = list(results(before, now, linked, definitions))
    incomplete = set.union(*(incomplete_areas(one, land.home, land.governorates) for one in (before, now)))
    return {
        name: measure.cut(
            ((one, both[place]) for one, both in zip(definitions, found, strict=True)),
            now.vocabulary, of_both, list_, land.population, incomplete,
        )
        for place, name in enumerate(("panel_before", "panel"))
    }  # fmt: skip


def ruled(found: pd.DataFrame, rulings: Ruled) -> pd.DataFrame:
    """The table with what may be compared, the worse ruling of an indicator and of what it is cut by.

    Where nothing may be compared, no panel stands there, and the reason does.
    """
    keys = found[["indicator", "dimension"]].astype(str).drop_duplicates()
    said = [_worst(rulings, *key) for key in keys.itertuples(index=False, name=None)]
    told = keys.assign(ruling=[kind for kind, _ in said], why=[why for _, why in said])
    names = found.astype({"indicator": str, "dimension": str})
    told = names.merge(told, on=["indicator", "dimension"], how="left", validate="many_to_one")
    broken = told["ruling"] == BREAK
    told["reason"] = told["reason"].astype(str).where(~broken, told["why"])
    told.loc[broken, [*(f"{part}_{name}" for part in ("panel_before", "panel") for name in PAIR), "linked"]] = pd.NA
    return told[COLUMNS]


def _worst(rulings: Ruled, indicator: str, dimension: str) -> Said:
    both = rulings.indicators.get(indicator, ("same", "")), rulings.dimensions.get(dimension, ("same", ""))
    return max(both, key=lambda said: RULINGS.index(said[0]))


def _keyed(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    texts = table.astype(dict.fromkeys(KEYS, str))
    return texts.set_index(KEYS)[columns]


def _first_told(reasons: Iterable[pd.Series]) -> pd.Series:
    """Why this round has no number; else why the one before has none."""
    now, before = reasons
    return now.where(now != "", before)


def _filled(found: pd.DataFrame) -> pd.DataFrame:
    """A group without a row is one in which nothing was counted: 0 of 0; an indicator without a number stays blank."""
    made = found.copy()
    is_share = found["denominator"].notna() | found["before_denominator"].notna()
    for part in ("before", "", "panel_before", "panel"):
        above, below = (f"{part}_{name}".lstrip("_") for name in PAIR)
        blank = made[above].isna() & (found["reason"] == "")
        made.loc[blank, above] = 0
        made.loc[blank & is_share, below] = 0
    return made.assign(linked=made["linked"].fillna(0))
