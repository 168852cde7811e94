"""`herams status`: rounds × directorates, what the gates and the offices say of each, and how its page stands."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from pipeline import places, verdict
from pipeline.errors import HeramsError
from pipeline.project import TABLES, Project
from pipeline.review import stages
from pipeline.run import calendar, due, plan
from pipeline.run.told import shortened

COMMIT_LETTERS = 12


@dataclass(frozen=True)
class Line:
    """A report on the board."""

    round: str
    scope: str
    report: str
    gate: str
    """open, provisional, closed; `not judged` where no verdict is to be had."""
    review: str
    """How it stands with those who review it (`review.stages`); `not made` where there is nothing to review."""
    page: str
    """up to date, to be made, may change, failed."""
    why: str


def told(project: Project, today: datetime.date, as_json: bool = False) -> str:
    """The board, below it what was published, what is due soon and the acceptances that end."""
    reviewed = stages.look(project)
    lines, ending, near = board(project, reviewed), calendar.ending(project, today), due.near(project, today)
    if as_json:
        document = {
            "reports": [asdict(line) for line in lines],
            "publications": list(_publications(project, reviewed)),
            "acceptances": calendar.entries(ending),
            "due": due.entries(near),
            "ledger": reviewed.fault,
        }
        return json.dumps(document, indent=2)
    below = [*_below(project, reviewed), *calendar.lines(ending), *([""] if near else []), *due.lines(near, today)]
    return "\n".join([text(lines), *below])


def board(project: Project, reviewed: stages.Stages) -> list[Line]:
    """A line for each report of each open round, from the lock, the verdicts and the files as they lie there."""
    found = plan.plan(project)
    return [line for name in project.registry.open for line in _round(project, name, found, reviewed)]


def _publications(project: Project, reviewed: stages.Stages) -> Iterator[dict[str, object]]:
    """The last publication of each round that has one."""
    for name in project.registry.rounds:
        if found := reviewed.publication(name):
            published, withdrawn = found
            told = {"round": name, "edition": published.edition, "date": published.date, "commit": published.commit}
            yield {
                **told,
                "withdrawn": withdrawn.date if withdrawn else "",
                "why": withdrawn.reason if withdrawn else "",
            }


def _below(project: Project, reviewed: stages.Stages) -> list[str]:
    """What was published, and what is wrong with the ledger, as a person reads it."""
    told = []
    for one in _publications(project, reviewed):
        ended = f", withdrawn on {one['withdrawn']}: {one['why']}" if one["withdrawn"] else ""
        commit = str(one["commit"])[:COMMIT_LETTERS]
        told.append(f"{one['round']}: {one['edition']} edition published on {one['date']} from {commit}{ended}")
    told += [f"not believed of the ledger: {reviewed.fault}"] if reviewed.fault else []
    return ["", *told] if told else []


def _round(project: Project, round_name: str, found: plan.Plan, reviewed: stages.Stages) -> Iterator[Line]:
    states = _states(project, round_name)
    makers = {path: stage.name for stage in found.stages for path in stage.outputs}
    for scope in project.scopes:
        for report in project.registry.due(round_name, scope):
            stage = makers[project.relative(project.page(round_name, scope, report))]
            which = (round_name, scope, report)
            page, why = _page(project, which, stage, found)
            review = reviewed.of(which) if project.receipt(*which).is_file() else "not made"
            yield Line(*which, states.get(scope, states.get("iraq", "not judged")), review, page, why)


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
    return (line.round, line.scope, line.report, line.gate, line.review, line.page, line.why)
