"""Columns of texts by their distinct texts: what is asked of a text is asked once, not for each cell.

The cells of a survey repeat a few codes over and over: 825 columns of 5,205 rows hold 44,000 distinct texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
    def taken_from(cls, texts: Sequence[str], codes: npt.NDArray[np.integer]) -> Column:
        """The texts at some places."""
        return cls(pa.array(texts, TEXT), codes.astype(np.int32))

    @classmethod
    def of_numbers(cls, numbers: Ints) -> Column:
        """Whole numbers as texts."""
        values, codes = np.unique(numbers, return_inverse=True)
        return cls.taken_from([str(number) for number in values.tolist()], codes)

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

    def put(self, text: str, rows: Ints | Flags) -> Column:
        """The column with a text in some rows."""
        codes = self.codes.copy()
        codes[rows] = len(self.values)
        return Column(pa.concat_arrays([self.values, pa.array([text], TEXT)]), codes)

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

    def ranks(self) -> Ints:
        """The place of each cell's text among all texts in order; the same for the same text."""
        place = {text: number for number, text in enumerate(sorted(set(self.words)))}
        return self.each(place.__getitem__, np.int64)

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
    """A table of texts, column by column; those of a frame are encoded when they are first asked for."""

    table: Mapping[str, Column] | pd.DataFrame
    rows: int
    order: Ints | None = None
    _known: dict[str, Column] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: pd.DataFrame, order: Ints | None = None) -> Columns:
        """The columns of a frame, with its rows in another order where one is given."""
        return cls(frame, len(frame if order is None else order), order)

    @classmethod
    def joined(cls, parts: Sequence[Columns]) -> Columns:
        """The rows of some tables with the same columns, one table after another."""
        table = {name: Column.joined([part[name] for part in parts]) for name in parts[0]}
        return cls(table, sum(part.rows for part in parts))

    def __contains__(self, name: str) -> bool:
        return name in self.table

    def __iter__(self) -> Iterator[str]:
        return map(str, self.table)

    def __getitem__(self, name: str) -> Column:
        if name not in self._known:
            given = self.table[name]
            column = given if isinstance(given, Column) else Column.of(given)
            self._known[name] = column if self.order is None else column.taken(self.order)
        return self._known[name]

    def with_changed(self, changed: Mapping[str, Column]) -> Columns:
        """The table with some columns changed or added."""
        return Columns({name: self[name] for name in self} | dict(changed), self.rows)

    def taken(self, rows: Ints) -> Columns:
        """Some rows only."""
        return Columns({name: self[name].taken(rows) for name in self}, len(rows))

    def frame(self) -> pd.DataFrame:
        """The cells, one by one, as pandas has them."""
        return pd.DataFrame({name: self[name].series() for name in self})
