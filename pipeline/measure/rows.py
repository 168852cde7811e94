"""The rows of `measures`, gathered block by block: groups down, indicators across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pipeline.indicators import REASONS
from pipeline.measure.groups import ALL, Groups, Numbers

KEYS = ("indicator", "scope", "dimension", "group")
NUMBERS = ("numerator", "denominator", "not_asked", "missing")
# Stands in a block for a number that cannot be given.
BLANK = np.iinfo(np.int64).min
# Why there is none; no reason where there is a number.
WHY = ("", *REASONS)


@dataclass(frozen=True)
class Block:
    """Numbers of groups × columns, BLANK where there is none, and the place in WHY of the reason for that."""

    numerator: Numbers
    denominator: Numbers
    not_asked: Numbers
    missing: Numbers
    reasons: Numbers


@dataclass
class Rows:
    """Gathers blocks; words are kept as numbers until the table is made."""

    words: dict[str, int] = field(default_factory=dict)
    parts: list[Numbers] = field(default_factory=list)

    def add(self, block: Block, groups: Groups, indicators: Sequence[str]) -> None:
        """Adds a block with a column for each indicator."""
        across = self._codes(indicators)[None, :]
        self._add(block, groups, across, self._codes([groups.dimension]), self._codes(groups.groups)[:, None])

    def add_within(self, block: Block, groups: Groups, indicator: str, within: tuple[str, Sequence[str]]) -> None:
        """Adds a block about one indicator, with a column for each group of a dimension of its own."""
        dimension, names = within
        self._add(block, groups, self._codes([indicator]), self._codes([dimension]), self._codes(names)[None, :])

    def table(self) -> pd.DataFrame:
        """The rows, sorted by indicator, scope, dimension and group; the words are categories."""
        columns = np.concatenate(self.parts, axis=1) if self.parts else np.empty((9, 0), dtype=np.int64)
        words = sorted(self.words)
        rank = np.empty(len(words), dtype=np.int64)
        rank[[self.words[word] for word in words]] = np.arange(len(words))
        keys = [rank[part] for part in columns[:4]]
        order = np.lexsort(keys[::-1])
        found: dict[str, object] = {name: _categories(key[order], words) for name, key in zip(KEYS, keys, strict=True)}
        for name, numbers in zip(NUMBERS, columns[4:8, order], strict=True):
            found[name] = pd.arrays.IntegerArray(np.where(numbers == BLANK, 0, numbers), numbers == BLANK)
        found["reason"] = _categories(rank[columns[8]][order], words, always="")
        return pd.DataFrame(found)

    def _add(self, block: Block, groups: Groups, indicators: Numbers, dimension: Numbers, names: Numbers) -> None:
        scopes = self._codes(groups.scopes)[:, None]
        numbers = (block.numerator, block.denominator, block.not_asked, block.missing)
        reasons = self._codes(WHY)[block.reasons]
        columns = np.broadcast_arrays(indicators, scopes, dimension, names, *numbers, reasons)
        something = [(part != 0) & (part != BLANK) for part in (*numbers, block.reasons)]
        kept = np.any(something, axis=0) | (dimension == self._codes([ALL]))
        self.parts.append(np.stack([column[kept] for column in columns]))

    def _codes(self, words: Sequence[str]) -> Numbers:
        return np.array([self.words.setdefault(word, len(self.words)) for word in words], dtype=np.int64)


def _categories(ranks: Numbers, words: Sequence[str], always: str | None = None) -> pd.Categorical[str]:
    """Places in the words as categories, without the words that do not occur."""
    used = np.bincount(ranks, minlength=len(words)) > 0
    if always is not None and always in words:
        used[list(words).index(always)] = True
    names = [word for word, is_used in zip(words, used, strict=True) if is_used]
    return pd.Categorical.from_codes((np.cumsum(used) - 1)[ranks], pd.Index(names, dtype=str))


def why(reason: str) -> int:
    """The place of a reason in WHY."""
    return WHY.index(reason)
