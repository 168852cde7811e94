"""Receipts of reports beyond a round's own (`run --all`): no lock of DVC and no commit has their bytes.

The record of runs names each by its SHA-256, in a chain. Besides, all that can be told again is: what such a report is
made of, and what its brief says of its evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline import chain, receipt
from pipeline.project import Project
from pipeline.verify.bytes import Bytes
from pipeline.verify.found import Found
from pipeline.verify.witness import Witness


def altered(project: Project, now: Bytes, seen: Iterable[Witness]) -> Iterator[Found]:
    """Those of the receipts given, which DVC does not know, that are not what was made."""
    noted = _noted(project)
    for one in seen:
        if one.path in noted and now.sha256(one.path) != noted[one.path]:
            yield Found(one.path, "altered", f"{project.relative(project.runs())} names other bytes")
        elif why := _contradiction(project, now, one):
            yield Found(one.path, "altered", why)


def _noted(project: Project) -> dict[str, str]:
    """The receipts that runs have noted, each by its last bytes."""
    content = project.runs().read_bytes() if project.runs().is_file() else b""
    return {str(line["receipt"]): str(line["sha256"]) for line in chain.entries(content) if "receipt" in line}


def _contradiction(project: Project, now: Bytes, one: Witness) -> str:
    """What a receipt says otherwise than the files that it was made of, where these are all as they were."""
    if any(now.sha256(path) != digest for path, digest in one.inputs.items()):
        return ""
    told: Mapping[str, Any] = project.read_json(project.root / one.path)
    parameters = told["parameters"]
    which = (parameters["round"], parameters["scope"], parameters["report"])
    if strange := set(receipt.names(project, *which)) ^ set(one.inputs):
        return f"what it was made of is not what such a report is made of: {min(strange)}"
    brief = project.read_json(project.brief(*which) / "brief.json")
    if (brief["state"], receipt.evidence(brief)) != (told["state"], told["evidence"]):
        return "its evidence is not that of its brief"
    return ""
