"""DVC's side of a run: its graph, its verdict on what changed, its run cache, its lock. All calls come from one thread.

A stage goes the way it goes in `dvc repro` (`Stage.reproduce`), cut in two where DVC would start the command: `begin`
before it, `finish` after it. The lock is not written at each stage, which costs DVC a second for each of them, but in
`write`: in DVC's own order, so that its bytes are those that `dvc repro` would have left.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from dvc.exceptions import DvcException
from dvc.lock import LockError
from dvc.repo import Repo, lock_repo
from dvc.repo.reproduce import collect_stages, get_active_graph, plan_repro
from dvc.stage.cache import RunCacheNotFoundError
from dvc.stage.run import get_executable, prepare_kwargs
from dvc.stage.serialize import to_single_stage_lockfile

from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run import lock


class Begun(Enum):
    """What became of a stage before its command was started."""

    UNCHANGED = "unchanged"
    RESTORED = "restored"
    READY = "ready"


@dataclass(frozen=True)
class Command:
    """The commands of a stage, as DVC would start them."""

    lines: tuple[str, ...]
    folder: str
    environment: dict[str, str]
    shell: str | None
    files: tuple[str, ...] = ()
    """What it may read in the project: inputs, parameters, and what it makes."""


@dataclass
class Graph:
    """The stages of a project in the order in which `dvc repro` takes them."""

    project: Project
    repo: Any
    steps: list[str]
    upstream: dict[str, set[str]]
    _stages: dict[str, Any]
    _done: set[str] = field(default_factory=set)
    _unwritten: set[str] = field(default_factory=set)

    @property
    def lock(self) -> Path:
        """dvc.lock beside dvc.yaml: all stages stand in one file."""
        return self.project.root / "dvc.lock"

    def begin(self, name: str) -> Begun:
        """Asks whether a stage must run; takes its outputs from the run cache if they are there, else clears them."""
        stage = self._stages[name]
        if not stage.changed():
            self._done.add(name)
            return Begun.UNCHANGED
        if not stage.cmd or stage.frozen:
            stage.reproduce()
            stage.dump(update_pipeline=False)
            self._done.add(name)
            return Begun.RESTORED
        stage.remove_outs(ignore_remove=False, force=False)
        try:
            self.repo.stage_cache.restore(stage)
        except RunCacheNotFoundError:
            stage.save_deps()
            return Begun.READY
        self._record(name)
        return Begun.RESTORED

    def begin_again(self, name: str) -> Begun:
        """Clears the outputs of a stage that was begun and lost.

        DVC is not asked again: it knows the new inputs already, and would take a page that persists for up to date.
        """
        self._stages[name].remove_outs(ignore_remove=False, force=False)
        return Begun.READY

    def command(self, name: str) -> Command:
        """What DVC would start for a stage, and how."""
        stage = self._stages[name]
        lines = stage.cmd if isinstance(stage.cmd, list) else stage.cmd.splitlines()
        how = prepare_kwargs(stage)
        files = tuple(str(one.def_path) for one in (*stage.deps, *stage.outs))
        return Command(tuple(lines), str(how["cwd"]), dict(how["env"]), get_executable(), files)

    def finish(self, name: str) -> None:
        """Records what a stage has made; an output that was declared and not made is an error."""
        try:
            self._record(name)
        except (DvcException, OSError) as problem:
            _go_on_stopping(problem)
            raise HeramsError(f"{name}: {problem}") from problem

    def _record(self, name: str) -> None:
        stage = self._stages[name]
        uncached = any(not out.use_cache for out in stage.outs if not (out.is_metric or out.is_plot))
        stage.save(run_cache=not uncached)
        stage.commit()
        self._done.add(name)
        self._unwritten.add(name)

    def write(self, whole: bool = True) -> None:
        """Writes the lock: of all that is recorded, or only as far as no earlier stage is still open.

        DVC appends a new stage at the lock's end. What is written while stages are open therefore stops at the first
        open one, or the lock would come out in another order than from `dvc repro`.
        """
        ready = []
        for name in self.steps:
            if not whole and name not in self._done:
                break
            if name in self._unwritten:
                ready.append(self._stages[name])
        if ready:
            entries = {stage.name: to_single_stage_lockfile(stage) for stage in ready}
            before = self.project.read_text(self.lock) if self.lock.is_file() else ""
            self.project.write_text(self.lock, lock.updated(before, entries))
            self._unwritten -= {stage.addressing for stage in ready}


@contextmanager
def opened(project: Project, targets: Sequence[str]) -> Iterator[Graph]:
    """The graph of the project, or of what the targets need, with DVC's lock held: no other run can begin."""
    logging.getLogger("dvc").setLevel(logging.ERROR)
    repo = Repo(str(project.root))
    note = project.run_note()
    try:
        with _locked(project, repo), repo.scm_context(quiet=True):
            _mend(project)
            project.write_json(note, {"process": os.getpid(), "command": " ".join(sys.argv[1:]), "since": time.time()})
            try:
                yield _graph(project, repo, targets)
            finally:
                note.unlink(missing_ok=True)
    except DvcException as problem:
        _go_on_stopping(problem)
        raise HeramsError(f"DVC: {problem}") from problem
    finally:
        repo.close()


@contextmanager
def _locked(project: Project, repo: Any) -> Iterator[None]:
    try:
        held = lock_repo(repo)
        held.__enter__()
    except LockError as problem:
        what = f"another run is at work in this folder{_holder(project)}: wait for its end, or stop it"
        raise HeramsError(what) from problem
    try:
        yield
    finally:
        held.__exit__(None, None, None)


def _go_on_stopping(problem: BaseException) -> None:
    """Raises what stops this process where an error of DVC covers it: Ctrl-C may leave half of what DVC was writing."""
    cause = problem.__context__
    while cause is not None:
        if not isinstance(cause, Exception):
            raise cause
        cause = cause.__context__


def _mend(project: Project) -> None:
    """Takes away DVC's list of files in use where a killed run has left half of it: DVC would refuse to go on.

    A whole list stays, for DVC to judge: the processes in it may be alive.
    """
    place = project.root / ".dvc" / "tmp" / "rwlock"
    for _ in range(2):
        try:
            json.loads(place.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except ValueError:
            # Perhaps another process of DVC is writing it just now.
            time.sleep(0.5)
        else:
            return
    place.unlink(missing_ok=True)


def _holder(project: Project) -> str:
    """Who holds the lock, as far as it has told us: a `dvc` command by hand leaves no note."""
    try:
        note = json.loads(project.run_note().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    since = time.strftime("%H:%M", time.localtime(note["since"]))
    return f" (process {note['process']}, `herams {note['command']}`, since {since})"


def _graph(project: Project, repo: Any, targets: Sequence[str]) -> Graph:
    active = get_active_graph(repo.index.graph)
    wanted = collect_stages(repo, list(targets) or ["dvc.yaml"])
    steps = plan_repro(active, wanted)
    return Graph(
        project=project,
        repo=repo,
        steps=[stage.addressing for stage in steps],
        upstream={stage.addressing: _names(active.successors(stage)) for stage in steps},
        _stages={stage.addressing: stage for stage in steps},
    )


def _names(stages: Iterable[Any]) -> set[str]:
    return {stage.addressing for stage in stages}
