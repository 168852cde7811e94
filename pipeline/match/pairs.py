"""Which facilities of two rounds may be one, and which of these pairs are taken: one-to-one, in no order.

A pair is taken if it is the best of both by a margin. What is taken leaves the field, and others become the best by it,
until none is left. Nothing depends on the order of rows, nor on which round is called the first. Where two candidates
are alike, neither is taken: people decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from pipeline.likeness import metres
from pipeline.match.evidence import Flags, Numbers, Rows, Seen, Texts, score

SURE, POSSIBLE, MARGIN = 0.8, 0.7, 0.05
ALIKE, NEAR_METRES = 75, 1_000
BLOCK = 500  # rows at once: a directorate of thousands would otherwise fill the memory


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows of `Seen`, each with its score."""

    one: Rows
    other: Rows
    score: Numbers

    def with_more(self, others: Pairs) -> Pairs:
        """These pairs and others."""
        one, other = (np.concatenate(rows) for rows in ((self.one, others.one), (self.other, others.other)))
        return Pairs(one, other, np.concatenate([self.score, others.score]))

    def where(self, wanted: Flags) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.one[wanted], self.other[wanted], self.score[wanted])


def candidates(known: Seen, free: Flags) -> Pairs:
    """Pairs within a directorate that are near, named alike, or have the same code or platform id, among free rows."""
    found = [np.zeros((2, 0), dtype=np.intp)]
    for directorate in sorted(set(known.directorate[free])):
        here = free & (known.directorate == directorate)
        one, other = np.flatnonzero(here & known.is_before), np.flatnonzero(here & ~known.is_before)
        for start in range(0, len(one), BLOCK):
            rows, columns = np.nonzero(_worth_a_look(known, one[start : start + BLOCK], other))
            found.append(np.stack([one[rows + start], other[columns]]))
    first, second = np.concatenate(found, axis=1)
    return Pairs(first, second, score(known, first, second))


def elsewhere(known: Seen, free: Flags) -> Pairs:
    """Pairs of free rows of two directorates that sound alike, are of one type and near: never taken, only asked about.

    So a facility is found that went over to another directorate, as in Makhmour.
    """
    found = [np.zeros((2, 0), dtype=np.intp)]
    for name in known.names:
        told = free & (name.heard != "")
        rows = pd.DataFrame({"heard": name.heard, "type": known.type, "row": np.arange(len(free))})
        both = rows[told & known.is_before].merge(rows[told & ~known.is_before], on=["heard", "type"])
        pair = both[["row_x", "row_y"]].to_numpy(dtype=np.intp).T
        near = metres(known.point[pair[0]], known.point[pair[1]]) <= NEAR_METRES
        found.append(pair[:, near & (known.directorate[pair[0]] != known.directorate[pair[1]])])
    one, other = np.unique(np.concatenate(found, axis=1), axis=1)
    return Pairs(one, other, score(known, one, other))


def taken(pairs: Pairs, is_free: Flags) -> Iterator[Pairs]:
    """The pairs that are taken, the sure ones first; `is_free` is changed as they are."""
    for least in (SURE, POSSIBLE):
        while True:
            left = pairs.where(is_free[pairs.one] & is_free[pairs.other])
            best = left.where((left.score >= least) & _is_best(left))
            if not len(best.one):
                break
            is_free[best.one] = is_free[best.other] = False
            yield best


def _is_best(pairs: Pairs) -> Flags:
    """Whether each pair is the best of both its facilities, by the margin."""
    return _leads(pairs.one, pairs.score) & _leads(pairs.other, pairs.score)


def _leads(rows: Rows, scores: Numbers) -> Flags:
    order = np.lexsort((-scores, rows))
    ordered, values = rows[order], scores[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]] if len(rows) else np.zeros(0, dtype=bool)
    is_alone = np.r_[first[1:], True] if len(rows) else first
    runner_up = np.where(is_alone, -1.0, np.r_[values[1:], -1.0] if len(rows) else values)
    leads = np.zeros(len(rows), dtype=bool)
    # To four decimals, as scores are: else the margin itself would be now met, now missed.
    leads[order] = first & ((values - runner_up).round(4) >= MARGIN)
    return leads


def _worth_a_look(known: Seen, one: Rows, other: Rows) -> Flags:
    found = metres(known.point[one][:, None, :], known.point[other][None, :, :]) <= NEAR_METRES
    found |= known.subject[one][:, None] == known.subject[other][None, :]
    code = known.code[one][:, None]
    found |= (code == known.code[other][None, :]) & (code != "")
    for name in known.names:
        found |= _alike(name.words[one], name.words[other]) | _alike(name.heard[one], name.heard[other])
    return np.asarray(found, dtype=bool)


def _alike(one: Texts, other: Texts) -> Flags:
    """Which of some texts are spelt nearly as which of others; a blank is like none."""
    alike = process.cdist(one, other, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8)
    return np.asarray((alike > 0) & (one != "")[:, None] & (other != "")[None, :], dtype=bool)
