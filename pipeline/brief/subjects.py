"""What the pages of each notebook show, and so what a brief may hold: a brief changes only when its page does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.brief.slices import OF_AREAS, PHC

# What every page says of its facilities and of the quality of their answers.
GROUND = ("U", "COV", "DQ")
# Whether facilities stand, work and can be reached: in no denominator without them.
WORK = ("building", "functionality", "accessibility")
WATER_TO_WASTE = ("AMN", "WAT", "SAN", "PWR", "CCH", "WST")
OF_ITEMS = ("SVC_FULL", "SVC_ANY", "SVC_EXPECTED", "BAR_FAC", "BAR_MEN")
OF_DOMAINS = ("SVC_DOMAIN", "BAR_DOMAIN")
EVERYTHING = (
    *GROUND, "OPS", "BLD", "EQP", "FUN", "ACC", "CAU", "SUP", "OWN", "INP", "BED", *WATER_TO_WASTE, "INF", "HR", "SVC",
    "GAP", "BAR", "POP", "EQU",
)  # fmt: skip

# What a page says of the round before, if it is about everything.
MAIN = (
    "U_LISTED", "U_EXISTING", "OPS_OPERATIONAL", "FUN_FULL", "BLD_DAMAGED", "ACC_FULL", "AMN_WASH", "BED_COUNT_all",
    "HR_TOTAL", "SVC_DOMAIN_",
)  # fmt: skip
COUNTED = ("U_LISTED", "U_EXISTING")


@dataclass(frozen=True)
class Subject:
    """What a page shows: indicators by the words that their codes begin with, kinds of items, lists of facilities."""

    shows: tuple[str, ...] = EVERYTHING
    kinds: tuple[str, ...] = ("bed", "amenity", "information", "service", "cadre")
    modules: tuple[str, ...] = ()
    """The modules of services that the page speaks of; all of them for none."""
    lists: tuple[str, ...] = ()
    cuts: tuple[str, ...] = ()
    """Of the cuts of primary care alone, those that the page shows."""
    sectors: tuple[str, ...] = ()
    """What a wider page shows of the primary care centres of each sector."""
    compared: tuple[str, ...] = ()
    """Further indicators, by their beginnings, that stand beside those of Iraq."""
    has_remark: bool = False
    """Whether the page of a directorate prints what the directorate says to its numbers."""
    declares: bool = False
    """Whether the page lists facilities with the services of its modules that they lack."""
    has_maps: bool = False
    beside: tuple[str, ...] = ()
    """What it shows of each part of its scope: of the directorates of a wider one, of a directorate's sectors."""
    holds: tuple[str, ...] = ()
    """What else its brief holds: `annual`, the ministry's figures; `census` or `register`; `review`."""

    since: tuple[str, ...] = MAIN
    """Of which indicators, by their beginnings, the page says what changed since the round before."""
    asks: tuple[str, ...] = ()
    """The modules of questions that its numbers come from; all of them for none."""

    def touching(self, findings: pd.DataFrame, modules: Mapping[str, str]) -> pd.DataFrame:
        """The findings that touch the page's numbers, by the module of their question.

        What is about no question, or about the round as a whole (something was not checked), touches every page.
        """
        if not self.asks:
            return findings
        module = findings["question"].map(modules).fillna("")
        return findings[module.isin(("", *self.asks)) | (findings["facility_id"] == "")]

    def areas(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What the page shows of each part: what all wider pages may show, and what this one sets beside each other."""
        is_usual = rows["indicator"].str.startswith(OF_AREAS) & rows["group"].isin(("", "phc"))
        return self.measures(rows[is_usual | rows["indicator"].str.startswith(self.beside)])

    def shown(self, names: Iterable[str]) -> set[str]:
        """Those of the indicators that the page shows."""
        starts = tuple(f"{start}_" for start in self.shows)
        return {name for name in names if f"{name}_".startswith(starts)}

    def measures(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of the indicators that the page shows."""
        told = rows[rows["indicator"].isin(self.shown(rows["indicator"].unique()))]
        return told[~told["dimension"].isin(set(PHC) - set(self.cuts))] if "dimension" in told else told

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
    "overview": Subject(lists=("fully_damaged", "gaps"), has_maps=True, has_remark=True),
    "summary": Subject(
        shows=(
            *GROUND, "OPS", "FUN", "BLD", "ACC", "AMN", "CAU_FAC_HFFUNCTx", "BAR_FAC", "BAR_DOMAIN", "BED_COUNT",
            "HR_TOTAL", "GAP", "SVC_DOMAIN", "SVC_FULL", "POP",
        ),
        kinds=("amenity", "service"), beside=("CAU_FAC_HFFUNCTx", "BAR_FAC_BA"), holds=("annual",),
    ),
    "operations": Subject(
        shows=(*GROUND, "OPS", "BLD", "EQP", "FUN", "ACC", "CAU", "SUP", "OWN", "MAN"), kinds=(),
        lists=("fully_damaged",), beside=("OPS", "BLD", "EQP", "FUN", "ACC", "CAU", "SUP_ANY"),
        holds=("annual", "census"), has_maps=True,
        since=(*COUNTED, "OPS_OPERATIONAL", "FUN_FULL", "BLD_DAMAGED", "EQP_DAMAGED", "ACC_FULL", "SUP_ANY"),
        asks=("identity", "building", "equipment", "functionality", "accessibility", "support"),
    ),
    "amenities": Subject(
        shows=(*GROUND, *WATER_TO_WASTE, "SRC", "INF", "BAR_FAC", "BAR_MEN"), kinds=("amenity", "information"),
        beside=("AMN_FULL", "AMN_WASH", "INF", "BAR_FAC_BA"), asks=("amenities", "information"),
        since=("AMN_FULL_", "AMN_WASH", "WAT_", "SAN_", "PWR_", "CCH_", "INF_FULL_"),
    ),
    "hospitals": Subject(
        shows=(
            *GROUND, "OPS", "FUN", "BLD", "EQP", "CAU_FAC_HFFUNCTx", "INP", "BED", "BAR_FAC_BAINP1", "BAR_DOMAIN",
            "POP_HOSP", "POP_BED", "POP_BEDALL", "POP_ICU", "SVC", "HR",
        ),
        kinds=("bed", "service", "cadre"), asks=(*WORK, "equipment", "beds", "staff"),
        beside=("U_EXISTING", "OPS", "FUN_FULL", "BLD_DAMAGED", "BED_", "HR_TOTAL", "SVC_DOMAIN", "BAR_DOMAIN"),
        compared=("INP_CAPACITY", "SVC_FULL_"),
        since=(*COUNTED, "OPS_OPERATIONAL", "FUN_FULL", "BLD_DAMAGED", "BED_COUNT_", "BED_SUFFICIENT_", "HR_TOTAL"),
    ),
    "workforce": Subject(
        shows=(*GROUND, "HR", "POP_DNM_10K"), kinds=("cadre",),
        beside=("HR_TOTAL", "HR_CADRE", "HR_WOMEN", "HR_NOSTAFF", "HR_SUFFICIENT", "HR_PHC_DOCTOR"), asks=("staff",),
        since=("HR_TOTAL", "HR_WOMEN", "HR_NOSTAFF", "HR_CADRE_", "HR_PHC_DOCTOR"),
    ),
    "primary-care": Subject(
        shows=(
            *GROUND, "OPS", "FUN", "ACC", "CAU_FAC_HFFUNCTx", "AMN", "SVC_DOMAIN", "BAR_DOMAIN", "HR_PHC_DOCTOR",
            "POP_PHC_10K",
        ),
        kinds=("amenity", "service"), cuts=PHC, asks=(*WORK, "amenities"),
        sectors=("U_LISTED", "U_EXISTING", "OPS_OPERATIONAL", "FUN_FULL", "AMN_WASH"),
        since=(*COUNTED, "OPS_OPERATIONAL", "FUN_FULL", "ACC_FULL", "AMN_WASH", "SVC_DOMAIN_", "HR_PHC_DOCTOR"),
    ),
    "annual-review": Subject(
        shows=(*GROUND, "OPS", "BLD", "EQP", "FUN", "ACC", "AMN", "BED_COUNT", "HR_TOTAL", "HR_NOSTAFF", "SVC_DOMAIN"),
        kinds=("amenity", "service"), holds=("review",), since=(*MAIN, "EQP_DAMAGED", "HR_NOSTAFF", "AMN_FULL_"),
    ),
    "facilities": Subject(
        shows=(*GROUND, "OPS", "FUN", "GAP", "SVC_FULL"), kinds=("service",), lists=("fully_damaged", "gaps"),
        beside=("U_LISTED",), holds=("register",), has_maps=True, since=(*COUNTED, "OPS_OPERATIONAL", "FUN_FULL"),
    ),
}  # fmt: skip


# All that some page sets beside each other.
BESIDE = (*OF_AREAS, *sorted({start for subject in SUBJECTS.values() for start in subject.beside}))


def of_domains(modules: Iterable[str], items: pd.DataFrame) -> Subject:
    """What a page about modules of services shows: their services, with what stands in their way."""
    modules = tuple(modules)
    codes = items.loc[(items["kind"] == "service") & items["module"].isin(modules), "item"]
    services = [f"{family}_{code}" for family in OF_ITEMS for code in codes]
    domains = [f"{family}_{module}" for family in OF_DOMAINS for module in modules]
    # Emergency obstetric care is the only service with a benchmark per population.
    rates = ("POP_EMONC_500K", "POP_CEMONC_500K") if "maternal_newborn" in modules else ()
    return Subject(
        shows=(*GROUND, *services, *domains, *rates),
        kinds=("service",),
        modules=modules,
        cuts=PHC,
        beside=("U_EXISTING", *domains),
        compared=("SVC_FULL_",),
        asks=(*WORK, *modules),
        declares=True,
        since=("SVC_FULL_", *(f"SVC_DOMAIN_{module}" for module in modules)),
    )
