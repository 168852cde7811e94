"""Receipts, verdicts and accounts as witnesses: the SHA-256 of what they speak of, if nobody has changed themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline import ledger, publications, receipt
from pipeline.errors import ReportError, VerificationError
from pipeline.project import Project
from pipeline.verdict import ABSENT
from pipeline.verify.found import Found


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
    found += [_account(project, project.relative(path)) for path in sorted(data.glob("tables/*/ingest.json"))]
    return found + [_publication(project, name) for name in _in_force(project)]


def unsound(seen: list[Witness]) -> Iterator[Found]:
    """The witnesses that contradict themselves."""
    yield from (Found(one.path, "altered", one.fault) for one in seen if one.fault)


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


def _in_force(project: Project) -> list[str]:
    """The publications whose bytes lie here: the last of each round that was not opened again."""
    try:
        return [one.name for one in publications.in_force(ledger.load(project))]
    except VerificationError:  # The ledger is named itself.
        return []


def _publication(project: Project, name: str) -> Witness:
    """The manifest of a publication; its archive is looked at where it lies here."""
    place, packed = project.publication(name), project.archives() / f"{name}.zip"
    try:
        told = json.loads(place.read_bytes())
        beside = {project.relative(packed): told["archive"]} if packed.is_file() else {}
        return Witness(project.relative(place), {}, {**told["files"], **beside})
    except (OSError, ValueError, TypeError, KeyError):
        return Witness(project.relative(place), fault="it cannot be read")


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
