"""The spreadsheet for a directorate: letter, answers, and hidden beside them the drop-downs and what it is about.

Only the cells that are to be filled in are open. What comes back is checked again, cell by cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.styles import Protection  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

from pipeline import workbook
from pipeline.enquiry import Enquiry
from pipeline.enquiry.form import ABOUT, COLUMNS, FORMAT, HEAD_ROW, SHEETS, TO_FILL_IN, Tongue, check
from pipeline.findings import letter, look
from pipeline.findings.menus import Menus
from pipeline.registry import Round
from pipeline.workbook import put

WIDTHS = {
    "number": 4, "facility": 20, "facility_id": 17, "question": 24, "column": 12, "value": 14, "why": 30, "what": 13,
    "answer": 18, "remark": 18, "check": 2,
}  # fmt: skip
CODES = ("number", "facility_id", "column")
LINE = 13.0  # points, for a line of text of size 10
SHOWN = ("letter", "answers")


def book(
    asked: Sequence[Enquiry], directorate: str, spoken: Tongue, why: Mapping[str, str], about: tuple[str, Round]
) -> bytes:
    """The file for a directorate: all that it is asked about a round, in the words of its language."""
    made = Workbook()
    made.remove(made.active)
    pages = {name: made.create_sheet(spoken.words(f"sheet.{name}") if name in SHOWN else name) for name in SHEETS}
    letter.fill(pages["letter"], asked, directorate, spoken, about)
    look.page(pages["letter"], spoken, "portrait")
    _answers(pages["answers"], pages["lists"], asked, spoken, [_row(one, spoken, why, about[0]) for one in asked])
    _title(pages["answers"], spoken, directorate, about[0])
    look.page(pages["answers"], spoken, "landscape")
    for row, (key, value) in enumerate(zip(ABOUT, (FORMAT, about[0], directorate, spoken.language), strict=True), 1):
        put(pages["about"].cell(row, 1), key)
        put(pages["about"].cell(row, 2), value)
    for name in set(SHEETS) - set(SHOWN):
        pages[name].sheet_state = "veryHidden"
    return workbook.as_bytes(made)


def _title(page: Any, spoken: Tongue, directorate: str, round_name: str) -> None:
    title = spoken.words("answers.title", directorate=spoken.directorate(directorate), round=round_name)
    for row, (text, font) in enumerate(
        ((title, look.font(14, bold=True)), (spoken.words("answers.lead"), look.font())), start=1
    ):
        put(page.cell(row, 1), text)
        page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(COLUMNS) - 1)
        page.cell(row, 1).font, page.cell(row, 1).alignment = font, look.aligned(spoken.language)
    page.row_dimensions[1].height = 22
    page.print_area = f"A1:{get_column_letter(len(COLUMNS) - 1)}{max(page.max_row, HEAD_ROW + 1)}"


def _row(one: Enquiry, spoken: Tongue, why: Mapping[str, str], round_name: str) -> dict[str, str]:
    names = (one.name_en, one.name_local) if spoken.language == "en" else (one.name_local, one.name_en)
    return {
        # The Arabic or Kurdish name is what the facility is called, so it stands there in every language.
        "facility": "\n".join(dict.fromkeys(name for name in names if name)),
        "facility_id": one.facility_id,
        "question": spoken.question(one.column),
        "column": one.column,
        "value": spoken.present(one),
        "why": spoken.why(one, why),
        "check": check(round_name, one.facility_id, one.column, one.value),
    }


def _answers(page: Any, lists: Any, asked: Sequence[Enquiry], spoken: Tongue, rows: Sequence[dict[str, str]]) -> None:
    for place, name in enumerate(COLUMNS, start=1):
        cell, letter_of = page.cell(HEAD_ROW, place), get_column_letter(place)
        put(cell, spoken.words(f"column.{name}"))
        cell.font, cell.fill, cell.border = look.font(10, bold=True), look.HEAD, look.GRID
        cell.alignment = look.aligned(spoken.language, middle=True)
        page.column_dimensions[letter_of].width = WIDTHS[name]
        page.column_dimensions[letter_of].hidden = name == "check"
    page.row_dimensions[HEAD_ROW].height = 2.6 * LINE
    page.freeze_panes = page.cell(HEAD_ROW + 1, 1)
    page.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    menus = Menus(page, lists, spoken)
    for row, (one, cells) in enumerate(zip(asked, rows, strict=True), start=HEAD_ROW + 1):
        for place, name in enumerate(COLUMNS, start=1):
            text = str(row - HEAD_ROW) if name == "number" else cells.get(name, "")
            _body(page.cell(row, place), text, name, spoken.language)
        page.row_dimensions[row].height = _height(cells)
        menus.add(row, one)
    menus.finish()


def _body(cell: Any, text: str, name: str, language: str) -> None:
    put(cell, text)
    cell.font, cell.border = look.font(), look.GRID
    cell.alignment = look.aligned(language, is_code=name in CODES)
    cell.protection = Protection(locked=name not in TO_FILL_IN)
    if name in TO_FILL_IN:
        cell.fill = look.OPEN


def _height(cells: Mapping[str, str]) -> float:
    """Room for the longest text of a row, in points: no spreadsheet does that for a file that it did not write."""
    lines = [
        sum(1 + len(part) // WIDTHS[name] for part in text.split("\n"))
        for name, text in cells.items()
        if name != "check"
    ]
    return LINE * max(2, *lines) + 4
