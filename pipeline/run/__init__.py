"""Whole rounds through DVC: the only package that knows it.

`herams run` brings everything up to date: DVC's graph, DVC's lock, but stages at once and in warm processes; it goes on
where a report fails, then makes the front page (also when it was stopped), then tells the state of the gates.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import verdict
from pipeline.errors import GateClosedError, HeramsError, UsageError, unknown
from pipeline.project import TABLES, Project
from pipeline.run import plan, record, told, work
from pipeline.spelling import counted

if TYPE_CHECKING:
    from pipeline.run.schedule import Board
    from pipeline.run.work import Running, Task

DRAFT_SECONDS = 3600
# A report waits for a fifth of its time: with two stages more than cores the machine is never idle (`make bench`).
WAITING = 2


@dataclass(frozen=True)
class Limits:
    """How many stages at once (None: cores and two more), the seconds a report may take, and where to run."""

    jobs: int | None = None
    timeout: int | None = None
    cluster: str | None = None


def run(
    project: Project,
    round_name: str | None = None,
    scope: str | None = None,
    limits: Limits | None = None,
    is_all: bool = False,
) -> None:
    """Brings the open rounds up to date, or one of them, or one scope of it; with all subjects for all scopes, or not.

    Exit 1 if a stage failed (the others are finished first), 3 if a gate has closed something.
    """
    limits = limits or Limits()
    _check_address(limits.cluster)
    rounds = _rounds(project, round_name)
    wanted = targets(project, rounds, scope)
    found = plan.plan(project, wanted)
    if lacking := plan.without(project, found):
        raise HeramsError(
            "\n  ".join(["not there, and no stage makes it (`git checkout` or `dvc checkout` puts it back):", *lacking])
        )
    if not found.reasons:
        click.echo("nothing to do: everything is up to date")
        _front_page(project)
    if not found.reasons and not is_all:
        _tell_gates(project, rounds)
        return
    with record.recorded(project) as run_:
        if found.reasons:
            _make(project, wanted, limits, run_)
        if is_all:
            _make_more(project, rounds, scope, limits, run_)
        _tell_gates(project, rounds)


def _check_address(address: str | None) -> None:
    if address and not re.fullmatch(r"((tcp|tls)://)?([\w.-]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}", address):
        raise UsageError(f"{address!r} is no address of a scheduler: it looks like tcp://HOST:8786, or tls://HOST:8786")


def _make(project: Project, wanted: Sequence[str], limits: Limits, run_: record.Run) -> None:
    _sweep(project)
    from pipeline.run import front

    with front.made_after(project):
        _recap(make(project, wanted, limits), run_)


def _make_more(project: Project, rounds: Sequence[str], scope: str | None, limits: Limits, run_: record.Run) -> None:
    """Makes the reports beyond the rounds' own; the rounds' tables are up to date by now."""
    from pipeline.run import front

    with front.made_after(project), _hands(project, limits) as (start, jobs):
        from pipeline.run import more, schedule

        crew = schedule.Crew(start, jobs, _seconds(limits))
        _recap(schedule.bring_up_to_date(project, more.more(project, rounds, scope), crew), run_)


def _recap(board: Board, run_: record.Run) -> None:
    run_.made += board.made
    run_.failed += board.failures
    if board.failures:
        raise HeramsError(told.recap(board.failures, board.skipped))


def _front_page(project: Project) -> None:
    """Makes the front page where it is missing or older than what it shows: DVC does not know of it."""
    from pipeline.run import front

    if front.is_older(project):
        front.make(project)


def make(project: Project, wanted: Sequence[str], limits: Limits) -> Board:
    """Runs what must run of the stages wanted (none means all); gives how each ended.

    DVC and all that makes pages is imported here, where it is known to be needed.
    """
    with _hands(project, limits) as (start, jobs):
        # The preloaded process imports while this one imports DVC.
        from pipeline.run import graph, schedule

        with graph.opened(project, wanted) as opened:
            return schedule.bring_up_to_date(project, opened, schedule.Crew(start, jobs, _seconds(limits)))


def _seconds(limits: Limits) -> dict[str, str]:
    return {"HERAMS_REPORT_SECONDS": str(limits.timeout)} if limits.timeout else {}


@contextmanager
def _hands(project: Project, limits: Limits) -> Iterator[tuple[Callable[[Task], Running], Callable[[], int]]]:
    """How a stage is started and how many may be at work now: on this machine, or on a cluster."""
    warm = any(work.is_ours(stage.command) for stage in plan.declared(project))
    if limits.cluster:
        from pipeline.run import cluster

        with cluster.joined(project, limits.cluster, warm) as joined:
            yield joined.start, lambda: min(joined.room(), limits.jobs or sys.maxsize)
    else:
        from pipeline.run import workers

        with workers.farm(warm) as start:
            yield start, lambda: limits.jobs or cores() + WAITING


def cores() -> int:
    """How many cores this process may use: in a container often fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sweep(project: Project) -> None:
    """Takes away the draft folders of reports that were killed; a young one may be at work, outside of any run."""
    for draft in project.outputs().glob(".draft-*"):
        if time.time() - draft.stat().st_mtime > DRAFT_SECONDS:
            shutil.rmtree(draft, ignore_errors=True)


def explain(
    project: Project,
    round_name: str | None = None,
    scope: str | None = None,
    limits: Limits | None = None,
    is_all: bool = False,
) -> None:
    """Tells what would run and why, and runs nothing; what `run` would refuse is refused."""
    _check_address((limits or Limits()).cluster)
    rounds = _rounds(project, round_name)
    found = plan.plan(project, targets(project, rounds, scope))
    for name, why in found.reasons.items():
        click.echo(f"{name}: {told.shortened(why)}")
    for name, before in found.follow.items():
        click.echo(f"{name}: if {before} makes something new")
    must, may = len(found.reasons), len(found.follow)
    rest = len(found.stages) - must - may
    click.echo(f"{must} must run, {may} may follow, {rest} are up to date{told.estimate(project, found)}")
    if is_all:
        from pipeline.run import more

        others = more.more(project, rounds, scope)
        stale = len(others.stale())
        click.echo(
            f"of the other reports {counted(stale, 'step')} must run, {len(others.steps) - stale} are up to date"
        )


def _rounds(project: Project, round_name: str | None) -> list[str]:
    rounds = [round_name] if round_name else project.registry.open
    for name in rounds:
        if name not in project.registry.open:
            raise unknown("open round", name, project.registry.open)
    return rounds


def _tell_gates(project: Project, rounds: Sequence[str]) -> None:
    shut = [line for name in rounds for line in closed(project, name)]
    if shut:
        raise GateClosedError("a gate is closed:\n  " + "\n  ".join(shut))


def targets(project: Project, rounds: Sequence[str], scope: str | None) -> list[str]:
    """The report stages that a call asks for, by DVC's names; none means all."""
    if scope is None and list(rounds) == project.registry.open:
        return []
    if scope is not None and scope not in project.scopes:
        raise unknown("scope", scope, project.scopes)
    makers = {path: stage.name for stage in plan.declared(project) for path in stage.outputs}
    return [
        makers[project.relative(project.page(name, one, report))]
        for name in rounds
        for one in ([scope] if scope else project.scopes)
        for report in project.registry.due(name, one)
    ]


def track(project: Project, *paths: Path) -> None:
    """Puts files and folders under DVC: their bytes in its cache, the hash of each beside it."""
    names = [project.relative(path) for path in paths]
    if dvc(project, "add", "--quiet", *names):
        raise HeramsError(f"DVC could not track {', '.join(names)}: its message stands above")


def closed(project: Project, round_name: str) -> list[str]:
    """A line for each directorate of a round that a gate has closed, and for Iraq."""
    judged = [verdict.read(project, round_name, table) for table in TABLES]
    state = verdict.combined(judged)
    shut = [f"{round_name}: {name} is closed" for name, one in state.directorates.items() if one.state == "closed"]
    return shut + ([f"{round_name}: Iraq's totals are closed"] if state.iraq.state == "closed" else [])


def dvc(project: Project, *words: str) -> int:
    """Runs a DVC command in the project's root with this Python's commands first on the path; gives its exit code."""
    settings = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "DVC_NO_ANALYTICS": "1",
        "GX_ANALYTICS_ENABLED": "false",
    }
    command = [sys.executable, "-m", "dvc", *words]
    return subprocess.run(command, cwd=project.root, env=os.environ | settings, check=False).returncode
