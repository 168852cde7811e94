"""What dvc.lock and the files of `dvc add` say of the bytes: their MD5, and of the objects in DVC's cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.project import Project
from pipeline.run import plan

CACHE = ".dvc/cache/files/md5"
FOLDER = ".dir"


@dataclass(frozen=True)
class Claim:
    """A file that should lie there with these bytes."""

    path: str
    md5: str
    by: str


@dataclass(frozen=True)
class Claims:
    """The files that were made or put under DVC, folders that nothing lists, objects of the cache, and stages."""

    files: Mapping[str, Claim]
    folders: Mapping[str, Claim]
    objects: frozenset[str]
    stages: tuple[plan.Stage, ...]
    locked: Mapping[str, Any]

    def maker(self, path: str) -> bool:
        """Whether a file, or a folder, is something made or put under DVC, or lies in such a folder."""
        return any(one in self.files or one in self.folders for one in (path, *map(str, Path(path).parents)))


def claims(project: Project) -> Claims:
    """All that DVC's side says; of a stage that dvc.yaml does not have any more nothing is believed."""
    stages, locked = tuple(plan.declared(project)), plan.locked(project)
    files: dict[str, Claim] = {}
    folders: dict[str, Claim] = {}
    objects: set[str] = set()
    for path, md5, by, is_cached in [*_of_lock(stages, locked), *adds(project)]:
        if md5.endswith(FOLDER):
            folders[path] = Claim(path, md5, by)
            listed = _listed(project, md5)
            files |= {f"{path}/{name}": Claim(f"{path}/{name}", one, by) for name, one in listed.items()}
            objects |= {md5, *listed.values()}
        else:
            files[path] = Claim(path, md5, by)
            objects |= {md5} if is_cached else set()
    return Claims(files, folders, frozenset(objects), stages, locked)


def place(md5: str) -> str:
    """Where DVC's cache keeps an object."""
    return f"{CACHE}/{md5[:2]}/{md5[2:]}"


def _of_lock(stages: tuple[plan.Stage, ...], locked: Mapping[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    for stage in stages:
        for out in locked.get(stage.name, {}).get("outs", ()):
            yield out["path"], str(out["md5"]), "dvc.lock", out["path"] not in stage.uncached


def adds(project: Project) -> Iterator[tuple[str, str, str, bool]]:
    """What `dvc add` has put under DVC: a file or folder, its MD5, the file that says so, whether the cache has it."""
    for file in sorted((project.root / "data").rglob("*.dvc")) + sorted(project.outputs().glob("*.dvc")):
        told = yaml.safe_load(file.read_bytes()) if file.is_file() else {}
        for out in told.get("outs", ()):
            path = (file.parent / told.get("wdir", ".") / out["path"]).resolve()
            yield project.relative(path), str(out["md5"]), project.relative(file), out.get("cache", True)


def _listed(project: Project, md5: str) -> dict[str, str]:
    """The files of a folder by DVC's list of them, which lies in its cache; none where it does not."""
    path = project.root / place(md5)
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.md5(content, usedforsecurity=False).hexdigest() + FOLDER != md5:
        return {}
    return {one["relpath"]: one["md5"] for one in json.loads(content)}
