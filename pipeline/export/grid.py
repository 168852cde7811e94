"""The cells of an export before anyone knows what they mean, and the header that tells which column is which.

A grid is columns of texts with all rows of the file, header rows included. The header is found by content: the row
that has `subject_id` holds the codes. It is the first row, or the second below a row of question texts; or the first
above a row of question texts (two header rows swapped).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.column import Column
from pipeline.errors import ExportError

NOT_SHOWN = "{question_not_shown}"
KEYS = ("workspace_id", "subject_id", "external_id", "date")

# Marks that editors leave in a cell and nobody sees: byte order mark, directions, zero-width space.
_UNSEEN = dict.fromkeys(map(ord, "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c"))
_BRACKETS = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True)
class Grid:
    """All cells of a file or sheet, its first rows as texts, and how they were read."""

    columns: list[Column]
    head: list[list[str]]
    reading: Mapping[str, str]


@dataclass(frozen=True)
class Header:
    """The codes of the columns, the question texts if there are any, and how many rows both take."""

    codes: list[str]
    texts: list[str]
    rows: int
    order: str


def is_blank(text: str) -> bool:
    """Whether a cell holds nothing: blanks, or LimeSurvey's word for a question that was not shown."""
    return not text or text.isspace() or text.strip() == NOT_SHOWN


def plain_code(text: str) -> str:
    """The code of a column as the codebook writes it: `Q[SQ001]` is `Q_SQ001`, no marks, no blanks around it."""
    plain = text if text.isascii() else text.translate(_UNSEEN)
    return _BRACKETS.sub(r"_\1", plain.strip())


def letter(index: int) -> str:
    """The name that a spreadsheet gives a column: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def find_header(head: Sequence[Sequence[str]]) -> Header | None:
    """The header among the first rows of a file, or None if neither of the first two rows holds the codes."""
    for index, row in enumerate(head[:2]):
        codes = [plain_code(text) for text in row]
        if "subject_id" not in codes:
            continue
        if index == 1:
            return Header(codes, list(head[0]), 2, "texts, codes")
        if len(head) > 1 and _is_question_texts(codes, head[1]):
            return Header(codes, list(head[1]), 2, "codes, texts")
        return Header(codes, [], 1, "codes")
    return None


def _is_question_texts(codes: Sequence[str], row: Sequence[str]) -> bool:
    # Never a row of data taken for a header: its date would have to be words, and hardly a cell blank.
    cells = dict(zip(codes, row, strict=False))
    dates = [cells[name] for name in ("date", "last_synced") if name in cells]
    filled = sum(not is_blank(text) for code, text in cells.items() if code)
    worded = all(not is_blank(text) and not any(sign.isdigit() for sign in text) for text in dates)
    return bool(dates) and worded and filled >= 0.9 * sum(bool(code) for code in cells)


def require_header(name: str, head: Sequence[Sequence[str]]) -> Header:
    """The header of a file, with each key once and no code twice; anything else is an ExportError."""
    header = find_header(head)
    if header is None:
        raise ExportError(f"{name}: no header row with the column codes found ({_without_header(head)})")
    # Where a quotation mark swallows the end of the header, what follows may be contacts: nothing of it is shown.
    if any("\n" in code or "\r" in code for code in header.codes):
        raise ExportError(
            f"{name}, header: a line break in a code, or a quotation mark that is not closed; export again"
        )
    seen: dict[str, int] = {}
    for index, code in enumerate(header.codes):
        if code and seen.setdefault(code, index) != index:
            raise ExportError(
                f"{name}, header: the column {code} stands there twice, in {letter(seen[code])} and {letter(index)}; "
                "delete one of them, or export again"
            )
    missing = [key for key in KEYS if key not in seen]
    if missing:
        raise ExportError(
            f"{name}, header: no column {missing[0]}; a response cannot be placed without {', '.join(KEYS)}; "
            "export again with the platform's own columns"
        )
    return header


def _without_header(head: Sequence[Sequence[str]]) -> str:
    for number, row in enumerate(head, start=1):
        if "subject_id" in [plain_code(text) for text in row]:
            return f"row {number} has subject_id; delete the rows above it, all but one row of question texts"
    if any("subject id" in plain_code(text).casefold() for row in head[:2] for text in row):
        return "there are only question texts; export again with question codes, or with both"
    return "no cell of the first rows is subject_id; is this a HeRAMS export? export again with question codes"


def named_columns(name: str, grid: Grid, header: Header) -> dict[str, tuple[int, Column]]:
    """The columns of the data rows by code, with their place; one without a code must be blank throughout."""
    named: dict[str, tuple[int, Column]] = {}
    for index, column in enumerate(grid.columns):
        code = header.codes[index] if index < len(header.codes) else ""
        data = Column(column.values, column.codes[header.rows :])
        if code:
            named[code] = (index, data)
            continue
        filled = np.flatnonzero(~data.where(is_blank))
        if len(filled):
            raise ExportError(
                f"{name}, row {filled[0] + header.rows + 1}, column {letter(index)}: a value under a "
                "blank header; give the column its code, or empty it"
            )
    return named


def texts_by_code(header: Header) -> dict[str, str]:
    """The question text above or below each code; empty where the file has one header row."""
    return {code: text for code, text in zip(header.codes, header.texts, strict=False) if code}
