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
from pipeline.errors import CodebookError

STATES = ("answered", "skipped", "not_asked", "not_in_form", "missing", "unknown")
RELEVANT, NOT_ASKED, SKIPPED = 0, 1, 2
NUMBER = r"-?\d+(?:\.\d+)?"

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
    value = _evaluate(_tree(expression), Answers(records, codebook, own))
    return np.broadcast_to(_truth(value), (len(records),)).copy()


def reach(records: pd.DataFrame, codebook: Codebook) -> dict[str, Levels]:
    """For each question and record: RELEVANT, NOT_ASKED (its own condition is false) or SKIPPED (after a stop)."""
    answers = Answers(records, codebook, None)
    return {question.name: _level(question, answers) for question in codebook.questions}


def states(records: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """The state of every question (columns) in every record (index): one of STATES, as categories."""
    answers = Answers(records, codebook, None)
    found = {
        question.name: pd.Categorical.from_codes(_state(question, answers), pd.Index(STATES))
        for question in codebook.questions
        if question.type != "calculate" and not question.is_personal
    }
    return pd.DataFrame(found, index=records.index)


def given(question: Question, records: pd.DataFrame) -> Flags:
    """Where a question has any answer at all."""
    return _filled(question, records)[0]


def unknown_cells(question: Question, column: str, records: pd.DataFrame) -> Flags:
    """Where a cell holds a value that the codebook does not have, or no number where one is asked."""
    cells = records[column]
    if question.type in ("select_one", "rank"):
        legal = cells.isin(list(question.canonical))
    elif question.type == "select_multiple":
        legal = cells == "1"
    elif question.type == "integer":
        legal = cells.str.fullmatch(r"-?\d+")
    elif question.type == "decimal":
        legal = cells.str.fullmatch(NUMBER)
    else:
        return np.zeros(len(records), dtype=bool)
    return ((cells != "") & ~legal).to_numpy(dtype=bool)


class Answers:
    """The records as conditions see them: variables, and the answer that a dot stands for."""

    def __init__(self, records: pd.DataFrame, codebook: Codebook, own: Question | None) -> None:
        self.records, self.codebook, self.own = records, codebook, own
        self._calculated: dict[str, Value] = {}
        self._conditions: dict[str, Flags] = {}

    def holds(self, expression: str) -> Flags:
        """Where a condition holds, evaluated once for each wording."""
        if expression not in self._conditions:
            value = _truth(_evaluate(_tree(expression), self))
            self._conditions[expression] = np.broadcast_to(value, (len(self.records),)).copy()
        return self._conditions[expression]

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
            self._calculated[question.name] = _evaluate(_tree(question.calculation), self)
        return self._calculated[question.name]

    def column(self, name: str) -> pd.Series[str]:
        """A column's texts; blank throughout where the records lack it."""
        if name in self.records:
            return self.records[name]
        return pd.Series("", index=self.records.index, dtype=str)

    def selected(self, name: str | None, code: str) -> Flags:
        """Where an option is among the answers to a question."""
        question = self.question(name)
        if question.type == "select_multiple":
            columns = [c for c, option in zip(question.columns, question.options, strict=True) if option.code == code]
            return _any_is(self, columns, "1")
        return _any_is(self, list(question.columns), code)

    def count_selected(self, name: str | None) -> npt.NDArray[np.float64]:
        """How many options are among the answers to a question."""
        total = np.zeros(len(self.records))
        for column in self.question(name).columns:
            total += (self.column(column) != "").to_numpy(dtype=bool)
        return total


def _any_is(answers: Answers, columns: list[str], code: str) -> Flags:
    found = np.zeros(len(answers.records), dtype=bool)
    for column in columns:
        found |= (answers.column(column) == code).to_numpy(dtype=bool)
    return found


def _level(question: Question, answers: Answers) -> Levels:
    own = answers.holds(question.relevant) if question.relevant else np.ones(len(answers.records), dtype=bool)
    levels = np.where(own, RELEVANT, NOT_ASKED).astype(np.int8)
    for group in question.groups:
        if group.relevant:
            levels[~answers.holds(group.relevant)] = SKIPPED
    return levels


def _filled(question: Question, records: pd.DataFrame) -> tuple[Flags, list[str]]:
    """Where a question has any answer, and which of its columns have one anywhere: most ranks never do."""
    present = np.zeros(len(records), dtype=bool)
    columns = []
    for column in question.columns:
        if column in records:
            cells = (records[column] != "").to_numpy(dtype=bool)
            if cells.any():
                columns.append(column)
                present |= cells
    return present, columns


def _state(question: Question, answers: Answers) -> Levels:
    records = answers.records
    present, filled_columns = _filled(question, records)
    required = answers.holds(question.required) if question.required else np.zeros(len(records), dtype=bool)
    if not any(column in records for column in question.columns) or not (question.required or present.any()):
        return np.full(len(records), STATES.index("not_in_form"), dtype=np.int8)
    level = _level(question, answers)
    blank = np.select(
        [level == SKIPPED, (level == NOT_ASKED) | ~required],
        [STATES.index("skipped"), STATES.index("not_asked")],
        STATES.index("missing"),
    )
    unknown = np.zeros(len(records), dtype=bool)
    for column in filled_columns:
        unknown |= unknown_cells(question, column, records)
    filled = np.where(unknown, STATES.index("unknown"), STATES.index("answered"))
    return np.where(present, filled, blank).astype(np.int8)


@lru_cache(maxsize=4096)
def _tree(expression: str) -> Any:
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


def _texts(value: Value) -> Any:
    return value.to_numpy(dtype=object) if isinstance(value, pd.Series) else value


def _numbers(value: Value) -> Any:
    if isinstance(value, pd.Series):
        return pd.to_numeric(value, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if isinstance(value, str):
        return float(value) if re.fullmatch(NUMBER, value) else float("nan")
    return value


def _truth(value: Value) -> Any:
    if isinstance(value, pd.Series):
        return (value != "").to_numpy(dtype=bool)
    if isinstance(value, str):
        return np.bool_(value != "")
    if isinstance(value, np.ndarray) and value.dtype == bool:
        return value
    return (np.asarray(value) != 0) & ~np.isnan(np.asarray(value, dtype=float))


def _compare(operation: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Any]:
    def compared(left: Value, right: Value) -> Any:
        if all(isinstance(side, pd.Series | str) for side in (left, right)) and operation in (np.equal, np.not_equal):
            return np.asarray(operation(_texts(left), _texts(right)), dtype=bool)
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
