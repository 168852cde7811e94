"""What the pages of each notebook show, and so what a brief may hold: a brief changes only when its page does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

# What every page says of its facilities and of the quality of their answers.
GROUND = ("U", "COV", "DQ")
WATER_TO_WASTE = ("AMN", "WAT", "SAN", "PWR", "CCH", "WST")
OF_ITEMS = ("SVC_FULL", "SVC_ANY", "SVC_EXPECTED", "BAR_FAC", "BAR_MEN")
OF_DOMAINS = ("SVC_DOMAIN", "BAR_DOMAIN")
EVERYTHING = (
    *GROUND, "OPS", "BLD", "EQP", "FUN", "ACC", "CAU", "SUP", "OWN", "INP", "BED", *WATER_TO_WASTE, "INF", "HR", "SVC",
    "GAP", "BAR", "POP", "EQU",
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """What a page shows: indicators by the words that their codes begin with, kinds of items, lists of facilities."""

    shows: tuple[str, ...] = EVERYTHING
    kinds: tuple[str, ...] = ("bed", "amenity", "information", "service", "cadre")
    modules: tuple[str, ...] = ()
    """The modules of services that the page speaks of; all of them for none."""
    lists: tuple[str, ...] = ()
    has_maps: bool = False

    def shown(self, names: Iterable[str]) -> set[str]:
        """Those of the indicators that the page shows."""
        return {name for name in names if any(f"{name}_".startswith(f"{start}_") for start in self.shows)}

    def measures(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of the indicators that the page shows."""
        return rows[rows["indicator"].isin(self.shown(rows["indicator"].unique()))]

    def items(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The items that the page names."""
        told = rows[rows["kind"].isin(self.kinds)]
        return told[~told["kind"].eq("service") | told["module"].isin(self.modules)] if self.modules else told

    def methods(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The definitions that the shown indicators follow: of a family, of all in it, or of the one an item is of."""
        starts = tuple(f"{start}_" for start in self.shows)
        is_told = [
            f"{code}_".startswith(starts) or any(start.startswith(f"{code}_") for start in starts)
            for code in rows["code"]
        ]
        return rows[is_told]


SUBJECTS = {
    "overview": Subject(lists=("fully_damaged", "gaps"), has_maps=True),
    "summary": Subject(
        shows=(
            *GROUND, "OPS", "FUN", "BLD", "ACC", "AMN", "CAU_FAC_HFFUNCTx", "BAR_FAC", "BAR_DOMAIN", "BED_COUNT",
            "HR_TOTAL", "GAP", "SVC_DOMAIN", "SVC_FULL", "POP",
        ),
        kinds=("amenity", "service"),
    ),
    "operations": Subject(
        shows=(*GROUND, "OPS", "BLD", "EQP", "FUN", "ACC", "CAU", "SUP", "OWN"), kinds=(), lists=("fully_damaged",),
        has_maps=True,
    ),
    "amenities": Subject(
        shows=(*GROUND, *WATER_TO_WASTE, "INF", "BAR_FAC", "BAR_MEN"), kinds=("amenity", "information")
    ),
    "hospitals": Subject(
        shows=(*GROUND, "OPS", "FUN", "INP", "BED", "POP", "SVC", "HR"), kinds=("bed", "service", "cadre")
    ),
    "workforce": Subject(shows=(*GROUND, "HR", "POP"), kinds=("cadre",)),
    "primary-care": Subject(shows=(*GROUND, "OPS", "FUN", "AMN", "SVC", "HR", "POP"), kinds=("amenity", "service")),
    "facilities": Subject(
        shows=(*GROUND, "GAP", "SVC_FULL"), kinds=("service",), lists=("fully_damaged", "gaps"), has_maps=True
    ),
}  # fmt: skip


def of_domains(modules: Iterable[str], items: pd.DataFrame) -> Subject:
    """What a page about modules of services shows: their services, with what stands in their way."""
    modules = tuple(modules)
    codes = items.loc[(items["kind"] == "service") & items["module"].isin(modules), "item"]
    services = [f"{family}_{code}" for family in OF_ITEMS for code in codes]
    domains = [f"{family}_{module}" for family in OF_DOMAINS for module in modules]
    return Subject(shows=(*GROUND, *services, *domains), kinds=("service",), modules=modules)
