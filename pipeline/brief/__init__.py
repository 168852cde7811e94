"""Briefs: for each report a folder with all that it may know, and nothing else.

data/briefs/<round>/<scope>/<report>/ holds brief.json and slices as CSV; `figures.brief` says what is in them. They
are deterministic and sorted, and a brief changes only when something changes that its page shows. The brief of a
closed scope holds its state and its findings, and no number. All briefs of a round take the place of the last ones in
one stroke.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import remarks
from pipeline.brief import annual as brief_annual
from pipeline.brief import annual_review, receipt
from pipeline.brief import collection as brief_collection
from pipeline.brief import edition as brief_edition
from pipeline.brief import lists as brief_lists
from pipeline.brief import map as brief_map
from pipeline.brief import register as brief_register
from pipeline.brief import since as brief_since
from pipeline.brief import slices as brief_slices
from pipeline.brief import state as brief_state
from pipeline.brief import truth as brief_truth
from pipeline.brief.declared import declared
from pipeline.brief.material import Material, gather
from pipeline.brief.subjects import BESIDE, SUBJECTS, Subject, of_domains
from pipeline.codebook import rows_of
from pipeline.project import Project
from pipeline.registry import WIDER_SCOPES, Report

Slices = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Cuts:
    """What several briefs of a round share, cut once: measures by scope, facilities with their gaps, words, maps."""

    measures: Mapping[str, pd.DataFrame]
    areas: Mapping[str, pd.DataFrame]
    sectors: Mapping[str, pd.DataFrame]
    about: Mapping[str, dict[str, Any]]
    """What brief.json says of the state of each scope."""
    findings: Mapping[str, pd.DataFrame]
    declared: pd.DataFrame
    """The facilities, each with how many services it says are lacking."""
    lists: brief_lists.Lists
    states: Mapping[str, str]
    words: list[dict[str, str]]
    order: tuple[str, ...]
    """All indicators that this form can have, in the order of their definitions and of the form."""
    everywhere: Slices
    maps: brief_map.Maps
    points: brief_map.Points
    """How the edition shows the places of facilities."""


def brief(project: Project, round_name: str) -> None:
    """Cuts the briefs of a round's own reports; refuses tables that no verdict judged."""
    due = partial(project.registry.due, round_name)
    _cut_all(project, round_name, project.briefs(round_name), due)


def more(project: Project, round_name: str) -> None:
    """Cuts the briefs of all other reports: of each subject for each directorate and ministry."""
    _cut_all(project, round_name, project.more_briefs(round_name), project.registry.more_reports_of)


def _cut_all(project: Project, round_name: str, place: Path, reports_of: Callable[[str], Iterable[str]]) -> None:
    material = gather(project, round_name)
    registry = project.registry
    points = brief_map.points_of(project, registry.edition)
    cuts = shared(material, project.scopes, brief_map.shared(project, material), points)
    with project.replacing_folder(place) as draft:
        for scope in project.scopes:
            for report in reports_of(scope):
                entry = registry.reports[report]
                told, slices = cut_of(entry, material, scope, cuts)
                if registry.edition == "public":
                    told, slices = brief_edition.public(told, slices, subject_of(entry, cuts), registry.public)
                _write(project, draft / scope / report, told | {"report": report}, slices)
        project.write_json(draft / receipt.NAME, receipt.document(project, round_name, place, draft))


def cut_of(report: Report, material: Material, scope: str, cuts: Cuts) -> tuple[dict[str, Any], Slices]:
    """What a report of the catalogue may know of a scope, by its notebook and the modules that it is about."""
    if report.notebook == "collection":
        return cut_collection(material, scope, cuts)
    return cut(material, scope, cuts, subject_of(report, cuts))


def subject_of(report: Report, cuts: Cuts) -> Subject:
    """What a report of the catalogue is about, by its notebook and the modules that it names."""
    if report.modules:
        return of_domains(report.modules, cuts.everywhere["items"])
    return SUBJECTS.get(report.notebook, Subject())


def shared(material: Material, scopes: Iterable[str], maps: brief_map.Maps, points: brief_map.Points = "exact") -> Cuts:
    """The cuts of a round for some scopes."""
    scopes = tuple(scopes)
    measures, declared = brief_slices.measures(material, scopes), brief_lists.gaps(material)
    return Cuts(
        measures=measures,
        areas=brief_slices.areas(
            {scope: rows for scope, rows in measures.items() if scope not in WIDER_SCOPES}, BESIDE
        ),
        sectors=brief_slices.sectors(material),
        about={scope: brief_state.about(material, scope) for scope in scopes},
        findings={scope: brief_state.findings_of(material, scope) for scope in scopes},
        declared=declared,
        lists=brief_lists.lists(material, declared),
        states={scope: brief_state.state(material, scope) for scope in scopes},
        words=brief_slices.words(material),
        order=tuple(brief_slices.order(material)),
        maps=maps,
        points=points,
        everywhere=_empty() | {"items": brief_slices.items(material), "methods": brief_slices.methods()},
    )


def cut(material: Material, scope: str, cuts: Cuts, subject: Subject) -> tuple[dict[str, Any], Slices]:
    """What the report of a scope may know: the content of brief.json, and the slices by name."""
    told = {**_who(material, scope), **cuts.about[scope]}
    findings = cuts.findings[scope]
    if subject.asks and told["state"] != "closed":
        # A closed page lists all that has to be settled; another what touches its numbers.
        findings = subject.touching(findings, material.modules)
        told["touching"] = brief_state.rules(material, findings)
    slices: Slices = {
        **cuts.everywhere,
        "items": subject.items(cuts.everywhere["items"]),
        "methods": subject.methods(cuts.everywhere["methods"]),
        "labels": brief_slices.labels(material, scope, cuts.words),
        "findings": findings.head(brief_state.FINDINGS_SHOWN).drop(columns="sector"),
    }
    if told["state"] == "closed":
        # Who it is, its state, its findings and the bytes that were judged: no number, and no facility.
        return told | {"decisions": [], "account": {}}, slices
    told |= _since_told(material, scope)
    slices |= _since(material, scope, cuts, subject)
    if "signs" in slices:
        asked = annual_review.labels(material, slices["signs"])
        slices["labels"] = pd.concat([slices["labels"], asked], ignore_index=True)
    slices |= _numbers(material, scope, cuts, subject) | _register(material, scope, cuts, subject, slices["labels"])
    if subject.sectors or (len(told["members"]) == 1 and "phc_sector" in subject.cuts):
        slices["labels"] = pd.concat([slices["labels"], brief_slices.sector_names(material, scope)], ignore_index=True)
    lists = {name: cuts.lists[name] for name in subject.lists}
    slices["facilities"], lengths = brief_lists.facilities(material, scope, lists)
    if subject.has_remark and scope not in WIDER_SCOPES:
        told["remark"] = remarks.told(material.remarks, scope)
    if subject.declares:
        services = tuple(slices["items"].loc[slices["items"]["kind"] == "service", "item"])
        slices["declared"], lengths["declared"] = declared(material, scope, services)
    drawn, of_maps = brief_map.cut(material, scope, cuts.maps, cuts.points) if subject.has_maps else ({}, {})
    slices |= of_maps
    told |= drawn | {
        "lengths": lengths,
        "population": _population(material, scope),
        "benchmarks": material.reference["benchmarks"].to_dict("records"),
        "governorates": brief_slices.governorates(material, scope),
    }
    return told | _known(material, scope, subject, slices["measures"]), slices


def _since_told(material: Material, scope: str) -> dict[str, Any]:
    """What brief.json says of the round before; nothing where there is none."""
    return {"since": brief_since.told(material.since, scope, material.members(scope))} if material.since else {}


def _since(material: Material, scope: str, cuts: Cuts, subject: Subject) -> Slices:
    """What changed since the round before; no number of a scope, or of a directorate, that was closed in either."""
    since = material.since
    if since is None or scope in since.told["closed"]:
        return {}
    shown = subject.shown(material.units)
    units = {name: material.units[name] for name in cuts.order if name in shown and name.startswith(subject.since)}
    if "review" not in subject.holds:
        return brief_since.slices(since, scope, units)
    left_out = material.standing.iraq.left_out
    shut = {slug for slug, state in cuts.states.items() if state == "closed"} | {*since.told["closed"], *left_out}
    members = [slug for slug in material.members(scope) if slug not in shut]
    found = annual_review.slices(material, since, members)
    return brief_since.slices(since, scope, units, members) | found


def _known(material: Material, scope: str, subject: Subject, measures: pd.DataFrame) -> dict[str, Any]:
    """What is known from elsewhere to compare with, and the parts of a scope that is set out by its parts."""
    told: dict[str, Any] = {"parts": brief_slices.parts(material, scope)} if subject.beside else {}
    if scope == "iraq":
        told["reconciliation"] = brief_lists.reconciliation(material)
    annual = brief_annual.annual(material, scope, measures) if "annual" in subject.holds else []
    return told | ({"annual": annual} if annual else {})


def cut_collection(material: Material, scope: str, cuts: Cuts) -> tuple[dict[str, Any], Slices]:
    """What the report of how the answers came in may know; it holds counts of answers, whatever the gate says."""
    told = {**_who(material, scope), **cuts.about[scope], "kind": "collection"}
    findings = cuts.findings[scope].head(brief_state.FINDINGS_SHOWN).drop(columns="sector")
    words = brief_slices.labels(material, scope, cuts.words)
    of_places, of_questions = brief_collection.labels(material, scope), brief_truth.labels(material)
    labels = pd.concat([words, of_places, of_questions], ignore_index=True)
    counted = brief_collection.slices(material, scope) | brief_truth.slices(material, scope)
    return told, {"labels": labels, "findings": findings, **counted}


def _register(material: Material, scope: str, cuts: Cuts, subject: Subject, labels: pd.DataFrame) -> Slices:
    """The whole list of facilities with its words, for a page that shows it; of its parts, the names of sectors."""
    is_register = "register" in subject.holds
    slices = brief_register.slices(material, scope, cuts.declared) if is_register or "census" in subject.holds else {}
    if not is_register:
        slices.pop("list", None)
    words = [brief_register.labels(material)] if is_register else []
    if is_register or (subject.beside and scope not in WIDER_SCOPES):
        words.append(brief_collection.labels(material, scope))
    return slices | ({"labels": pd.concat([labels, *words], ignore_index=True)} if words else {})


def _numbers(material: Material, scope: str, cuts: Cuts, subject: Subject) -> Slices:
    """The slices with the measures of a scope, of Iraq beside it, and of its parts: directorates, or its sectors."""
    slices = {"measures": subject.measures(cuts.measures[scope])}
    # Nothing stands beside a scope while Iraq's own totals are closed.
    if scope != "iraq" and cuts.states["iraq"] != "closed":
        beside = brief_slices.comparison(cuts.measures["iraq"], subject.compared)
        slices["comparison"] = subject.measures(beside)
    if scope in WIDER_SCOPES:
        members = [slug for slug in material.members(scope) if cuts.states[slug] != "closed"]
        shown = [cuts.areas[slug] for slug in members]
        slices["areas"] = subject.areas(pd.concat([part for part in shown if len(part)] or [cuts.everywhere["areas"]]))
        if subject.sectors:
            slices["sectors"] = brief_slices.centres_of_sectors(cuts.measures, members, subject.sectors)
    elif subject.beside:
        slices["areas"] = subject.areas(cuts.sectors[scope])
    return slices


def _who(material: Material, scope: str) -> dict[str, Any]:
    return {
        "round": material.round_name,
        "scope": scope,
        "kind": "wider" if scope in WIDER_SCOPES else "directorate",
        "edition": "internal",
        "names": material.names(scope),
        "form": material.entry.form,
        "source": material.entry.source,
        "window": list(material.entry.window),
        "report_date": material.entry.report_date,
        "members": list(material.members(scope)),
        "iraq": brief_state.iraq(material),
    }


def _population(material: Material, scope: str) -> list[dict[str, str]]:
    people = material.reference["population"]
    areas = [*brief_slices.governorates(material, scope), *([scope] if scope in WIDER_SCOPES else [])]
    return rows_of(people[people["area"].isin(areas)])


def _empty() -> Slices:
    columns = {
        "measures": brief_slices.COLUMNS,
        "comparison": brief_slices.COMPARISON_COLUMNS,
        "areas": brief_slices.AREA_COLUMNS,
        "facilities": brief_lists.COLUMNS,
    }
    return {name: pd.DataFrame(columns=names) for name, names in columns.items()}


def _write(project: Project, folder: Path, told: Mapping[str, Any], slices: Slices) -> None:
    project.write_json(folder / "brief.json", {**told, "slices": sorted(slices)})
    for name, rows in slices.items():
        project.write_csv(folder / f"{name}.csv", rows)
