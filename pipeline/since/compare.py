"""Two rounds beside each other for whoever asks: `herams compare`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline import indicators, lineage, places
from pipeline.errors import UsageError, unknown
from pipeline.project import Project
from pipeline.since import beside
from pipeline.since.told import lines, rows, why_silent

REVIEW = "annual-review"


@dataclass(frozen=True)
class Told:
    """What the command says: lines for the screen, rows for a program, and why it has none."""

    lines: list[str]
    rows: list[dict[str, Any]]
    silent: str


def compare(project: Project, before: str, round_name: str, scope: str) -> Told:
    """What changed in a scope from one round to a later one; nothing is written."""
    if scope not in project.scopes:
        raise unknown("scope", scope, project.scopes)
    if not project.round(before).report_date < project.round(round_name).report_date:
        raise UsageError(
            f"{before} is not reported for a day before that of {round_name}: name the earlier round first"
        )
    found = beside(project, round_name, before)
    entries = indicators.catalogue(project.read_csv(project.reference("indicators.csv")))
    told = lines(found, scope, round_name, _members(project, scope), entries)
    shown = [f"{scope}: {before} and {round_name}", *told, _page(project, before, round_name)]
    return Told(shown, rows(found, scope, round_name), why_silent(found, scope, round_name))


def _members(project: Project, scope: str) -> set[str]:
    region = places.load(project).region
    return {slug for slug in project.registry.directorates if scope in (slug, region.get(slug), "iraq")}


def _page(project: Project, before: str, round_name: str) -> str:
    """Where the annual review lies, or how it comes to be made."""
    if lineage.before(project, round_name) != before:
        where = "under `follows:` in the registry " if round_name in project.registry.open else ""
        return f"no page: {where}{round_name} does not follow {before}"
    page = project.page(round_name, "iraq", REVIEW)
    where = project.relative(page)
    if page.is_file():
        return f"annual review: {where}"
    make = f"`herams run --round {round_name}` makes" if round_name in project.registry.open else "`dvc pull` brings"
    return f"{make} {where}"
