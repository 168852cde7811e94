"""The state of a brief's scope, and why; its findings, its decisions, and the evidence it rests on.

Nothing here changes when only another directorate's data change, unless the page shows that other directorate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.brief.material import SEVERITIES, Material
from pipeline.codebook import rows_of
from pipeline.registry import WIDER_SCOPES
from pipeline.verdict import State

FINDINGS_SHOWN = 20
# `unknown` and "" are no directorate: such findings are about the table as a whole.
NOBODY = ("", "unknown")
PLACES_OF_RESPONSES = ("followed", "copied_forward")


def state(material: Material, scope: str) -> State:
    """Open, provisional or closed. A directorate that has sent nothing has nothing to show: closed."""
    left_out = material.standing.iraq.left_out if scope in WIDER_SCOPES else ()
    if not set(material.members(scope)) & material.reporting - set(left_out):
        return "closed"
    if scope == "iraq":
        return material.standing.iraq.state
    return material.standing.of(material.members(scope)) if scope in WIDER_SCOPES else _of_one(material, scope)


def _of_one(material: Material, directorate: str) -> State:
    found = material.standing.directorates.get(directorate)
    return found.state if found else "open"


def about(material: Material, scope: str) -> dict[str, Any]:
    """State, reasons, findings counted by rule, decisions, facilities set aside, and evidence, for brief.json."""
    findings = findings_of(material, scope)
    members = material.members(scope)
    told: dict[str, Any] = {
        "state": state(material, scope),
        "rules": rules(material, findings),
        "findings": {name: int((findings["severity"] == name).sum()) for name in SEVERITIES},
        "decisions": decisions_of(material, scope),
        "set_aside": set_aside_of(material, members),
        "exports": _exports(material, members),
        "coverage": {"reported": len(set(members) & material.reporting), "of": len(members)},
        "absent": [slug for slug in members if slug not in material.reporting],
    }
    if scope in WIDER_SCOPES:
        left_out = material.standing.iraq.left_out
        told["left_out"] = [slug for slug in members if slug in left_out]
        told["closed"] = [slug for slug in members if slug in material.standing.iraq.closed]
        told["states"] = {slug: state(material, slug) for slug in members}
        told["account"] = _counts(material.account) if scope == "iraq" else {}
    return told


def findings_of(material: Material, scope: str) -> pd.DataFrame:
    """The findings that touch a scope: worst first, unsettled first, then by facility.

    What is about the round as a whole and only for information (something was not checked) stands on every page.
    """
    found = material.findings
    mine = set(material.members(scope)) | (set(NOBODY) if scope == "iraq" else set())
    is_for_all = found["directorate"].isin(NOBODY) & (found["severity"] == "info")
    return found[found["directorate"].isin(mine) | is_for_all].reset_index(drop=True)


def rules(material: Material, findings: pd.DataFrame) -> list[dict[str, Any]]:
    """The rules that found something here, with how many, and how many of them are settled."""
    why = {rule.rule: rule for verdict in material.verdicts for rule in verdict.rules}
    counted = findings.assign(is_settled=findings["settled_by"] != "").groupby(["severity", "rule"])["is_settled"]
    rows = [
        {
            "rule": str(rule),
            "severity": str(severity),
            "findings": int(size),
            "settled": int(settled),
            "why": why[str(rule)].why if str(rule) in why else "",
            "in_doubt": why[str(rule)].in_doubt if str(rule) in why else False,
        }
        for (severity, rule), size, settled in zip(counted.size().index, counted.size(), counted.sum(), strict=True)
    ]
    return sorted(rows, key=lambda row: (SEVERITIES.index(row["severity"]), -row["findings"], row["rule"]))


def decisions_of(material: Material, scope: str) -> list[dict[str, str]]:
    """The decisions that touch a scope, as they stand in the file."""
    members = set(material.members(scope))
    found = []
    for decision in material.decided:
        told = {name: str(value) for name, value in decision.model_dump().items() if value}
        if _concerns(material, told, members):
            found.append(told)
    return found


def _concerns(material: Material, told: dict[str, str], members: set[str]) -> bool:
    """A decision about no facility and no directorate is about the rule, and so about all."""
    facilities = [told[name] for name in ("facility", "into") if name in told]
    if "directorate" in told:
        return told["directorate"] in members
    return not facilities or any(_directorate(material, facility) in members for facility in facilities)


def _directorate(material: Material, facility_id: str) -> str:
    """Who reports a facility; of an excluded one, which is in no table, its workspace tells."""
    facilities = material.tables["facilities"]
    row = facilities.loc[facilities["facility_id"] == facility_id, "directorate"]
    if len(row):
        return str(row.iloc[0])
    return material.places.directorate_of_sector.get(facility_id.partition("/")[0], "unknown")


def set_aside_of(material: Material, members: tuple[str, ...]) -> list[dict[str, str]]:
    """The facilities that a provisional verdict sets aside."""
    facilities = material.tables["facilities"]
    mine = facilities[facilities["directorate"].isin(members)]
    rows = mine.loc[
        mine["facility_id"].isin(material.standing.set_aside), ["facility_id", "name_en", "name_local", "directorate"]
    ]
    return rows_of(rows.fillna("").sort_values("facility_id"))


def _counts(account: Mapping[str, Any]) -> dict[str, Any]:
    """The account without the places of single responses, which no page shows."""
    return {name: told for name, told in account.items() if name not in PLACES_OF_RESPONSES}


def _exports(material: Material, members: tuple[str, ...]) -> list[dict[str, str]]:
    """The exports that the scope's rows come from, with their SHA-256."""
    facilities = material.tables["facilities"]
    used = set(facilities.loc[facilities["directorate"].isin(members), "source_file"].astype(str))
    files = [file for file in material.account["files"] if file["name"] in used]
    return sorted(({"name": file["name"], "sha256": file["sha256"]} for file in files), key=lambda file: file["name"])


def iraq(material: Material) -> dict[str, Any]:
    """How much of the country stands behind what a page calls Iraq."""
    present = material.reporting - set(material.standing.iraq.left_out)
    return {"state": state(material, "iraq"), "reported": len(present), "of": len(material.directorates)}
