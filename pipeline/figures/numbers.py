"""The numbers of a brief, asked for by name: measures, Iraq's beside them, and those of single directorates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline.indicators import SCALES, share
from pipeline.words import Withheld

FEW = 10
SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Measure:
    """One figure: a count, or a numerator over its denominator, with what is missing from it."""

    numerator: int
    denominator: int | None = None
    value: float | None = None
    """The share in the indicator's unit (percent, per 10,000 …); None where there is nothing to divide by."""
    missing: int = 0
    not_asked: int = 0
    reason: str = ""

    @property
    def fraction(self) -> float | None:
        """A share in percent as a fraction of one, for the length of a bar."""
        return None if self.value is None else min(max(self.value / 100, 0.0), 1.0)

    @property
    def is_few(self) -> bool:
        """Whether the denominator is so small that the share is marked."""
        return self.denominator is not None and self.denominator < FEW

    @property
    def is_withheld(self) -> bool:
        """Whether the public edition suppresses it."""
        return self.reason == SUPPRESSED


NOTHING = Measure(0, 0)


@dataclass(frozen=True)
class Numbers:
    """The measures of a brief's slices; each slice is read when it is first asked for."""

    slices: Mapping[str, pd.DataFrame]

    @cached_property
    def measures(self) -> dict[tuple[str, str, str], Measure]:
        """The measures by indicator, dimension and group."""
        return _measures(self.slices["measures"], ("indicator", "dimension", "group"))

    @cached_property
    def cuts(self) -> set[tuple[str, str]]:
        """Indicators, each with the dimensions that it is cut along."""
        return {(indicator, dimension) for indicator, dimension, _ in self.measures}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The indicators that there are for the scope as a whole."""
        return tuple(dict.fromkeys(name for name, dimension, _ in self.measures if dimension == "all"))

    @cached_property
    def _keys(self) -> dict[str, tuple[str, ...]]:
        return {}

    def keys(self, template: str) -> tuple[str, ...]:
        """What stands behind a template's name in each of its indicators; looked for once."""
        if template not in self._keys:
            found = (name for name in self.names if name.startswith(f"{template}_"))
            self._keys[template] = tuple(name.removeprefix(f"{template}_") for name in found)
        return self._keys[template]

    @cached_property
    def indicators(self) -> set[str]:
        """The indicators that there are, be it for other groups than the scope as a whole."""
        return {name for name, _, _ in self.measures}

    @cached_property
    def compared(self) -> dict[tuple[str, str], str]:
        """Iraq's shares in whole percent as texts, by indicator and level."""
        rows = self.slices["comparison"].to_dict("records")
        return {(str(row["indicator"]), str(row["group"])): str(row["percent"]) for row in rows}

    @cached_property
    def areas(self) -> dict[tuple[str, str, str], Measure]:
        """The measures of the directorates of a wider report, by indicator, directorate and level."""
        return _measures(self.slices["areas"], ("indicator", "scope", "group"))

    @cached_property
    def sectors(self) -> dict[tuple[str, str, str], Measure]:
        """The measures of primary care centres on a wider page, by indicator, directorate and sector."""
        return _measures(self.slices["sectors"], ("indicator", "directorate", "sector"))


def _measures(rows: pd.DataFrame, key: tuple[str, str, str]) -> dict[tuple[str, str, str], Measure]:
    names = ("numerator", "denominator", "missing", "not_asked")
    numbers = {name: pd.to_numeric(rows[name]).astype("Int64") for name in names}
    values = _values(numbers["numerator"], numbers["denominator"], rows["unit"])
    columns = [*(rows[name] for name in key), *numbers.values(), values, rows["reason"]]
    return {
        (one, two, three): Measure(
            _counted(above, reason),
            None if pd.isna(below) else int(below),
            None if pd.isna(value) else float(value),
            _counted(missing, reason),
            _counted(unasked, reason),
            reason,
        )
        for one, two, three, above, below, missing, unasked, value, reason in zip(*columns, strict=True)
    }


def _counted(count: int, reason: str) -> int:
    """A count; 0 where it is not known, and a number that is not shown where it is suppressed."""
    if reason == SUPPRESSED:
        return Withheld()
    return 0 if pd.isna(count) else int(count)


def _values(above: pd.Series[int], below: pd.Series[int], units: pd.Series[str]) -> pd.Series[float]:
    """The shares of many measures at once; a count has none."""
    found = pd.Series(float("nan"), index=above.index)
    for unit in sorted(set(units) & set(SCALES)):
        rows = units == unit
        found[rows] = share(above[rows], below[rows], unit)
    return found
