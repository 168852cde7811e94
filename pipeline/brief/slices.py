"""The slices of a brief: only the measures, words and lists that its page prints.

Which indicators a brief holds stands in FAMILIES, by the longest matching beginning of their code. Hospitals, primary
care and other facilities are kept apart by adding up types (`indicators.care`), so no share is ever averaged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from pipeline import indicators
from pipeline.brief.material import NAMES, Material
from pipeline.codebook import Question
from pipeline.registry import WIDER_SCOPES
from pipeline.words import percent

COLUMNS = ["indicator", "dimension", "group", "unit", "numerator", "denominator", "not_asked", "missing", "reason"]
AREA_COLUMNS = ["indicator", "scope", *COLUMNS[2:]]
SECTOR_COLUMNS = ["indicator", "directorate", "sector", *COLUMNS[3:]]
COMPARISON_COLUMNS = ["indicator", "group", "percent"]
TEXTS = dict.fromkeys(("indicator", "scope", "dimension", "group", "reason"), str)
# Whole scope only; whole scope and care; also by type of facility; also by town and country.
WHOLE, CARE, TYPE, RURAL = ("all",), ("all", "care"), ("all", "care", "type"), ("all", "care", "urban_rural")
# Of primary care alone; only some subjects show them (`Subject.cuts`).
PHC = ("phc_sector", "phc_urban_rural")
TIER = (*TYPE, "tier")
FAMILIES = {
    "U": CARE, "U_LISTED": (*TIER, "phc_sector"), "U_EXISTING": (*TIER, *PHC),
    "OPS_OPERATIONAL": (*TIER, "urban_rural", *PHC), "COV": WHOLE, "DQ": WHOLE, "BLD": CARE, "EQP": CARE,
    "FUN": RURAL, "FUN_FULL": (*TIER, "urban_rural", *PHC), "ACC": RURAL, "ACC_FULL": (*RURAL, *PHC), "CAU": WHOLE,
    "CAU_FAC_HFFUNCTx": CARE, "SUP": WHOLE, "SUP_ANY": CARE, "SUP_MAJOR": CARE, "OWN": TYPE, "MAN": TYPE, "INP": CARE,
    "BED": CARE, "AMN": CARE, "AMN_FULL": (*RURAL, *PHC), "AMN_WASH": (*RURAL, *PHC), "SRC": CARE, "WAT": RURAL,
    "SAN": RURAL, "PWR": RURAL, "CCH": RURAL, "WST": RURAL, "INF": CARE, "HR": CARE, "HR_TOTAL": TYPE,
    "HR_NOSTAFF": TYPE, "HR_WOMEN": (*TYPE, "cadre"), "SVC": CARE, "SVC_FULL": (*CARE, *PHC), "SVC_ANY": (*CARE, *PHC),
    "SVC_DOMAIN": (*CARE, *PHC), "GAP": TYPE, "BAR": WHOLE, "BAR_FAC_BAINP1": CARE, "BAR_DOMAIN": (*CARE, *PHC),
    "POP": WHOLE, "EQU": WHOLE,
}  # fmt: skip
FEW = 10
# How a condition of the form names the facilities with beds.
INPATIENT = "${inpatient}"
# The shares of Iraq that stand beside those of another scope.
COMPARED = (
    "OPS_OPERATIONAL", "BLD_DAMAGED", "EQP_DAMAGED", "FUN_FULL", "ACC_FULL", "SUP_ANY", "AMN_WASH", "COV_ITEMS",
    "AMN_FULL_", "SVC_DOMAIN_", "INF_FULL_", "HR_WOMEN", "HR_NOSTAFF", "HR_SUFFICIENT_", "BED_SUFFICIENT_",
    "OWN_PUBLIC", "MAN_PUBLIC", "WAT_IMPROVED", "SAN_INCLUSIVE", "PWR_BACKUP", "CCH_AVAILABLE", "WST_UNSAFE",
)  # fmt: skip
# What a wider report shows of each of its directorates.
OF_AREAS = (
    "U_LISTED", "U_EXISTING", "OPS_OPERATIONAL", "BLD_DAMAGED", "FUN_FULL", "ACC_FULL", "AMN_WASH", "BED_COUNT_all",
    "HR_TOTAL", "GAP_COUNT", "COV_ITEMS", "SVC_DOMAIN_", "BAR_DOMAIN_", "AMN_FULL_",
)  # fmt: skip
METHODS_OF = {family.partition("_")[0] for family in FAMILIES}


def measures(material: Material, scopes: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The measures that the page of each scope prints, cut along the dimensions that it shows."""
    # All scopes at once, and each word of the table (a category) once: there are half a million rows.
    table = material.tables["measures"]
    dimensions = {name: _dimensions(name) for name in table["indicator"].cat.categories}
    with_care = {name: ("type",) for name, shown in dimensions.items() if "care" in shown}
    known = [scope for scope in scopes if (table["scope"] == scope).any()]
    parts = [_along(table, dimensions), _by_care(_along(table, with_care)), _population(material, known)]
    cut = _sorted(pd.concat([part.astype(TEXTS) for part in parts], ignore_index=True), material)
    by_scope = {scope: rows[COLUMNS].reset_index(drop=True) for scope, rows in cut.groupby("scope")}
    return {scope: by_scope.get(scope, pd.DataFrame(columns=COLUMNS)) for scope in scopes}


def _dimensions(indicator: str) -> tuple[str, ...]:
    """The dimensions of the longest family that the code begins with; none for an indicator that no page shows."""
    parts = indicator.split("_")
    names = ("_".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((FAMILIES[name] for name in names if name in FAMILIES), ())


def _along(table: pd.DataFrame, dimensions: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """The rows that are cut along one of the dimensions given for their indicator."""
    names, known = table["indicator"].cat, table["dimension"].cat
    wanted = [[dimension in dimensions.get(name, ()) for dimension in known.categories] for name in names.categories]
    return table[np.array(wanted, dtype=bool)[names.codes, known.codes]]


def _by_care(by_type: pd.DataFrame) -> pd.DataFrame:
    """The rows by type added up to hospitals, primary care and other; a count that no type knows stays blank."""
    types = by_type["group"].cat
    care = indicators.care(pd.Series(types.categories)).to_numpy(dtype=object)[types.codes]
    groups = [by_type["scope"], by_type["indicator"], pd.Series(care, by_type.index)]
    numbers = by_type.groupby(groups, observed=True)[["numerator", "denominator", "not_asked", "missing"]]
    found = numbers.sum(min_count=1).rename_axis(["scope", "indicator", "group"]).reset_index()
    return found.assign(dimension="care", reason="")


def _population(material: Material, scopes: Iterable[str]) -> pd.DataFrame:
    """Figures per population, which exist by governorate: a directorate is told those of its governorates.

    A governorate has no figure while somebody who reports facilities in it is closed.
    """
    by_governorate = {name: ("governorate",) for name in material.units if name.startswith("POP_")}
    rates = _along(material.tables["measures"], by_governorate)
    rates = rates[rates["scope"] == "iraq"].astype(TEXTS)
    facilities = material.tables["facilities"]
    shut = facilities.loc[facilities["directorate"].isin(material.standing.iraq.closed), "governorate"]
    is_shut = rates["group"].isin(set(shut)) & (rates["reason"] == "")
    rates.loc[is_shut, ["numerator", "denominator"]] = pd.NA
    rates.loc[is_shut, "reason"] = "closed"
    told = [rates[rates["group"].isin(governorates(material, scope))].assign(scope=scope) for scope in scopes]
    return pd.concat(told) if told else rates.head(0)


def governorates(material: Material, scope: str) -> list[str]:
    """The governorates that a scope's page speaks of, by P-code: those where its directorates are at home."""
    at_home = material.places.at_home
    return sorted({code for slug in material.members(scope) for code in at_home.get(slug, ())})


def comparison(country: pd.DataFrame, beside: tuple[str, ...] = ()) -> pd.DataFrame:
    """Iraq's shares in whole percent, as displayed: a single answer somewhere else rarely changes them.

    `beside` are the beginnings of further indicators. A share of fewer than ten is nothing to compare with.
    """
    is_shown = country["indicator"].str.startswith((*COMPARED, *beside)) & country["dimension"].isin(CARE)
    rows = country[is_shown & (country["denominator"] >= FEW).fillna(False)]
    shares = indicators.share(rows["numerator"], rows["denominator"], "percent")
    told = [percent(None if pd.isna(share) else float(share)) for share in shares]
    return rows.assign(percent=told)[COMPARISON_COLUMNS]


def areas(own: Mapping[str, pd.DataFrame], starts: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """What wider pages may show of each directorate, as a whole and by kind of facility, of some indicators."""
    found = {}
    for slug, rows in own.items():
        is_shown = rows["dimension"].isin(CARE) & rows["indicator"].str.startswith(starts)
        found[slug] = rows[is_shown].assign(scope=slug)[AREA_COLUMNS]
    return found


def sectors(material: Material) -> dict[str, pd.DataFrame]:
    """What each directorate's page may show of its sectors; by kind of facility nothing is measured there."""
    table = material.tables["measures"]
    rows = table[table["dimension"] == "sector"].astype(TEXTS)
    cut = _sorted(rows.assign(directorate=rows["scope"], scope=rows["group"], group=""), material)
    found = {slug: of_one[AREA_COLUMNS] for slug, of_one in cut.groupby("directorate")}
    return {slug: found.get(slug, cut[AREA_COLUMNS].head(0)) for slug in material.members("iraq")}


def centres_of_sectors(own: Mapping[str, pd.DataFrame], members: Iterable[str], shown: Iterable[str]) -> pd.DataFrame:
    """What a wider page shows of the primary care centres of each sector of its directorates."""
    cut = [own[slug][own[slug]["dimension"] == "phc_sector"].assign(directorate=slug) for slug in members]
    found = pd.concat(cut or [pd.DataFrame(columns=[*COLUMNS, "directorate"])])
    told = found[found["indicator"].isin(list(shown))].rename(columns={"group": "sector"})
    return told[SECTOR_COLUMNS].reset_index(drop=True)


def parts(material: Material, scope: str) -> list[str]:
    """The parts of a scope in their official order: directorates, or sectors, unknown ones last."""
    if scope in WIDER_SCOPES:
        return list(material.members(scope))
    known = material.places.sectors
    listed = list(known.loc[known["directorate"] == scope, "slug"])
    facilities = material.tables["facilities"]
    found = facilities.loc[facilities["directorate"] == scope, "sector"].astype(str)
    return [*listed, *sorted(set(found) - set(listed))]


def _sorted(rows: pd.DataFrame, material: Material) -> pd.DataFrame:
    """In the order of the indicators' own list, so that causes and items stand in the form's order; with units."""
    rank = {name: place for place, name in enumerate(order(material))}
    ordered = rows.assign(
        unit=rows["indicator"].map(material.units), _rank=rows["indicator"].map(rank).fillna(len(rank))
    )
    return ordered.sort_values(["_rank", "indicator", "dimension", "group"], kind="stable")


def order(material: Material) -> list[str]:
    """All indicators that this form can have, in the order of their definitions and of the form."""
    words = indicators.vocabulary(material.codebook)
    return [name for definition in indicators.DEFINITIONS.values() for name in definition.indicators(words)]


# --- words ---------------------------------------------------------------------------------------------------------


def words(material: Material) -> list[dict[str, str]]:
    """The words for codes that every page has, in three languages: fields, causes, barriers, domains."""
    return [*_field_labels(material), *_barrier_labels(material), *_listed_labels(material)]


def labels(material: Material, scope: str, shared: Iterable[dict[str, str]]) -> pd.DataFrame:
    """The words for codes that a scope's page shows: those that every page has, and its places; the first counts."""
    first: dict[tuple[str, str], dict[str, str]] = {}
    for row in (*shared, *_place_labels(material, scope)):
        first.setdefault((row["list"], row["code"]), row)
    return pd.DataFrame(list(first.values()), columns=["list", "code", *NAMES])


def _field_labels(material: Material) -> Iterable[dict[str, str]]:
    """The words of what pages group by, of what the country's known totals count and a finding may set beside it."""
    return field_labels(material, ("type", "urban_rural", "status", "building_condition", "functionality"))


def field_labels(material: Material, fields: Iterable[str]) -> Iterable[dict[str, str]]:
    """The words for the codes of some fields of facilities."""
    for name in fields:
        question = material.codebook.of_field(f"facilities.{name}")
        yield from _option_labels(name, [question] if question else [])


def _barrier_labels(material: Material) -> Iterable[dict[str, str]]:
    yield from _option_labels("barrier", material.codebook.having_field("barriers"))
    for question in material.codebook.having_field("choices"):
        yield from _option_labels(question.name, [question])


def _option_labels(name: str, questions: Iterable[Question]) -> Iterable[dict[str, str]]:
    for question in questions:
        for option in question.options:
            yield {"list": name, "code": option.canonical, **{code: option.short[code] for code in NAMES}}


def _listed_labels(material: Material) -> Iterable[dict[str, str]]:
    rows = material.reference["labels"]
    for row in rows[rows["list"] == "domain"].to_dict("records"):
        yield {"list": "module", "code": row["canonical"], **{code: row[code] for code in NAMES}}


def sector_names(material: Material, scope: str) -> pd.DataFrame:
    """The names of the sectors of a scope; those known in Arabic or Kurdish only are written so in both."""
    known = material.places.sectors
    rows = known[known["directorate"].isin(material.members(scope))].assign(list="sector")
    named = rows.rename(columns={"slug": "code", "name_in_exports": "en", "name_ar": "ar"})
    return named.assign(ckb=named["ar"])[["list", "code", *NAMES]]


def _place_labels(material: Material, scope: str) -> Iterable[dict[str, str]]:
    # All directorates, since a finding may name another one; the page's own come first.
    for slug in (*material.members(scope), scope, "iraq", *material.members("iraq")):
        yield {"list": "scope", "code": slug, **material.names(slug)}
    places, codes = material.reference["governorates"], governorates(material, scope)
    for row in places[places["pcode"].isin(codes)].to_dict("records"):
        yield {"list": "governorate", "code": row["pcode"], **{code: row[f"name_{code}"] for code in NAMES}}


def items(material: Material) -> pd.DataFrame:
    """The items in the order of the form, with their names but without what the question asks of them."""
    rows = [
        {
            "item": question.name,
            "kind": question.field.partition(".")[2],
            "module": question.module,
            "asked": "inpatient" if INPATIENT in question.relevant else "",
            "sensitivity": question.sensitivity,
            **{
                code: question.labels[code].partition(": ")[0] if question.module == "staff" else question.labels[code]
                for code in NAMES
            },
        }
        for question in material.codebook.items
    ]
    return pd.DataFrame(rows, columns=["item", "kind", "module", "asked", "sensitivity", *NAMES])


def methods() -> pd.DataFrame:
    """The definitions of the indicators that pages print."""
    found = indicators.methods()
    return found[found["code"].str.partition("_")[0].isin(METHODS_OF)].reset_index(drop=True)
