"""Which questions a definition reads: it is run, and what it asks is noted, so that nothing is written twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from pipeline.codebook import Codebook, Question
from pipeline.indicators import DEFINITIONS, gather, vocabulary
from pipeline.indicators.definition import Definition, Result
from pipeline.indicators.facts import CODED, Facts, Judgement
from pipeline.indicators.vocabulary import BEDS, Vocabulary
from pipeline.indicators.watched import Asked, watched

TEXTS = ("facility_id", "directorate", "sector", "region", "governorate", "tier", "same_as", *CODED)
NUMBERS = ("latitude", "longitude", "catchment_population", *(f"beds_{kind}" for kind in BEDS))
LONG = {
    "answers": ("facility_id", "item", "answer", "state", "barrier_1", "barrier_2", "barrier_3"),
    "choices": ("facility_id", "question", "option", "rank"),
    "staff": ("facility_id", "cadre", "women", "men", "state"),
}


def reads(codebook: Codebook) -> dict[str, tuple[str, ...]]:
    """The questions of a form that each indicator rests on, in the order in which its definition asks for them.

    Asked of a facility that says nothing: what a definition reads does not hang on what facilities say.
    """
    facts = _nobody(codebook)
    found: dict[str, tuple[str, ...]] = {}
    for definition in DEFINITIONS.values():
        seen = watched(facts)
        definition.compute(seen)
        for indicator in definition.indicators(facts.vocabulary):
            asked, key = _inner(facts, seen.asked, definition, indicator)
            wanted = of_key(facts, codebook, definition, asked, key)
            found[indicator] = tuple(dict.fromkeys(one.name for one in questions(codebook, wanted)))
    return found


def _nobody(codebook: Codebook) -> Facts:
    """The facts of a round with one facility, of which nothing is known."""
    texts = pd.DataFrame({name: pd.Series([None], dtype=str) for name in TEXTS}).assign(facility_id="nobody")
    facilities = texts.assign(**dict.fromkeys(NUMBERS, float("nan")))
    long = {name: pd.DataFrame({column: pd.Series(dtype=str) for column in columns}) for name, columns in LONG.items()}
    return gather({"facilities": facilities, **long}, vocabulary(codebook), Judgement())


def questions(codebook: Codebook, asked: Sequence[tuple[str, str]]) -> Iterator[Question]:
    """The questions of a form that were asked for."""
    for kind, name in asked:
        if kind == "field":
            found = codebook.of_field(f"facilities.{name}")
            yield from [found] if found else []
        elif kind in ("item", "question"):
            yield from [codebook.by_name[name]] if name in codebook.by_name else []
        else:
            yield from about(codebook, kind, name)


def asked_by(facts: Facts, definition: Definition, indicator: str) -> tuple[Result, Asked, str]:
    """What a definition gives, what it asked of facilities, and the part of the indicator's code that is its key.

    Where the key is an indicator itself, as of a gap between town and country, its own definition tells what is asked.
    """
    seen = watched(facts)
    result = definition.compute(seen)
    return result, *_inner(facts, seen.asked, definition, indicator)


def _inner(facts: Facts, seen: Asked, definition: Definition, indicator: str) -> tuple[Asked, str]:
    key = indicator.removeprefix(definition.code).removeprefix("_")
    inner = next((one for one in DEFINITIONS.values() if key in one.indicators(facts.vocabulary)), None)
    if inner is None:
        return _of_question(facts, seen, definition, key), key
    _, asked, own_key = asked_by(facts, inner, key)
    fields_of_both = {one: None for one in seen if one[0] == "field"}
    return fields_of_both | asked, own_key


def _of_question(facts: Facts, seen: Asked, definition: Definition, key: str) -> Asked:
    """What is asked about the question that a key names: a template that goes through several is run for it alone."""
    options = facts.vocabulary.options
    named = {name: options[name] for kind, name in seen if kind == "question" and _is_in(name, key) and name in options}
    if not named or {("question", name) for name in named} == {one for one in seen if one[0] == "question"}:
        return seen
    alone = watched(replace(facts, vocabulary=replace(facts.vocabulary, options=named)))
    definition.compute(alone)
    return alone.asked


def about(codebook: Codebook, field: str, item: str) -> list[Question]:
    """The questions of a field, as `barriers`, that are about an item."""
    return [question for question in codebook.having_field(field) if item in question.items]


def of_key(facts: Facts, codebook: Codebook, definition: Definition, asked: Asked, key: str) -> list[tuple[str, str]]:
    """What was asked for, as far as a key names it: an item, a domain, a kind of bed, a question."""
    found = list(_unfolded(asked, facts.vocabulary))
    found += [one for one in _from_source(definition, codebook, facts) if one not in found]
    return _of_key(found, key, facts.vocabulary)


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
    questions = {name for kind, name in asked if kind == "question" and _is_in(name, key)}
    # Behind a question stands the code of an option, and `other` is one as well as a kind of bed.
    mine = set() if questions else _named_by(key, words)
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
