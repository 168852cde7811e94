"""Rules on `records` about an export that another form made: what is new, gone, renamed or changed by the codebook.

A slip of the keyboard is no change of the form: what few facilities have is told by the rules about values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from pipeline.codebook import CHOICE_TYPES, Question
from pipeline.gate.case import Case, Offences
from pipeline.gate.derived import NUMBERS, kind_of_number, legal, questions_of
from pipeline.relevance import NUMBER

CODEBOOKS = "the codebook's columns"
ALIKE = 80  # percent: names that are spelt so nearly alike may be one column under two names
SHOWN = 4


def columns_of_codebook(case: Case) -> pd.DataFrame:
    """Columns that the export lacks, or has besides the codebook's: first all in one line; and those of the table."""
    found = Offences()
    gone, new = (sorted(case.account.get(f"{kind}_columns", [])) for kind in ("missing", "unknown"))
    renamed = _renamed(gone, new)
    if gone or new:
        found.add_whole("", _as_a_whole(gone, new, renamed), CODEBOOKS)
    for column in gone:
        told = f", renamed {renamed[column]}?" if column in renamed else ""
        found.add_whole(column, "no such column in the export" + told, "a column for each question of the codebook")
    was = {name: column for column, name in renamed.items()}
    for column in new:
        told = f", {was[column]} before?" if column in was else ""
        found.add_whole(column, "a column that the codebook does not have" + told, "only columns of the codebook")
    expected = [*case.codebook.table_columns, "source_file", "source_row"]
    have = [str(column) for column in case.frame.columns]
    for column in sorted(set(expected) ^ set(have) - set(case.codebook.personal_columns)):
        found.add_whole(column, "in the table" if column in have else "not in the table", CODEBOOKS)
    return found.frame()


def options_of_codebook(case: Case, at_least: int, percent: int) -> pd.DataFrame:
    """Questions whose options or kind of answer are others than the codebook's: one offence for each question.

    What fewer facilities than `at_least` have, or less than so many percent of those that answered, is a slip.
    """
    found = Offences()
    for question in questions_of(case.codebook):
        if question.type in (*CHOICE_TYPES, *NUMBERS):
            strange = _strange_values(case, question)
            answers = int(case.given(question).sum())
            if strange.sum() >= max(at_least, percent * answers / 100):
                found.add_whole(question.name, _changed(case, question, strange, answers), _expected(question))
    return found.frame()


def _renamed(gone: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """For columns that are gone the new one that each is nearest to, where it is the nearest of that one too."""
    if not gone or not new:
        return {}
    scores = process.cdist(gone, new, scorer=fuzz.ratio, score_cutoff=ALIKE)
    best, back = scores.argmax(axis=1), scores.argmax(axis=0)
    return {gone[at]: new[to] for at, to in enumerate(best) if scores[at, to] and back[to] == at}


def _as_a_whole(gone: Sequence[str], new: Sequence[str], renamed: dict[str, str]) -> str:
    parts = {
        "gone": [name for name in gone if name not in renamed],
        "new": [name for name in new if name not in renamed.values()],
        "renamed?": [f"{name} -> {now}" for name, now in renamed.items()],
    }
    return "; ".join(f"{len(names)} {what}: {_few(names)}" for what, names in parts.items() if names)


def _few(names: Sequence[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" … (+{rest})" if rest > 0 else "")


def _strange_values(case: Case, question: Question) -> pd.Series:
    """How often each value stands there that the codebook does not have, the most frequent first."""
    counts: Counter[str] = Counter()
    for column in case.answered(question):
        if case.filled[column].any():
            strange = case.unknown(question, column)
            if strange.any():
                counts.update(case.records[column].iloc[np.flatnonzero(strange)])
    in_order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return pd.Series(dict(in_order), dtype=int)


def _changed(case: Case, question: Question, strange: pd.Series, answers: int) -> str:
    """What stands there instead of the options or numbers of the codebook."""
    told = _few([f"{value} ({times})" for value, times in strange.items()])
    parts = [f"{_kind(question, strange.index.tolist())} in {int(strange.sum())} cells of {answers} answers: {told}"]
    never = list(_never_chosen(case, question))
    return "; ".join(parts + ([f"never chosen: {', '.join(never)}"] if never else []))


def _kind(question: Question, values: Sequence[str]) -> str:
    are_numbers = all(re.fullmatch(NUMBER, value) for value in values)
    if question.type in CHOICE_TYPES:
        return "numbers, not options," if are_numbers else "new options"
    return "no whole numbers" if are_numbers else "texts, not numbers,"


def _never_chosen(case: Case, question: Question) -> Iterator[str]:
    """The options of a single choice or of ranks that nobody has."""
    if question.type in ("select_one", "rank"):
        cells = [case.records[column].unique() for column in case.answered(question)]
        have = set(np.concatenate(cells)) if cells else set()
        yield from (code for code in question.canonical if code not in have)


def _expected(question: Question) -> str:
    return legal(question) if question.type in CHOICE_TYPES else kind_of_number(question)
