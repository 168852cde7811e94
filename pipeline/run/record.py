"""The record of runs: by whom, where, with which code and how each run was made, also one that failed or was killed.

A receipt has none of this, so that it is the same everywhere. A run has two lines: what it began with, which stays
where the machine stops, and what became of it; the lines of its stages stand between. Each line is one of a chain.
"""

from __future__ import annotations

import getpass
import hashlib
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipeline.errors import GateClosedError, HeramsError
from pipeline.project import Project
from pipeline.run import told


@dataclass
class Run:
    """What became of the stages of a run, filled while it goes on."""

    made: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@contextmanager
def recorded(project: Project) -> Iterator[Run]:
    """Writes down what a run begins with, and how the block ended."""
    began = told.note(project, {"run": "began", "at": _now(), "command": _command(), **_code(project), **_machine()})
    run, how = Run(), "stopped"
    try:
        yield run
        how = "done"
    except GateClosedError:
        how = "closed"
        raise
    except HeramsError:
        how = "failed"
        raise
    finally:
        made = {"made": sorted(run.made), "failed": sorted(run.failed)}
        told.note(project, {"run": "ended", "at": _now(), "of": began, "how": how, **made})


def _command() -> str:
    return " ".join(["herams", *sys.argv[1:]])


def _now() -> float:
    return round(time.time(), 1)


def _machine() -> dict[str, str]:
    return {"python": platform.python_version(), "platform": platform.platform(), "user": _user()}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # A container's user may have no name.
        return ""


def _code(project: Project) -> dict[str, object]:
    """The commit, and the SHA-256 of what is not in it: of the difference, and of the list of untracked files."""
    commit = _git(project, "rev-parse", "HEAD")
    if commit is None:
        return {"commit": None}
    difference = _git(project, "diff", "HEAD", "--binary", "--no-ext-diff", "--no-color") or b""
    untracked = _git(project, "ls-files", "--others", "--exclude-standard", "-z") or b""
    return {
        "commit": commit.decode("ascii").strip(),
        "difference": hashlib.sha256(difference).hexdigest() if difference else None,
        "untracked": hashlib.sha256(untracked).hexdigest() if untracked else None,
    }


def _git(project: Project, *words: str) -> bytes | None:
    """What git says; None where there is no git, no repository or no commit yet."""
    try:
        asked = subprocess.run(["git", *words], cwd=project.root, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return asked.stdout
