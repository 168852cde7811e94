"""Chains: files of lines that may only grow. Each line has its number and the SHA-256 of the bytes of the one before.

A line is one JSON object, its keys in order, with `number` (from 1) and `before` (zeros at the first line). Whoever
changes, moves or takes out a line breaks what the next one says; that the end was cut, only somebody else can tell who
has kept the hash of a line that must be there: a *head*. A chain may begin with lines from before it was one: the first
line of the chain then names the last of them.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

START = "0" * 64
NUMBER, BEFORE = "number", "before"


@dataclass(frozen=True)
class Fault:
    """A line that is not as it was written, and what is wrong with it; its number counts lines as they stand now."""

    line: int
    what: str

    def __str__(self) -> str:
        """As a person reads it."""
        return f"line {self.line}: {self.what}"


def append(path: Path, told: Mapping[str, object], head: Path | None = None) -> str:
    """The hash of the line that it adds at the end: the new head, which is also written into `head` if that is given.

    Several processes may append at once; a line that does not fit on the disk leaves nothing of itself.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path), path.open("a+b", buffering=0) as file:
        file.seek(0)
        before = lines(file.read())
        line = _line(before, told)
        _write(file, line, is_torn=bool(before) and not _ends_whole(file))
        new = _hash(line)
        if head is not None:
            _keep(head, new)
    return new


def lines(content: bytes) -> list[bytes]:
    """The lines of a chain, without their ends."""
    return content.removesuffix(b"\n").split(b"\n") if content else []


def head(content: bytes) -> str:
    """The hash of the last line; zeros where there is none."""
    found = lines(content)
    return _hash(found[-1]) if found else START


def hashes(content: bytes) -> list[str]:
    """The hash of each line: what may have been kept as a head."""
    return [_hash(line) for line in lines(content)]


def entries(content: bytes) -> list[dict[str, Any]]:
    """What the lines tell, those of a chain and those from before it; what is no JSON object is left out."""
    return [entry for line in lines(content) if (entry := _entry(line)) is not None]


def faults(content: bytes, heads: Iterable[str] = ()) -> list[Fault]:
    """What was changed, moved or taken out; `heads` are hashes that were kept and must be among those of the lines.

    Lines from before the chain are not looked at, but for the last of them.
    """
    told = lines(content)
    found = list(_broken(told))
    known = {START, *map(_hash, told)}
    lost = [one for one in heads if one not in known]
    if lost and not found:
        what = f"no line has the hash {lost[0][:12]} that was kept: the end was cut, or this line changed"
        found.append(Fault(len(told), what))
    return found


def _broken(told: list[bytes]) -> Iterator[Fault]:
    before: int | None = None
    for place, line in enumerate(told, 1):
        entry = _entry(line)
        if entry is None or not _is_chained(entry):
            if before is not None:
                yield Fault(place, "is no line of this chain")
                before += 1
            elif entry is None:
                yield Fault(place, "is no JSON object")
            continue
        expected = place if before is None else before + 1
        yield from _differing(place, entry, expected, _hash(told[place - 2]) if place > 1 else START)
        before = entry[NUMBER]


def _differing(place: int, entry: Mapping[str, Any], expected: int, before: str) -> Iterator[Fault]:
    gone = entry[NUMBER] - expected
    if gone > 0:
        yield Fault(place, f"{gone} line{'s' if gone > 1 else ''} before it {'are' if gone > 1 else 'is'} gone")
    elif gone < 0:
        yield Fault(place, f"stands in the wrong place: it was written as line {entry[NUMBER]}")
    elif entry[BEFORE] != before:
        changed = max(place - 1, 1)
        yield Fault(changed, f"is not what line {place} says that stood before it")


def _is_chained(entry: Mapping[str, Any]) -> bool:
    return type(entry.get(NUMBER)) is int and isinstance(entry.get(BEFORE), str)


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _line(before: list[bytes], told: Mapping[str, object]) -> bytes:
    own = {NUMBER: len(before) + 1, BEFORE: _hash(before[-1]) if before else START}
    return json.dumps({**told, **own}, ensure_ascii=False, sort_keys=True, allow_nan=False).encode("utf-8")


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _ends_whole(file: IO[bytes]) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _write(file: IO[bytes], line: bytes, is_torn: bool) -> None:
    """Writes a line whole or not at all; what a killed machine has left of a line keeps a line of its own."""
    size = file.seek(0, os.SEEK_END)
    whole = (b"\n" if is_torn else b"") + line + b"\n"
    if file.write(whole) != len(whole):
        file.truncate(size)
        raise OSError(errno.ENOSPC, "there is no room for a line")


def _keep(head: Path, digest: str) -> None:
    draft = head.with_name(f".{head.name}.draft")
    draft.write_text(digest + "\n", encoding="ascii")
    draft.replace(head)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Nobody else appends meanwhile; the lock is the system's, so that a killed process leaves none."""
    with path.with_name(f".{path.name}.lock").open("a+b") as file:
        _lock(file)
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)
