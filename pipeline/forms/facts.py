"""What a condition of the codebook states, read from its compiled tree.

A tree becomes facts (a question is, or is not, among some options), joined by *and* and *or*; `not` is pushed down to
the facts, and what is said of several questions alike is said once. What has no such reading is a CodebookError,
never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import relevance
from pipeline.codebook import Question
from pipeline.errors import CodebookError
from pipeline.forms.outline import Outline

OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MIRRORED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class Is:
    """That the answer to one of some questions is, or is not, among some options."""

    questions: tuple[Question, ...]
    codes: tuple[str, ...]
    holds: bool


@dataclass(frozen=True)
class Number:
    """That an answer, or how many options it names, stands in some relation to a number."""

    question: Question
    relation: str
    bound: float
    is_count: bool = False


@dataclass(frozen=True)
class Derived:
    """That a calculation says yes, or no; and what it is made of."""

    question: Question
    holds: bool
    because: Fact


@dataclass(frozen=True)
class Joined:
    """Several facts, all of them (`and`) or one at least (`or`)."""

    by: str
    facts: tuple[Fact, ...]


Fact = Is | Number | Derived | Joined


def read(outline: Outline, expression: str, own: Question | None = None) -> Fact:
    """What a condition states; a dot in it is the answer to `own`."""
    return _Reader(outline, own, expression).fact(relevance.tree(expression), True)


class _Reader:
    """Reads the tree of one condition."""

    def __init__(self, outline: Outline, own: Question | None, expression: str) -> None:
        self.outline, self.own, self.expression = outline, own, expression

    def fact(self, node: Any, holds: bool) -> Fact:
        """What a node states, or its opposite."""
        if node.symbol == "(":
            return self.fact(node[0], holds)
        if node.symbol == "not":
            return self.fact(node[0], not holds)
        if node.symbol in ("and", "or"):
            by = node.symbol if holds else {"and": "or", "or": "and"}[node.symbol]
            return _joined(by, [self.fact(child, holds) for child in node])
        if node.symbol == "selected":
            return Is((self._question(node[0]),), (str(node[1].value),), holds)
        if node.symbol in OPPOSITE and len(node) == 2:
            return self._compared(node, holds)
        raise self._unknown(node)

    def _compared(self, node: Any, holds: bool) -> Fact:
        left, right, relation = node[0], node[1], node.symbol
        if left.label == "literal":
            left, right, relation = right, left, MIRRORED[relation]
        if right.label != "literal":
            raise self._unknown(node)
        relation = relation if holds else OPPOSITE[relation]
        if left.symbol == "count-selected":
            return Number(self._question(left[0]), relation, float(right.value), is_count=True)
        question = self._question(left)
        if question.type == "calculate":
            return self._derived(question, relation, right)
        if right.symbol == "(string)" and relation in ("=", "!="):
            return Is((question,), (str(right.value),), relation == "=")
        return Number(question, relation, float(right.value))

    def _derived(self, question: Question, relation: str, value: Any) -> Fact:
        """A calculation of the kind `if(condition, 1, 0)` says yes or no; others have no words."""
        tree = relevance.tree(question.calculation)
        is_flag = tree.symbol == "if" and [float(tree[place].value) for place in (1, 2)] == [1.0, 0.0]
        if not is_flag or relation not in ("=", "!=") or float(value.value) not in (0.0, 1.0):
            raise self._unknown(value)
        holds = (relation == "=") == (float(value.value) == 1.0)
        return Derived(question, holds, self.fact(tree[0], holds))

    def _question(self, node: Any) -> Question:
        found = self.own if node.symbol == "." else self.outline.codebook.by_name.get(str(node.value))
        if node.symbol not in ("$", ".") or found is None:
            raise self._unknown(node)
        return found

    def _unknown(self, node: Any) -> CodebookError:
        return CodebookError(
            f"survey.csv: the condition {self.expression!r} cannot be told in words, for {node.source!r}: "
            "write it with =, !=, <, >, and, or, not and selected"
        )


def _joined(by: str, facts: Sequence[Fact]) -> Fact:
    """Facts as one, said as shortly as they can be."""
    flat = [one for fact in facts for one in (fact.facts if isinstance(fact, Joined) and fact.by == by else (fact,))]
    rest = [fact for fact in flat if not _is_implied(fact, flat, by)]
    for merge in (_same_question, _same_options):
        rest = _merged(rest, lambda one, other, merge=merge: merge(one, other, by))  # type: ignore[misc]
    return rest[0] if len(rest) == 1 else Joined(by, tuple(rest))


def _is_implied(fact: Fact, facts: Sequence[Fact], by: str) -> bool:
    """That a question is answered at all need not be said where it is said what the answer is not, or not alone is."""
    if not isinstance(fact, Is) or fact.codes != ("",) or fact.holds == (by == "and"):
        return False
    return any(isinstance(one, Is) and one is not fact and one.questions == fact.questions for one in facts)


def _merged(facts: Sequence[Fact], merge: Callable[[Is, Is], Is | None]) -> list[Fact]:
    found: list[Fact] = []
    for fact in facts:
        for place, one in enumerate(found):
            both = merge(one, fact) if isinstance(one, Is) and isinstance(fact, Is) else None
            if both is not None:
                found[place] = both
                break
        else:
            found.append(fact)
    return found


def _same_question(one: Is, other: Is, by: str) -> Is | None:
    """One question among two lists of options: *is* is joined by *or*, *is not* by *and*."""
    if one.questions != other.questions or one.holds != other.holds or one.holds != (by == "or"):
        return None
    return Is(one.questions, tuple(dict.fromkeys((*one.codes, *other.codes))), one.holds)


def _same_options(one: Is, other: Is, by: str) -> Is | None:
    """Any of two questions among the same options of the same list."""
    alike = one.codes == other.codes and one.holds == other.holds
    if by != "or" or not alike or one.questions[0].list_name != other.questions[0].list_name:
        return None
    return Is((*one.questions, *other.questions), one.codes, one.holds)
