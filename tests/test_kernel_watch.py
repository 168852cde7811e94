"""How a kernel ended is told by its name, and the notebook is kept as far as it ran."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from made import ECHO, notebook

from pipeline.kernel import UnfinishedRunError, execute
from pipeline.kernel import watch as kernel_watch

ASKED = {"round": "a", "scope": "b", "report": "c"}


@pytest.mark.parametrize(
    ("cell", "cause"),
    [
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("import os; os._exit(7)", "exit code 7"),
        ("bytearray(1 << 60)", "MemoryError"),
        ("raise OSError(28, 'No space left on device')", "No space left on device"),
    ],
)
def test_the_end_of_a_kernel_is_told_by_its_name(tmp_path: Path, cell: str, cause: str) -> None:
    with pytest.raises(UnfinishedRunError, match=cause):
        execute(notebook(ECHO, cell), ASKED, tmp_path)
    assert "vnd.herams.parameters" in (tmp_path / "notebook.ipynb").read_text(encoding="utf-8")


def test_a_report_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(kernel_watch.SECONDS, "4")
    with pytest.raises(UnfinishedRunError, match="took longer than 4 seconds and was stopped"):
        execute(notebook(ECHO, "import time; time.sleep(60)"), ASKED, tmp_path)


def test_a_kernel_that_the_system_killed_for_memory_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = iter([3, 4])
    monkeypatch.setattr(kernel_watch, "oom_kills", lambda: next(counts))
    with kernel_watch.Watch() as watch:
        watch.started(type("Ended", (), {"poll": lambda self: -9})())
    assert "out of memory" in watch.cause()


def test_a_full_disk_is_told_as_that() -> None:
    assert "the disk is full" in kernel_watch.told(OSError(errno.ENOSPC, "No space left on device"))
