"""What is wrong with the conditions of a form: unknown questions and options, what cannot be parsed, circles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pipeline import relevance
from pipeline.codebook import CHOICE_TYPES, Codebook
from pipeline.errors import CodebookError, unknown
from pipeline.forms.expression import names, translated
from pipeline.forms.sheets import CONDITIONS, Fault

STATED = ("", "yes")
INSIDE = (0, "")  # that a question lies in a group, which no cell says
Rows = Sequence[tuple[int, Mapping[str, str]]]


def logic(survey: Rows, codebook: Codebook) -> list[Fault]:
    """The faults of the conditions of a form; `codebook` holds those of its questions that are sound by themselves."""
    known = {row["name"] for _, row in survey if row["type"] not in ("begin_group", "end_group")}
    found: list[Fault] = []
    graph: dict[str, dict[str, tuple[int, str]]] = {}
    groups: list[str] = []
    for number, row in survey:
        if row["type"] == "end_group":
            groups = groups[:-1]
            continue
        edges = graph.setdefault(row["name"], dict.fromkeys(groups[-1:], INSIDE))
        for column in CONDITIONS:
            faults = list(_expression(number, column, row, known, codebook))
            found += faults
            if column in ("relevant", "calculation") and row[column] and not faults:
                edges |= dict.fromkeys(names(row[column]), (number, column))
        if row["type"] == "begin_group":
            groups = [*groups, row["name"]]
    circles = list(_circles(graph))
    return [*found, *circles] if circles else [*found, *_untranslatable(survey, found, codebook)]


def _expression(
    number: int, column: str, row: Mapping[str, str], known: set[str], codebook: Codebook
) -> Iterator[Fault]:
    text = row[column]
    if text in STATED:
        if column == "calculation" and row["type"] == "calculate" and not text:
            yield Fault("survey", number, column, f"{row['name']} is a calculation without one")
        return
    try:
        tree = relevance.tree(text)
    except CodebookError as problem:
        yield Fault("survey", number, column, str(problem))
        return
    for name in dict.fromkeys(names(text)):
        if name not in known:
            yield Fault("survey", number, column, str(unknown("question", name, known)))
        elif name in codebook.by_name and codebook.by_name[name].ranks:
            yield Fault(
                "survey", number, column, f"{name} is ranked: a form asks its ranks one by one, none bears the name"
            )
    if column != "constraint" and _has_dot(tree):
        yield Fault(
            "survey", number, column, "a dot is the answer to the question itself; only a constraint can have it"
        )
    yield from (Fault("survey", number, column, what) for what in _strange_codes(tree, codebook))


def _has_dot(node: Any) -> bool:
    return node.symbol == "." or (node.symbol != "$" and any(_has_dot(child) for child in node))


def _strange_codes(node: Any, codebook: Codebook) -> Iterator[str]:
    """Options that a condition compares with and the list does not have."""
    if node.symbol in ("=", "!=", "selected"):
        sides = list(node)
        for side, other in (sides, sides[::-1]):
            question = codebook.by_name.get(str(side.value)) if side.symbol == "$" else None
            if question and question.type in CHOICE_TYPES and other.symbol == "(string)":
                codes = [option.code for option in question.options]
                if other.value and other.value not in codes:
                    yield f"{question.name} has no option {other.value!r}; it has {', '.join(codes)}"
    for child in () if node.symbol == "$" else node:
        yield from _strange_codes(child, codebook)


def _circles(graph: Mapping[str, Mapping[str, tuple[int, str]]]) -> Iterator[Fault]:
    """One fault for each circle in the skip logic: a question that is asked depending on its own answer."""
    done: set[str] = set()
    for start in graph:
        if start in done:
            continue
        path, waiting = [start], [iter(graph[start])]
        while waiting:
            after = next(waiting[-1], None)
            if after is None:
                done.add(path.pop())
                waiting.pop()
            elif after in path:
                yield _circle([*path[path.index(after) :], after], graph)
            elif after in graph and after not in done:
                path.append(after)
                waiting.append(iter(graph[after]))


def _circle(around: Sequence[str], graph: Mapping[str, Mapping[str, tuple[int, str]]]) -> Fault:
    """A circle, told where somebody wrote the first condition of it."""
    steps = [graph[name][after] for name, after in pairwise(around)]
    number, column = next(step for step in steps if step != INSIDE)
    return Fault("survey", number, column, f"the skip logic goes round in a circle: {' → '.join(around)}")


def _untranslatable(survey: Rows, found: Sequence[Fault], codebook: Codebook) -> Iterator[Fault]:
    """Conditions that are right and that LimeSurvey has no words for."""
    faulty = {(fault.row, fault.column) for fault in found}
    for number, row in survey:
        own = codebook.by_name.get(row["name"])
        for column in CONDITIONS:
            if row[column] in STATED or (number, column) in faulty or row["type"] == "end_group":
                continue
            try:
                translated(row[column], codebook, own)
            except CodebookError as problem:
                # A question that has a fault of its own is told there.
                if all(name in codebook.by_name for name in names(row[column])):
                    yield Fault("survey", number, column, str(problem))
