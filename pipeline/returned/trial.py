"""The records of a round judged as they would be with other decisions than those in the file; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from pipeline import decisions, gate, places
from pipeline.decisions import Decision
from pipeline.enquiry import Enquiry, Source, enquiries, names
from pipeline.enquiry.form import MARKS, marked
from pipeline.gate import suite as suites
from pipeline.gate.case import Case
from pipeline.project import Project

TABLE = "records"


@dataclass(frozen=True)
class Judged:
    """What the gate finds in the records with some decisions, and what is asked about it."""

    findings: pd.DataFrame
    source: Source

    @cached_property
    def enquiries(self) -> tuple[Enquiry, ...]:
        """What directorates are asked about the findings."""
        return tuple(enquiries(self.findings, self.source))


@dataclass(frozen=True)
class Trial:
    """A round before the gate, with any decisions."""

    project: Project
    round_name: str
    _judged: dict[tuple[Decision, ...], Judged] = field(default_factory=dict, repr=False)

    @cached_property
    def case(self) -> Case:
        """The round as its decisions leave it."""
        records = gate.case_of_records(self.project, self.round_name)
        # With boundaries and the last list: what is accepted about them would else look settled.
        return gate.case_of(self.project, self.round_name, records, TABLE)

    @cached_property
    def received(self) -> pd.DataFrame:
        """The records as received."""
        return self.project.read_table(self.round_name, TABLE)

    @cached_property
    def facility_ids(self) -> pd.Series[str]:
        """The facility of each record as received."""
        return places.facility_ids(self.received, self.case.places)

    def judged(self, decided: Sequence[Decision]) -> Judged:
        """What the gate finds with these decisions, once for all; DecisionError for those that do not hold."""
        key = tuple(decided)
        if key not in self._judged:
            self._judged[key] = self._judge(key)
        return self._judged[key]

    def _judge(self, decided: tuple[Decision, ...]) -> Judged:
        decisions.check(self.project, self.round_name, decided, "the decisions with these answers")
        records = decisions.apply(self.received, decided, self.facility_ids, self.case.codebook)
        case = replace(self.case, frame=records, records=records, decisions=decided)
        found = gate.judge(case, suites.load(self.project, TABLE))[1]
        merging, may_be_right = (marked(self.project, mark) for mark in MARKS)
        listed = names(case.baseline)
        return Judged(found, Source(records, case.placed, case.codebook, merging, may_be_right, listed))
