"""The letter on top of a spreadsheet: about what, how to fill it in, until when, whom to return it to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.styles import Protection  # type: ignore[import-untyped]

from pipeline.enquiry import Enquiry
from pipeline.enquiry.form import ENTRIES, Tongue
from pipeline.findings import look
from pipeline.registry import Round
from pipeline.workbook import put

STEPS = 5
LABEL_WIDTH, TEXT_WIDTH = 30, 62
LINE = 15.5  # points, for a line of text of size 11


def fill(page: Any, asked: Sequence[Enquiry], directorate: str, spoken: Tongue, about: tuple[str, Round]) -> None:
    """Writes the letter: what is asked, how to fill in, and below it the cells of ENTRIES."""
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = LABEL_WIDTH, TEXT_WIDTH
    _wide(page, 1, spoken, "letter.title", 15, bold=True)
    row = 3
    for label, text in facts(asked, directorate, spoken, about):
        _pair(page, row, label, text, spoken.language)
        row += 1
    _wide(page, row + 1, spoken, "letter.lead")
    _wide(page, row + 3, spoken, "letter.how", 12, bold=True)
    for step in range(1, STEPS + 1):
        _wide(page, row + 3 + step, spoken, f"letter.step.{step}", lead=f"{step}. ")
    for place, name in enumerate(ENTRIES, start=row + STEPS + 5):
        _pair(page, place, spoken.words(f"entry.{name}"), "", spoken.language)
        page.row_dimensions[place].height = 2 * LINE
        cell = page.cell(place, 2)
        cell.fill, cell.border, cell.protection = look.OPEN, look.GRID, Protection(locked=False)


def facts(
    asked: Sequence[Enquiry], directorate: str, spoken: Tongue, about: tuple[str, Round]
) -> list[tuple[str, str]]:
    """What a letter says at its head. Answers that arrive after the round's report date are in no report of it."""
    round_name, entry = about
    first, last = entry.window
    office = spoken.words(f"letter.office.{spoken.places.region[directorate]}")
    count = spoken.words("letter.counted", questions=len(asked), facilities=len({one.facility_id for one in asked}))
    return [
        (spoken.words("letter.to"), spoken.directorate(directorate)),
        (spoken.words("letter.round"), round_name),
        (spoken.words("letter.visited"), spoken.words("letter.between", first=_day(first), last=_day(last))),
        (spoken.words("letter.count"), count),
        (spoken.words("letter.until"), _day(entry.report_date)),
        (spoken.words("letter.return_to"), office),
    ]


def _pair(page: Any, row: int, label: str, text: str, language: str) -> None:
    for column, told in ((1, label), (2, text)):
        put(page.cell(row, column), told)
        page.cell(row, column).font = look.font(11, bold=column == 1)
        page.cell(row, column).alignment = look.aligned(language)
    page.row_dimensions[row].height = LINE + 2


def _wide(page: Any, row: int, spoken: Tongue, key: str, size: int = 11, bold: bool = False, lead: str = "") -> None:
    """A text over both columns, in a row as high as it needs."""
    named = {name: spoken.words(f"column.{name}") for name in ("what", "answer", "remark")}
    text = lead + spoken.words(key, **named)
    put(page.cell(row, 1), text)
    page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
    page.cell(row, 1).font, page.cell(row, 1).alignment = look.font(size, bold), look.aligned(spoken.language)
    lines = 1 + len(text) * size // (11 * (LABEL_WIDTH + TEXT_WIDTH))
    page.row_dimensions[row].height = LINE * lines * size / 11 + 3


def _day(iso: str) -> str:
    """A date as letters write it, day/month/year."""
    return "/".join(reversed(iso.split("-")))
