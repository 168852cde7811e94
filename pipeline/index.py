"""The front page: every round and report, its state, and whether the page that lies there is what it should be.

It is a function of what lies on the disk, without a clock: a report that is missing, has failed, was changed after it
was made, or is older than its inputs, is shown as that.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jinja2
from markupsafe import Markup

from pipeline import places, receipt, words
from pipeline.errors import ReportError
from pipeline.page import checks as page_checks
from pipeline.page.style import sheet
from pipeline.project import Project
from pipeline.registry import WIDER_SCOPES
from pipeline.words import Words

LANGUAGE = "en"
NAMED = 3


@dataclass(frozen=True)
class Line:
    """A report on the front page."""

    name: str
    title: str
    state: str
    standing: str
    """current, missing, failed, altered (after it was made), stale (its inputs are others now), unreadable."""
    why: str
    link: str
    receipt: str


def index(project: Project) -> None:
    """Writes outputs/index.html for all rounds of the registry."""
    say = words.load(project, LANGUAGE)
    names = scope_names(project, say)
    rounds = [_round(project, say, names, name) for name in sorted(project.registry.rounds, reverse=True)]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    style = Markup(sheet(project))
    template = environment.from_string(project.read_text(project.look("index.html.j2")))
    html = template.render(say=say, rounds=rounds, style=style, language=LANGUAGE, direction="ltr")
    found = page_checks.faults(html, is_report=False)
    if found:
        raise ReportError("the front page is not fit to be shown: " + "; ".join(found[:12]))
    project.write_text(project.front_page(), html)


def scope_names(project: Project, say: Words) -> dict[str, str]:
    """The name of each scope in the reader's language."""
    directorates = places.load(project).directorates
    names = dict(zip(directorates["slug"], directorates[f"name_{say.language}"], strict=True))
    return names | {scope: say(f"scope.{scope}") for scope in WIDER_SCOPES}


def _round(project: Project, say: Words, names: Mapping[str, str], round_name: str) -> dict[str, Any]:
    scopes = (*reversed(WIDER_SCOPES), *project.registry.directorates)
    rows = [
        line(project, say, (round_name, scope, name), names[scope])
        for scope in scopes
        for name in project.registry.reports_of(scope)
    ]
    counted = Counter(row.standing for row in rows)
    summary = ", ".join(say(f"index.count.{standing}", n=number) for standing, number in sorted(counted.items()))
    entry = project.round(round_name)
    return {
        "name": round_name,
        "window": entry.window,
        "report_date": entry.report_date,
        "source": entry.source,
        "summary": summary,
        "rows": rows,
    }


def line(project: Project, say: Words, which: tuple[str, str, str], name: str) -> Line:
    """How a report stands: what its receipt says, compared with the bytes that lie there now."""
    page, told = project.page(*which), _receipt(project, which)
    standing, why = _standing(project, say, which, told)
    return Line(
        name=name,
        title=say(f"report.{which[2]}"),
        state=told["state"] if told else "",
        standing=standing,
        why=why,
        link=page.relative_to(project.outputs()).as_posix() if page.is_file() else "",
        receipt=told["id"][: receipt.PRINTED] if told else "",
    )


def _receipt(project: Project, which: tuple[str, str, str]) -> dict[str, Any] | None:
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


def _standing(
    project: Project, say: Words, which: tuple[str, str, str], told: Mapping[str, Any] | None
) -> tuple[str, str]:
    failed = project.failed(*which) / "cause.txt"
    if failed.is_file():
        return "failed", project.read_text(failed).partition("\n")[0][:200]
    if not project.page(*which).is_file():
        return "missing", ""
    if told is None:
        return "unreadable", ""
    if _altered(project, told):
        return "altered", ""
    changed = receipt.changed(project, told)
    if changed:
        rest = say.count("more", len(changed) - NAMED) if len(changed) > NAMED else ""
        return "stale", ", ".join([*changed[:NAMED], *([rest] if rest else [])])
    return "current", ""


def _altered(project: Project, told: Mapping[str, Any]) -> bool:
    """Whether some output has other bytes than its receipt says."""
    for name, digest in told["outputs"].items():
        path = project.root / name
        if not path.is_file() or hashlib.sha256(project.read_bytes(path)).hexdigest() != digest:
            return True
    return False
