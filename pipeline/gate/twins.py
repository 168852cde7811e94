"""The rule on `records` about near-duplicates: one facility that stands there twice under two ids.

Two facilities are alike if they are of one type, stand close together, and their names are spelt nearly alike once the
letters of Arabic, Farsi, Kurdish and Latin keyboards are folded (`likeness` says which words tell facilities apart).
Only neighbours on a grid are compared, so that the work grows with the number of facilities, not with its square.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

from pipeline.gate.case import Case, Offences
from pipeline.likeness import METRES_PER_DEGREE, telling_words

NAMES = ("name_local", "name_en")
NEIGHBOURS = 50  # of a block: where more stand on one spot, their coordinates are copied, which another rule tells
AROUND = ((0, 0), (0, 1), (1, -1), (1, 0), (1, 1))  # half of the blocks around one: each pair is met once
WIDE = 1 << 20  # more columns than a grid of metres has around the globe, and more rows

Rows = npt.NDArray[np.intp]
Numbers = npt.NDArray[np.float64]


def no_near_duplicates(case: Case, metres: int, alike: int, generic_percent: int) -> pd.DataFrame:
    """Facilities of one type within so many metres of each other whose names are alike (percent): both are told.

    Words that at least `generic_percent` of the facilities of a type bear are left out of its names.
    """
    found = Offences()
    places = [case.column_of(name) for name in ("latitude", "longitude")]
    if None in places:
        return found.frame()
    points = np.column_stack([case.numbers(str(column)) for column in places])
    types = case.words("type").to_numpy(dtype=object)
    one, other, apart = _neighbours(points, types, metres)
    taken = np.zeros(len(one), dtype=bool)
    for name in NAMES:
        column = case.column_of(name)
        if column:
            same = ~taken
            same[same] = _alike(_telling_words(case, column, types, generic_percent), one[same], other[same], alike)
            _tell(found, case, column, (one[same], other[same], apart[same]))
            taken |= same
    return found.frame()


def _tell(found: Offences, case: Case, column: str, pairs: tuple[Rows, Rows, Numbers]) -> None:
    """Adds both of each pair, each with the nearest of those it is like."""
    ids = case.placed["facility_id"].to_numpy(dtype=object)
    one, other, apart = (np.concatenate(parts) for parts in (pairs[:2], pairs[1::-1], [pairs[2], pairs[2]]))
    order = np.lexsort((ids[other].astype(str), apart))
    nearest = order[np.unique(one[order], return_index=True)[1]]
    where, expected = np.zeros(len(ids), dtype=bool), np.full(len(ids), "", dtype=object)
    where[one[nearest]] = True
    expected[one[nearest]] = [
        f"not the facility {ids[row]} once more, {metres:.0f} metres away"
        for row, metres in zip(other[nearest], apart[nearest], strict=True)
    ]
    found.add(where, column, case.records[column], expected)


def _alike(names: Sequence[tuple[str, str]], one: Rows, other: Rows, percent: int) -> npt.NDArray[np.bool_]:
    """Where the words of two names are spelt alike and their numbers are the same."""
    words, numbers = (np.array(part, dtype=object) for part in zip(*names, strict=True))
    scores = process.cpdist(words[one], words[other], scorer=fuzz.ratio)
    same = (scores >= percent) & (words[one] != "") & (words[other] != "")
    return np.asarray(same & (numbers[one] == numbers[other]), dtype=bool)


def _telling_words(
    case: Case, column: str, types: npt.NDArray[np.object_], generic_percent: int
) -> list[tuple[str, str]]:
    """For each record the words of its name that are not those of its type, and the numbers in it."""
    names, directorates = case.records[column].tolist(), case.placed["directorate"].tolist()
    return telling_words(names, types.tolist(), directorates, generic_percent)


def _neighbours(points: Numbers, types: npt.NDArray[np.object_], metres: int) -> tuple[Rows, Rows, Numbers]:
    """Pairs of rows of one type within so many metres, and how far apart they are."""
    usable = np.flatnonzero((np.abs(points) <= (80, 180)).all(axis=1))
    if not len(usable):
        return usable, usable, np.zeros(0)
    latitude, longitude = points[usable].T * METRES_PER_DEGREE
    # Meridians converge: a block as wide as the distance in the far north is wider than that elsewhere.
    narrow = float(np.cos(np.radians(np.abs(points[usable, 0]).max())))
    kinds = pd.factorize(types[usable])[0].astype(np.int64)
    row, column = (
        np.floor(place / metres).astype(np.int64) + WIDE // 2 for place in (latitude, longitude * narrow)
    )  # fmt: skip
    keys = (kinds * WIDE + row) * WIDE + column
    found = [np.column_stack(pair) for pair in _pairs(keys)]
    one, other = np.concatenate(found).T
    east = (longitude[one] - longitude[other]) * np.cos(np.radians(points[usable[one], 0]))
    apart = np.hypot(latitude[one] - latitude[other], east)
    near = apart <= metres
    return usable[one[near]], usable[other[near]], apart[near]


def _pairs(keys: npt.NDArray[np.int64]) -> Iterator[tuple[Rows, Rows]]:
    """Pairs of places in the same block, then in blocks beside each other."""
    order = np.argsort(keys, kind="stable")
    in_order = keys[order]
    for down, right in AROUND:
        wanted = keys + down * WIDE + right
        first = np.searchsorted(in_order, wanted, side="left")
        count = np.minimum(np.searchsorted(in_order, wanted, side="right") - first, NEIGHBOURS)
        one = np.repeat(np.arange(len(keys)), count)
        step = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count)
        other = order[np.repeat(first, count) + step]
        kept = one < other if (down, right) == (0, 0) else np.ones(len(one), dtype=bool)
        yield one[kept], other[kept]
