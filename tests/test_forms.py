"""The form as an XLSForm: what pyxform and the ODK validator say of it, what a collector sees; and it comes back."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from pyxform.validators import odk_validate
from pyxform.xls2xform import convert
from test_cli import ends
from test_words import WRONG_LETTERS

from pipeline import form_commands, forms
from pipeline.codebook import Codebook
from pipeline.forms.book import book
from pipeline.forms.sheets import sheets
from pipeline.forms.xlsform import xlsform
from pipeline.project import Project
from pipeline.spelling import fold

FORM = "iraq-2022"
Row = dict[str, str]
Table = dict[str, list[Row]]


@pytest.fixture(scope="module")
def content(here: Project) -> bytes:
    return book(xlsform(sheets(here, FORM), forms.material(here)))


@pytest.fixture(scope="module")
def table(content: bytes) -> Table:
    """The spreadsheet as somebody sees it who opens it."""
    found: Table = {}
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        heads, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(heads, (cell or "" for cell in row), strict=True)) for row in rows]
    return found


@pytest.fixture(scope="module")
def by_name(table: Table) -> dict[str, Row]:
    return {row["name"]: row for row in table["survey"] if row["type"] != "end_group"}


@pytest.fixture(scope="module")
def xform(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pyxform makes of it, without a warning."""
    warnings: list[str] = []
    made = convert(io.BytesIO(content), warnings=warnings, file_type=".xlsx")
    assert warnings == []
    path = tmp_path_factory.mktemp("forms") / "form.xml"
    path.write_text(made.xform, encoding="utf-8")
    return path


def test_pyxform_takes_the_form_without_a_warning_and_in_three_languages(xform: Path) -> None:
    found = ElementTree.parse(xform).getroot()
    languages = [node.get("lang") for node in found.iter("{http://www.w3.org/2002/xforms}translation")]
    assert languages == ["English (en)", "Arabic (ar)", "Kurdish (ckb)"]


@pytest.mark.skipif(shutil.which("java") is None, reason="the ODK validator needs Java")
def test_the_odk_validator_takes_the_form(xform: Path) -> None:
    assert odk_validate.check_xform(str(xform)) == []


def test_every_column_of_the_export_is_asked_for(by_name: dict[str, Row], codebook: Codebook) -> None:
    for column, question in codebook.by_column.items():
        if question.type == "select_multiple":
            assert by_name[question.name]["type"] == f"select_multiple {question.list_name}"
        else:
            assert column in by_name, column


def test_a_cause_that_was_chosen_is_not_offered_again(by_name: dict[str, Row]) -> None:
    first, second, third = (by_name[f"CONDBx_{rank}"] for rank in (1, 2, 3))
    assert (first["required"], second["required"]) == ("yes", "")
    assert third["choice_filter"] == "name != ${CONDBx_1} and name != ${CONDBx_2}"
    assert third["relevant"] == "${CONDBx_2} != ''"
    assert by_name["CONDBx"]["relevant"] == "${CONDB} = 'A2' or ${CONDB} = 'A3'"


def test_sectors_are_those_of_the_directorate_and_are_written_as_in_exports(
    here: Project, table: Table, by_name: dict[str, Row]
) -> None:
    assert by_name["GEO1_sector"]["choice_filter"] == "directorate = ${GEO1_directorate}"
    sectors = [row for row in table["choices"] if row["list_name"] == "sectors"]
    places = forms.material(here).places
    assert len(sectors) == len(places.sectors) + len(places.directorates)
    for row in sectors:
        directorate, _, sector = row["written"].partition(" / ")
        assert places.directorate_by_name[fold(directorate)] == row["directorate"]
        known = places.sectors_of[row["directorate"]].get(fold(sector), f"{row['directorate']}-other")
        assert known == row["name"]


def test_what_stands_under_other_is_asked_where_the_list_says_so(by_name: dict[str, Row]) -> None:
    assert by_name["MoSD3other"]["relevant"] == "${MoSD3} = '-oth-'"
    assert by_name["MoSD7x"]["relevant"] == "${MoSD7} = '-oth-'"


def test_vague_questions_have_hints_and_limits_have_messages_in_three_languages(by_name: dict[str, Row]) -> None:
    for name in ("MoSDPOP", "MoSD4", "CONDB", "HFSUP1", "HR1_SQ001", "QHeRAMS100", "MoSD5", "INFO3"):
        assert all(by_name[name][f"hint::{language}"] for language in ("English (en)", "Arabic (ar)", "Kurdish (ckb)"))
    limits = [row for row in by_name.values() if row["constraint"]]
    assert len(limits) == 33
    assert all(
        row[f"constraint_message::{language}"] for row in limits for language in ("Arabic (ar)", "Kurdish (ckb)")
    )


@pytest.mark.parametrize(("code", "language"), [("ar", "Arabic (ar)"), ("ckb", "Kurdish (ckb)")])
def test_hints_messages_and_words_of_forms_have_their_own_letters(here: Project, code: str, language: str) -> None:
    survey, words = sheets(here, FORM).survey, here.read_csv(here.form_words())
    texts = [*survey[f"hint::{language}"], *survey[f"constraint_message::{language}"], *words[code]]
    assert all(words[code]) and set(words["review"]) == {"proposal"}
    assert not [text for text in texts if set(text) & set(WRONG_LETTERS[code])]


def test_every_module_has_a_name_for_its_section(here: Project, codebook: Codebook) -> None:
    modules = {question.module for question in codebook.questions if question.type not in ("hidden", "calculate")}
    assert {f"module.{name}" for name in modules} <= set(here.read_csv(here.form_words())["key"])


def test_personal_columns_are_asked_and_stay_marked(by_name: dict[str, Row], codebook: Codebook) -> None:
    assert {name for name, row in by_name.items() if row["personal"] == "yes"} == set(codebook.personal_columns)


def test_the_same_form_is_the_same_bytes(here: Project, content: bytes) -> None:
    assert book(xlsform(sheets(here, FORM), forms.material(here))) == content


@pytest.mark.parametrize("form", [FORM, "iraq-2024"])
def test_the_codebook_comes_back_the_same_to_the_byte(here: Project, tmp_path: Path, form: str) -> None:
    file, back = tmp_path / "form.xlsx", tmp_path / "back"
    forms.write(here, form, "xlsform", file)
    forms.take_in(here, file, back)
    for name in ("survey", "choices", "settings"):
        assert (back / f"{name}.csv").read_bytes() == here.codebook_sheet(form, name).read_bytes()


def test_a_form_is_written_and_told_by_the_command(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(monkeypatch, small.root, "form", FORM, "--check") == 0
    assert capsys.readouterr().out == f"{FORM}: 316 questions, 830 columns, 32 lists; no fault\n"
    for kind, name in (("xlsform", "form.xlsx"), ("limesurvey", "form.txt")):
        assert ends(monkeypatch, small.root, "form", FORM, "--to", kind, "--out", name) == 0
        assert (small.root / name).stat().st_size > 90_000


def test_the_command_offers_every_kind_of_form_that_there_is() -> None:
    assert set(form_commands.KINDS) == set(forms.MAKERS)


def test_a_form_with_faults_is_not_written(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = small.codebook_sheet(FORM, "survey")
    small.write_text(path, small.read_text(path).replace("${CONDB} = 'A2' or ${CONDB} = 'A3'", "${CONDBB} = 'A2'"))
    assert ends(monkeypatch, small.root, "form", FORM, "--check") == 1
    assert (
        "survey, row 37, column relevant: unknown question 'CONDBB': did you mean 'CONDB'?" in capsys.readouterr().err
    )
    assert ends(monkeypatch, small.root, "form", FORM, "--to", "xlsform", "--out", "form.xlsx") == 1
    assert not (small.root / "form.xlsx").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("form", "irak-2022", "--check"), "did you mean 'iraq-2022'?"),
        (("form", "darft", "x.csv"), "did you mean 'draft'?"),
        (("form", FORM), "say what to make of iraq-2022"),
        (("form", FORM, "--to", "xlsform"), "say what to make of iraq-2022"),
        (("form", FORM, "--check", "--out", "x"), "say what to make of iraq-2022"),
        (("form", FORM, "--to", "word", "--out", "x"), "'word' is not one of"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_of_forms_says_what_was_meant(
    small: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    assert ends(monkeypatch, small.root, *words) == 2
    assert said in capsys.readouterr().err
