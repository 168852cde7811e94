"""What people decided about findings: data/decisions/<round>.yml, a list in the order of the letters.

Every value is read as the text that stands there: 007, NO and 2023-11-30 stay what they are. Nothing is applied in
part, and nothing stale is ever applied again: whatever no longer holds is told at once, with what to do about it.
`accept … until` is compared with the round's report date, so that the same files always give the same verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml
from pydantic import ValidationError

from pipeline import codebook, strict_yaml
from pipeline.codebook import Codebook
from pipeline.decisions import faults
from pipeline.decisions.faults import KEYS, NOT_ANSWERS, OTHER, expected
from pipeline.decisions.kinds import (
    FILE,
    Accept,
    Correct,
    Decision,
    Exclude,
    LeaveOut,
    Merge,
    Recode,
    double_reports,
    excluded,
    left_out,
    named,
)
from pipeline.errors import DecisionError
from pipeline.project import Project
from pipeline.spelling import fold

__all__ = [
    "KEYS", "NOT_ANSWERS", "Accept", "Correct", "Decision", "Exclude", "LeaveOut", "Merge", "Recode",
    "apply", "check", "double_reports", "excluded", "expected", "left_out", "load", "named", "others",
    "parse", "recoded_rows",
]  # fmt: skip


def load(project: Project, round_name: str) -> tuple[Decision, ...]:
    """The decisions of a round, in the file's order; none where there is no file.

    Whatever is wrong in the file is told at once, each with its place in the list, as one DecisionError.
    """
    path = project.decisions(round_name)
    if not path.is_file():
        return ()
    where = project.relative(path)
    decisions = parse(project.read_text(path), where)
    check(project, round_name, decisions, where)
    return decisions


def check(project: Project, round_name: str, decisions: Sequence[Decision], where: str) -> None:
    """Refuses decisions that do not fit the round: all that is wrong, as one DecisionError."""
    entry = project.round(round_name)
    if decisions:
        form = codebook.load(project, entry.form)
        faults.refuse(where, faults.of_round(decisions, entry.report_date, project.registry.directorates, form))


def parse(text: str, where: str) -> tuple[Decision, ...]:
    """The decisions in a YAML text; `where` names the file in errors."""
    try:
        decisions = tuple(FILE.validate_python(strict_yaml.read_verbatim(text) or []))
    except yaml.YAMLError as problem:
        raise DecisionError(f"{where} is no YAML that can be read: {problem}") from problem
    except ValidationError as problem:
        faults.refuse(where, [faults.told(error["loc"], error["msg"]) for error in problem.errors()])
        raise
    faults.refuse(where, faults.of_file(decisions))
    return decisions


def apply(
    records: pd.DataFrame, decisions: Sequence[Decision], facility_ids: pd.Series, form: Codebook
) -> pd.DataFrame:
    """The records after *recode*, *correct* and *exclude*; the other decisions change no record.

    `facility_ids` stand beside the rows as received. A decision about an unknown or doubled facility, an unknown
    question, a `was` that no longer holds, or a recode of other rows than were counted is a DecisionError that lists
    them all.
    """
    rows = _rows(facility_ids)
    faults.refuse("decisions", faults.of_records(decisions, rows, facility_ids, records))
    recodes = list(recoded_rows(records, decisions, facility_ids, form))
    stale = [faults.stale_recode(decisions, recode, len(touched)) for recode, touched in recodes]
    faults.refuse("decisions", [problem for problem in stale if problem])
    decided = _changed(records, decisions, recodes, rows)
    gone = [rows[decision.facility] for decision in decisions if isinstance(decision, Exclude)]
    # To drop nothing would copy all.
    kept = decided.drop(index=decided.index[gone]) if gone else decided
    return kept.reset_index(drop=True)


def recoded_rows(
    records: pd.DataFrame, decisions: Sequence[Decision], facility_ids: pd.Series, form: Codebook
) -> Iterator[tuple[Recode, npt.NDArray[np.intp]]]:
    """Each recode with the places of the rows that it touches, in the records as received."""
    corrected = {(one.facility, one.question) for one in decisions if isinstance(one, Correct)}
    for recode in decisions:
        if isinstance(recode, Recode):
            texts = records[recode.text]
            alike = {text for text in texts.unique() if fold(text) == fold(recode.was)}
            where = texts.isin(list(alike)) & records[recode.question].isin(others(form, recode.question))
            own = {facility for facility, question in corrected if question in (recode.question, recode.text)}
            yield recode, np.flatnonzero(where.to_numpy(dtype=bool) & ~facility_ids.isin(list(own)).to_numpy())


def others(form: Codebook, column: str) -> list[str]:
    """The codes by which a column says *other*, as the codebook has them; none where its question offers none."""
    question = form.by_column.get(column)
    return [code for code, word in question.canonical.items() if word == OTHER] if question else []


def _changed(
    records: pd.DataFrame,
    decisions: Sequence[Decision],
    recodes: Sequence[tuple[Recode, npt.NDArray[np.intp]]],
    rows: dict[str, int],
) -> pd.DataFrame:
    columns: dict[str, npt.NDArray[np.object_]] = {}

    def put(column: str, where: int | npt.NDArray[np.intp], value: str) -> None:
        if column not in columns:
            columns[column] = records[column].to_numpy(dtype=object, copy=True)
        columns[column][where] = value

    for recode, touched in recodes:
        put(recode.question, touched, recode.now)
        put(recode.text, touched, "")
    for decision in decisions:
        if isinstance(decision, Correct):
            put(decision.question, rows[decision.facility], decision.now)
    return records.assign(**{name: pd.array(values, dtype="str") for name, values in columns.items()})


def _rows(facility_ids: pd.Series) -> dict[str, int]:
    alone = ~facility_ids.duplicated(keep=False).to_numpy()
    return dict(zip(facility_ids[alone], np.flatnonzero(alone).tolist(), strict=True))
