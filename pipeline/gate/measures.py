"""Rules on `measures`: keys, shares, sums over directorates, and that no core indicator is missing."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pandas as pd

from pipeline.decisions import left_out
from pipeline.gate.case import Case, Offences
from pipeline.registry import WIDER_SCOPES

TEMPLATE = re.compile(r"<[^>]+>")
# One numerator cannot be larger than the whole it is a part of.
PARTS = ("percent", "score 0-100")
# What the indicators of a template are made for: one for each item of a kind.
TEMPLATES_OF = {
    "SVC_": "answers.service", "AMN_": "answers.amenity", "INF_": "answers.information", "BED_": "answers.bed",
    "HR_": "answers.cadre", "BAR_": "barriers",
}  # fmt: skip
COUNTS = ("facilities", "beds", "persons", "gaps")


def scopes_known(case: Case) -> pd.DataFrame:
    """Rows about something that is neither a directorate nor a wider scope."""
    scope = case.frame["scope"].astype(object)
    found = Offences()
    known = [*case.places.directorates["slug"], *WIDER_SCOPES]
    found.add(~scope.isin(known).to_numpy(), "scope", scope, "a directorate, federal, kurdistan or iraq")
    return found.frame()


def indicators_known(case: Case) -> pd.DataFrame:
    """Rows of indicators that the list of definitions does not have."""
    strange = (_definitions(case) == "").to_numpy(dtype=bool)
    found = Offences()
    found.add(strange, "indicator", case.frame["indicator"], "an indicator of data/reference/indicators.csv")
    return found.frame()


def shares_within_one(case: Case) -> pd.DataFrame:
    """Shares above one or below zero, and shares without a denominator."""
    part = _unit(case).isin(PARTS).to_numpy()
    numerator, denominator = (_numbers(case, name) for name in ("numerator", "denominator"))
    known = ~np.isnan(numerator)
    found = Offences()
    for broken, column, expected in (
        (known & np.isnan(denominator), "denominator", "a denominator"),
        ((numerator < 0) | (numerator > denominator), "numerator", "0 <= numerator <= denominator"),
    ):
        where = part & broken
        rows = case.frame.loc[where, ["numerator", "denominator"]].astype(str)
        told = (rows["numerator"] + " of " + rows["denominator"]).reindex(case.frame.index)
        found.add(where, column, told, expected)
    return found.frame()


def values_or_reasons(case: Case) -> pd.DataFrame:
    """Rows with neither a value nor a reason why there is none, or with both."""
    blank = case.frame["numerator"].isna().to_numpy()
    reason = (case.frame["reason"].fillna("") != "").to_numpy(dtype=bool)
    found = Offences()
    found.add(blank & ~reason, "reason", "", "why there is no value")
    found.add(~blank & reason, "reason", case.frame["reason"].fillna(""), "blank, since there is a value")
    return found.frame()


def directorates_add_up(case: Case) -> pd.DataFrame:
    """Counts whose directorates, less declared double reports, do not give Iraq.

    Exact for counts of facilities listed; of what those facilities hold, double reports may only lower the sum.
    """
    sums = _by_scope(case)
    members = [slug for slug in case.places.directorates["slug"] if slug not in left_out(case.decisions)]
    doubles = _double_reports(case, members)
    found = Offences()
    for code, row in sums.iterrows():
        parts, iraq = int(row.reindex(members).fillna(0).sum()), row.get("iraq")
        if iraq is None or iraq != iraq:
            continue
        less = doubles if code == "U_LISTED" else None if doubles else 0
        if parts - int(iraq) != less if less is not None else parts < int(iraq):
            expected = f"{parts} of the directorates less {doubles} double reports"
            found.add_whole(str(code), f"{int(iraq)} for Iraq", expected)
    return found.frame()


def core_indicators_present(case: Case) -> pd.DataFrame:
    """Core indicators without a row for a scope that reports facilities, and for which they are defined."""
    have = _definitions_by_scope(case)
    reporting = sorted(set(case.placed["directorate"]) & set(case.places.directorates["slug"]))
    found = Offences()
    for row in case.indicators.to_dict("records"):
        if row["core"] == "yes" and _has_items(case, row["code"]):
            for scope in ["iraq", *(reporting if _for_directorates(row["levels"]) else [])]:
                if (row["code"], scope) not in have:
                    found.add_whole(row["code"], f"no row for {scope}", "a row, if only to say why it has no value")
    return found.frame()


def _definitions_by_scope(case: Case) -> set[tuple[str, str]]:
    """Which definitions have a row for which scope."""
    codes, scopes = _definitions(case).cat, case.frame["scope"].astype("category").cat
    names, places = codes.categories.tolist(), scopes.categories.tolist()
    pairs = codes.codes.to_numpy(dtype=np.int64) * len(places) + scopes.codes.to_numpy()
    there = np.flatnonzero(np.bincount(pairs, minlength=len(names) * len(places))).tolist()
    return {(str(names[pair // len(places)]), str(places[pair % len(places)])) for pair in there}


def _has_items(case: Case, code: str) -> bool:
    """Whether the form has what a template is made for: an indicator for each cadre needs a form with cadres."""
    field = next((field for prefix, field in TEMPLATES_OF.items() if code.startswith(prefix)), "")
    return "<" not in code or not field or bool(case.codebook.having_field(field))


def _numbers(case: Case, name: str) -> np.ndarray:
    return pd.to_numeric(case.frame[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _for_directorates(levels: str) -> bool:
    return "directorate" in levels and "never directorate" not in levels


def _by_scope(case: Case) -> pd.DataFrame:
    """The counts of whole scopes: a row for each indicator, a column for each scope."""
    whole = case.frame["dimension"].astype(object).eq("all").to_numpy() & _unit(case).isin(COUNTS).to_numpy()
    rows = case.frame.loc[whole, ["indicator", "scope", "numerator"]].astype({"indicator": str, "scope": str})
    return rows.pivot_table(index="indicator", columns="scope", values="numerator", aggfunc="sum", observed=True)


def _double_reports(case: Case, members: list[str]) -> int:
    facilities = case.others.get("facilities")
    if facilities is None:
        return 0
    double = facilities["same_as"].notna() & facilities["directorate"].isin(members)
    return int((double & ~facilities["facility_id"].isin(case.set_aside)).sum())


def _unit(case: Case) -> pd.Series:
    units = dict(zip(case.indicators["code"], case.indicators["unit"], strict=True))
    return _definitions(case).map(units)


def _definitions(case: Case) -> pd.Series:
    """The code of the definition behind each row, with its `<…>`; blank where there is none."""
    found: pd.Series = case.once("definitions", lambda: _made_definitions(case))
    return found


def _made_definitions(case: Case) -> pd.Series:
    codes = case.frame["indicator"].astype("category").cat
    known = tuple(case.indicators["code"])
    names = np.array([_definition(str(code), known) for code in codes.categories], dtype=object)
    # Some hundreds of codes in some hundred thousand rows: only the codes are looked up. The last name is of a blank.
    words, place = np.unique(np.append(names, "").astype(str), return_inverse=True)
    return pd.Series(pd.Categorical.from_codes(place[codes.codes], pd.Index(words)))


@lru_cache(maxsize=8192)
def _definition(code: str, known: tuple[str, ...]) -> str:
    """The longest definition that a code can come from."""
    found = [name for name in known if _pattern(name).fullmatch(code)]
    return max(found, key=lambda name: len(TEMPLATE.sub("", name)), default="")


@lru_cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in TEMPLATE.split(name)))
