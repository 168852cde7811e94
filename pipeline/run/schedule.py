"""The scheduler: every stage whose inputs are ready runs, up to so many at once."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Protocol

import click

from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run import told, workers
from pipeline.run.graph import Begun, Command
from pipeline.run.work import LOST, Running, Task

WRITE_SECONDS = 60.0
TRIES = 3


class Graph(Protocol):
    """What is to be done and in which order, as DVC knows it, or as receipts do."""

    @property
    def steps(self) -> list[str]:
        """The names of all that may have to be done, in order."""

    @property
    def upstream(self) -> dict[str, set[str]]:
        """What must be done before each of them."""

    def begin(self, name: str) -> Begun:
        """Whether it must be done."""

    def begin_again(self, name: str) -> Begun:
        """The same for one whose worker was lost."""

    def command(self, name: str) -> Command:
        """What does it."""

    def finish(self, name: str) -> None:
        """Takes note of what was made; a HeramsError where it was not."""

    def write(self, whole: bool = True) -> None:
        """Writes down what was done."""


@dataclass
class Board:
    """Where every stage of a run stands."""

    graph: Graph
    waiting: list[str]
    over: set[str] = field(default_factory=set)
    running: dict[Running, tuple[str, float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    losses: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, graph: Graph) -> Board:
        """A board with all stages waiting: first those on which most others wait, else in DVC's order."""
        below: dict[str, set[str]] = {name: set() for name in graph.steps}
        for name in reversed(graph.steps):
            for before in graph.upstream[name] & below.keys():
                below[before] |= below[name] | {name}
        return cls(graph, sorted(graph.steps, key=lambda name: -len(below[name])))

    def ready(self) -> str | None:
        """The next stage whose inputs are all there; it waits no more."""
        for name in self.waiting:
            if self.graph.upstream[name] & set(self.waiting) or any(
                name_ in self.graph.upstream[name] for name_, _ in self.running.values()
            ):
                continue
            self.waiting.remove(name)
            return name
        return None

    def again(self, name: str) -> bool:
        """Whether a stage whose worker was lost is tried once more; if so it waits again."""
        self.losses[name] += 1
        if self.losses[name] == TRIES:
            return False
        self.waiting.insert(0, name)
        return True

    def fail(self, name: str, why: str) -> None:
        """Notes a failure; what depends on it is not tried."""
        self.failures[name] = why
        lost = {name}
        for later in self.graph.steps:
            if self.graph.upstream[later] & lost:
                lost.add(later)
                if later in self.waiting:
                    self.waiting.remove(later)
                    self.skipped[later] = name


@dataclass(frozen=True)
class Crew:
    """Who does the work: how a worker is started, how many may be at work now, what is added to their environment."""

    start: Callable[[Task], Running]
    jobs: Callable[[], int]
    environment: Mapping[str, str]

    def launch(self, project: Project, graph: Graph, name: str) -> Running:
        """Starts a worker on a stage, all that it prints going into the stage's log."""
        command = graph.command(name)
        log = project.stage_log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        own = command.environment | dict(self.environment)
        place = str(project.root)
        return self.start(Task(command.lines, command.folder, own, command.shell, str(log), place, command.files))


def bring_up_to_date(project: Project, graph: Graph, crew: Crew) -> Board:
    """Runs all stages of the graph that must run; whatever happens, the lock tells what was done."""
    board = Board.of(graph)
    teller = told.Teller.of(project, max(1, crew.jobs()), graph.steps)
    with _interruptible():
        try:
            _loop(project, board, teller, crew)
        finally:
            workers.stop(board.running)
            _write(board)
    return board


def _write(board: Board) -> None:
    """Writes the lock; on a full disk the earlier one stays, and the next run finds what was made in DVC's cache."""
    try:
        board.graph.write()
    except OSError as problem:
        board.fail("dvc.lock", f"could not be written: {problem.strerror}")


def _loop(project: Project, board: Board, teller: told.Teller, crew: Crew) -> None:
    written = time.monotonic()
    while board.waiting or board.running:
        while len(board.running) < crew.jobs() and (name := board.ready()) is not None:
            _begin(project, board, teller, name, crew)
        for process in workers.ended(board.running, 1.0) if board.running or board.waiting else []:
            _finish(project, board, teller, process)
        if time.monotonic() - written > WRITE_SECONDS:
            board.graph.write(whole=False)
            written = time.monotonic()


def _begin(project: Project, board: Board, teller: told.Teller, name: str, crew: Crew) -> None:
    begun = time.monotonic()
    how = board.graph.begin_again(name) if board.losses[name] else board.graph.begin(name)
    if how is Begun.READY:
        board.running[crew.launch(project, board.graph, name)] = (name, begun)
    elif how is Begun.RESTORED:
        teller.ended(name, "taken from DVC's cache", time.monotonic() - begun)
        board.made.append(name)
    else:
        teller.unchanged(name)


def _finish(project: Project, board: Board, teller: told.Teller, process: Running) -> None:
    name, begun = board.running.pop(process)
    seconds = time.monotonic() - begun
    process.join()
    if process.exitcode == LOST and board.again(name):
        click.echo(f"{name}: its worker is lost; it is run again from the start", err=True)
        return
    try:
        if process.exitcode:
            raise HeramsError(_end(process.exitcode))
        board.graph.finish(name)
    except HeramsError as problem:
        teller.ended(name, "failed", seconds)
        board.fail(name, str(problem))
        click.echo(told.failed(project, name, str(problem)), err=True)
    else:
        teller.ended(name, "done", seconds)
        board.made.append(name)


def _end(code: int) -> str:
    """How a stage's process ended, in words."""
    if code == LOST:
        return f"its worker was lost, {TRIES} times: perhaps the stage takes the worker with it"
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    return f"its process was killed ({name})"


@contextmanager
def _interruptible() -> Iterator[None]:
    """A polite end (SIGTERM) is taken as Ctrl-C: workers are ended, and the lock is written."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
