"""CSV exports: the bytes of a file to a grid of texts.

Encodings: UTF-8 with or without a byte order mark, UTF-16, and Windows-1256 where the result is plainly Arabic.
Separators: comma, semicolon, tab or bar, the one by which a header is found. Quotes are doubled inside quotes; quoted
cells may hold line breaks, and row numbers count rows as a spreadsheet shows them, not lines.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.csv

from pipeline.column import Column
from pipeline.errors import ExportError
from pipeline.export.grid import Grid, find_header, letter, plain_code, require_header

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
HEAD_ROWS = 12
HEAD_BYTES = 4 << 20
# A row of 830 question texts takes 60 KB; a block must hold the longest row whole.
BLOCK_BYTES = 16 << 20
RESAVE = "save it as `CSV UTF-8`, or export again"

# Words of two or more Arabic letters; Windows-1252 text read as Windows-1256 has single ones within Latin words.
_ARABIC_WORD = re.compile(r"(?<![A-Za-z])[\u0621-\u06d2\u200c\u200d]{2,}(?![A-Za-z])")
_FOREIGN = re.compile(r"[^\x00-\x7f\xa0،؛؟“”‘’–—…«»×÷°•]")


def read_text(name: str, content: bytes) -> Grid:
    """The grid of a CSV file; an ExportError names row, column, cause and cure."""
    encoded, encoding = _as_utf8(name, content)
    separator, body = _separator(encoded)
    head = _head(body, separator)
    header = require_header(name, head)
    table = _table(name, body, separator, header.codes)
    columns = [Column.encoded(column.combine_chunks()) for column in table.itercolumns()]
    return Grid(columns, head, {"format": "CSV", "encoding": encoding, "separator": SEPARATORS[separator]})


# --- encodings -------------------------------------------------------------------------------------------------


def _as_utf8(name: str, content: bytes) -> tuple[bytes, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _from_utf16(name, content, "utf-16")
    if b"\0" in content:
        order = {0: "utf-16-be", 1: "utf-16-le"}.get(content[:2].find(b"\0"))
        if order is None:
            raise ExportError(
                f"{name}: not a text file (a zero byte at {content.index(0)}); export again as CSV or XLSX"
            )
        return _from_utf16(name, content, order)
    bad = _first_bad_byte(content)
    if bad is None:
        return content.removeprefix(codecs.BOM_UTF8), "UTF-8"
    if _is_windows_1256(content):
        return content.decode("cp1256").encode(), "Windows-1256"
    raise ExportError(f"{name}, {_place(content, bad)}: {_bad_byte(content, bad)}")


def _from_utf16(name: str, content: bytes, codec: str) -> tuple[bytes, str]:
    try:
        return content.decode(codec).encode(), "UTF-16"
    except UnicodeDecodeError as problem:
        if problem.end >= len(content) - 2:
            raise ExportError(f"{name}: cut off in the middle of a letter; export or copy the file again") from problem
        raise ExportError(f"{name}: not UTF-16 throughout (byte {problem.start}); {RESAVE}") from problem


def _first_bad_byte(content: bytes) -> int | None:
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(content)
    for start in range(0, len(content), HEAD_BYTES):
        waiting = len(decoder.getstate()[0])
        try:
            decoder.decode(view[start : start + HEAD_BYTES], final=start + HEAD_BYTES >= len(content))
        except UnicodeDecodeError as problem:
            return start - waiting + problem.start
    return None


def _is_windows_1256(content: bytes) -> bool:
    # UTF-8 with a few damaged bytes has far more good letters than bad ones, and is not taken for Arabic.
    damaged = content.decode("utf-8", "replace")
    lost = damaged.count("\ufffd")
    if len(_FOREIGN.findall(damaged)) - lost > lost:
        return False
    text = content.decode("cp1256")
    arabic = sum(len(word) for word in _ARABIC_WORD.findall(text))
    return arabic >= 2 and arabic >= 0.95 * len(_FOREIGN.findall(text))


def _bad_byte(content: bytes, bad: int) -> str:
    if bad >= len(content) - 3:
        return "cut off in the middle of a letter; export or copy the file again"
    return f"not UTF-8 (byte 0x{content[bad]:02x}), and not plainly Arabic in Windows-1256; {RESAVE}"


def _place(content: bytes, position: int) -> str:
    before = content[:position].removeprefix(codecs.BOM_UTF8)
    separator, body = _separator(before)
    header = find_header(_head(body, separator))
    number, cells = 0, 1
    for row in _rows(body, separator):
        number, cells = number + 1, len(row)
    code = header.codes[cells - 1] if header and cells <= len(header.codes) else ""
    return f"row {max(number, 1)}, column {letter(cells - 1)}" + (f" ({code})" if code else "")


# --- separators and rows ---------------------------------------------------------------------------------------


def _separator(content: bytes) -> tuple[str, bytes]:
    said = re.match(rb"sep=([,;|\t])\r?\n", content)
    if said:
        return said[1].decode(), content[said.end() :]
    found = [separator for separator in SEPARATORS if find_header(_head(content, separator))]
    return (found or [","])[0], content


def _head(content: bytes, separator: str) -> list[list[str]]:
    return list(islice(_rows(content[:HEAD_BYTES], separator), HEAD_ROWS))


def _rows(content: bytes, separator: str) -> Iterator[list[str]]:
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", errors="ignore", newline="")
    try:
        yield from csv.reader(text, delimiter=separator)
    except csv.Error:
        return


def _table(name: str, content: bytes, separator: str, codes: list[str]) -> pa.Table:
    """All rows as dictionary-encoded texts; a blank line is a row of blanks."""
    unfit: list[Any] = []
    width = len(codes)
    cells = pa.dictionary(pa.int32(), pa.string())

    def keep(row: Any) -> str:
        unfit.append(row)
        return "skip"

    try:
        table = pa.csv.read_csv(
            pa.BufferReader(content),
            pa.csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=[str(i) for i in range(width)]),
            pa.csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep
            ),
            pa.csv.ConvertOptions(column_types={str(i): cells for i in range(width)}, strings_can_be_null=False),
        )
    except pa.ArrowInvalid as problem:
        raise ExportError(f"{name}: {_unbalanced(content, separator) or f'cannot be read ({problem})'}") from problem
    if unfit:
        raise ExportError(f"{name}, {_wrong_length(unfit[0], codes, table.num_rows + len(unfit))}")
    if content.count(b'"') % 2 and (cause := _unbalanced(content, separator)):
        raise ExportError(f"{name}, {cause}")
    return table


def _wrong_length(row: Any, codes: list[str], rows: int) -> str:
    # Never the text of the row: it may hold contacts.
    found = f"row {row.number}: {row.actual_columns} cells where the header has {row.expected_columns}"
    if row.text.count('"') % 2:
        return f"{found}, and a quotation mark that is not closed: cut off, or changed by hand; export again"
    if row.actual_columns > row.expected_columns:
        return f"{found}: a cell was split, or a column has no code; export again"
    last = plain_code(codes[row.actual_columns - 1])
    cause = "the file is cut off; export or copy it again" if row.number == rows else "export again"
    return f"{found}, ending in column {letter(row.actual_columns - 1)} ({last}): {cause}"


def _unbalanced(content: bytes, separator: str) -> str | None:
    """What to say of a quotation mark that is opened and never closed; None if there is no such mark."""
    number = 0
    try:
        for _ in csv.reader(io.StringIO(content.decode(), newline=""), delimiter=separator, strict=True):
            number += 1
    except csv.Error as problem:
        if "expected after" not in str(problem):
            cause = "a quotation mark is not closed: the file is cut off, or was changed by hand"
            return f"row {number + 1}: {cause}; export again"
    return None
