"""`herams status`: rounds × directorates, what the gates say of each, and how its page stands."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from pipeline import places, verdict
from pipeline.errors import HeramsError
from pipeline.project import TABLES, Project
from pipeline.run import calendar, due, plan
from pipeline.run.told import shortened


@dataclass(frozen=True)
class Line:
    """A report on the board."""

    round: str
    scope: str
    report: str
    gate: str
    """open, provisional, closed; `not judged` where no verdict is to be had."""
    page: str
    """up to date, to be made, may change, failed."""
    why: str


def told(project: Project, today: datetime.date, as_json: bool = False) -> str:
    """The board, and below it what is due soon and the acceptances that end; for a person, or for a program."""
    lines, ending, near = board(project), calendar.ending(project, today), due.near(project, today)
    if as_json:
        document = {"reports": [asdict(line) for line in lines], "acceptances": calendar.entries(ending)}
        document["due"] = due.entries(near)
        return json.dumps(document, indent=2)
    return "\n".join([text(lines), *calendar.lines(ending), *([""] if near else []), *due.lines(near, today)])


def board(project: Project) -> list[Line]:
    """A line for each report of each open round, from the lock, the verdicts and the files as they lie there."""
    found = plan.plan(project)
    return [line for name in project.registry.open for line in _round(project, name, found)]


def _round(project: Project, round_name: str, found: plan.Plan) -> Iterator[Line]:
    states = _states(project, round_name)
    makers = {path: stage.name for stage in found.stages for path in stage.outputs}
    for scope in project.scopes:
        for report in project.registry.due(round_name, scope):
            stage = makers[project.relative(project.page(round_name, scope, report))]
            page, why = _page(project, (round_name, scope, report), stage, found)
            yield Line(round_name, scope, report, states.get(scope, states.get("iraq", "not judged")), page, why)


def _states(project: Project, round_name: str) -> Mapping[str, str]:
    """What the gates say of each scope, as its pages say it: of a ministry only what they say of its own parts."""
    try:
        state = verdict.combined([verdict.read(project, round_name, table) for table in TABLES])
    except HeramsError:
        return {}
    region, slugs = places.load(project).region, project.registry.directorates
    told: dict[str, str] = {name: one.state for name, one in state.directorates.items()}
    told |= {name: state.of(slug for slug in slugs if region[slug] == name) for name in project.registry.ministries}
    return told | {"iraq": state.iraq.state}


def _page(project: Project, which: tuple[str, str, str], stage: str, found: plan.Plan) -> tuple[str, str]:
    cause = project.failed(*which) / "cause.txt"
    if cause.is_file():
        return "failed", project.read_text(cause).partition("\n")[0]
    if stage in found.reasons:
        return "to be made", shortened(found.reasons[stage], 1)
    if stage in found.follow:
        return "may change", f"{found.follow[stage]} must run first"
    return "up to date", ""


def text(lines: list[Line]) -> str:
    """The board for a person to read: a line for each report."""
    widths = [max(len(str(value)) for value in column) for column in zip(*map(_cells, lines), strict=True)]
    padded = (zip(_cells(line), widths, strict=True) for line in lines)
    return "\n".join("  ".join(cell.ljust(width) for cell, width in line).rstrip() for line in padded)


def _cells(line: Line) -> tuple[str, ...]:
    return (line.round, line.scope, line.report, line.gate, line.page, line.why)
