"""The tables of a round as the definitions of indicators see them: arrays with a row for each facility.

Facilities are in the order of their id, so the order of a table's rows changes nothing. An answer stands beside its
state, and a definition asks for both: what was skipped, not asked or not in the form is never counted as missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.indicators.vocabulary import Vocabulary

STATES = ("answered", "skipped", "not_asked", "not_in_form", "missing", "unknown")
UNASKED = ("skipped", "not_asked", "not_in_form")
CODED = (
    "type", "ownership", "management", "status", "urban_rural", "location_type", "building_condition",
    "equipment_condition", "functionality", "accessibility", "support_level",
)  # fmt: skip

# Health-sector and prevention-sector offices give no services; laboratories, blood banks and forensic medicine do.
ADMIN = ("health_sector", "prevention_sector")
PHC = ("phc_main", "phc_family_medicine", "phc_branch")
HOSPITAL = ("hospital",)

Flags = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]


class Agreement(NamedTuple):
    """How the answers of a second visit stand beside the first, for a part of a facility: numbers of cells."""

    same: int
    compared: int
    missing: int
    not_asked: int


@dataclass(frozen=True)
class Earlier:
    """What the last list of facilities expects of a round."""

    expected: frozenset[str]
    """Facilities of the round that the list expects, those among them that a decision excludes."""
    came: frozenset[str]
    """Those of them with a record inside the window."""
    gone: pd.DataFrame
    """What is expected and stands in no row: facility_id, directorate, sector, region, governorate, type, tier."""


@dataclass(frozen=True)
class Judgement:
    """What gates and people said of the facilities of a round, by facility_id."""

    set_aside: frozenset[str] = frozenset()
    """Facilities that a provisional verdict sets aside: they count in DQ_* only."""
    critical: frozenset[str] = frozenset()
    """Facilities with a critical finding that nothing settles."""
    corrected: frozenset[str] = frozenset()
    """Facilities that a decision corrects or declares a double report."""
    excluded: tuple[str, ...] = ()
    """Facilities whose rows a decision took out of the tables."""
    left_out: tuple[str, ...] = ()
    """Directorates that are left out of the wider scopes, by name."""
    followed: frozenset[str] = frozenset()
    """Facilities with a response before the one that counts."""
    copied: frozenset[str] = frozenset()
    """Those of them whose answers are all those of the response before."""
    second_visits: Mapping[tuple[str, str], Agreement] = field(default_factory=dict)
    """What a second visit found, by facility and part; empty while nothing came back."""
    earlier: Earlier | None = None
    """The last list, if there is one."""


@dataclass(frozen=True)
class Cells:
    """Answers with their states: one for each facility, or one for each facility and item."""

    codes: npt.NDArray[np.int16]
    """The place of the answer in `words`, -1 where there is none."""
    words: tuple[str, ...]
    states: npt.NDArray[np.int8]

    def is_in(self, *words: str) -> Flags:
        """Where the answer is one of the words."""
        wanted = np.array([word in words for word in self.words] + [False])
        return np.asarray(wanted[self.codes], dtype=np.bool_)

    def has_state(self, *states: str) -> Flags:
        """Where the state is one of the words of STATES."""
        return np.asarray(np.array([state in states for state in STATES])[self.states], dtype=np.bool_)

    @cached_property
    def answered(self) -> Flags:
        """Where there is an answer that the codebook has."""
        return self.has_state("answered")

    @cached_property
    def missing(self) -> Flags:
        """Where an answer was due and none is there."""
        return self.has_state("missing")

    @cached_property
    def not_asked(self) -> Flags:
        """Where nobody asked: skipped by a stop, not asked of this facility, or not in the form."""
        return self.has_state(*UNASKED)


@dataclass(frozen=True)
class Facts:
    """A round's facilities and all that is known of them, in n rows.

    Facilities that a decision excludes come after those in the tables, and last those of the last list that are gone.
    """

    facilities: pd.DataFrame
    vocabulary: Vocabulary
    judgement: Judgement
    fields: Mapping[str, Cells]
    answers: Cells
    """n × (items + 1): the last column stands for any item that the form does not have."""
    mentions: npt.NDArray[np.int8]
    """n × items × causes: how many of the barriers 1-3 name the cause."""
    first_barrier: Flags
    """n × items: whether barrier 1 is answered."""
    women: pd.DataFrame
    men: pd.DataFrame
    staff: Cells
    """n × cadres, states of the counts."""
    choices: pd.DataFrame
    """row, question, option, rank."""

    def __len__(self) -> int:
        return len(self.facilities)

    def items(self, *names: str) -> Cells:
        """The answers about some items, n × items; an item that the form lacks is not_in_form everywhere."""
        last = len(self.vocabulary.all_items)
        known = {item: place for place, item in enumerate(self.vocabulary.all_items)}
        places = [known.get(name, last) for name in names]
        return Cells(self.answers.codes[:, places], self.answers.words, self.answers.states[:, places])

    def kind(self, kind: str) -> Cells:
        """The answers about all items of a kind, n × items."""
        return self.items(*self.vocabulary.of_kind(kind))

    def number(self, name: str) -> tuple[npt.NDArray[np.int64], Flags]:
        """A number of the facilities, 0 where there is none, and where there is one."""
        values = self.facilities[name]
        return values.fillna(0).to_numpy(dtype=np.int64), values.notna().to_numpy(dtype=bool)

    def chosen(self, question: str, rank: int | None = None) -> Flags:
        """Which options of a question each facility chose, at any rank or at one: n × options."""
        rows = self.choices[self.choices["question"] == question]
        rows = rows if rank is None else rows[rows["rank"] == rank]
        options = pd.Index(self.vocabulary.options.get(question, ()))
        found = np.zeros((len(self), len(options) + 1), dtype=bool)
        found[rows["row"].to_numpy(), options.get_indexer(pd.Index(rows["option"]))] = True
        return found[:, :-1]

    def given(self, question: str) -> Flags:
        """Which facilities chose anything at all, be it something that the codebook does not have."""
        found = np.zeros(len(self), dtype=bool)
        found[self.choices.loc[self.choices["question"] == question, "row"].to_numpy()] = True
        return found

    def named(self, facility_ids: frozenset[str]) -> Flags:
        """Which facilities are among some."""
        return self.facilities["facility_id"].isin(facility_ids).to_numpy(dtype=bool)

    def of_type(self, *types: str) -> Flags:
        """Which facilities are of one of the types."""
        return self.fields["type"].is_in(*types)

    @cached_property
    def kept(self) -> Flags:
        """All facilities in the tables, those set aside too."""
        return ~self.named(frozenset(self.judgement.excluded)) & ~self.gone

    @cached_property
    def gone(self) -> Flags:
        """Facilities of the last list that this round has no row of: they count as expected, and in nothing else."""
        earlier = self.judgement.earlier
        return self.named(frozenset(earlier.gone["facility_id"]) if earlier else frozenset())

    @cached_property
    def listed(self) -> Flags:
        """U_LISTED: facilities in the tables that are not set aside."""
        return self.kept & ~self.named(self.judgement.set_aside)

    @cached_property
    def existing(self) -> Flags:
        """U_EXISTING."""
        return self.listed & self.fields["status"].is_in("existing")

    @cached_property
    def standing(self) -> Flags:
        """U_STANDING."""
        condition = self.fields["building_condition"]
        return self.existing & condition.is_in("not_damaged", "partially_damaged", "not_relevant")

    @cached_property
    def functioning(self) -> Flags:
        """U_FUNCTIONING."""
        return self.standing & self.fields["functionality"].is_in("full", "partial")

    @cached_property
    def reached(self) -> Flags:
        """U_REACHED."""
        return self.functioning & self.fields["accessibility"].is_in("full", "partial")

    @cached_property
    def delivery(self) -> Flags:
        """U_DELIVERY."""
        return self.reached & ~self.of_type(*ADMIN)
