"""What a machine does to a run: the disk is full, the memory is gone. It is told by its name, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import made
import pytest
from machine import small_disk, small_memory
from test_cli import ends
from test_report import again, places
from toy import lock, ran, repro, toy

from pipeline.project import Project

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a small disk and a small memory are made on Linux only"
)

GRAPH = """
stages:
  first: {cmd: echo 1 > first, deps: [source.txt], outs: [first]}
  large: {cmd: head -c 200000 /dev/zero > large, deps: [first], outs: [large]}
  after: {cmd: wc -c < large > after, deps: [large], outs: [after]}
  other: {cmd: echo 2 > other, outs: [other]}
"""


def test_a_stage_that_finds_the_disk_full_is_told_and_the_run_is_taken_up_when_there_is_room(tmp_path: Path) -> None:
    elsewhere = toy(tmp_path / "elsewhere", GRAPH)
    repro(elsewhere)
    with small_disk(tmp_path / "disk", 100) as disk:
        project = toy(disk.place / "project", GRAPH)
        code, said = ran(project)
        assert code == 1
        assert "large: ended with exit code 1" in said and "No space left on device" in said
        assert "not tried: after" in said
        disk.resize(2000)
        assert ran(project)[0] == 0
        assert lock(project) == lock(elsewhere)


def test_a_disk_without_any_room_stops_the_run_and_leaves_the_lock_as_it_was(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2000) as disk:
        project = toy(disk.place / "project", GRAPH)
        assert ran(project)[0] == 0
        before = lock(project)
        (project.root / "source.txt").write_text("ice\n")
        ballast = disk.fill()
        code, said = ran(project)
        assert code != 0 and "No space left on device" in said
        assert lock(project) == before
        ballast.unlink()
        assert ran(project)[0] == 0


def test_a_report_that_finds_the_disk_full_says_so_and_leaves_the_last_good_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = made.copy(tmp_path)
    with small_disk(project.outputs(), 2000) as disk:
        page, told, _ = places(project)
        project.write_text(page, "the last good page")
        project.write_text(told, "its receipt")
        for room in (0, 40_000, 200_000):
            ballast = disk.fill(leaving=room)
            assert ends(monkeypatch, project.root, "report", made.round_of(project), "kirkuk", "overview") == 1
            assert "the disk is full" in capsys.readouterr().err, room
            assert (project.read_text(page), project.read_text(told)) == ("the last good page", "its receipt")
            assert not list(project.outputs().glob(".draft-*"))
            ballast.unlink()
        again(project)


# The process joins the group before it imports anything; its kernel is born in it.
GREEDY = """
import os, sys
from pathlib import Path
Path(sys.argv[1]).write_text(str(os.getpid()))
from made import ECHO, notebook
from pipeline import kernel
asked = {"round": "a", "scope": "b", "report": "c"}
take = "taken = bytearray(1 << 30)\\nfor place in range(0, 1 << 30, 4096): taken[place] = 1"
try:
    kernel.execute(notebook(ECHO, take), asked, Path(sys.argv[2]))
except kernel.UnfinishedRunError as failure:
    print(failure)
"""


def test_a_kernel_that_the_system_kills_for_want_of_memory_is_told_by_that_name(tmp_path: Path) -> None:
    with small_memory(700) as members:
        run = subprocess.run(
            [sys.executable, "-c", GREEDY, members, tmp_path],
            env={"PATH": "", "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        until_left(members)
    assert "the kernel died (killed: the machine was out of memory)" in run.stdout, run.stderr
    assert Project(tmp_path).read_text(tmp_path / "notebook.ipynb")


def until_left(members: Path) -> None:
    """A process that was killed stays in its group until it is buried."""
    end = time.monotonic() + 30
    while members.read_text():
        assert time.monotonic() < end
        time.sleep(0.05)
