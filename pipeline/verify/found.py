"""What verification finds out about one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["altered", "missing", "unreceipted", "stale"]
STATES: tuple[State, ...] = ("altered", "missing", "unreceipted", "stale")


@dataclass(frozen=True, order=True)
class Found:
    """A file that is not as it should be: its state, why, and for a stale one the file that is another now."""

    path: str
    state: State
    why: str
    because: str = ""
