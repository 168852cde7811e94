"""The skip logic of a form: XPath conditions of the codebook, compiled once into operations on columns.

`${x}` of XLSForm becomes `$x`; elementpath parses it (XPath 1.0, with the functions that ODK adds); the tree is walked
into column operations. What the walk does not know is a CodebookError, never a guess. Comparison follows XPath: as
numbers where one side is a number (a text that is none equals nothing), else as texts. A blank answer is an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from elementpath import ElementPathError, XPath1Parser

from pipeline.codebook import Codebook, Question
from pipeline.column import Column, Columns
from pipeline.errors import CodebookError

STATES = ("answered", "skipped", "not_asked", "not_in_form", "missing", "unknown")
RELEVANT, NOT_ASKED, SKIPPED = 0, 1, 2
# Western digits only: `ingest` has turned those of Arabic and Farsi into them.
WHOLE = re.compile(r"-?\d+", re.ASCII)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)

Flags = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]
Value = Any  # a literal, a column of texts or numbers, or a column of truth values


class OdkParser(XPath1Parser):
    """XPath 1.0 with the functions of ODK that our codebooks use."""


def _needs_answers(token: Any, context: Any = None) -> None:
    """The parser tries every function at once: without answers there is nothing to evaluate."""
    raise token.missing_context()


for _name, _arguments in (("selected", 2), ("count-selected", 1), ("if", 3)):
    setattr(OdkParser.function(_name, nargs=_arguments), "evaluate", _needs_answers)  # noqa: B010


def holds(expression: str, records: pd.DataFrame, codebook: Codebook, own: Question | None = None) -> Flags:
    """Where a condition holds: one truth value for each record. A dot in it is the answer to `own`."""
    return Answers(Columns.of(records), codebook, own).holds(expression)


def reach(records: pd.DataFrame, codebook: Codebook) -> dict[str, Levels]:
    """For each question and record: RELEVANT, NOT_ASKED (its own condition is false) or SKIPPED (after a stop)."""
    answers = Answers(Columns.of(records), codebook)
    return {question.name: answers.level(question) for question in codebook.questions}


def states(records: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The state of every question (columns) in every record (index): one of STATES, as categories."""
    found = state_codes(Columns.of(records), codebook)
    words = pd.Index(STATES)
    return pd.DataFrame(
        {name: pd.Categorical.from_codes(codes, words) for name, codes in found.items()}, index=records.index
    )


def state_codes(columns: Columns, codebook: Codebook) -> dict[str, Levels]:
    """The state of every question in every record, as a place in STATES."""
    answers = Answers(columns, codebook)
    return {
        question.name: _state(question, answers)
        for question in codebook.questions
        if question.type != "calculate" and not question.is_personal
    }


def given(question: Question, records: pd.DataFrame) -> Flags:
    """Where a question has any answer at all."""
    return _filled(question, Columns.of(records))[0]


def unknown_cells(question: Question, column: str, records: pd.DataFrame) -> Flags:
    """Where a cell holds a value that the codebook does not have, or no number where one is asked."""
    return _unknown(question, Column.of(records[column]))


class Answers:
    """The records as conditions see them: variables, and the answer that a dot stands for."""

    def __init__(self, columns: Columns, codebook: Codebook, own: Question | None = None) -> None:
        self.columns, self.codebook, self.own = columns, codebook, own
        self._calculated: dict[str, Value] = {}
        self._conditions: dict[str, Flags] = {}

    def holds(self, expression: str) -> Flags:
        """Where a condition holds, evaluated once for each wording."""
        if expression not in self._conditions:
            value = _truth(_evaluate(tree(expression), self))
            self._conditions[expression] = np.broadcast_to(value, (self.columns.rows,)).copy()
        return self._conditions[expression]

    def level(self, question: Question) -> Levels:
        """Whether a question is RELEVANT, NOT_ASKED or SKIPPED in each record."""
        own = self.holds(question.relevant) if question.relevant else np.ones(self.columns.rows, dtype=bool)
        levels = np.where(own, RELEVANT, NOT_ASKED).astype(np.int8)
        for group in question.groups:
            if group.relevant:
                levels[~self.holds(group.relevant)] = SKIPPED
        return levels

    def question(self, name: str | None) -> Question:
        """The question of a variable, or of the dot."""
        found = self.own if name is None else self.codebook.by_name.get(name)
        if found is None:
            raise CodebookError(f"a condition names ${{{name}}}, which is no question of the form {self.codebook.form}")
        return found

    def value(self, name: str | None) -> Value:
        """The answers to a question, as texts; of a calculation, its result."""
        question = self.question(name)
        if question.type != "calculate":
            return self.column(question.columns[0])
        if question.name not in self._calculated:
            self._calculated[question.name] = _evaluate(tree(question.calculation), self)
        return self._calculated[question.name]

    def column(self, name: str) -> Column:
        """A column's texts; blank throughout where the records lack it."""
        return self.columns[name] if name in self.columns else Column.blank(self.columns.rows)

    def selected(self, name: str | None, code: str) -> Flags:
        """Where an option is among the answers to a question."""
        question = self.question(name)
        if question.type == "select_multiple":
            columns = [c for c, option in zip(question.columns, question.options, strict=True) if option.code == code]
            return _any_is(self, columns, "1")
        return _any_is(self, list(question.columns), code)

    def count_selected(self, name: str | None) -> npt.NDArray[np.float64]:
        """How many options are among the answers to a question."""
        total = np.zeros(self.columns.rows)
        for column in self.question(name).columns:
            total += self.column(column).where(bool)
        return total


def _any_is(answers: Answers, columns: list[str], code: str) -> Flags:
    found = np.zeros(answers.columns.rows, dtype=bool)
    for column in columns:
        found |= answers.column(column).where(code.__eq__)
    return found


def _filled(question: Question, columns: Columns) -> tuple[Flags, list[Column]]:
    """Where a question has any answer, and those of its columns that have one anywhere: most ranks never do."""
    present = np.zeros(columns.rows, dtype=bool)
    filled = []
    for name in question.columns:
        if name in columns and any(columns[name].words):
            present |= columns[name].where(bool)
            filled.append(columns[name])
    return present, filled


def _unknown(question: Question, column: Column) -> Flags:
    if question.type in ("select_one", "rank"):
        legal: Callable[[str], object] = question.canonical.__contains__
    elif question.type == "select_multiple":
        legal = "1".__eq__
    elif question.type in ("integer", "decimal"):
        legal = (WHOLE if question.type == "integer" else NUMBER).fullmatch
    else:
        return np.zeros(len(column.codes), dtype=bool)
    return column.where(lambda text: bool(text) and not legal(text))


def _state(question: Question, answers: Answers) -> Levels:
    columns = answers.columns
    present, filled_columns = _filled(question, columns)
    required = answers.holds(question.required) if question.required else np.zeros(columns.rows, dtype=bool)
    if not any(name in columns for name in question.columns) or not (question.required or present.any()):
        return np.full(columns.rows, STATES.index("not_in_form"), dtype=np.int8)
    level = answers.level(question)
    states = np.where((level == NOT_ASKED) | ~required, STATES.index("not_asked"), STATES.index("missing"))
    states[level == SKIPPED] = STATES.index("skipped")
    states[present] = STATES.index("answered")
    for column in filled_columns:
        states[_unknown(question, column)] = STATES.index("unknown")
    return states.astype(np.int8)


@lru_cache(maxsize=4096)
def tree(expression: str) -> Any:
    """The parsed tree of a condition, `${x}` as a variable; one that cannot be parsed is a CodebookError."""
    xpath = re.sub(r"\$\{([^}]+)\}", r"$\1", expression)
    try:
        return OdkParser().parse(xpath)
    except ElementPathError as problem:
        raise CodebookError(f"the condition {expression!r} is not understood: {problem}") from problem


def _evaluate(node: Any, answers: Answers) -> Value:
    symbol = node.symbol
    if node.label == "literal":
        return float(node.value) if symbol != "(string)" else str(node.value)
    if symbol in ("$", "."):
        return answers.value(_variable(node))
    if symbol == "(":
        return _evaluate(node[0], answers)
    if symbol in _FUNCTIONS:
        return _FUNCTIONS[symbol](node, answers)
    operands = [_evaluate(child, answers) for child in node]
    if symbol not in _OPERATIONS or (symbol == "-" and len(operands) == 2):
        raise CodebookError(f"{node.source!r}: {symbol!r} is not among the operations that conditions may use")
    return _OPERATIONS[symbol](*operands)


def _variable(node: Any) -> str | None:
    if node.symbol not in ("$", "."):
        raise CodebookError(f"{node.source!r}: a question is expected here, as ${{name}} or a dot")
    return str(node.value) if node.symbol == "$" else None


def _same(left: Column | str, right: Column | str) -> Any:
    """Where two texts are the same."""
    if isinstance(left, Column) and isinstance(right, str):
        return left.where(right.__eq__)
    if isinstance(right, Column) and isinstance(left, str):
        return right.where(left.__eq__)
    if isinstance(left, Column) and isinstance(right, Column):
        return left.each(str, np.object_) == right.each(str, np.object_)
    return np.bool_(left == right)


def _numbers(value: Value) -> Any:
    if isinstance(value, Column):
        return value.numbers()
    if isinstance(value, str):
        return float(value) if NUMBER.fullmatch(value) else float("nan")
    return value


def _truth(value: Value) -> Any:
    if isinstance(value, Column):
        return value.where(bool)
    if isinstance(value, str):
        return np.bool_(value != "")
    if isinstance(value, np.ndarray) and value.dtype == bool:
        return value
    return (np.asarray(value) != 0) & ~np.isnan(np.asarray(value, dtype=float))


def _compare(operation: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Any]:
    def compared(left: Value, right: Value) -> Any:
        if all(isinstance(side, Column | str) for side in (left, right)) and operation in (np.equal, np.not_equal):
            return operation(_same(left, right), True)
        return operation(_numbers(left), _numbers(right))

    return compared


def _if(node: Any, answers: Answers) -> Any:
    condition, then, otherwise = (_evaluate(child, answers) for child in node)
    return np.where(_truth(condition), _numbers(then), _numbers(otherwise))


_FUNCTIONS: dict[str, Callable[[Any, Answers], Any]] = {
    "selected": lambda node, answers: answers.selected(_variable(node[0]), str(node[1].value)),
    "count-selected": lambda node, answers: answers.count_selected(_variable(node[0])),
    "if": _if,
}
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "and": lambda left, right: _truth(left) & _truth(right),
    "or": lambda left, right: _truth(left) | _truth(right),
    "not": lambda value: ~_truth(value),
    "true": lambda: np.bool_(True),
    "false": lambda: np.bool_(False),
    "-": lambda value: -value,
    "=": _compare(np.equal),
    "!=": _compare(np.not_equal),
    "<": _compare(np.less),
    "<=": _compare(np.less_equal),
    ">": _compare(np.greater),
    ">=": _compare(np.greater_equal),
}
