from __future__ import annotations

import difflib
import subprocess
import sys
from pathlib import Path

import made
import pytest
from conftest import ROOT, ROUND

from pipeline import baseline, places, rounds, simulate
from pipeline.errors import ExportError, RegistryError, UsageError
from pipeline.project import Project

WINDOW = ("2024-03-01", "2024-06-30")


def export(project: Project, folder: Path, name: str = "export.csv") -> Path:
    folder.mkdir(exist_ok=True)
    options = simulate.Options(directorates=tuple(project.registry.directorates))
    (folder / name).write_bytes(simulate.simulate(project, "iraq-2022", 12, 1, options))
    return folder / name


def untouched(project: Project) -> tuple[str, bool]:
    return project.read_text(project.registry_file()), project.raw("spring-2024").exists()


def test_a_round_is_registered_open_and_its_exports_are_tracked(small: Project, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "dvc", "init", "--no-scm", "--quiet"], cwd=small.root, check=True)
    path = export(small, tmp_path / "delivery")
    rounds.add(small, "spring-2024", "iraq-2022", [path], WINDOW, "2024-07-31")
    again = Project(small.root)
    assert again.registry.open == [ROUND, "spring-2024"]
    assert again.round("spring-2024").report_date == "2024-07-31"
    assert again.exports("spring-2024")[0].read_bytes() == path.read_bytes()
    assert (small.root / "data/raw/spring-2024.dvc").is_file()
    assert all(told("spring-2024").is_file() for told in (again.decisions, again.remarks, again.links))
    assert again.read_text(again.revisits("spring-2024")) == "facility_id,question,answer\n"
    assert baseline.load(again, "spring-2024", places.load(again)).empty
    assert again.baseline("spring-2024").is_file()


def test_the_registry_gets_lines_of_its_own_for_a_new_round_and_keeps_all_others_where_they_are() -> None:
    text = (ROOT / "data/registry.yml").read_text(encoding="utf-8")
    entry = {"form": "iraq-2022", "source": "export", "window": list(WINDOW), "report_date": "2026-07-31"}
    before, after = text.splitlines(), rounds.registered(text, "spring-2026", entry, "demo-2025").splitlines()
    added = [line for line in difflib.ndiff(before, after) if not line.startswith("  ")]
    assert added[:2] == ["+   - spring-2026", "+   spring-2026: demo-2025"]
    assert added[2] == "+   spring-2026:" and all(line.startswith("+     ") for line in added[3:])
    keys = [line for line in after if line and line[0] not in " #"]
    assert after[after.index("  - spring-2026") - 1] == f"  - {Project(ROOT).registry.open[-1]}"
    assert keys == [line for line in before if line and line[0] not in " #"]


def test_the_first_round_that_follows_another_is_written_below_the_empty_map(small: Project) -> None:
    text = small.read_text(small.registry_file())
    entry = {"form": "iraq-2022", "source": "export", "window": list(WINDOW), "report_date": "2024-07-31"}
    assert "follows:\n  spring-2024: small-2023\n" in rounds.registered(text, "spring-2024", entry, ROUND)


@pytest.mark.parametrize(
    ("name", "window", "report_date", "said"),
    [
        ("spring 2024", WINDOW, "2024-07-31", "no word"),
        ("spring-2024", ("2024-06-30", "2024-03-01"), "2024-07-31", "dates in order"),
        ("spring-2024", WINDOW, "2024-01-01", "dates in order"),
        ("spring-2024", ("01/03/2024", "30/06/2024"), "2024-07-31", "isoformat"),
    ],
)
def test_what_the_registry_would_refuse_changes_nothing(
    small: Project, tmp_path: Path, name: str, window: tuple[str, str], report_date: str, said: str
) -> None:
    path, before = export(small, tmp_path / "delivery"), untouched(small)
    with pytest.raises(RegistryError, match=said):
        rounds.add(small, name, "iraq-2022", [path], window, report_date)
    assert untouched(small) == before


def test_an_export_that_cannot_be_read_changes_nothing(small: Project, tmp_path: Path) -> None:
    path, before = export(small, tmp_path / "delivery"), untouched(small)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(ExportError, match=r"export\.csv"):
        rounds.add(small, "spring-2024", "iraq-2022", [path], WINDOW, "2024-07-31")
    assert untouched(small) == before


def test_a_round_is_registered_once(small: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is registered already"):
        rounds.add(small, ROUND, "iraq-2022", [export(small, tmp_path / "delivery")], WINDOW, "2024-07-31")


def test_two_exports_of_one_name_are_refused(small: Project, tmp_path: Path) -> None:
    paths = [export(small, tmp_path / "a"), export(small, tmp_path / "b")]
    with pytest.raises(UsageError, match="the same file name"):
        rounds.add(small, "spring-2024", "iraq-2022", paths, WINDOW, "2024-07-31")


def test_a_round_is_held_against_the_facilities_of_an_earlier_one(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    before = made.round_of(project)
    subprocess.run([sys.executable, "-m", "dvc", "init", "--no-scm", "--quiet"], cwd=project.root, check=True)
    path = export(project, tmp_path / "delivery")
    rounds.add(project, "spring-2024", "iraq-2022", [path], WINDOW, "2024-07-31", previous=before)
    listed = baseline.load(project, "spring-2024", places.load(project))
    assert len(listed) == len(project.read_table(before, "facilities"))
    again = Project(project.root)
    assert again.registry.follows == {"spring-2024": before}
    text = again.read_text(again.baseline("spring-2024"))
    said = baseline.write(again, "spring-2024", None, None)
    assert said == "data/baselines/spring-2024.csv: 0 facilities, 0 of them closed and not expected"
    assert "300 facilities" in baseline.write(again, "spring-2024", before, None)
    assert again.read_text(again.baseline("spring-2024")) == text


def test_a_list_that_is_not_sound_or_of_a_round_without_tables_changes_nothing(small: Project, tmp_path: Path) -> None:
    before = small.read_text(small.baseline(ROUND))
    list_ = tmp_path / "list.csv"
    list_.write_text(baseline.text(baseline.empty()) + "a/1" + "," * 5 + ",nowhere" + "," * 10 + "\n", encoding="utf-8")
    with pytest.raises(RegistryError, match="unknown directorate: nowhere"):
        baseline.write(small, ROUND, None, list_)
    list_.write_bytes("الرمادي".encode("cp1256"))
    with pytest.raises(UsageError, match="is not UTF-8"):
        baseline.write(small, ROUND, None, list_)
    with pytest.raises(UsageError, match="cannot be held against itself"):
        baseline.write(small, ROUND, ROUND, None)
    with pytest.raises(UsageError, match="unknown round 'small-2022': did you mean"):
        baseline.write(small, ROUND, "small-2022", None)
    assert small.read_text(small.baseline(ROUND)) == before
    path = export(small, tmp_path / "delivery")
    known = untouched(small)
    with pytest.raises(UsageError, match="has no tables facilities, answers, staff on this disk"):
        rounds.add(small, "spring-2024", "iraq-2022", [path], WINDOW, "2024-07-31", previous=ROUND)
    assert untouched(small) == known
