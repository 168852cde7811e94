"""The scheduler: DVC's own lock to the byte, and the truth whatever happens."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from toy import lock, ran, repro, start, toy

from pipeline.project import Project
from pipeline.run import plan, work

NAMES = ["first@one", "first@two", "last", "since@two", *(f"page@{a}-{b}" for a in ("one", "two") for b in "abc")]


@pytest.fixture(scope="session")
def by_dvc(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = toy(tmp_path_factory.mktemp("dvc") / "project")
    repro(project)
    return project


@pytest.fixture
def again(by_dvc: Project, tmp_path: Path) -> Project:
    """A copy of what DVC has made, for a test that changes it."""
    shutil.copytree(by_dvc.root, tmp_path / "again")
    return Project(tmp_path / "again")


def until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_the_lock_is_that_of_dvc_to_the_byte_and_neither_has_anything_left_to_do(
    by_dvc: Project, tmp_path: Path, jobs: int
) -> None:
    project = toy(tmp_path / "project")
    code, said = ran(project, jobs)
    assert code == 0, said
    assert lock(project) == lock(by_dvc)
    assert (project.root / "last").read_bytes() == (by_dvc.root / "last").read_bytes()
    assert jobs != 2 or "up to date" in repro(project)


def test_a_matrix_and_a_map_are_unfolded_as_dvc_unfolds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dvc.parsing import DataResolver
    from dvc.repo import Repo

    project = toy(tmp_path / "project")
    monkeypatch.chdir(project.root)
    lists = project.read_text(project.root / "lists.yml").replace("{two: one}", "{two: one, three: two}")
    project.write_text(project.root / "lists.yml", lists.replace("n: 1.5}}", "n: 1.5}, three: 3}"))
    graph = yaml.safe_load(project.read_text(project.root / "dvc.yaml"))
    theirs = DataResolver(Repo(str(project.root)), "", graph).resolve()["stages"]
    ours = {stage.name: stage for stage in plan.declared(project)}
    assert list(ours) == list(theirs)
    assert "since@three" in ours and ours["since@three"].inputs == ("two.first", "three.first")
    for name, stage in ours.items():
        wanted = theirs[name]
        assert stage.command == wanted["cmd"]
        assert list(stage.inputs) == wanted.get("deps", [])
        assert list(stage.outputs) == [next(iter(out)) if isinstance(out, dict) else out for out in wanted["outs"]]


def test_after_dvc_there_is_nothing_to_do(by_dvc: Project) -> None:
    assert plan.plan(by_dvc).reasons == {}
    assert ran(by_dvc)[1].strip() == "made []"


def test_a_change_gives_the_lock_that_dvc_gives(by_dvc: Project, tmp_path: Path) -> None:
    projects = [Project(tmp_path / name) for name in ("ours", "theirs")]
    for project in projects:
        shutil.copytree(by_dvc.root, project.root)
        (project.root / "lists.yml").write_text(project.read_text(project.root / "lists.yml").replace("1.5", "2"))
        (project.root / "one.b").unlink()
    assert set(plan.plan(projects[0]).reasons) == {"first@two", "page@one-b"} | {"last"}
    ran(projects[0])
    repro(projects[1])
    assert lock(projects[0]) == lock(projects[1])


def test_what_was_made_before_is_taken_from_the_cache_of_dvc(again: Project) -> None:
    (again.root / "dvc.lock").unlink()
    assert "first@one: taken from DVC's cache" in ran(again)[1]


def test_only_a_target_and_what_it_needs_is_run(tmp_path: Path) -> None:
    project = toy(tmp_path / "project")
    assert "made ['first@two', 'page@two-c']" in ran(project, targets=["page@two-c"])[1]


BROKEN = """
stages:
  good: {cmd: echo fine > good, outs: [good]}
  bad: {cmd: echo half > kept; echo why >&2; exit 3, deps: [source.txt], outs: [{kept: {persist: true}}]}
  after: {cmd: cp kept after, deps: [kept], outs: [after]}
  nothing: {cmd: 'true', deps: [source.txt], outs: [absent]}
"""


def test_a_failure_is_told_with_its_last_lines_and_all_else_is_finished(tmp_path: Path) -> None:
    project = toy(tmp_path / "project", BROKEN)
    code, said = ran(project)
    assert code == 1
    assert "bad: ended with exit code 3\n    why\n    its whole output: outputs/logs/bad.log" in said
    assert "nothing: output 'absent' does not exist" in said
    assert "not tried: after" in said
    assert list(yaml.safe_load(lock(project))["stages"]) == ["good"]


def test_a_failed_run_leaves_an_output_that_persists(tmp_path: Path) -> None:
    project = toy(tmp_path / "project", BROKEN.replace("echo half > kept; ", ""))
    (project.root / "kept").write_text("the last good one")
    ran(project)
    assert (project.root / "kept").read_text() == "the last good one"


SLOW = """
stages:
  one: {cmd: echo 1 > one, outs: [one]}
  two: {cmd: 'sleep 60 & echo $! > child; wait; echo 2 > two', deps: [one], outs: [two]}
  other: {cmd: 'sleep 60; echo 3 > other', outs: [other]}
"""


def child(project: Project) -> int:
    until(lambda: (project.root / "child").is_file() and (project.root / "child").read_text().strip())
    return int((project.root / "child").read_text())


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_end_from_outside_leaves_no_process_behind(tmp_path: Path, how: signal.Signals) -> None:
    project = toy(tmp_path / "project", SLOW)
    run = start(project)
    pid = child(project)
    run.send_signal(how)
    run.communicate(timeout=90)
    until(lambda: not alive(pid))
    if how is not signal.SIGKILL:
        assert run.returncode == 130
        assert list(plan.plan(project).reasons) == ["two", "other"]


def test_a_killed_worker_is_told_by_name(tmp_path: Path) -> None:
    project = toy(tmp_path / "project", SLOW.replace("sleep 60; echo 3", "kill -9 $PPID; sleep 9; echo 3"))
    run = start(project, targets=["other"])
    said, complained = run.communicate(timeout=90)
    assert "other: its process was killed (SIGKILL)" in said + complained


def test_a_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    project = toy(tmp_path / "project", SLOW)
    first = start(project)
    child(project)
    code, said = ran(project)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=90)
    assert code == 1
    assert f"another run is at work in this folder (process {first.pid}" in said


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no kill -9 here")
def test_a_run_killed_at_any_moment_is_taken_up_by_the_next(by_dvc: Project, tmp_path: Path) -> None:
    project = toy(tmp_path / "project")
    moments = random.Random(7)
    for _ in range(8):
        run = start(project)
        time.sleep(moments.uniform(0.2, 3.0))
        run.kill()
        run.communicate(timeout=90)
    code, said = ran(project)
    assert code == 0, said
    assert lock(project) == lock(by_dvc)
    assert (project.root / "last").read_bytes() == (by_dvc.root / "last").read_bytes()


def test_half_a_list_of_files_in_use_does_not_stop_the_next_run(tmp_path: Path) -> None:
    project = toy(tmp_path / "project", BROKEN)
    (project.root / ".dvc/tmp").mkdir()
    (project.root / ".dvc/tmp/rwlock").write_text('{"write": {"/x')
    assert ran(project, targets=["good"])[0] == 0


def test_planning_does_not_load_dvc(tmp_path: Path) -> None:
    project = toy(tmp_path / "project")
    code = (
        "import sys; from pathlib import Path; from pipeline import run; from pipeline.project import Project\n"
        "heavy = ('dvc', 'papermill', 'distributed')\n"
        "print(len(run.plan.plan(Project(Path.cwd())).reasons), [m for m in heavy if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=project.root, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True
    )
    assert told.stdout.decode().strip() == f"{len(NAMES)} []", told.stderr


def test_the_plan_says_why(again: Project, tmp_path: Path) -> None:
    assert plan.plan(toy(tmp_path / "new")).reasons["last"] == ["there is no dvc.lock"]
    (again.root / "source.txt").write_text("fire\n")
    (again.root / "two.a").write_text("forged\n")
    found = plan.plan(again)
    assert found.reasons["first@one"] == ["input changed: source.txt"]
    assert found.reasons["page@two-a"] == ["output changed: two.a"]
    assert found.follow["page@one-a"] == "first@one"


LAYERS = """
stages:
  made: {cmd: echo 1 > made, deps: [pipeline/page.py, requirements.lock, source.txt], outs: [made]}
  later: {cmd: echo 2 > later, outs: [later]}
"""


def test_the_plan_tells_code_and_versions_from_other_inputs(tmp_path: Path) -> None:
    project = toy(tmp_path / "project", LAYERS)
    project.write_text(project.root / "pipeline/page.py", "")
    project.write_text(project.root / "requirements.lock", "")
    ran(project, targets=["made"])
    assert plan.plan(project).reasons == {"later": ["it has never run"]}
    for file, why in (
        ("pipeline/page.py", "code changed: pipeline/page.py"),
        ("requirements.lock", "the lock of library versions changed: requirements.lock"),
        ("source.txt", "input changed: source.txt"),
    ):
        before = project.read_text(project.root / file)
        project.write_text(project.root / file, "# another\n")
        assert plan.plan(project).reasons["made"] == [why]
        project.write_text(project.root / file, before)


TEXTS = st.one_of(
    st.text(max_size=90),
    st.from_regex(r"[0-9a-f]{32}(\.dir)?|[0-9.e+-]{1,8}|0[xo][0-9]+|yes|No|~|[a-z/._-]{1,40}", fullmatch=True),
)


@given(
    entries=st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.floats(), st.none(), st.lists(TEXTS)), max_size=4)
)
def test_the_fast_writer_gives_the_text_of_the_slow_one_or_nothing(entries: dict) -> None:
    from dvc.utils.serialize import dumps_yaml

    from pipeline.run import lock as writer

    fast = writer._fast("", entries)
    assert fast is None or fast == dumps_yaml({"schema": "2.0", "stages": entries})


@pytest.mark.parametrize(
    ("line", "ours"),
    [
        ("herams gate demo records", True),
        ("herams report demo-2023 iraq summary", True),
        ("herams gate demo records && true", False),
        ("herams gate $ROUND records", False),
        ("sh herams", False),
    ],
)
def test_only_plain_commands_of_ours_run_without_a_shell(line: str, ours: bool) -> None:
    assert work.is_ours(line) is ours


def test_each_stage_that_ran_is_on_record(tmp_path: Path) -> None:
    project = toy(tmp_path / "project")
    ran(project)
    told = [json.loads(line) for line in project.read_text(project.runs()).splitlines()]
    assert sorted(line["stage"] for line in told) == sorted(NAMES)
    assert {line["how"] for line in told} == {"done"}
