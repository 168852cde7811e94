"""The record of runs: each run with its code and its machine, chained, also one that failed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from toy import ran, toy

from pipeline import chain
from pipeline.errors import GateClosedError, HeramsError
from pipeline.project import Project
from pipeline.run import record, told


def lines(project: Project) -> list[dict[str, Any]]:
    return chain.entries(project.runs().read_bytes())


def git(project: Project, *words: str) -> str:
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@invalid"]
    asked = subprocess.run(["git", *who, *words], cwd=project.root, check=True, capture_output=True, text=True)
    return asked.stdout.strip()


def one_run(project: Project) -> tuple[dict[str, Any], dict[str, Any]]:
    with record.recorded(project) as run:
        run.made.append("first")
    began, ended = lines(project)[-2:]
    return began, ended


def test_a_run_tells_its_commit_machine_and_what_was_made(tmp_path: Path) -> None:
    project = toy(tmp_path / "project")
    git(project, "init", "-q")
    git(project, "add", "source.txt")
    git(project, "commit", "-qm", "Begin")
    began, ended = one_run(project)
    assert began["commit"] == git(project, "rev-parse", "HEAD")
    assert began["difference"] is None and began["untracked"] is not None
    assert began["python"].startswith("3.") and began["platform"] and "user" in began
    assert (ended["how"], ended["made"]) == ("done", ["first"])
    assert ended["at"] >= began["at"]


def test_an_uncommitted_difference_is_told_by_its_hash(tmp_path: Path) -> None:
    project = toy(tmp_path / "project")
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "Begin")
    (project.root / "source.txt").write_text("wine\n")
    first = one_run(project)[0]["difference"]
    (project.root / "source.txt").write_text("beer\n")
    assert first and first != one_run(project)[0]["difference"]


def test_a_run_without_git_is_on_record_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert one_run(toy(tmp_path / "project"))[0]["commit"] is None


@pytest.mark.parametrize(
    ("problem", "how"), [(HeramsError, "failed"), (GateClosedError, "closed"), (KeyboardInterrupt, "stopped")]
)
def test_a_run_that_did_not_end_well_says_so(tmp_path: Path, problem: type[BaseException], how: str) -> None:
    project = toy(tmp_path / "project")
    with pytest.raises(problem), record.recorded(project):
        raise problem
    assert lines(project)[-1]["how"] == how


def test_the_stages_of_a_run_are_links_of_the_chain_and_old_lines_still_tell_what_stages_took(tmp_path: Path) -> None:
    project = toy(tmp_path / "project")
    project.write_text(project.runs(), '{"ended": 1.0, "how": "done", "seconds": 5.0, "stage": "old@one"}\n')
    assert ran(project)[0] == 0
    content = project.runs().read_bytes()
    assert chain.faults(content, [project.runs_head().read_text().strip()]) == []
    one_run(project)
    took = told.earlier(project)
    assert took["old"] == 5.0 and took["first@one"] < 5.0
