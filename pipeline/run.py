"""Whole rounds through DVC: the only module that knows it.

`herams run` brings everything up to date: `dvc repro`, going on where a report fails, then the front page, then the
state of the gates.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline import index, verdict
from pipeline.errors import GateClosedError, HeramsError, unknown
from pipeline.project import TABLES, Project
from pipeline.registry import WIDER_SCOPES


def run(project: Project, round_name: str | None = None, scope: str | None = None, dry: bool = False) -> None:
    """Brings the open rounds up to date, or one of them, or one scope of it.

    Exit 1 if a stage failed (the others are finished first), 3 if a gate has closed something.
    """
    rounds = [round_name] if round_name else project.registry.open
    for name in rounds:
        if name not in project.registry.open:
            raise unknown("open round", name, project.registry.open)
    status = dvc(project, "repro", *(["--dry"] if dry else ["--keep-going"]), *targets(project, rounds, scope))
    if dry:
        return
    index.index(project)
    if status:
        raise HeramsError("a stage failed: its message stands above; what did not depend on it was finished")
    shut = [line for name in rounds for line in closed(project, name)]
    if shut:
        raise GateClosedError("a gate is closed:\n  " + "\n  ".join(shut))


def targets(project: Project, rounds: Sequence[str], scope: str | None) -> list[str]:
    """The report stages that a call asks for, by DVC's names; none means all."""
    if scope is None and list(rounds) == project.registry.open:
        return []
    if scope is not None and scope not in project.scopes:
        raise unknown("scope", scope, project.scopes)
    return [
        f"report-{'wider' if one in WIDER_SCOPES else 'directorate'}@{name}-{one}"
        for name in rounds
        for one in ([scope] if scope else project.scopes)
    ]


def track(project: Project, path: Path) -> None:
    """Puts files under DVC: their bytes in its cache, their hash beside them."""
    if dvc(project, "add", "--quiet", project.relative(path)):
        raise HeramsError(f"DVC could not track {project.relative(path)}: its message stands above")


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
