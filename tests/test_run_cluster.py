"""A run on a Dask cluster: the bytes of a local one, whatever becomes of its workers; real ones on the loopback."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import yaml
from conftest import ROOT
from dask_cluster import Machines, cluster, kill
from test_cli import ends
from test_run_schedule import BROKEN, SLOW, alive, child, until
from toy import lock, ran, repro, start, toy

from pipeline import environment
from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run import courier, plan

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Dask workers of ours need a POSIX system")


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    with cluster(ROOT) as made:
        yield made


def shared(root: Path, graph: str | None = None) -> Project:
    """A toy project, with a lock of no packages for the workers to compare."""
    project = toy(root, graph) if graph else toy(root)
    (project.root / "requirements.lock").write_text("")
    return project


def dask_worker(pid: int) -> psutil.Process:
    """The Dask worker on which a process of a stage was started."""
    above = psutil.Process(pid).parents()
    (host,) = [one for one in above if "pipeline.run.host" in one.cmdline() and one.parent() not in _hosts(above)]
    worker = host.parent()
    assert worker is not None
    return worker


def _hosts(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if "pipeline.run.host" in one.cmdline()]


def test_the_cluster_gives_the_lock_and_the_bytes_of_two_jobs(machines: Machines, tmp_path: Path) -> None:
    far, near = shared(tmp_path / "far"), shared(tmp_path / "near")
    code, said = ran(far, 4, cluster=machines.address)
    assert code == 0, said
    ran(near, 2)
    assert lock(far) == lock(near)
    names = ["last", *(f"{a}.{b}" for a in ("one", "two") for b in ("first", "a", "b", "c"))]
    assert all((far.root / name).read_bytes() == (near.root / name).read_bytes() for name in names)
    assert plan.plan(far).reasons == {}
    assert "up to date" in repro(far)


# The second try would fail on what the first has left, were it not cleared.
LOSES = """
stages:
  one: {cmd: 'echo $SECRET > one; echo $DVC_STAGE >> one', outs: [one]}
  two:
    cmd: 'mkdir two && echo begun >> tries; test -f enough || (sleep 60 & echo $! > child; wait); cp one two/x'
    deps: [one]
    outs: [two]
"""


def test_a_killed_worker_loses_nothing(machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = shared(tmp_path / "project", LOSES)
    monkeypatch.setenv("SECRET", "of this machine")
    run = start(project, cluster=machines.address)
    pid = child(project)
    (project.root / "enough").touch()
    dask_worker(pid).kill()
    said, complained = run.communicate(timeout=60)
    assert run.returncode == 0, said + complained
    assert "two: its worker is lost; it is run again from the start" in complained
    assert not alive(pid)
    assert (project.root / "tries").read_text() == "begun\nbegun\n"
    near = shared(tmp_path / "near", LOSES)
    monkeypatch.delenv("SECRET")
    (near.root / "enough").touch()
    ran(near)
    # The second line: what DVC adds to the environment; the first: what is only in the environment of the run.
    assert (project.root / "two/x").read_bytes() == (near.root / "two/x").read_bytes() == b"\none\n"
    assert lock(project) == lock(near)


# Up from the shell: the stage, the farm, the host, the Dask worker.
DEADLY = (
    BROKEN
    + """
  deadly:
    cmd: 'up() { awk "{print \\$4}" /proc/$1/stat; }; kill -9 $(up $(up $(up $(up $$)))); sleep 60'
    outs: [never]
"""
)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
def test_a_stage_that_takes_its_worker_with_it_fails_after_three_tries_and_all_else_is_finished(
    machines: Machines, tmp_path: Path
) -> None:
    project = shared(tmp_path / "project", DEADLY)
    code, said = ran(project, 1, cluster=machines.address)
    assert code == 1
    assert said.count("deadly: its worker is lost; it is run again") == 2
    assert "deadly: its worker was lost, 3 times" in said
    assert "bad: ended with exit code 3\n    why\n    its whole output: outputs/logs/bad.log" in said
    assert "not tried: after" in said
    assert list(yaml.safe_load(lock(project))["stages"]) == ["good"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_end_from_outside_leaves_nothing_at_work_on_the_cluster(
    machines: Machines, tmp_path: Path, how: signal.Signals
) -> None:
    project = shared(tmp_path / "project", SLOW)
    run = start(project, cluster=machines.address)
    pid = child(project)
    run.send_signal(how)
    run.communicate(timeout=30)
    if how is signal.SIGKILL:
        until(lambda: not alive(pid))
    else:
        assert run.returncode == 130
        assert not alive(pid), "the run has ended before its stages"
        assert list(plan.plan(project).reasons) == ["two", "other"]


def test_a_worker_with_other_versions_is_not_used(machines: Machines, tmp_path: Path) -> None:
    project = shared(tmp_path / "project")
    (project.root / "requirements.lock").write_text("pandas==1.0.0 \\\n    --hash=sha256:00\n")
    code, said = ran(project, cluster=machines.address)
    assert code == 1
    assert "is not used: what is installed is not what requirements.lock says (pandas" in said
    assert f"no worker at {machines.address} is fit for this run" in said


def test_a_worker_with_other_code_or_another_folder_says_so(tmp_path: Path) -> None:
    project = shared(tmp_path / "project")
    project.write_json(project.run_note(), {"process": 1})
    here = courier.Demand(str(project.root), environment.code(), warm=False, note=project.run_note().read_text())
    other = {**here.code, "pipeline/measure/__init__.py": "0" * 64, "Python": "3.0.0"}
    with pytest.raises(HeramsError, match=r"is not that of this run \(Python, pipeline/measure/__init__\.py\)"):
        courier._prepare(replace(here, code=other))
    with pytest.raises(HeramsError, match="does not see the folder of this run"):
        courier._prepare(replace(here, note="of another run"))


def test_a_worker_serves_run_after_run_from_one_process_and_changed_code_from_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shared(tmp_path / "project")
    old, new = environment.code(), {**environment.code(), "pipeline/measure/__init__.py": "0" * 64}
    demand = courier.Demand(str(project.root), old, warm=False)
    courier._prepare(demand)
    (first,) = courier._hosts
    courier._prepare(demand)
    assert courier._hosts == [first]
    monkeypatch.setattr(environment, "code", lambda: new)
    courier._prepare(replace(demand, code=new))
    (second,) = courier._hosts
    assert second is not first and not first.is_alive
    courier._hosts.clear()
    second.close()
    assert not second.is_alive


def test_workers_that_are_gone_are_waited_for_and_one_that_comes_is_used(machines: Machines, tmp_path: Path) -> None:
    project = shared(tmp_path / "project", LOSES)
    run = start(project, cluster=machines.address)
    child(project)
    (project.root / "enough").touch()
    machines.remove()
    machines.add()
    said, complained = run.communicate(timeout=60)
    assert run.returncode == 0, said + complained


def test_without_workers_a_run_gives_up_and_says_what_to_do(machines: Machines, tmp_path: Path) -> None:
    machines.remove()
    project = shared(tmp_path / "project")
    begun = time.monotonic()
    code, said = ran(project, cluster=machines.address)
    machines.add("--nworkers", "2")
    assert code == 1
    assert f"no worker is left at {machines.address}: waiting 3 s (`dask worker {machines.address}` starts one)" in said
    assert f"no worker has come to {machines.address}: start some, then run again" in said
    assert time.monotonic() - begun < 30


def test_a_scheduler_that_ends_in_the_midst_of_it_is_told_and_leaves_nothing_at_work(tmp_path: Path) -> None:
    project = shared(tmp_path / "project", SLOW)
    with cluster(ROOT, workers=0) as own:
        own.add("--nthreads", "2")
        run = start(project, cluster=own.address)
        pid = child(project)
        until(project.stage_log("other").is_file)
        kill(own.scheduler)
        _, complained = run.communicate(timeout=60)
        assert run.returncode == 1
        assert f"the scheduler at {own.address} does not answer any more" in complained
        until(lambda: not alive(pid))
    assert list(yaml.safe_load(lock(project))["stages"]) == ["one"]


def test_a_scheduler_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    code, said = ran(shared(tmp_path / "project"), cluster="tcp://127.0.0.1:9")
    assert code == 1
    assert said.startswith("the scheduler at tcp://127.0.0.1:9 cannot be reached")


@pytest.mark.parametrize("address", ["127.0.0.1", "http://127.0.0.1:8786", "tcp://:8786", "tcp://a b:1", "two"])
def test_what_is_no_address_is_wrong_use(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    assert ends(monkeypatch, small.root, "run", "--cluster", address) == 2
    assert "it looks like tcp://HOST:8786" in capsys.readouterr().err
