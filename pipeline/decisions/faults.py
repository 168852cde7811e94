"""What may be wrong with decisions, each told with its place in the file and what to do about it."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from pipeline.codebook import CHOICE_TYPES, Codebook, Question
from pipeline.decisions.kinds import (
    Accept,
    Correct,
    Decision,
    Exclude,
    Merge,
    Recode,
    double_reports,
    excluded,
    named,
)
from pipeline.errors import DecisionError

KEYS = ("workspace_id", "subject_id")
NOT_ANSWERS = (*KEYS, "source_file", "source_row")
KINDS = ("correct", "exclude", "merge", "accept", "recode", "leave_out")
DATE = "date"
# Our word for the option whose words stand in a column beside it; exports name it -oth-, A7, and otherwise.
OTHER = "other"
# A facility of the last list that stands in no row; the gate tells if what is accepted about it is not there.
GONE = "facilities_gone"
NUMBERS = {"integer": r"-?\d+", "decimal": r"-?\d+(?:\.\d+)?"}


def refuse(where: str, problems: Sequence[str]) -> None:
    """A DecisionError that lists all problems, if there are any."""
    if problems:
        raise DecisionError("\n".join([f"{where}: nothing was applied", *(f"- {problem}" for problem in problems)]))


def told(place: tuple[int | str, ...], message: str, kinds: Sequence[str] = KINDS) -> str:
    """A fault of the form, with the decision's number and the key."""
    number, *names = place or (0,)
    keys = [str(name) for name in names if name not in kinds]
    return f"decision {int(number) + 1 if isinstance(number, int) else number} {'.'.join(keys)}: {message}"


def of_file(decisions: Sequence[Decision]) -> list[str]:
    """What the file says twice, for nothing, or against itself."""
    return [*_twice(decisions), *_idle(decisions), *_contradictions(decisions)]


def of_round(
    decisions: Sequence[Decision], report_date: str, directorates: Sequence[str], codebook: Codebook
) -> list[str]:
    """What does not fit the round: acceptances that are over, unknown directorates, answers that the codebook lacks."""
    return [
        *_expired(decisions, report_date),
        *_strange_directorates(decisions, directorates),
        *_strange_answers(decisions, codebook),
        *_nothing_to_recode(decisions, codebook),
    ]


def of_records(
    decisions: Sequence[Decision], rows: Mapping[str, int], facility_ids: pd.Series, records: pd.DataFrame
) -> list[str]:
    """What does not fit the records: facilities and questions that are not there, a `was` that no longer holds."""
    return [
        *_strange_facilities(decisions, rows, facility_ids),
        *_strange_questions(decisions, records),
        *_stale_corrections(decisions, rows, records),
    ]


def expected(question: Question, column: str, value: str) -> str:
    """What a cell of a question may hold, where `value` is not that; blank where it is, and for a blank cell."""
    if value == "":
        return ""
    if question.type == "select_multiple":
        return "" if value == "1" else "1, or blank"
    if question.type in CHOICE_TYPES:
        return "" if value in question.canonical else "one of " + ", ".join(question.canonical)
    if question.type in NUMBERS:
        kind = "a whole number" if question.type == "integer" else "a number"
        return "" if re.fullmatch(NUMBERS[question.type], value, re.ASCII) else kind
    return "a date such as 2023-05-04" if column == DATE and not _is_date(value) else ""


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _strange_answers(decisions: Sequence[Decision], codebook: Codebook) -> list[str]:
    problems = []
    for decision in decisions:
        if isinstance(decision, Correct | Recode) and decision.question in codebook.by_column:
            legal = expected(codebook.by_column[decision.question], decision.question, decision.now)
            if legal:
                problems.append(
                    f"{named(decisions, decision)} ({decision.question}): now {decision.now!r} is not in the codebook: "
                    f"write {legal}"
                )
    return problems


def _nothing_to_recode(decisions: Sequence[Decision], codebook: Codebook) -> list[str]:
    return [
        f"{named(decisions, decision)}: {decision.question} has no option *other* in the codebook: correct the answers "
        "one by one"
        for decision in decisions
        if isinstance(decision, Recode)
        and decision.question in codebook.by_column
        and OTHER not in codebook.by_column[decision.question].canonical.values()
    ]


def _stale_corrections(decisions: Sequence[Decision], rows: Mapping[str, int], records: pd.DataFrame) -> list[str]:
    problems = []
    for decision in decisions:
        if isinstance(decision, Correct) and decision.facility in rows and decision.question in records.columns:
            cell = records[decision.question].iloc[rows[decision.facility]]
            if cell != decision.was and decision.question not in NOT_ANSWERS:
                problems.append(
                    f"{named(decisions, decision)} ({decision.facility}, {decision.question}): was {decision.was!r}, "
                    f"but the export now says {cell!r}: remove the decision if the source was mended, else decide anew "
                    "about what it says now"
                )
    return problems


def stale_recode(decisions: Sequence[Decision], recode: Recode, rows: int) -> str:
    """What is wrong with a recode that touches so many rows; blank if it is as many as were decided about."""
    if rows == int(recode.rows):
        return ""
    about = f"{named(decisions, recode)} ({recode.question}, {recode.was!r})"
    if rows == 0:
        return f"{about}: no row says so under other any more: remove the decision"
    return (
        f'{about}: was decided about {recode.rows} rows, and touches {rows} now: read them, then write rows: "{rows}"'
    )


def _strange_facilities(decisions: Sequence[Decision], rows: Mapping[str, int], ids: pd.Series) -> list[str]:
    return [
        f"{named(decisions, decision)}: {_strange_facility(facility, ids)}"
        for decision in decisions
        if not (isinstance(decision, Accept) and decision.rule == GONE)
        for facility in (getattr(decision, "facility", ""), getattr(decision, "into", ""))
        if facility and facility not in rows
    ]


def _strange_facility(facility: str, ids: pd.Series) -> str:
    if (ids == facility).any():
        return f"the facility {facility!r} stands twice in the records: have the export mended first"
    near = difflib.get_close_matches(facility, ids.unique().tolist(), n=1)
    hint = (
        f"did you mean {near[0]!r}?"
        if near
        else "its id stands in the findings and on the pages; or remove the decision"
    )
    return f"no facility {facility!r} in this round: {hint}"


def _strange_questions(decisions: Sequence[Decision], records: pd.DataFrame) -> list[str]:
    problems = []
    for decision, column in _columns(decisions):
        if column in NOT_ANSWERS:
            problems.append(f"{named(decisions, decision)}: {column} is no answer: exclude the row instead")
        elif column not in records.columns:
            near = difflib.get_close_matches(column, records.columns.tolist(), n=1)
            hint = f"did you mean {near[0]!r}?" if near else "name a column of the export"
            problems.append(f"{named(decisions, decision)}: no question {column!r} in the records: {hint}")
    return problems


def _columns(decisions: Sequence[Decision]) -> Iterable[tuple[Decision, str]]:
    for decision in decisions:
        if isinstance(decision, Correct | Recode):
            yield decision, decision.question
        if isinstance(decision, Recode):
            yield decision, decision.text


def _expired(decisions: Sequence[Decision], report_date: str) -> list[str]:
    return [
        f"{named(decisions, decision)} accepted {decision.rule!r} until {decision.until}, and the round is reported "
        f"for {report_date}: settle the findings, or accept them anew"
        for decision in decisions
        if isinstance(decision, Accept) and decision.until < report_date
    ]


def _strange_directorates(decisions: Sequence[Decision], directorates: Sequence[str]) -> list[str]:
    problems = []
    for decision in decisions:
        directorate = getattr(decision, "directorate", "")
        if directorate and directorate not in directorates:
            near = difflib.get_close_matches(directorate, directorates, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(directorates)}"
            problems.append(f"{named(decisions, decision)}: no directorate {directorate!r}: {hint}")
    return problems


def _twice(decisions: Sequence[Decision]) -> list[str]:
    first: dict[tuple[str, ...], int] = {}
    problems = []
    for number, decision in enumerate(decisions, start=1):
        before = first.setdefault((decision.decision, *decision.about()), number)
        if before != number:
            problems.append(f"{decision.decision} {number} is about the same as decision {before}: keep one of them")
    return problems


def _idle(decisions: Sequence[Decision]) -> list[str]:
    idle = [
        decision
        for decision in decisions
        if (isinstance(decision, Correct) and decision.was == decision.now)
        or (isinstance(decision, Merge) and decision.facility == decision.into)
    ]
    return [f"{named(decisions, decision)} changes nothing: remove it" for decision in idle]


def _contradictions(decisions: Sequence[Decision]) -> list[str]:
    gone = set(excluded(decisions))
    doubles = double_reports(decisions)
    problems = []
    for decision in decisions:
        about = {getattr(decision, "facility", ""), getattr(decision, "into", "")} - {""}
        if not isinstance(decision, Exclude) and about & gone:
            problems.append(f"{named(decisions, decision)} is about {min(about & gone)!r}, which is excluded: keep one")
        if isinstance(decision, Merge) and decision.into in doubles:
            problems.append(
                f"{named(decisions, decision)}: {decision.into!r} is itself a double report: merge into "
                f"{doubles[decision.into]!r}"
            )
    return problems
