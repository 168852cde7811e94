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
    row = write(page, spoken, "letter", facts(asked, directorate, spoken, about), STEPS)
    for place, name in enumerate(ENTRIES, start=row + 2):
        pair(page, place, spoken.words(f"entry.{name}"), "", spoken.language)
        page.row_dimensions[place].height = 2 * LINE
        cell = page.cell(place, 2)
        cell.fill, cell.border, cell.protection = look.OPEN, look.GRID, Protection(locked=False)


def write(page: Any, spoken: Tongue, key: str, told: Sequence[tuple[str, str]], steps: int) -> int:
    """Writes a letter, whose sentences begin with `key`, and what it is about at its head; gives its last row."""
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = LABEL_WIDTH, TEXT_WIDTH
    wide(page, 1, spoken, f"{key}.title", 15, bold=True)
    for row, (label, text) in enumerate(told, start=3):
        pair(page, row, label, text, spoken.language)
    row = 3 + len(told)
    wide(page, row + 1, spoken, f"{key}.lead")
    wide(page, row + 3, spoken, "letter.how", 12, bold=True)
    for step in range(1, steps + 1):
        wide(page, row + 3 + step, spoken, f"{key}.step.{step}", lead=f"{step}. ")
    return row + steps + 3


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
        (spoken.words("letter.visited"), spoken.words("letter.between", first=day(first), last=day(last))),
        (spoken.words("letter.count"), count),
        (spoken.words("letter.until"), day(entry.report_date)),
        (spoken.words("letter.return_to"), office),
    ]


def pair(page: Any, row: int, label: str, text: str, language: str) -> None:
    """Writes a label and what it says beside it."""
    for column, told in ((1, label), (2, text)):
        put(page.cell(row, column), told)
        page.cell(row, column).font = look.font(11, bold=column == 1)
        page.cell(row, column).alignment = look.aligned(language)
    page.row_dimensions[row].height = LINE + 2


def wide(page: Any, row: int, spoken: Tongue, key: str, size: int = 11, bold: bool = False, lead: str = "") -> None:
    """A text over both columns, in a row as high as it needs."""
    named = {name: spoken.words(f"column.{name}") for name in ("what", "answer", "remark")}
    text = lead + spoken.words(key, **named)
    put(page.cell(row, 1), text)
    page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
    page.cell(row, 1).font, page.cell(row, 1).alignment = look.font(size, bold), look.aligned(spoken.language)
    lines = 1 + len(text) * size // (11 * (LABEL_WIDTH + TEXT_WIDTH))
    page.row_dimensions[row].height = LINE * lines * size / 11 + 3


def day(iso: str) -> str:
    """A date as letters write it, day/month/year."""
    return "/".join(reversed(iso.split("-")))
