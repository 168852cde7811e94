"""Warm workers: processes forked from one that has imported the heavy libraries.

The preloaded process is multiprocessing's forkserver, started with the environment of a kernel. Until it is ready, in
some seconds, a light stage begins in a new process that imports only what it needs; others wait. Where there is no
fork (Windows) every worker is a new process. It does the same.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pipeline import kernel
from pipeline.run.work import READY_MARK, Running, Task, work

FARM = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
PRELOAD, NOTHING = "pipeline.run.preload", "pipeline.run.work"
READY = "ready"
GRACE_SECONDS = 5.0


@contextmanager
def farm(warm: bool = True) -> Iterator[Callable[[Task], BaseProcess]]:
    """Gives a function that starts a worker on a task; ends the preloaded process afterwards.

    Not warm, where no command is ours: nothing heavy is imported.
    """
    with tempfile.TemporaryDirectory(prefix="herams-", ignore_cleanup_errors=True) as folder:
        private = Path(folder)
        if FARM == "forkserver":
            _start_preloaded(private, PRELOAD if warm else NOTHING)
        try:
            yield lambda task: _started(task, private, warm)
        finally:
            if FARM == "forkserver":
                _stop_preloaded()


def _started(task: Task, private: Path, warm: bool) -> BaseProcess:
    """A worker at work; what is heavy waits for the preloaded process."""
    is_ready = not warm or task.is_heavy or (private / READY).exists()
    context: Any = multiprocessing.get_context(FARM if is_ready else "spawn")
    process: BaseProcess = context.Process(target=work, args=(task,))
    with _environment(kernel.environment(private)):
        process.start()
    return process


def _start_preloaded(private: Path, module: str) -> None:
    from multiprocessing import forkserver, resource_tracker

    multiprocessing.set_forkserver_preload([module])
    # Workers end without ceremony; the tracker would tell of the locks that tqdm has left.
    with _environment({**os.environ, "PYTHONWARNINGS": "ignore::UserWarning:multiprocessing.resource_tracker"}):
        resource_tracker.ensure_running()
    with _environment({**kernel.environment(private), READY_MARK: str(private / READY)}):
        forkserver.ensure_running()


@contextmanager
def _environment(own: Mapping[str, str]) -> Iterator[None]:
    """What is started meanwhile inherits it; Python reads its hash seed, for instance, only at its start."""
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(own)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _stop_preloaded() -> None:
    from multiprocessing import forkserver

    forkserver._forkserver._stop()  # type: ignore[attr-defined]


def ended(processes: Iterable[Running], seconds: float) -> list[Running]:
    """Those of the workers that have ended, after at most so many seconds."""
    by_sentinel = {process.sentinel: process for process in processes}
    return [by_sentinel[sentinel] for sentinel in connection.wait(list(by_sentinel), seconds)]


def stop(processes: Iterable[Running]) -> None:
    """Ends workers and all that they have started: asked first, then made to."""
    running = [process for process in processes if process.is_alive()]
    for process in running:
        process.terminate()
    for process in running:
        process.join(GRACE_SECONDS)
        kill_group(process)
        process.join()


def kill_group(process: Running) -> None:
    """Ends what is left of a worker's group: a shell's children do not end with it."""
    if process.pid is not None and hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
