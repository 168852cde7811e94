"""Briefs: for each report a folder with all that it may know, and nothing else.

data/briefs/<round>/<scope>/<report>/ holds brief.json and slices as CSV; `figures.brief` says what is in them. They
are deterministic and sorted, and a brief changes only when something changes that its page shows. The brief of a
closed scope holds its state and its findings, and no number. All briefs of a round take the place of the last ones in
one stroke.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.brief import collection as brief_collection
from pipeline.brief import lists as brief_lists
from pipeline.brief import receipt
from pipeline.brief import slices as brief_slices
from pipeline.brief import state as brief_state
from pipeline.brief import truth as brief_truth
from pipeline.brief.material import Material, gather
from pipeline.brief.subjects import SUBJECTS, Subject, of_domains
from pipeline.codebook import rows_of
from pipeline.project import Project
from pipeline.registry import WIDER_SCOPES, Report

Slices = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Cuts:
    """What several briefs of a round share, cut once: measures by scope, facilities with their gaps, words."""

    measures: Mapping[str, pd.DataFrame]
    areas: Mapping[str, pd.DataFrame]
    lists: brief_lists.Lists
    states: Mapping[str, str]
    words: list[dict[str, str]]
    everywhere: Slices


def brief(project: Project, round_name: str) -> None:
    """Cuts the briefs of a round's own reports; refuses tables that no verdict judged."""
    _cut_all(project, round_name, project.briefs(round_name), project.registry.reports_of)


def more(project: Project, round_name: str) -> None:
    """Cuts the briefs of all other reports: of each subject for each directorate and ministry."""
    _cut_all(project, round_name, project.more_briefs(round_name), project.registry.more_reports_of)


def _cut_all(project: Project, round_name: str, place: Path, reports_of: Callable[[str], Iterable[str]]) -> None:
    material = gather(project, round_name)
    cuts = shared(material, project.scopes)
    with project.replacing_folder(place) as draft:
        for scope in project.scopes:
            for report in reports_of(scope):
                told, slices = cut_of(project.registry.reports[report], material, scope, cuts)
                _write(project, draft / scope / report, told | {"report": report}, slices)
        project.write_json(draft / receipt.NAME, receipt.document(project, round_name, place, draft))


def cut_of(report: Report, material: Material, scope: str, cuts: Cuts) -> tuple[dict[str, Any], Slices]:
    """What a report of the catalogue may know of a scope, by its notebook and the modules that it is about."""
    if report.notebook == "collection":
        return cut_collection(material, scope, cuts)
    is_domain = bool(report.modules)
    subject = of_domains(report.modules, cuts.everywhere["items"]) if is_domain else SUBJECTS[report.notebook]
    return cut(material, scope, cuts, subject)


def shared(material: Material, scopes: Iterable[str]) -> Cuts:
    """The cuts of a round for some scopes."""
    scopes = tuple(scopes)
    measures = brief_slices.measures(material, scopes)
    return Cuts(
        measures=measures,
        areas=brief_slices.areas({scope: rows for scope, rows in measures.items() if scope not in WIDER_SCOPES}),
        lists=brief_lists.lists(material),
        states={scope: brief_state.state(material, scope) for scope in scopes},
        words=brief_slices.words(material),
        everywhere=_empty() | {"items": brief_slices.items(material), "methods": brief_slices.methods()},
    )


def cut(material: Material, scope: str, cuts: Cuts, subject: Subject) -> tuple[dict[str, Any], Slices]:
    """What the report of a scope may know: the content of brief.json, and the slices by name."""
    told = {**_who(material, scope), **brief_state.about(material, scope)}
    findings = brief_state.findings_of(material, scope)
    slices: Slices = {
        **cuts.everywhere,
        "items": subject.items(cuts.everywhere["items"]),
        "methods": subject.methods(cuts.everywhere["methods"]),
        "labels": brief_slices.labels(material, scope, cuts.words),
        "findings": findings.head(brief_state.FINDINGS_SHOWN).drop(columns="sector"),
    }
    if told["state"] == "closed":
        # Who it is, its state, its findings and the bytes that were judged: no number.
        return told | {"decisions": [], "account": {}}, slices
    slices |= {name: subject.measures(rows) for name, rows in _numbers(material, scope, cuts).items()}
    lists = {name: cuts.lists[name] for name in subject.lists}
    slices["facilities"], lengths = brief_lists.facilities(material, scope, lists)
    return told | {
        "lengths": lengths,
        "population": _population(material, scope),
        "benchmarks": material.reference["benchmarks"].to_dict("records"),
        "governorates": brief_slices.governorates(material, scope),
        "reconciliation": brief_lists.reconciliation(material) if scope == "iraq" else [],
    }, slices


def cut_collection(material: Material, scope: str, cuts: Cuts) -> tuple[dict[str, Any], Slices]:
    """What the report of how the answers came in may know; it holds counts of answers, whatever the gate says."""
    told = {**_who(material, scope), **brief_state.about(material, scope), "kind": "collection"}
    findings = brief_state.findings_of(material, scope).head(brief_state.FINDINGS_SHOWN).drop(columns="sector")
    words = brief_slices.labels(material, scope, cuts.words)
    of_places, of_questions = brief_collection.labels(material, scope), brief_truth.labels(material)
    labels = pd.concat([words, of_places, of_questions], ignore_index=True)
    counted = brief_collection.slices(material, scope) | brief_truth.slices(material, scope)
    return told, {"labels": labels, "findings": findings, **counted}


def _numbers(material: Material, scope: str, cuts: Cuts) -> Slices:
    """The slices with the measures of a scope, of Iraq beside it, and of the directorates within it."""
    slices = {"measures": cuts.measures[scope]}
    # Nothing stands beside a scope while Iraq's own totals are closed.
    if scope != "iraq" and cuts.states["iraq"] != "closed":
        slices["comparison"] = brief_slices.comparison(cuts.measures["iraq"])
    if scope in WIDER_SCOPES:
        shown = [cuts.areas[slug] for slug in material.members(scope) if cuts.states[slug] != "closed"]
        slices["areas"] = pd.concat([part for part in shown if len(part)] or [cuts.everywhere["areas"]])
    return slices


def _who(material: Material, scope: str) -> dict[str, Any]:
    return {
        "round": material.round_name,
        "scope": scope,
        "kind": "wider" if scope in WIDER_SCOPES else "directorate",
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
