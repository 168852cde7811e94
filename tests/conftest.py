"""What tests share: this project, and a small one of three directorates and 300 facilities in a temporary folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import hypothesis
import pandas as pd
import pytest
import yaml

from pipeline import baseline, revisits
from pipeline import codebook as codebooks
from pipeline import places as places_of
from pipeline.codebook import Codebook
from pipeline.places import Places
from pipeline.project import Project

# In CI a property is tried on the same examples each time: what fails there must fail at home.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")

ROOT = Path(__file__).resolve().parent.parent
THREE = ("kirkuk", "erbil", "peoples-clinics")
ROUND = "small-2023"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: two workers share the files, and none should begin a long one last."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def here() -> Project:
    return Project(ROOT)


@pytest.fixture(scope="session")
def codebook(here: Project) -> Codebook:
    return codebooks.load(here, "iraq-2022")


@pytest.fixture(scope="session")
def places(here: Project) -> Places:
    return places_of.load(here)


@pytest.fixture
def small(tmp_path: Path) -> Project:
    """A project of three directorates with one simulated round, nothing made yet."""
    return make_small(tmp_path / "project")


def make_small(root: Path, facilities: int = 300, directorates: tuple[str, ...] = THREE) -> Project:
    """Copies what a round needs, cut to three directorates; DVC is initialised by the tests that need it."""
    for name in ("data/codebooks", "data/reference", "expectations", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    for name in ("dvc.yaml", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "pipeline", root / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    _cut(root / "data/reference/directorates.csv", "slug", directorates)
    _cut(root / "data/reference/sectors.csv", "directorate", directorates)
    sectors = tuple(pd.read_csv(root / "data/reference/sectors.csv", dtype=str)["slug"])
    _cut(root / "data/reference/simulation/directorates.csv", "directorate", directorates)
    _cut(root / "data/reference/simulation/facility_split.csv", "directorate", directorates)
    _cut(root / "data/reference/simulation/sectors.csv", "sector", sectors)
    registry = yaml.safe_load((ROOT / "data/registry.yml").read_text(encoding="utf-8"))
    registry["directorates"] = list(directorates)
    registry |= {"open": [ROUND], "simulated": [ROUND], "follows": {}, "baselines": {}, "calendar": {}}
    entry = registry["rounds"].pop("demo-2023")
    entry["simulate"] |= {"facilities": facilities, "directorates": list(directorates)}
    registry["rounds"] = {ROUND: entry}
    text = yaml.safe_dump(registry, sort_keys=False, allow_unicode=True)
    (root / "data/registry.yml").write_text(text, encoding="utf-8")
    decisions = root / "data/decisions" / f"{ROUND}.yml"
    decisions.parent.mkdir()
    decisions.write_text("[]\n", encoding="utf-8")
    project = Project(root)
    project.write_text(project.remarks(ROUND), "{}\n")
    project.write_text(project.revisits(ROUND), revisits.EMPTY)
    project.write_text(project.baseline(ROUND), baseline.text(baseline.empty()))
    project.write_json(project.since_last(ROUND) / "since.json", {"previous": None})
    project.write_text(project.agreed("2022"), "[]\n")
    return project


def blank_records(codebook: Codebook, **columns: list[str]) -> pd.DataFrame:
    """Records with the given columns filled and all others blank."""
    length = len(next(iter(columns.values())))
    frame = {name: columns.get(name, [""] * length) for name in codebook.table_columns}
    records = pd.DataFrame(frame, dtype=str)
    strangers = set(columns) - set(frame)
    assert not strangers, strangers
    return records.assign(source_file="export.csv", source_row=range(2, length + 2))


def _cut(path: Path, column: str, kept: tuple[str, ...]) -> None:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame[frame[column].isin(kept)].to_csv(path, index=False, lineterminator="\n")
