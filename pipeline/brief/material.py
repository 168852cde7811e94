"""What briefs are cut from: tables, verdicts, decisions, the codebook and the reference lists of one round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from pipeline import agreed, decisions, indicators, places, remarks, revisits, verdict
from pipeline import baseline as baselines
from pipeline import codebook as codebooks
from pipeline.agreed import Issue
from pipeline.brief.since import Since
from pipeline.brief.since import load as load_since
from pipeline.codebook import Codebook, rows_of
from pipeline.decisions import Decision
from pipeline.indicators import Facts
from pipeline.places import Places
from pipeline.project import TABLES, Project
from pipeline.registry import WIDER_SCOPES, Round
from pipeline.remarks import Remark
from pipeline.revisits import Revisits, agreement
from pipeline.verdict import Standing, Verdict

FACTS = ("facilities", "answers", "choices", "staff")
NAMES = ("en", "ar", "ckb")
SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True)
class Material:
    """All that the briefs of a round are cut from."""

    round_name: str
    entry: Round
    directorates: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    """The four tables of facts, and the measures."""
    verdicts: tuple[Verdict, ...]
    findings: pd.DataFrame
    """All findings of the round, with the table that they are about: worst first, unsettled first, then by facility."""
    decided: tuple[Decision, ...]
    account: Mapping[str, Any]
    codebook: Codebook
    places: Places
    reference: Mapping[str, pd.DataFrame]
    second_visits: Revisits
    compared: pd.DataFrame
    """What they found beside what was reported first, cell by cell."""
    baseline: pd.DataFrame
    """The facilities that the round should cover; none where there is no earlier list."""
    remarks: Mapping[str, Remark] = field(default_factory=dict)
    """What directorates say to their numbers."""
    since: Since | None = None
    """What changed since the round before; None where this round follows none."""
    issues: tuple[Issue, ...] = ()
    """What workshops have agreed on."""
    until_now: tuple[str, ...] = ()
    """The rounds of the registry that are reported for the day of this one, or before."""

    @cached_property
    def standing(self) -> Standing:
        """What the verdicts together say of each directorate and of Iraq."""
        return verdict.combined(self.verdicts)

    @cached_property
    def facts(self) -> Facts:
        """The tables of facts as the indicators see them, facilities set aside counted in none."""
        judged = indicators.Judgement(set_aside=frozenset(self.standing.set_aside))
        return indicators.gather(self.tables, indicators.vocabulary(self.codebook), judged)

    @cached_property
    def units(self) -> dict[str, str]:
        """The unit of each indicator that the measures have."""
        entries = indicators.catalogue(self.reference["indicators"])
        names = self.tables["measures"]["indicator"].cat.categories
        return {name: indicators.entry(name, entries).unit for name in names}

    @cached_property
    def modules(self) -> dict[str, str]:
        """The module of the question that each column belongs to, and of each question by its own name."""
        questions = self.codebook.by_column
        return {name: found.module for name, found in (questions | self.codebook.by_name).items()}

    def members(self, scope: str) -> tuple[str, ...]:
        """The directorates of a scope, in the registry's order."""
        if scope not in WIDER_SCOPES:
            return (scope,)
        return tuple(slug for slug in self.directorates if scope in ("iraq", self.places.region.get(slug)))

    @cached_property
    def reporting(self) -> frozenset[str]:
        """The directorates that have facilities in this round."""
        return frozenset(self.tables["facilities"]["directorate"].astype(str)) & frozenset(self.directorates)

    def names(self, scope: str) -> dict[str, str]:
        """The name of a scope in each language."""
        return self._names[scope]

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        found = dict(WIDER_NAMES)
        for row in rows_of(self.places.directorates):
            found[row["slug"]] = {language: row[f"name_{language}"] for language in NAMES}
        labels = self.reference["labels"]
        for row in reversed(rows_of(labels[labels["list"].isin(("directorate", "scope"))])):
            found[row["canonical"]] = {language: row[language] for language in NAMES}
        return found


# Names of the wider scopes, for lists of labels that lack them.
WIDER_NAMES = {
    "iraq": {"en": "Iraq", "ar": "العراق", "ckb": "عێراق"},
    "federal": {"en": "Federal directorates", "ar": "الدوائر الاتحادية", "ckb": "فەرمانگە فیدراڵییەکان"},
    "kurdistan": {"en": "Kurdistan Region", "ar": "إقليم كردستان", "ckb": "هەرێمی کوردستان"},
}


def gather(project: Project, round_name: str) -> Material:
    """The material of a round; refuses tables that no verdict judged, or that are unfit."""
    entry = project.round(round_name)
    verdicts = tuple(verdict.require(project, round_name, table) for table in TABLES)
    findings = [verdict.read_findings(project, round_name, table).assign(table=table) for table in TABLES]
    names = ("indicators", "labels", "governorates", "population", "benchmarks")
    reference = {name: project.read_csv(project.reference(f"{name}.csv")) for name in names}
    totals = project.reference(f"national_totals_{entry.report_date[:7]}.csv")
    if totals.is_file():
        reference["totals"] = project.read_csv(totals)
    annual = project.reference("annual_report.csv")
    if annual.is_file():
        reference["annual_report"] = project.read_csv(annual)
    codebook, known, seen = (
        codebooks.load(project, entry.form),
        places.load(project),
        revisits.load(project, round_name),
    )
    return Material(
        round_name=round_name,
        entry=entry,
        directorates=tuple(project.registry.directorates),
        tables={name: project.read_table(round_name, name) for name in (*FACTS, "measures")},
        verdicts=verdicts,
        findings=_worst_first(pd.concat(findings, ignore_index=True)),
        decided=decisions.load(project, round_name),
        account=project.read_json(project.account(round_name)),
        codebook=codebook,
        places=known,
        reference=reference,
        remarks=remarks.load(project, round_name),
        second_visits=seen,
        compared=agreement.of_round(project, round_name, seen, codebook, known),
        baseline=baselines.load(project, round_name, known),
        since=load_since(project, round_name),
        issues=agreed.load(project),
        until_now=tuple(name for name, one in project.registry.rounds.items() if one.report_date <= entry.report_date),
    )


def _worst_first(findings: pd.DataFrame) -> pd.DataFrame:
    keys = findings.assign(_order=findings["severity"].map(SEVERITIES.index), _settled=findings["settled_by"] != "")
    by = ["_order", "_settled", "directorate", "rule", "facility_id", "question", "value"]
    return keys.sort_values(by, kind="stable", ignore_index=True).drop(columns=["_order", "_settled"])
