from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from pipeline.codebook import Codebook
from pipeline.project import Project
from pipeline.simulate import tables as simulate_tables
from pipeline.simulate.names import with_names
from pipeline.simulate.places import KM_PER_DEGREE, with_dates, with_places
from pipeline.simulate.tables import Assumptions, Dice
from pipeline.simulate.totals import facilities

WINDOW, REPORT_DATE = ("2022-03-17", "2023-04-25"), "2023-11-30"
SORANI_LETTERS = "ەێۆڕڵ"


@pytest.fixture(scope="module")
def tables() -> Assumptions:
    from pipeline import codebook

    project = Project(ROOT)
    return simulate_tables.load(project, codebook.load(project, "iraq-2022"))


@pytest.fixture(scope="module")
def found(tables: Assumptions) -> pd.DataFrame:
    """The country at a fifth of its size, with places, dates and names."""
    dice = Dice(11)
    located = with_places(facilities(tables, list(tables.split.index), 1000, dice), tables, dice)
    return with_names(with_dates(located, WINDOW, REPORT_DATE, dice), tables, dice)


def test_points_lie_within_the_circle_of_their_sector(found: pd.DataFrame, tables: Assumptions) -> None:
    sectors = tables.sectors.loc[found["sector"]].reset_index(drop=True)
    north = (found["latitude"] - sectors["latitude"]) * KM_PER_DEGREE
    east = (found["longitude"] - sectors["longitude"]) * KM_PER_DEGREE * np.cos(np.radians(found["latitude"]))
    assert (np.hypot(north, east) <= sectors["radius_km"] + 0.01).all()


def test_points_lie_in_iraq_and_no_two_are_the_same(found: pd.DataFrame) -> None:
    assert found["latitude"].between(29, 37.5).all()
    assert found["longitude"].between(38.7, 48.8).all()
    assert not found.duplicated(["latitude", "longitude"]).any()


def test_responses_lie_within_the_window_and_are_synchronised_before_the_report(found: pd.DataFrame) -> None:
    assert found["day"].between(*WINDOW).all()
    assert (found["last_synced"].str[:10] <= REPORT_DATE).all()


def test_a_workspace_is_dated_with_one_constant_time(codebook: Codebook, tables: Assumptions) -> None:
    from pipeline.simulate import Options, simulated_cells

    cells = simulated_cells(codebook, tables, 120, 3, Options(dirt="none", directorates=("kirkuk", "wasit"))).frame()
    assert (cells["date"].str[11:].groupby(cells["workspace_id"]).nunique() == 1).all()
    assert cells["date"].str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d").all()


def test_names_are_arabic_in_federal_iraq_and_sorani_in_erbil_and_sulaymaniyah(found: pd.DataFrame) -> None:
    sorani = found["name_local"].str.contains(f"[{SORANI_LETTERS}]")
    assert (sorani == found["directorate"].isin(["erbil", "sulaymaniyah"])).all()
    assert (found["MoSD2"] == found["name_en"] + " / " + found["name_local"]).all()


def test_ids_and_codes_belong_to_one_facility_each(found: pd.DataFrame) -> None:
    assert found["subject_id"].is_unique
    assert found["ministry_code"].is_unique


def test_federal_codes_carry_class_and_suffix_and_kurdistan_has_its_own(
    found: pd.DataFrame, tables: Assumptions
) -> None:
    suffix = found["directorate"].map(tables.directorates["facility_code_suffix"])
    federal = suffix != ""
    expected = found["type"].map(tables.types["code_class"]) + "_" + suffix + "_"
    assert all(
        code.startswith(start) for code, start in zip(found["ministry_code"][federal], expected[federal], strict=True)
    )
    assert found["ministry_code"][~federal].str.fullmatch(r"(DUH|ERB|SUL)_\d+|\d{5}").all()


def test_workspace_and_answer_name_the_same_sector(found: pd.DataFrame, tables: Assumptions) -> None:
    sector = found["sector"].map(tables.sectors["name_in_exports"])
    assert (found["workspace_id"].str.split(" / ").str[0] == sector).all()
    assert (found["directorate_sector"].str.split(" / ").str[-1] == sector).all()
