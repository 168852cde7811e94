"""What the rules that follow from the codebook expect of each question: in findings, and in full for who reads a suite.

A rule of a suite names no question; here it is unfolded into pairs of a question (or column, or item) and what is
expected of it, in the very words that a finding of the rule has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.codebook import CHOICE_TYPES, Codebook, Question
from pipeline.relevance import STATES

NUMBERS = ("integer", "decimal")
NO_GAP, NO_REPEAT = "no rank after a blank one", "each option once"
AN_ANSWER, OF_EACH = "an answer", "the answers of each facility"
DOT = re.compile(r"(?<![\w.)])\.(?![\w.])")

Pairs = Iterator[tuple[str, str]]


def legal(question: Question) -> str:
    """The codes that a choice, a rank or a tick may have."""
    return "1, or blank" if question.type == "select_multiple" else "one of " + ", ".join(question.canonical)


def kind_of_number(question: Question) -> str:
    """What a number must be, before any bounds."""
    return "a whole number" if question.type == "integer" else "a number"


def in_words(question: Question) -> str:
    """The constraint with the question's name in place of the dot."""
    return DOT.sub(question.name, question.constraint)


def blank_unless(condition: str) -> str:
    """What is expected where nothing is asked."""
    return f"blank, unless {condition}"


def an_answer_since(condition: str) -> str:
    """What is expected where something is lacking."""
    return f"an answer, since {condition}"


def questions_of(codebook: Codebook) -> Iterator[Question]:
    """The questions that answers are judged of: neither calculated nor left at the door."""
    return (q for q in codebook.questions if q.type != "calculate" and not q.is_personal)


def number_is_judged(question: Question, fields: Sequence[str], but_fields: Sequence[str]) -> bool:
    """Whether a number is among those that go to `fields`, or else among all but those that go to `but_fields`."""
    return question.type in NUMBERS and (question.field in fields if fields else question.field not in but_fields)


def answer_is_wanted(question: Question, but_rules: Sequence[int], but_fields: Sequence[str]) -> bool:
    """Whether a question wants an answer, in general or under a condition."""
    return bool(question.required) and question.rule not in but_rules and question.field not in but_fields


def _columns(codebook: Codebook) -> Pairs:
    for question in codebook.questions:
        if question.columns:
            yield question.name, "left at the door" if question.is_personal else ", ".join(question.columns)


def _personal(codebook: Codebook) -> Pairs:
    return ((name, "left at the door") for name in codebook.personal_columns)


def _values(codebook: Codebook) -> Pairs:
    return ((q.name, legal(q)) for q in questions_of(codebook) if q.type in CHOICE_TYPES)


def _numbers(codebook: Codebook, fields: Sequence[str] = (), but_fields: Sequence[str] = ()) -> Pairs:
    for question in questions_of(codebook):
        if number_is_judged(question, fields, but_fields):
            yield question.name, kind_of_number(question)
            if question.constraint:
                yield question.name, in_words(question)


def _options(codebook: Codebook, **_: int) -> Pairs:
    for question in questions_of(codebook):
        if question.type in CHOICE_TYPES:
            yield question.name, legal(question)
        elif question.type in NUMBERS:
            yield question.name, kind_of_number(question)


def _constraints(codebook: Codebook) -> Pairs:
    return ((q.name, in_words(q)) for q in questions_of(codebook) if q.type in CHOICE_TYPES and q.constraint)


def _only_where_asked(codebook: Codebook, rules: Sequence[int]) -> Pairs:
    for question in questions_of(codebook):
        if question.rule in rules and question.relevant:
            yield question.name, blank_unless(question.relevant)
        for group in question.groups:
            if group.rule in rules and group.relevant:
                yield question.name, blank_unless(group.relevant)


def _barriers(codebook: Codebook, rules: Sequence[int]) -> Pairs:
    wanted = [q for q in questions_of(codebook) if q.rule in rules]
    yield from ((q.name, an_answer_since(q.relevant)) for q in wanted)
    yield from _only_where_asked(codebook, rules)


def _ranks(codebook: Codebook) -> Pairs:
    for question in questions_of(codebook):
        if question.type == "rank" and len(question.columns) > 1:
            yield from ((question.name, NO_GAP), (question.name, NO_REPEAT))


def _wanted(codebook: Codebook, but_rules: Sequence[int] = (), but_fields: Sequence[str] = (), **_: int) -> Pairs:
    return ((q.name, AN_ANSWER) for q in questions_of(codebook) if answer_is_wanted(q, but_rules, but_fields))


def _items(codebook: Codebook, **_: int) -> Pairs:
    return ((item.name, OF_EACH) for item in codebook.items)


def _counted(codebook: Codebook, kinds: Sequence[str]) -> Pairs:
    fields = [f"answers.{kind}" for kind in kinds]
    return ((item.name, "more than 0 where it is available") for item in codebook.items if item.field in fields)


def _facility_words(codebook: Codebook) -> Pairs:
    for question in codebook.having_field("facilities"):
        if question.type == "select_one":
            yield question.field.partition(".")[2], _one_of([*question.canonical.values(), *STATES[1:]])


def _item_words(codebook: Codebook) -> Pairs:
    return ((item.name, _one_of(item.canonical.values())) for item in codebook.items)


def _barrier_words(codebook: Codebook) -> Pairs:
    for question in codebook.having_field("barriers"):
        yield from ((item, _one_of(question.canonical.values())) for item in question.items)


def _option_words(codebook: Codebook) -> Pairs:
    return ((q.name, _one_of(q.canonical.values())) for q in codebook.having_field("choices"))


def _one_of(words: Any) -> str:
    return "one of " + ", ".join(dict.fromkeys(words))


UNFOLDED: Mapping[str, Callable[..., Pairs]] = {
    "ExpectColumnsOfCodebook": _columns,
    "ExpectNoPersonalColumn": _personal,
    "ExpectValuesInCodebook": _values,
    "ExpectOptionsOfCodebook": _options,
    "ExpectNumbersInRange": _numbers,
    "ExpectChoicesToKeepConstraints": _constraints,
    "ExpectAnswersOnlyWhereAsked": _only_where_asked,
    "ExpectBarriersIfAndOnlyIfLacking": _barriers,
    "ExpectRanksWithoutGaps": _ranks,
    "ExpectRequiredAnswers": _wanted,
    "ExpectModulesComplete": _wanted,
    "ExpectNoLongRuns": _items,
    "ExpectAvailableIsNotZero": _counted,
    "ExpectFacilityWordsKnown": _facility_words,
    "ExpectAnswersKnown": _item_words,
    "ExpectBarriersKnown": _barrier_words,
    "ExpectOptionsKnown": _option_words,
}
