"""What facilities answered in a round before, as paper prints it: nothing personal, nothing restricted, no free text.

Paper gets lost. So contacts and what may not be known of a single facility (`sensitivity` of the codebook) are not
printed, nor are texts that somebody wrote freely; of texts only the names and the code that make a facility known.
Where the round had another form, an answer is printed only if its question is the same: type, options and columns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline import codebook as codebooks
from pipeline import decisions, places
from pipeline.codebook import Codebook, Question, rows_of
from pipeline.errors import FormError, unknown
from pipeline.places import Places
from pipeline.project import Project
from pipeline.spelling import fold
from pipeline.words import Words

TEXTS = ("ministry_code", "name_en", "name_local")


@dataclass(frozen=True)
class Facility:
    """A facility, and the cells of its last record by column."""

    facility_id: str
    workspace: str
    subject: str
    directorate: str
    sector: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Earlier:
    """A round before: its form, the lists of places, and the facilities that were asked for, in order."""

    round_name: str
    codebook: Codebook
    places: Places
    facilities: tuple[Facility, ...]

    def of_field(self, facility: Facility, field: str) -> str:
        """What a facility answered to the question behind a field of `facilities`."""
        question = self.codebook.of_field(f"facilities.{field}")
        return facility.cells[question.columns[0]] if question else ""


@dataclass(frozen=True)
class Wanted:
    """Which facilities: by id, by type (our word), by directorate; whatever is blank does not choose."""

    facilities: Collection[str] = ()
    type: str = ""
    directorate: str = ""

    def __bool__(self) -> bool:
        return bool(self.facilities or self.type or self.directorate)


def earlier(project: Project, round_name: str, wanted: Wanted) -> Earlier:
    """The wanted facilities of a round with what they answered; an unknown id, type or directorate is a UsageError."""
    codebook = codebooks.load(project, project.round(round_name).form)
    reference = places.load(project)
    received = project.read_table(round_name, "records")
    decided = decisions.load(project, round_name)
    records = decisions.apply(received, decided, places.facility_ids(received, reference), codebook)
    placed = places.place(records, codebook, reference).reset_index(drop=True)
    chosen = _chosen(records.reset_index(drop=True), placed, codebook, reference, wanted)
    return Earlier(round_name, codebook, reference, chosen)


def answers(facility: Facility, form: Codebook, told: Codebook, say: Words) -> dict[str, str]:
    """What may be printed of a facility's last answers, in words, by the name of the question in `form`."""
    found = {}
    for question in form.questions:
        before = told.by_name.get(question.name)
        if before is not None and is_printable(question) and _is_same(question, before):
            found[question.name] = in_words(question, facility.cells, say)
    return {name: text for name, text in found.items() if text}


def is_printable(question: Question) -> bool:
    """Whether the last answer to a question may stand on paper."""
    is_open = not question.is_personal and not question.sensitivity
    is_known = question.type != "text" or question.field.partition(".")[2] in TEXTS
    return is_open and is_known and question.type not in ("hidden", "calculate")


def in_words(question: Question, cells: Mapping[str, str], say: Words) -> str:
    """The answer to a question in the words of a language; blank where there is none that the form has."""
    given = [cells.get(column, "") for column in question.columns]
    if question.type == "select_multiple":
        codes = [option.code for option, cell in zip(question.options, given, strict=True) if cell == "1"]
    elif question.options:
        codes = given
    else:
        return given[0]
    label = {option.code: option.short[say.language] for option in question.options}
    return say.joined([label[code] for code in codes if code in label])


def _is_same(question: Question, before: Question) -> bool:
    return (question.type, question.canonical, question.columns) == (before.type, before.canonical, before.columns)


def _chosen(
    records: pd.DataFrame, placed: pd.DataFrame, codebook: Codebook, reference: Places, wanted: Wanted
) -> tuple[Facility, ...]:
    where = pd.Series(True, index=records.index)
    if wanted.facilities:
        where &= placed["facility_id"].isin(_ids(placed, wanted.facilities))
    if wanted.directorate:
        known = sorted(reference.region)
        if wanted.directorate not in known:
            raise unknown("directorate", wanted.directorate, known)
        where &= placed["directorate"] == wanted.directorate
    if wanted.type:
        where &= _has_type(records, codebook, wanted.type)
    rows = placed[where].sort_values(["directorate", "sector", "facility_id"], kind="stable").index
    if not len(rows):
        raise FormError("no facility is all that was asked for: leave out --type, --directorate or --facilities")
    return _facilities(records.loc[rows], placed.loc[rows])


def _ids(placed: pd.DataFrame, wanted: Collection[str]) -> list[str]:
    """The facilities that were named, each as it is written in a list of findings, or by its last part alone."""
    known = set(placed["facility_id"])
    found = []
    for one in wanted:
        fits = [one] if one in known else sorted(name for name in known if fold(name.rpartition("/")[2]) == fold(one))
        if not fits:
            raise unknown("facility", one, known) if "/" in one else FormError(f"no facility has the id {one!r}")
        if len(fits) > 1:
            raise FormError(f"{one!r} is the id of several facilities: name one of {', '.join(fits)}")
        found += fits
    return found


def _has_type(records: pd.DataFrame, codebook: Codebook, wanted: str) -> pd.Series[bool]:
    question = codebook.of_field("facilities.type")
    words = {word: code for code, word in question.canonical.items()} if question else {}
    if question is None or wanted not in words:
        raise unknown("type", wanted, words)
    return records[question.columns[0]] == words[wanted]


def _facilities(records: pd.DataFrame, placed: pd.DataFrame) -> tuple[Facility, ...]:
    cells: Sequence[dict[str, str]] = rows_of(records.drop(columns=["source_file", "source_row"]))
    return tuple(
        Facility(
            place["facility_id"], row["workspace_id"], row["subject_id"], place["directorate"], place["sector"], row
        )
        for place, row in zip(rows_of(placed), cells, strict=True)
    )
