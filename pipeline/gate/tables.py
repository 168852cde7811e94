"""Rules on our own tables: the columns and keys they must have, words of the codebook, sums that agree with records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.codebook import Question
from pipeline.gate.case import Case, Offences
from pipeline.relevance import STATES

LACKING = ("partial", "not_available")
BARRIERS = ("barrier_1", "barrier_2", "barrier_3")


def columns_are(case: Case, columns: Sequence[str]) -> pd.DataFrame:
    """Columns that the table lacks, has besides, or has in another order."""
    found = Offences()
    have = [str(column) for column in case.frame.columns]
    for column in sorted(set(columns) ^ set(have)):
        found.add_whole(column, "in the table" if column in have else "not in the table", "the columns of the suite")
    if set(columns) == set(have) and list(columns) != have:
        found.add_whole("", ", ".join(have), "the order " + ", ".join(columns))
    return found.frame()


def keys_unique(case: Case, columns: Sequence[str]) -> pd.DataFrame:
    """Rows whose key is blank or stands there twice."""
    keys = case.frame[list(columns)]
    broken = _numbered(keys).duplicated(keep=False) | keys.isna().any(axis=1)
    told = keys[broken].astype(str).agg(" / ".join, axis=1).reindex(keys.index)
    found = Offences()
    found.add(broken.to_numpy(dtype=bool), columns[-1], told, "one row for " + " and ".join(columns))
    return found.frame()


def every_facility_present(case: Case, items: str = "") -> pd.DataFrame:
    """Facilities of the records that the table lacks, or has too few rows for, and facilities it should not have.

    `items` is the column that must hold every item or cadre of the form; blank where a facility has one row. A facility
    that the records have twice is due twice: that is told by the rules about keys, and closes its directorate only.
    """
    due = _due_items(case, items)
    rows = case.frame["facility_id"].value_counts()
    rows = rows[rows > 0].rename(index=str)
    wanted = case.placed["facility_id"].value_counts() * len(due)
    found = Offences()
    for facility in sorted(set(rows.index) - set(wanted.index)):
        found.add_whole("facility_id", facility, "only facilities of the records")
    have = rows.reindex(wanted.index).fillna(0).astype(int)
    for facility, count in have[have != wanted].sort_index().items():
        found.add_whole(items or "facility_id", f"{count} rows for {facility}", f"{wanted.loc[str(facility)]} rows")
    if items:
        for item in sorted({str(item) for item in case.frame[items].unique()} ^ set(due)):
            found.add_whole(items, item, "the items of the codebook")
    return found.frame()


def values_are(case: Case, column: str, values: Sequence[str], blank: bool = False) -> pd.DataFrame:
    """Cells of a column that are none of the values."""
    cells = case.frame[column]
    broken = ~cells.isin(list(values)) & ~(cells.isna() & blank)
    found = Offences()
    found.add(broken.to_numpy(dtype=bool), column, cells, "one of " + ", ".join(values))
    return found.frame()


def numbers_between(
    case: Case, columns: Sequence[str], low: float | None = None, high: float | None = None, blank: bool = True
) -> pd.DataFrame:
    """Cells that are no numbers or outside the bounds, which belong to what is allowed."""
    found = Offences()
    for column in columns:
        number = pd.to_numeric(case.frame[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        outside = np.zeros(len(number), dtype=bool) if blank else np.isnan(number)
        if low is not None:
            outside |= number < low
        if high is not None:
            outside |= number > high
        found.add(outside, column, case.frame[column], f"a number from {low} to {high}")
    return found.frame()


def facility_words_known(case: Case) -> pd.DataFrame:
    """Coded fields of a facility that hold neither a word of the codebook nor the state that explains its absence."""
    found = Offences()
    for question in case.codebook.having_field("facilities"):
        name = question.field.partition(".")[2]
        if question.type == "select_one" and name in case.frame:
            legal = {*question.canonical.values(), *STATES} - {"answered"}
            found.add(~case.frame[name].isin(legal).to_numpy(), name, case.frame[name], f"a word of {question.name}")
    return found.frame()


def answers_known(case: Case) -> pd.DataFrame:
    """Answers that are no word of their item's list, or that contradict their state."""
    answer, state = case.frame["answer"], case.frame["state"]
    words = {item.name: frozenset(item.canonical.values()) for item in case.codebook.items}
    legal = _legal(case.frame["item"], answer, words)
    found = Offences()
    there = answer.notna().to_numpy()
    found.add(there & ~legal, "answer", answer, "a word of the item's list")
    contradicts = there != state.isin(["answered"]).to_numpy()
    found.add(contradicts, "state", state, "answered if and only if there is an answer")
    found.add(~state.isin(STATES).to_numpy(), "state", state, "one of " + ", ".join(STATES))
    return found.frame()


def barriers_known(case: Case) -> pd.DataFrame:
    """Barriers that are no word of the item's list."""
    words = {
        item: frozenset(question.canonical.values())
        for question in case.codebook.having_field("barriers")
        for item in question.items
    }
    found = Offences()
    for name in BARRIERS:
        barrier = case.frame[name]
        strange = barrier.notna().to_numpy() & ~_legal(case.frame["item"], barrier, words)
        found.add(strange, name, barrier, "a barrier of the item's list")
    return found.frame()


def barriers_only_where_lacking(case: Case) -> pd.DataFrame:
    """Barriers of items that are there, or not expected, or not answered."""
    lacking = case.frame["answer"].isin(LACKING).to_numpy()
    found = Offences()
    for name in BARRIERS:
        barrier = case.frame[name]
        found.add(barrier.notna().to_numpy() & ~lacking, name, barrier, "blank, unless partial or not available")
    return found.frame()


def options_known(case: Case) -> pd.DataFrame:
    """Options that their question does not have, and ranks of ticks or ranked options without one."""
    questions = {question.name: question for question in case.codebook.having_field("choices")}
    words = {name: frozenset({*question.canonical.values(), "unknown"}) for name, question in questions.items()}
    option, name = case.frame["option"], case.frame["question"]
    found = Offences()
    found.add(~_legal(name, option, words), "option", option, "an option of its question")
    ranked = name.isin([name for name, question in questions.items() if question.type == "rank"]).to_numpy()
    rank = case.frame["rank"]
    wrong = (rank.notna().to_numpy() != ranked) | (rank < 1).fillna(False).to_numpy(dtype=bool)
    found.add(wrong, "rank", rank, "a rank from 1 for ranked questions, none for ticks")
    return found.frame()


def counts_only_where_answered(case: Case) -> pd.DataFrame:
    """Counts of women and men that contradict their state."""
    both = case.frame[["women", "men"]].notna().all(axis=1).to_numpy()
    answered = case.frame["state"].isin(["answered"]).to_numpy()
    found = Offences()
    found.add(both != answered, "state", case.frame["state"], "answered if and only if both counts are")
    return found.frame()


def answers_as_in_records(case: Case) -> pd.DataFrame:
    """Items whose number of answers is not the number of cells in the records that the codebook knows."""
    have = case.frame["item"][case.frame["state"].isin(["answered"])].value_counts()
    due = {item.name: _known_cells(case, item) for item in case.codebook.items}
    return _sums(due, have)


def options_as_in_records(case: Case) -> pd.DataFrame:
    """Questions whose number of chosen options is not the number of cells filled in the records."""
    due = {
        question.name: sum(_chosen_cells(case, question, column) for column in case.answered(question))
        for question in case.codebook.having_field("choices")
    }
    return _sums(due, case.frame["question"].value_counts())


def people_as_in_records(case: Case) -> pd.DataFrame:
    """Cadres whose women or men do not add up to the records' whole numbers."""
    found = [
        _sums(
            {q.items[0]: _whole_sum(case, q) for q in case.codebook.having_field(f"staff.{sex}") if case.answered(q)},
            case.frame.groupby("cadre", observed=True)[sex].sum(),
        )
        for sex in ("women", "men")
    ]
    return pd.concat(found, ignore_index=True)


def double_reports_declared(case: Case) -> pd.DataFrame:
    """Double reports that repeat a facility which is not there, or themselves."""
    same_as = case.frame["same_as"].astype(object)
    wrong = same_as.notna() & (~same_as.isin(case.frame["facility_id"]) | (same_as == case.frame["facility_id"]))
    found = Offences()
    found.add(wrong.to_numpy(dtype=bool), "same_as", same_as.fillna(""), "another facility of the table")
    return found.frame()


def _due_items(case: Case, items: str) -> tuple[str, ...]:
    if items == "cadre":
        counted = {question.items[0] for question in case.codebook.having_field("staff.women")}
        return tuple(item.name for item in case.codebook.items if item.name in counted)
    return tuple(item.name for item in case.codebook.items) if items else ("",)


def _legal(names: pd.Series, words: pd.Series, legal: Mapping[str, frozenset[str]]) -> np.ndarray:
    """Where a word is legal for what stands beside it: each pair is looked up once."""
    (row, known_names), (column, known_words) = _coded(names), _coded(words)
    # The last row and column stand for a blank, which is never legal.
    table = np.zeros((len(known_names) + 1, len(known_words) + 1), dtype=bool)
    for place, name in enumerate(known_names):
        table[place, :-1] = [word in legal.get(str(name), ()) for word in known_words]
    return np.asarray(table[row, column], dtype=bool)


def _numbered(keys: pd.DataFrame) -> pd.Series:
    """A number for each row that is the same where the whole key is the same."""
    number = np.zeros(len(keys), dtype=np.int64)
    for name in keys.columns:
        places, values = _coded(keys[name])
        number = number * (len(values) + 1) + places + 1
    return pd.Series(number, index=keys.index)


def _coded(column: pd.Series) -> tuple[np.ndarray, pd.Index]:
    """The place of each cell among the values of a column, -1 for a blank; and those values."""
    coded = column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype(object).astype("category")
    return coded.cat.codes.to_numpy(), coded.cat.categories


def _known_cells(case: Case, item: Question) -> int:
    if not case.answered(item):
        return 0
    column = item.columns[0]
    return int((case.filled[column] & ~case.unknown(item, column)).sum())


def _chosen_cells(case: Case, question: Question, column: str) -> int:
    filled = case.filled[column] if question.type == "rank" else (case.records[column] == "1").to_numpy(dtype=bool)
    return int(filled.sum())


def _whole_sum(case: Case, question: Question) -> int:
    number = case.numbers(question.columns[0])
    return int(number[number % 1 == 0].sum())


def _sums(due: Mapping[str, int], have: pd.Series) -> pd.DataFrame:
    found = Offences()
    counted = {str(name): int(count) for name, count in have.items()}
    for name in sorted({*due, *counted}):
        if counted.get(name, 0) != due.get(name, 0):
            found.add_whole(name, str(counted.get(name, 0)), f"{due.get(name, 0)} in the records")
    return found.frame()
