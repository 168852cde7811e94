"""Second visits: which facilities were drawn for one, what is asked there again, and what came back.

data/revisits/<round>.csv has facility_id, question, answer, each a text:
a facility that was drawn     question and answer are blank
an answer that came back      question is a column of the export, answer a code or number as `records` hold it

A round always has the file, with its header only while nothing was drawn. The draw is kept there, so that whom the
answers may be about never depends on what the list of facilities has become since.

Asked again is what a visitor can see or count on the spot, without the person who answered first (PARTS): not who the
facility is, whom it serves, who supports it, or why something is lacking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline.codebook import Codebook, Question, rows_of
from pipeline.codebook import load as load_codebook
from pipeline.decisions import expected
from pipeline.errors import RevisitError
from pipeline.project import Project

COLUMNS = ("facility_id", "question", "answer")
EMPTY = ",".join(COLUMNS) + "\n"
# What is asked again, by the part that agreement is told for: fields of the codebook.
PARTS: Mapping[str, tuple[str, ...]] = {
    "status": ("facilities.status",),
    "condition": ("facilities.building_condition", "facilities.equipment_condition"),
    "functionality": ("facilities.functionality",),
    "amenities": ("answers.amenity",),
    "services": ("answers.service",),
    "beds": ("answers.bed", "facilities.beds_icu", "facilities.beds_maternity", "facilities.beds_other"),
    "staff": ("answers.cadre", "staff.women", "staff.men"),
}
KINDS = ("select_one", "integer")

Key = tuple[str, str]


@dataclass(frozen=True)
class Revisits:
    """The facilities drawn for a second visit, and the answers that came back by facility and question."""

    drawn: tuple[str, ...]
    answers: Mapping[Key, str]

    @cached_property
    def visited(self) -> frozenset[str]:
        """The facilities of which anything came back."""
        return frozenset(facility for facility, _ in self.answers)


def asked_again(codebook: Codebook) -> dict[str, tuple[str, Question]]:
    """The columns that a second visit asks, in the form's order, each with its part and its question."""
    part_of = {field: part for part, fields in PARTS.items() for field in fields}
    return {
        question.columns[0]: (part_of[question.field], question)
        for question in codebook.questions
        if question.field in part_of and question.type in KINDS
    }


def load(project: Project, round_name: str) -> Revisits:
    """The second visits of a round; none where there is no file. A RevisitError tells all that is wrong."""
    path = project.revisits(round_name)
    if not path.is_file():
        return Revisits((), {})
    codebook = load_codebook(project, project.round(round_name).form)
    return parse(project.read_csv(path), codebook, project.relative(path))


def parse(rows: pd.DataFrame, codebook: Codebook, where: str) -> Revisits:
    """The second visits in a table of text cells, checked against the codebook; `where` names the file in errors."""
    if tuple(rows) != COLUMNS:
        raise RevisitError(f"{where}: its columns are {', '.join(map(str, rows))}: they must be {', '.join(COLUMNS)}")
    known = {column: question for column, (_, question) in asked_again(codebook).items()}
    drawn = [row["facility_id"] for row in rows_of(rows) if not row["question"]]
    faults = [
        f"row {number}: {fault}"
        for number, row in enumerate(rows_of(rows), start=2)
        if (fault := _fault(row, frozenset(drawn), known))
    ]
    twice = rows[rows.duplicated(["facility_id", "question"])]
    faults += [f"{row['facility_id']}, {row['question'] or 'drawn'}: stands there twice" for row in rows_of(twice)]
    if faults:
        raise RevisitError(
            "\n".join([f"{where}: nothing was used; mend what is listed", *(f"- {one}" for one in faults)])
        )
    found = {(row["facility_id"], row["question"]): row["answer"] for row in rows_of(rows) if row["question"]}
    return Revisits(tuple(sorted(drawn)), found)


def _fault(row: Mapping[str, str], drawn: frozenset[str], known: Mapping[str, Question]) -> str:
    facility, column, answer = (row[name] for name in COLUMNS)
    if facility not in drawn:
        return f"{facility!r} was not drawn: it has no row with a blank question"
    if not column:
        return f"an answer {answer!r} to no question" if answer else ""
    if column not in known:
        return f"{column!r} is nothing that a second visit asks"
    if not answer:
        return f"{column} of {facility} has no answer: take the row out"
    legal = expected(known[column], column, answer)
    return f"{column} of {facility}: {answer!r} is not {legal}" if legal else ""


def table(drawn: Iterable[str], answers: Mapping[Key, str], order: Sequence[str]) -> pd.DataFrame:
    """The file's content: each facility with its answers below it, in the form's `order` of columns."""
    place = {column: number for number, column in enumerate(order)}
    rows = [(facility, "", "") for facility in drawn]
    rows += [(facility, column, answer) for (facility, column), answer in answers.items()]
    rows.sort(key=lambda row: (row[0], place.get(row[1], -1)))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)
