"""From records to the four tables of facts: facilities, answers, choices, staff.

Nothing is repaired here: decisions have been applied, and what the codebook does not have stays visible as the state
*unknown*. Every facility has a row for every item and every cadre, so a blank never stays a blank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline import codebook as codebooks
from pipeline import decisions, places, verdict
from pipeline.codebook import Codebook, Question
from pipeline.project import Project
from pipeline.relevance import STATES, states

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
Column: TypeAlias = "pd.Series[str] | pd.Series[float] | pd.Series[int]"


@dataclass(frozen=True)
class Responses:
    """The records in the order of their facilities, with the codebook, places and states that explain them."""

    records: pd.DataFrame
    codebook: Codebook
    placed: pd.DataFrame
    states: pd.DataFrame

    def state_words(self, question: Question) -> pd.Series[str]:
        """The state of a question in each record."""
        return self.states[question.name].astype(str)

    def state_codes(self, question: Question) -> npt.NDArray[np.int8]:
        """The state of a question in each record, as a place in STATES."""
        return np.asarray(self.states[question.name].cat.codes, dtype=np.int8)

    def canonical(self, question: Question, column: str) -> pd.Series[str]:
        """Our word for each answer in a column; missing where there is none, or one that the codebook lacks."""
        return self.records[column].map(question.canonical)

    def numbers(self, question: Question) -> pd.Series[float]:
        """The numbers in a question's column; missing where there is none."""
        return pd.to_numeric(self.records[question.columns[0]], errors="coerce").astype(float)


def clean(project: Project, round_name: str) -> None:
    """Makes the four tables of a round from its records and decisions; refuses records that no verdict judged."""
    verdict.require(project, round_name, "records")
    codebook = codebooks.load(project, project.round(round_name).form)
    decided = decisions.load(project, round_name)
    reference = places.load(project)
    received = project.read_table(round_name, "records")
    records = decisions.apply(received, decided, places.facility_ids(received, reference))
    for name, table in tables(records, codebook, reference, decisions.double_reports(decided)).items():
        project.write_table(round_name, name, table)


def tables(
    records: pd.DataFrame, codebook: Codebook, reference: places.Places, double_reports: Mapping[str, str]
) -> dict[str, pd.DataFrame]:
    """The four tables by name, each sorted by facility; `double_reports` names the facility that a row repeats."""
    placed = places.place(records, codebook, reference)
    order = placed["facility_id"].argsort(kind="stable").to_numpy()
    records, placed = (frame.iloc[order].reset_index(drop=True) for frame in (records, placed))
    responses = Responses(records, codebook, placed, states(records, codebook))
    return {
        "facilities": facilities(responses, double_reports),
        "answers": answers(responses),
        "choices": choices(responses),
        "staff": staff(responses),
    }


def facilities(responses: Responses, double_reports: Mapping[str, str]) -> pd.DataFrame:
    """A row for each facility. A coded field without an answer holds its state; a number without one is missing."""
    records, placed = responses.records, responses.placed
    found: dict[str, Column] = {str(name): placed[name] for name in placed}
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
        question = responses.codebook.of_field(f"facilities.{name}")
        found[name] = responses.numbers(question) if question else pd.Series(np.nan, index=records.index)
    found["response_date"] = records["date"]
    found["source_file"], found["source_row"] = records["source_file"], records["source_row"]
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
    answer = _matrix([_word_codes(responses, item, item.columns[0], words) for item in items])
    state = _matrix([responses.state_codes(item).astype(np.int16) for item in items])
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
    found = [rows for question in responses.codebook.having_field("choices") for rows in _chosen(responses, question)]
    columns = ["facility_id", "question", "option", "rank"]
    if not found:
        return pd.DataFrame({name: pd.Series(dtype=str) for name in columns}).astype({"rank": "Int16"})
    table = pd.concat(found, ignore_index=True)[columns].astype({"rank": "Int16"})
    return table.sort_values(["facility_id", "question", "rank", "option"], ignore_index=True)


def staff(responses: Responses) -> pd.DataFrame:
    """A row for each facility and cadre: women and men, and the state of the two counts."""
    women = {q.items[0]: q for q in responses.codebook.having_field("staff.women")}
    men = {q.items[0]: q for q in responses.codebook.having_field("staff.men")}
    cadres = [item.name for item in responses.codebook.items if item.name in women and item.name in men]
    found = _frame_of_items(responses, cadres, "cadre")
    for sex, questions in (("women", women), ("men", men)):
        counts = [_whole(responses.numbers(questions[cadre])).to_numpy(float, na_value=np.nan) for cadre in cadres]
        found[sex] = pd.Series(_matrix(counts).ravel(), index=found.index, dtype=float).astype("Int32")
    pairs = [(responses.state_codes(women[cadre]), responses.state_codes(men[cadre])) for cadre in cadres]
    found["state"] = _categorical(_matrix([_weaker(*pair) for pair in pairs]), STATES)
    return found


def _text(responses: Responses, name: str) -> pd.Series[str]:
    question = responses.codebook.of_field(f"facilities.{name}")
    if question is None:
        return pd.Series(np.nan, index=responses.records.index, dtype=str)
    texts = responses.records[question.columns[0]]
    return texts.where(texts != "")


def _coded(responses: Responses, name: str) -> pd.Series[str]:
    question = responses.codebook.of_field(f"facilities.{name}")
    if question is None:
        return pd.Series("not_in_form", index=responses.records.index, dtype=str)
    state = responses.state_words(question)
    return responses.canonical(question, question.columns[0]).where(state == "answered", state).astype(str)


def _count(responses: Responses, name: str) -> pd.Series[int]:
    question = responses.codebook.of_field(f"facilities.{name}")
    numbers = responses.numbers(question) if question else pd.Series(np.nan, index=responses.records.index)
    return _whole(numbers).astype("Int64")


def _whole(numbers: pd.Series[float]) -> pd.Series[float]:
    """Only whole numbers count; the gate has told of the others."""
    return numbers.where(numbers % 1 == 0)


def _tiers(codebook: Codebook) -> dict[str, str]:
    question = codebook.of_field("facilities.type")
    return {option.canonical: option.tier for option in question.options if option.tier} if question else {}


def _words(questions: Sequence[Question]) -> tuple[str, ...]:
    """All canonical words of some questions, in the order of the codebook."""
    return tuple(dict.fromkeys(option.canonical for question in questions for option in question.options))


def _word_codes(responses: Responses, question: Question, column: str, words: Sequence[str]) -> Codes:
    """The place in `words` of each answer in a column, -1 where there is none."""
    return pd.Categorical(responses.canonical(question, column), categories=list(words)).codes.astype(np.int16)


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
    return pd.Categorical.from_codes(np.tile(places_of_words, len(responses.records)), pd.Index(known, dtype=str))


def _barriers(responses: Responses, rank: int, lacking: npt.NDArray[np.bool_], causes: Sequence[str]) -> Codes:
    """The barrier of a rank for each facility and item.

    One question may serve several items (the kinds of bed): there it stands on those that are lacking.
    """
    names = [item.name for item in responses.codebook.items]
    found = np.full(lacking.shape, -1, dtype=np.int16)
    for question in responses.codebook.having_field("barriers"):
        if rank >= len(question.columns):
            continue
        codes = _word_codes(responses, question, question.columns[rank], causes)
        for place in (names.index(item) for item in question.items):
            applies = lacking[:, place] if len(question.items) > 1 else np.ones(len(codes), dtype=bool)
            found[applies, place] = codes[applies]
    return found


def _chosen(responses: Responses, question: Question) -> list[pd.DataFrame]:
    """The chosen options of a question, a table for each of its columns."""
    found = []
    for place, column in enumerate(question.columns):
        cells = responses.records[column]
        ranked = question.type == "rank"
        chosen = cells[cells != ""] if ranked else cells[cells == "1"]
        option = chosen.map(question.canonical).fillna("unknown") if ranked else question.options[place].canonical
        ids = responses.placed["facility_id"][chosen.index]
        rank = place + 1 if ranked else pd.NA
        found.append(pd.DataFrame({"facility_id": ids, "question": question.name, "option": option, "rank": rank}))
    return found


def _weaker(first: npt.NDArray[np.int8], second: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """The state of two counts together: answered only where both are, else the one that is not."""
    return np.where(first == ANSWERED, second, first)
