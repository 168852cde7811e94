"""A row of a file of rulings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.codebook import rows_of as cells_of

SAME, RECODE, BREAK = "same", "recode", "break"
# The worst last: of several rulings it wins.
RULINGS = (SAME, RECODE, BREAK)


@dataclass(frozen=True)
class Row:
    """What was ruled about one change, by whom, and why."""

    number: int
    """The row of the file, counted as a spreadsheet does."""
    previous_form: str
    item: str
    change: str
    ruling: str
    map: Mapping[str, str]
    """The present code, or name, of each earlier one; empty but for a recode."""
    map_text: str
    reason: str
    role: str
    office: str
    date: str

    @property
    def key(self) -> tuple[str, str]:
        """What names the change that it rules."""
        return self.item, self.change


def rows_of(table: pd.DataFrame) -> Iterator[Row]:
    """The rows of a table of text cells."""
    for number, cells in enumerate(cells_of(table), start=2):
        text = cells.pop("map")
        pairs = (part.partition("=") for part in text.split(";") if part.strip())
        known = {before.strip(): now.strip() for before, _, now in pairs}
        yield Row(number, map=known, map_text=text.strip(), **{name: cell.strip() for name, cell in cells.items()})
