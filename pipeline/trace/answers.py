"""The answers that decide about a facility: what the definition asked of it, by the export's own column names.

What is shown is the answer after decisions, in the codebook's words, or the state of a blank. A column that the
codebook calls personal is in no table, and is never told here either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from pipeline.codebook import Codebook, Question
from pipeline.indicators import Definition, Facts
from pipeline.indicators.asked import about, of_key
from pipeline.indicators.facts import STATES
from pipeline.indicators.watched import Asked

Teller = Callable[[int], str]


@dataclass(frozen=True)
class Answers:
    """How the facilities answered what a definition asks: for each question what tells a facility's answer."""

    tellers: Sequence[tuple[str, Teller]]

    def of(self, row: int) -> list[str]:
        """`question=answer` for a facility, in the order that the definition asks."""
        return [f"{question}={tell(row)}" for question, tell in self.tellers]


def _tellers(
    facts: Facts, codebook: Codebook, asked: Sequence[tuple[str, str]]
) -> Iterator[tuple[Question | None, Teller]]:
    chosen = _chosen(facts, {name for kind, name in asked if kind == "question"})
    for kind, name in asked:
        if kind == "field":
            yield codebook.of_field(f"facilities.{name}"), _cells(facts.facilities[name])
        elif kind == "item":
            yield codebook.by_name.get(name), partial(_answer, facts, name)
        elif kind == "question":
            yield codebook.by_name.get(name), partial(_options, chosen, name)
        elif kind == "barriers":
            yield from ((one, partial(_named, facts, one.items)) for one in about(codebook, "barriers", name))
        elif kind == "staff":
            for sex, heads in (("women", facts.women), ("men", facts.men)):
                yield from ((one, _cells(heads[name])) for one in about(codebook, f"staff.{sex}", name))


def _cells(column: pd.Series[Any]) -> Teller:
    values = column.to_numpy(dtype=object)
    return lambda row: _word(values[row])


def _chosen(facts: Facts, questions: set[str]) -> dict[tuple[int, str], str]:
    """The options of each facility's questions in the order of their ranks."""
    mine = facts.choices[facts.choices["question"].isin(list(questions))].sort_values(["rank", "option"])
    found: dict[tuple[int, str], str] = {}
    for row, name, option in zip(mine["row"], mine["question"], mine["option"], strict=True):
        told = found.get((row, str(name)))
        found[row, str(name)] = f"{told}+{option}" if told else str(option)
    return found


def _options(chosen: Mapping[tuple[int, str], str], question: str, row: int) -> str:
    return chosen.get((row, question), "blank")


def answers(facts: Facts, codebook: Codebook, definition: Definition, asked: Asked, key: str) -> Answers:
    """The answers that were asked for, of those that a key names: an item, a domain, a kind of bed, a question."""
    told = _tellers(facts, codebook, of_key(facts, codebook, definition, asked, key))
    known = {one.name: tell for one, tell in told if one is not None and not one.is_personal}
    return Answers(tuple(known.items()))


def _word(value: object) -> str:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "blank"
    return f"{value:g}" if isinstance(value, float | np.floating) else str(value)


def _answer(facts: Facts, item: str, row: int) -> str:
    place = facts.vocabulary.all_items.index(item) if item in facts.vocabulary.all_items else -1
    code = facts.answers.codes[row, place]
    return facts.answers.words[code] if code >= 0 else STATES[facts.answers.states[row, place]]


def _named(facts: Facts, items: Sequence[str], row: int) -> str:
    """The barriers that are named about some items that share a question, whatever their ranks."""
    places = [facts.vocabulary.all_items.index(item) for item in items]
    times = facts.mentions[row, places].sum(axis=0)
    return "+".join(cause for cause, n in zip(facts.vocabulary.all_causes, times, strict=True) if n) or "blank"
