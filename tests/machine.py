"""A machine with little room: a small disk, a small memory. Both need root on Linux; tests skip by name elsewhere."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CGROUPS = Path("/sys/fs/cgroup")


class Disk:
    """A file system of its own in memory."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def resize(self, kilobytes: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", self.place], check=True)

    def fill(self, leaving: int = 0) -> Path:
        """Takes all its room but so many bytes."""
        free = os.statvfs(self.place)
        ballast = self.place / "ballast"
        ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - leaving))
        return ballast


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[Disk]:
    place.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", place], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here (root on Linux can): {mounted.stderr.strip()}")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def small_memory(megabytes: int) -> Iterator[Path]:
    """A control group with so much memory; what is written into the file given belongs to it."""
    own = dict(line.split(":", 2)[1:] for line in Path("/proc/self/cgroup").read_text().splitlines())
    older = "memory" in own
    parent = CGROUPS / "memory" / own["memory"].strip("/") if older else CGROUPS / own[""].strip("/")
    group = parent / f"herams-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / ("memory.limit_in_bytes" if older else "memory.max")).write_text(str(megabytes << 20))
    except OSError as problem:
        pytest.skip(f"no control group of memory can be made here (root on Linux can): {problem}")
    try:
        yield group / "cgroup.procs"
    finally:
        group.rmdir()
