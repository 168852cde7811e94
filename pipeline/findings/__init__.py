"""Findings: what the gate asks of each directorate, on the screen, for a program, or as spreadsheets to send back.

Only findings about facilities in `records` can be answered by a directorate; those about a table as a whole, about our
own tables, and rules in doubt are for the analysts, and are counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline import baseline, decisions, places, verdict
from pipeline import codebook as codebooks
from pipeline.enquiry import Enquiry, Source, enquiries, is_open, names
from pipeline.enquiry.form import MARKS, Tongue, default_language, marked, tongue
from pipeline.errors import UsageError, unknown
from pipeline.findings import book
from pipeline.places import UNKNOWN, Places
from pipeline.project import Project
from pipeline.spelling import counted

TABLE = "records"


@dataclass(frozen=True)
class Asked:
    """The enquiries of a round, what else the gate found there, and why each rule is there, in English."""

    round_name: str
    enquiries: tuple[Enquiry, ...]
    others: Mapping[str, int]
    why: Mapping[str, str]
    reference: Places
    codebook: codebooks.Codebook

    def of(self, directorate: str | None) -> Asked:
        """Only what concerns a directorate."""
        if directorate is None:
            return self
        mine = tuple(one for one in self.enquiries if one.directorate == directorate)
        return Asked(self.round_name, mine, self.others, self.why, self.reference, self.codebook)


def asked(project: Project, round_name: str, directorate: str | None = None) -> Asked:
    """What is to be asked about a round, or one directorate of it; refuses findings about other bytes."""
    if directorate is not None and directorate not in (*project.registry.directorates, UNKNOWN):
        raise unknown("directorate", directorate, project.registry.directorates)
    judged = verdict.require(project, round_name, TABLE)
    found = verdict.read_findings(project, round_name, TABLE)
    source = source_of(project, round_name)
    every = tuple(enquiries(found, source))
    why = {rule.rule: rule.why for rule in judged.rules}
    others = _others(found, every)
    whole = Asked(round_name, every, others, why, places.load(project), source.codebook)
    return whole.of(directorate)


def source_of(project: Project, round_name: str) -> Source:
    """The records of a round as decisions leave them, with all that explains them."""
    form = codebooks.load(project, project.round(round_name).form)
    reference = places.load(project)
    received = project.read_table(round_name, TABLE)
    decided = decisions.load(project, round_name)
    records = decisions.apply(received, decided, places.facility_ids(received, reference), form)
    placed = places.place(records, form, reference)
    listed = names(baseline.load(project, round_name, reference))
    merging, may_be_right = (marked(project, mark) for mark in MARKS)
    return Source(records, placed, form, merging, may_be_right, listed)


def _others(found: pd.DataFrame, every: Sequence[Enquiry]) -> dict[str, int]:
    """How many findings of each rule are no enquiries, though nobody settled them."""
    asked_about = {(one.facility_id, rule) for one in every for rule in one.rules}
    pairs = zip(found["facility_id"], found["rule"], strict=True)
    left = pd.Series([pair not in asked_about for pair in pairs], index=found.index, dtype=bool)
    return dict(sorted(Counter(found["rule"][left & is_open(found)]).items()))


def in_language(project: Project, told: Asked, language: str) -> Tongue:
    """The words in which enquiries are put."""
    return tongue(project, language, told.codebook, told.reference)


def text(project: Project, told: Asked, language: str = "en") -> str:
    """The enquiries as a person reads them on the screen: by facility, and what else is open by rule."""
    spoken = in_language(project, told, language)
    lines: list[str] = []
    before = ""
    for one in told.enquiries:
        if one.facility_id != before:
            name = one.name_en if language == "en" else one.name_local
            lines += ["", f"{one.directorate}  {one.facility_id}  {name or one.name_local or one.name_en}"]
            before = one.facility_id
        lines.append(f"  {one.severity:8}  {one.column}  {spoken.question(one.column)}: {spoken.present(one)}")
        lines.append(f"            {spoken.why(one, told.why)}")
    facilities = len({one.facility_id for one in told.enquiries})
    lines += ["", f"{counted(len(told.enquiries), 'question')} about {counted(facilities, 'facility', 'facilities')}"]
    if told.others:
        rest = ", ".join(f"{rule} {count}" for rule, count in told.others.items())
        lines.append(f"not to be answered by a directorate (read the findings beside the verdict): {rest}")
    return "\n".join(lines).strip()


def json_text(told: Asked) -> str:
    """The enquiries as JSON: codes as the export has them."""
    rows = [
        {
            "directorate": one.directorate, "sector": one.sector, "facility": one.facility_id,
            "name_en": one.name_en, "name_local": one.name_local, "question": one.column, "value": one.value,
            "severity": one.severity, "rules": list(one.rules), "may_answer": list(one.actions),
        }
        for one in told.enquiries
    ]  # fmt: skip
    document = {"round": told.round_name, "questions": rows, "not_for_directorates": dict(told.others)}
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)


def write(project: Project, round_name: str, directorate: str | None, out: Path, language: str | None) -> list[str]:
    """Writes the spreadsheet of a directorate, or one for each that is asked anything; a line about each."""
    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"{out.name}: the spreadsheets are written as .xlsx")
    told = asked(project, round_name, directorate)
    lines = []
    for slug in sorted({one.directorate for one in told.enquiries} & set(project.registry.directorates)):
        path = out if directorate else out.with_name(f"{out.stem}-{slug}{out.suffix}")
        spoken = in_language(project, told, language or default_language(told.reference, slug))
        mine = told.of(slug).enquiries
        project.write_bytes(path, book.book(mine, slug, spoken, told.why, (round_name, project.round(round_name))))
        lines.append(f"{path.name}: {counted(len(mine), 'question')}")
    return lines or ["nothing to ask: no spreadsheet was written"]
