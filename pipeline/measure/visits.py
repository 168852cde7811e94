"""What is known of the responses before the one that counts, and of the second visits after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline import places, revisits
from pipeline.codebook import Codebook
from pipeline.places import Places
from pipeline.project import Project
from pipeline.revisits import agreement

WHERE = ["source_file", "source_row"]
KEYS = ["workspace_id", "subject_id"]


def told(project: Project, round_name: str, codebook: Codebook, reference: Places) -> dict[str, Any]:
    """followed, copied and second_visits of a judgement."""
    account = project.read_json(project.account(round_name))
    seen = revisits.load(project, round_name)
    found = agreement.of_round(project, round_name, seen, codebook, reference)
    return {**_responses(project, round_name, account, reference), "second_visits": agreement.by_facility(found)}


def _responses(
    project: Project, round_name: str, account: Mapping[str, Any], reference: Places
) -> dict[str, frozenset[str]]:
    """The facilities with a response before, and those that repeat it; nothing is read where there are none."""
    if not account["followed"]:
        return {}
    records = project.read_table(round_name, "records", [*KEYS, *WHERE])
    rows = list(zip(records["source_file"], records["source_row"], strict=True))
    facility = dict(zip(rows, places.facility_ids(records, reference), strict=True))
    return {
        name: frozenset(facility[one["file"], one["row"]] for one in account[key])
        for name, key in (("followed", "followed"), ("copied", "copied_forward"))
    }
