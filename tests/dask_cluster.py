"""A Dask scheduler and its workers as people start them, on the loopback, ended with the block."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")


@dataclass
class Machines:
    """The scheduler's address, and the processes that were started."""

    address: str
    code: Path
    log: Path
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add(self, *options: str) -> None:
        """Starts another worker, or with `--nworkers` several; it is there when its nanny has told the scheduler."""
        self.workers.append(dask(self.log, self.code, "worker", self.address, *LOOPBACK, "--nthreads", "1", *options))

    def warm_up(self, root: Path, workers: int) -> None:
        """Waits until so many workers stand ready for this project: everything imported, as after a first run."""
        from distributed import Client

        from pipeline import environment
        from pipeline.run import courier
        from pipeline.run.work import Task

        task = Task(("true",), str(root), {}, None, str(self.log.with_name("warm.log")), str(root))
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
            ready = client.run(courier.prepare, courier.Demand(str(root), environment.code(), warm=True))
            for place, identity in ready.items():
                assert client.submit(courier.serve, place, task, identity, workers=[place], pure=False).result() == 0

    def remove(self) -> None:
        """Takes all workers away, as a machine that is switched off."""
        for worker in self.workers:
            kill(worker)
        self.workers.clear()


def dask(log: Path, code: Path, *words: str) -> subprocess.Popen[bytes]:
    """A command of Dask's, with the project's code."""
    own = os.environ | {"PYTHONPATH": str(code), "TMPDIR": str(log.parent)}
    with log.open("ab") as file:
        return subprocess.Popen([sys.executable, "-m", "dask", *words], cwd=code, env=own, stdout=file, stderr=file)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all below it, without asking."""
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.kill()
    process.kill()
    process.wait()


@contextmanager
def cluster(code: Path, workers: int = 2) -> Iterator[Machines]:
    """A scheduler and workers of one thread each, that have the code in this folder."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log, told = Path(folder) / "log", Path(folder) / "scheduler.json"
        scheduler = dask(log, code, "scheduler", *LOOPBACK, "--port", "0", "--scheduler-file", str(told))
        try:
            machines = Machines(_address(told, scheduler, log), code, log, scheduler)
            if workers:
                machines.add("--nworkers", str(workers))
            try:
                yield machines
            finally:
                machines.remove()
        finally:
            kill(scheduler)


def _address(told: Path, scheduler: subprocess.Popen[bytes], log: Path) -> str:
    import json

    until = time.monotonic() + 60
    while time.monotonic() < until and scheduler.poll() is None:
        with suppress(OSError, ValueError):
            return str(json.loads(told.read_text())["address"])
        time.sleep(0.05)
    raise AssertionError(f"the scheduler did not start:\n{log.read_text()}")
