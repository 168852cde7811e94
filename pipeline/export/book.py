"""Spreadsheets (XLSX, XLSB, XLS, ODS): the one sheet that holds an export, to a grid of texts.

A cell is the text that the CSV of the same export would have: whole numbers without a point, dates in ISO form.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from itertools import islice

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, load_workbook

from pipeline.column import Column
from pipeline.errors import ExportError
from pipeline.export.grid import Grid, find_header, require_header

HEAD_ROWS = 12
# Rows are turned into columns in batches, so that never all cells are Python objects at once.
BATCH_ROWS = 4096
# A damaged archive also claims versions that nobody has written yet, or names that are no text.
_BROKEN_ARCHIVE = (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError)
_WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")


def is_workbook(content: bytes) -> bool:
    """Whether a ZIP archive is a spreadsheet; a broken archive is taken for one, and refused when read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(part in archive.namelist() for part in _WORKBOOK_PARTS)
    except _BROKEN_ARCHIVE:
        return True


def read_book(name: str, content: bytes) -> Grid:
    """The grid of the one sheet that holds an export; none or several are an ExportError that lists the sheets."""
    book = _book(name, content)
    sheets = [meta.name for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    found = {
        title: sheet for title in sheets if _head(sheet := _sheet(name, book, title)) and find_header(_head(sheet))
    }
    if len(found) > 1:
        raise ExportError(
            f"{name}: {len(found)} sheets look like an export ({', '.join(found)}); save each as a file of its own, "
            "or keep the right one only"
        )
    if not found and len(sheets) != 1:
        listed = ", ".join(sheets) or "none"
        raise ExportError(
            f"{name}: no sheet holds an export (sheets: {listed}); a header row with subject_id is needed"
        )
    title = next(iter(found), sheets[0])
    sheet = found[title] if found else _sheet(name, book, title)
    head = _head(sheet)
    require_header(f"{name}, sheet {title}", head)
    return Grid(_columns(sheet), head, {"format": "spreadsheet", "sheet": title})


def _book(name: str, content: bytes) -> CalamineWorkbook:
    try:
        return load_workbook(io.BytesIO(content))
    except PasswordError as problem:
        raise ExportError(f"{name}: protected by a password; save it without one") from problem
    except (CalamineError, OSError) as problem:
        raise ExportError(
            f"{name}: a spreadsheet or archive that is cut off or damaged ({problem}); export or copy it again"
        ) from problem


def _sheet(name: str, book: CalamineWorkbook, title: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(title)
    except (CalamineError, OSError) as problem:
        raise ExportError(f"{name}, sheet {title}: damaged ({problem}); export or copy the file again") from problem


def _head(sheet: CalamineSheet) -> list[list[str]]:
    return [[_text(cell) for cell in row] for row in islice(sheet.iter_rows(), HEAD_ROWS)]


def _columns(sheet: CalamineSheet) -> list[Column]:
    rows = iter(sheet.iter_rows())
    batches: list[list[pa.Array]] = []
    while batch := list(islice(rows, BATCH_ROWS)):
        batches.append(
            [
                pa.array([cell if type(cell) is str else _text(cell) for cell in cells], pa.string())
                for cells in zip(*batch, strict=True)
            ]
        )
    return [
        Column.encoded(pa.chunked_array(parts).dictionary_encode().combine_chunks())
        for parts in zip(*batches, strict=True)
    ]


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    return str(cell)
