"""The spreadsheet of an XLSForm: written the same each time, and read back as texts with the numbers of their rows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]
from openpyxl.styles import Font  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from pipeline.errors import CodebookError
from pipeline.forms.sheets import Fault
from pipeline.workbook import as_bytes, put

HEADING = Font(bold=True)
WIDTHS = {"type": 28, "name": 20, "list_name": 22, "written": 40}
WIDTH, WIDE = 14, 36  # of what is short, and of what holds sentences
SENTENCES = ("label::", "hint::", "constraint_message::", "relevant", "calculation")


def book(tables: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """The file of some sheets, each rows of texts under one row of headings."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in tables.items():
        sheet = made.create_sheet(name)
        sheet.freeze_panes = "C2"
        for number, row in enumerate(rows, start=1):
            for place, text in enumerate(row, start=1):
                if text:
                    put(sheet.cell(number, place), text)
        for place, head in enumerate(rows[0], start=1):
            sheet.cell(1, place).font = HEADING
            width = WIDE if head.startswith(SENTENCES) else WIDTHS.get(head, WIDTH)
            sheet.column_dimensions[get_column_letter(place)].width = width
    return as_bytes(made)


def read(name: str, content: bytes, wanted: Sequence[str]) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """The wanted sheets of a spreadsheet that are there, with the numbers of their rows; formulas are faults."""
    try:
        found = load_workbook(io.BytesIO(content), read_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError) as problem:
        raise CodebookError(f"{name} is no spreadsheet of Excel (.xlsx): save it as one") from problem
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for sheet in found.worksheets:
        if sheet.title in wanted:
            frames[sheet.title], strange = _frame(sheet.title, list(sheet.iter_rows()))
            faults += strange
    return frames, faults


def _frame(title: str, rows: Sequence[Sequence[object]]) -> tuple[pd.DataFrame, list[Fault]]:
    heads = [_text(cell).strip() for cell in rows[0]] if rows else []
    places = [place for place, head in enumerate(heads) if head]
    names = [heads[place] for place in places]
    faults = [Fault(title, 1, name, "this column stands there twice") for name in names if names.count(name) > 1]
    kept: dict[int, list[str]] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = [_text(row[place]) if place < len(row) else "" for place in places]
        if any(cells):
            kept[number] = cells
        faults += [
            Fault(title, number, heads[place], "is a formula; write what it shows")
            for place in places
            if place < len(row) and getattr(row[place], "data_type", "") == "f"
        ]
    frame = pd.DataFrame(list(kept.values()), index=list(kept), columns=names, dtype=str)
    return frame.loc[:, ~frame.columns.duplicated()], list(dict.fromkeys(faults))


def _text(cell: object) -> str:
    """What a cell says; a whole number without the point that spreadsheets keep of it."""
    value = getattr(cell, "value", None)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
