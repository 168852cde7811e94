"""The same run on a Dask cluster over a shared folder: DVC and the record stay here, only commands run elsewhere.

Which stage goes to which worker is decided here, as for processes of this machine, and each worker is asked first
whether it is fit. Dask carries the stage there, tells its end, and tells that a worker is gone; then the stage is run
again on another. Nothing of this process's environment travels but what DVC and the run have added to it.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
from distributed import Client

from pipeline import environment
from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run import courier
from pipeline.run.work import LOST, Task

CONNECT_SECONDS = 10
PATIENCE_SECONDS = 60.0


class Remote:
    """A stage at work on a worker of the cluster; looks like a process of multiprocessing."""

    pid = None

    def __init__(self, client: Any, future: Any, worker: str) -> None:
        self.worker, self._client, self._future = worker, client, future
        self._called_off = False
        self.exitcode: int | None = None
        # Ready for `multiprocessing.connection.wait` once the other end is closed.
        self.sentinel, self._end = multiprocessing.Pipe(duplex=False)
        future.add_done_callback(self._ended)

    def _ended(self, future: Any) -> None:
        """Runs in a thread of Dask's. An error there is never the stage's, whose end is a number: it is Dask's."""
        code = LOST
        try:
            if future.status == "finished":
                # The number lies on the worker, which may die now.
                code = future.result(timeout=CONNECT_SECONDS)
        finally:
            self.exitcode = code
            self._end.close()

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self.exitcode is None

    def lose(self) -> None:
        """Gives it up: its worker is gone."""
        if self.is_alive():
            self._future.cancel()

    def terminate(self) -> None:
        """Calls it off; the worker stops it."""
        if self._client.status == "running":
            self._called_off = True
            self._future.cancel()

    def join(self, timeout: float | None = None) -> None:
        """Waits until a stage that was called off is at work nowhere; any other has ended when this is asked."""
        if self._called_off:
            self._called_off = False
            self._client.run(courier.over, self._future.key, workers=[self.worker], on_error="ignore")


@dataclass
class Cluster:
    """The workers at the scheduler's address that are fit for this run, and what each has in hand."""

    client: Any
    address: str
    project: Project
    demand: courier.Demand
    _fit: dict[str, str] = field(default_factory=dict)
    _threads: dict[str, int] = field(default_factory=dict)
    _running: list[Remote] = field(default_factory=list)
    _served: bool = False
    _alone_since: float | None = None

    def room(self) -> int:
        """How many stages may be at work now: a thread of a fit worker for each; workers come and go."""
        present = self._present()
        known = self._threads.keys() - self._shaken()
        self._threads = present
        for remote in self._running:
            if remote.worker not in present:
                remote.lose()
        for gone in self._fit.keys() - (known & present.keys()):
            del self._fit[gone]
        if new := present.keys() - known:
            self._ask(sorted(new))
        self._bear_it()
        return sum(present[worker] for worker in self._fit)

    def _shaken(self) -> set[str]:
        """The workers that have lost a stage: those still there are asked anew."""
        over = [remote for remote in self._running if not remote.is_alive()]
        self._running = [remote for remote in self._running if remote.is_alive()]
        return {remote.worker for remote in over if remote.exitcode == LOST}

    def start(self, task: Task) -> Remote:
        """Sends a stage to the worker that has most room."""
        free = {worker: self._threads[worker] - self._load(worker) for worker in self._fit}
        worker = max(sorted(free), key=lambda one: free[one])
        key = f"{courier.PREFIX}{Path(task.log).stem}-{uuid.uuid4().hex}"
        added = {name: text for name, text in task.environment.items() if os.environ.get(name) != text}
        sent = replace(task, environment=added)
        future = self.client.submit(
            courier.serve, key, sent, self._fit[worker], key=key, workers=[worker], pure=False, retries=0
        )
        self._running.append(Remote(self.client, future, worker))
        return self._running[-1]

    def _load(self, worker: str) -> int:
        return sum(remote.worker == worker for remote in self._running if remote.is_alive())

    def _present(self) -> dict[str, int]:
        try:
            return dict(self.client.nthreads())
        except OSError as problem:
            raise HeramsError(
                f"the scheduler at {self.address} does not answer any more ({problem}): start it and its workers "
                "again, then run again; what is done is recorded"
            ) from problem

    def _ask(self, workers: list[str]) -> None:
        """Asks workers whether they are fit; tells of those that are not, and why."""
        note = self.project.read_text(self.project.run_note())
        demand = replace(self.demand, note=note)
        answers = self.client.run(courier.prepare, demand, workers=workers, on_error="return")
        for worker, answer in sorted(answers.items()):
            if isinstance(answer, str):
                self._fit[worker] = answer
            else:
                click.echo(f"the worker {worker} is not used: {answer}", err=True)

    def _bear_it(self) -> None:
        """Waits for workers, but not for ever."""
        if self._fit:
            self._served, self._alone_since = True, None
        elif self._threads and not self._served:
            raise HeramsError(f"no worker at {self.address} is fit for this run: why, stands above")
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
            cure = f"`dask worker {self.address}` starts one"
            click.echo(f"no worker is left at {self.address}: waiting {PATIENCE_SECONDS:.0f} s ({cure})", err=True)
        elif time.monotonic() - self._alone_since > PATIENCE_SECONDS:
            raise HeramsError(
                f"no worker has come to {self.address}: start some, then run again; what is done is recorded"
            )


@contextmanager
def joined(project: Project, address: str, warm: bool) -> Iterator[Cluster]:
    """The cluster at an address, for as long as the run lasts."""
    # Dask tells of lost connections in pages of tracebacks; what matters is told by us.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client: Any = Client(  # type: ignore[no-untyped-call]
            address, timeout=CONNECT_SECONDS, set_as_default=False, name="herams-run"
        )
    except (OSError, ValueError, TypeError) as problem:
        # A TypeError: `tls://` without certificates in Dask's configuration.
        raise HeramsError(f"the scheduler at {address} cannot be reached ({problem}): is it running?") from problem
    try:
        demand = courier.Demand(str(project.root), environment.code(), warm)
        # Their hosts import while this process imports DVC; whether they are fit is asked later.
        client.run(courier.prepare, demand, wait=False, on_error="ignore")
        yield Cluster(client, address, project, demand)
    finally:
        client.close()
