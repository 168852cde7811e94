"""Spreadsheets that we write: the same bytes each time, and no text in them that a spreadsheet would run.

A text that begins with = + - @, a tab or a line's end is stored as text and marked as quoted, so that it stays one when
somebody edits the cell; characters that no XML can hold are shown as �.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # type: ignore[import-untyped]

from pipeline.archive import RUN_BY_SPREADSHEETS, zipped

PROPERTIES = "docProps/core.xml"
MOMENTS = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def put(cell: Any, text: str) -> None:
    """Writes a text into a cell, as text whatever it begins with."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text) or None
    if cell.value is not None:
        cell.data_type = "s"
        cell.number_format = "@"
    if text.startswith(RUN_BY_SPREADSHEETS):
        cell.quotePrefix = True


def as_bytes(book: Workbook) -> bytes:
    """The file of a workbook, without any time in it: a spreadsheet otherwise holds the moment it was saved."""
    written = io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as old:
        # The list of contents comes first, as everywhere.
        names = sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        files = {name: old.read(name) for name in names}
    files[PROPERTIES] = MOMENTS.sub(b"", files[PROPERTIES])
    return zipped(files)
