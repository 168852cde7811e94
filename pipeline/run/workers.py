"""Warm workers: processes forked from one that has imported the heavy libraries.

The preloaded process is multiprocessing's forkserver, started with the environment of a kernel. Where there is no fork
(Windows) a worker is a new process that imports for itself; it does the same.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from pipeline import kernel
from pipeline.run.work import Running, Task, work

FARM = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
PRELOAD = "pipeline.run.preload"
GRACE_SECONDS = 5.0


@contextmanager
def farm(warm: bool = True) -> Iterator[Callable[[Task], BaseProcess]]:
    """Gives a function that starts a worker on a task; ends the preloaded process afterwards.

    Not warm, where no command is ours: nothing heavy is imported.
    """
    context = multiprocessing.get_context(FARM)
    with tempfile.TemporaryDirectory(prefix="herams-", ignore_cleanup_errors=True) as private:
        if FARM == "forkserver":
            _start_preloaded(Path(private), PRELOAD if warm else "pipeline.run.work")
        try:
            yield lambda task: _started(context, task)
        finally:
            if FARM == "forkserver":
                _stop_preloaded()


def _started(context: multiprocessing.context.BaseContext, task: Task) -> BaseProcess:
    process: BaseProcess = context.Process(target=work, args=(task,))  # type: ignore[attr-defined]
    process.start()
    return process


def _start_preloaded(private: Path, module: str) -> None:
    """Starts the preloaded process; it inherits the environment, so that is a kernel's for a moment."""
    from multiprocessing import forkserver, resource_tracker

    multiprocessing.set_forkserver_preload([module])
    before = dict(os.environ)
    try:
        # Workers end without ceremony; the tracker would tell of the locks that tqdm has left.
        os.environ["PYTHONWARNINGS"] = "ignore::UserWarning:multiprocessing.resource_tracker"
        resource_tracker.ensure_running()
        os.environ.clear()
        os.environ.update(kernel.environment(private))
        forkserver.ensure_running()
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
