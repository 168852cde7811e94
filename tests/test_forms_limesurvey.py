"""The form for LimeSurvey: its columns are those of the export, its equations say what the codebook says."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import replace

import limesurvey
import limesurvey_import
import pandas as pd
import pytest
from limesurvey import Asked, Row

from pipeline import codebook as codebooks
from pipeline import forms, relevance, simulate
from pipeline.codebook import Codebook
from pipeline.export import read
from pipeline.forms.sheets import numbered
from pipeline.forms.tsv import tsv
from pipeline.ingest import place
from pipeline.project import Project
from pipeline.simulate import Options

PLATFORM = ["external_id", "last_synced", "workspace_id", "subject_id", "date"]
FACILITIES = 15


@pytest.fixture(scope="module")
def structure(here: Project, codebook: Codebook) -> list[Row]:
    return limesurvey.structure(tsv(codebook, forms.material(here).words))


@pytest.fixture(scope="module")
def asked(structure: list[Row]) -> list[Asked]:
    return limesurvey.asked(structure, "en")


@pytest.fixture(scope="module")
def told(here: Project) -> pd.DataFrame:
    """Simulated answers as codes, a column for each of the older layout."""
    export = simulate.simulate(here, "iraq-2022", FACILITIES, 5, Options(answers="codes", dirt="none"))
    rows = list(csv.reader(io.StringIO(export.decode("utf-8"))))
    found = pd.DataFrame(rows[1:], columns=rows[0], dtype=str)
    found.loc[0, ["MoSD3", "MoSD3other", "GEO5"]] = ["-oth-", "Kiosk, of tents", "-oth-"]
    return found


def plain(column: str) -> str:
    return column.replace("[", "_").replace("]", "")


def test_the_columns_that_limesurvey_makes_are_those_of_the_export(asked: list[Asked], codebook: Codebook) -> None:
    made = [plain(column) for question in asked for column in question.columns() if not column.endswith("[other]")]
    assert PLATFORM + made == list(codebook.columns)


def test_every_column_has_the_options_of_the_codebook(asked: list[Asked], codebook: Codebook) -> None:
    for question in asked:
        for column in question.columns():
            source = codebook.by_column.get(plain(column))
            if source and source.type in ("select_one", "rank"):
                other = {"-oth-"} if question.row["other"] == "Y" else set()
                assert set(question.answers) | other == set(source.canonical), column


def test_the_form_is_the_same_in_every_language_but_for_its_words(structure: list[Row]) -> None:
    words = {"text", "help", "language", "em_validation_q_tip", "other_replace_text"}
    first, *others = (
        [
            {key: text for key, text in row.items() if key not in words | limesurvey_fixed(row)}
            for row in structure
            if row["language"] == language and row["class"] in ("Q", "SQ", "A")
        ]
        for language in ("en", "ar", "ckb")
    )
    assert all(other == first for other in others)


def limesurvey_fixed(row: Row) -> set[str]:
    """The columns of attributes, which the first language alone has."""
    heads = list(row)
    return set(heads[heads.index("same_default") + 1 :])


def test_no_language_lacks_a_word_and_right_to_left_ones_have_their_own(structure: list[Row]) -> None:
    rows = [row for row in structure if row["class"] in ("Q", "SQ", "A") and row["type/scale"] != "*"]
    assert all(row["text"] for row in rows)
    by_language = {code: {row["text"] for row in rows if row["language"] == code} for code in ("en", "ar", "ckb")}
    assert len(by_language["ar"] & by_language["en"]) == len(by_language["ckb"] & by_language["en"]) == 0


def test_codes_are_such_as_limesurvey_takes(structure: list[Row]) -> None:
    for row in structure:
        if row["class"] in ("Q", "SQ", "A"):
            assert row["name"].isascii() and row["name"].isalnum(), row["name"]
            assert len(row["name"]) <= (5 if row["class"] == "A" else 20)
        if row["class"] == "Q":
            assert row["name"][0].isalpha()


def test_numbers_of_questions_are_the_same_in_every_language_and_each_has_its_own(structure: list[Row]) -> None:
    numbers = [(row["language"], row["id"]) for row in structure if row["class"] in ("Q", "SQ")]
    assert len(numbers) == len(set(numbers))


def shown(question: Asked, row: Row | None, answers: dict[str, str]) -> bool:
    """Whether LimeSurvey asks a question, or a row of it."""
    said = [question.group["relevance"], question.row["relevance"], *([row["relevance"]] if row else [])]
    return all(limesurvey.equation(text)(answers) for text in said)


def columns_by_row(question: Asked) -> Iterator[tuple[Row | None, str]]:
    for column in question.columns():
        if not column.endswith("[other]"):
            named = plain(column).removeprefix(question.code).lstrip("_").partition("_")[0]
            below = question.rows if question.row["type/scale"] in (":", "F", "K", "Q") else []
            yield next((row for row in below if row["name"] == named), None), plain(column)


def test_a_question_is_shown_where_the_codebook_says_so(
    asked: list[Asked], codebook: Codebook, told: pd.DataFrame
) -> None:
    reach = relevance.reach(told, codebook)
    answers = [as_variables(row, asked) for row in told.to_dict("records")]
    assert len({tuple(levels) for levels in reach.values()}) > 5
    for question in asked:
        for row, column in columns_by_row(question):
            source = codebook.by_column[column]
            if source.columns[0] != column:
                continue  # later ranks are shown after earlier ones
            expected = (reach[source.name] == relevance.RELEVANT).tolist()
            assert [shown(question, row, one) for one in answers] == expected, column


def as_variables(row: dict[str, str], asked: list[Asked]) -> dict[str, str]:
    ticks = {plain(column) for question in asked if question.row["type/scale"] == "M" for column in question.columns()}
    return {name: "Y" if text and name in ticks else text for name, text in row.items()}


def test_what_must_hold_of_an_answer_holds_of_simulated_ones(asked: list[Asked], told: pd.DataFrame) -> None:
    answers = [as_variables(row, asked) for row in told.to_dict("records")]
    for question in asked:
        if question.row["em_validation_q"]:
            holds = limesurvey.equation(question.row["em_validation_q"])
            assert all(holds(one) for one in answers if shown(question, None, one)), question.code


@pytest.mark.parametrize(
    ("code", "answers"),
    [
        ("MoSDPOP", {"MoSDPOP": "-1"}),
        ("OPRDAYS", {"OPRDAYS": "8"}),
        ("MoSDGPS", {"MoSDGPS_SQ001": "44", "MoSDGPS_SQ002": "33"}),
        ("BASA3", {"BASA3_SQ005": "Y", "BASA3_SQ001": "Y"}),
        ("CONDE", {"CONDB": "A1"}),
        ("BAWM4", {"BAWM2": "A1", "BAWM3": "A3"}),
        ("BAPPEx", {"BAPPEx_1": "A2", "BAPPEx_3": "A2"}),
        ("CONDBx", {}),
    ],
)
def test_what_must_not_be_is_refused_with_a_word_in_each_language(
    asked: list[Asked], structure: list[Row], told: pd.DataFrame, code: str, answers: dict[str, str]
) -> None:
    question = next(one for one in asked if one.code == code)
    blank = dict.fromkeys(told, "")
    assert not limesurvey.equation(question.row["em_validation_q"])(blank | answers)
    tips = {row["em_validation_q_tip"] for row in structure if row["class"] == "Q" and row["name"] == code}
    assert len(tips) == 3 and "" not in tips


@pytest.mark.parametrize(("is_text", "ranks"), [(True, "newer"), (False, "older")], ids=["text, newer", "codes, older"])
def test_answers_to_the_form_come_back_the_same(
    asked: list[Asked], codebook: Codebook, told: pd.DataFrame, is_text: bool, ranks: str
) -> None:
    straight, through = (
        place(read("export.csv", content, codebook.personal_columns), codebook)
        for content in (as_csv(told), exported(asked, told, is_text, ranks))
    )
    assert through.unknown_columns == through.missing_columns == []
    assert through.rank_layouts == [ranks]
    back, before = (
        {name: cells.column.texts().to_pylist() for name, cells in one.cells.items()} for one in (through, straight)
    )
    assert back == before
    assert before["MoSD3"][0] == before["GEO5"][0] == "-oth-"


def exported(asked: list[Asked], told: pd.DataFrame, is_text: bool, ranks: str) -> bytes:
    """The export of the platform: its own columns, then LimeSurvey's; the text of *other* has a column of its own."""
    made: dict[str, list[str]] = {name: told[name].tolist() for name in PLATFORM}
    for question in asked:
        kind = question.row["type/scale"]
        is_ranked = kind == "R" or (kind == "F" and question.row["use_dropdown"] == "1")
        columns = [column for column in question.columns() if not column.endswith("[other]")]
        if is_ranked and ranks == "newer":
            given = told[[plain(column) for column in columns]]
            for code in question.answers:
                places = given.eq(code)
                rank = places.to_numpy().argmax(axis=1) + 1
                made[f"{question.code}[{code}]"] = [
                    str(place) if there else "0" for place, there in zip(rank, places.any(axis=1), strict=True)
                ]
            continue
        for column in columns:
            made[column] = [limesurvey.written(question, column, text, is_text) for text in told[plain(column)]]
    return as_csv(pd.DataFrame(made))


def as_csv(export: pd.DataFrame) -> bytes:
    return export.to_csv(index=False, lineterminator="\n").encode("utf-8")


def test_what_is_typed_into_other_stands_in_the_column_that_the_form_has_for_it(asked: list[Asked]) -> None:
    equations = {one.code: one.row["text"] for one in asked if one.row["type/scale"] == "*"}
    assert equations == {
        "MoSD3other": "{MoSD3_other.NAOK}", "MoSD7x": "{MoSD7_other.NAOK}", "MoSD8x": "{MoSD8_other.NAOK}",
    }  # fmt: skip
    assert [one.code for one in asked if one.row["other"] == "Y"] == ["MoSD3", "MoSD7", "MoSD8", "GEO5"]


def test_the_form_begins_in_the_language_of_its_settings(here: Project, codebook: Codebook) -> None:
    arabic = replace(codebook, settings={**codebook.settings, "default_language": "Arabic (ar)"})
    rows = limesurvey.structure(tsv(arabic, forms.material(here).words))
    about = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
    assert (about["language"], about["additional_languages"]) == ("ar", "en ckb")
    told = [row["language"] for row in rows if row["class"] == "Q"]
    assert list(dict.fromkeys(told)) == ["ar", "en", "ckb"]
    # What is no text stands in the first language.
    first = next(row for row in rows if row["name"] == "BASA3")
    assert first["language"] == "ar" and first["em_validation_q"]


def test_a_text_with_signs_of_html_is_shown_as_it_is(here: Project, codebook: Codebook) -> None:
    frames = {name: here.read_csv(here.codebook_sheet("iraq-2022", name)) for name in ("survey", "choices", "settings")}
    frames["survey"].loc[frames["survey"]["name"] == "MoSD1", "label::English (en)"] = 'Code <5 & "no"'
    made = tsv(numbered("x", frames).codebook(), forms.material(here).words)
    row = next(row for row in limesurvey.structure(made) if row["name"] == "MoSD1" and row["language"] == "en")
    assert row["text"] == "Code &lt;5 &amp; &quot;no&quot;"


@pytest.mark.parametrize("form", ["iraq-2022", "iraq-2024"])
def test_limesurvey_imports_every_row_in_every_language_and_nothing_is_renamed_or_dropped(
    here: Project, form: str
) -> None:
    codebook = codebooks.load(here, form)
    text = tsv(codebook, forms.material(here).words)
    made = limesurvey_import.imported(text)
    assert made.settings["language"] == "en" and made.settings["additional_languages"] == "ar ckb"
    assert re.fullmatch("[1-9][0-9]{5}", made.settings["sid"])  # XMLImportSurvey reads it without asking if it is there
    texts = [made.titles, *made.groups.values(), *made.questions.values(), *made.below.values(), *made.answers.values()]
    assert all(tuple(told) == limesurvey_import.LANGUAGES for told in texts)
    rows = limesurvey.structure(text)
    assert sum(map(len, texts[1:])) == sum(row["class"] in ("G", "Q", "SQ", "A") for row in rows)
    tips = {key[0] for key in made.attributes if key[1] == "em_validation_q_tip"}
    assert {key[0] for key in made.attributes if key[1] == "em_validation_q"} >= tips


def test_limesurvey_reads_each_cell_as_we_wrote_it(structure: list[Row], here: Project, codebook: Codebook) -> None:
    assert [{name: cell for name, cell in row.items() if cell} for row in structure] == limesurvey_import.rows(
        tsv(codebook, forms.material(here).words)
    )


@pytest.mark.parametrize("label", ['"Al-Amal"', 'of "C"', 'a\\ "b" \\', "tab\\"])
def test_a_label_that_would_break_a_cell_is_shown_as_it_is(here: Project, codebook: Codebook, label: str) -> None:
    frames = {name: here.read_csv(here.codebook_sheet("iraq-2022", name)) for name in ("survey", "choices", "settings")}
    frames["survey"].loc[frames["survey"]["name"] == "MoSD1", ["label::English (en)", "hint::English (en)"]] = label
    rows = limesurvey_import.rows(tsv(numbered("x", frames).codebook(), forms.material(here).words))
    row = next(row for row in rows if row.get("name") == "MoSD1" and row.get("language") == "en")
    for told in (row["text"], row["help"]):
        assert html.unescape(told) == label and '"' not in told


def test_a_cell_in_quotation_marks_loses_them_and_a_backslash_keeps_one() -> None:
    head, blank = "\t".join(limesurvey_import.COLUMNS), "\t" * 9
    assert limesurvey_import.rows(f'{head}\n\t\tS\t\t"""no"""{blank}\n') == [{"class": "S", "name": "no"}]
    assert limesurvey_import.lines('a\t"b \\" c"\td\n') == [["a", 'b \\" c', "d"]]
    assert limesurvey_import.lines('a\t"b ""c"" d"\te\n') == [["a", 'b "c" d', "e"]]
