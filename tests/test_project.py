from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from pipeline.errors import HeramsError, RegistryError, UsageError
from pipeline.project import Project


def change_registry(project: Project, **changes: object) -> Project:
    registry = yaml.safe_load(project.read_text(project.registry_file()))
    project.write_text(project.registry_file(), yaml.safe_dump(registry | changes))
    return Project(project.root)


def test_the_root_is_the_nearest_folder_with_a_pipeline(small: Project) -> None:
    deep = small.root / "data" / "raw" / "deeper"
    deep.mkdir(parents=True)
    assert Project.find(deep).root == small.root


def test_outside_of_a_project_the_cure_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no dvc\.yaml"):
        Project.find(tmp_path)


def test_scopes_are_the_directorates_and_three_wider_ones(here: Project) -> None:
    assert len(here.scopes) == 24
    assert here.scopes[-3:] == ("federal", "kurdistan", "iraq")


def test_an_unknown_round_is_told_with_the_nearest(here: Project) -> None:
    with pytest.raises(UsageError, match="did you mean 'demo-2023'"):
        here.round("dmo-2023")


@pytest.mark.parametrize(
    "changes",
    [
        {"opne": []},
        {"open": ["nowhere-2023"]},
        {"simulated": []},
        {"ministries": ["iraq"]},
        {"subjects": ["summary"]},
        {"domains": []},
        {"open": "small-2023"},
        {"follows": ["small-2023"]},
    ],
)
def test_a_registry_that_is_unfit_is_refused(small: Project, changes: dict[str, object]) -> None:
    with pytest.raises(RegistryError, match=r"registry\.yml is unfit"):
        _ = change_registry(small, **changes).registry


@pytest.mark.parametrize(
    ("follows", "said"),
    [
        ({"small-2023": "small-2022"}, "small-2022, before small-2023, not among the rounds"),
        ({"small-2024": "small-2023"}, "small-2024 not among the open rounds"),
        ({"small-2023": "small-2023"}, "must be reported for a day before that of small-2023"),
        ({"small-2023": "later-2024"}, "later-2024 must be reported for a day before that of small-2023"),
    ],
)
def test_a_round_follows_a_known_one_that_was_before(small: Project, follows: dict[str, str], said: str) -> None:
    rounds = yaml.safe_load(small.read_text(small.registry_file()))["rounds"]
    later = {"form": "iraq-2022", "source": "export", "window": ["2024-01-10", "2024-06-30"]}
    rounds["later-2024"] = later | {"report_date": "2024-07-31"}
    with pytest.raises(RegistryError, match=said):
        _ = change_registry(small, rounds=rounds, follows=follows).registry


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({"small-2022": {}}, "small-2022 not among the rounds"),
        ({"small-2023": {"due": {"anbar": "2023-01-01"}}}, "anbar not among the directorates"),
        ({"small-2023": {"due": {"kirkuk": "2023-12-01"}}}, "lie between 2022-03-17 and 2023-11-30"),
        ({"small-2023": {"reminders": ["2022-03-16"]}}, "lie between 2022-03-17 and 2023-11-30"),
        ({"small-2023": {"review": "2023-11-29"}}, "not before the report date, 2023-11-30"),
        ({"small-2023": {"reviews": "2024-01-01"}}, "Extra inputs"),
    ],
)
def test_a_calendar_that_does_not_fit_its_round_is_refused(
    small: Project, dates: dict[str, dict[str, object]], said: str
) -> None:
    with pytest.raises(RegistryError, match=said):
        _ = change_registry(small, calendar=dates).registry


def test_a_date_that_lost_its_quotes_is_refused(small: Project) -> None:
    text = small.read_text(small.registry_file()).replace("'2023-11-30'", "2023-11-30")
    small.write_text(small.registry_file(), text)
    with pytest.raises(RegistryError, match="report_date"):
        _ = Project(small.root).registry


def test_a_file_is_written_whole_or_not_at_all(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small.root / "outputs" / "page.html"
    small.write_text(path, "the last good one")

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="disk full"):
        small.write_text(path, "half")
    assert path.read_text() == "the last good one"
    assert [one.name for one in path.parent.iterdir()] == ["page.html"]


def test_a_folder_is_replaced_only_when_all_went_well(small: Project) -> None:
    folder = small.root / "data" / "briefs" / "r"
    with small.replacing_folder(folder) as draft:
        (draft / "a").write_text("1")
    with pytest.raises(KeyError), small.replacing_folder(folder) as draft:
        (draft / "b").write_text("2")
        raise KeyError
    assert [path.name for path in folder.iterdir()] == ["a"]
    assert [path.name for path in folder.parent.iterdir()] == ["r"]


def test_a_table_comes_back_as_it_was_written(small: Project) -> None:
    table = pd.DataFrame({"facility_id": ["a/1", "b/2"], "women": pd.array([1, None], dtype="Int32")})
    small.write_table("small-2023", "staff", table)
    pd.testing.assert_frame_equal(small.read_table("small-2023", "staff"), table)


def test_a_missing_input_names_itself_and_the_cure(small: Project) -> None:
    with pytest.raises(HeramsError, match=r"records\.parquet is not there: run"):
        small.read_table("small-2023", "records")


def test_exports_are_read_in_the_order_of_their_names(small: Project) -> None:
    folder = small.raw("small-2023")
    folder.mkdir(parents=True)
    for name in ("b.csv", "a.csv", ".gitignore", "x.dvc"):
        (folder / name).touch()
    assert [path.name for path in small.exports("small-2023")] == ["a.csv", "b.csv"]
