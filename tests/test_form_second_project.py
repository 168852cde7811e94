"""Another country's real form, drafted, completed by hand, and carried through to a page in a project of its own."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import second_project as second
from second_project import CODES, DIRECTORATE, FORM, ROUND, TEXT

from pipeline import brief, clean, export, form, gate, ingest, measure, report
from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.form import known as form_known
from pipeline.form.material import material
from pipeline.project import Project

pytestmark = pytest.mark.skipif(
    not CODES.is_file(), reason="the export of another country's form is not in a folder `shared` beside the project"
)
FACTS = ("facilities", "answers", "choices", "staff")


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[str]]:
    project = second.make(tmp_path_factory.mktemp("second"))
    return project, second.draft(project)


@pytest.fixture(scope="module")
def draft(drafted: tuple[Project, list[str]]) -> Codebook:
    return codebooks.load(drafted[0], FORM)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The second project with all tables and briefs of its round."""
    project = second.make(tmp_path_factory.mktemp("made"))
    second.draft(project)
    second.complete(project)
    second.register(project, CODES)
    ingest.ingest(project, ROUND)
    gate.gate(project, ROUND, ["records"])
    clean.clean(project, ROUND)
    gate.gate(project, ROUND, FACTS)
    measure.measure(project, ROUND)
    gate.gate(project, ROUND, ["measures"])
    brief.brief(project, ROUND)
    return project


def cells(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    codes = rows[1] if path == TEXT else rows[0]
    return pd.DataFrame(rows[2 if path == TEXT else 1 :], columns=codes, dtype=str)


def records_of(project: Project, path: Path) -> pd.DataFrame:
    second.register(project, path)
    ingest.ingest(project, ROUND)
    return project.read_table(ROUND, "records")


def test_every_text_of_the_twin_is_the_code_that_stands_in_its_place(draft: Codebook) -> None:
    codes, texts = cells(CODES), cells(TEXT)
    seen = 0
    for question in draft.questions:
        if question.type in ("select_one", "rank"):
            for column in question.columns:
                pairs = {(code, text) for code, text in zip(codes[column], texts[column], strict=True) if code}
                seen += len(pairs)
                for code, text in pairs:
                    assert draft.code_of_text(question.list_name, text) == draft.code_of_text(question.list_name, code)
                    assert code in question.canonical or question.name == "MoSD3", (question.name, code)
    assert seen > 500


def test_the_824_columns_are_questions_ranks_and_ticks(draft: Codebook) -> None:
    assert set(draft.columns) == set(cells(CODES).columns)
    kinds = Counter(question.type for question in draft.questions)
    assert (kinds["rank"], kinds["select_multiple"], kinds["select_one"], kinds["hidden"]) == (117, 11, 121, 5)
    assert {q.ranks for q in draft.questions if q.name.startswith("INFO") and q.ranks} == {4, 5}


def test_options_that_differ_from_question_to_question_are_kept_apart(draft: Codebook) -> None:
    canonical = {name: draft.by_name[name].canonical for name in ("INFO1x", "INFO2x", "INFO3x", "QHeRAMS428")}
    assert canonical["INFO1x"]["A5"] == canonical["INFO2x"]["A4"] == canonical["INFO3x"]["A4"] == "finance"
    assert canonical["QHeRAMS428"] == {"A1": "available", "A2": "partial", "A3": "not_available", "A4": "not_expected"}
    assert draft.code_of_text(draft.by_name["QHeRAMS428"].list_name, "Disponible") == "A1"
    assert not any("\xa0" in option.labels["en"] for option in draft.by_name["MoSD3"].options)


def test_what_an_export_cannot_tell_is_marked(drafted: tuple[Project, list[str]]) -> None:
    project, lines = drafted
    survey = project.read_csv(project.codebook_sheet(FORM, "survey")).set_index("name")["review"]
    assert "iraq-2022 has this code as" in survey["QHeRAMS311"] and "the same?" in survey["QHeRAMS311"]
    assert "relevance not known" in survey["BAWM2x"]
    assert "never answered: list as of" in survey["QHeRAMS105"]
    options = project.read_csv(project.codebook_sheet(FORM, "choices")).set_index(["list_name", "name"])["review"]
    assert options["BAWM2x", "A9"] == "draft: code without text, canonical not known"
    assert any(line.startswith("choices.csv, rows") and "code without text" in line for line in lines)


def test_the_text_file_alone_shows_the_same_questions(here: Project, draft: Codebook) -> None:
    received = material(export.read(TEXT.name, TEXT.read_bytes()), None)
    alone = form.drafted("alone", received, form_known.load(here, received.columns)).codebook()
    assert [(q.name, q.type, q.pattern) for q in alone.questions] == [
        (q.name, q.type, q.pattern) for q in draft.questions
    ]
    assert alone.personal_columns == draft.personal_columns


def test_people_who_can_be_reached_are_left_at_the_door(draft: Codebook) -> None:
    contacts = {name for name in draft.columns if name.startswith("HFCONTACT")}
    assert set(draft.personal_columns) == contacts | {"MoSD6"}


def test_both_files_give_the_same_records(drafted: tuple[Project, list[str]]) -> None:
    project, _ = drafted
    codes, texts = records_of(project, CODES), records_of(project, TEXT)
    # The text file rounds coordinates to fifteen digits. Its dates are four seconds later, but only the day counts.
    places = ["MoSDGPS_SQ001", "MoSDGPS_SQ002"]
    for column in places:
        pairs = pd.DataFrame({"code": codes[column], "text": texts[column]}).replace("", "0").astype(float)
        assert ((pairs["code"] - pairs["text"]).abs() < 1e-9).all()
    others = [column for column in codes if column not in (*places, "source_file", "source_row")]
    assert codes[others].equals(texts[others])
    assert len(codes) == 44


def test_a_draft_without_any_completion_knows_every_value(drafted: tuple[Project, list[str]]) -> None:
    project, _ = drafted
    records_of(project, TEXT)
    account = project.read_json(project.account(ROUND))
    assert (account["unknown_values"], account["unknown_columns"], account["missing_columns"]) == (0, [], [])
    assert (account["responses"], account["kept"]) == (258, 44)


def test_no_gate_closes_the_second_project(made: Project) -> None:
    for table in ("records", *FACTS, "measures"):
        told = made.read_json(made.verdict(ROUND, table))
        assert (table, told["state"], told["iraq"]["state"]) == (table, "open", "open")


def test_each_service_is_counted_as_in_the_export(made: Project) -> None:
    responses = cells(CODES).assign(number=lambda frame: frame["external_id"].astype(int))
    last = responses.sort_values(["date", "number"]).drop_duplicates("subject_id", keep="last")
    rows = made.read_table(ROUND, "measures").astype({"indicator": str, "scope": str, "dimension": str})
    rows = rows[(rows["scope"] == DIRECTORATE) & (rows["dimension"] == "all")].set_index("indicator")
    services = [item.name for item in codebooks.load(made, FORM).items if item.field == "answers.service"]
    assert len(services) == 92
    for name in services:
        given = Counter(last[name])
        expected = (given["A1"], given["A1"] + given["A2"] + given["A3"])
        assert tuple(rows.loc[f"SVC_FULL_{name}", ["numerator", "denominator"]]) == expected, name


@pytest.mark.slow
def test_the_second_project_has_a_page(made: Project) -> None:
    page = report.report(made, ROUND, DIRECTORATE, "overview").pages[0]
    text = page.read_text(encoding="utf-8")
    assert "Switzerland" in text and "Meningitis" in text
    assert len(text.encode()) < 200_000
    assert made.receipt(ROUND, DIRECTORATE, "overview").is_file()
