"""The outline of a form: its questions numbered as on paper, its parts, the stops, and where an answer skips to.

Every question that a person is asked has a number of its own, in the order of the form; what the platform fills in and
what is calculated has none. Paper, handbook and keying sheet speak of a question by this number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import pandas as pd

from pipeline import relevance
from pipeline.codebook import Codebook, Group, Question
from pipeline.forms.expression import names

NOT_ASKED = ("hidden", "calculate")


@dataclass(frozen=True)
class Entry:
    """A question with its number on paper, the stops that begin with it, and where they lead those they stop."""

    number: int
    question: Question
    stops: tuple[tuple[Group, int], ...]
    """Each with the number to go on at; 0 where nothing follows."""


@dataclass(frozen=True)
class Part:
    """Consecutive questions of a module."""

    module: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Outline:
    """A form as paper has it."""

    codebook: Codebook
    entries: tuple[Entry, ...]

    @cached_property
    def number(self) -> dict[str, int]:
        """The number of each question, by its name."""
        return {entry.question.name: entry.number for entry in self.entries}

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The questions by module, as often as the form turns to one."""
        runs = groupby(self.entries, key=lambda entry: entry.question.module)
        return tuple(Part(module, tuple(entries)) for module, entries in runs)

    def skips(self, entry: Entry) -> list[tuple[tuple[str, ...], int]]:
        """Codes of a choice after which the next question is not asked, and the number to go on at instead."""
        question = entry.question
        if question.type != "select_one":
            return []
        target = {code: self._after(entry, place) for place, code in enumerate(question.canonical)}
        targets = sorted({number for number in target.values() if number != entry.number + 1})
        return [(tuple(code for code, number in target.items() if number == to), to) for to in targets]

    def _after(self, entry: Entry, place: int) -> int:
        """The next number that may be asked after the option at a place in its list."""
        for later in self.entries[entry.number :]:
            if not any(falls[place] for falls in self._falls(entry.question, later.question)):
                return later.number
        return 0

    def _falls(self, question: Question, later: Question) -> Iterator[Sequence[bool]]:
        """For each condition that hangs on one choice alone, whether it is false after each of its options."""
        for condition in (later.relevant, *(group.relevant for group in later.groups)):
            if condition and set(names(condition)) == {question.name}:
                yield self._false(question, condition)

    def _false(self, question: Question, condition: str) -> Sequence[bool]:
        if (question.name, condition) not in self._judged:
            answers = pd.DataFrame({question.columns[0]: list(question.canonical)}, dtype=str)
            holds = relevance.holds(condition, answers, self.codebook)
            self._judged[question.name, condition] = [not one for one in holds.tolist()]
        return self._judged[question.name, condition]

    @cached_property
    def _judged(self) -> dict[tuple[str, str], list[bool]]:
        return {}


def outline(codebook: Codebook) -> Outline:
    """The outline of a form."""
    asked = [question for question in codebook.questions if question.type not in NOT_ASKED]
    last = {group: number for number, question in enumerate(asked, 1) for group in question.groups}
    entries = []
    for number, question in enumerate(asked, 1):
        before = asked[number - 2].groups if number > 1 else ()
        begun = [group for group in question.groups if group not in before and group.relevant]
        stops = tuple((group, last[group] + 1 if last[group] < len(asked) else 0) for group in begun)
        entries.append(Entry(number, question, stops))
    return Outline(codebook, tuple(entries))
