"""What a definition of an indicator is: a function of the facts that says what each facility adds to the figure.

A definition gives one of four things:
Count   a numerator, and mostly a denominator, that add up over facilities
Rate    a number over the population of an area
Gap     the difference of two shares
Absent  nothing, with the reason why it cannot be computed
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.indicators.facts import Array, Cells, Facts, Flags
from pipeline.indicators.vocabulary import Vocabulary

PARTS = ("Numerator", "Denominator", "Source", "Note")


@dataclass(frozen=True)
class Count:
    """What each facility adds: arrays of one column, or of one for each indicator of a template."""

    numerator: Array
    denominator: Array | None
    missing: Array
    not_asked: Array
    known: Array | None = None
    """Where given: which facilities' numbers are known, so that a sum of nothing known is not taken for 0."""
    within: tuple[str, tuple[str, ...]] | None = None
    """Where given: the columns are the groups of this dimension, and the indicator is their sum."""

    def each(self, change: Callable[[Array], Array]) -> Count:
        """The count with each of its arrays changed in the same way."""
        denominator, known = (None if part is None else change(part) for part in (self.denominator, self.known))
        return Count(change(self.numerator), denominator, change(self.missing), change(self.not_asked), known)


@dataclass(frozen=True)
class Rate:
    """A number over the population of the area where the facilities are."""

    count: Count | None
    reason: str = ""


@dataclass(frozen=True)
class Gap:
    """Two shares, of which the second is taken from the first."""

    first: Count
    second: Count


@dataclass(frozen=True)
class Absent:
    """Not computable, and why: a key of REASONS."""

    reason: str


Result = Count | Rate | Gap | Absent
Keys = Callable[[Vocabulary], Sequence[str]]


@dataclass(frozen=True)
class Definition:
    """An indicator, or a template of indicators whose keys the form's vocabulary gives."""

    code: str
    compute: Callable[[Facts], Result]
    keys: Keys | None = None
    parts: dict[str, str] = field(default_factory=dict)
    """name, numerator, denominator, source, note: what the annex on methods prints."""

    def indicators(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The codes of the indicators, in the order of the columns that `compute` gives."""
        return tuple(f"{self.code}_{key}" for key in self.keys(vocabulary)) if self.keys else (self.code,)


def definition(code: str, keys: Keys | None = None) -> Callable[[Callable[[Facts], Result]], Definition]:
    """Makes a definition of a function. Its docstring is a name, then what stands after `Numerator:` and so on."""

    def made(compute: Callable[[Facts], Result]) -> Definition:
        return Definition(code, compute, keys, _parts(compute.__doc__ or ""))

    return made


def count(cells: Cells, universe: Flags, words: Sequence[str], among: Sequence[str] = ()) -> Count:
    """The answers in `words` among those in `among` (default: all answers), over the facilities of a universe."""
    inside = universe.reshape(-1, *[1] * (cells.codes.ndim - 1))
    denominator = inside & (cells.is_in(*among) if among else cells.answered)
    return Count(denominator & cells.is_in(*words), denominator, inside & cells.missing, inside & cells.not_asked)


def size(universe: Flags, missing: Flags | None = None, not_asked: Flags | None = None) -> Count:
    """The number of facilities in a universe."""
    none = np.zeros_like(universe)
    return Count(universe, None, none if missing is None else missing, none if not_asked is None else not_asked)


def _parts(text: str) -> dict[str, str]:
    """`Name.` in the first line, then `Numerator: …` and the other parts, each over one or more lines."""
    pieces = re.split(rf"^\s*({'|'.join(PARTS)}):", text, flags=re.MULTILINE)
    texts = [" ".join(piece.split()) for piece in pieces]
    named = {name.lower(): piece for name, piece in zip(texts[1::2], texts[2::2], strict=True)}
    return {"name": texts[0].removesuffix("."), **named}
