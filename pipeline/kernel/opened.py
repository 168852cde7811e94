"""A net beneath what a stage or a notebook declares: a file that it reads and has not declared makes the run fail.

Python tells a hook of each file that it opens (a parquet reader that is given a path does not: all readers of ours get
open files). Inside the project only what is declared may be read, the code, and what the process has written itself;
outside of it the Python environment, the system, temporary folders and settings of the user, but no other file. What
was read so is told when it happens, and again at the end: the code may have swallowed the error.
"""

from __future__ import annotations

import json
import os
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pipeline.errors import HeramsError

SYSTEM = ("/bin", "/dev", "/etc", "/lib", "/lib64", "/opt", "/proc", "/run", "/sbin", "/sys", "/usr", "/var")
DRAFTS = "outputs/.draft-"
CODE = str(Path(__file__).resolve().parent.parent)


class UndeclaredError(HeramsError):
    """A file was read that is not declared."""


def said(names: Iterable[str]) -> str:
    """What is told of files that were read undeclared."""
    return f"read, and not declared: {', '.join(dict.fromkeys(names))}; name it in dvc.yaml, or leave it alone"


class Net:
    """Judges what is opened in a project by what was declared of it."""

    def __init__(self, root: Path, declared: Iterable[str], told: Callable[[str], object]) -> None:
        self._root = str(root.resolve())
        self._declared = frozenset(declared)
        self._told = told
        self._own: set[str] = set()
        self._outside = _outside()
        self._is_lifted = False

    def spread(self) -> None:
        """Begins to judge; Python keeps the hook until the process ends."""
        sys.addaudithook(self._hook)

    def lift(self) -> None:
        """Judges nothing any more."""
        self._is_lifted = True

    def judge(self, path: str, flags: int) -> None:
        """Refuses a file that is there and read undeclared; remembers one that is written."""
        if flags & (os.O_WRONLY | os.O_RDWR):
            self._own.add(path)
        elif not self.may_read(path) and Path(path).is_file():
            self._told(self._name(path))
            raise UndeclaredError(said([self._name(path)]))

    def may_read(self, path: str) -> bool:
        """Whether a file may be read: declared, written here, or no matter of the project."""
        if path in self._own or path.startswith(self._outside):
            return True
        real = os.path.realpath(path)
        if real.startswith(self._root + os.sep):
            return self._is_declared(Path(real).relative_to(self._root))
        return real.startswith(self._outside) or real.startswith((*SYSTEM, *_temporary(), *_settings()))

    def _is_declared(self, inside: Path) -> bool:
        name = inside.as_posix()
        if any(one in self._declared for one in (name, *map(str, inside.parents))):
            return True
        is_code = name.startswith("pipeline/") and name.endswith((".py", ".pyc"))
        return is_code or name.startswith(DRAFTS) or ".egg-info/" in name

    def _name(self, path: str) -> str:
        real = os.path.realpath(path)
        return Path(real).relative_to(self._root).as_posix() if real.startswith(self._root + os.sep) else real

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._is_lifted:
            return
        if event == "open":
            path, mode, flags = arguments
            if isinstance(path, str | bytes | os.PathLike) and isinstance(flags, int) and not _in_folder(path, mode):
                self.judge(_whole(path), flags)
        elif event == "os.rename":
            self._moved(_whole(arguments[0]), _whole(arguments[1]))

    def _moved(self, before: str, after: str) -> None:
        """A draft that takes its place, or a folder of drafts."""
        moved = {path for path in self._own if path == before or path.startswith(before + os.sep)}
        self._own |= {after + path.removeprefix(before) for path in moved}


def _in_folder(path: Any, mode: str | None) -> bool:
    """Whether a file is perhaps opened by its name in an open folder, as a folder is emptied: nobody says which."""
    return mode is None and not Path(os.fsdecode(path)).is_absolute()


def _whole(path: Any) -> str:
    """The whole path as it was asked for: of a link, not where it leads."""
    return os.path.abspath(os.fsdecode(path))  # noqa: PTH100


def _outside() -> tuple[str, ...]:
    """The Python environment, which may lie within the project."""
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    return tuple(sorted({f"{_whole(place)}{os.sep}" for place in places} | {CODE + os.sep}))


def _temporary() -> tuple[str, ...]:
    return (os.path.realpath(tempfile.gettempdir()) + os.sep,)


def _settings() -> tuple[str, ...]:
    """Settings and caches in the user's home: their names begin with a dot."""
    return (f"{Path.home()}{os.sep}.",)


# --- in a kernel ------------------------------------------------------------------------------------------------------

DECLARED, STRAYS = "declared.json", "strays.txt"
START = "__import__('pipeline.kernel.opened', fromlist=['in_kernel']).in_kernel()"


def lay(private: Path, root: Path, declared: Iterable[str]) -> None:
    """Writes down for a kernel what it may read, in its private folder."""
    told = {"root": str(root), "declared": sorted(declared)}
    (private / DECLARED).write_text(json.dumps(told), encoding="utf-8")


def is_laid(private: Path) -> bool:
    """Whether a kernel with this private folder is to be watched."""
    return (private / DECLARED).is_file()


def in_kernel() -> None:
    """Begins to judge in this kernel, whose home is its private folder."""
    private = Path(os.environ["HOME"])
    told = json.loads((private / DECLARED).read_text(encoding="utf-8"))
    with (private / STRAYS).open("a", encoding="utf-8") as strays:
        number = os.dup(strays.fileno())
    Net(Path(told["root"]), told["declared"], lambda name: os.write(number, f"{name}\n".encode())).spread()


def caught(private: Path) -> str:
    """What a watched kernel has read undeclared, in words; blank if nothing."""
    if not is_laid(private):
        return ""
    if not (private / STRAYS).is_file():
        return "the kernel could not be watched for files that are not declared"
    names = (private / STRAYS).read_text(encoding="utf-8").splitlines()
    return said(names) if names else ""
