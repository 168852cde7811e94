"""What the last commit has: the bytes of code, lists and lock, by git's own hashes, not by its memory of times."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.project import Project
from pipeline.verify.bytes import Bytes
from pipeline.verify.found import Found

# What numbers are made of; not tests and pages about the project.
CODE = ("pipeline", (".py", ".pyc", ".pyd", ".so"))
AREAS = ("pipeline", "data", "outputs", "expectations", "notebooks", "dvc.yaml", "dvc.lock", "requirements.lock")


@dataclass(frozen=True)
class Commit:
    """The files of the last commit, by git's hash of each, and those that git does not know."""

    blobs: Mapping[str, str] = field(default_factory=dict)
    untracked: tuple[str, ...] = ()
    is_known: bool = False


def commit(project: Project) -> Commit:
    """The last commit's part of this project; nothing where there is no git or no commit."""
    tree = _git(project, "ls-tree", "-r", "-z", "HEAD", "--", *AREAS)
    if tree is None:
        return Commit()
    blobs = {}
    for line in tree:
        told, _, path = line.partition("\t")
        mode, _, digest = told.split(" ")
        if mode.startswith("100"):
            blobs[path] = digest
    others = _git(project, "ls-files", "--others", "--exclude-standard", "-z", "--", *AREAS) or []
    return Commit(blobs, tuple(sorted({*others, *_hidden(project)})), is_known=True)


def _hidden(project: Project) -> Iterator[str]:
    """Code that git is told to leave out: Python would load it all the same, a package before the module it hides."""
    folder, endings = CODE
    for path in _git(project, "ls-files", "--others", "-z", "--", folder) or []:
        # What Python keeps of a module is read only beside that module.
        if path.endswith(endings) and "__pycache__" not in path.split("/"):
            yield path


def uncommitted(last: Commit, now: Bytes) -> Iterator[Found]:
    """The files of which no commit has these bytes, and those of the commit that are gone."""
    for path, digest in sorted(last.blobs.items()):
        found = now.blob(path)
        if found is None:
            yield Found(path, "missing", "it is in the last commit")
        elif found != digest:
            yield Found(path, "unreceipted", "not committed: the last commit has other bytes")
    for path in last.untracked:
        yield Found(path, "unreceipted", "not committed: git does not know it")


def _git(project: Project, *words: str) -> list[str] | None:
    try:
        asked = subprocess.run(["git", *words], cwd=project.root, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return [one for one in asked.stdout.decode("utf-8").split("\0") if one]
