"""Spreadsheets that come back in another shape than they were sent in."""

from __future__ import annotations

import io
import time
import zipfile

import pandas as pd
import pytest
from asked_round import KARBALA, Filling, finding, records
from gate_records import ROUND
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from pipeline.codebook import Codebook
from pipeline.enquiry import Source, enquiries
from pipeline.enquiry.form import COLUMNS, HEAD_ROW, headings, tongue
from pipeline.errors import DecisionError
from pipeline.findings.book import book
from pipeline.places import Places, place
from pipeline.project import Project
from pipeline.returned.read import Sheet, read

ABOUT = (KARBALA[0], "MoSDPOP")
WORDS: dict[str, dict[str, str]] = {}


@pytest.fixture(scope="module")
def content(here: Project, codebook: Codebook, places: Places) -> bytes:
    """A spreadsheet about some cells, which no gate has to find first."""
    WORDS.update(headings(here))
    found = [finding(row, "catchment_usual", "MoSDPOP") for row in KARBALA[:4]]
    source = Source(records(), place(records(), codebook, places), codebook, ())
    spoken = tongue(here, "en", codebook, places)
    return book(enquiries(pd.DataFrame(found), source), "karbala", spoken, {}, ("small-2023", ROUND))


@pytest.fixture
def filling(content: bytes) -> Filling:
    return Filling(content).say(ABOUT, answer="17400")


def back(filling: Filling) -> Sheet:
    return read("back.xlsx", filling.content(), WORDS)


def place_of(name: str) -> int:
    return COLUMNS.index(name) + 1


def test_as_it_was_sent_nothing_is_wrong(filling: Filling) -> None:
    found = back(filling)
    assert found.faults == []
    (row,) = [row for row in found.rows if row["answer"]]
    assert (row["answer"], row.where("answer")) == (
        "17400",
        f"Answers, cell {filling.cell(ABOUT, 'answer').coordinate}",
    )
    assert found.entries["letter"][0] == "٤١"


def test_a_column_that_was_moved_is_read_where_it_stands(filling: Filling) -> None:
    for row in range(HEAD_ROW, filling.page.max_row + 1):
        one, other = filling.page.cell(row, place_of("why")), filling.page.cell(row, place_of("answer"))
        one.value, other.value = other.value, one.value
    found = back(filling)
    assert found.faults == []
    assert [row["answer"] for row in found.rows if row["answer"]] == ["17400"]


def test_a_renamed_column_is_told(filling: Filling) -> None:
    filling.page.cell(HEAD_ROW, place_of("answer")).value = "Our answer"
    told = "\n".join(back(filling).faults)
    assert (
        f"Answers, cell {get_column_letter(place_of('answer'))}{HEAD_ROW}: a column 'Our answer' that was not sent"
        in told
    )
    assert "no column 'Right answer'" in told


def test_an_added_column_is_told_with_and_without_a_heading(filling: Filling) -> None:
    filling.page.cell(HEAD_ROW, len(COLUMNS) + 1).value = "Telephone"
    filling.page.cell(HEAD_ROW + 1, len(COLUMNS) + 2).value = "see above"
    told = "\n".join(back(filling).faults)
    assert f"cell L{HEAD_ROW}: a column 'Telephone' that was not sent" in told
    assert f"cell M{HEAD_ROW + 1}: beside the columns" in told


def test_a_column_that_stands_twice_is_told(filling: Filling) -> None:
    filling.page.cell(HEAD_ROW, place_of("why")).value = "Remark"
    assert any("'Remark' stands there twice" in fault for fault in back(filling).faults)


def test_merged_cells_are_told(filling: Filling) -> None:
    filling.page.merge_cells("J5:J7")
    assert back(filling).faults == ["Answers, cells J5:J7: merged; part them, and write each answer into its own row"]


def test_formulas_are_told_in_answers_and_in_the_letter(filling: Filling) -> None:
    cell = filling.cell(ABOUT, "answer")
    cell.value = "=17400*2"
    filling.entries["role"].value = "=A1"
    told = back(filling).faults
    assert f"Answers, cell {cell.coordinate}: a formula; write what it shows" in told
    assert any(f"cell {filling.entries['role'].coordinate}: a formula" in fault for fault in told)


def test_a_hundred_thousand_rows_are_told_and_soon(content: bytes) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1000, 101_000)).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            whole = old.read(name)
            new.writestr(name, whole.replace(b"</sheetData>", rows + b"</sheetData>") if "sheet2" in name else whole)
    began = time.process_time()
    assert any("more than 20000 rows" in fault for fault in read("b.xlsx", written.getvalue(), WORDS).faults)
    assert time.process_time() - began < 5


def test_a_sheet_that_was_renamed_is_told(filling: Filling) -> None:
    filling.page.title = "Sheet1"
    with pytest.raises(DecisionError, match="no sheet 'Answers': it was renamed or removed"):
        back(filling)


@pytest.mark.parametrize("content_of", [b"", b"PK\x03\x04 cut off", b"facility,answer\n", None])
def test_another_file_is_none_of_ours(content_of: bytes | None) -> None:
    written = io.BytesIO()
    Workbook().save(written)
    with pytest.raises(DecisionError, match=r"back\.xlsx: no"):
        read("back.xlsx", written.getvalue() if content_of is None else content_of, {})
