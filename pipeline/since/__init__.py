"""A round beside the one that it follows: which facilities are the same, what happened, what changed and what did not.

data/since/<round>/ has
since.json        the round before, its window and form, the state that its scopes had, who was absent or left out
links.parquet     which facility of the round before is which now (`pipeline.match`)
events.parquet    what became of facilities: opened, gone, closed, renamed, moved …
changes.parquet   every indicator for every scope and group, then and now (`pipeline.since.changes`)
answered.parquet  the answers that changed, facility by facility (`pipeline.since.answered`)
services.csv      the services that were lost and won (`pipeline.since.services`)
signs.csv, written.csv   the form's own health (`pipeline.health`)

For a round without an earlier one the folder is in git, with a since.json that says so. The round before is told in
this round's terms, as ruled (`pipeline.rulings`), and measured by today's definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline import codebook as codebooks
from pipeline import comparable, decisions, health, indicators, match, measure, places, rulings, verdict
from pipeline.errors import UsageError
from pipeline.indicators import Facts
from pipeline.match import decided as link_decisions
from pipeline.project import Project
from pipeline.registry import WIDER_SCOPES
from pipeline.rulings.restate import restate
from pipeline.since import answered as since_answered
from pipeline.since.changes import Ruled, changes, ruled
from pipeline.since.panel import pairs
from pipeline.since.services import services

FACTS = ("facilities", "answers", "choices", "staff")
WHO = ["name_en", "name_local", "type", "directorate", "sector"]
JUDGED = ("records", *FACTS)


@dataclass(frozen=True)
class Found:
    """What a round is beside an earlier one."""

    told: dict[str, Any]
    stands: dict[str, list[str]]
    links: pd.DataFrame
    events: pd.DataFrame
    changes: pd.DataFrame
    answered: pd.DataFrame
    services: pd.DataFrame


def since(project: Project, round_name: str) -> None:
    """Holds a round against the one that it follows, and writes what changed."""
    project.round(round_name)
    previous = project.registry.follows.get(round_name)
    if previous is None:
        raise UsageError(f"round {round_name!r} follows no other; the registry says under `follows:` which one it does")
    found = beside(project, round_name, previous)
    signs, written = _health(project, round_name, previous, found)
    with project.replacing_folder(project.since_last(round_name)) as draft:
        project.write_json(draft / "since.json", found.told)
        for name in ("links", "events", "changes", "answered"):
            project.write_parquet(draft / f"{name}.parquet", getattr(found, name))
        project.write_csv(draft / "services.csv", found.services)
        project.write_csv(draft / "signs.csv", signs)
        project.write_csv(draft / "written.csv", written)


def beside(project: Project, round_name: str, previous: str) -> Found:
    """What a round is beside any earlier one, be it the one before or not."""
    forms = project.round(previous).form, project.round(round_name).form
    codebook, ruled_on = codebooks.load(project, forms[1]), rulings.load(project, *forms)
    tables = {name: project.read_table(previous, name) for name in FACTS}
    restated = restate(tables, ruled_on, codebooks.load(project, forms[0]), codebook)
    judged = measure.judged_of(project, previous, tables["facilities"])
    before = indicators.gather(restated.tables, indicators.vocabulary(codebook), judged)
    now, today = measure.facts(project, round_name), _facts_tables(project, round_name)
    links = match.links(tables["facilities"], today["facilities"], link_decisions.load(project, round_name))
    entries = indicators.catalogue(project.read_csv(project.reference("indicators.csv")))
    first = project.read_table(previous, "measures")
    found = changes(first, before, now, links, entries, measure.country_of(project))
    return Found(
        told=_told(project, round_name, previous, links, before),
        stands=_stands(project, round_name, now),
        links=links,
        events=_placed(match.events(links, tables["facilities"], today["facilities"]), tables, today),
        changes=ruled(found, _ruled(ruled_on)),
        answered=since_answered.answered(links, restated.tables, today, codebook),
        services=services(before, now, pairs(links, before, now)),
    )


def _placed(events: pd.DataFrame, then: Mapping[str, pd.DataFrame], now: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The events with what their facilities are called and who reports them: now, or before if they are gone."""
    by_now = now["facilities"].set_index("facility_id").reindex(events["facility_id"])[WHO].reset_index(drop=True)
    by_then = then["facilities"].set_index("facility_id").reindex(events["previous_id"])[WHO].reset_index(drop=True)
    known = by_now.astype(object).where(events["facility_id"].notna(), by_then.astype(object))
    return events.assign(**{name: known[name].astype("str") for name in WHO})


def _facts_tables(project: Project, round_name: str) -> dict[str, pd.DataFrame]:
    return {name: project.read_table(round_name, name) for name in FACTS}


def _ruled(ruled_on: rulings.Rulings) -> Ruled:
    """What was ruled about each indicator, and about what measures are cut by."""
    told = {name: _said(ruling) for name, ruling in comparable.comparables(ruled_on).items()}
    cuts = {dimension: comparable.cut_by(dimension, ruled_on) for dimension in comparable.CUT_BY}
    return Ruled(told, {dimension: _said(ruled_on.of(questions)) for dimension, questions in cuts.items()})


def _said(ruling: rulings.Ruling) -> tuple[str, str]:
    return ruling.kind, "; ".join(ruling.reasons)


def _told(project: Project, round_name: str, previous: str, links: pd.DataFrame, before: Facts) -> dict[str, Any]:
    entry, there = project.round(previous), links["previous_id"].notna() & links["facility_id"].notna()
    return {
        "previous": previous,
        "window": list(entry.window),
        "report_date": entry.report_date,
        "forms": [entry.form, project.round(round_name).form],
        "linked": int(there.sum()),
        "doubtful": int((there & ~links["certain"]).sum()),
        **_stands(project, previous, before),
    }


def _stands(project: Project, round_name: str, facts: Facts) -> dict[str, list[str]]:
    """Who was absent in a round, who was left out of its totals, and which scopes showed no number."""
    standing = verdict.combined([verdict.read(project, round_name, table) for table in JUDGED])
    reported = set(facts.facilities.loc[facts.kept, "directorate"].astype(str))
    return {
        "absent": [slug for slug in project.registry.directorates if slug not in reported],
        "left_out": list(standing.iraq.left_out),
        "closed": _closed(project, standing, reported),
    }


def _closed(project: Project, standing: verdict.Standing, reported: set[str]) -> list[str]:
    """The scopes that showed no number in a round: closed by a gate, or silent."""
    reference, left_out = places.load(project), set(standing.iraq.left_out)
    # What is left out of the totals is closed all the same: `Standing.of` would not say so.
    shut = {slug for slug, one in standing.directorates.items() if one.state == "closed"}
    found = [slug for slug in project.registry.directorates if slug not in reported or slug in shut]
    for scope in WIDER_SCOPES[:-1]:
        members = [slug for slug in project.registry.directorates if reference.region.get(slug) == scope]
        if not set(members) & reported - left_out or standing.of(members) == "closed":
            found.append(scope)
    return [*found, "iraq"] if standing.iraq.state == "closed" else found


def _health(project: Project, round_name: str, previous: str, found: Found) -> tuple[pd.DataFrame, pd.DataFrame]:
    records, reference = project.read_table(round_name, "records"), places.load(project)
    round_ = health.Round(
        records=records,
        facility_ids=places.facility_ids(records, reference),
        codebook=codebooks.load(project, project.round(round_name).form),
        findings=pd.concat([verdict.read_findings(project, round_name, table) for table in JUDGED]),
        decided=decisions.load(project, round_name),
        turned=since_answered.turned(found.answered, found.links, _last_changed(project, previous)),
    )
    return health.signs(round_), health.written(round_)


def _last_changed(project: Project, previous: str) -> pd.DataFrame | None:
    """The answers that had changed in the round before; None where that one followed no other."""
    folder = project.since_last(previous)
    told = project.read_json(folder / "since.json")
    return project.read_parquet(folder / "answered.parquet") if told["previous"] else None
