"""Findings on the screen and as spreadsheets: what a directorate gets, and that it is the same each time."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from asked_round import ERBIL, KARBALA, Filling, facility, make, sent
from conftest import ROUND
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from pipeline import findings, workbook
from pipeline.enquiry.form import COLUMNS, HEAD_ROW
from pipeline.errors import UsageError, VerdictError
from pipeline.project import Project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make(tmp_path_factory.mktemp("asked") / "project")


@pytest.fixture(scope="module")
def content(project: Project) -> bytes:
    return sent(project)


def sheets(content: bytes) -> tuple[Any, Any]:
    letter, page = load_workbook(io.BytesIO(content)).worksheets[:2]
    return letter, page


def options(content: bytes, place: str) -> list[str]:
    """What the drop-down of a cell offers."""
    book = load_workbook(io.BytesIO(content))
    (rule,) = [one for one in book.worksheets[1].data_validations.dataValidation if place in one.cells]
    left, top, _, bottom = range_boundaries(rule.formula1.partition("!")[2])
    return [str(book["lists"].cell(row, left).value) for row in range(top, bottom + 1)]


def test_the_screen_tells_each_question_with_its_reason(project: Project) -> None:
    told = findings.text(project, findings.asked(project, ROUND, "karbala"))
    assert f"karbala  {facility(KARBALA[0])}" in told
    assert "Catchment population: 17400000" in told
    assert "Which population does this facility serve? Usual: " in told
    assert facility(ERBIL[0]) not in told


def test_a_program_reads_codes(project: Project) -> None:
    document = json.loads(findings.json_text(findings.asked(project, ROUND)))
    (one,) = [row for row in document["questions"] if row["facility"] == facility(KARBALA[1])]
    assert (one["question"], one["value"], one["rules"]) == ("QHeRAMS100", "A9", ["value_sets"])


def test_the_same_findings_give_the_same_bytes(project: Project, content: bytes) -> None:
    assert sent(project) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        assert b"dcterms" not in archive.read("docProps/core.xml").partition(b">")[2]


@pytest.mark.parametrize(("directorate", "language"), [("karbala", "ar"), ("erbil", "ckb")])
def test_a_directorate_is_asked_in_its_own_language_from_right_to_left(
    project: Project, directorate: str, language: str
) -> None:
    content = sent(project, directorate, None)
    about = {row[0].value: row[1].value for row in load_workbook(io.BytesIO(content))["about"].iter_rows()}
    assert about["language"] == language
    assert all(page.sheet_view.rightToLeft for page in sheets(content))
    said = [str(cell.value) for row in sheets(content)[0] for cell in row if cell.value not in (None, ROUND)]
    assert not re.search("[a-z]{4}", " ".join(said))


def test_only_the_cells_to_be_filled_in_are_open(content: bytes) -> None:
    letter, page = sheets(content)
    assert letter.protection.sheet
    assert page.protection.sheet
    opened = {COLUMNS[cell.column - 1] for row in page.iter_rows() for cell in row if not cell.protection.locked}
    assert opened == {"what", "answer", "remark"}
    assert page.cell(HEAD_ROW, 1).protection.locked
    hidden = load_workbook(io.BytesIO(content)).worksheets[2:]
    assert {sheet.sheet_state for sheet in hidden} == {"veryHidden"}


def test_a_page_fits_the_width_of_a4_and_repeats_its_headings(content: bytes) -> None:
    letter, page = sheets(content)
    assert [sheet.page_setup.paperSize for sheet in (letter, page)] == [9, 9]
    assert [sheet.page_setup.orientation for sheet in (letter, page)] == ["portrait", "landscape"]
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToHeight == 0
    assert page.print_title_rows.replace("$", "") == f"{HEAD_ROW}:{HEAD_ROW}"


def test_drop_downs_offer_what_the_codebook_has_and_what_may_be_done(content: bytes) -> None:
    filling = Filling(content)
    about = (KARBALA[1], "QHeRAMS100")
    answers = options(content, filling.cell(about, "answer").coordinate)
    assert answers == ["Available", "Partially available", "Not available", "Not normally provided"]
    assert options(content, filling.cell(about, "what").coordinate) == [
        "Correct it", "Make it blank", "Take the facility off the list"
    ]  # fmt: skip


def test_the_letter_says_until_when_and_to_which_office(content: bytes) -> None:
    letter, _ = sheets(content)
    said = {row[0].value: row[1].value for row in letter.iter_rows(max_col=2)}
    assert said["Please return by"] == "30/11/2023"
    assert said["Return to"] == "Ministry of Health, HeRAMS office, Baghdad"
    assert said["Questions"].endswith("facilities")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_stays_text(text: str) -> None:
    book = Workbook()
    workbook.put(book.active["A1"], text)
    cell = load_workbook(io.BytesIO(workbook.as_bytes(book))).active["A1"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert cell.value.strip() == text.strip()


def test_a_value_of_the_export_that_looks_like_a_formula_is_sent_as_text(content: bytes) -> None:
    cell = Filling(content).cell((KARBALA[4], "MoSD1"), "value")
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=HYPERLINK(1)", "s", True)


def test_characters_that_no_spreadsheet_can_hold_are_shown_as_such() -> None:
    book = Workbook()
    workbook.put(book.active["A1"], "a\x00b")
    assert book.active["A1"].value == "a\ufffdb"


def test_without_a_directorate_each_gets_a_file_of_its_own(project: Project, tmp_path: Path) -> None:
    lines = findings.write(project, ROUND, None, tmp_path / "q.xlsx", None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"q-{slug}.xlsx" for slug in ("erbil", "karbala", "najaf")
    ]
    assert len(lines) == 3


def test_an_unknown_directorate_and_another_kind_of_file_are_told(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'karbala'"):
        findings.asked(project, ROUND, "karbalaa")
    with pytest.raises(UsageError, match=r"\.xlsx"):
        findings.write(project, ROUND, "karbala", tmp_path / "q.csv", None)


def test_findings_about_other_decisions_are_refused(project: Project) -> None:
    before = project.read_text(project.decisions(ROUND))
    project.write_text(project.decisions(ROUND), before + "# read again\n")
    with pytest.raises(VerdictError, match="run `herams gate"):
        findings.asked(project, ROUND)
    project.write_text(project.decisions(ROUND), before)
