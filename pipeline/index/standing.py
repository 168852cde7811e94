"""How each report stands: what its receipt says, beside the bytes that lie there now, and what lies before them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline import lineage, receipt
from pipeline.errors import ReportError
from pipeline.project import Project
from pipeline.registry import WIDER_SCOPES
from pipeline.review import stages

LANGUAGES = ("en", "ar", "ckb")
CAUSE_LETTERS = 200
Which = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """A report on the front page, in no language."""

    scope: str
    report: str
    numbers: str
    """open, provisional, closed; blank where there is no receipt to tell."""
    stage: str
    """How it stands with those who review it (`review.stages`); blank where nothing was made."""
    standing: str
    """current, missing, failed, partial (a file is gone), altered (after it was made), stale (older than its inputs),
    unreadable."""
    why: tuple[str, ...]
    pages: Mapping[str, str]
    """The page in each language in which it lies there, by its path from outputs/."""
    tables: Mapping[str, str]
    """The files with its tables, by the ends of their names."""
    receipt: str


@dataclass(frozen=True)
class Look:
    """What lines are told from: the project, the hash of any input now, and what DVC's side knows to be out of date."""

    project: Project
    now: Callable[[str], str]
    outdated: Mapping[str, str]
    """Why a page is older than what its inputs are made from, by the page's path: an export or a decision changed."""
    stages: stages.Stages


def look(project: Project, outdated: Mapping[str, str]) -> Look:
    """A look at a project as it lies there now: each input is read once, however many reports share it."""
    return Look(project, cache(lambda name: receipt.now(project, name)), outdated, stages.look(project))


def lines(seen: Look, round_name: str) -> Iterator[Line]:
    """The reports of a round: Iraq's first, then the ministries', then the directorates'.

    Those that a round always has, and any other of the catalogue that lies there.
    """
    registry = seen.project.registry
    for scope in (*reversed(WIDER_SCOPES), *registry.directorates):
        due = lineage.due(seen.project, round_name, scope)
        for report in (*due, *(name for name in registry.reports if name not in due)):
            if report in due or seen.project.receipt(round_name, scope, report).is_file():
                yield line(seen, (round_name, scope, report))


def line(seen: Look, which: Which) -> Line:
    """How a report stands now."""
    told = _receipt(seen.project, which)
    standing, why = _standing(seen, which, told)
    pages = _pages(seen.project, which)
    return Line(
        scope=which[1],
        report=which[2],
        numbers=told["state"] if told else "",
        stage=seen.stages.of(which) if pages else "",
        standing=standing,
        why=tuple(why),
        pages=pages,
        tables=_tables(seen.project, which, told),
        receipt=told["id"][: receipt.PRINTED] if told else "",
    )


def _pages(project: Project, which: Which) -> dict[str, str]:
    found = {language: project.page(*which, language=language) for language in LANGUAGES}
    return {language: _link(project, path) for language, path in found.items() if path.is_file()}


def _link(project: Project, path: Any) -> str:
    return str(path.relative_to(project.outputs()).as_posix())


def _tables(project: Project, which: Which, told: Mapping[str, Any] | None) -> dict[str, str]:
    """What the receipt lists beside pages, as far as it lies there."""
    found = {}
    for name in sorted(told["outputs"]) if told else ():
        path = project.root / name
        if not name.endswith(".html") and path.is_file():
            found[path.name.removeprefix(f"{which[2]}.")] = _link(project, path)
    return found


def _receipt(project: Project, which: Which) -> dict[str, Any] | None:
    """The receipt beside a page; None where there is none, or one that does not follow its schema."""
    path = project.receipt(*which)
    if not path.is_file():
        return None
    try:
        told: dict[str, Any] = project.read_json(path)
        receipt.check(project, told)
    except (ValueError, ReportError):
        return None
    return told


def _standing(seen: Look, which: Which, told: Mapping[str, Any] | None) -> tuple[str, list[str]]:
    failed = seen.project.failed(*which) / "cause.txt"
    if failed.is_file():
        return "failed", [seen.project.read_text(failed).partition("\n")[0][:CAUSE_LETTERS]]
    if not _pages(seen.project, which):
        return "missing", []
    if told is None:
        return "unreadable", []
    if gone := [name for name in told["outputs"] if not (seen.project.root / name).is_file()]:
        return "partial", sorted(gone)
    if altered := _altered(seen.project, told):
        return "altered", altered
    if which[0] not in seen.project.registry.open:
        return "current", []  # Published or closed: it stays as it is, whatever becomes of code and form.
    changed = receipt.changed(seen.project, told, seen.now)
    before = {seen.outdated[name]: None for name in told["outputs"] if name in seen.outdated}
    return ("stale", [*changed, *before]) if changed or before else ("current", [])


def _altered(project: Project, told: Mapping[str, Any]) -> list[str]:
    """The outputs that have other bytes than their receipt says."""
    hashes = {name: hashlib.sha256(project.read_bytes(project.root / name)).hexdigest() for name in told["outputs"]}
    return sorted(name for name, found in hashes.items() if found != told["outputs"][name])
