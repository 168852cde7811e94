"""The process beside a Dask worker that its stages are forked from: the farm of a local run, on another machine.

Dask's workers are daemons of their nannies, and multiprocessing lets no daemon have children. So the worker starts this
process like any command, once, and hands it stages over a socket pair; Dask itself is not imported here. When the
other end of the pair is closed, and be it by kill -9, the stages are ended at once: they may be run elsewhere by then.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from pipeline.run import workers
from pipeline.run.work import Task


def main() -> None:
    """Serves the socket pair whose number is the first argument, with a warm farm if the second says so."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Its end comes through the pair alone: Ctrl-C at a Dask worker reaches all that it has started.
        signal.signal(number, signal.SIG_IGN)
    with workers.farm(sys.argv[2] == "warm") as start:
        serve(Connection(int(sys.argv[1])), start)


def serve(pipe: Connection, start: Callable[[Task], BaseProcess]) -> None:
    """Starts and stops stages as told, and tells how each has ended, until it is told to end itself."""
    running: dict[str, BaseProcess] = {}
    with suppress(EOFError, OSError):
        while True:
            sentinels = [process.sentinel for process in running.values()]
            ready = connection.wait([pipe, *sentinels])
            for key in [key for key, process in running.items() if process.sentinel in ready]:
                process = running.pop(key)
                process.join()
                pipe.send((key, process.exitcode))
            if pipe in ready:
                if (told := pipe.recv()) is None:
                    break
                _obey(told, running, start)
    for process in running.values():
        process.kill()
        workers.kill_group(process)


def _obey(told: tuple[str, Task | None], running: dict[str, BaseProcess], start: Callable[[Task], BaseProcess]) -> None:
    """A stage with its task is started; one without is stopped, if it runs."""
    key, task = told
    if task is not None:
        running[key] = start(replace(task, environment=_with_own(task.environment)))
    elif key in running:
        workers.stop([running[key]])


def _with_own(added: Mapping[str, str]) -> dict[str, str]:
    """The environment of this machine, and what the run adds to it."""
    return {**os.environ, **added}


if __name__ == "__main__":
    main()
