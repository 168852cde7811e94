from __future__ import annotations

import pandas as pd
import pytest

from pipeline.codebook import Codebook
from pipeline.project import Project
from pipeline.simulate import Options, simulated_cells
from pipeline.simulate import tables as simulate_tables
from pipeline.simulate.dirt import dirty
from pipeline.simulate.names import with_names
from pipeline.simulate.places import with_dates, with_places
from pipeline.simulate.slips import odd_labels
from pipeline.simulate.tables import Assumptions, Dice
from pipeline.simulate.totals import facilities
from pipeline.spelling import fold

DAY = "2023-11-30"


@pytest.fixture(scope="module")
def tables(here: Project, codebook: Codebook) -> Assumptions:
    return simulate_tables.load(here, codebook)


@pytest.fixture(scope="module")
def clean(tables: Assumptions) -> pd.DataFrame:
    """The facilities of the whole country, before any dirt."""
    dice = Dice(5)
    found = with_places(facilities(tables, list(tables.split.index), 5205, dice), tables, dice)
    return with_names(with_dates(found, ("2022-03-17", "2023-04-25"), DAY, dice), tables, dice)


@pytest.fixture(scope="module")
def soiled(clean: pd.DataFrame, tables: Assumptions) -> pd.DataFrame:
    return dirty(clean, tables, DAY, Dice(5))


def test_the_totals_hold_with_dirt(clean: pd.DataFrame, soiled: pd.DataFrame) -> None:
    for column in ("directorate", "type", "status", "building_condition", "functionality"):
        assert soiled[column].value_counts().to_dict() == clean[column].value_counts().to_dict(), column


def test_as_many_rows_share_their_code_as_in_the_real_export(soiled: pd.DataFrame) -> None:
    codes = soiled["ministry_code"]
    assert codes.duplicated(keep=False).sum() == 338
    assert codes.value_counts().iloc[0] == 34


def test_a_shared_code_stays_within_its_directorate_and_never_closes_it(soiled: pd.DataFrame) -> None:
    federal = soiled[soiled["ministry_code"].str.fullmatch(r"[A-Z]{2}_[A-Z_]+_[A-Z]{3}_\d+")]
    shared = federal[federal.duplicated("ministry_code", keep=False)]
    assert len(shared) > 150
    assert (shared.groupby("ministry_code")["directorate"].nunique() == 1).all()


def test_as_many_rows_share_their_point_as_in_the_real_export(soiled: pd.DataFrame) -> None:
    points = soiled[soiled["latitude"].notna()]
    shared = points[points.duplicated(["latitude", "longitude"], keep=False)]
    assert len(shared) == 83
    assert len(shared.drop_duplicates(["latitude", "longitude"])) == 39


def test_shared_points_are_shared_within_a_sector(soiled: pd.DataFrame) -> None:
    points = soiled[soiled["latitude"].notna()]
    shared = points[points.duplicated(["latitude", "longitude"], keep=False)]
    assert (shared.groupby(["latitude", "longitude"])["sector"].nunique() == 1).all()


def test_ids_and_dates_stay_clean_since_their_dirt_closes_directorates(
    clean: pd.DataFrame, soiled: pd.DataFrame
) -> None:
    assert soiled["subject_id"].is_unique
    assert soiled["day"].tolist() == clean["day"].tolist()
    assert soiled["latitude"].dropna().between(29, 37.5).all()


def test_disagreeing_sectors_stay_in_the_directorate(clean: pd.DataFrame, soiled: pd.DataFrame) -> None:
    moved = soiled["directorate_sector"] != clean["directorate_sector"]
    assert moved.sum() == 25
    office = soiled["directorate_sector"].str.split(" / ").str[0]
    assert (office == clean["directorate_sector"].str.split(" / ").str[0]).all()


def test_catchments_are_unknown_absurd_or_copied_now_and_then(soiled: pd.DataFrame) -> None:
    people = soiled["catchment_population"]
    assert (people == 0).sum() > 150
    assert (people == 17_400_000).sum() == 1
    exact = people[(people % 1000 != 0) & (people > 300_000)]  # counted people: told ones are rounded
    assert exact.value_counts().iloc[0] >= 12


def test_some_buildings_that_do_not_move_are_called_mobile(soiled: pd.DataFrame) -> None:
    mobile = soiled["type"].isin(["mobile_team", "mobile_clinic"])
    assert ((soiled["building_condition"] == "not_relevant") & ~mobile).sum() == 35


def test_two_directorates_report_one_centre_of_makhmour_seven_metres_apart(soiled: pd.DataFrame) -> None:
    names = soiled[soiled["sector"].isin(["nineveh-in-makhmour", "erbil-deshesti-haholgarh"])]
    pairs = names.merge(names, on="longitude")
    near = pairs[(pairs["directorate_x"] == "nineveh") & (pairs["directorate_y"] == "erbil")]
    assert len(near) == 1
    assert abs(near["latitude_x"] - near["latitude_y"]).iloc[0] * 111_200 == pytest.approx(7, abs=0.2)


def test_odd_names_read_the_same_when_folded(clean: pd.DataFrame, soiled: pd.DataFrame) -> None:
    odd = (clean["name_local"] != soiled["name_local"]) & (soiled["name_en"].map(fold) != "mobile team")
    assert odd.sum() > 400
    assert clean["name_local"][odd].map(fold).tolist() == soiled["name_local"][odd].map(fold).tolist()


def test_odd_labels_still_mean_their_option(codebook: Codebook, tables: Assumptions) -> None:
    odd = odd_labels(codebook, tables, Dice(5))
    assert len(odd) > 20
    for name, words in odd.items():
        for code, text in words.items():
            assert codebook.code_of_text(codebook.question(name).list_name, text) == code, (name, text)


def test_some_cadres_are_available_and_count_nobody(codebook: Codebook, tables: Assumptions) -> None:
    cells = simulated_cells(codebook, tables, 1500, 5, Options(directorates=("kirkuk", "wasit"))).frame()
    pairs = zip(codebook.having_field("staff.women"), codebook.having_field("staff.men"), strict=True)
    empty = [(cells[women.columns[0]] == "0") & (cells[men.columns[0]] == "0") for women, men in pairs]
    assert 1 <= sum(rows.sum() for rows in empty) <= 2
