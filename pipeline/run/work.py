"""What a worker does: one stage, in a process of its own that was forked from one with everything imported."""

from __future__ import annotations

import importlib
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path
from typing import Any, Protocol

from pipeline.kernel import opened
from pipeline.project import Project

# A shell would do something with these; without them a line is a list of words.
SHELL = set("|&;<>()$`\\\"'*?[]#~=%!{}\n")
# Names the file by which the preloaded process tells that it is ready.
READY_MARK = "HERAMS_READY"
# No process ends with this: the machine or the worker that had a stage is gone, and the stage with it.
LOST = 1 << 16


@dataclass(frozen=True)
class Task:
    """One stage for a worker: its command lines, where they run, and the file that takes all they print."""

    lines: tuple[str, ...]
    folder: str
    environment: dict[str, str]
    shell: str | None
    log: str
    root: str
    declared: tuple[str, ...] = ()
    """What a command of ours may read in the project; nothing means that nobody looks."""

    @property
    def makes_report(self) -> bool:
        """Whether a kernel will be needed."""
        return self._is("report")

    @property
    def is_heavy(self) -> bool:
        """Whether a new process would import about as long as the preloaded one: a report, a gate."""
        return self._is("report") or self._is("gate")

    def _is(self, command: str) -> bool:
        return is_ours(*self.lines) and any(line.split()[1:2] == [command] for line in self.lines)


class Running(Protocol):
    """A stage at work, here or on another machine, as multiprocessing looks at a process."""

    @property
    def sentinel(self) -> Any:
        """What `multiprocessing.connection.wait` waits for: ready when the stage has ended."""

    @property
    def exitcode(self) -> int | None:
        """How it ended, None while it runs; negative: a signal; LOST: nobody knows."""

    @property
    def pid(self) -> int | None:
        """Its process, if that is one of this machine."""

    def is_alive(self) -> bool:
        """Whether it runs."""

    def terminate(self) -> None:
        """Asks it to end."""

    def join(self, timeout: float | None = None) -> None:
        """Waits for its end."""


def is_ours(*lines: str) -> bool:
    """Whether all of a stage's commands are ours, and so simple that no shell is needed to read them."""
    return all(line.split()[:1] == ["herams"] and not SHELL & set(line) for line in lines)


def work(task: Task) -> None:
    """Runs a stage's commands and ends the process with the exit code of the first that fails, or 0."""
    _settle(task)
    project = Project(Path(task.root))
    strays = _watched(task)
    for line in task.lines:
        code = _ours(line, project) if is_ours(*task.lines) else _foreign(line, task)
        if code:
            _end(code)
    if strays:
        print(f"herams: {opened.said(strays)}", file=sys.stderr)  # noqa: T201
    _end(1 if strays else 0)


def _watched(task: Task) -> list[str]:
    """The files that this process reads and its stage does not declare: a list that fills."""
    strays: list[str] = []
    if task.declared and is_ours(*task.lines):
        opened.Net(Path(task.root), task.declared, strays.append).spread()
    return strays


def _settle(task: Task) -> None:
    """Makes the process what a new one would be: its own group, folder, environment and output."""
    if hasattr(os, "setsid"):
        os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    log = os.open(task.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    sys.stdout.flush()
    sys.stderr.flush()
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)
    os.chdir(task.folder)
    os.environ.clear()
    os.environ.update(task.environment)
    if hasattr(time, "tzset"):
        time.tzset()
    if task.makes_report and hasattr(os, "fork"):
        from pipeline.kernel import warm

        # Before the first thread.
        warm.prepare()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _ours(line: str, project: Project) -> int:
    # By its name: the command line stands above this module.
    cli = importlib.import_module("pipeline.cli")
    try:
        cli.main(shlex.split(line)[1:], project)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def _foreign(line: str, task: Task) -> int:
    """As DVC runs it: by the user's shell, which reads no settings of its own."""
    options = {"zsh": ["--no-rcs"], "bash": ["--noprofile", "--norc"]}
    if task.shell is None:
        return subprocess.run(line, shell=True, check=False).returncode
    words = [task.shell, *options.get(Path(task.shell).name.lower(), []), "-c", line]
    return abs(subprocess.run(words, check=False).returncode)


def _end_with_parent() -> None:
    """If `herams run` is gone, however that happened, its workers and what they started go too."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        if hasattr(os, "killpg"):
            os.killpg(0, signal.SIGKILL)
        os._exit(1)


def _end(code: int) -> None:
    if "pipeline.kernel.warm" in sys.modules:
        from pipeline.kernel import warm

        warm.discard()
    sys.stdout.flush()
    sys.stderr.flush()
    # Without the interpreter's long farewell to everything that was imported.
    os._exit(code)
