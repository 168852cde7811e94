"""An export file: its bytes to columns of texts under the codes of the form, whatever kind of file it is.

Read by content, never by name or by the order of columns: CSV (export.text), spreadsheets (export.book), one or two
header rows (export.grid). What cannot be placed in a row and a column is an ExportError that names file, row, column,
cause and cure. Personal columns are counted here and go no further.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.column import Column, Ints
from pipeline.errors import ExportError
from pipeline.export.book import is_workbook, read_book
from pipeline.export.grid import Grid, find_header, is_blank, letter, named_columns, texts_by_code
from pipeline.export.text import read_text

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The first bytes of what is often sent by mistake.
STRANGERS = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"PK\x05\x06": "an empty ZIP archive",
    b"PAR1": "a parquet table",
    b"SQLite format 3": "a database",
    b"{\\rtf": "a text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
PAGES = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta")


@dataclass(frozen=True)
class Export:
    """One export file as texts: columns by code without the personal ones, blank rows left out.

    `rows` is the row of the file for each row of the columns, as a spreadsheet shows it, header rows counted.
    `places` is the letter of each column, `texts` the question text of each code (empty with one header row),
    `personal` the filled cells of each personal column, `reading` how the file was read, `empty` its blank rows.
    """

    name: str
    columns: Mapping[str, Column]
    rows: Ints
    places: Mapping[str, str]
    texts: Mapping[str, str]
    personal: Mapping[str, int]
    reading: Mapping[str, str]
    empty: int

    def frame(self) -> pd.DataFrame:
        """The cells as a frame of `str` columns in the file's order, indexed by the row of the file."""
        frame: pd.DataFrame = pa.table({code: column.texts() for code, column in self.columns.items()}).to_pandas()
        return frame.set_index(pd.Index(self.rows, name="source_row"))


def read(name: str, content: bytes, personal: Collection[str] = ()) -> Export:
    """The export in the bytes of a file called `name`; the columns in `personal` are counted and left out."""
    grid = _grid(name, content)
    header = find_header(grid.head)
    if header is None:
        raise ExportError(f"{name}: no header row with the column codes found")
    named = named_columns(name, grid, header)
    columns = {code: column for code, (_, column) in named.items()}
    filled = _filled_rows(name, columns)
    empty = len(columns["subject_id"].codes) - len(filled)
    # Mostly no row is blank: then nothing is copied.
    columns = {code: column.taken(filled) for code, column in columns.items()} if empty else columns
    return Export(
        name=name,
        columns={code: column for code, column in columns.items() if code not in personal},
        rows=filled + header.rows + 1,
        places={code: letter(index) for code, (index, _) in named.items()},
        texts=texts_by_code(header),
        personal={code: _filled(columns[code]) for code in sorted(columns) if code in personal},
        reading={"sha256": hashlib.sha256(content).hexdigest(), "headers": header.order, **grid.reading},
        empty=empty,
    )


def _grid(name: str, content: bytes) -> Grid:
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ExportError(f"{name}: the file is empty; export or copy it again")
    if content.startswith(ZIP) and not is_workbook(content):
        raise ExportError(
            f"{name}: this is a ZIP archive or a text document, not an export; unpack it and add the file that is in it"
        )
    if content.startswith((ZIP, OLE)):
        return read_book(name, content)
    for magic, kind in STRANGERS.items():
        if content.startswith(magic):
            raise ExportError(f"{name}: this is {kind}, not an export; export again as CSV or XLSX")
    if content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGES):
        raise ExportError(
            f"{name}: this is a web page or XML, whatever its name says; open it in a spreadsheet and save it as XLSX"
        )
    return read_text(name, content)


def _filled_rows(name: str, columns: Mapping[str, Column]) -> Ints:
    """The data rows with anything in them; a file without any is an ExportError."""
    blank = columns["subject_id"].where(is_blank)
    for column in columns.values():
        if not blank.any():
            break
        blank &= column.where(is_blank)
    if blank.all():
        raise ExportError(f"{name}: only header rows, no response; export again")
    return np.flatnonzero(~blank)


def _filled(column: Column) -> int:
    return int((~column.where(is_blank)).sum())
