"""What a trace walks over: the facts and measures of a round, and what is known of each facility besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline import codebook as codebooks
from pipeline import decisions, indicators, measure, places, verdict
from pipeline.codebook import Codebook
from pipeline.decisions import Decision
from pipeline.errors import UsageError, unknown
from pipeline.indicators import DEFINITIONS, Definition, Entry, Facts
from pipeline.measure.groups import Groups, by_place, by_report
from pipeline.places import Places
from pipeline.project import TABLES, Project

KEYS = ["workspace_id", "subject_id"]
WHERE = ["source_file", "source_row"]


@dataclass(frozen=True)
class Ground:
    """All that a round's traces are made of."""

    project: Project
    round_name: str
    facts: Facts
    measures: pd.DataFrame
    land: measure.Country
    codebook: Codebook
    places: Places
    entries: Mapping[str, Entry]
    decided: Sequence[Decision]
    findings: pd.DataFrame
    rows: pd.DataFrame
    """A row for each record as received: facility_id, source_file, source_row."""
    recoded: Mapping[str, tuple[Decision, ...]]
    """The recodes that touched each facility."""

    @cached_property
    def reported(self) -> list[Groups]:
        """The groups by who reports."""
        return by_report(self.facts, self.land.directorates)

    @cached_property
    def placed(self) -> list[Groups]:
        """The groups by where a facility is."""
        return by_place(self.facts, self.land.home)

    @cached_property
    def _slices(self) -> dict[tuple[str, str, str], pd.DataFrame | None]:
        return {}

    def printed(self, scope: str, report: str, slice_name: str) -> pd.DataFrame | None:
        """A slice of the brief of a report, read once; None where its page is closed. No rows where it lacks it."""
        key = (scope, report, slice_name)
        if key not in self._slices:
            folder = self.project.brief(self.round_name, scope, report)
            told = self.project.read_json(folder / "brief.json")
            has_it = slice_name in told["slices"] and told["kind"] != "collection"
            found = self.project.read_csv(folder / f"{slice_name}.csv") if has_it else pd.DataFrame()
            self._slices[key] = None if told["state"] == "closed" and told["kind"] != "collection" else found
        return self._slices[key]

    @cached_property
    def rows_of(self) -> dict[str, list[str]]:
        """Where each facility stands in the exports: `file row 12`."""
        found: dict[str, list[str]] = {}
        for facility, file, row in self.rows.itertuples(index=False):
            found.setdefault(facility, []).append(f"{file} row {row}")
        return found

    @cached_property
    def decisions_of(self) -> dict[str, list[Decision]]:
        """The decisions about each facility: those that name it, recode it, or settle a finding about it."""
        found = {facility: list(recodes) for facility, recodes in self.recoded.items()}
        by_name = {self.name_of(decision): decision for decision in self.decided}
        for decision in self.decided:
            for key in ("facility", "into"):
                if getattr(decision, key, ""):
                    found.setdefault(getattr(decision, key), []).append(decision)
        settled = self.findings[self.findings["settled_by"].isin(by_name)]
        for facility, name in zip(settled["facility_id"], settled["settled_by"], strict=True):
            if by_name[name] not in found.setdefault(facility, []):
                found[facility].append(by_name[name])
        return found

    def name_of(self, decision: Decision) -> str:
        """A decision's kind and its place in the file."""
        return decisions.named(self.decided, decision)

    def definition(self, indicator: str) -> tuple[Definition, int]:
        """The definition of an indicator, and the column that is its own; an unknown one is a UsageError."""
        names: list[str] = []
        for definition in DEFINITIONS.values():
            mine = definition.indicators(self.facts.vocabulary)
            if indicator in mine:
                return definition, mine.index(indicator)
            if indicator == definition.code:
                first = ", ".join(mine[:3])
                raise UsageError(f"{indicator} stands for {len(mine)} indicators: name one of them, as in {first}")
            names += mine
        near = str(unknown("indicator", indicator, names))
        raise UsageError(near) if "did you mean" in near else unknown("indicator", indicator, DEFINITIONS)


def ground(project: Project, round_name: str) -> Ground:
    """The ground of a round; refuses tables that no verdict judged."""
    form = project.round(round_name).form
    # Read before it is judged: where nothing was made yet, that is what is told.
    measures = project.read_table(round_name, "measures")
    verdict.require(project, round_name, "measures")
    codebook, reference = codebooks.load(project, form), places.load(project)
    decided = decisions.load(project, round_name)
    # Records are read whole only where a text was recoded.
    recodes = [one for one in decided if isinstance(one, decisions.Recode)]
    records = project.read_table(round_name, "records", None if recodes else [*KEYS, *WHERE])
    ids = places.facility_ids(records, reference)
    return Ground(
        project=project,
        round_name=round_name,
        facts=measure.facts(project, round_name),
        measures=measures,
        land=measure.country_of(project),
        codebook=codebook,
        places=reference,
        entries=indicators.catalogue(project.read_csv(project.reference("indicators.csv"))),
        decided=decided,
        findings=_findings(project, round_name),
        rows=records[WHERE].assign(facility_id=ids)[["facility_id", *WHERE]],
        recoded=_recoded(records, decided, ids, codebook) if recodes else {},
    )


def _findings(project: Project, round_name: str) -> pd.DataFrame:
    judged = [table for table in TABLES if project.verdict(round_name, table).is_file()]
    parts = [verdict.read_findings(project, round_name, table).assign(table=table) for table in judged]
    return pd.concat(parts, ignore_index=True)


def _recoded(
    records: pd.DataFrame, decided: Sequence[Decision], ids: pd.Series[str], form: Codebook
) -> dict[str, tuple[Decision, ...]]:
    found: dict[str, tuple[Decision, ...]] = {}
    for recode, rows in decisions.recoded_rows(records, decided, ids, form):
        for facility in ids.iloc[rows]:
            found[facility] = (*found.get(facility, ()), recode)
    return found
