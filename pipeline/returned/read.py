"""A spreadsheet that came back, read into rows of texts; everything about its shape that is not as it was sent is told.

Columns are known by their headings, so that one which was moved is still read; one that was renamed, added or taken out
is a fault. So are formulas (nobody knows what they will show tomorrow), merged cells, and rows that were added.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from pipeline.enquiry.form import ABOUT, COLUMNS, ENTRIES, FORMAT, NEEDED, SHEETS
from pipeline.errors import DecisionError
from pipeline.spelling import fold

MOST_ROWS = 20_000  # no directorate is asked that much
ABOUT_SHEET = "about"
MOST_BYTES = 200_000_000  # of one part, unpacked
MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
BROKEN = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, OSError, NotImplementedError)


@dataclass(frozen=True)
class Shape:
    """A kind of spreadsheet that we send: what it calls itself, its sheets and columns, the command that writes it."""

    format: str
    letter: str
    rows: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    entries: tuple[str, ...]
    about: tuple[str, ...]
    command: str

    @property
    def sent_again(self) -> str:
        """What to do with a file that is not as it was sent."""
        return f"fill in the file as it was sent (`{self.command}`)"


ENQUIRY = Shape(FORMAT, SHEETS[0], SHEETS[1], COLUMNS, NEEDED, ENTRIES, ABOUT, "herams findings")


@dataclass(frozen=True)
class Row:
    """A row of answers: its place in the sheet, and the text of each of our columns."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    letters: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def where(self, column: str) -> str:
        """Where a cell of the row stands, as a person finds it."""
        return f"{self.sheet}, cell {self.letters.get(column, '')}{self.number}"


@dataclass
class Sheet:
    """What came back: what it is about, what the letter was filled in with, the rows, and the faults of its shape."""

    about: dict[str, str] = field(default_factory=dict)
    entries: dict[str, tuple[str, str]] = field(default_factory=dict)  # the text, and where it stands
    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read(name: str, content: bytes, headings: Mapping[str, Mapping[str, str]], shape: Shape = ENQUIRY) -> Sheet:
    """What came back in a file; `headings` are the words of sheets, columns and entries in each language.

    A file that is none of ours is a DecisionError; what can be told cell by cell stands in `faults`.
    """
    book = _book(name, content, shape)
    try:
        found = Sheet(about=_about(name, book, shape))
        words = headings.get(found.about["language"], {})
        titles = [words.get(f"sheet.{title}", title) for title in (shape.letter, shape.rows)]
        gone = [title for title in titles if title not in book.sheetnames]
        if gone:
            raise DecisionError(
                f"{name}: no sheet {', '.join(map(repr, gone))}: it was renamed or removed; {shape.sent_again}"
            )
        for title in titles:
            book[title].reset_dimensions()  # a sheet says how large it is, and what lies beyond would not be read
        _entries(book[titles[0]], titles[0], words, found, shape)
        _rows(book[titles[1]], titles[1], words, found, shape)
        found.faults += _merged(content, book.sheetnames.index(titles[1]) + 1, titles[1])
    finally:
        book.close()
    return found


def _book(name: str, content: bytes, shape: Shape) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            large = [part.filename for part in archive.infolist() if part.file_size > MOST_BYTES]
        if not large:
            return load_workbook(io.BytesIO(content), read_only=True)
    except BROKEN as problem:
        raise DecisionError(
            f"{name}: no XLSX that can be read ({problem}): save it as XLSX, without a password"
        ) from problem
    raise DecisionError(f"{name}: far larger than any spreadsheet that was sent: {shape.sent_again}")


def _about(name: str, book: Any, shape: Shape) -> dict[str, str]:
    cells: dict[str, str] = {}
    if ABOUT_SHEET in book.sheetnames:
        for row in book[ABOUT_SHEET].iter_rows(max_row=len(shape.about), max_col=2, values_only=True):
            cells |= {str(row[0]): str(row[1])} if len(row) == 2 else {}
    if cells.get("format") != shape.format or set(cells) != set(shape.about):
        raise DecisionError(f"{name}: not a spreadsheet of questions, or not the whole of it: {shape.sent_again}")
    return cells


def _entries(page: Any, title: str, words: Mapping[str, str], found: Sheet, shape: Shape) -> None:
    """The cells beside the labels of the letter."""
    keys = {fold(words[f"entry.{entry}"]): entry for entry in shape.entries}
    for number, row in enumerate(page.iter_rows(max_row=100, max_col=2), start=1):
        label = fold(_text(row[0].value)) if row else ""
        if label in keys:
            where = f"{title}, cell B{number}"
            cell = row[1] if len(row) > 1 else None
            if cell is not None and cell.data_type == "f":
                found.faults.append(f"{where}: a formula; write the text itself")
            found.entries[keys[label]] = (_text(cell.value) if cell is not None else "", where)
    found.faults += [
        f"{title}: the row {words[f'entry.{entry}']!r} is not there: {shape.sent_again}"
        for entry in shape.entries
        if entry not in found.entries
    ]


def _rows(page: Any, title: str, words: Mapping[str, str], found: Sheet, shape: Shape) -> None:
    keys = _by_heading(words, shape)
    places: dict[str, int] = {}
    for number, row in _filled_rows(page):
        if not places:
            named = {fold(_text(cell.value)): place for place, cell in enumerate(row) if _text(cell.value)}
            if sum(name in keys for name in named) >= len(shape.columns) // 2:
                places, faults = _places(row, words, shape, title, number)
                found.faults += faults
            continue
        if len(found.rows) >= MOST_ROWS:
            found.faults.append(f"{title}: more than {MOST_ROWS} rows: {shape.sent_again}")
            return
        found.rows.append(_row(title, number, row, places, found.faults))
    if not places:
        found.faults.append(f"{title}: the row of headings is not there: {shape.sent_again}")


def _by_heading(words: Mapping[str, str], shape: Shape) -> dict[str, str]:
    return {fold(words[f"column.{column}"]): column for column in shape.columns}


def _filled_rows(page: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows that hold anything, with their numbers."""
    for number, row in enumerate(page.iter_rows(), start=1):
        if any(cell.value not in (None, "") for cell in row):
            yield number, row


def _places(
    row: Sequence[Any], words: Mapping[str, str], shape: Shape, title: str, number: int
) -> tuple[dict[str, int], list[str]]:
    """Where our columns stand, by their headings, and what is wrong with these."""
    keys = _by_heading(words, shape)
    places: dict[str, int] = {}
    faults = []
    for place, cell in enumerate(row):
        text = _text(cell.value)
        where = f"{title}, cell {get_column_letter(place + 1)}{number}"
        column = keys.get(fold(text))
        if text and column is None:
            faults.append(f"{where}: a column {text!r} that was not sent: take it out, or give it its heading back")
        elif column in places:
            faults.append(f"{where}: the column {text!r} stands there twice: take one out")
        elif column is not None:
            places[column] = place
    faults += [
        f"{title}, row {number}: no column {words[f'column.{column}']!r}: it was renamed or taken out; "
        f"{shape.sent_again}"
        for column in shape.needed
        if column not in places
    ]
    return places, faults


def _row(title: str, number: int, row: Sequence[Any], places: Mapping[str, int], faults: list[str]) -> Row:
    cells, letters = {}, {}
    ours = {place: column for column, place in places.items()}
    for place, cell in enumerate(row):
        letter = get_column_letter(place + 1)
        if cell.data_type == "f":
            faults.append(f"{title}, cell {letter}{number}: a formula; write what it shows")
        elif place in ours:
            cells[ours[place]], letters[ours[place]] = _text(cell.value), letter
        elif cell.value not in (None, ""):
            faults.append(f"{title}, cell {letter}{number}: beside the columns that were sent; move it into a remark")
    return Row(title, number, cells, letters)


def _text(value: object) -> str:
    """What a cell shows: whole numbers without a point, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(value).strip()


def _merged(content: bytes, place: int, title: str) -> list[str]:
    """Merged cells below the title: what was written in all but the first is lost."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = f"xl/worksheets/sheet{place}.xml"
        xml = archive.read(part) if part in archive.namelist() else b""
    spans = [tuple(text.decode() for text in span) for span in MERGED.findall(xml)]
    return [
        f"{title}, cells {first}{top}:{last}{bottom}: merged; part them, and write each answer into its own row"
        for first, top, last, bottom in spans
        if int(bottom) > 2
    ]
