"""What people decided about findings: data/decisions/<round>.yml, a list in the order of the letters.

Every value is read as the text that stands there: 007, NO and 2023-11-30 stay what they are. Nothing is applied in
part, and nothing stale is ever applied again: whatever no longer holds is told at once, with what to do about it.
`accept … until` is compared with the round's report date, so that the same files always give the same verdict.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import numpy as np
import pandas as pd
import yaml
from pydantic import ValidationError

from pipeline import strict_yaml
from pipeline.decisions.kinds import (
    FILE,
    Accept,
    Correct,
    Decision,
    Exclude,
    LeaveOut,
    Merge,
    double_reports,
    excluded,
    left_out,
    named,
)
from pipeline.errors import DecisionError
from pipeline.project import Project

__all__ = [
    "Accept", "Correct", "Decision", "Exclude", "LeaveOut", "Merge",
    "apply", "double_reports", "excluded", "left_out", "load", "named", "parse",
]  # fmt: skip

KEYS = ("workspace_id", "subject_id")
NOT_ANSWERS = (*KEYS, "source_file", "source_row")


def load(project: Project, round_name: str) -> tuple[Decision, ...]:
    """The decisions of a round, in the file's order; none where there is no file.

    Whatever is wrong in the file is told at once, each with its place in the list, as one DecisionError.
    """
    path = project.decisions(round_name)
    if not path.is_file():
        return ()
    where = project.relative(path)
    decisions = parse(project.read_text(path), where)
    problems = [
        *_expired(decisions, project.round(round_name).report_date),
        *_strange_directorates(decisions, project.registry.directorates),
    ]
    _refuse(where, problems)
    return decisions


def parse(text: str, where: str) -> tuple[Decision, ...]:
    """The decisions in a YAML text; `where` names the file in errors."""
    try:
        decisions = tuple(FILE.validate_python(strict_yaml.read_verbatim(text) or []))
    except yaml.YAMLError as problem:
        raise DecisionError(f"{where} is no YAML that can be read: {problem}") from problem
    except ValidationError as problem:
        _refuse(where, [_told(error["loc"], error["msg"]) for error in problem.errors()])
        raise
    _refuse(where, [*_twice(decisions), *_idle(decisions), *_contradictions(decisions)])
    return decisions


def apply(records: pd.DataFrame, decisions: Sequence[Decision], facility_ids: pd.Series) -> pd.DataFrame:
    """The records after *correct* and *exclude*; the other decisions change no record.

    `facility_ids` stand beside the rows as received. A decision about an unknown or doubled facility, an unknown
    question, or a `was` that no longer holds is a DecisionError that lists them all.
    """
    rows = _rows(facility_ids)
    problems = [*_strange_facilities(decisions, rows, facility_ids), *_strange_questions(decisions, records)]
    _refuse("decisions", problems)
    corrections = [decision for decision in decisions if isinstance(decision, Correct)]
    decided = _corrected(records, corrections, rows, decisions)
    gone = [rows[decision.facility] for decision in decisions if isinstance(decision, Exclude)]
    # To drop nothing would copy all.
    kept = decided.drop(index=decided.index[gone]) if gone else decided
    return kept.reset_index(drop=True)


def _corrected(
    records: pd.DataFrame, corrections: list[Correct], rows: dict[str, int], decisions: Sequence[Decision]
) -> pd.DataFrame:
    columns = {name: records[name].to_numpy(dtype=object, copy=True) for name in {c.question for c in corrections}}
    problems = []
    for correction in corrections:
        cell = columns[correction.question][rows[correction.facility]]
        if cell != correction.was:
            problems.append(
                f"{named(decisions, correction)} ({correction.facility}, {correction.question}): was "
                f"{correction.was!r}, but the export now says {cell!r}: remove the decision if the source was mended, "
                "else decide anew about what it says now"
            )
        columns[correction.question][rows[correction.facility]] = correction.now
    _refuse("decisions", problems)
    return records.assign(**{name: pd.array(values, dtype="str") for name, values in columns.items()})


def _rows(facility_ids: pd.Series) -> dict[str, int]:
    alone = ~facility_ids.duplicated(keep=False).to_numpy()
    return dict(zip(facility_ids[alone], np.flatnonzero(alone).tolist(), strict=True))


def _strange_facilities(decisions: Sequence[Decision], rows: dict[str, int], ids: pd.Series) -> list[str]:
    return [
        f"{named(decisions, decision)}: {_strange_facility(facility, ids)}"
        for decision in decisions
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
    for decision in decisions:
        if isinstance(decision, Correct) and decision.question in NOT_ANSWERS:
            problems.append(f"{named(decisions, decision)}: {decision.question} is no answer: exclude the row instead")
        elif isinstance(decision, Correct) and decision.question not in records.columns:
            near = difflib.get_close_matches(decision.question, records.columns.tolist(), n=1)
            hint = f"did you mean {near[0]!r}?" if near else "name a column of the export"
            problems.append(f"{named(decisions, decision)}: no question {decision.question!r} in the records: {hint}")
    return problems


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


def _told(place: tuple[int | str, ...], message: str) -> str:
    number, *names = place or (0,)
    keys = [str(name) for name in names if name not in ("correct", "exclude", "merge", "accept", "leave_out")]
    return f"decision {int(number) + 1 if isinstance(number, int) else number} {'.'.join(keys)}: {message}"


def _refuse(where: str, problems: Sequence[str]) -> None:
    if problems:
        raise DecisionError("\n".join([f"{where}: nothing was applied", *(f"- {problem}" for problem in problems)]))
