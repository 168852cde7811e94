from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import relevance, simulate
from pipeline.codebook import Codebook
from pipeline.errors import UsageError
from pipeline.export import read
from pipeline.ingest import assemble, place
from pipeline.project import Project
from pipeline.simulate import Options, simulated_cells
from pipeline.simulate import tables as simulate_tables
from pipeline.simulate.tables import Assumptions

FORM = "iraq-2022"
THREE = ("kirkuk", "erbil", "medical-city")
CLEAN, REAL = Options(dirt="none", directorates=THREE), Options(dirt="real", directorates=THREE)
SEED = 7
# A sign of an e-mail address; digits in a row as telephones have them, decimals apart.
ADDRESS, TELEPHONE = re.compile("@"), re.compile(r"(?:\+|00)?\d[\d -]{8,}\d")


@pytest.fixture(scope="module")
def tables(here: Project, codebook: Codebook) -> Assumptions:
    return simulate_tables.load(here, codebook)


@pytest.fixture(scope="module")
def clean(codebook: Codebook, tables: Assumptions) -> pd.DataFrame:
    return simulated_cells(codebook, tables, 300, SEED, CLEAN).frame()


@pytest.fixture(scope="module")
def real(codebook: Codebook, tables: Assumptions) -> pd.DataFrame:
    return simulated_cells(codebook, tables, 300, SEED, REAL).frame()


def records_of(content: bytes, codebook: Codebook, name: str = "export.csv") -> pd.DataFrame:
    export = read(name, content, codebook.personal_columns)
    records, account = assemble([place(export, codebook)], codebook, Options().report_date)
    assert account["unknown_values"] == 0
    assert not account["unknown_columns"]
    assert not account["missing_columns"]
    return records.drop(columns=["source_file", "source_row"])


def missing(cells: pd.DataFrame, codebook: Codebook) -> pd.Series:
    return (relevance.states(cells, codebook) == "missing").sum()


@pytest.mark.parametrize("name", ["clean", "real"])
def test_no_answer_is_given_that_the_form_does_not_ask(
    name: str, codebook: Codebook, request: pytest.FixtureRequest
) -> None:
    cells = request.getfixturevalue(name)
    reach = relevance.reach(cells, codebook)
    for question in codebook.questions:
        given_anyway = relevance.given(question, cells) & (reach[question.name] != relevance.RELEVANT)
        assert not given_anyway.any(), question.name


def test_nothing_required_is_missing_without_dirt(clean: pd.DataFrame, codebook: Codebook) -> None:
    assert missing(clean, codebook).sum() == 0


def test_with_dirt_a_few_answers_are_missing_that_no_stop_rests_on(real: pd.DataFrame, codebook: Codebook) -> None:
    lost = missing(real, codebook)
    answers = (relevance.states(real, codebook) == "answered").to_numpy().sum()
    assert 0 < lost.sum() < 0.01 * answers
    assert not lost[["MoSD3", "CONDB", "HFFUNCT", "HFACC", "HFSUP1", "BAINP1_SQ001"]].any()


@pytest.mark.parametrize("name", ["clean", "real"])
def test_every_answer_is_known_and_keeps_its_constraint(
    name: str, codebook: Codebook, request: pytest.FixtureRequest
) -> None:
    cells = request.getfixturevalue(name)
    assert not (relevance.states(cells, codebook) == "unknown").to_numpy().any()
    for question in codebook.questions:
        if question.constraint:
            kept = relevance.holds(question.constraint, cells, codebook, own=question)
            assert (kept | ~relevance.given(question, cells)).all(), question.name


def test_ranks_have_no_gap_no_repeat_and_end_at_three(clean: pd.DataFrame, codebook: Codebook) -> None:
    for question in codebook.questions:
        if question.ranks:
            ranks = clean[list(question.columns)].to_numpy()
            filled = ranks != ""
            assert not filled[:, 3:].any(), question.name
            assert (np.diff(filled.astype(int), axis=1) <= 0).all(), question.name
            assert all(len(set(row[row != ""])) == (row != "").sum() for row in ranks), question.name


def test_only_the_directorates_asked_for_report(clean: pd.DataFrame, tables: Assumptions) -> None:
    offices = set(clean["GEO1"].str.split(" / ").str[0])
    assert offices == set(tables.directorates.loc[list(THREE), "name_in_exports"])


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_the_same_seed_gives_the_same_bytes_and_another_one_others(here: Project, file_format: str) -> None:
    options = Options(directorates=THREE, format=file_format)  # type: ignore[arg-type]
    made = [simulate.simulate(here, FORM, 20, seed, options) for seed in (SEED, SEED, SEED + 1)]
    assert made[0] == made[1]
    assert made[0] != made[2]


@pytest.mark.parametrize("dirt", ["none", "real"])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_every_layout_says_the_same(here: Project, codebook: Codebook, dirt: str, file_format: str) -> None:
    found = []
    for layout in (
        ("text", "one", "older"),
        ("codes", "one", "older"),
        ("text", "two", "newer"),
        ("codes", "two", "newer"),
    ):
        options = Options(*layout, format=file_format, dirt=dirt, directorates=THREE)  # type: ignore[arg-type]
        content = simulate.simulate(here, FORM, 60, SEED, options)
        found.append(records_of(content, codebook, f"export.{file_format}"))
    assert all(records.equals(found[0]) for records in found)


def test_reading_an_export_gives_the_answers_it_was_made_of(
    here: Project, codebook: Codebook, real: pd.DataFrame
) -> None:
    read_again = records_of(simulate.simulate(here, FORM, 300, SEED, REAL), codebook)
    told = real.sort_values(["workspace_id", "subject_id"], ignore_index=True)
    for column in codebook.table_columns:
        days_only = told[column].str[:10] if column in ("date", "last_synced") else told[column]
        assert days_only.tolist() == read_again[column].tolist(), column


def test_earlier_and_later_responses_do_not_count(here: Project, codebook: Codebook) -> None:
    alone = records_of(simulate.simulate(here, FORM, 100, SEED, REAL), codebook)
    among = Options(dirt="real", directorates=THREE, responses=0.4)
    content = simulate.simulate(here, FORM, 100, SEED, among)
    assert content.count(b"\n") > 140
    assert records_of(content, codebook).drop(columns="external_id").equals(alone.drop(columns="external_id"))


@pytest.mark.parametrize("dirt", ["none", "real"])
def test_nothing_looks_like_a_telephone_or_an_address(here: Project, dirt: str) -> None:
    options = Options(dirt=dirt, directorates=THREE)  # type: ignore[arg-type]
    text = simulate.simulate(here, FORM, 300, SEED, options).decode("utf-8")
    plain = re.sub(r"\.\d{10}\b|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "", text)
    assert not ADDRESS.search(text)
    assert not TELEPHONE.search(plain)


def test_contacts_are_plainly_invented(real: pd.DataFrame, codebook: Codebook) -> None:
    for column in codebook.personal_columns:
        assert real[column].str.fullmatch(r"((contact|owner)-\d{4}(-\w+)?)?").all(), column


@settings(max_examples=10, deadline=None)
@given(total=st.integers(1, 40), seed=st.integers(0, 10_000))
def test_any_number_of_facilities_from_one_on_can_be_made(
    codebook: Codebook, tables: Assumptions, total: int, seed: int
) -> None:
    cells = simulated_cells(codebook, tables, total, seed, REAL).frame()
    assert len(cells) == total
    assert cells["subject_id"].is_unique
    assert list(cells.columns) == list(codebook.columns)


@pytest.mark.parametrize("wrong", [(0, 0.0), (5, 1.5)])
def test_impossible_numbers_are_refused(here: Project, wrong: tuple[int, float]) -> None:
    with pytest.raises(UsageError, match="at least one facility"):
        simulate.simulate(here, FORM, wrong[0], SEED, Options(responses=wrong[1]))


def test_an_unknown_directorate_is_refused_with_a_near_match(here: Project) -> None:
    with pytest.raises(UsageError, match="did you mean 'kirkuk'"):
        simulate.simulate(here, FORM, 5, SEED, Options(directorates=("kirkok",)))


@pytest.mark.slow
def test_the_country_holds_its_totals_to_the_unit(codebook: Codebook, tables: Assumptions) -> None:
    cells = simulated_cells(codebook, tables, 5205, 2023, Options()).frame()
    assert cells.shape == (5205, 830)
    for field, totals in tables.totals.items():
        question = codebook.of_field(field)
        assert question
        counts = cells[question.columns[0]].map({"": "", **question.canonical}).value_counts().to_dict()
        asked = sum(totals.values())
        assert counts == totals | ({"": 5205 - asked} if asked < 5205 else {}), field
    assert cells["workspace_id"].nunique() == 148
    assert cells["GEO1"].str.split(" / ").str[0].nunique() == 21
    assert cells["subject_id"].is_unique
    assert missing(cells, codebook)["MoSD4"] == 1
