"""A change and its parts: what the facilities that answered in both rounds say, and who is counted.

Total = real + coverage. Real is what the panel changed by; coverage is the rest: facilities that are new, gone or
closed, or that gave no answer in one of the rounds. All are told in tenths of the unit, rounded so that the parts as
they are printed add up to the total as it is printed, and that to the difference of the two printed values.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.indicators import SCALES

TENTHS = 10


@dataclass(frozen=True)
class Change:
    """A change in tenths of its unit; `real` is None where no facility answered in both rounds."""

    before: int
    now: int
    real: int | None

    @property
    def total(self) -> int:
        """By how much the number differs."""
        return self.now - self.before

    @property
    def coverage(self) -> int:
        """What the facilities that are counted in one of the rounds only make of it."""
        return self.total - (self.real or 0)


def apart(before: float | None, now: float | None, panel_before: float | None, panel: float | None) -> Change | None:
    """The change from a value to another and its parts; None where one of the two is not known."""
    if before is None or now is None:
        return None
    first, second = (None if value is None else tenths(value) for value in (panel_before, panel))
    return Change(tenths(before), tenths(now), None if first is None or second is None else second - first)


def tenths(value: float) -> int:
    """A value in tenths of its unit; half of one goes to the even number, so that a change back is as long as there."""
    return round(value * TENTHS)


def is_share(unit: str) -> bool:
    """Whether an indicator of this unit is a share or rate, and no number of things."""
    return unit in SCALES
