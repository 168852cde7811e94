"""All or nothing: files that a step changes have their bytes of before again if the step fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pipeline.errors import HeramsError
from pipeline.project import Project

Undo = Callable[[], None]


@contextmanager
def whole(project: Project, paths: Iterable[Path]) -> Iterator[list[Undo]]:
    """A block whose failure puts these files back, and does whatever it has put on the list given, the last first."""
    before = {path: path.read_bytes() if path.is_file() else None for path in paths}
    undo: list[Undo] = [partial(_put_back, project, path, content) for path, content in before.items()]
    try:
        yield undo
    except BaseException as problem:
        if left := _undone(undo):
            raise HeramsError(f"{problem}; and not put back, so look at `git status`: {'; '.join(left)}") from problem
        raise


def _put_back(project: Project, path: Path, content: bytes | None) -> None:
    if content is None:
        if path.parent.is_dir():
            path.unlink(missing_ok=True)
    elif not path.is_file() or path.read_bytes() != content:
        project.write_bytes(path, content)


def _undone(undo: list[Undo]) -> list[str]:
    """Does all of it, the last first, whatever fails; gives what failed."""
    left = []
    for one in reversed(undo):
        try:
            one()
        except (OSError, HeramsError) as problem:
            left.append(str(problem))
    return left
