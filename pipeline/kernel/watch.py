"""How a kernel ended, by its name as far as the system tells: killed, out of memory, out of time, the disk full."""

from __future__ import annotations

import errno
import os
import signal
import threading
from pathlib import Path
from typing import Any

SECONDS = "HERAMS_REPORT_SECONDS"
OOM_COUNTS = (Path("/proc/vmstat"), Path("/sys/fs/cgroup/memory.events"))


class Watch:
    """Watches the process of one kernel; ends it when the report has had its time."""

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._process: Any = None
        self._late = False
        self._timer: threading.Timer | None = None
        self._oom_before = 0

    def __enter__(self) -> Watch:
        self._oom_before = oom_kills()
        if self._seconds is not None:
            self._timer = threading.Timer(self._seconds, self._stop)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def started(self, process: Any) -> None:
        """Tells which process the kernel is."""
        self._process = process

    def ended(self) -> bool:
        """Whether the kernel's process was stopped here or has ended by itself with a signal."""
        return self._late or (self._code() or 0) < 0

    def cause(self) -> str:
        """Why the kernel is gone."""
        if self._late:
            return f"the report took longer than {self._seconds:g} seconds and was stopped"
        code = self._code()
        if code is None or code >= 0:
            return f"the kernel died (its process {'is gone' if code is None else f'ended with exit code {code}'})"
        name = signal.Signals(-code).name
        if name == "SIGKILL" and oom_kills() > self._oom_before:
            return "the kernel died (killed: the machine was out of memory)"
        return f"the kernel died (killed: {name})"

    def _code(self) -> int | None:
        code: int | None = None if self._process is None else self._process.poll()
        return code

    def _stop(self) -> None:
        self._late = True
        if self._process is not None:
            self._process.kill()


def seconds_allowed() -> float | None:
    """How long a report may take, if `herams run --timeout` says so."""
    told = os.environ.get(SECONDS)
    return float(told) if told else None


def oom_kills() -> int:
    """How many processes the system has ended for want of memory since it started; 0 where it does not tell."""
    for path in OOM_COUNTS:
        try:
            lines = path.read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        for line in lines:
            name, _, count = line.partition(" ")
            if name == "oom_kill" and int(count):
                return int(count)
    return 0


def told(failure: OSError) -> str:
    """What an error of the system means for the person who reads it."""
    if failure.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full: make room, then run again"
    return f"the kernel could not be used: {type(failure).__name__}: {failure}"
