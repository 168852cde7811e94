"""What differs between two forms, one change a row, each of one kind.

A change names its item: a question, a stop, or an option as `list/code`. An option of a list that many questions share
is told once, with the questions that use it; where a question has another list than before, as `question/code`.

Options are the same where our word for them (`canonical`) is: so a code that moved to another word, or a word that
moved to another code, is seen, and no wording decides. Nothing here says what a change means: that is ruled by people
(`pipeline/rulings`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from pipeline.codebook import CHOICE_TYPES, Codebook, Group, Question
from pipeline.differences.change import FORMAL, KINDS, Change
from pipeline.differences.choices import between_options
from pipeline.differences.order import kept

__all__ = ["FORMAL", "KINDS", "Change", "between"]

VARIABLE = re.compile(r"\$\{(\w+)\}")
FIRST = "(first)"


def between(before: Codebook, now: Codebook) -> tuple[Change, ...]:
    """All changes from one form to the other: in the order of the present form, what is gone where it stood last."""
    found = [*_questions(before, now), *_lists(before, now), *_stops(before, now)]
    place = {name: (number, 1) for number, name in enumerate(now.by_name)}
    last = (-1, 1)
    for name in before.by_name:
        last = place.setdefault(name, (last[0], last[1] + 1))

    def at(change: Change) -> tuple[object, ...]:
        return (min(place[name] for name in change.questions), KINDS.index(change.kind), change.item)

    return tuple(sorted(found, key=at))


def _questions(before: Codebook, now: Codebook) -> Iterator[Change]:
    common = [name for name in before.by_name if name in now.by_name]
    for name in set(before.by_name) - set(now.by_name):
        yield Change(name, "question_gone", (name,), before.by_name[name].labels, {})
    for name in set(now.by_name) - set(before.by_name):
        yield Change(name, "question_new", (name,), {}, now.by_name[name].labels)
    stays = kept(common, [name for name in now.by_name if name in before.by_name])
    for name in common:
        if name not in stays:
            yield _formal(name, "question_moved", (name,), _after(before, name), _after(now, name))
        yield from _of_question(before, now, name)


def _of_question(before: Codebook, now: Codebook, name: str) -> Iterator[Change]:
    old, new = before.by_name[name], now.by_name[name]
    if old.labels != new.labels:
        yield Change(name, "question_reworded", (name,), old.labels, new.labels)
    stops = [_stops_of(one, _groups(before).keys() & _groups(now).keys()) for one in (old, new)]
    told = {
        "question_type": (old.type, new.type),
        "question_skip": (old.relevant, new.relevant),
        "question_constraint": (old.constraint, new.constraint),
        "question_required": (old.required, new.required),
        "question_columns": (old.pattern, new.pattern),
        "question_about": (_about(old), _about(new)),
    }
    if stops[0] != stops[1]:
        told["question_skip"] = (_asked(old, stops[0]), _asked(new, stops[1]))
    for kind, (then, since) in told.items():
        if then != since:
            yield _formal(name, kind, (name,), then, since)
    if old.calculation != new.calculation:
        using = {*_using(before, name), *_using(now, name)}
        touched = (name, *(one for one in {**now.by_name, **before.by_name} if one in using))
        yield _formal(name, "question_calculation", touched, old.calculation, new.calculation)


def _lists(before: Codebook, now: Codebook) -> Iterator[Change]:
    """The changes of options: of a list that questions have kept once, else of the question."""
    shared: dict[str, list[str]] = {}
    for name, old in before.by_name.items():
        new = now.by_name.get(name)
        if new is None or not {old.type, new.type} <= set(CHOICE_TYPES):
            continue
        if old.list_name == new.list_name:
            shared.setdefault(old.list_name, []).append(name)
        else:
            yield from between_options(name, old.options, new.options, (name,))
    for list_name, names in shared.items():
        yield from between_options(list_name, before.lists[list_name], now.lists[list_name], tuple(names))


def _stops(before: Codebook, now: Codebook) -> Iterator[Change]:
    old, new = _groups(before), _groups(now)
    for name in {**old, **new}:
        then, since = (groups[name].relevant if name in groups else "" for groups in (old, new))
        kind = "stop_gone" if name not in new else "stop_new" if name not in old else "stop_changed"
        inside = {*_inside(before, name), *_inside(now, name)}
        touched = tuple(one for one in {**now.by_name, **before.by_name} if one in inside)
        if touched and (kind != "stop_changed" or then != since):
            yield _formal(name, kind, touched, then, since)


def _formal(item: str, kind: str, questions: tuple[str, ...], before: str, now: str) -> Change:
    return Change(item, kind, questions, {FORMAL: before}, {FORMAL: now})


def _after(codebook: Codebook, name: str) -> str:
    """The question before another one."""
    names = list(codebook.by_name)
    return names[names.index(name) - 1] if names.index(name) else FIRST


def _stops_of(question: Question, known: Collection[str]) -> list[str]:
    """The stops around a question, as far as both forms have them."""
    return [group.name for group in question.groups if group.name in known]


def _asked(question: Question, stops: Sequence[str]) -> str:
    """Of whom a question is asked: after which stops, and its own condition."""
    return " | ".join(part for part in (" > ".join(stops), question.relevant) if part)


def _about(question: Question) -> str:
    """What its answers are to us: the field, and the items that they are about."""
    return " ".join((question.field, *question.items))


def _groups(codebook: Codebook) -> Mapping[str, Group]:
    return {group.name: group for question in codebook.questions for group in question.groups}


def _inside(codebook: Codebook, stop: str) -> list[str]:
    return [one.name for one in codebook.questions if stop in (group.name for group in one.groups)]


def _using(codebook: Codebook, name: str) -> set[str]:
    """The questions whose conditions rest on a calculation, also through another one."""
    found, new = {name}, {name}
    while new:
        rests = {one.name for one in codebook.questions if not new.isdisjoint(_variables(one))}
        new, found = rests - found, found | rests
    return found - {name}


def _variables(question: Question) -> set[str]:
    conditions = (question.relevant, question.required, question.constraint, question.calculation)
    return set(VARIABLE.findall(" ".join((*conditions, *(group.relevant for group in question.groups)))))
