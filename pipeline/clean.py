"""From records to the four tables of facts: facilities, answers, choices, staff.

Nothing is repaired here: decisions have been applied, and what the codebook does not have stays visible as the state
*unknown*. Every facility has a row for every item and every cadre, so a blank never stays a blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline import codebook as codebooks
from pipeline import decisions, places, verdict
from pipeline.codebook import Codebook, Question
from pipeline.column import Columns
from pipeline.project import Project
from pipeline.relevance import STATES, Levels, state_codes

ANSWERED = STATES.index("answered")
LACKING = ("partial", "not_available")
BARRIERS = ("barrier_1", "barrier_2", "barrier_3")
TEXTS = ("ministry_code", "name_en", "name_local")
CODED = (
    "ownership", "management", "status", "urban_rural", "location_type", "building_condition",
    "equipment_condition", "functionality", "accessibility", "support_level",
)  # fmt: skip
COUNTS = ("catchment_population", "beds_icu", "beds_maternity", "beds_other")
FACILITY_COLUMNS = (
    "facility_id", "ministry_code", "name_en", "name_local", "type", "tier", "ownership", "management", "status",
    "directorate", "sector", "region", "governorate", "urban_rural", "location_type", "latitude", "longitude",
    "building_condition", "equipment_condition", "functionality", "accessibility", "support_level",
    "catchment_population", "beds_icu", "beds_maternity", "beds_other", "response_date", "source_file", "source_row",
    "same_as",
)  # fmt: skip

Codes = npt.NDArray[np.int16]
Cells: TypeAlias = "pd.Series[str] | pd.Series[float] | pd.Series[int]"


@dataclass(frozen=True)
class Responses:
    """The records in the order of their facilities, with the codebook, places and states that explain them."""

    columns: Columns
    codebook: Codebook
    placed: pd.DataFrame
    states: Mapping[str, Levels]
    """The state of each question in each record, as a place in STATES."""

    def numbers(self, question: Question | None) -> npt.NDArray[np.float64]:
        """The numbers in a question's column; missing where there is none, or no such question."""
        if question is None:
            return np.full(self.columns.rows, np.nan)
        return self.columns[question.columns[0]].numbers()

    def words(self, question: Question, column: str, words: Sequence[str]) -> Codes:
        """The place in `words` of our word for each answer in a column; -1 where there is none that we know."""
        place = {word: number for number, word in enumerate(words)}
        known = {code: place[word] for code, word in question.canonical.items() if word in place}
        return self.columns[column].coded(known, otherwise=-1)


def clean(project: Project, round_name: str) -> None:
    """Makes the four tables of a round from its records and decisions; refuses records that no verdict judged."""
    verdict.require(project, round_name, "records")
    codebook = codebooks.load(project, project.round(round_name).form)
    decided = decisions.load(project, round_name)
    reference = places.load(project)
    received = project.read_table(round_name, "records")
    records = decisions.apply(received, decided, places.facility_ids(received, reference), codebook)
    for name, table in tables(records, codebook, reference, decisions.double_reports(decided)).items():
        project.write_table(round_name, name, table)


def tables(
    records: pd.DataFrame, codebook: Codebook, reference: places.Places, double_reports: Mapping[str, str]
) -> dict[str, pd.DataFrame]:
    """The four tables by name, each sorted by facility; `double_reports` names the facility that a row repeats."""
    source = {
        "response_date": records["date"],
        "source_file": records["source_file"],
        "source_row": records["source_row"],
    }
    placed = places.place(records, codebook, reference).assign(**source)
    order = np.asarray(placed["facility_id"].argsort(kind="stable"), dtype=np.int64)
    columns = Columns.of(records, order)
    responses = Responses(columns, codebook, placed.iloc[order].reset_index(drop=True), state_codes(columns, codebook))
    return {
        "facilities": facilities(responses, double_reports),
        "answers": answers(responses),
        "choices": choices(responses),
        "staff": staff(responses),
    }


def facilities(responses: Responses, double_reports: Mapping[str, str]) -> pd.DataFrame:
    """A row for each facility. A coded field without an answer holds its state; a number without one is missing."""
    placed = responses.placed
    found: dict[str, Cells] = {str(name): placed[name] for name in placed}
    for name in TEXTS:
        found[name] = _text(responses, name)
    for name in CODED:
        found[name] = _coded(responses, name)
    found["type"] = _coded(responses, "type")
    found["tier"] = found["type"].map(_tiers(responses.codebook)).fillna("unknown").astype(str)
    for name in COUNTS:
        found[name] = _count(responses, name)
    # A catchment of 0 means that nobody knows it.
    found["catchment_population"] = found["catchment_population"].where(found["catchment_population"] != 0)
    for name in ("latitude", "longitude"):
        found[name] = pd.Series(responses.numbers(responses.codebook.of_field(f"facilities.{name}")))
    found["same_as"] = (
        placed["facility_id"].map(double_reports).astype(str).where(placed["facility_id"].isin(list(double_reports)))
    )
    return pd.DataFrame(found)[list(FACILITY_COLUMNS)]


def answers(responses: Responses) -> pd.DataFrame:
    """A row for each facility and item: the answer in our words, its state, and the barriers named for it."""
    items = responses.codebook.items
    words = _words(items)
    barrier_questions = responses.codebook.having_field("barriers")
    causes = _words(barrier_questions)
    answer = _matrix([responses.words(item, item.columns[0], words) for item in items])
    state = _matrix([responses.states[item.name] for item in items])
    lacking = np.isin(answer, [words.index(word) for word in LACKING if word in words])
    found = _frame_of_items(responses, [item.name for item in items], "item")
    found["kind"] = _repeated(responses, [item.field.partition(".")[2] for item in items])
    found["module"] = _repeated(responses, [item.module for item in items])
    found["answer"] = _categorical(answer, words)
    found["state"] = _categorical(state, STATES)
    for rank, name in enumerate(BARRIERS):
        found[name] = _categorical(_barriers(responses, rank, lacking, causes), causes)
    return found


def choices(responses: Responses) -> pd.DataFrame:
    """A row for each option that a facility chose or ranked: causes, sources, methods, ticks, kinds of support."""
    questions = responses.codebook.having_field("choices")
    names = sorted(question.name for question in questions)
    options = sorted({*_words(questions), "unknown"})
    chosen = [rows for question in questions for rows in _chosen(responses, question, names, options)]
    rows, question, rank, option = np.concatenate(chosen, axis=1) if chosen else np.empty((4, 0), dtype=np.int64)
    facility = pd.factorize(responses.placed["facility_id"])[0]
    order = np.lexsort((option, rank, question, facility[rows]))
    return pd.DataFrame(
        {
            "facility_id": responses.placed["facility_id"].take(rows[order]).reset_index(drop=True),
            "question": _taken(names, question[order]),
            "option": _taken(options, option[order]),
            "rank": pd.array(np.where(rank == 0, np.nan, rank)[order], dtype="Int16"),
        }
    )


def staff(responses: Responses) -> pd.DataFrame:
    """A row for each facility and cadre: women and men, and the state of the two counts."""
    women = {q.items[0]: q for q in responses.codebook.having_field("staff.women")}
    men = {q.items[0]: q for q in responses.codebook.having_field("staff.men")}
    cadres = [item.name for item in responses.codebook.items if item.name in women and item.name in men]
    found = _frame_of_items(responses, cadres, "cadre")
    for sex, questions in (("women", women), ("men", men)):
        counts = [_whole(responses.numbers(questions[cadre])) for cadre in cadres]
        found[sex] = pd.Series(_matrix(counts).ravel(), index=found.index, dtype=float).astype("Int32")
    pairs = [(responses.states[women[cadre].name], responses.states[men[cadre].name]) for cadre in cadres]
    found["state"] = _categorical(_matrix([_weaker(*pair) for pair in pairs]), STATES)
    return found


def _text(responses: Responses, name: str) -> pd.Series[str]:
    question = responses.codebook.of_field(f"facilities.{name}")
    if question is None:
        return pd.Series(np.nan, index=range(responses.columns.rows), dtype=str)
    texts = responses.columns[question.columns[0]].series()
    return texts.where(texts != "")


def _coded(responses: Responses, name: str) -> pd.Series[str]:
    question = responses.codebook.of_field(f"facilities.{name}")
    if question is None:
        return pd.Series("not_in_form", index=range(responses.columns.rows), dtype=str)
    words, state = _words([question]), responses.states[question.name]
    known = responses.words(question, question.columns[0], words)
    return _taken([*words, *STATES], np.where(state == ANSWERED, known, len(words) + state))


def _count(responses: Responses, name: str) -> pd.Series[int]:
    numbers = responses.numbers(responses.codebook.of_field(f"facilities.{name}"))
    return pd.Series(_whole(numbers)).astype("Int64")


def _whole(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Only whole numbers count; the gate has told of the others."""
    return np.where(numbers % 1 == 0, numbers, np.nan)


def _taken(words: Sequence[str], codes: npt.NDArray[np.integer]) -> pd.Series[str]:
    """The words at some places."""
    return pd.Series(pd.array(words, dtype="str").take(codes))


def _tiers(codebook: Codebook) -> dict[str, str]:
    question = codebook.of_field("facilities.type")
    return {option.canonical: option.tier for option in question.options if option.tier} if question else {}


def _words(questions: Sequence[Question]) -> tuple[str, ...]:
    """All canonical words of some questions, in the order of the codebook."""
    return tuple(dict.fromkeys(option.canonical for question in questions for option in question.options))


def _matrix(columns: Sequence[npt.NDArray[np.generic]]) -> npt.NDArray[np.generic]:
    """Facilities down, items across."""
    return np.column_stack(columns) if columns else np.empty((0, 0), dtype=np.int16)


def _categorical(matrix: npt.NDArray[np.generic], words: Sequence[str]) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(matrix.ravel().astype(np.int16), pd.Index(list(words)))


def _frame_of_items(responses: Responses, items: Sequence[str], name: str) -> pd.DataFrame:
    """A row for each facility and item, in the order of both."""
    # A key that stands twice is the gate's to tell: here it is only a word that occurs twice.
    codes, known = pd.factorize(responses.placed["facility_id"])
    facility = pd.Categorical.from_codes(np.repeat(codes, len(items)), pd.Index(known))
    return pd.DataFrame({"facility_id": facility, name: _repeated(responses, items)})


def _repeated(responses: Responses, words: Sequence[str]) -> pd.Categorical[str]:
    """The words, once for each facility."""
    known = list(dict.fromkeys(words))
    places_of_words = np.array([known.index(word) for word in words], dtype=np.int16)
    return pd.Categorical.from_codes(np.tile(places_of_words, responses.columns.rows), pd.Index(known, dtype=str))


def _barriers(responses: Responses, rank: int, lacking: npt.NDArray[np.bool_], causes: Sequence[str]) -> Codes:
    """The barrier of a rank for each facility and item.

    One question may serve several items (the kinds of bed): there it stands on those that are lacking.
    """
    names = [item.name for item in responses.codebook.items]
    found = np.full(lacking.shape, -1, dtype=np.int16)
    for question in responses.codebook.having_field("barriers"):
        if rank >= len(question.columns):
            continue
        codes = responses.words(question, question.columns[rank], causes)
        for place in (names.index(item) for item in question.items):
            applies = lacking[:, place] if len(question.items) > 1 else np.ones(len(codes), dtype=bool)
            found[applies, place] = codes[applies]
    return found


def _chosen(
    responses: Responses, question: Question, names: Sequence[str], options: Sequence[str]
) -> Iterator[npt.NDArray[np.int64]]:
    """What was chosen of a question, for each of its columns: rows, places of question, ranks (0: none) and options."""
    ranked = question.type == "rank"
    place = {option: number for number, option in enumerate(options)}
    for number, column in enumerate(question.columns):
        cells = responses.columns[column]
        words = question.canonical if ranked else {"1": question.options[number].canonical}
        rows = np.flatnonzero(cells.where(bool) if ranked else cells.where("1".__eq__))
        known = {text: place[word] for text, word in words.items()}
        option = cells.coded(known, place["unknown"])[rows]
        rank, about = number + 1 if ranked else 0, names.index(question.name)
        yield np.stack([rows, np.full_like(rows, about), np.full_like(rows, rank), option.astype(np.int64)])


def _weaker(first: npt.NDArray[np.int8], second: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """The state of two counts together: answered only where both are, else the one that is not."""
    return np.where(first == ANSWERED, second, first)
