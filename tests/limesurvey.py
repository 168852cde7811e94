"""LimeSurvey, as far as tests need it: which columns a structure makes, how it writes answers, what its equations say.

Written after LimeSurvey 6 (its import of a tab-separated structure, its map of fields, its manual), not after ours.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import CodeType

Row = dict[str, str]


@dataclass
class Asked:
    """A question of the structure with what is below it."""

    row: Row
    group: Row
    rows: list[Row] = field(default_factory=list)
    heads: list[Row] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.row["name"]

    def columns(self) -> list[str]:
        """The columns of the response table, as LimeSurvey heads them."""
        kind, code = self.row["type/scale"], self.code
        if kind in (":", ";"):
            return [f"{code}[{row['name']}_{head['name']}]" for row in self.rows for head in self.heads]
        if kind in ("F", "K", "Q", "M"):
            return [f"{code}[{row['name']}]" for row in self.rows]
        if kind == "R":
            ranks = min(int(self.row["max_subquestions"] or len(self.answers)), len(self.answers))
            return [f"{code}[{rank}]" for rank in range(1, ranks + 1)]
        return [code, f"{code}[other]"] if self.row["other"] == "Y" else [code]


def structure(text: str) -> list[Row]:
    """The rows of a tab-separated structure."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter="\t"))


def asked(rows: list[Row], language: str) -> list[Asked]:
    """The questions in one language: what follows a group or a question belongs to it."""
    found: list[Asked] = []
    group: Row = {}
    for row in rows:
        if row["language"] != language:
            continue
        if row["class"] == "G":
            group = row
        elif row["class"] == "Q":
            found.append(Asked(row, group))
        elif row["class"] == "SQ":
            (found[-1].heads if row["type/scale"] == "1" else found[-1].rows).append(row)
        elif row["class"] == "A":
            assert row["name"] not in found[-1].answers
            found[-1].answers[row["name"]] = html.unescape(row["text"])
    return found


def written(question: Asked, column: str, told: str, is_text: bool) -> str:
    """An answer in the export: a tick of a list is Y, of an array 1; *other* is its word, or -oth-."""
    kind = question.row["type/scale"]
    if not told:
        return "{question_not_shown}"
    if kind == "M":
        return "Y"
    if told == "-oth-":
        assert question.row["other"] == "Y"
        return question.row["other_replace_text"] if is_text else told
    if kind in ("L", "!", "R", "F"):
        return question.answers[told] if is_text else str(next(code for code in question.answers if code == told))
    return f"{float(told):.10f}" if kind in ("N", "K") else told


class Value(str):
    """A variable: compared as a number where the other side is one."""

    def _number(self) -> float:
        return float(self) if self else float("nan")

    def __ge__(self, other: object) -> bool:
        return self._number() >= other  # type: ignore[operator]

    def __le__(self, other: object) -> bool:
        return self._number() <= other  # type: ignore[operator]


VARIABLE = re.compile(r"\b([A-Za-z]\w*)\.NAOK")
FUNCTIONS = {"is_empty", "count", "if", "unique", "or", "and"}


def equation(text: str) -> Callable[[Mapping[str, str]], bool]:
    """An equation of ExpressionScript as a function of the answers by variable."""
    compiled = _compiled(text)

    def holds(answers: Mapping[str, str]) -> bool:
        names: dict[str, object] = {
            "value": lambda name: Value(answers[name]),
            "is_empty": lambda text: text == "",
            "count": lambda *texts: sum(text != "" for text in texts),
            "when": lambda condition, yes, no: yes if condition else no,
            "unique": lambda *texts: len(filled := [text for text in texts if text]) == len(set(filled)),
        }
        return bool(eval(compiled, {"__builtins__": {}}, names))

    return holds


@cache
def _compiled(text: str) -> CodeType:
    assert set(re.findall(r"([A-Za-z_]+)\(", text)) <= FUNCTIONS, text
    python = VARIABLE.sub(r'value("\1")', text).replace("if(", "when(")
    return compile(re.sub(r"!(?!=)", " not ", python).strip(), text, "eval")
