"""The tables behind a report: a spreadsheet and the same as CSV, whole, the same bytes each time, nothing that runs."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import made
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import indicators, words
from pipeline.project import Project
from pipeline.tables import DRAWN, SUFFIXES, TOPICS, beside, tables
from pipeline.tables.labels import NAMES, labelled
from pipeline.tables.xlsx import workbook
from pipeline.words import Words

LANGUAGES = ("en", "ar", "ckb")
HOSTILE = [
    "=1+1",
    "+964",
    "-x",
    "@SUM(A1)",
    "\t=1",
    '"><img onerror=x>',
    "<script>",
    "\u202e",
    "x" * 400,
    "_x0041_",
    "a\x00b",
]


@pytest.fixture(scope="module")
def say(here: Project) -> dict[str, Words]:
    topics = [here.look("words") / f"{topic}.csv" for topic in TOPICS]
    return {code: words.load(here, code, topics) for code in LANGUAGES}


def brief(scope: str, report: str) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    project = made.whole()
    folder = project.brief(made.round_of(project), scope, report)
    told = project.read_json(folder / "brief.json")
    return told, {name: project.read_csv(folder / f"{name}.csv") for name in told["slices"]}


@pytest.fixture(scope="module")
def files(say: dict[str, Words]) -> dict[str, bytes]:
    return tables(*brief("kirkuk", "overview"), say, "abc123")


def rows(file: bytes, sheet: str) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(file))[sheet].iter_rows(values_only=True))


def csv_rows(file: bytes, name: str) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return list(csv.reader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8-sig"), newline="")))


def test_there_is_a_sheet_and_a_csv_for_each_slice_of_the_brief(files: dict[str, bytes]) -> None:
    slices = {name: frame for name, frame in brief("kirkuk", "overview")[1].items() if name not in DRAWN}
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    assert set(files) == set(SUFFIXES)
    assert book.sheetnames[:2] == ["about", "measures"] and set(book.sheetnames) == {"about", *slices}
    for name, frame in slices.items():
        assert book[name].max_row == len(frame) + 1 == len(csv_rows(files["csv.zip"], name))


def test_every_number_is_the_briefs(files: dict[str, bytes]) -> None:
    _, slices = brief("kirkuk", "overview")
    head, *found = rows(files["xlsx"], "measures")
    for row, given_ in zip(found, slices["measures"].to_dict("records"), strict=True):
        told = dict(zip(head, row, strict=True))
        for name in ("numerator", "denominator", "not_asked", "missing"):
            assert ("" if told[name] is None else str(told[name])) == given_[name]
        if told["value"] is not None:
            share = indicators.share(int(given_["numerator"]), int(given_["denominator"]), given_["unit"])
            assert told["value"] == pytest.approx(share, abs=0.00501)


def test_the_files_of_a_report_belong_beside_its_page(files: dict[str, bytes]) -> None:
    project, which = made.whole(), ("small-2023", "kirkuk", "overview")
    found = beside(project, *which, "abc123")
    assert found == {project.page(*which).with_name(f"overview.{suffix}"): files[suffix] for suffix in SUFFIXES}


def test_the_whole_list_of_gaps_is_there_not_only_what_the_page_prints(files: dict[str, bytes]) -> None:
    told, _ = brief("kirkuk", "overview")
    assert sum(row[0] == "gaps" for row in rows(files["xlsx"], "facilities")) == told["lengths"]["gaps"]


def test_a_code_is_told_in_three_languages_beside_it(files: dict[str, bytes]) -> None:
    head, *found = rows(files["xlsx"], "measures")
    told = [dict(zip(head, row, strict=True)) for row in found]
    service = next(row for row in told if row["indicator"] == "SVC_FULL_QHeRAMS422" and row["group"] == "phc")
    assert service["definition"] == "Service fully available where expected"
    assert (service["about_en"], service["about_ar"]) == ("Antenatal care", "رعاية الحوامل")
    assert service["group_ckb"] == "بنکەکانی چاودێریی تەندروستیی سەرەتایی"
    barrier = next(row for row in told if row["indicator"].startswith("BAR_FAC_BAWA1_"))
    assert " – " in barrier["about_ckb"]


def test_the_first_sheet_says_what_the_file_is_and_what_every_sheet_holds(say: dict[str, Words]) -> None:
    for scope, report in (("kirkuk", "overview"), ("iraq", "facilities"), ("iraq", "collection")):
        told, slices = brief(scope, report)
        about = rows(tables(told, slices, say, "abc123")["xlsx"], "about")
        what = {row[0]: row[1:] for row in about}
        assert set(what) >= {
            "scope",
            "round",
            "state",
            "edition",
            "source",
            "receipt",
            *(f"sheet {n}" for n in set(slices) - DRAWN),
        }
        assert told["names"]["ckb"] in what["scope"][2] and "abc123" in what["receipt"][0]
        assert "internal edition" in what["edition"][0]
        assert all(all(row) for row in about)


def test_a_closed_scope_has_findings_and_no_number(tmp_path: Path, say: dict[str, Words]) -> None:
    project = made.copy(tmp_path)
    made.close(project, "kirkuk")
    folder = project.brief(made.round_of(project), "kirkuk", "overview")
    told = project.read_json(folder / "brief.json")
    slices = {name: project.read_csv(folder / f"{name}.csv") for name in told["slices"]}
    found = tables(told, slices, say, "abc")
    assert len(rows(found["xlsx"], "measures")) == 1 and len(rows(found["xlsx"], "findings")) > 1
    assert "no number" in dict(row[:2] for row in rows(found["xlsx"], "about"))["state"]


def test_the_same_brief_gives_the_same_bytes_and_no_time(files: dict[str, bytes], say: dict[str, Words]) -> None:
    assert tables(*brief("kirkuk", "overview"), say, "abc123") == files
    for content in files.values():
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert not any(b"dcterms" in archive.read(name) for name in archive.namelist())


def test_a_hostile_name_stays_a_text(say: dict[str, Words]) -> None:
    told, slices = brief("kirkuk", "overview")
    frame = slices["facilities"].head(len(HOSTILE)).copy()
    frame["name_en"] = HOSTILE[: len(frame)]
    assert len(frame) == len(HOSTILE)
    found = tables(told, {**slices, "facilities": frame}, say, "abc")
    sheet = openpyxl.load_workbook(io.BytesIO(found["xlsx"]))["facilities"]
    cells = [next(cell for cell in row if cell.column == 4) for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [bool(cell.quotePrefix) for cell in cells] == [True] * 5 + [False] * 6
    assert [cell.value for cell in cells][:9] == HOSTILE[:9] and cells[-1].value == "a\ufffdb"
    head, *lines = csv_rows(found["csv.zip"], "facilities")
    texts = [line[head.index("name_en")] for line in lines]
    assert texts[:5] == [f"'{text}" for text in HOSTILE[:5]] and texts[5:10] == HOSTILE[5:10]


@given(
    st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=12), min_size=1, max_size=6)
)
def test_any_texts_come_back_from_the_spreadsheet(texts: list[str]) -> None:
    found = rows(workbook({"one": pd.DataFrame({"text": pd.Series(texts, dtype=str)})}), "one")
    assert [row[0] for row in found[1:]] == [re.sub("[\ufffe\uffff]", "\ufffd", text) for text in texts]


def test_a_column_is_of_numbers_only_if_all_of_it_is(say: dict[str, Words]) -> None:
    frame = pd.DataFrame(
        {"some": ["1", "", "2.5"], "zeros": ["007", "1", ""], "words": ["1", "x", ""], "facility_id": ["1", "2", "3"]}
    )
    found = labelled({"one": frame}, say)["one"]
    assert list(found["some"].isna()) == [False, True, False] and found["some"].sum() == 3.5
    assert all(pd.api.types.is_string_dtype(found[name]) for name in ("zeros", "words", "facility_id"))


def test_a_definition_is_told_in_three_languages(files: dict[str, bytes]) -> None:
    head, *found = rows(files["xlsx"], "methods")
    assert [name for name in head if name.startswith("note")] == ["note", "note_ar", "note_ckb"]
    told = {row[0]: dict(zip(head, row, strict=True)) for row in found}["DQ_AGREE"]
    assert (told["name"], told["name_ar"]) == ("Agreement with the second visit", "التوافق مع الزيارة الثانية")
    assert told["numerator_ckb"] and told["numerator_ckb"] != told["numerator"]


def test_the_words_of_the_tables_are_there_in_three_languages_with_the_same_places(say: dict[str, Words]) -> None:
    assert NAMES == LANGUAGES
    for key, sentence in say["en"].sentences.items():
        for code in LANGUAGES:
            assert words.places(say[code].sentences[key]) == words.places(sentence), (key, code)
