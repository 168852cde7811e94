"""Official boundaries: taken in whole or not at all, with borders that stay shared, and no finding of their own."""

from __future__ import annotations

from pathlib import Path

import drawn_country
import pytest
import shapely
from conftest import ROOT
from shapely.geometry import shape
from test_cli import ends

from pipeline import boundaries, measure, places
from pipeline.boundaries import official
from pipeline.errors import RegistryError, UsageError
from pipeline.gate import boundaries as gate_boundaries
from pipeline.project import Project

KM2 = 111.2**2 * 0.8387


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with the reference lists of this one."""
    root = tmp_path / "project"
    for name in ("governorates", "directorates", "sectors", "population"):
        text = (ROOT / f"data/reference/{name}.csv").read_text(encoding="utf-8")
        Project(root).write_text(Project(root).reference(f"{name}.csv"), text)
    for name in ("dvc.yaml", "data/registry.yml", "requirements.lock"):
        Project(root).write_text(root / name, (ROOT / name).read_text(encoding="utf-8"))
    return Project(root)


def taken_in(project: Project, features: list[dict], level: str = "governorate", tolerance: float = 0.01, **apart: str):
    file = drawn_country.written(project.root / "given.geojson", features)
    return official.bring_in(project, file, level, "Given by an office", apart, tolerance)


@pytest.mark.parametrize("tolerance", [0.0, 0.01, 0.05])
def test_borders_stay_shared_and_the_official_polygons_lie_within_what_the_gate_judges_by(
    project: Project, tolerance: float
) -> None:
    features = drawn_country.governorates()
    taken_in(project, features, tolerance=tolerance)
    known = boundaries.load(project, "governorate")
    assert known and shapely.coverage_is_valid([area.shape for area in known.areas.values()])
    points = sum(shapely.get_num_coordinates(shape(feature["geometry"])) for feature in features)
    assert (sum(shapely.get_num_coordinates(area.shape) for area in known.areas.values()) < points) == (tolerance > 0)
    judged_by = gate_boundaries.load(project)
    for feature in features:
        assert judged_by[feature["properties"]["ADM1_PCODE"]].covers(shape(feature["geometry"]))


def test_what_was_taken_in_says_where_it_comes_from(project: Project) -> None:
    (line,) = taken_in(project, drawn_country.governorates())
    known = boundaries.load(project, "governorate")
    assert known and known.about["attribution"] == "Given by an office"
    assert (known.about["source"], known.about["tolerance"]) == ("given.geojson", 0.01)
    assert known.about["sha256"] == project.sha256(project.root / "given.geojson")
    assert line.startswith("data/reference/boundaries/governorates.geojson: 18 governorates,")


def test_the_order_of_a_file_changes_no_byte(project: Project) -> None:
    found = []
    for features in (drawn_country.districts(), drawn_country.districts()[::-1]):
        taken_in(project, features, "district")
        paths = [project.reference(boundaries.FILES[level]) for level in boundaries.LEVELS]
        found.append([project.read_text(path).split('"features"')[1] for path in paths])
    assert found[0] == found[1]


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(project: Project) -> None:
    features = drawn_country.governorates()
    features[0]["properties"]["ADM1_PCODE"] = "IQG77"
    features[2]["properties"]["ADM1_PCODE"] = "IQG02"
    features[4]["geometry"]["coordinates"] = [[[44, 33], [45, 34], [45, 33], [44, 34], [44, 33]]]
    features[5]["geometry"]["coordinates"] = [[[4, 33], [5, 34], [5, 33], [4, 33]]]
    with pytest.raises(RegistryError) as refused:
        taken_in(project, features)
    told = str(refused.value)
    assert "IQG05: its polygon is not valid" in told and "IQG06: lies outside Iraq" in told
    assert "stand there twice: IQG02" in told and "governorates.csv: IQG77" in told
    assert "missing governorates: IQG01, IQG03" in told
    assert boundaries.load(project, "governorate") is None


def test_neighbours_that_do_not_share_their_border_are_refused(project: Project) -> None:
    features = drawn_country.governorates()
    features[0]["geometry"]["coordinates"][0] = [[39, 29.5], [41, 30], [40, 30], [39, 29.5]]
    with pytest.raises(RegistryError, match="do not share their border to the point: IQG01, IQG02"):
        taken_in(project, features)


def test_the_sketch_is_refused_as_official_for_its_baghdad(project: Project, here: Project) -> None:
    sketch = boundaries.load(here, "sketch")
    assert sketch and set(sketch.areas) == set(drawn_country.CODES)
    assert shapely.area(sketch.areas["IQG08"].shape) * KM2 < 1000
    features = [
        {"properties": {"ADM1_PCODE": code}, "geometry": shapely.geometry.mapping(area.shape)}
        for code, area in sketch.areas.items()
    ]
    with pytest.raises(RegistryError, match="free sets get it wrong"):
        taken_in(project, features)


def test_without_official_boundaries_the_gate_does_not_judge_by_the_sketch(here: Project) -> None:
    assert (ROOT / "data/reference/boundaries/sketch.geojson").is_file()
    assert boundaries.load(here, "governorate") is not None or gate_boundaries.load(here) == {}


@pytest.mark.parametrize(
    ("text", "level"),
    [("no json", "governorate"), ('{"type": "Topology"}', "governorate"), ('{"features": []}', "district")],
)
def test_what_is_no_file_of_boundaries_is_refused(project: Project, text: str, level: str) -> None:
    project.write_text(project.root / "given.geojson", text)
    with pytest.raises(RegistryError, match="common"):
        official.bring_in(project, project.root / "given.geojson", level, "x", {})


def with_halabja(project: Project) -> None:
    """The reference lists as data/reference/boundaries/README.md says, for a nineteenth governorate."""
    for name, old, new in (
        ("governorates", "IQG18,", "IQG19,,Halabja,حلبجة,هەڵەبجە\nIQG18,"),
        ("population", "IQG06,2162279", "IQG19,108974,2018-07-01,the same\nIQG06,2053305"),
        ("directorates", ",IQG06 IQG10", ",IQG06+IQG19 IQG10"),
    ):
        path = project.reference(f"{name}.csv")
        project.write_text(path, project.read_text(path).replace(old, new))
    sectors = project.read_csv(project.reference("sectors.csv"))
    sectors.loc[sectors["slug"] == "sulaymaniyah-haa-leh-bejah", "governorate"] = "IQG19"
    project.write_csv(project.reference("sectors.csv"), sectors)


def test_halabja_may_be_a_governorate_of_its_own(project: Project) -> None:
    with_halabja(project)
    taken_in(project, drawn_country.districts(), "district", IQG19="IQG06Q02")
    known, parts = (boundaries.load(project, level) for level in boundaries.LEVELS)
    assert known and len(known.areas) == 19 and known.areas["IQG19"].shape.equals(parts.areas["IQG06Q02"].shape)
    assert shapely.coverage_is_valid([area.shape for area in known.areas.values()])
    assert set(gate_boundaries.load(project)) == {*drawn_country.CODES, "IQG19"}
    reference = places.load(project)
    assert reference.governorate["sulaymaniyah-haa-leh-bejah"] == "IQG19"
    people = project.read_csv(project.reference("population.csv"))
    land = measure.country(project.registry.directorates, reference, people)
    assert (land.home["IQG19"], land.home["IQG10"]) == ("kurdistan", "federal")
    assert land.governorates["sulaymaniyah"] == {"IQG06", "IQG10", "IQG19"}
    assert sum(land.population[code] for code in known.areas) == land.population["iraq"]


def test_a_governorate_that_only_the_list_has_is_told(project: Project) -> None:
    with_halabja(project)
    with pytest.raises(RegistryError, match=r"missing governorates: IQG19 \(one made of a district: `--apart`\)"):
        taken_in(project, drawn_country.districts(), "district")


def test_a_district_apart_must_be_in_a_file_of_districts(project: Project) -> None:
    with pytest.raises(UsageError, match="no district IQG06Q99"):
        taken_in(project, drawn_country.districts(), "district", IQG19="IQG06Q99")
    with pytest.raises(UsageError, match="--level district"):
        taken_in(project, drawn_country.governorates(), IQG19="IQG06Q02")


def test_the_command_says_what_it_wrote_and_what_was_wrong(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(drawn_country.written(project.root / "given.geojson", drawn_country.districts()))
    words = ("boundaries", "import", file, "--attribution", "x")
    assert ends(monkeypatch, project.root, *words) == 1
    assert "(where these are districts: `--level district`)" in capsys.readouterr().err
    assert ends(monkeypatch, project.root, *words, "--level", "district", "--apart", "IQG19") == 2
    assert ends(monkeypatch, project.root, "boundaries", "import", file, "--attribution", " ") == 2
    assert ends(monkeypatch, project.root, *words, "--level", "district") == 0
    told = capsys.readouterr().out
    assert "54 districts" in told and "governorates.geojson: 18 governorates" in told
