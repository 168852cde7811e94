"""The indicators: all definitions, how they are cut, and the one place that divides.

data/reference/indicators.csv is their list: unit, levels, and which are core. The definitions are functions in the
modules below, and the annex on methods prints what their docstrings say.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import overload

import numpy as np
import pandas as pd

from pipeline.errors import RegistryError, unknown
from pipeline.indicators import amenities as indicators_amenities
from pipeline.indicators import barriers as indicators_barriers
from pipeline.indicators import beds as indicators_beds
from pipeline.indicators import condition as indicators_condition
from pipeline.indicators import coverage as indicators_coverage
from pipeline.indicators import equity as indicators_equity
from pipeline.indicators import population as indicators_population
from pipeline.indicators import quality as indicators_quality
from pipeline.indicators import services as indicators_services
from pipeline.indicators import staff as indicators_staff
from pipeline.indicators import truth as indicators_truth
from pipeline.indicators import universe as indicators_universe
from pipeline.indicators.definition import PARTS, Absent, Count, Definition, Gap, Rate, Result
from pipeline.indicators.facts import ADMIN, HOSPITAL, PHC, Agreement, Earlier, Facts, Judgement
from pipeline.indicators.tables import gather
from pipeline.indicators.vocabulary import Vocabulary, vocabulary

__all__ = [
    "ADMIN", "DEFINITIONS", "HOSPITAL", "PHC", "REASONS", "Absent", "Agreement", "Count", "Definition", "Earlier",
    "Entry", "Facts", "Gap", "Judgement", "Rate", "Result", "Vocabulary", "care", "catalogue", "entry", "gather",
    "methods", "share", "vocabulary",
]  # fmt: skip

_MODULES = (
    indicators_universe, indicators_coverage, indicators_quality, indicators_condition, indicators_beds,
    indicators_amenities, indicators_staff, indicators_services, indicators_barriers, indicators_population,
    indicators_equity, indicators_truth,
)  # fmt: skip
DEFINITIONS: Mapping[str, Definition] = {
    found.code: found for module in _MODULES for found in vars(module).values() if isinstance(found, Definition)
}

# Why an indicator has no value: what stands in measures.reason.
REASONS = {
    "no_baseline": "no earlier list of facilities to compare with",
    "first_round": "needs an earlier round",
    "cadres_unnamed": "the codebook does not name the cadres yet",
    "small": "fewer than 10 facilities in one of the two groups",
    "missing": "no facility gives the number",
    "not_in_form": "not asked in this form",
    "no_population": "no population for this area",
    "no_revisits": "no second visit has come back",
    "left_out": "a directorate of this area is left out, or has not reported",
}
LEVELS = (
    "sector", "directorate", "region", "governorate", "type", "tier", "urban_rural", "location_type", "cadre", "module",
    "phc_sector", "phc_urban_rural",
)  # fmt: skip
SCALES = {
    "percent": 100, "percentage points": 100, "ratio": 1, "per 10,000": 10_000, "per 100,000": 100_000,
    "per 250,000": 250_000, "per 500,000": 500_000,
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A row of the list of indicators."""

    code: str
    name: str
    group: str
    unit: str
    levels: frozenset[str]
    is_core: bool


def catalogue(rows: pd.DataFrame) -> dict[str, Entry]:
    """The list of indicators by code, a template without its keys; every definition must be in it."""
    found: dict[str, Entry] = {}
    for row in rows.to_dict("records"):
        code = row["code"].partition("_<")[0]
        found[code] = Entry(code, row["name"], row["group"], row["unit"], _levels(row, found), row["core"] == "yes")
    strangers = sorted(set(DEFINITIONS) - set(found))
    if strangers:
        raise RegistryError(f"data/reference/indicators.csv has no row for {', '.join(strangers)}: add it")
    return found


def entry(indicator: str, entries: Mapping[str, Entry]) -> Entry:
    """The row of the list that an indicator, or one of a template, belongs to."""
    code = indicator
    while code and code not in entries:
        code = code.rpartition("_")[0]
    if not code:
        raise unknown("indicator", indicator, entries)
    return entries[code]


def methods() -> pd.DataFrame:
    """What the annex on methods prints, a row for each definition: code, name, numerator, denominator, source, note."""
    columns = ["code", "name", *(part.lower() for part in PARTS)]
    rows = [{"code": code, **found.parts} for code, found in sorted(DEFINITIONS.items())]
    return pd.DataFrame(rows, columns=columns).fillna("")


def care(types: pd.Series[str]) -> pd.Series[str]:
    """hospital, phc or other for each type of facility: what every page on a theme keeps apart."""
    known = {**dict.fromkeys(HOSPITAL, "hospital"), **dict.fromkeys(PHC, "phc")}
    return types.astype(str).map(known).fillna("other")


@overload
def share(numerator: pd.Series[int], denominator: pd.Series[int], unit: str) -> pd.Series[float]: ...
@overload
def share(numerator: int | None, denominator: int | None, unit: str) -> float | None: ...
def share(
    numerator: pd.Series[int] | int | None, denominator: pd.Series[int] | int | None, unit: str
) -> pd.Series[float] | float | None:
    """The one place that divides: a numerator over its denominator, in a unit of SCALES.

    No value (None, or NaN in a column) where the denominator is 0 or either is missing: never 0 %.
    """
    if unit not in SCALES:
        raise unknown("unit of a share", unit, SCALES)
    if isinstance(numerator, pd.Series) and isinstance(denominator, pd.Series):
        above, below = numerator.astype("Float64"), denominator.astype("Float64")
        return (above * SCALES[unit] / below.where(below != 0)).astype(float)
    found = share(pd.Series([numerator], dtype="Int64"), pd.Series([denominator], dtype="Int64"), unit).iloc[0]
    return None if np.isnan(found) else float(found)


def _levels(row: Mapping[Hashable, str], above: Mapping[str, Entry]) -> frozenset[str]:
    """`iraq; region; sector`, or `as` another indicator; words about a level, such as `of location`, say nothing."""
    words = row["levels"].split("; ")
    if words[0].startswith("as "):
        return above[words[0].removeprefix("as ")].levels
    first = (word.partition(" ")[0] for word in words)
    return frozenset(word for word in first if word in LEVELS)
