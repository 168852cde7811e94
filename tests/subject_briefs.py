"""Briefs of subjects for any scope, cut by hand from the small round: the catalogue makes those of Iraq only."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import made
import pandas as pd

from pipeline import brief, figures, indicators, measure, words
from pipeline.brief import map as brief_map
from pipeline.brief.material import Material, gather
from pipeline.figures.brief import Brief
from pipeline.figures.html import Chart, Html
from pipeline.kernel.checks import read_notebook

Cut = tuple[dict[str, Any], dict[str, pd.DataFrame]]


@cache
def material() -> Material:
    """What the briefs of the small round are cut from."""
    return gather(made.whole(), made.round_of(made.whole()))


@cache
def cut_of(scope: str, report: str) -> Cut:
    """What a report may know of a scope, to be read only."""
    return _cut(material(), scope, report)


@cache
def brief_of(scope: str, report: str) -> Brief:
    """The brief of a report about any scope, as the figures see it, to be read only."""
    return as_figures_see_it(*cut_of(scope, report))


def of_facilities(kept: Mapping[str, list[str]], scope: str, report: str) -> Brief:
    """The brief of a report about a scope that has some facilities only: `kept` are the values of columns."""
    facilities = material().tables["facilities"]
    for column, values in kept.items():
        facilities = facilities[facilities[column].isin(values)]
    tables = {name: rows[rows["facility_id"].isin(facilities["facility_id"])] for name, rows in _facts().items()}
    found = replace(material(), tables={**tables, "measures": _measures(tables)})
    return as_figures_see_it(*_cut(found, scope, report))


def as_figures_see_it(told: Mapping[str, Any], slices: Mapping[str, pd.DataFrame], language: str = "en") -> Brief:
    """A brief as it is read back from its files: every cell a text."""
    texts = {name: rows.astype(object).where(rows.notna(), "").astype(str) for name, rows in slices.items()}
    labels = texts["labels"]
    names = dict(zip(zip(labels["list"], labels["code"], strict=True), labels[language], strict=True))
    return Brief(told, texts, words.load(made.whole(), language).knowing(names))


def sections(report: str) -> list[str]:
    """The sections of a report's notebook, in its order."""
    project = made.whole()
    path = project.notebook(project.registry.reports[report].notebook)
    cells = [cell.source for cell in read_notebook(project.read_text(path), report).cells if cell.cell_type == "code"]
    calls = [node for cell in cells for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Attribute)]
    return [call.attr for call in calls if call.attr != "open_brief"]


def page(brief: Brief) -> dict[str, str]:
    """What each section of the brief's report says, those that are left out apart."""
    shown = {name: getattr(figures, name) for name in sections(brief.told["report"])}
    return {name: _text(section.parts(brief)) for name, section in shown.items() if not section.left_out(brief)}


def _text(parts: list[Html | Chart]) -> str:
    assert parts
    return " ".join(str(part.markup) if isinstance(part, Html) else f"{part.caption} {part.alt}" for part in parts)


def shared_cuts(found: Material) -> brief.Cuts:
    """What the briefs of some material share."""
    return brief.shared(found, made.whole().scopes, brief_map.shared(made.whole(), found))


def _cut(found: Material, scope: str, report: str) -> Cut:
    project = made.whole()
    cuts = _usual_cuts() if found is material() else shared_cuts(found)
    told, slices = brief.cut_of(project.registry.reports[report], found, scope, cuts)
    return told | {"report": report}, slices


@cache
def _usual_cuts() -> brief.Cuts:
    return shared_cuts(material())


def _facts() -> dict[str, pd.DataFrame]:
    return {name: material().tables[name] for name in made.FACTS}


def _measures(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    project, found = made.whole(), material()
    facts = indicators.gather(tables, indicators.vocabulary(found.codebook), indicators.Judgement())
    land = measure.country(project.registry.directorates, found.places, found.reference["population"])
    return measure.measures(facts, indicators.catalogue(found.reference["indicators"]), land)
