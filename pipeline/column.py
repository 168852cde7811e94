"""Columns of texts by their distinct texts: what is asked of a text is asked once, not for each cell.

The cells of a survey repeat a few codes over and over: 825 columns of 5,205 rows hold 44,000 distinct texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Kind = TypeVar("Kind", bound=np.generic)

# As pandas keeps texts, so that none is ever copied into another kind.
TEXT = pa.large_string()


@dataclass(frozen=True)
class Column:
    """The cells of a column: its distinct texts (`values`), and which of them each row holds (`codes`).

    A value may stand twice or be held by no row. So a change is made once for each text, not for each cell.
    """

    values: pa.Array
    codes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, cells: Sequence[str] | pd.Series[str]) -> Column:
        """The column of some texts."""
        encoded = pa.array(cells, TEXT).dictionary_encode()
        return cls.encoded(encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded)

    @classmethod
    def encoded(cls, cells: pa.DictionaryArray) -> Column:
        """The column of texts that are dictionary-encoded already."""
        return cls(cells.dictionary.cast(TEXT), cells.indices.to_numpy(zero_copy_only=False))

    @classmethod
    def blank(cls, rows: int) -> Column:
        """A column of blank cells."""
        return cls(pa.array([""], TEXT), np.zeros(rows, dtype=np.int32))

    @classmethod
    def joined(cls, parts: Sequence[Column]) -> Column:
        """The cells of some columns, one after another."""
        starts = np.cumsum([0, *(len(part.values) for part in parts[:-1])], dtype=np.int32)
        codes = [part.codes + start for part, start in zip(parts, starts, strict=True)]
        return cls(pa.concat_arrays([part.values for part in parts]), np.concatenate(codes))

    @cached_property
    def words(self) -> list[str]:
        """The distinct texts, in the order that `codes` counts them in."""
        words: list[str] = self.values.to_pylist()
        return words

    def mapped(self, change: Callable[[str], str]) -> Column:
        """The column with every text changed."""
        return Column(pa.array([change(text) for text in self.words], TEXT), self.codes)

    def taken(self, rows: Ints) -> Column:
        """The column of some rows only."""
        return Column(self.values, self.codes[rows])

    def where(self, holds: Callable[[str], object]) -> Flags:
        """The rows whose text has a property."""
        return self.each(holds, np.bool_)

    def each(self, ask: Callable[[str], object], kind: type[Kind]) -> npt.NDArray[Kind]:
        """What is asked of the text of each row."""
        found: npt.NDArray[Kind] = np.array([ask(text) for text in self.words], dtype=kind)[self.codes]
        return found

    def coded(self, known: Mapping[str, int], otherwise: int) -> npt.NDArray[np.int16]:
        """The number that the text of each row stands for; `otherwise` where it stands for none."""
        return self.each(lambda text: known.get(text, otherwise), np.int16)

    def numbers(self) -> npt.NDArray[np.float64]:
        """The number that each cell is; missing where it is none."""
        numbers = pd.to_numeric(pd.Series(self.words, dtype=str), errors="coerce")
        return numbers.to_numpy(dtype=np.float64, na_value=np.nan)[self.codes]

    def distinct(self) -> list[str]:
        """The texts that some row holds, in order."""
        return sorted({self.words[code] for code in np.unique(self.codes)})

    def texts(self) -> pa.Array:
        """The cells, one by one."""
        return self.values.take(pa.array(self.codes))

    def series(self) -> pd.Series[str]:
        """The cells, one by one, as pandas has them."""
        cells: pd.Series[str] = self.texts().to_pandas()
        return cells


@dataclass(frozen=True)
class Columns:
    """The columns of a table of texts, each encoded when it is first asked for; `rows` puts them in another order."""

    table: pd.DataFrame
    rows: Ints | None = None
    _known: dict[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.table if self.rows is None else self.rows)

    def __contains__(self, name: str) -> bool:
        return name in self.table

    def __getitem__(self, name: str) -> Column:
        if name not in self._known:
            column = Column.of(self.table[name])
            self._known[name] = column if self.rows is None else column.taken(self.rows)
        return self._known[name]
