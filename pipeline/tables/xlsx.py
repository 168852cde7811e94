"""Spreadsheet files of plain tables: a sheet for each, written straight, since a library takes four times as long.

Each sheet has its heads in the first row, which stays in sight and filters. Cells are texts (in the list that all
sheets share, as spreadsheets themselves write them) or numbers; there are no formulas, and no time. A text that a
spreadsheet would run is marked as quoted; characters that no XML can hold are shown as �.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

import pandas as pd

from pipeline.archive import RUN_BY_SPREADSHEETS, zipped
from pipeline.tables.csv import written

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A spreadsheet takes _x0041_ for the letter A.
ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
CELL_LETTERS, NAME_LETTERS, WIDEST = 32_767, 31, 60
BOLD, QUOTED = 1, 2
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class _Shared:
    """The texts that all sheets share, each once, and the cell that shows one."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def cell(self, text: str, style: int = 0) -> str:
        """What stands in a cell's element after its place; blank for a blank."""
        if not text:
            return ""
        style = QUOTED if text.startswith(RUN_BY_SPREADSHEETS) else style
        place = self.texts.setdefault(_storable(text), len(self.texts))
        return f'" t="s" s="{style}"><v>{place}</v></c>' if style else f'" t="s"><v>{place}</v></c>'

    def part(self) -> str:
        """The list of the shared texts as a part of the file."""
        items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in self.texts)
        return f'{HEAD}<sst xmlns="{MAIN}" uniqueCount="{len(self.texts)}">{items}</sst>'


def _storable(text: str) -> str:
    whole = text if len(text) <= CELL_LETTERS else f"{text[: CELL_LETTERS - 1]}…"
    return ESCAPE.sub("_x005F_", ILLEGAL.sub("\ufffd", whole))


def workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """The spreadsheet file of some tables by the names of their sheets; a column of numbers holds numbers."""
    shared = _Shared()
    pages = {f"xl/worksheets/sheet{n}.xml": _sheet(frame, shared) for n, frame in enumerate(sheets.values(), start=1)}
    parts = {**_frame(list(sheets)), **pages, "xl/sharedStrings.xml": shared.part(), "xl/styles.xml": STYLES}
    return zipped({name: text.encode("utf-8") for name, text in parts.items()})


def _sheet(frame: pd.DataFrame, shared: _Shared) -> str:
    letters = [_letters(place) for place in range(len(frame.columns))]
    heads = [shared.cell(str(name), BOLD) for name in frame.columns]
    columns = [written(frame[name], shared.cell, _number) for name in frame.columns]
    rows = "".join(_row(number, letters, cells) for number, cells in enumerate(_lines(heads, columns), start=1))
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{_width(frame[name])}" customWidth="1"/>'
        for place, name in enumerate(frame.columns, start=1)
    )
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{rows}</sheetData>"
        f'<autoFilter ref="A1:{letters[-1]}{len(frame) + 1}"/></worksheet>'
    )


def _lines(heads: Sequence[str], columns: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield heads
    yield from zip(*columns, strict=True)


def _row(number: int, letters: Sequence[str], cells: Sequence[str]) -> str:
    filled = [f'<c r="{letter}{number}{cell}' for letter, cell in zip(letters, cells, strict=True) if cell]
    return f'<row r="{number}">{"".join(filled)}</row>'


def _number(value: float) -> str:
    return f'"><v>{value!r}</v></c>'


def _width(column: pd.Series[str]) -> int:
    longest = max((len(str(value)) for value in column.head(100)), default=0)
    return min(WIDEST, max(longest, len(str(column.name))) + 2)


def _letters(place: int) -> str:
    """A, B, … Z, AA, …: the letters of a column."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _frame(names: Sequence[str]) -> dict[str, str]:
    """The parts of the file that say which others there are."""
    numbers = range(1, len(names) + 1)
    types = [
        ("/xl/workbook.xml", "sheet.main"),
        ("/xl/styles.xml", "styles"),
        ("/xl/sharedStrings.xml", "sharedStrings"),
    ]
    types += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in numbers]
    overrides = "".join(f'<Override PartName="{part}" ContentType="{KIND}.{kind}+xml"/>' for part, kind in types)
    sheets = "".join(
        f'<sheet name="{escape(name[:NAME_LETTERS])}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    targets += [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
    return {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(targets),
    }


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{items}</Relationships>'
