"""Receipts, verdicts and accounts as witnesses: the SHA-256 of what they speak of, if nobody has changed themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline import receipt
from pipeline.errors import ReportError
from pipeline.project import Project
from pipeline.verdict import ABSENT


@dataclass(frozen=True)
class Witness:
    """A file that names the bytes of others: of those it was made of, and of those that were made with it."""

    path: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    """What is wrong with itself; then nothing that it says is believed."""


def witnesses(project: Project) -> list[Witness]:
    """All receipts of reports and briefs, verdicts and accounts of exports that lie there."""
    places = sorted(project.outputs().glob("*/*/*.receipt.json"))
    found = [_of_report(project, project.relative(path)) for path in places]
    data = project.registry_file().parent
    found += [_plain(project, project.relative(path), "outputs") for path in sorted(data.glob("*/*/receipt.json"))]
    found += [_plain(project, project.relative(path), "") for path in sorted(data.glob("verdicts/*/*.json"))]
    return found + [_account(project, project.relative(path)) for path in sorted(data.glob("tables/*/ingest.json"))]


def _of_report(project: Project, path: str) -> Witness:
    try:
        told = json.loads((project.root / path).read_bytes())
        receipt.check(project, told)
    except (ValueError, TypeError, ReportError) as problem:
        return Witness(path, fault=f"it is no receipt: {problem}")
    if fault := _misplaced(project, path, told):
        return Witness(path, fault=fault)
    return Witness(path, told["inputs"], told["outputs"])


def _misplaced(project: Project, path: str, told: Mapping[str, Any]) -> str:
    """What does not fit together in a receipt: its id, its parameters, its place, the names of its pages."""
    parameters = told["parameters"]
    if receipt.Declaration(parameters, told["inputs"]).id != told["id"]:
        return "its id is not that of what it declares"
    own = project.relative(project.receipt(parameters["round"], parameters["scope"], parameters["report"]))
    if own != path or any(told[name] != word for name, word in parameters.items()):
        return f"it speaks of {parameters['round']}, {parameters['scope']}, {parameters['report']}"
    stem = path.removesuffix("receipt.json")
    strange = [name for name in told["outputs"] if not name.startswith(stem)]
    return f"it speaks of {strange[0]}, which is not its own" if strange else ""


def _plain(project: Project, path: str, outputs: str) -> Witness:
    """A verdict, or the receipt of a round's briefs."""
    try:
        told = json.loads((project.root / path).read_bytes())
        return Witness(path, dict(told["inputs"]), dict(told[outputs]) if outputs else {})
    except (ValueError, TypeError, KeyError):
        return Witness(path, fault="it cannot be read")


def _account(project: Project, path: str) -> Witness:
    """What `ingest` tells of the exports that it has read."""
    try:
        files = json.loads((project.root / path).read_bytes())["files"]
        raw = project.relative(project.raw(path.split("/")[-2]))
        return Witness(path, {f"{raw}/{one['name']}": one["sha256"] for one in files})
    except (ValueError, TypeError, KeyError):
        return Witness(path, fault="it cannot be read")


def is_absent(digest: str) -> bool:
    """Whether a witness says that a file was not there."""
    return digest == ABSENT
