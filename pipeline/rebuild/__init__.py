"""A rebuild: a published round made again from its commit, in a fresh folder and a fresh environment, and compared.

A round that was never published is made again from the last commit, where nothing is uncommitted, and compared with
what lies here: a rehearsal, before offices sign what nobody can make again.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline import manifest
from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.rebuild import compare, fresh, source
from pipeline.rebuild.compare import Compared

GATE_CLOSED = 3
LAST_LINES = 15


@dataclass(frozen=True)
class Rebuilt:
    """A round that was made again: from which commit, from which stage on, and each file compared."""

    round: str
    commit: str
    by: str
    """The manifest that it is compared with; or that it is what lies here."""
    start: str
    """exports, or records where the exports are not at hand."""
    compared: Compared


def rebuild(
    project: Project,
    round_name: str,
    wheels: Path | None = None,
    environment: Callable[[Path, Path, Path | None], Path] = fresh.environment,
) -> Rebuilt:
    """A round made again and compared; `environment` makes one of a lock and gives its Python."""
    project.round(round_name)
    known = manifest.last(project, round_name, project.registry.edition)
    commit = known.commit if known else source.clean_commit(project, round_name)
    files = source.own(project, known.files if known else source.lying(project, round_name), round_name)
    if not files:
        raise HeramsError(f"nothing of {round_name} lies here to compare with: `herams run --round {round_name}` first")
    with tempfile.TemporaryDirectory(prefix="herams-rebuild-") as folder:
        place = Path(folder)
        with source.worktree(project, commit, place / "project") as again:
            start = source.fetch(project, again, round_name, files)
            python = environment(place / "environment", again.root, wheels)
            _run(python, again, round_name)
            compared = compare.compare(project, again, files, round_name)
    return Rebuilt(round_name, commit, _by(project, known), start, compared)


def _by(project: Project, known: manifest.Manifest | None) -> str:
    if known is None:
        return "what lies here; it was never published"
    return project.relative(project.publication(known.name))


def _run(python: Path, again: Project, round_name: str) -> None:
    """Makes the round by the code of its commit; a closed gate is no failure of the rebuild."""
    # `python -m` in the folder takes its code, whatever is installed; forked kernels take it by the variable.
    command = [str(python), "-m", "pipeline", "run", "--round", round_name]
    done = subprocess.run(command, cwd=again.root, env=surroundings(python, again), capture_output=True, check=False)
    if done.returncode not in (0, GATE_CLOSED):
        told = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()[-LAST_LINES:]
        raise HeramsError("\n  ".join([f"`herams run` ended with {done.returncode} in the rebuild:", *told]))


def surroundings(python: Path, again: Project) -> Mapping[str, str]:
    """The variables of the rebuild: this machine's, but for what leads to another environment or another folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "GIT_"))}
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])
    return kept | {"PATH": path, "PYTHONPATH": str(again.root)}
