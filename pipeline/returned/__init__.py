"""Returned spreadsheets: the answers of a directorate become decisions, all of them or none.

What comes back is checked against the form, the questions that were asked, and the decisions that exist; then the
records are judged as they will be. So an acceptance of what the other answers settle is never written, and what the
answers leave behind (a cause of something that lacks no more) is told at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from pipeline.decisions import Decision, check, excluded
from pipeline.decisions.kinds import Words
from pipeline.enquiry import Enquiry, is_open
from pipeline.enquiry.form import Tongue, headings, tongue
from pipeline.errors import DecisionError, UsageError, unknown
from pipeline.project import Project
from pipeline.returned import write
from pipeline.returned.answers import Asked, Told, answers, is_about, is_filled
from pipeline.returned.decide import accepted, decided
from pipeline.returned.read import Sheet, read
from pipeline.returned.trial import Judged, Trial
from pipeline.returned.values import date
from pipeline.spelling import counted, western_digits

FINDING = ["rule", "facility_id", "question"]


@dataclass(frozen=True)
class Imported:
    """What an import changes: new decisions, what is to be known about them, the findings that they leave behind."""

    round_name: str
    where: str
    new: tuple[Decision, ...]
    notes: tuple[str, ...]
    left_behind: pd.DataFrame
    unanswered: int


def returned(project: Project, path: Path, dry: bool = False) -> Imported:
    """Reads a spreadsheet that came back and writes its decisions, unless `dry`; a DecisionError lists all faults."""
    sheet = read(path.name, path.read_bytes(), headings(project))
    trial, directorate = _about(project, path.name, sheet)
    existing = trial.case.decisions
    now = trial.judged(existing)
    told, by = _told(sheet, trial, now, directorate)
    still_open = {one.key for one in now.enquiries}
    new = decided(told, existing, by, now.source, still_open)
    _refuse(path.name, [*sheet.faults, *told.faults])
    then = trial.judged((*existing, *new))
    until = project.round(trial.round_name).report_date
    new += accepted(told, then.findings, by, until, now.enquiries, trial.case.codebook)
    _refuse(path.name, told.faults)
    whole = _whole_file(project, trial, new)
    if new and not dry:
        project.write_text(project.decisions(trial.round_name), whole)
    answered = {one.one.key for one in told.answers}
    gone = set(excluded((*existing, *new)))
    return Imported(
        round_name=trial.round_name,
        where=project.relative(project.decisions(trial.round_name)),
        new=tuple(new),
        notes=tuple(told.notes),
        left_behind=_left_behind(now.findings, then.findings),
        unanswered=sum(
            one.directorate == directorate and one.key not in answered and one.facility_id not in gone
            for one in now.enquiries
        ),
    )


def text(imported: Imported, dry: bool) -> str:
    """What an import changes, as a person reads it."""
    lines = [_line(decision) for decision in imported.new] + list(imported.notes)
    lines += [
        f"left behind: {row['severity']} {row['rule']}: {row['facility_id']} {row['question']} {row['value']!r}, "
        f"expected {row['expected']}"
        for row in imported.left_behind.to_dict("records")
    ]
    verb = "would be written to" if dry else "written to"
    count = f"{counted(len(imported.new), 'decision')} {verb} {imported.where}"
    lines.append(f"{count}; {counted(imported.unanswered, 'question')} without an answer yet")
    if imported.new and not dry:
        lines.append(f"now run: herams run --round {imported.round_name}")
    return "\n".join(lines)


def _line(decision: Decision) -> str:
    about = " ".join(filter(None, (str(getattr(decision, name, "")) for name in ("facility", "question", "rule"))))
    change = {"correct": "{was!r} -> {now!r}", "merge": "repeats {into}", "accept": "until {until}"}
    what = change.get(decision.decision, "").format(**decision.model_dump())
    return f"{decision.decision:8} {about}  {what}".rstrip()


def _about(project: Project, name: str, sheet: Sheet) -> tuple[Trial, str]:
    round_name, directorate = sheet.about["round"], sheet.about["directorate"]
    project.round(round_name)
    if round_name not in project.registry.open:
        raise UsageError(f"{name} is about {round_name}, which is not open: nothing is decided about it any more")
    if directorate not in project.registry.directorates:
        raise unknown("directorate", directorate, project.registry.directorates)
    return Trial(project, round_name), directorate


def _told(sheet: Sheet, trial: Trial, now: Judged, directorate: str) -> tuple[Told, dict[str, str]]:
    """The answers of a sheet, and by whom, when and by which letter they were given."""
    spoken = tongue(trial.project, sheet.about["language"], trial.case.codebook, trial.case.places)
    known = {one.key: one for one in now.enquiries}
    # What was asked before the decisions that exist may have been answered by them.
    before: Sequence[Enquiry] = ()
    if trial.case.decisions and any(
        is_filled(row) and not is_about(row, trial.round_name, known) for row in sheet.rows
    ):
        before = trial.judged(()).enquiries
        known = {one.key: one for one in before} | known
    received = {one.key: one.value for one in before}
    told = answers(sheet.rows, Asked(trial.round_name, directorate, known, now.source, received), spoken)
    return told, _by(sheet, told.faults, spoken, directorate)


def _by(sheet: Sheet, faults: list[str], spoken: Tongue, directorate: str) -> dict[str, str]:
    """Role, office, letter and date, as the letter was filled in."""
    entry = {name: cell for name, (cell, _) in sheet.entries.items()}
    where = {name: place for name, (_, place) in sheet.entries.items()}
    days = {name: date(entry.get(name, "")) for name in ("date", "letter_date")}
    blank = [name for name in ("role", "date") if name in where and not entry[name]]
    faults += [f"{where[name]}: {spoken.words(f'entry.{name}')} is blank" for name in blank]
    faults += [
        f"{where[name]}: {entry[name]!r} is no date such as 31/12/2023"
        for name in days
        if entry.get(name) and days[name] is None
    ]
    if bool(entry.get("letter")) != bool(entry.get("letter_date")) and "letter" in where:
        faults.append(f"{where['letter']}: a letter has both a number and a date")
    contact = _contact(entry.get("role", ""))  # a letter's number may well look like a telephone's
    faults += [f"{where['role']}: {contact}"] if contact else []
    office = spoken.places.directorates.set_index("slug").loc[directorate, "name_in_exports"]
    by = {"role": entry.get("role", ""), "office": " ".join(str(office).split()), "date": days["date"] or ""}
    return by | (
        {"letter": f"{western_digits(entry['letter'])} of {days['letter_date']}"} if entry.get("letter") else {}
    )


def _contact(words: str) -> str:
    try:
        TypeAdapter(Words).validate_python(words or "-")
    except ValidationError as problem:
        return problem.errors()[0]["msg"]
    return ""


def _whole_file(project: Project, trial: Trial, new: Sequence[Decision]) -> str:
    """The file of decisions as it becomes, read again and checked before anything is written."""
    path = project.decisions(trial.round_name)
    before = project.read_text(path) if path.is_file() else ""
    existing, where = trial.case.decisions, project.relative(path)
    check(project, trial.round_name, (*existing, *new), where)
    return write.appended(before, existing, new, where)


def _left_behind(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The findings that are open now and were not before."""
    known = set(map(tuple, before.loc[is_open(before), FINDING].to_numpy()))
    opened = after[is_open(after)]
    return opened[[tuple(row) not in known for row in opened[FINDING].to_numpy()]]


def _refuse(name: str, faults: Sequence[str]) -> None:
    if faults:
        told = "\n".join(f"- {fault}" for fault in faults)
        raise DecisionError(f"{name}: nothing was decided; mend what is listed, and import it again\n{told}")
