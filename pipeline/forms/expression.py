"""Conditions of the codebook as LimeSurvey's ExpressionScript, translated node by node from their compiled tree.

    ${CONDB} = 'A2' or ${CONDB} = 'A3'      (CONDB.NAOK == "A2" or CONDB.NAOK == "A3")
    selected(., 'SQ005')                     BASA3_SQ005.NAOK == "Y"
    ${inpatient} = 1                         its calculation stands in its place: LimeSurvey would export it as a column

Variables have `.NAOK`: what was not asked is then an empty text, as in the codebook, and not an error. What has no
counterpart is a CodebookError, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pipeline import relevance
from pipeline.codebook import Codebook, Question
from pipeline.errors import CodebookError

OPERATIONS = {"and": "and", "or": "or", "=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
DEEPEST = 50  # calculations within calculations; a circle never ends


def names(expression: str) -> Iterator[str]:
    """The questions that a condition names, without the dot; one that cannot be parsed is a CodebookError."""
    yield from _names(relevance.tree(expression))


def translated(expression: str, codebook: Codebook, own: Question | None = None) -> str:
    """A condition in ExpressionScript; a dot in it is the answer to `own`."""
    return _Translation(codebook, own).of(relevance.tree(expression))


def variable(column: str) -> str:
    """A column of the export as ExpressionScript names it."""
    return f"{column}.NAOK"


def is_empty(question: Question) -> str:
    """That a question has no answer, in ExpressionScript."""
    told = " and ".join(f"is_empty({variable(column)})" for column in question.columns)
    return f"({told})" if len(question.columns) > 1 else told


def _names(node: Any) -> Iterator[str]:
    if node.symbol == "$":
        yield str(node.value)
        return
    for child in node:
        yield from _names(child)


class _Translation:
    def __init__(self, codebook: Codebook, own: Question | None, depth: int = 0) -> None:
        self.codebook, self.own, self.depth = codebook, own, depth

    def of(self, node: Any) -> str:
        if node.label == "literal":
            return _literal(node)
        if node.symbol in ("$", "."):
            return self._value(self._question(node))
        if node.symbol == "(":
            return self.of(node[0])
        if node.symbol in _FUNCTIONS:
            return _FUNCTIONS[node.symbol](self, node)
        if node.symbol in OPERATIONS:
            return self._compared(node)
        raise CodebookError(f"{node.source!r}: {node.symbol!r} has no counterpart in LimeSurvey")

    def _compared(self, node: Any) -> str:
        left, right = (self.of(child) for child in node)
        if '""' in (left, right) and node.symbol in ("=", "!="):
            filled = right if left == '""' else left
            return f"{'!' if node.symbol == '!=' else ''}is_empty({filled})"
        return f"({left} {OPERATIONS[node.symbol]} {right})"

    def _question(self, node: Any) -> Question:
        found = self.own if node.symbol == "." else self.codebook.by_name.get(str(node.value))
        if node.symbol not in ("$", ".") or found is None:
            raise CodebookError(f"{node.source!r}: a question of the form is expected, as ${{name}} or a dot")
        return found

    def _value(self, question: Question) -> str:
        if question.type != "calculate":
            return variable(question.columns[0])
        if self.depth > DEEPEST:
            raise CodebookError(f"the calculation of {question.name} goes round in a circle")
        inner = _Translation(self.codebook, question, self.depth + 1)
        return inner.of(relevance.tree(question.calculation))

    def selected(self, node: Any) -> str:
        if node[1].symbol != "(string)":
            raise CodebookError(f"{node.source!r}: the option must be a text in quotation marks")
        question, code = self._question(node[0]), str(node[1].value)
        if question.type != "select_multiple":
            return "(" + " or ".join(f'{variable(column)} == "{code}"' for column in question.columns) + ")"
        places = [
            column for column, option in zip(question.columns, question.options, strict=True) if option.code == code
        ]
        if not places:
            raise CodebookError(f"{node.source!r}: {question.name} has no option {code!r}")
        # A list of ticks holds Y, a grid of ticks 1.
        return f'({variable(places[0])} == "{"1" if "_" in question.name else "Y"}")'

    def counted(self, node: Any) -> str:
        return f"count({', '.join(variable(column) for column in self._question(node[0]).columns)})"


def _literal(node: Any) -> str:
    if node.symbol == "(string)":
        if '"' in node.value or "\\" in node.value:
            what = "a quotation mark or a backslash"
            raise CodebookError(f"{node.source!r}: {what} within a text has no counterpart in LimeSurvey")
        return f'"{node.value}"'
    return str(node.value)


_FUNCTIONS: dict[str, Callable[[_Translation, Any], str]] = {
    "selected": lambda told, node: told.selected(node),
    "count-selected": lambda told, node: told.counted(node),
    "if": lambda told, node: f"if({', '.join(told.of(child) for child in node)})",
    "not": lambda told, node: f"!({told.of(node[0])})",
    "true": lambda told, node: "1",
    "false": lambda told, node: "0",
}
