"""What the process of a Dask worker does: it takes stages in, hands them to its host, and gives back how they ended.

A worker is used only if it would make the same bytes: the same folder, the versions of the lock, the same code. Its
host is started once and serves run after run, but never with code that has changed since.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed.diagnostics.plugin import WorkerPlugin

from pipeline import environment
from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run.work import LOST, Task
from pipeline.run.workers import GRACE_SECONDS

# Another process at the same address is another worker.
IDENTITY = uuid.uuid4().hex
STOPPED = -15
NAME = "herams"
PREFIX = "herams-"
_guard = threading.RLock()
_hosts: list[Host] = []


@dataclass(frozen=True)
class Demand:
    """What a run asks of a worker: to see its folder, and in it the run's note once there is one; to have its code."""

    root: str
    code: Mapping[str, str]
    warm: bool
    note: str | None = None


class Host:
    """The process beside this one, and the stages that it has in hand."""

    def __init__(self, code: Mapping[str, str], warm: bool) -> None:
        self.code, self.warm = code, warm
        self._ends: dict[str, Future[int]] = {}
        self._unwanted: set[str] = set()
        self._pipe, theirs = multiprocessing.Pipe()
        command = [sys.executable, "-P", "-m", "pipeline.run.host", str(theirs.fileno()), "warm" if warm else "cold"]
        own = os.environ | {"PYTHONPATH": str(environment.code_root())}
        self._process = subprocess.Popen(
            command, env=own, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True
        )
        theirs.close()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def is_busy(self) -> bool:
        """Whether it has a stage in hand."""
        return bool(self._ends)

    def run(self, key: str, task: Task) -> int:
        """Runs a stage to its end; gives its exit code, or LOST if the host has gone with it."""
        end: Future[int] = Future()
        with _guard:
            if key in self._unwanted:
                return STOPPED
            self._ends[key] = end
            try:
                self._pipe.send((key, task))
            except OSError:
                self._ends.pop(key, end)
                return LOST
        return end.result()

    def stop(self, key: str) -> None:
        """Ends a stage, or never begins it."""
        with _guard:
            self._unwanted.add(key)
            if key in self._ends:
                with suppress(BrokenPipeError):
                    self._pipe.send((key, None))

    def close(self) -> None:
        """Ends the process, and what it has in hand."""
        with _guard, suppress(BrokenPipeError):
            self._pipe.send(None)
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def over(self, key: str) -> bool:
        """Whether a stage is not in hand any more."""
        return key not in self._ends

    def _listen(self) -> None:
        try:
            while True:
                key, code = self._pipe.recv()
                self._ends.pop(key).set_result(code)
        except (EOFError, OSError):
            self._process.wait()
            for key in list(self._ends):
                self._ends.pop(key).set_result(LOST)


class Watch(WorkerPlugin):
    """Stops a stage that nobody waits for any more (Ctrl-C, or the run is gone), and all with the worker's end."""

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:
        """Hears of each task of the worker that changes its state."""
        if (start, finish) == ("executing", "released") and str(key).startswith(PREFIX):
            for host in _hosts:
                host.stop(key)

    def teardown(self, worker: Any) -> None:
        """Hears that the worker ends."""
        for host in _hosts:
            host.close()


async def prepare(demand: Demand, dask_worker: Any) -> str:
    """The identity of this worker, ready for the run; a HeramsError says why it is not fit for it."""
    if NAME not in dask_worker.plugins:
        await dask_worker.plugin_add(Watch(), name=NAME)
    await asyncio.to_thread(_prepare, demand)
    return IDENTITY


async def over(key: str) -> None:
    """Waits until a stage that was called off is not at work here any more."""
    while not all(host.over(key) for host in _hosts):
        await asyncio.sleep(0.05)


def serve(key: str, task: Task, identity: str) -> int:
    """Runs a stage; gives its exit code, or LOST where this is not the worker that was meant."""
    if identity != IDENTITY or not _hosts:
        return LOST
    return _hosts[0].run(key, task)


def _prepare(demand: Demand) -> None:
    project = Project(Path(demand.root))
    if demand.note is not None:
        _same_folder(project, demand.note)
    environment.check(project)
    _same_code(demand.code)
    with _guard:
        if _hosts and not (_hosts[0].is_alive and _hosts[0].code == demand.code and _hosts[0].warm >= demand.warm):
            if _hosts[0].is_busy:
                raise HeramsError("it is at work for another run, with other code: wait for its end")
            _hosts.pop().close()
        if not _hosts:
            _hosts.append(Host(demand.code, demand.warm))


def _same_folder(project: Project, note: str) -> None:
    """A copy of the project at the same path would be worked on, and its pages never seen."""
    place = project.run_note()
    if not place.is_file() or place.read_text(encoding="utf-8") != note:
        raise HeramsError(f"it does not see the folder of this run at {project.root}: mount the same one there")


def _same_code(code: Mapping[str, str]) -> None:
    own = environment.code()
    other = sorted(name for name in own.keys() | code.keys() if own.get(name) != code.get(name))
    if other:
        more = f" … and {len(other) - 3} more" if len(other) > 3 else ""
        raise HeramsError(
            f"its code in {environment.code_root()} is not that of this run ({', '.join(other[:3])}{more}): "
            "start it in the environment of the same project"
        )
