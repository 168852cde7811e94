"""The lists for second visits as they are sent, and what comes back in them."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import made
import pytest
from openpyxl import load_workbook

from pipeline import revisit, revisits
from pipeline.cli import main
from pipeline.enquiry.form import HEAD_ROW
from pipeline.errors import HeramsError, RevisitError, UsageError
from pipeline.project import Project
from pipeline.revisit.back import Found, back, text
from pipeline.revisit.form import COLUMNS, LIST
from pipeline.revisits import sample

FACILITY, COLUMN, ANSWER, CHECK = (COLUMNS.index(name) + 1 for name in ("facility_id", "column", "answer", "check"))
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The round with its lists written, to be read only."""
    project = made.copy(tmp_path_factory.mktemp("sent"))
    list(revisit.write(project, made.round_of(project), None, 5, project.root / "lists", None))
    return project


@pytest.fixture
def project(sent: Project, tmp_path: Path) -> Project:
    """A project that a test may change: files of `sent`, each of which is replaced when it is written."""
    shutil.copytree(sent.root, tmp_path / "project", copy_function=os.link, ignore=shutil.ignore_patterns("briefs"))
    return Project(tmp_path / "project")


class Visit:
    """A list in the hands of those who visit."""

    def __init__(self, project: Project, directorate: str = "kirkuk") -> None:
        self.project, self.name = project, made.round_of(project)
        path = project.revisit_list(project.root / "lists", self.name, directorate)
        self.book = load_workbook(path)
        self.page = self.book.worksheets[2]
        self.facility = str(self.page.cell(HEAD_ROW + 1, FACILITY).value)

    def row(self, column: str, facility: str = "") -> int:
        wanted = (facility or self.facility, column)
        for row in range(HEAD_ROW + 1, self.page.max_row + 1):
            if (self.page.cell(row, FACILITY).value, self.page.cell(row, COLUMN).value) == wanted:
                return row
        raise AssertionError(f"no row about {wanted}")

    def say(self, column: str, answer: Any, facility: str = "") -> Visit:
        self.page.cell(self.row(column, facility), ANSWER).value = answer
        return self

    def change(self, column: str, place: int, text: str) -> Visit:
        self.page.cell(self.row(column), place).value = text
        return self

    def repeat(self, column: str, answer: Any) -> Visit:
        """The row of a question once more below the others, with another answer."""
        cells = [cell.value for cell in self.page[self.row(column)]]
        cells[ANSWER - 1] = answer
        self.page.append(cells)
        return self

    def back(self, dry: bool = False, round_name: str = "") -> Found:
        path = self.project.root / "back.xlsx"
        self.book.save(path)
        return back(self.project, round_name or self.name, path, dry)

    def refused(self, said: str) -> None:
        before = self.project.read_bytes(self.project.revisits(self.name))
        with pytest.raises(HeramsError) as problem:
            self.back()
        assert said in str(problem.value)
        assert self.project.read_bytes(self.project.revisits(self.name)) == before


def said_by(page: Any) -> Iterable[str]:
    return (str(cell.value) for row in page for cell in row if cell.value is not None)


def test_the_lists_hold_those_drawn_and_the_file_keeps_them(sent: Project) -> None:
    name = made.round_of(sent)
    facilities = sent.read_table(name, "facilities")
    drawn = sorted(one for slug in sent.registry.directorates for one in sample.draw(facilities, name, slug))
    assert list(revisits.load(sent, name).drawn) == drawn
    listed = Visit(sent).book.worksheets[1]
    ids = [listed.cell(row, LIST.index("facility_id") + 1).value for row in range(HEAD_ROW + 1, listed.max_row + 1)]
    assert sorted(ids) == sample.draw(facilities, name, "kirkuk")


def test_showing_a_draw_changes_nothing(sent: Project) -> None:
    project, name = made.whole(), made.round_of(made.whole())
    told = revisit.text(revisit.drawn(project, name, "kirkuk"))
    assert "kirkuk: 3 of " in told and "erbil" not in told
    assert revisits.load(project, name).drawn == ()


def test_a_larger_share_adds_and_takes_nobody_away(project: Project) -> None:
    name = made.round_of(project)
    before = set(revisits.load(project, name).drawn)
    list(revisit.write(project, name, "kirkuk", 20, project.root / "more", "en"))
    after = set(revisits.load(project, name).drawn)
    assert before < after
    lines = list(revisit.write(project, name, "kirkuk", 5, project.root / "more", "en"))
    assert set(revisits.load(project, name).drawn) == after and lines[0].startswith("0 newly drawn")


def test_writing_again_keeps_what_came_back_and_gives_the_same_bytes(project: Project) -> None:
    visit = Visit(project).say("MoSD4", "قائم")
    name, path = visit.name, project.revisit_list(project.root / "again", visit.name, "kirkuk")
    answers = dict(visit.back().new)
    list(revisit.write(project, name, "kirkuk", 5, project.root / "again", None))
    assert path.read_bytes() == project.revisit_list(project.root / "lists", name, "kirkuk").read_bytes()
    assert revisits.load(project, name).answers == answers


def test_nothing_that_was_answered_first_is_in_the_file(sent: Project) -> None:
    visit = Visit(sent)
    content = sent.read_bytes(sent.revisit_list(sent.root / "lists", visit.name, "kirkuk"))
    assert not [row for row in range(HEAD_ROW + 1, visit.page.max_row + 1) if visit.page.cell(row, ANSWER).value]
    again = made.copy(sent.root / "other")
    facilities = again.read_table(visit.name, "facilities")
    other = {"building_condition": "fully_damaged", "functionality": "none", "beds_other": 77}
    again.write_table(visit.name, "facilities", facilities.assign(**other).astype({"beds_other": "Int64"}))
    made.judge(again, "facilities")
    list(revisit.write(again, visit.name, "kirkuk", 5, again.root / "lists", None))
    assert again.read_bytes(again.revisit_list(again.root / "lists", visit.name, "kirkuk")) == content


@pytest.mark.parametrize(("directorate", "language"), [("kirkuk", "ar"), ("erbil", "ckb")])
def test_a_list_is_in_the_directorates_language_from_right_to_left_on_a4(
    sent: Project, directorate: str, language: str
) -> None:
    book = Visit(sent, directorate).book
    assert dict(book["about"].iter_rows(values_only=True))["language"] == language
    shown = book.worksheets[:3]
    assert [page.sheet_view.rightToLeft for page in shown] == [True] * 3
    assert [page.page_setup.paperSize for page in shown] == [9] * 3
    assert all(page.sheet_properties.pageSetUpPr.fitToPage and page.protection.sheet for page in shown)
    assert {page.sheet_state for page in book.worksheets[3:]} == {"veryHidden"}
    said = "".join(sorted(set(said_by(shown[0]))))
    assert sum("؀" <= letter <= "ۿ" for letter in said) > 300


def test_only_the_answers_are_open_and_offer_what_the_form_has(sent: Project) -> None:
    visit = Visit(sent)
    opened = {cell.column for row in visit.page for cell in row if not cell.protection.locked}
    assert opened == {ANSWER}
    cell = visit.page.cell(visit.row("HFFUNCT"), ANSWER)
    (rule,) = [one for one in visit.page.data_validations.dataValidation if cell.coordinate in one.cells]
    assert rule.type == "list"
    (rule,) = [
        one
        for one in visit.page.data_validations.dataValidation
        if visit.page.cell(visit.row("BAINP2_SQ003"), ANSWER).coordinate in one.cells
    ]
    assert (rule.type, rule.formula1) == ("whole", "0")


def test_a_spreadsheet_has_no_time_in_it(sent: Project) -> None:
    content = sent.read_bytes(sent.revisit_list(sent.root / "lists", made.round_of(sent), "kirkuk"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_what_came_back_is_kept_as_codes_whatever_the_digits(project: Project) -> None:
    visit = Visit(project).say("MoSD4", "قائم").say("BAINP2_SQ003", "١٢").say("HR2_SQ001_MALE", 3.0)
    visit.say("QHeRAMS100", "A3")
    assert visit.back(dry=True).new and not revisits.load(project, visit.name).answers
    visit.back()
    kept = {column: said for (_, column), said in revisits.load(project, visit.name).answers.items()}
    assert kept == {"MoSD4": "A1", "BAINP2_SQ003": "12", "HR2_SQ001_MALE": "3", "QHeRAMS100": "A3"}


def test_the_same_file_once_more_changes_nothing(project: Project) -> None:
    visit = Visit(project).say("BAINP2_SQ003", "12")
    visit.back()
    before = project.read_bytes(project.revisits(visit.name))
    again = visit.back()
    assert (dict(again.new), again.again) == ({}, 1)
    assert project.read_bytes(project.revisits(visit.name)) == before


def test_a_list_that_nobody_filled_in_says_so(project: Project) -> None:
    assert text(Visit(project).back(), dry=False) == "no answer was filled in: nothing was taken in"


def test_another_answer_than_came_back_before_is_refused(project: Project) -> None:
    Visit(project).say("BAINP2_SQ003", "12").back()
    Visit(project).say("BAINP2_SQ003", "13").refused("came back as '12' before, and is '13' now")


def test_facilities_of_which_nothing_came_back_are_named(project: Project) -> None:
    visit = Visit(project).say("BAINP2_SQ003", "12")
    found = visit.back()
    assert len(found.unvisited) == 2 and visit.facility not in found.unvisited


@pytest.mark.parametrize(
    ("column", "answer", "said"),
    [
        ("MoSD4", "perhaps", "'perhaps' is none of the answers"),
        ("BAINP2_SQ003", "many", "'many' is not a number"),
        ("BAINP2_SQ003", "-4", "'-4' breaks what the form demands: . >= 0"),
        ("BAINP2_SQ003", "2.5", "'2.5' is not a whole number"),
        ("BAINP2_SQ003", "=1+1", "a formula"),
    ],
)
def test_an_answer_that_the_form_does_not_have_is_refused(
    project: Project, column: str, answer: str, said: str
) -> None:
    Visit(project).say("HFFUNCT", "A1").say(column, answer).refused(said)


def test_a_question_answered_twice_is_refused_even_if_alike(project: Project) -> None:
    Visit(project).say("MoSD4", "A1").repeat("MoSD4", "A1").refused("stands there twice")


def test_a_facility_outside_of_the_draw_is_refused(project: Project) -> None:
    name = made.round_of(project)
    facilities = project.read_table(name, "facilities")
    mine = set(facilities.loc[facilities["directorate"] == "kirkuk", "facility_id"].astype(str))
    other = sorted(mine - set(revisits.load(project, name).drawn))[0]
    visit = Visit(project).say("MoSD4", "A1")
    visit.change("MoSD4", FACILITY, other).refused(f"{other!r} was not drawn")


def test_ids_that_were_changed_are_refused(project: Project) -> None:
    visit = Visit(project).say("QHeRAMS100", "A1")
    visit.change("QHeRAMS100", COLUMN, "QHeRAMS999").refused("'QHeRAMS999' is nothing that a second visit asks")
    visit = Visit(project).say("QHeRAMS100", "A1").change("QHeRAMS100", CHECK, "0" * 12)
    visit.refused("this row was about another facility or question")
    erbil = Visit(project, "erbil").facility
    Visit(project).say("MoSD4", "A1").change("MoSD4", FACILITY, erbil).refused("is reported by erbil, not by kirkuk")


def test_a_spreadsheet_of_another_round_or_kind_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not about other"):
        Visit(project).back(round_name="other")
    (tmp_path / "not.xlsx").write_bytes(b"nothing")
    with pytest.raises(HeramsError, match="no XLSX"):
        back(project, made.round_of(project), tmp_path / "not.xlsx")


def test_columns_that_were_added_are_refused(project: Project) -> None:
    visit = Visit(project)
    visit.page.cell(HEAD_ROW, len(COLUMNS) + 1).value = "Mine"
    visit.refused("a column 'Mine' that was not sent")


def test_a_spoilt_file_of_second_visits_stops_the_stage_that_reads_it(project: Project) -> None:
    name = made.round_of(project)
    path = project.revisits(name)
    project.write_text(path, project.read_text(path) + "nowhere/1,MoSD4,A1\n")
    with pytest.raises(RevisitError, match="'nowhere/1' was not drawn"):
        revisits.load(project, name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("small-2032",), "did you mean 'small-2023'"),
        (("small-2023", "--directorate", "kirkok"), "did you mean 'kirkuk'"),
        (("small-2023", "--share", "50"), "50 is not in the range"),
        (("small-2023", "--dry"), "--dry goes with --import"),
        (("small-2023", "--import", "dvc.yaml", "--directorate", "kirkuk"), "give it alone"),
    ],
)
def test_wrong_use_is_told(
    sent: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(sent.root)
    with pytest.raises(SystemExit) as ended:
        main(["revisit", *words], sent)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
