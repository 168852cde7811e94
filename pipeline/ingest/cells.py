"""What a cell says, in the one spelling of `records`: codes, ranks of the older layout, ticks, numbers, days, texts.

A rule reads one text and gives the cell and how it was understood; it is asked once for each distinct text of a column.
What the codebook does not know is kept as it was received, except that telephone numbers and e-mail addresses are
masked, wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.codebook import Codebook, Question
from pipeline.column import TEXT, Column, Ints
from pipeline.export.grid import is_blank
from pipeline.spelling import fold, western_digits

HOW = ("blank", "code", "text", "plain", "masked", "unknown")
Rule = Callable[[str], tuple[str, str]]

NUMBER = re.compile(r"([+-]?)(\d+)(?:\.(\d+))?")
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Nine to fifteen digits with at most two signs between any two, unless they are a date or a coordinate; six are enough
# after a word for telephone.
_DATE_OR_PLACE = r"(?!\d{4}[-/.]\d\d?[-/.]\d\d?\b|\d\d?[-/.]\d\d?[-/.]\d{4}\b|\d\d?\.\d{4,}\b)"
_TELEPHONES = (
    re.compile(rf"(?<!\d)(?<!\d\.)(\+?\(?{_DATE_OR_PLACE}\d(?:[\s\-./()]{{0,2}}\d){{8,14}})(?!\d)"),
    re.compile(
        r"(?:\btel|phone|هاتف|تلفون|موبايل|نقال|جوال|تەلەفۆن|مۆبایل)[^\d\n]{0,12}(\d(?:[\s\-./()]?\d){5,14})", re.I
    ),
)
# The people of Iraq are a number of eight digits: a whole number of ten is no count, but may be a telephone number.
_TELEPHONE_DIGITS = 10
# Texts that are keys to other tables; a ministry code may have as many digits as a telephone number.
_KEY_FIELDS = ("facilities.ministry_code", "facilities.directorate_sector")
_TICKED, _NOT_TICKED = ("1", "y"), ("0", "n")


@dataclass(frozen=True)
class Cells:
    """A column as `records` has it, and for each of its values how it was understood (a place in HOW)."""

    column: Column
    how: npt.NDArray[np.int8]

    @classmethod
    def read(cls, column: Column, rule: Rule) -> Cells:
        """The cells of a column as a rule reads them."""
        read = [("", "blank") if is_blank(text) else rule(text) for text in column.words]
        return cls(
            Column(pa.array([cell for cell, _ in read], TEXT), column.codes),
            np.array([HOW.index(how) for _, how in read], dtype=np.int8),
        )

    @classmethod
    def plain(cls, column: Column) -> Cells:
        """The cells of a column that has been read already."""
        return cls(column, np.full(len(column.values), HOW.index("plain"), dtype=np.int8))

    @classmethod
    def blank(cls, rows: int) -> Cells:
        """The cells of a column that an export lacks."""
        return cls(Column.blank(rows), np.zeros(1, dtype=np.int8))

    def count(self, how: str) -> int:
        """How many cells were understood in this way."""
        return int((self.how == HOW.index(how))[self.column.codes].sum()) if self.has(how) else 0

    def has(self, how: str) -> bool:
        """Whether any of the values was understood in this way."""
        return bool((self.how == HOW.index(how)).any())

    def taken(self, rows: Ints) -> Cells:
        """The cells of some rows only."""
        return Cells(self.column.taken(rows), self.how)


def rule_for(question: Question, codebook: Codebook, day: Callable[[str], str | None], decimal_comma: bool) -> Rule:
    """The rule by which the cells of a question are read; ranks are those of the older layout."""
    if question.type in ("select_one", "rank"):
        return _choice_rule(question, codebook)
    if question.type == "select_multiple":
        return _tick_rule(codebook)
    if question.type in ("integer", "decimal"):
        return _number_rule(question.type == "integer", decimal_comma)
    if question.type == "date" or question.name == "last_synced":
        return _day_rule(day)
    return _plain if question.type == "hidden" or question.field in _KEY_FIELDS else _free_text


def ranks(question: Question, given: Mapping[str, Column]) -> list[Cells]:
    """The older layout (one column for each rank, holding codes) of a question that has one column for each option.

    Where options share a rank, their codes stand in one cell with a blank between. A rank that is none, or higher than
    the form has, is kept as `A1=9` in the last cell. Both are values that the codebook does not have.
    """
    codes = [option.code for option in question.options]
    columns = [given[name] for name in question.option_columns if name in given]
    options = [code for code, name in zip(codes, question.option_columns, strict=True) if name in given]
    firsts, which = _distinct_rows(columns)
    rows = [
        _ranked(options, texts, question.ranks) for texts in zip(*(_texts(c, firsts) for c in columns), strict=True)
    ]
    return [_rank_cells([row[rank] for row in rows], which, set(codes)) for rank in range(question.ranks)]


def number(text: str, decimal_comma: bool = False) -> str | None:
    """A number in the one spelling of `records` (3 for 3.0000000000, western digits), or None if it is none."""
    plain = western_digits(text).replace("\u200e", "").replace("\u200f", "").strip()
    if decimal_comma and DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    found = NUMBER.fullmatch(plain)
    if not found:
        return None
    whole, rest = found[2].lstrip("0") or "0", (found[3] or "").rstrip("0")
    value = f"{whole}.{rest}" if rest else whole
    return f"-{value}" if found[1] == "-" and value != "0" else value


def masked(text: str) -> str:
    """The text without telephone numbers and e-mail addresses, each of which leaves a word in its place."""
    text = E_MAIL.sub("[e-mail removed]", text)
    for telephone in _TELEPHONES if any(sign.isdigit() for sign in text) else ():
        for found in reversed(list(telephone.finditer(western_digits(text)))):
            text = f"{text[: found.start(1)]}[telephone removed]{text[found.end(1) :]}"
    return text


def _unknown(text: str) -> tuple[str, str]:
    return masked(text), "unknown"


def _choice_rule(question: Question, codebook: Codebook) -> Rule:
    def read(text: str) -> tuple[str, str]:
        plain = text.strip()
        if plain in question.canonical:
            return plain, "code"
        code = codebook.code_of_text(question.list_name, plain)
        if code is None and (value := number(plain)) in question.canonical:
            code = value
        if code is None:
            return _unknown(text)
        return code, "code" if fold(code) == fold(plain) else "text"

    return read


def _tick_rule(codebook: Codebook) -> Rule:
    def read(text: str) -> tuple[str, str]:
        word = number(text) or fold(text)
        if "ticked" in codebook.lists:
            word = codebook.code_of_text("ticked", word) or word
        if word in _TICKED:
            return "1", "plain"
        return ("", "blank") if word in _NOT_TICKED else _unknown(text)

    return read


def _number_rule(is_whole: bool, decimal_comma: bool) -> Rule:
    def read(text: str) -> tuple[str, str]:
        value = number(text, decimal_comma)
        if value is None or (is_whole and "." in value):
            return _unknown(text)
        if is_whole and len(value) >= _TELEPHONE_DIGITS:
            return "[telephone removed]", "unknown"
        return value, "plain"

    return read


def _day_rule(day: Callable[[str], str | None]) -> Rule:
    def read(text: str) -> tuple[str, str]:
        found = day(text)
        return (found, "plain") if found else _unknown(text)

    return read


def _plain(text: str) -> tuple[str, str]:
    # Spreadsheets and CSV write a line break within a cell differently.
    return text.replace("\r\n", "\n").replace("\r", "\n"), "plain"


def _free_text(text: str) -> tuple[str, str]:
    plain, _ = _plain(text)
    hidden = masked(plain)
    return hidden, "masked" if hidden != plain else "plain"


def _distinct_rows(columns: list[Column]) -> tuple[Ints, Ints]:
    """The first row of each distinct combination of cells, and the combination that each row has."""
    which = np.zeros(len(columns[0].codes), dtype=np.int64)
    for column in columns:
        which = which * max(len(column.values), 1) + column.codes
        # Kept small, so that no number of options and texts overflows.
        which = np.unique(which, return_inverse=True)[1] if which.max(initial=0) > 1 << 40 else which
    _, firsts, which = np.unique(which, return_index=True, return_inverse=True)
    return firsts, which


def _texts(column: Column, rows: Ints) -> list[str]:
    texts: list[str] = column.taken(rows).texts().to_pylist()
    return texts


def _ranked(options: list[str], texts: tuple[str, ...], count: int) -> list[str]:
    cells: list[list[str]] = [[] for _ in range(count)]
    for option, text in zip(options, texts, strict=True):
        rank = "0" if is_blank(text) else number(text) or text
        if rank.isdecimal() and 1 <= int(rank) <= count:
            cells[int(rank) - 1].append(option)
        elif rank != "0":
            cells[-1].append(f"{option}={masked(rank)}")
    return [" ".join(cell) for cell in cells]


def _rank_cells(texts: list[str], which: Ints, codes: set[str]) -> Cells:
    how = [HOW.index("blank" if not text else "plain" if text in codes else "unknown") for text in texts]
    return Cells(Column(pa.array(texts, TEXT), which.astype(np.int32)), np.array(how, dtype=np.int8))
