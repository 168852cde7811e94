"""Files and folders as DVC's lock names them: by MD5, each file read once."""

from __future__ import annotations

import fnmatch
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from pipeline.project import Project

ALWAYS_IGNORED = (".git", ".hg", ".dvc")


class Files:
    """The MD5 of files and folders as DVC computes them, each file read once."""

    def __init__(self, project: Project) -> None:
        self._root = project.root
        self._known: dict[str, str | None] = {}
        ignore = project.root / ".dvcignore"
        lines = ignore.read_text(encoding="utf-8").splitlines() if ignore.is_file() else []
        self._ignored = [*ALWAYS_IGNORED, *(line.strip("/ ") for line in lines if line and not line.startswith("#"))]

    def md5(self, path: str) -> str | None:
        """The MD5 of a file, or of a folder's list of files with `.dir` after it; None where there is nothing."""
        if path not in self._known:
            self._known[path] = self._md5(self._root / path)
        return self._known[path]

    def _md5(self, path: Path) -> str | None:
        if path.is_dir():
            names = sorted(one.relative_to(path).as_posix() for one in self._below(path))
            place = path.relative_to(self._root).as_posix()
            listed = [{"md5": self.md5(f"{place}/{name}"), "relpath": name} for name in names]
            return hashlib.md5(json.dumps(listed, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"
        if path.is_file():
            with path.open("rb") as file:
                return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        return None

    def _below(self, folder: Path) -> Iterator[Path]:
        for one in folder.iterdir():
            if any(fnmatch.fnmatch(one.name, pattern) for pattern in self._ignored):
                continue
            if one.is_dir():
                yield from self._below(one)
            else:
                yield one

    def cached(self, md5: str) -> bool:
        """Whether DVC's cache holds an output, and every file of it if it is a folder."""
        place = self._root / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
        if not place.is_file():
            return False
        return not md5.endswith(".dir") or all(self.cached(one["md5"]) for one in json.loads(place.read_bytes()))
