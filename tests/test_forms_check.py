"""What is wrong with a form is told with sheet, row and column, and all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd
import pytest
from conftest import ROOT

from pipeline.errors import CodebookError
from pipeline.forms.check import faults
from pipeline.forms.sheets import Sheets, numbered, refuse
from pipeline.project import Project

HERE = Project(ROOT)
Frames = dict[str, pd.DataFrame]


@pytest.fixture
def frames() -> Frames:
    """The sheets of the Phase I form, to be spoilt."""
    return {name: HERE.read_csv(HERE.codebook_sheet("iraq-2022", name)) for name in ("survey", "choices", "settings")}


def told(frames: Frames) -> list[str]:
    return [str(fault) for fault in faults(numbered("spoilt", frames))]


def row(frames: Frames, name: str) -> int:
    """The number of a question's row, as a spreadsheet shows it."""
    survey = frames["survey"]
    return int(survey.index[survey["name"] == name][0]) + 2


def put(frames: Frames, which: str, /, **cells: str) -> None:
    survey = frames["survey"]
    for column, text in cells.items():
        survey.loc[(survey["name"] == which) & (survey["type"] != "end_group"), column.replace("__", "::")] = text


def test_the_form_of_phase_one_has_no_fault(frames: Frames) -> None:
    assert told(frames) == []


@pytest.mark.parametrize(
    ("name", "cells", "column", "said"),
    [
        ("HFACC", {"name": "HFFUNCT"}, "name", "'HFFUNCT' stands in row"),
        ("GEO3", {"name": "3GEO"}, "name", "'3GEO' is no name for a form"),
        ("GEO3", {"name": "GEO_3_a_b"}, "name", "of a type that LimeSurvey has no question for"),
        ("GEO3", {"name": "Health-Area"}, "name", "Health-Area is no name for LimeSurvey"),
        ("GEO3", {"name": "H" * 21}, "name", "is no name for LimeSurvey"),
        ("GEO3", {"name": "SID"}, "name", "a word that LimeSurvey keeps for itself"),
        ("ENR", {"name": "HR1_SQ013"}, "name", "stands apart from the other questions of HR1"),
        ("CONDBx", {"columns": "CONDB_{rank:5}"}, "name", "columns that LimeSurvey would name otherwise"),
        ("GEO3", {"type": "select_one nowhere"}, "type", "no list 'nowhere'"),
        ("GEO3", {"type": "txt"}, "type", "unknown type 'txt'"),
        ("HFSUP2", {"columns": "HFSUP1"}, "columns", "'HFSUP1' stands in row"),
        ("BAWA1x", {"item": "BAWA9"}, "item", "'BAWA9' is no question of the form"),
        ("GEO3", {"label__Kurdish (ckb)": ""}, "label::Kurdish (ckb)", "no text in the language 'ckb'"),
        ("MoSDPOP", {"hint__Arabic (ar)": " "}, "hint::Arabic (ar)", "no text in the language 'ar'"),
        ("OPRDAYS", {"constraint_message__English (en)": ""}, "constraint_message::English (en)", "language 'en'"),
        ("GEO3", {"label__English (en)": "Area {x}"}, "label::English (en)", "takes what stands in { } for an"),
        ("GEO3", {"relevant": "${GEO4} = "}, "relevant", "is not understood"),
        ("MoSDPOP", {"constraint": ". >= 0 and"}, "constraint", "is not understood"),
        ("GEO3", {"relevant": "${GEO44} = 'A1'"}, "relevant", "unknown question 'GEO44': did you mean 'GEO4'?"),
        ("GEO3", {"required": "${CONDB2} = 'A1'"}, "required", "unknown question 'CONDB2'"),
        ("GEO3", {"relevant": "${GEO4} = 'A7'"}, "relevant", "GEO4 has no option 'A7'; it has A1, A2"),
        ("ENR", {"relevant": "selected(${BASA3}, 'SQ009')"}, "relevant", "BASA3 has no option 'SQ009'"),
        ("GEO3", {"relevant": ". = 'x'"}, "relevant", "only a constraint can have it"),
        ("ENR", {"relevant": "${CONDBx} = 'A1'"}, "relevant", "CONDBx is ranked"),
        ("GEO3", {"relevant": "string-length(${MoSD1}) > 2"}, "relevant", "'string-length' has no counterpart in"),
        ("GEO3", {"relevant": "${MoSD1} = 'C\\\\'"}, "relevant", "a quotation mark or a backslash within a text"),
        ("MoSDPOP", {"constraint": ". mod 2 = 0"}, "constraint", "'mod' has no counterpart in LimeSurvey"),
        ("inpatient", {"calculation": ""}, "calculation", "a calculation without one"),
        ("CONDBx", {"constraint": ". != 'A1'"}, "constraint", "a ranked question can have none"),
        ("GEO6", {"type": "select_one ownership", "name": "GEO6_SQ1"}, "name", "the option -oth-"),
    ],
    ids=lambda value: None if isinstance(value, Mapping) else str(value)[:24],
)  # fmt: skip
def test_a_fault_of_a_question_is_told_with_its_cell(
    frames: Frames, name: str, cells: dict[str, str], column: str, said: str
) -> None:
    number = row(frames, name)
    put(frames, name, **cells)
    found = [fault for fault in faults(numbered("spoilt", frames)) if (fault.row, fault.column) == (number, column)]
    assert any(said in fault.what for fault in found), told(frames)
    assert all(fault.sheet == "survey" for fault in found)


@pytest.mark.parametrize(
    ("choice", "cells", "column", "said"),
    [
        (("yes_no", "N"), {"name": "Y"}, "name", "'Y' stands in the list 'yes_no' twice, first in row"),
        (("yes_no", "N"), {"name": "perhaps"}, "name", "is no code for LimeSurvey"),
        (("yes_no", "N"), {"name": "n-o"}, "name", "is no code for LimeSurvey"),
        (("yes_no", "N"), {"canonical": ""}, "canonical", "is blank"),
        (("yes_no", "N"), {"label::Arabic (ar)": ""}, "label::Arabic (ar)", "no text in the language 'ar'"),
        (("yes_no", "N"), {"aliases": "Yes"}, "aliases", "'Yes' stands for Y too, in row"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_fault_of_an_option_is_told_with_its_cell(
    frames: Frames, choice: tuple[str, str], cells: dict[str, str], column: str, said: str
) -> None:
    choices = frames["choices"]
    place = choices.index[(choices["list_name"] == choice[0]) & (choices["name"] == choice[1])][0]
    for head, text in cells.items():
        choices.loc[place, head] = text
    assert any(f"choices, row {place + 2}, column {column}: " in line and said in line for line in told(frames))


def test_a_circle_in_the_skip_logic_is_told_once_and_with_its_way(frames: Frames) -> None:
    put(frames, "BAWA1", relevant="${BAEN1} = 'A1'")
    put(frames, "BAEN1", relevant="${BACC1} = 'A1'")
    put(frames, "BACC1", relevant="${BAWA1} = 'A1'")
    assert told(frames) == [
        f"survey, row {row(frames, 'BAWA1')}, column relevant: the skip logic goes round in a circle: "
        "BAWA1 → BAEN1 → BACC1 → BAWA1"
    ]


def test_a_group_that_asks_for_what_lies_in_it_is_a_circle(frames: Frames) -> None:
    put(frames, "reached", relevant="${BAWA1} != 'A3'")
    (circle,) = told(frames)
    assert circle.startswith(f"survey, row {row(frames, 'reached')}, column relevant: ")
    assert circle.endswith("reached → BAWA1 → reached")


def test_a_calculation_that_asks_for_itself_is_a_circle(frames: Frames) -> None:
    put(frames, "inpatient", calculation="if(${inpatient} = 1, 1, 0)")
    assert [line for line in told(frames) if "inpatient → inpatient" in line]


def test_long_chains_are_no_circles(frames: Frames) -> None:
    names = [name for name, kind in zip(frames["survey"]["name"], frames["survey"]["type"], strict=True)
             if kind == "select_one availability4"]  # fmt: skip
    for before, after in pairwise(names):
        put(frames, after, relevant=f"${{{before}}} = 'A1'")
    assert told(frames) == []


def test_groups_that_do_not_close_are_told(frames: Frames) -> None:
    survey = frames["survey"]
    frames["survey"] = survey[~((survey["type"] == "end_group") & (survey["name"] == "reached"))].reset_index(drop=True)
    assert any("ends 'functioning', but 'reached' of row" in line for line in told(frames))
    assert any("the group 'existing' has no end_group" in line for line in told(frames))


def test_a_missing_column_is_told_by_its_sheet(frames: Frames) -> None:
    frames["survey"] = frames["survey"].drop(columns=["relevant"])
    assert told(frames) == ["survey, row 1, column relevant: this column is missing"]


def test_a_codebook_without_hints_and_messages_is_a_form_too(frames: Frames) -> None:
    survey = frames["survey"]
    frames["survey"] = survey.drop(columns=[head for head in survey if head.startswith(("hint", "constraint_message"))])
    assert told(frames) == []


def test_settings_are_looked_at(frames: Frames) -> None:
    frames["settings"].loc[0, ["version", "default_language"]] = ["", "English"]
    assert told(frames) == [
        "settings, row 2, column default_language: 'English' is none of English (en), Arabic (ar), Kurdish (ckb)",
        "settings, row 2, column version: is blank",
    ]


def test_all_faults_are_told_at_once_in_the_order_of_the_form(frames: Frames) -> None:
    put(frames, "ENR", relevant="${HFACCC} = 'A1'")
    put(frames, "MoSD3", type="select_one facility_typ")
    put(frames, "GEO3", **{"label__Arabic (ar)": ""})
    put(frames, "HFSUP2", constraint=">= 0")
    frames["choices"].loc[3, "name"] = "A1"
    found = told(frames)
    places = [(row(frames, "MoSD3"), "type"), (row(frames, "GEO3"), "label::Arabic (ar)"),
              (row(frames, "HFSUP2"), "constraint"), (row(frames, "ENR"), "relevant")]  # fmt: skip
    wanted = [f"survey, row {number}, column {column}: " for number, column in places] + [
        "choices, row 5, column name: "
    ]
    assert all(any(line.startswith(begin) for line in found) for begin in wanted)
    with pytest.raises(CodebookError, match=f"the form spoilt has {len(found)} faults; nothing was written"):
        refuse(faults(numbered("spoilt", frames)), "spoilt")


def test_a_form_whose_sheets_are_empty_is_no_crash(frames: Frames) -> None:
    empty = Sheets("empty", *(frames[name].iloc[:0] for name in ("survey", "choices", "settings")))
    assert [str(fault) for fault in faults(empty)] == [
        "settings, row 2, column form_id: one row is expected below the headings, 0 are there"
    ]
