"""What each facility answers, one column of the export at a time, in codes.

Every question is first answered by everybody, as suits the facility; then what the form does not ask of it is blanked.
Who is asked what stands in the codebook alone: no skip rule is written here a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.codebook import Codebook, Question
from pipeline.column import Column, Columns
from pipeline.relevance import RELEVANT, Answers
from pipeline.simulate.tables import Assumptions, Dice, Flags, Numbers, Places, row_for
from pipeline.simulate.totals import shift

LEVELS = ("available", "partial", "not_available", "not_expected")
AVAILABLE, PARTIAL, NOT_AVAILABLE, NOT_EXPECTED = range(4)
SHIFTS = {"service": "services", "bed": "services", "cadre": "staff"}  # the rest goes by amenities
CONFLICT = ("conflict", "security")  # causes that are frequent where there was war
TOP_RANKS = 3  # real exports never fill more
PARTNERS = 12
ALWAYS = ("", "true()")


@dataclass(frozen=True)
class Pen:
    """Answers for a table of facilities; `levels` keeps the item answers, which later items may rest on."""

    facilities: pd.DataFrame
    codebook: Codebook
    tables: Assumptions
    dice: Dice
    levels: dict[str, Places] = field(default_factory=dict)

    def answers(self) -> Columns:
        """A column for each column of the export, every question answered as if it were asked."""
        columns: dict[str, Column] = {}
        for question in self.codebook.questions:
            if question.columns:
                columns.update(zip(question.columns, self._answer(question), strict=True))
        return Columns(columns, len(self.facilities))

    def _answer(self, question: Question) -> list[Column]:
        """The question's columns."""
        kind, _, what = question.field.partition(".")
        known = what if kind == "facilities" else question.name
        if known in self.facilities:
            return [self._told(question, self.facilities[known])]
        if kind == "answers":
            return [self._item(question, what)]
        if kind == "staff" or what.startswith("beds_"):
            return [self._count(question, what)]
        if question.type == "rank":
            return self._ranks(question)
        if question.type == "select_multiple":
            return self._ticks(question)
        return [self._other(question)] * len(question.columns)

    def _told(self, question: Question, answers: pd.Series) -> Column:
        """What the table of facilities says: canonical values as codes, whole numbers without a point."""
        if question.type == "select_one":
            codes = {word: code for code, word in question.canonical.items()}
            return Column.of(answers).mapped(lambda word: codes.get(word, ""))
        if question.type == "integer" and pd.api.types.is_numeric_dtype(answers):
            return Column.of_numbers(answers.to_numpy(dtype=np.int64))
        if pd.api.types.is_float_dtype(answers):
            return Column.of(["" if np.isnan(number) else _plain(number) for number in answers.tolist()])
        return Column.of(answers.astype(str))

    def _item(self, question: Question, kind: str) -> Column:
        """Available, partial, not available, not expected: by type of facility, place, state and chance."""
        row = row_for(self.tables.items, question.name)
        words = question.canonical.values()
        chance = self.dice.stream(question.name).random((4, len(self.facilities)))
        lift = self._lift[SHIFTS.get(kind, "amenities")]
        available = _likely(row["available"] / 100, lift)
        partial = _likely(row["partial"] / max(100 - row["available"], 1), 0.4 * lift)
        level = np.select([chance[1] < available, chance[2] < partial], [AVAILABLE, PARTIAL], NOT_AVAILABLE)
        if LEVELS[NOT_EXPECTED] in words:
            level = np.where(chance[0] * 100 < self._expected(question, row), level, NOT_EXPECTED)
        if row["needs"] in self.levels:
            level = np.maximum(level, np.minimum(self.levels[row["needs"]], _worst(words)))
        self.levels[question.name] = level
        codes = {word: code for code, word in question.canonical.items()}
        is_told = chance[3] * 100 < row["answered"]
        return Column.taken_from([*(codes.get(word, "") for word in LEVELS), ""], np.where(is_told, level, len(LEVELS)))

    def _expected(self, question: Question, row: pd.Series) -> Numbers:
        """The percentage of facilities like each that the item is expected of."""
        return self._by_type(row, self._own_of_types.get(question.name, {}))

    def _by_type(self, row: pd.Series, own: Mapping[str, float]) -> Numbers:
        """What a row says of the profile of each facility's type, or what is known of the type itself."""
        codes, types = self._types
        profiles = self.tables.types["profile"]
        return np.array([own.get(name, row[profiles[name]]) for name in types], dtype=np.float64)[codes]

    def _count(self, question: Question, what: str) -> Column:
        """Beds of a kind, or women or men of a cadre: around a mean for the type of facility, at least one in all."""
        row = row_for(self.tables.counts, question.items[0])
        chance = self.dice.stream(f"count/{question.items[0]}")
        spread = 0.8 if what.startswith("beds_") else 0.45
        size = (
            0.5 * self.facilities["size"].to_numpy(dtype=float)
            + spread * 0.6 * chance.standard_normal(len(self.facilities))
            - 0.2
        )
        short = np.where(self.levels[question.items[0]] == PARTIAL, 0.7, 1.0)
        mean = self._by_type(row, {})
        total = np.maximum(1, np.round(mean * np.exp(size) * short)).astype(np.int64)
        if what not in ("women", "men"):
            return Column.of_numbers(total)
        women = chance.binomial(total, float(row["women"]) / 100)
        return Column.of_numbers(women if what == "women" else total - women)

    def _ranks(self, question: Question) -> list[Column]:
        """One to three options in order; none twice, no gap."""
        chance = self.dice.stream(question.name)
        luck = -np.log(-np.log(chance.random((len(self.facilities), len(question.options)))))
        order = np.argsort(-(np.log(self._weights(question)) + luck), axis=1, kind="stable")
        row = row_for(self.tables.ranks, question.list_name)
        count = 1 + (chance.random(len(order)) * 100 >= row["one"]).astype(int)
        count += (count == 2) & (chance.random(len(order)) * (row["two"] + row["three"]) >= row["two"])
        codes = [*(option.code for option in question.options), ""]
        found = [Column.blank(len(order))] * question.ranks
        for rank in range(min(TOP_RANKS, len(question.options), question.ranks)):
            found[rank] = Column.taken_from(codes, np.where(rank < count, order[:, rank], len(codes) - 1))
        return found

    def _weights(self, question: Question) -> Numbers:
        """How likely each option is for each facility: by the list, for some modules by their own."""
        own = self._listed.get((question.list_name, question.module))
        base = own or self._listed.get((question.list_name, ""), {})
        weights = np.tile([base.get(option.canonical, 1.0) for option in question.options], (len(self.facilities), 1))
        for at, option in enumerate(question.options):
            if option.canonical in CONFLICT:
                weights[:, at] *= self._war
        return weights

    def _ticks(self, question: Question) -> list[Column]:
        """Options ticked each by itself; where none is, the one that says so, or else the most frequent."""
        percent = self._weights(question)
        ticked = self.dice.stream(question.name).random(percent.shape) * 100 < percent
        words = [option.canonical for option in question.options]
        fallback = words.index("none") if "none" in words else int(np.argmax(percent[0]))
        ticked[~ticked.any(axis=1), fallback] = True
        ticked &= self._has_partner(question.name)[:, None]
        return [Column.taken_from(["", "1"], column) for column in ticked.T]

    def _other(self, question: Question) -> Column:
        """Partners: how many, and invented names. Any other question stays blank."""
        if question.name == "HFSUP2":
            return Column.of_numbers(self._partners())
        if question.name.startswith("HFSUP3_"):
            number = self.dice.stream(question.name).integers(1, PARTNERS + 1, len(self.facilities))
            names = ["", *(f"Partner {place:02d}" for place in range(1, PARTNERS + 1))]
            return Column.taken_from(names, np.where(self._has_partner(question.name), number, 0))
        if question.type == "select_one":
            codes = [option.code for option in question.options]
            chance = self.dice.stream(question.name)
            return Column.taken_from(codes, chance.integers(0, len(codes), len(self.facilities)))
        return Column.blank(len(self.facilities))

    def _partners(self) -> Places:
        return np.searchsorted([0.7, 0.93], self.dice.stream("partners").random(len(self.facilities))) + 1

    def _has_partner(self, name: str) -> Flags:
        """Where a question about the n-th partner has a partner to be about; true for all other questions."""
        if not name.startswith("HFSUP"):
            return np.ones(len(self.facilities), dtype=bool)
        return np.asarray(self._partners() >= int(name[-3:]))

    @cached_property
    def _types(self) -> tuple[Places, list[str]]:
        """The place of each facility's type, and the types."""
        codes, types = pd.factorize(self.facilities["type"])
        return codes, list(types)

    @cached_property
    def _own_of_types(self) -> dict[str, dict[str, float]]:
        """Of which types an item is expected otherwise than of their profile, by item."""
        found: dict[str, dict[str, float]] = {}
        own = self.tables.items_by_type.reset_index()[["item", "type", "expected"]]
        for item, name, expected in own.itertuples(index=False):
            found.setdefault(item, {})[name] = float(expected)
        return found

    @cached_property
    def _listed(self) -> dict[tuple[str, str], dict[str, float]]:
        """The weight of each option, by list and module."""
        found: dict[tuple[str, str], dict[str, float]] = {}
        options = self.tables.options.reset_index()[["list", "module", "canonical", "weight"]]
        for name, module, word, weight in options.itertuples(index=False):
            found.setdefault((name, module), {})[word] = float(weight)
        return found

    @cached_property
    def _war(self) -> Numbers:
        return self.facilities["directorate"].map(self.tables.directorates["conflict"]).to_numpy(dtype=float)

    @cached_property
    def _lift(self) -> dict[str, Numbers]:
        return {what: shift(self.facilities, self.tables, what) for what in ("services", "staff", "amenities")}


def with_support(facilities: pd.DataFrame, tables: Assumptions, dice: Dice) -> pd.DataFrame:
    """The facilities with the level of support by partners."""
    likely = facilities["directorate"].map(tables.directorates["support"]).to_numpy(dtype=float)
    chance = dice.stream("support_level").random(len(facilities))
    level = np.select([chance < 0.012 * likely, chance < 0.15 * likely], ["major", "partial"], "none")
    return facilities.assign(support_level=level)


def as_asked(cells: Columns, codebook: Codebook) -> Columns:
    """The answers without those to questions that the form, given the other answers, does not ask.

    A question that is required under a condition is answered only where the condition holds. Blanking one answer can
    make another one needless, so it goes on until nothing changes.
    """
    while True:
        answers = Answers(cells, codebook)
        blanked: dict[str, Column] = {}
        for question in codebook.questions:
            idle = answers.level(question) != RELEVANT
            if question.required not in ALWAYS:
                idle |= ~answers.holds(question.required)
            for column in question.columns if idle.any() else ():
                if cells[column].where(bool)[idle].any():
                    blanked[column] = cells[column].put("", idle)
        if not blanked:
            return cells
        cells = cells.with_changed(blanked)


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _likely(share: float, lift: Numbers) -> Numbers:
    """A share moved by log-odds."""
    share = min(max(share, 0.005), 0.995)
    return np.asarray(1.0 / (1.0 + np.exp(-(np.log(share / (1.0 - share)) + lift))))


def _worst(words: Collection[str]) -> int:
    """The last of LEVELS that a list of choices has."""
    return NOT_EXPECTED if LEVELS[NOT_EXPECTED] in words else NOT_AVAILABLE
