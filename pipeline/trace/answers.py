"""The answers that decide about a facility: what the definition asked of it, by the export's own column names.

What is shown is the answer after decisions, in the codebook's words, or the state of a blank. A column that the
codebook calls personal is in no table, and is never told here either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.codebook import Codebook, Question
from pipeline.indicators import DEFINITIONS, Definition, Facts, Vocabulary
from pipeline.indicators.definition import Result
from pipeline.indicators.facts import STATES
from pipeline.trace.watched import Asked, watched


@dataclass(frozen=True)
class Answers:
    """How the facilities answered what a definition asks."""

    facts: Facts
    codebook: Codebook
    asked: Sequence[tuple[str, str]]

    def of(self, row: int) -> list[str]:
        """`question=answer` for a facility, in the order that the definition asks."""
        return list(dict.fromkeys(cell for kind, name in self.asked for cell in self._cells(kind, name, row)))

    def _cells(self, kind: str, name: str, row: int) -> Iterator[str]:
        if kind == "field":
            yield from self._told([self.codebook.of_field(f"facilities.{name}")], _word(self._field(name, row)))
        elif kind == "item":
            yield from self._told([self.codebook.by_name.get(name)], _answer(self.facts, name, row))
        elif kind == "question":
            yield from self._told([self.codebook.by_name.get(name)], self._chosen.get((row, name), "blank"))
        elif kind == "barriers":
            yield from self._told(self._about("barriers", name), _named(self.facts, name, row))
        elif kind == "staff":
            for sex in ("women", "men"):
                heads = getattr(self.facts, sex).at[row, name]
                yield from self._told(self._about(f"staff.{sex}", name), _word(heads))

    @cached_property
    def _chosen(self) -> dict[tuple[int, str], str]:
        """The options of each facility's questions in the order of their ranks."""
        wanted = [name for kind, name in self.asked if kind == "question"]
        mine = self.facts.choices[self.facts.choices["question"].isin(wanted)].sort_values(["rank", "option"])
        found: dict[tuple[int, str], str] = {}
        for row, name, option in zip(mine["row"], mine["question"], mine["option"], strict=True):
            told = found.get((row, str(name)))
            found[row, str(name)] = f"{told}+{option}" if told else str(option)
        return found

    def _field(self, name: str, row: int) -> object:
        return self.facts.facilities.at[row, name]

    def _about(self, field: str, item: str) -> list[Question | None]:
        return [question for question in self.codebook.having_field(field) if item in question.items]

    def _told(self, questions: Iterable[Question | None], word: str) -> Iterator[str]:
        for question in questions:
            if question is not None and not question.is_personal:
                yield f"{question.name}={word}"


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
    return Answers(facts, codebook, _of_key(found, key, facts.vocabulary))


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


def _named(facts: Facts, item: str, row: int) -> str:
    """The barriers that are named about an item, whatever their ranks."""
    place = facts.vocabulary.all_items.index(item)
    causes = zip(facts.vocabulary.all_causes, facts.mentions[row, place], strict=True)
    return "+".join(cause for cause, times in causes if times) or "blank"
