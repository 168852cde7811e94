"""What maps of a page may know: the numbers of the measures, places as exact as the edition allows, the same bytes."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import drawn_country
import made
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as some

from pipeline import boundaries
from pipeline.boundaries import official
from pipeline.brief import map as brief_map
from pipeline.brief import map_values
from pipeline.brief.atlas import Maps
from pipeline.brief.material import Material, gather
from pipeline.brief.paper import Paper, dots, outline
from pipeline.project import Project

DEGREES = some.tuples(some.floats(39, 48), some.floats(29, 37))


@cache
def material() -> Material:
    return gather(made.whole(), made.round_of(made.whole()))


@cache
def sketched() -> Maps:
    return brief_map.shared(made.whole(), material())


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Maps:
    """The maps of the small round, with official boundaries."""
    folder = tmp_path_factory.mktemp("official")
    project = Project(folder)
    text = made.whole().read_text(made.whole().reference("governorates.csv"))
    project.write_text(project.reference("governorates.csv"), text)
    file = drawn_country.written(folder / "given.geojson", drawn_country.districts())
    official.bring_in(project, file, "district", "Given by an office", {})
    sets = {level: boundaries.load(project, level) for level in boundaries.LEVELS}
    return Maps({level: one for level, one in sets.items() if one}, sketched().facts, sketched().tiles)


def corners(path: str) -> list[list[tuple[int, int]]]:
    """The rings of a path, in tenths of a point."""
    rings = []
    for ring in re.findall(r"M([^Mz]*)", path):
        numbers = [round(float(text) * 10) for text in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", ring)]
        steps = np.array(numbers).reshape(-1, 2)
        rings.append([tuple(place) for place in np.cumsum(steps, axis=0).tolist()])
    return rings


def test_the_shares_of_governorates_add_up_to_those_of_iraq(known: Maps) -> None:
    told, slices = brief_map.cut(material(), "iraq", known)
    found = slices["map_values"]
    measures = material().tables["measures"]
    whole = measures[(measures["scope"] == "iraq") & (measures["dimension"] == "all")].set_index("indicator")
    mine = found[found["scope"].str.len() == 5]
    for indicator in map_values.DRAWN:
        rows = mine[mine["indicator"] == indicator]
        for name in ("numerator", "denominator", "missing", "not_asked"):
            assert rows[name].sum() == whole.loc[indicator, name], (indicator, name)
    assert told["map"]["sets"]["governorate"]["attribution"] == "Given by an office"


def test_a_facility_counts_in_the_district_that_its_place_lies_in(known: Maps) -> None:
    table = known.facts.facilities
    inside = [
        next((code for code, area in known.sets["district"].areas.items() if area.shape.intersects(place)), "")
        for place in shapely.points(table[["longitude", "latitude"]].fillna(0).to_numpy())
    ]
    assert known.districts.tolist() == inside and 0 < sum(map(bool, inside)) < len(inside)
    _, slices = brief_map.cut(material(), "iraq", known)
    rows = slices["map_values"]
    rows = rows[(rows["indicator"] == "OPS_OPERATIONAL") & (rows["scope"].str.len() > 5)]
    counted = table[known.facts.existing & (known.districts != "")].groupby(known.districts).size()
    assert dict(zip(rows["scope"], rows["denominator"], strict=True)) == counted.to_dict()
    assert set(slices["map_names"]["code"]) == set(slices["map_values"]["scope"]) > set(rows["scope"])


def test_an_area_where_somebody_is_left_out_has_no_share(known: Maps) -> None:
    one = gather(made.whole(), made.round_of(made.whole()))
    standing = one.standing
    left_out = standing.model_copy(update={"iraq": standing.iraq.model_copy(update={"left_out": ["kirkuk"]})})
    one.__dict__["standing"] = left_out
    _, slices = brief_map.cut(one, "iraq", known)
    found = slices["map_values"]
    rows = found[(found["scope"] == "IQG13") & (found["indicator"] == "FUN_FULL")]
    assert rows.empty or rows[["numerator", "denominator", "reason"]].to_numpy().tolist() == [["", "", "left_out"]]
    assert set(found.loc[found["scope"] == "IQG11", "reason"]) == {""}


def test_every_existing_facility_is_drawn_or_counted_as_not_drawn() -> None:
    for scope in ("iraq", "kirkuk"):
        told, slices = brief_map.cut(material(), scope, sketched())
        points = slices["map"][slices["map"]["layer"] == "point"]
        members = material().members(scope)
        table = sketched().facts.facilities
        existing = (sketched().facts.existing & table["directorate"].isin(members)).sum()
        assert points["numerator"].sum() + told["map"]["unplaced"] + told["map"]["outside"] == existing
        assert set(points["code"]) <= {"available", "partial", "not_available", "unknown"}


def test_a_public_edition_holds_no_exact_place() -> None:
    exact, left_out, coarse = (
        brief_map.cut(material(), "erbil", sketched(), points)[1]["map"] for points in ("exact", "leave_out", "coarse")
    )
    assert "point" in set(exact["layer"]) and not {"point", "cell"} & set(left_out["layer"])
    cells = coarse[coarse["layer"] == "cell"]
    assert len(cells) and "point" not in set(coarse["layer"])
    assert cells["denominator"].min() >= brief_map.FEWEST
    paper = sketched().paper
    x, y = np.array([at.split() for at in cells["at"]], dtype=float).T
    longitude, latitude = paper.west + x / paper.narrow / paper.scale, paper.north - y / paper.scale
    for degrees in (longitude, latitude):
        assert np.allclose(degrees / brief_map.CELL % 1, 0.5, atol=0.01)


def test_what_the_public_edition_shows_is_the_registrys(here: Project) -> None:
    assert brief_map.points_of(here, "internal") == "exact"
    assert brief_map.points_of(here, "public") == here.registry.points == "leave_out"


def test_a_project_without_outlines_still_has_a_paper_that_its_facilities_fit_on() -> None:
    bare = Maps({}, sketched().facts, sketched().tiles)
    told, slices = brief_map.cut(material(), "iraq", bare)
    assert told["map"]["sets"] == {} and told["map"]["outside"] == 0
    assert set(slices["map"]["layer"]) == {"point"}


def test_two_cuts_are_the_same(known: Maps) -> None:
    again = Maps(known.sets, known.facts, known.tiles)
    for scope in ("iraq", "erbil"):
        first, second = (brief_map.cut(material(), scope, maps) for maps in (known, again))
        assert first[0] == second[0]
        for name, rows in first[1].items():
            pd.testing.assert_frame_equal(rows, second[1][name])


def test_neighbours_share_their_border_on_paper_and_numbers_have_one_decimal(known: Maps) -> None:
    for level in boundaries.LEVELS:
        rows = known.outlines[known.outlines["layer"] == level]
        assert not re.search(r"\.\d\d", "".join(rows["path"]))
        assert shapely.coverage_is_valid([shapely.Polygon(corners(path)[0]) for path in rows["path"]])


@settings(max_examples=40)
@given(some.lists(DEGREES, min_size=1, max_size=30))
def test_dots_lie_where_the_places_are_each_once(places: list[tuple[float, float]]) -> None:
    paper = Paper.around(38.7, 29.0, 48.8, 37.5)
    x, y = paper.drawn(*np.array(places).T)
    path = dots(x, y)
    numbers = re.findall(r"-?(?:\d+\.?\d*|\.\d+)", path.replace("h0", " "))
    found = np.cumsum(np.array([round(float(text) * 10) for text in numbers]).reshape(-1, 2), axis=0)
    assert {tuple(place) for place in found.tolist()} == {
        (round(float(across) * 10), round(float(down) * 10)) for across, down in zip(x, y, strict=True)
    }
    assert path.count("h0") == len(found) == len({tuple(place) for place in found.tolist()})


def test_an_outline_begins_and_turns_where_the_polygon_does() -> None:
    paper = Paper(west=40.0, north=36.0, narrow=1.0, scale=10.0, height=80.0)
    assert outline(paper, shapely.box(41, 34, 42, 35)) == "M20 20l0-10-10 0 0 10z"


def test_a_page_of_a_directorate_shows_its_part_of_the_paper(known: Maps) -> None:
    told, slices = brief_map.cut(material(), "erbil", known)
    left, top, right, bottom = told["map"]["frame"]
    assert right - left == pytest.approx(bottom - top, abs=0.2)
    assert told["map"]["home"] == ["IQG11"]
    near = slices["map"][slices["map"]["layer"] == "ground"]
    places = [place for path in near["path"] for ring in corners(path) for place in ring]
    assert all(left * 10 - 2 <= x <= right * 10 + 2 and top * 10 - 2 <= y <= bottom * 10 + 2 for x, y in places)
    assert "district" not in set(slices["map"]["layer"])


def test_the_sketch_is_drawn_only_where_there_is_nothing_better(tmp_path: Path) -> None:
    assert set(sketched().sets) == {"sketch"}
    project = made.copy(tmp_path)
    file = drawn_country.written(tmp_path / "given.geojson", drawn_country.governorates())
    official.bring_in(project, file, "governorate", "x", {})
    assert set(brief_map.shared(project, material()).sets) == {"governorate"}
