"""The front page after a run: made however the run ended, and told of what changed far before a page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import made
import pytest
import yaml
from test_cli import ends

from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run import front, plan
from pipeline.run.files import Files

PAGE = "outputs/small-2023/kirkuk/overview.en.html"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A round whose lock says that every stage was made from what lies there."""
    found = made.copy(tmp_path)
    lock(found)
    return found


def lock(project: Project) -> None:
    files = Files(project)
    stages = {stage.name: entry(project, stage, files) for stage in plan.declared(project)}
    (project.root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}), encoding="utf-8")


def entry(project: Project, stage: plan.Stage, files: Files) -> dict[str, Any]:
    registry = yaml.safe_load(project.read_text(project.registry_file()))
    told = {name: [{"path": path, "md5": files.md5(path)} for path in paths if files.md5(path)] for name, paths in
            (("deps", stage.inputs), ("outs", stage.outputs))}  # fmt: skip
    values = {key: plan._value(key, registry) for keys in stage.parameters.values() for key in keys}
    return {"cmd": stage.command, **told, "params": {"data/registry.yml": values}}


def changed(project: Project, path: Path) -> dict[str, str]:
    path.write_bytes(path.read_bytes() + b"\n")
    return front.outdated(project)


def test_nothing_is_outdated_where_nothing_changed(project: Project) -> None:
    assert front.outdated(project) == {}


def test_without_a_lock_nothing_is_known(project: Project) -> None:
    (project.root / "dvc.lock").unlink()
    assert front.outdated(project) == {}


def test_a_changed_export_makes_every_page_stale_with_its_name(project: Project) -> None:
    [export] = project.exports("small-2023")
    found = changed(project, export)
    assert found[PAGE] == "ingest@small-2023: input changed: data/raw/small-2023"
    assert all(project.relative(project.page("small-2023", scope, name)) in found
               for scope in project.scopes for name in project.registry.reports_of(scope))  # fmt: skip


def test_a_changed_decision_makes_every_page_stale(project: Project) -> None:
    found = changed(project, project.decisions("small-2023"))
    assert "input changed: data/decisions/small-2023.yml" in found[PAGE]


def test_a_changed_code_of_a_stage_of_data_makes_what_follows_stale(project: Project) -> None:
    found = changed(project, project.root / "pipeline" / "clean.py")
    assert found[PAGE] == "clean@small-2023: code changed: pipeline/clean.py"
    assert "data/tables/small-2023/records.parquet" not in found


def test_a_changed_brief_is_left_to_the_receipt_and_touches_no_other_page(project: Project) -> None:
    assert changed(project, project.brief("small-2023", "kirkuk", "overview") / "brief.json") == {}


def test_the_front_page_is_made_after_a_run_that_was_stopped(project: Project) -> None:
    with pytest.raises(KeyboardInterrupt), front.made_after(project):
        raise KeyboardInterrupt
    assert "18 not made yet" in project.read_text(project.front_page())


def test_what_ended_a_run_is_told_even_if_the_front_page_cannot_be_made(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.front("words.csv").unlink()
    with pytest.raises(HeramsError, match="two failed"), front.made_after(project):
        raise HeramsError("two failed")
    assert "notebooks/front/words.csv is not there" in capsys.readouterr().err


def test_a_front_page_older_than_a_receipt_or_its_own_template_is_seen(project: Project) -> None:
    assert front.is_older(project)
    front.make(project)
    assert not front.is_older(project)
    receipt = project.receipt("small-2023", "kirkuk", "overview")
    project.write_text(receipt, "{}")
    later(receipt, project)
    assert front.is_older(project)
    receipt.unlink()
    later(project.front("front.js"), project)
    assert front.is_older(project)


def later(path: Path, project: Project) -> None:
    moment = project.front_page("ckb").stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(moment, moment))


def test_a_stage_by_hand_makes_the_front_page_and_a_stage_of_dvc_does_not(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_STAGE", "brief@small-2023")
    assert ends(monkeypatch, project.root, "brief", "small-2023") == 0
    assert not project.front_page().is_file()
    monkeypatch.delenv("DVC_STAGE")
    assert ends(monkeypatch, project.root, "brief", "small-2023") == 0
    assert project.front_page().is_file()


def test_a_run_with_nothing_to_do_imports_nothing_of_the_front_page() -> None:
    code = "import sys; from pipeline.run import front; sys.exit(bool({'jinja2', 'pipeline.index'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
