"""Files in data/ and outputs/ that nothing speaks for."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator
from pathlib import Path

from pipeline.project import Project
from pipeline.verify.found import Found

# Evidence and logs; what git is told to leave out beside a folder under DVC.
UNTRACKED = ("outputs/logs/", "outputs/failed/")
IGNORED = (".gitignore", ".DS_Store")


def strangers(project: Project, spoken: Container[str]) -> Iterator[Found]:
    """The files that no receipt, no lock, no commit and no record speaks for."""
    known = {project.relative(path) for path in project.outputs().glob("index*.html")}
    # By which tables the briefs of `run --all` were cut: a wrong note only has them cut again.
    known |= {project.relative(project.more_briefs_note(name)) for name in project.registry.rounds}
    for path in _all(project):
        if path not in spoken and path not in known and not path.startswith(UNTRACKED):
            yield Found(path, "unreceipted", "nothing speaks for it")


def _all(project: Project) -> Iterator[str]:
    for top in (project.registry_file().parent, project.outputs()):
        for folder, inner, names in os.walk(top):
            inner.sort()
            place = Path(folder).relative_to(project.root).as_posix()
            yield from (f"{place}/{name}" for name in sorted(names) if not name.startswith(IGNORED) and _is_whole(name))


def _is_whole(name: str) -> bool:
    """Locks of chains come and go."""
    return not name.endswith(".jsonl.lock")
