"""The same facility in two rounds: which is which, by what, how surely, and what became of it.

A facility of the round before is linked with one of this round by what people decided, else by its platform id within
its workspace, else by its ministry code (within its directorate, where nobody else has it, and nothing else speaks
against it), else by name, type and place together (`evidence`, `pairs`). `how` says which: `id`, `code`, `name`, or a
decision: `same`, `moved`, `merged`, `split`. Nothing depends on the order of rows, nor on which round is called the
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import baseline as baselines
from pipeline.match import decided
from pipeline.match.decided import LinkDecision
from pipeline.match.evidence import Flags, Seen, score, seen
from pipeline.match.happened import EVENTS, events
from pipeline.match.pairs import SURE, Pairs, candidates, elsewhere, taken
from pipeline.match.review import review

__all__ = ["COLUMNS", "EVENTS", "Compared", "LinkDecision", "compared", "events", "links", "review"]

COLUMNS = ("previous_id", "facility_id", "how", "score", "certain")
# An id or a code is believed against the rest of what is known down to this, and asked about below the second.
BY_ID, BY_CODE = (0.0, 0.4), (0.45, 0.6)
LOOK = 0.55  # two facilities that nobody linked are worth a question from this on


@dataclass(frozen=True)
class Compared:
    """Two rounds held beside each other: the links, and pairs of facilities that were not linked but may be one."""

    links: pd.DataFrame
    known: Seen
    asked: Pairs


def links(before: pd.DataFrame, now: pd.DataFrame, decisions: Sequence[LinkDecision] = ()) -> pd.DataFrame:
    """For each facility of either round its link: previous_id, facility_id, how, score (0 to 1), certain.

    Both frames have the columns of `facilities`. Who has no partner stands there with a missing id on the other side,
    a blank `how` and a missing score. Not `certain` is what people should look at: a link in doubt, or a facility
    without a partner that is much like one. A facility stands twice only where it was merged or split by a decision;
    then the row that goes on under its lasting id says `same`. Sorted by both ids, missing ones last.
    """
    return compared(before, now, decisions).links


def compared(before: pd.DataFrame, now: pd.DataFrame, decisions: Sequence[LinkDecision] = ()) -> Compared:
    """The links of two rounds, and what is worth a question; stale decisions are a DecisionError."""
    before, now = _ordered(before), _ordered(now)
    decided.check(decisions, before["facility_id"], now["facility_id"])
    known = seen(before, now)
    field = _Field(known, decided.parted(decisions))
    field.decide(decided.linked(decisions))
    field.take_known(before, now)
    asked = field.take_alike()
    return Compared(_framed(known, field, asked), known, asked)


class _Field:
    """What is linked so far, and who has no partner yet."""

    def __init__(self, known: Seen, parted: frozenset[tuple[str, str]]) -> None:
        self.known, self.parted = known, parted
        self.is_free: Flags = np.ones(len(known.ids), dtype=bool)
        self.found: list[pd.DataFrame] = []

    def decide(self, linked: dict[tuple[str, str], str]) -> None:
        """Links what people decided, whatever speaks against it."""
        size, ids = self.known.size_before, self.known.ids.tolist()
        before, now = ({one: row for row, one in enumerate(part)} for part in (ids[:size], ids[size:]))
        one = np.array([before[a] for a, _ in linked], dtype=np.intp)
        other = np.array([now[b] + size for _, b in linked], dtype=np.intp)
        self._take(Pairs(one, other, score(self.known, one, other)), list(linked.values()), True)

    def take_known(self, before: pd.DataFrame, now: pd.DataFrame) -> None:
        """Links by platform id, then by ministry code."""
        row = baselines.matched(
            now["facility_id"], now["directorate"].astype(str), now["ministry_code"], _listed(before)
        )  # fmt: skip
        other = np.flatnonzero(row >= 0)
        one = row[other].astype(np.intp)
        pairs = self._allowed(Pairs(one, other + len(before), score(self.known, one, other + len(before))))
        by_id = self.known.ids[pairs.one] == self.known.ids[pairs.other]
        for how, mine, (least, sure) in (("id", by_id, BY_ID), ("code", ~by_id, BY_CODE)):
            some = pairs.where(mine & (pairs.score >= least))
            self._take(some, [how] * len(some.one), some.score >= sure)

    def take_alike(self) -> Pairs:
        """Links by name, type and place; gives the pairs of those left over that are worth a question."""
        pairs = self._allowed(candidates(self.known, self.is_free))
        for some in taken(pairs, self.is_free):
            self._take(some, ["name"] * len(some.one), some.score >= SURE)
        left = pairs.where(self.is_free[pairs.one] & self.is_free[pairs.other] & (pairs.score >= LOOK))
        return left.with_more(self._allowed(elsewhere(self.known, self.is_free)))

    def _allowed(self, pairs: Pairs) -> Pairs:
        """The pairs of free facilities that nobody called different ones."""
        kept = self.is_free[pairs.one] & self.is_free[pairs.other]
        if self.parted:
            both = zip(self.known.ids[pairs.one], self.known.ids[pairs.other], strict=True)
            kept &= np.array([pair not in self.parted for pair in both], dtype=bool)
        return pairs.where(kept)

    def _take(self, pairs: Pairs, how: Sequence[str], certain: Flags | bool) -> None:
        self.is_free[pairs.one] = self.is_free[pairs.other] = False
        ids = {"previous_id": self.known.ids[pairs.one], "facility_id": self.known.ids[pairs.other]}
        self.found.append(pd.DataFrame({**ids, "how": list(how), "score": pairs.score, "certain": certain}))


def _framed(known: Seen, field: _Field, asked: Pairs) -> pd.DataFrame:
    """The links with those who have no partner."""
    rows = np.arange(len(known.ids))
    doubtful = np.isin(rows, np.concatenate([asked.one, asked.other]))
    alone = []
    for name, mine in (("previous_id", known.is_before), ("facility_id", ~known.is_before)):
        here = field.is_free & mine
        alone.append(pd.DataFrame({name: known.ids[here], "how": "", "certain": ~doubtful[here]}))
    frame = pd.concat([part for part in [*field.found, *alone] if len(part)] or alone, ignore_index=True)
    texts = dict.fromkeys(COLUMNS[:3], "str")
    frame = frame.reindex(columns=list(COLUMNS)).astype(texts).astype({"score": float, "certain": bool})
    return frame.sort_values(["previous_id", "facility_id"], kind="stable", ignore_index=True)


def _ordered(facilities: pd.DataFrame) -> pd.DataFrame:
    """The facilities by id, each once: that a key stands twice is the gate's to tell."""
    columns = ["facility_id", "directorate", "ministry_code", "name_local", "name_en", "type"]
    told = facilities.assign(**{name: facilities[name].astype("str") for name in columns})
    return told.sort_values(columns, ignore_index=True).drop_duplicates("facility_id", ignore_index=True)


def _listed(before: pd.DataFrame) -> pd.DataFrame:
    return before[["facility_id", "directorate"]].assign(ministry_code=before["ministry_code"].fillna(""))
