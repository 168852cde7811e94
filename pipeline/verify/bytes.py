"""The bytes that lie there now: each file read once, by several threads, whatever its size, time and mode say."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


class Bytes:
    """The hashes of files by their path from a root; None for what is not there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[tuple[str, str], str | None] = {}

    def ahead(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Hashes many files at once: pairs of a path and a kind of hash (sha256, md5, blob)."""
        kinds: dict[str, set[str]] = {}
        for path, kind in wanted:
            if (path, kind) not in self._known:
                kinds.setdefault(path, set()).add(kind)
        with ThreadPoolExecutor(max_workers=min(8, (os.cpu_count() or 1) + 1)) as pool:
            for told in pool.map(lambda one: self._hashed(*one), kinds.items()):
                self._known |= told

    def sha256(self, path: str) -> str | None:
        """The SHA-256 of a file."""
        return self._of(path, "sha256")

    def md5(self, path: str) -> str | None:
        """The MD5 of a file, by which DVC names it."""
        return self._of(path, "md5")

    def blob(self, path: str) -> str | None:
        """The SHA-1 by which git names a file."""
        return self._of(path, "blob")

    @property
    def files(self) -> int:
        """How many files were read."""
        return len({path for (path, _), digest in self._known.items() if digest is not None})

    def _of(self, path: str, kind: str) -> str | None:
        if (path, kind) not in self._known:
            self._known |= self._hashed(path, {kind})
        return self._known[path, kind]

    def _hashed(self, path: str, kinds: set[str]) -> dict[tuple[str, str], str | None]:
        place = self._root / path
        try:
            with place.open("rb") as file:
                made = {kind: _new(kind, os.fstat(file.fileno()).st_size) for kind in sorted(kinds)}
                while chunk := file.read(CHUNK):
                    for one in made.values():
                        one.update(chunk)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return dict.fromkeys(((path, kind) for kind in kinds), None)
        return {(path, kind): one.hexdigest() for kind, one in made.items()}


def _new(kind: str, size: int) -> Any:
    if kind == "blob":
        return hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    return hashlib.new(kind, usedforsecurity=False)
