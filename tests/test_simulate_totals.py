from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codebook import Codebook
from pipeline.project import Project
from pipeline.simulate import tables as simulate_tables
from pipeline.simulate.tables import Assumptions, Dice
from pipeline.simulate.totals import deal, facilities, largest_remainder, scaled_split


@pytest.fixture(scope="module")
def tables(here: Project, codebook: Codebook) -> Assumptions:
    return simulate_tables.load(here, codebook)


@given(weights=st.lists(st.integers(0, 2000), min_size=1, max_size=30), total=st.integers(0, 6000))
def test_shares_add_up_and_lie_next_to_the_exact_ones(weights: list[int], total: int) -> None:
    counts = largest_remainder(pd.Series(weights, dtype=float), total)
    assert counts.sum() == total
    if sum(weights):
        assert (np.abs(counts - np.array(weights) * total / sum(weights)) < 1).all()


def test_the_largest_remainder_takes_the_unit_that_is_left() -> None:
    assert largest_remainder(pd.Series([5.0, 3.0, 2.0]), 4).tolist() == [2, 1, 1]


@settings(max_examples=25, deadline=None)
@given(total=st.integers(1, 7000))
def test_the_split_adds_up_by_type_for_any_total(tables: Assumptions, total: int) -> None:
    split = scaled_split(tables.split, total)
    assert (split >= 0).to_numpy().all()
    assert split.sum().tolist() == largest_remainder(tables.split.sum(), total).tolist()


@pytest.mark.parametrize("total", [21, 50, 300, 1000])
def test_every_directorate_reports_as_soon_as_there_are_enough_facilities(tables: Assumptions, total: int) -> None:
    assert (scaled_split(tables.split, total).sum(axis=1) > 0).all()


@pytest.mark.parametrize("total", [1, 21, 60, 500, 777, 3000, 6000])
def test_no_directorate_gets_a_type_that_it_does_not_have(tables: Assumptions, total: int) -> None:
    split = scaled_split(tables.split, total)
    assert not ((split > 0) & (tables.split == 0)).to_numpy().any()


def test_the_assumed_split_sums_to_the_true_totals_of_types(tables: Assumptions) -> None:
    assert tables.split.sum().to_dict() == tables.totals["facilities.type"]


@settings(max_examples=15, deadline=None)
@given(total=st.integers(1, 700), seed=st.integers(0, 1000))
def test_states_of_any_number_of_facilities_are_scaled_totals(tables: Assumptions, total: int, seed: int) -> None:
    found = facilities(tables, ["kirkuk", "erbil", "peoples-clinics"], total, Dice(seed))
    assert len(found) == total
    for field, among in (
        ("status", found),
        ("building_condition", found[found["status"] == "existing"]),
        ("functionality", found[~found["building_condition"].isin(["", "fully_damaged"])]),
    ):
        expected = largest_remainder(pd.Series(tables.totals[f"facilities.{field}"], dtype=float), len(among))
        counted = among[field].value_counts().reindex(expected.index, fill_value=0)
        assert counted.tolist() == expected.tolist(), field


def test_every_sector_has_a_facility_in_the_whole_country(tables: Assumptions) -> None:
    found = facilities(tables, list(tables.split.index), 5205, Dice(1))
    assert set(found["sector"]) == set(tables.sectors.index)
    assert (found["sector"].map(tables.sectors["directorate"]) == found["directorate"]).all()


def test_peoples_clinics_report_to_their_department_and_kurdistan_has_its_own_type(tables: Assumptions) -> None:
    split = tables.split
    assert split.loc["peoples-clinics", "public_clinic"] > 0.9 * split["public_clinic"].sum()
    kurdistan = tables.directorates.index[tables.directorates["region"] == "kurdistan"]
    assert split.loc[kurdistan, "phc_main_specialized"].sum() == split["phc_main_specialized"].sum()


def test_words_are_dealt_in_exact_counts_to_those_they_suit() -> None:
    likes = np.array([50.0, 0.0, 0.0, 50.0])
    found = deal({"a": 2, "b": 3}, {"a": likes}, np.array([True, True, True, True]), np.random.default_rng(1))
    assert found.tolist() == ["a", "b", "b", "a"]


def test_who_is_not_among_them_gets_nothing() -> None:
    found = deal({"a": 1, "b": 1}, {}, np.array([True, False, True]), np.random.default_rng(1))
    assert found[1] == ""
    assert sorted(found[[0, 2]]) == ["a", "b"]
