"""The spreadsheet for the second visits of a directorate: letter, list of facilities, form to key answers in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.styles import Protection  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

from pipeline import workbook
from pipeline.enquiry.form import ABOUT, HEAD_ROW, Tongue
from pipeline.findings import letter, look
from pipeline.findings.menus import Menus
from pipeline.registry import Round
from pipeline.revisit.form import COLUMNS, FORMAT, LIST, SHEETS, check, question
from pipeline.revisits import asked_again
from pipeline.workbook import put

WIDTHS = {
    "number": 6, "facility": 34, "type": 24, "sector": 22, "ministry_code": 20, "facility_id": 22, "question": 44,
    "column": 18, "answer": 24, "check": 2,
}  # fmt: skip
CODES = ("number", "facility_id", "column", "ministry_code")
OPEN = "answer"
LINE = 13.0  # points, for a line of text of size 10
STEPS = 5
SHOWN = ("letter", "facilities", "answers")

Rows = Sequence[Mapping[str, str]]


def book(facilities: Rows, listed: int, directorate: str, spoken: Tongue, about: tuple[str, Round]) -> bytes:
    """The file for a directorate: whom to visit of those listed, and what to answer, in the words of its language."""
    made = Workbook()
    made.remove(made.active)
    pages = {name: made.create_sheet(spoken.words(f"sheet.{name}") if name in SHOWN else name) for name in SHEETS}
    letter.write(pages["letter"], spoken, "revisit", _facts(len(facilities), listed, directorate, spoken, about), STEPS)
    look.page(pages["letter"], spoken, "portrait")
    _fill(pages["facilities"], LIST, [_listed(row, spoken) for row in facilities], spoken)
    _title(pages["facilities"], "revisit.list", LIST, spoken, directorate, about[0])
    _answers(pages["answers"], pages["lists"], facilities, directorate, spoken, about[0])
    _title(pages["answers"], "revisit.answers", COLUMNS[:-1], spoken, directorate, about[0])
    for row, (key, value) in enumerate(zip(ABOUT, (FORMAT, about[0], directorate, spoken.language), strict=True), 1):
        put(pages["about"].cell(row, 1), key)
        put(pages["about"].cell(row, 2), value)
    for name in set(SHEETS) - set(SHOWN):
        pages[name].sheet_state = "veryHidden"
    return workbook.as_bytes(made)


def _facts(
    drawn: int, listed: int, directorate: str, spoken: Tongue, about: tuple[str, Round]
) -> list[tuple[str, str]]:
    round_name, entry = about
    first, last = (letter.day(day) for day in entry.window)
    return [
        (spoken.words("letter.to"), spoken.directorate(directorate)),
        (spoken.words("letter.round"), round_name),
        (spoken.words("letter.visited"), spoken.words("letter.between", first=first, last=last)),
        (spoken.words("revisit.count"), spoken.words("revisit.counted", drawn=drawn, listed=listed)),
        (spoken.words("letter.return_to"), spoken.words(f"letter.office.{spoken.places.region[directorate]}")),
    ]


def _name(row: Mapping[str, str], spoken: Tongue) -> str:
    """The Arabic or Kurdish name is what the facility is called; a reader of English sees both."""
    names = (row["name_en"], row["name_local"]) if spoken.language == "en" else (row["name_local"] or row["name_en"],)
    return "\n".join(dict.fromkeys(name for name in names if name))


def _listed(row: Mapping[str, str], spoken: Tongue) -> dict[str, str]:
    kind = spoken.codebook.of_field("facilities.type")
    labels = {option.canonical: option.labels for option in kind.options} if kind else {}
    label = labels.get(row["type"], {})
    return {
        "facility": _name(row, spoken),
        "type": label.get(spoken.language) or label.get("en") or "",
        "sector": _sector(row["sector"], spoken),
        "ministry_code": row["ministry_code"],
        "facility_id": row["facility_id"],
    }


def _sector(slug: str, spoken: Tongue) -> str:
    """A sector's name; there is no list of their names in Sorani."""
    known = spoken.places.sectors.set_index("slug")
    if slug not in known.index:
        return ""
    row = known.loc[slug]
    return str(row["name_in_exports"] if spoken.language == "en" else row["name_ar"] or row["name_in_exports"])


def _answers(page: Any, lists: Any, facilities: Rows, directorate: str, spoken: Tongue, round_name: str) -> None:
    columns = [(column, spoken.question(column)) for column in asked_again(spoken.codebook)]
    asked = [
        {
            "facility": _name(row, spoken),
            "facility_id": row["facility_id"],
            "question": words,
            "column": column,
            "check": check(round_name, row["facility_id"], column),
        }
        for row in facilities
        for column, words in columns
    ]
    _fill(page, COLUMNS, asked, spoken)
    page.column_dimensions[get_column_letter(len(COLUMNS))].hidden = True
    menus = Menus(page, lists, spoken, COLUMNS)
    for number, row in enumerate(asked, start=HEAD_ROW + 1):
        menus.add(number, question(row["facility_id"], directorate, row["column"]))
    menus.finish()


def _look(cell: Any, name: str, language: str) -> None:
    cell.font, cell.border = look.font(), look.GRID
    cell.alignment, cell.protection = look.aligned(language, is_code=name in CODES), Protection(locked=name != OPEN)
    if name == OPEN:
        cell.fill = look.OPEN


def _fill(page: Any, columns: Sequence[str], rows: Rows, spoken: Tongue) -> None:
    """The headings of a sheet, and below them its rows."""
    for place, name in enumerate(columns, start=1):
        cell = page.cell(HEAD_ROW, place)
        put(cell, spoken.words(f"column.{name}"))
        cell.font, cell.fill, cell.border = look.font(10, bold=True), look.HEAD, look.GRID
        cell.alignment = look.aligned(spoken.language, middle=True)
        page.column_dimensions[get_column_letter(place)].width = WIDTHS[name]
    page.row_dimensions[HEAD_ROW].height = 2.6 * LINE
    page.freeze_panes = page.cell(HEAD_ROW + 1, 1)
    page.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    for row, cells in enumerate(rows, start=HEAD_ROW + 1):
        for place, name in enumerate(columns, start=1):
            cell = page.cell(row, place)
            if row == HEAD_ROW + 1:
                _look(cell, name, spoken.language)
            else:  # as the first row: a style looked up anew for thousands of cells takes half of the time
                cell._style = copy(page.cell(HEAD_ROW + 1, place)._style)
            put(cell, str(row - HEAD_ROW) if name == "number" else cells.get(name, ""))
        page.row_dimensions[row].height = _height(cells)


def _title(page: Any, key: str, columns: Sequence[str], spoken: Tongue, directorate: str, round_name: str) -> None:
    title = spoken.words(f"{key}.title", directorate=spoken.directorate(directorate), round=round_name)
    for row, text, font in ((1, title, look.font(14, bold=True)), (2, spoken.words(f"{key}.lead"), look.font())):
        put(page.cell(row, 1), text)
        page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(columns))
        page.cell(row, 1).font, page.cell(row, 1).alignment = font, look.aligned(spoken.language)
        wide = sum(WIDTHS[name] for name in columns)
        page.row_dimensions[row].height = 22 if row == 1 else LINE * (1 + len(text) // wide) + 3
    page.print_area = f"A1:{get_column_letter(len(columns))}{page.max_row}"
    look.page(page, spoken, "landscape")


def _height(cells: Mapping[str, str]) -> float:
    """Room for the longest text of a row, in points: no spreadsheet does that for a file that it did not write."""
    lines = (
        sum(1 + len(part) // WIDTHS[name] for part in text.split("\n"))
        for name, text in cells.items()
        if name != "check"
    )
    return LINE * max(1, *lines) + 4
