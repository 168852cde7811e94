"""What the questions of an unknown form are about: module, field, items, as other codebooks and neighbours suggest."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pipeline.codebook import Question
from pipeline.form.choices import language_mark
from pipeline.form.known import Known, same_question
from pipeline.form.shape import Drafted
from pipeline.spelling import fold

AVAILABLE, LACKING = "available", ("partial", "not_available")
LETTERS = re.compile(r"[A-Za-z]+")
# What is never public for a single facility, in whatever form it is asked.
DELICATE = re.compile(
    r"\brape|sexual violence|violence sexuelle|\bhiv\b|\bvih\b|\bsti\b|\bsida\b|\baids\b|abortion|avortement|condom"
    r"|post-exposure|antiretroviral|latitude|longitude|\bpartners?\b.*\bnames?\b|\bnames?\b.*\bpartners?\b|partenaires"
)

Words = Mapping[str, Mapping[str, str]]  # list → code → canonical


def about(questions: Sequence[Drafted], words: Words, known: Known) -> list[Drafted]:
    """The questions with module, field, items and sensitivity, each suggestion with its reason."""
    texts = {question.name: question.label for question in questions}
    items = {question.name for question in questions if _is_item(question, words)}
    found: list[Drafted] = []
    for question in questions:
        like = same_question(question.name, texts, known)
        if question.type == "hidden":
            found.append(replace(question, module="platform"))
        elif like:
            found.append(_as_elsewhere(question, like, texts, known))
        else:
            found.append(_told_apart(question, items, found, known))
    return [_sensitive(question, known) for question in _barriers(found, items)]


def _is_item(question: Drafted, words: Words) -> bool:
    """Whether a question asks if something is available."""
    canonical = set(words.get(question.list_name, {}).values())
    return question.type == "select_one" and AVAILABLE in canonical and bool(canonical & set(LACKING))


def _as_elsewhere(question: Drafted, like: Question, names: Collection[str], known: Known) -> Drafted:
    items = tuple(item for item in like.items if item in names)
    marked = question.marked(f"module and field as in {known.form_of(question.name)}", language_mark(question.label))
    return replace(marked, module=like.module, field=like.field, items=items)


def _told_apart(question: Drafted, items: set[str], before: Sequence[Drafted], known: Known) -> Drafted:
    """A question that no other form has, or another form has with another text."""
    like = known.question(question.name)
    near = _neighbour(question, items, before)
    module = like.module if like else near.module if near else ""
    marked = question.marked("" if question.label else "no question text", language_mark(question.label))
    if like and not question.is_personal:
        told = f"“{like.labels['en']}”, module {like.module or 'none'}, field {like.field or 'none'}"
        marked = marked.marked(f"{known.form_of(question.name)} has this code as {told}: the same?")
    if question.name in items:
        kind = _kind_of_item(question.name, near, known)
        guess = f"module and field as of {near.name}" if near else "module not known, taken for a service"
        return replace(marked.marked(guess), module=module, field=f"answers.{kind}", items=(question.name,))
    return replace(marked.marked("" if like else "module and field not known"), module=module)


def _neighbour(question: Drafted, items: set[str], before: Sequence[Drafted]) -> Drafted | None:
    """The nearest question before: of an item, the nearest item."""
    is_item = question.name in items
    among = [q for q in before if (q.field.startswith("answers.") if is_item else q.type != "hidden")]
    return among[-1] if among else None


def _kind_of_item(name: str, near: Drafted | None, known: Known) -> str:
    """The kind of the items whose codes begin with the same letters elsewhere, else of the nearest item before."""
    letters = LETTERS.match(name)
    kinds = {
        question.field.partition(".")[2]
        for book in known.books
        for question in book.items
        if letters and (found := LETTERS.match(question.name)) and found[0] == letters[0]
    }
    if len(kinds) == 1:
        return kinds.pop()
    return near.field.partition(".")[2] if near else "service"


def _barriers(questions: Sequence[Drafted], items: set[str]) -> list[Drafted]:
    """The questions; those that ask why an item is lacking name the items, as the codes say whatever the text is."""
    found = []
    for question in questions:
        asked = barrier_items(question, items)
        if asked:
            module = next(other.module for other in questions if other.name == asked[0])
            question = replace(question, field="barriers", items=asked, module=module, marks=_without_fields(question))
        elif question.type in ("rank", "select_multiple") and not question.field:
            question = replace(question, field="choices")
        found.append(question)
    return found


def barrier_items(question: Drafted, items: set[str]) -> tuple[str, ...]:
    """The items whose lack a question `…x` asks about: one, or all kinds of a grid."""
    base = question.name.removesuffix("x")
    if question.type != "rank" or base == question.name:
        return ()
    return (base,) if base in items else tuple(sorted(name for name in items if name.rpartition("_")[0] == base))


def _without_fields(question: Drafted) -> tuple[str, ...]:
    """The reasons that remain once the code itself has told module and field."""
    return tuple(mark for mark in question.marks if "module" not in mark)


def _sensitive(question: Drafted, known: Known) -> Drafted:
    """The question, restricted where its like is elsewhere or its text says so."""
    like = known.question(question.name)
    if question.sensitivity or not ((like and like.sensitivity) or DELICATE.search(fold(question.label))):
        return question
    same = like is not None and like.sensitivity
    doubt = f"restricted as in {known.form_of(question.name)}" if same else "restricted by its text"
    return replace(question, sensitivity="restricted").marked(doubt)
