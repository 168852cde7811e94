"""An XLSForm that a workshop edited comes back as a codebook; what would be lost is told with its cell."""

from __future__ import annotations

import io
import string
from collections.abc import Callable

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from pipeline import forms
from pipeline.errors import CodebookError
from pipeline.forms.book import book
from pipeline.forms.check import faults
from pipeline.forms.read import imported
from pipeline.forms.sheets import HEADS, HINTS, LABELS, NAMES, Sheets, numbered
from pipeline.forms.xlsform import xlsform
from pipeline.project import Project

HERE = Project(ROOT)
GIVEN = forms.material(HERE)
# What XML and LimeSurvey can hold, and what a spreadsheet would run.
TEXTS = st.text(st.sampled_from("=+-@'\"<>&; ،abcçدەۆ\u200c123.%"), min_size=1, max_size=12).filter(str.strip)


def few(*names: str) -> Sheets:
    """A form of some questions of Phase I."""
    frames = {name: HERE.read_csv(HERE.codebook_sheet("iraq-2022", name)) for name in NAMES}
    survey = frames["survey"]
    frames["survey"] = survey[survey["name"].isin(names)].assign(item="").reset_index(drop=True)
    frames["choices"] = frames["choices"][
        frames["choices"]["list_name"].isin([kind.partition(" ")[2] for kind in frames["survey"]["type"]])
    ].reset_index(drop=True)
    return numbered("few", frames)


FEW = few("MoSD1", "MoSD3", "MoSD3other", "GEO1", "MoSDPOP", "MoSD4", "existing", "CONDB", "CONDBx", "ENR")
CONTENT = book(xlsform(FEW, GIVEN))


def edited(change: Callable[[Workbook], object]) -> bytes:
    """The spreadsheet of the form after somebody's work in it."""
    found = load_workbook(io.BytesIO(CONTENT))
    change(found)
    saved = io.BytesIO()
    found.save(saved)
    return saved.getvalue()


def cell(found: Workbook, sheet: str, name: str, column: str) -> tuple[int, int]:
    """Where the cell of a row lies, by the row's name."""
    heads, *rows = found[sheet].iter_rows(values_only=True)
    number = next(n for n, row in enumerate(rows, start=2) if row[heads.index("name")] == name)
    return number, heads.index(column) + 1


def write(found: Workbook, sheet: str, name: str, column: str, text: object) -> int:
    row, place = cell(found, sheet, name, column)
    found[sheet].cell(row, place).value = text
    return row


def test_a_label_and_a_condition_that_were_edited_come_back() -> None:
    def change(found: Workbook) -> None:
        write(found, "survey", "CONDBx", "label::English (en)", "Why is it damaged?")
        write(found, "survey", "CONDBx", "relevant", "${CONDB} = 'A2'")
        write(found, "survey", "CONDBx_1", "required", None)

    back = imported("few", "few.xlsx", edited(change), GIVEN).codebook().question("CONDBx")
    assert (back.labels["en"], back.relevant, back.required) == ("Why is it damaged?", "${CONDB} = 'A2'", "")
    assert back.columns == FEW.codebook().question("CONDBx").columns


def test_a_whole_number_that_was_typed_is_no_fraction() -> None:
    back = imported("few", "few.xlsx", edited(lambda found: write(found, "survey", "CONDBx", "rule", 5.0)), GIVEN)
    assert back.codebook().question("CONDBx").rule == 5


def test_rows_that_are_made_may_be_left_out() -> None:
    def change(found: Workbook) -> None:
        sheet = found["survey"]
        write(found, "survey", "CONDBx", "required", "yes")
        write(found, "survey", "CONDBx", "codebook", None)
        write(found, "survey", "CONDBx", "appearance", None)
        write(found, "survey", "CONDBx", "type", "rank damage_causes")
        for row in range(sheet.max_row, 1, -1):
            if str(sheet.cell(row, 2).value).startswith("CONDBx") and sheet.cell(row, 1).value != "rank damage_causes":
                sheet.delete_rows(row)

    back = imported("few", "few.xlsx", edited(change), GIVEN)
    assert back.codebook().questions == FEW.codebook().questions


def test_a_new_option_without_our_word_is_asked_for() -> None:
    content = edited(lambda found: found["choices"].append(["damage_causes", "A6", "Flood", "فيضان", "لافاو"]))
    with pytest.raises(CodebookError, match=r"choices, row \d+, column canonical: is blank"):
        imported("few", "few.xlsx", content, GIVEN)


@pytest.mark.parametrize(
    ("sheet", "name", "column", "text", "said"),
    [
        ("survey", "CONDBx_2", "label::English (en)", "2nd", "is made of CONDBx: change that one"),
        ("survey", "CONDBx_3", "relevant", None, ""),
        ("survey", "CONDB", "choice_filter", "name != 'A4'", "would be lost"),
        ("survey", "CONDB", "appearance", "likert", "would be lost"),
        ("survey", "MoSD3other", "relevant", "${MoSD3} = 'A1'", "would be lost"),
        ("survey", "GEO1", "calculation", "1 + 1", "would be lost"),
        ("choices", "kirkuk", "label::English (en)", "Karkuk", "is made of GEO1: change that one"),
        ("survey", "CONDB", "relevant", "=1+1", "is a formula; write what it shows"),
        ("codebook_choices", "A1", "note", "=A1", "is a formula; write what it shows"),
    ],
)
def test_what_a_codebook_would_not_give_back_is_told_with_its_cell(
    sheet: str, name: str, column: str, text: str | None, said: str
) -> None:
    number = 0

    def change(found: Workbook) -> None:
        nonlocal number
        number = write(found, sheet, name, column, text)

    with pytest.raises(CodebookError) as told:
        imported("few", "few.xlsx", edited(change), GIVEN)
    assert f"{sheet}, row {number}, column {column}: " in str(told.value) and said in str(told.value)


def test_a_column_of_somebody_is_told_not_dropped() -> None:
    def change(found: Workbook) -> None:
        found["survey"].cell(1, 40).value = "media::image"
        found["survey"].cell(3, 40).value = "door.png"

    with pytest.raises(CodebookError, match="survey, row 3, column media::image: a codebook has no such column"):
        imported("few", "few.xlsx", edited(change), GIVEN)


def test_faults_of_the_form_are_told_by_the_rows_of_the_file() -> None:
    number = 0

    def change(found: Workbook) -> None:
        nonlocal number
        number = write(found, "survey", "ENR", "relevant", "${CONBD} = 'A1'")

    with pytest.raises(CodebookError, match=r"unknown question 'CONBD': did you mean 'CONDB'\?") as told:
        imported("few", "few.xlsx", edited(change), GIVEN)
    assert f"survey, row {number}, column relevant" in str(told.value)


def test_what_is_no_form_is_refused() -> None:
    with pytest.raises(CodebookError, match=r"x\.xlsx is no spreadsheet of Excel"):
        imported("x", "x.xlsx", b"class\ttype", GIVEN)
    with pytest.raises(CodebookError, match="has no sheet survey, settings"):
        imported("x", "x.xlsx", book({"choices": [["list_name", "name"]]}), GIVEN)


@st.composite
def codebooks(draw: st.DrawFn) -> Sheets:
    """Small forms: options, ranks, ticks, numbers, a text of *other*, stops, hints in all languages or in none."""
    codes = draw(st.lists(st.text(string.ascii_letters + string.digits, min_size=1, max_size=5), min_size=2, max_size=5,
                          unique_by=str.casefold))  # fmt: skip
    has_other = draw(st.booleans())
    options = [
        {"list_name": "list", "name": code, "canonical": f"word{n}", "note": draw(TEXTS)}
        | {label: f"{code} {language} {draw(TEXTS)} {n}" for language, label in enumerate(LABELS)}
        for n, code in enumerate([*codes, "-oth-"] if has_other else codes)
    ]
    rows: list[dict[str, str]] = []
    for n, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))):
        lists = (
            " list"
            if kind in ("select_one", "rank", "select_multiple") and not (has_other and kind != "select_one")
            else ""
        )
        kind = kind if lists or kind not in ("rank", "select_multiple") else "text"
        asked = [row["name"] for row in rows if row["type"] == "select_one list"]
        row = {"type": kind + lists, "name": f"q{n}", "columns": ENDS.get(kind, "").format(name=f"q{n}")}
        row |= {head: draw(TEXTS) for head in LABELS} | (
            {head: draw(TEXTS) for head in HINTS} if draw(st.booleans()) else {}
        )
        row["required"] = draw(st.sampled_from(["", "yes", *(f"${{{name}}} = '{codes[0]}'" for name in asked)]))
        row["relevant"] = draw(st.sampled_from(["", *(f"${{{name}}} != '{codes[-1]}'" for name in asked)]))
        row["constraint"] = ". >= 0 and . < 9" if kind in ("integer", "decimal") else ""
        rows.append(row)
        if has_other and kind == "select_one":
            rows.append({"type": "text", "name": f"q{n}x", **{head: draw(TEXTS) for head in LABELS}})
    begin = draw(st.integers(0, len(rows)))
    stop = {"type": "begin_group", "name": "stop", **{head: draw(TEXTS) for head in LABELS}}
    rows = [*rows[:begin], stop, *rows[begin:], {"type": "end_group", "name": "stop"}]
    about = dict(zip(HEADS["settings"], ("A form", "form", "1", "Arabic (ar)", "newer"), strict=True))
    frames = {
        name: pd.DataFrame(
            [[row.get(head, "") for head in HEADS[name]] for row in part], columns=list(HEADS[name]), dtype=str
        )
        for name, part in (("survey", rows), ("choices", options), ("settings", [about]))
    }
    return numbered("form", frames)


KINDS = ("text", "integer", "decimal", "date", "hidden", "select_one", "select_multiple", "rank")
ENDS = {"rank": "{name}_{{rank:3}}", "select_multiple": "{name}_{{option}}"}


@settings(max_examples=10, deadline=None)
@given(codebooks())
def test_any_codebook_comes_back_the_same(form: Sheets) -> None:
    assert [str(fault) for fault in faults(form)] == []
    back = imported("form", "form.xlsx", book(xlsform(form, GIVEN)), GIVEN)
    for name in NAMES:
        pd.testing.assert_frame_equal(back.frame(name).reset_index(drop=True), form.frame(name).reset_index(drop=True))
    assert back.codebook() == form.codebook()
