"""What a stage or a notebook reads and has not declared makes it fail, also when its code swallows the error."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import made
import pytest
import yaml
from conftest import ROOT
from made import ECHO, notebook

from pipeline.kernel import UnfinishedRunError, execute, opened
from pipeline.kernel.opened import Net, UndeclaredError
from pipeline.run.work import Task, work

ASKED = {"round": "a", "scope": "b", "report": "c"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("data/told.csv", "data/more/told.csv", "data/secret.csv", "requirements.lock"):
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text("1")
    return tmp_path / "project"


def net(root: Path) -> tuple[Net, list[str]]:
    strays: list[str] = []
    return Net(root, ["data/told.csv", "data/more"], strays.append), strays


@pytest.mark.parametrize("name", ["data/told.csv", "data/more/told.csv", "data/../data/told.csv"])
def test_what_is_declared_may_be_read(root: Path, name: str) -> None:
    assert net(root)[0].may_read(str(root / name))


def test_what_is_not_declared_is_refused_by_name(root: Path) -> None:
    watched, strays = net(root)
    with pytest.raises(UndeclaredError, match=r"not declared: data/secret\.csv"):
        watched.judge(str(root / "data/secret.csv"), os.O_RDONLY)
    assert strays == ["data/secret.csv"]


def test_a_file_that_is_not_there_is_told_as_always(root: Path) -> None:
    watched, strays = net(root)
    watched.judge(str(root / "data/gone.csv"), os.O_RDONLY)
    assert strays == []


def test_a_link_leads_nowhere_else(root: Path) -> None:
    (root / "data/more/link.csv").symlink_to(root / "data/secret.csv")
    assert not net(root)[0].may_read(str(root / "data/more/link.csv"))


def test_what_was_written_here_may_be_read_also_after_its_draft_was_moved(root: Path) -> None:
    watched, _ = net(root)
    watched.judge(str(root / "data/.draft/x.csv"), os.O_WRONLY | os.O_CREAT)
    watched._hook("os.rename", (str(root / "data/.draft"), str(root / "data/new"), -1, -1))
    assert watched.may_read(str(root / "data/new/x.csv"))


@pytest.mark.parametrize(
    ("place", "may"),
    [
        (os.__file__, True),
        (pytest.__file__, True),
        ("/etc/localtime", True),
        ("~/.config/matplotlib/matplotlibrc", True),
        ("~/export.csv", False),
        ("/mnt/share/export.csv", False),
    ],
)
def test_outside_only_python_the_system_and_settings_may_be_read(root: Path, place: str, may: bool) -> None:
    assert net(root)[0].may_read(str(Path(place).expanduser())) is may


def test_a_notebook_that_reads_what_is_not_declared_has_not_run_whole(root: Path, tmp_path: Path) -> None:
    reads = f"open({str(root / 'data/told.csv')!r}).read()"
    steals = f"try:\n    open({str(root / 'data/secret.csv')!r})\nexcept Exception:\n    pass"
    folder = tmp_path / "folder"
    folder.mkdir()
    execute(notebook(ECHO, reads), ASKED, folder, (root, ["data/told.csv"]))
    with pytest.raises(UnfinishedRunError, match=r"not declared: data/secret\.csv"):
        execute(notebook(ECHO, reads, steals), ASKED, folder, (root, ["data/told.csv"]))


def test_a_kernel_that_was_not_watched_is_told(tmp_path: Path) -> None:
    assert opened.caught(tmp_path) == ""
    opened.lay(tmp_path, tmp_path, [])
    assert "could not be watched" in opened.caught(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="a worker is forked here")
def test_a_stage_that_reads_what_it_does_not_declare_fails_and_names_the_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = made.copy(tmp_path)
    declared = ("data/raw/small-2023", "data/registry.yml", "data/tables/small-2023")
    log, place = tmp_path / "log", str(project.root)
    task = Task(("herams ingest small-2023",), place, dict(os.environ), None, str(log), place, declared)
    process = get_context("fork").Process(target=work, args=(task,))
    process.start()
    process.join()
    assert process.exitcode == 1
    assert "not declared: data/codebooks/iraq-2022/survey.csv" in capfd.readouterr().err + log.read_text()


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_stage_that_dvc_runs_is_watched_as_well(tmp_path: Path, is_declared: bool) -> None:
    project = made.copy(tmp_path)
    graph = project.root / "dvc.yaml"
    text = project.read_text(graph)
    if not is_declared:
        told = yaml.safe_load(text)
        told["stages"]["ingest"]["deps"].remove("data/codebooks")
        text = yaml.safe_dump(told, sort_keys=False)
    project.write_text(graph, text)
    command = [sys.executable, "-m", "pipeline", "ingest", "small-2023"]
    # As DVC does it; by the path of this code, since the copy of the project has none.
    surroundings = {**os.environ, "DVC_STAGE": "ingest@small-2023", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=project.root, env=surroundings, capture_output=True, text=True, check=False)
    if is_declared:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "not declared: data/codebooks/iraq-2022/survey.csv" in done.stderr
