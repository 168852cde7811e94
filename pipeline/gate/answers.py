"""Rules on `records` that follow from the codebook: value sets, numbers, skip logic, ranks, exclusive choices.

None of them names a question: a new form brings its own codebook, and these rules with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline import relevance
from pipeline.codebook import CHOICE_TYPES, Group, Question
from pipeline.gate import derived
from pipeline.gate.case import Case, Flags, Offences
from pipeline.relevance import NOT_ASKED, RELEVANT, SKIPPED


def values_in_codebook(case: Case) -> pd.DataFrame:
    """Choices, ranks and ticks that the codebook does not have: one offence for each cell."""
    found = Offences()
    for question in _asked(case):
        if question.type in CHOICE_TYPES:
            for column in case.answered(question):
                if case.filled[column].any():
                    strange = case.unknown(question, column)
                    found.add(strange, column, case.records[column], derived.legal(question))
    return found.frame()


def numbers_in_range(case: Case, fields: Sequence[str] = (), but_fields: Sequence[str] = ()) -> pd.DataFrame:
    """Numbers that are none, that should be whole, or that break the codebook's constraint.

    Either only the questions whose answers go to `fields`, or all but those that go to `but_fields`.
    """
    found = Offences()
    for question in _asked(case):
        if derived.number_is_judged(question, fields, but_fields):
            column = question.columns[0]
            strange = case.unknown(question, column)
            found.add(strange, column, case.records[column], derived.kind_of_number(question))
            broken = _breaks_constraint(case, question) & ~strange
            found.add(broken, column, case.records[column], derived.in_words(question))
    return found.frame()


def choices_keep_constraints(case: Case) -> pd.DataFrame:
    """Ticked or ranked options that exclude one another: one offence for each question of a facility."""
    found = Offences()
    for question in _asked(case):
        if question.type in CHOICE_TYPES:
            broken = _breaks_constraint(case, question)
            if broken.any():
                found.add(broken, case.answered(question)[0], _told(case, question), derived.in_words(question))
    return found.frame()


def answers_only_where_asked(case: Case, rules: Sequence[int]) -> pd.DataFrame:
    """Answers after a stop of the form, or to a question that this facility is not asked, by the given skip rules."""
    found = Offences()
    for question in _asked(case):
        level = case.reach[question.name]
        where = case.given(question) & (level == NOT_ASKED)
        if question.rule in rules:
            found.add(where, *_first_cell(case, question, where), derived.blank_unless(question.relevant))
        where = case.given(question) & (level == SKIPPED)
        for stop, stopped in _stops(case, question, where):
            if stop.rule in rules:
                found.add(stopped, *_first_cell(case, question, stopped), derived.blank_unless(stop.relevant))
    return found.frame()


def barriers_where_lacking(case: Case, rules: Sequence[int]) -> pd.DataFrame:
    """Barriers and causes that are blank though something is lacking, or given though nothing is."""
    found = Offences()
    for question in _asked(case):
        if question.rule in rules:
            first = case.answered(question)[0]
            asked = case.reach[question.name] == RELEVANT
            blank = asked & ~case.given(question) & _required(case, question)
            found.add(blank, first, "", derived.an_answer_since(question.relevant))
    return pd.concat([found.frame(), answers_only_where_asked(case, rules)], ignore_index=True)


def ranks_without_gaps(case: Case) -> pd.DataFrame:
    """Ranks after a blank one, and options ranked twice: the first such cell of each question of a facility."""
    found = Offences()
    for question in _asked(case):
        if question.type == "rank":
            # Only the first three of up to ten ranks are ever filled.
            columns = [column for column in case.answered(question) if case.filled[column].any()]
            for broken, expected in _rank_faults(case, case.answered(question), columns):
                for place, column in enumerate(columns if broken.any() else ()):
                    first = broken[:, place] & ~broken[:, :place].any(axis=1)
                    found.add(first, column, case.records[column], expected)
    return found.frame()


def required_answers(case: Case, but_rules: Sequence[int] = (), but_fields: Sequence[str] = ()) -> pd.DataFrame:
    """Answers that are missing where they are asked: one offence for each facility and module."""
    missing: dict[str, list[tuple[str, Flags]]] = {}
    for question, due in required_and_asked(case, but_rules, but_fields):
        blank = due & ~case.given(question)
        if blank.any():
            missing.setdefault(question.module, []).append((question.columns[0], blank))
    found = Offences()
    for module, parts in missing.items():
        flags = np.column_stack([blank for _, blank in parts])
        first = [parts[at][0] for at in flags.argmax(axis=1)]
        told = [f"{count} missing in {module}" for count in flags.sum(axis=1)]
        found.add(np.asarray(flags.any(axis=1), dtype=bool), first, told, derived.AN_ANSWER)
    return found.frame()


def required_and_asked(
    case: Case, but_rules: Sequence[int] = (), but_fields: Sequence[str] = ()
) -> Iterator[tuple[Question, Flags]]:
    """The questions that want an answer, each with the records in which it is asked and required."""
    for question in _asked(case):
        if derived.answer_is_wanted(question, but_rules, but_fields):
            yield question, (case.reach[question.name] == RELEVANT) & _required(case, question)


def _asked(case: Case) -> Iterator[Question]:
    return (question for question in derived.questions_of(case.codebook) if case.answered(question))


def _rank_faults(case: Case, ranks: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[Flags, str]]:
    """Where ranks (across; facilities down) follow a blank one, and where they repeat an option of a rank before."""
    gap, twice = np.zeros((2, len(case.records), len(columns)), dtype=bool)
    for place, column in enumerate(columns):
        before = ranks.index(column) - 1
        if before >= 0:
            gap[:, place] = case.filled[column] & ~case.filled[ranks[before]]
        for other in columns[:place]:
            both = np.flatnonzero(case.filled[column] & case.filled[other])
            if len(both):
                same = case.records[column].iloc[both].to_numpy() == case.records[other].iloc[both].to_numpy()
                twice[both[same], place] = True
    yield gap, derived.NO_GAP
    yield twice & ~gap, derived.NO_REPEAT


def _required(case: Case, question: Question) -> Flags:
    if not question.required:
        return np.zeros(len(case.records), dtype=bool)
    return relevance.holds(question.required, case.records, case.codebook)


def _breaks_constraint(case: Case, question: Question) -> Flags:
    if not question.constraint:
        return np.zeros(len(case.records), dtype=bool)
    return case.given(question) & ~relevance.holds(question.constraint, case.records, case.codebook, question)


def _stops(case: Case, question: Question, where: Flags) -> Iterator[tuple[Group, Flags]]:
    """The groups that stop a question, outermost first, each with the rows that it stops before the inner ones do."""
    left = where.copy()
    for group in question.groups:
        if group.relevant and left.any():
            stopped = left & ~relevance.holds(group.relevant, case.records, case.codebook)
            left &= ~stopped
            yield group, stopped


def _first_cell(case: Case, question: Question, where: Flags) -> tuple[str | Sequence[str], Any]:
    """The first filled column of a question in each row, and what stands there."""
    columns = case.answered(question)
    if len(columns) == 1 or not where.any():
        return columns[0], case.records[columns[0]]
    place = np.column_stack([case.filled[column] for column in columns]).argmax(axis=1)
    cells = case.records[columns].to_numpy(dtype=object)
    return [columns[at] for at in place], cells[np.arange(len(cells)), place]


def _told(case: Case, question: Question) -> list[str]:
    """What is chosen in each record, as codes."""
    columns = case.answered(question)
    if question.type == "select_multiple":
        names = dict(zip(question.columns, question.canonical, strict=True))
        flags = np.column_stack([case.filled[column] for column in columns])
        codes = np.array([names[column] for column in columns], dtype=object)
        return [" ".join(codes[row]) for row in flags]
    return [" ".join(filter(None, row)) for row in case.records[columns].to_numpy(dtype=object)]
