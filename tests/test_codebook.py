from __future__ import annotations

import pandas as pd
import pytest

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.errors import CodebookError, UsageError
from pipeline.project import Project


def sheets(project: Project) -> dict[str, pd.DataFrame]:
    names = ("survey", "choices", "settings")
    return {name: project.read_csv(project.codebook_sheet("iraq-2022", name)) for name in names}


def test_a_ranked_question_has_a_column_for_each_rank(codebook: Codebook) -> None:
    question = codebook.question("CONDBx")
    assert question.columns == ("CONDBx_1", "CONDBx_2", "CONDBx_3", "CONDBx_4", "CONDBx_5")
    assert question.option_columns[0] == "CONDBx_A1"


def test_ticks_have_a_column_for_each_option_in_the_order_of_the_list(codebook: Codebook) -> None:
    assert [name[-5:] for name in codebook.question("HFSUP4_SQ003").columns] == [
        "SQ001", "SQ006", "SQ004", "SQ005", "SQ002", "SQ003",
    ]  # fmt: skip


def test_personal_columns_enter_no_table(codebook: Codebook) -> None:
    assert set(codebook.personal_columns).isdisjoint(codebook.table_columns)
    assert len(codebook.table_columns) == len(codebook.columns) - len(codebook.personal_columns)


@pytest.mark.parametrize("text", ["A2", "Partially available", " partially  available", "متوفر جزئياً"])
def test_an_answer_is_known_by_code_label_and_odd_spelling(codebook: Codebook, text: str) -> None:
    assert codebook.code_of_text("availability4", text) == "A2"


def test_an_answer_that_the_list_lacks_has_no_code(codebook: Codebook) -> None:
    assert codebook.code_of_text("availability4", "A7") is None


def test_an_unknown_question_is_told_with_the_nearest(codebook: Codebook) -> None:
    with pytest.raises(UsageError, match="unknown question"):
        codebook.question("CONDBB")


def test_an_unknown_form_is_told_with_the_nearest(here: Project) -> None:
    with pytest.raises(UsageError, match="did you mean 'iraq-2022'"):
        codebooks.load(here, "irak-2022")


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "said"),
    [
        ("survey", 10, "name", "MoSD1", "twice"),
        ("survey", 10, "type", "select_on facility_type", "unknown type"),
        ("survey", 10, "type", "select_one nowhere", "lacks the list"),
        ("survey", 200, "item", "QHeRAMS999", "is no question"),
    ],
)
def test_a_codebook_that_contradicts_itself_is_refused(
    here: Project, sheet: str, row: int, column: str, value: str, said: str
) -> None:
    found = sheets(here)
    found[sheet].loc[row, column] = value
    with pytest.raises(CodebookError, match=said):
        codebooks.parse("x", found["survey"], found["choices"], found["settings"])


def test_a_group_without_an_end_is_refused(here: Project) -> None:
    found = sheets(here)
    survey = found["survey"][found["survey"]["type"] != "end_group"]
    with pytest.raises(CodebookError, match="no end_group"):
        codebooks.parse("x", survey, found["choices"], found["settings"])


def test_one_wording_for_two_options_is_refused(here: Project) -> None:
    found = sheets(here)
    found["choices"].loc[found["choices"]["list_name"] == "urban_rural", "aliases"] = "Town"
    with pytest.raises(CodebookError, match="stands for both"):
        codebook = codebooks.parse("x", found["survey"], found["choices"], found["settings"])
        codebook.code_of_text("urban_rural", "Town")
