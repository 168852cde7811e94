"""The answers that decide about a facility: what the definition asked of it, by the export's own column names.

What is shown is the answer after decisions, in the codebook's words, or the state of a blank. A column that the
codebook calls personal is in no table, and is never told here either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from pipeline.codebook import Codebook, Question
from pipeline.indicators import DEFINITIONS, Definition, Facts, Vocabulary
from pipeline.indicators.definition import Result
from pipeline.indicators.facts import STATES
from pipeline.trace.watched import Asked, watched

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
            yield from ((one, partial(_named, facts, one.items)) for one in _about(codebook, "barriers", name))
        elif kind == "staff":
            for sex, heads in (("women", facts.women), ("men", facts.men)):
                yield from ((one, _cells(heads[name])) for one in _about(codebook, f"staff.{sex}", name))


def _about(codebook: Codebook, field: str, item: str) -> list[Question]:
    return [question for question in codebook.having_field(field) if item in question.items]


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


def asked_by(facts: Facts, definition: Definition, indicator: str) -> tuple[Result, Asked, str]:
    """What a definition gives, what it asked of facilities, and the part of the indicator's code that is its key.

    Where the key is an indicator itself, as of a gap between town and country, its own definition tells what is asked.
    """
    seen = watched(facts)
    result = definition.compute(seen)
    key = indicator.removeprefix(definition.code).removeprefix("_")
    inner = next((one for one in DEFINITIONS.values() if key in one.indicators(facts.vocabulary)), None)
    if inner is None:
        return result, seen.asked, key
    _, asked, own_key = asked_by(facts, inner, key)
    fields_of_both = {one: None for one in seen.asked if one[0] == "field"}
    return result, fields_of_both | asked, own_key


def answers(facts: Facts, codebook: Codebook, definition: Definition, asked: Asked, key: str) -> Answers:
    """The answers that were asked for, of those that a key names: an item, a domain, a kind of bed, a question."""
    found = list(_unfolded(asked, facts.vocabulary))
    found += [one for one in _from_source(definition, codebook, facts) if one not in found]
    told = _tellers(facts, codebook, _of_key(found, key, facts.vocabulary))
    known = {one.name: tell for one, tell in told if one is not None and not one.is_personal}
    return Answers(tuple(known.items()))


def _unfolded(asked: Asked, words: Vocabulary) -> Iterator[tuple[str, str]]:
    """What was asked, with whole arrays as their items."""
    for kind, name in asked:
        if kind == "staff":
            yield from ((kind, cadre) for cadre in words.of_kind("cadre"))
        elif kind == "barriers":
            yield from ((kind, item) for item in words.all_items if words.causes.get(item))
        else:
            yield kind, name


def _from_source(definition: Definition, codebook: Codebook, facts: Facts) -> Iterator[tuple[str, str]]:
    """Columns of facilities that the definition's source names and that it takes from the table itself."""
    for word in re.findall(r"[A-Za-z0-9_]+", definition.parts.get("source", "")):
        question = codebook.by_column.get(word)
        kind, _, name = question.field.partition(".") if question else ("", "", "")
        if kind == "facilities" and name in facts.facilities:
            yield "field", name


def _of_key(asked: Sequence[tuple[str, str]], key: str, words: Vocabulary) -> list[tuple[str, str]]:
    """Of what a template asks about all its keys, only what its key names; the rest where the key names nothing."""
    mine = _named_by(key, words)
    questions = {name for kind, name in asked if kind == "question" and _is_in(name, key)}
    found = []
    for kind, name in asked:
        is_of_key = kind in ("item", "staff", "barriers") or name.startswith("beds_")
        if is_of_key and mine and name not in mine:
            continue
        if kind == "question" and questions and name not in questions:
            continue
        found.append((kind, name))
    return found


def _named_by(key: str, words: Vocabulary) -> set[str]:
    """The items that a key names: one, those of a domain or module, those of a kind of bed."""
    found = {item for item in words.all_items if _is_in(item, key)}
    found |= {item for item, module in words.modules.items() if _is_in(module, key)}
    for kind, item in words.beds.items():
        if _is_in(kind, key):
            found |= {item, f"beds_{kind}"}
    return found | (set(words.of_kind("bed")) if _is_in("BAINP1", key) else set())


def _is_in(name: str, key: str) -> bool:
    return f"_{name}_" in f"_{key}_"


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
