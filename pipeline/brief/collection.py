"""The slices of the collection report: who has answered, when, how fully, what was doubted, and what came back.

coverage      directorate, sector, facilities, in_window, first, last: each sector of the list, also a silent one
expected      how the round covers the last list of facilities: brief.coverage says what is in it
progress      day, facilities: how many facilities' answers date from a day
completeness  directorate, module, numerator, denominator: COV_ITEMS; no row for a directorate that is closed
workspaces    directorate, sector, facilities, critical, warning, settled: findings by where the answers were keyed
answered      directorate, severity, asked, settled: findings as questions, and those that a decision settles
changed       directorate, decision, facilities: facilities that decisions touch, by their kind
gates         table, state, suite, evaluated, sha256: what was judged, and whether by every expectation of its suite
expectations  table, rule, severity, why, findings, settled, in_doubt: every rule, also where it found nothing

Counts of answers are no numbers about health: they stand there while the gate has closed a directorate or Iraq.
"""

from __future__ import annotations

import pandas as pd

from pipeline.brief import coverage as brief_coverage
from pipeline.brief import state as brief_state
from pipeline.brief.material import Material
from pipeline.verdict import Verdict

SEVERITIES = ("critical", "warning")


def slices(material: Material, scope: str) -> dict[str, pd.DataFrame]:
    """The slices by name, for the directorates of a scope."""
    members = material.members(scope)
    facilities = material.tables["facilities"]
    mine = facilities[facilities["directorate"].isin(members)].astype({"directorate": str, "sector": str})
    findings = brief_state.findings_of(material, scope)
    return {
        "coverage": coverage(material, mine, members),
        "expected": brief_coverage.expected(material, members),
        "progress": progress(mine),
        "completeness": completeness(material, members),
        "workspaces": workspaces(mine, findings),
        "answered": answered(findings),
        "changed": changed(material, scope),
        "gates": gates(material),
        "expectations": expectations(material),
    }


def labels(material: Material, scope: str) -> pd.DataFrame:
    """The names of sectors, as exports and the ministry write them; there is no list of their names in Sorani."""
    sectors = material.places.sectors
    mine = sectors[sectors["directorate"].isin(material.members(scope))]
    names = pd.DataFrame({"list": "sector", "code": mine["slug"], "en": mine["name_in_exports"]})
    return names.assign(ar=mine["name_ar"], ckb=mine["name_ar"])


def coverage(material: Material, facilities: pd.DataFrame, members: tuple[str, ...]) -> pd.DataFrame:
    """Facilities by sector, how many of them inside the round's window, and the first and the last day."""
    first, last = material.entry.window
    days = facilities["response_date"].astype(str).str[:10]
    rows = facilities[["directorate", "sector"]].assign(day=days, inside=days.between(first, last))
    counted = rows.groupby(["directorate", "sector"])
    found = counted.agg(
        facilities=("day", "size"), in_window=("inside", "sum"), first=("day", "min"), last=("day", "max")
    )
    known = material.places.sectors
    listed = pd.MultiIndex.from_frame(known.loc[known["directorate"].isin(members), ["directorate", "slug"]])
    every = found.reindex(found.index.union(listed.set_names(found.index.names)))
    counts = every[["facilities", "in_window"]].fillna(0).astype(int)
    return _in_order(every.assign(**counts).fillna("").reset_index(), members)


def progress(facilities: pd.DataFrame) -> pd.DataFrame:
    """How many facilities' answers date from each day."""
    days = facilities["response_date"].astype(str).str[:10].value_counts().sort_index()
    return days.rename_axis("day").rename("facilities").reset_index()


def completeness(material: Material, members: tuple[str, ...]) -> pd.DataFrame:
    """Questions due, and those answered, by module; no row for a directorate that the gate has closed."""
    told = [slug for slug in members if brief_state.state(material, slug) != "closed"]
    measures = material.tables["measures"]
    mine = measures[(measures["indicator"] == "COV_ITEMS") & (measures["dimension"] == "module")]
    rows = mine[mine["scope"].isin(told)].rename(columns={"scope": "directorate", "group": "module"})
    named = rows.astype({"directorate": str, "module": str})[["directorate", "module", "numerator", "denominator"]]
    return named.sort_values(["directorate", "module"], kind="stable").reset_index(drop=True)


def workspaces(facilities: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Findings about facilities by workspace, most for each facility first."""
    sized = facilities.groupby(["directorate", "sector"]).size().rename("facilities")
    about = findings[(findings["facility_id"] != "") & findings["severity"].isin(SEVERITIES)]
    counted = pd.crosstab([about["directorate"], about["sector"]], about["severity"]).reindex(columns=list(SEVERITIES))
    settled = about[about["settled_by"] != ""].groupby(["directorate", "sector"]).size().rename("settled")
    found = counted.join(settled).join(sized).fillna(0).astype(int).reset_index()
    each = found[list(SEVERITIES)].sum(axis=1) / found["facilities"].clip(lower=1)
    found = found.assign(_each=-each).sort_values(["_each", "directorate", "sector"], kind="stable")
    return found[["directorate", "sector", "facilities", *SEVERITIES, "settled"]].reset_index(drop=True)


def answered(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings that are questions to a directorate, and how many of them a decision settles."""
    asked = findings[findings["severity"].isin(SEVERITIES)]
    counted = asked.assign(is_settled=asked["settled_by"] != "").groupby(["directorate", "severity"])["is_settled"]
    return counted.agg(asked="size", settled="sum").reset_index()


def changed(material: Material, scope: str) -> pd.DataFrame:
    """How many facilities decisions of each kind touch, by directorate."""
    rows = [
        {"directorate": slug, "decision": told["decision"], "facility": told["facility"]}
        for slug in material.members(scope)
        for told in brief_state.decisions_of(material, slug)
        if "facility" in told
    ]
    found = pd.DataFrame(rows, columns=["directorate", "decision", "facility"])
    return found.groupby(["directorate", "decision"])["facility"].nunique().rename("facilities").reset_index()


def gates(material: Material) -> pd.DataFrame:
    """The verdict about each table, and the bytes that it is about."""
    rows = [
        {"table": one.table, "state": one.state, **one.expectations.model_dump(), "sha256": _judged(one)}
        for one in material.verdicts
    ]
    return pd.DataFrame(rows, columns=["table", "state", "suite", "evaluated", "sha256"])


def _judged(verdict: Verdict) -> str:
    return next(digest for name, digest in verdict.inputs.items() if name.endswith(f"/{verdict.table}.parquet"))


def expectations(material: Material) -> pd.DataFrame:
    """Every rule of every suite, with what became of it, in the order of the suites."""
    columns = ["table", "rule", "severity", "why", "findings", "settled", "in_doubt"]
    rows = [{"table": one.table, **rule.model_dump()} for one in material.verdicts for rule in one.rules]
    return pd.DataFrame(rows, columns=columns)


def _in_order(rows: pd.DataFrame, members: tuple[str, ...]) -> pd.DataFrame:
    """In the registry's order of directorates, then by sector."""
    place = rows["directorate"].map(members.index)
    return rows.assign(_place=place).sort_values(["_place", "sector"], kind="stable").drop(columns="_place")
