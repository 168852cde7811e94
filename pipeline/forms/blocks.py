"""What stands on paper for each part of a form: grids, lists of ticks, short lines, single questions, keys of causes.

A block is plain data for the template. Questions of one list that follow each other, each perhaps with its causes, are
the rows of a grid; a list of causes is printed once in a part, with a letter, and named by it afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from pipeline.codebook import Choice, Question
from pipeline.forms.conditions import Teller, linked
from pipeline.forms.facts import Is
from pipeline.forms.outline import Entry, Part

Block = dict[str, Any]
# Only the first three ranks are ever filled.
RANKS = 3
# Far from the A that codes begin with.
LETTERS = "KLMNPQRSTUVWXYZ"
NUMBERED = re.compile(r"A\d+")
NUMBERS = ("integer", "decimal")
SHORT = (*NUMBERS, "text")
# So many short answers in a row stand in two columns.
IN_COLUMNS = 4
# Of a longer list every option has a line of its own.
IN_A_LINE = 5
DIGITS = {"facilities.catchment_population": 7, "facilities.latitude": 2, "facilities.longitude": 2}
DECIMALS = {"facilities.latitude": 6, "facilities.longitude": 6}
BED_OR_STAFF = 4
BOUND = re.compile(r"<=?\s*(\d+)")


@dataclass
class Printer:
    """Makes the blocks of a form in one language; `last` has what was answered before, where it is known."""

    teller: Teller
    last: Mapping[str, str] | None = None
    _keys: dict[str, str] = field(default_factory=dict)
    _explained: set[str] = field(default_factory=set)

    @property
    def language(self) -> str:
        """The language of the paper."""
        return self.teller.say.language

    def part(self, part: Part) -> list[Block]:
        """The blocks of a part, in the order of the form."""
        self._keys, self._explained = {}, set()
        found, rest = [], list(part.entries)
        while rest:
            block, rest = self._next(rest)
            found.append(block)
        return found

    def _next(self, entries: list[Entry]) -> tuple[Block, list[Entry]]:
        rows = list(self._rows(entries))
        if len(rows) > 1:
            return self._grid(rows), entries[sum(1 + (rank is not None) for _, rank in rows) :]
        ticks = list(_alike(entries, ("select_multiple",)))
        if len(ticks) > 1:
            return self._ticks(ticks), entries[len(ticks) :]
        lines = list(_alike(entries, SHORT))
        if len(lines) >= IN_COLUMNS and lines[0].question.type != "decimal":
            return self._lines(lines), entries[len(lines) :]
        return self._single(entries[0]), entries[1:]

    # --- grids ---------------------------------------------------------------------------------------------------

    def _rows(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Entry | None]]:
        """The items that a grid may begin with: choices of one list, each perhaps with its causes, of one list too."""
        first, causes, place = entries[0].question, "", 0
        while place < len(entries):
            item = entries[place]
            is_fit = item.question.type == "select_one" and item.question.list_name == first.list_name
            if not is_fit or len(first.options) >= IN_A_LINE or (place and item.stops):
                return
            following = entries[place + 1] if place + 1 < len(entries) else None
            rank = following if following and self._is_of(following, item.question) else None
            if rank and causes not in ("", rank.question.list_name):
                return
            causes = rank.question.list_name if rank else causes
            yield item, rank
            place += 1 + (rank is not None)

    def _is_of(self, entry: Entry, item: Question) -> bool:
        """Whether a question asks why an item lacks, and nothing else."""
        if entry.question.type != "rank" or entry.stops or not entry.question.relevant:
            return False
        fact = self.teller.fact(entry.question.relevant)
        return isinstance(fact, Is) and fact.questions == (item,) and fact.holds

    def _grid(self, rows: Sequence[tuple[Entry, Entry | None]]) -> Block:
        first = rows[0][0]
        ranks = [rank for _, rank in rows if rank]
        return {
            "kind": "grid",
            "stops": self._stops(first),
            "options": [(option.code, option.short[self.language]) for option in first.question.options],
            "key": self._key(ranks[0].question) if ranks else None,
            "ranks": list(range(1, RANKS + 1)) if ranks else [],
            "when": self._when_lacking(ranks[0].question) if ranks else "",
            "rows": [
                {"item": self._told(item), "rank": self._told(rank, is_stated=True) if rank else None}
                for item, rank in rows
            ],
            "is_asked_before": self.last is not None,
        }

    def _when_lacking(self, rank: Question) -> str:
        fact = self.teller.fact(rank.relevant)
        if not isinstance(fact, Is):
            return ""
        return self.teller.say("grid.when", options=self.teller.options(fact.questions[0], fact.codes))

    def _ticks(self, entries: Sequence[Entry]) -> Block:
        options = [option.short[self.language] for option in entries[0].question.options]
        return {
            "kind": "ticks",
            "stops": self._stops(entries[0]),
            "options": options,
            "condition": self._condition(entries[0].question),
            "rows": [self._told(entry, is_stated=True) for entry in entries],
        }

    def _lines(self, entries: Sequence[Entry]) -> Block:
        conditions = {entry.question.relevant for entry in entries}
        is_shared = len(conditions) == 1
        return {
            "kind": "lines",
            "stops": self._stops(entries[0]),
            "condition": self._condition(entries[0].question) if is_shared else "",
            "rows": [self._told(entry, is_stated=is_shared) for entry in entries],
        }

    def _single(self, entry: Entry) -> Block:
        question = entry.question
        told = self._told(entry) | {
            "kind": "single",
            "stops": self._stops(entry),
            "skips": [linked(skip) for skip in self.teller.skips(entry)],
        }
        if question.type == "rank":
            return told | {"key": self._key(question), "ranks": list(range(1, min(RANKS, question.ranks) + 1))}
        return told

    # --- what is said of a question ------------------------------------------------------------------------------

    def _told(self, entry: Entry, is_stated: bool = False) -> Block:
        """A question as the template shows it; `is_stated` where its condition stands elsewhere in its block."""
        question = entry.question
        return {
            "number": entry.number,
            "name": question.name,
            "type": question.type,
            "label": question.labels[self.language],
            "options": [(option.code, option.labels[self.language]) for option in question.options],
            "in_a_line": len(question.options) < IN_A_LINE and _is_short(question.options, self.language),
            "boxes": boxes(question),
            "prefix": prefix(question),
            "condition": "" if is_stated else self._condition(question),
            "last": "" if self.last is None or question.is_personal else self.last.get(question.name, ""),
        }

    def _condition(self, question: Question) -> Markup | str:
        if not question.relevant:
            return ""
        return linked(self.teller.say("only_if", condition=self.teller.condition(question.relevant, self._explained)))

    def _stops(self, entry: Entry) -> list[Markup]:
        return [linked(stop) for stop in self.teller.stops(entry)]

    def _key(self, question: Question) -> Block:
        """The list that ranks choose from: whole where the part has not had it yet, else by its letter."""
        is_new = question.list_name not in self._keys
        letter = self._keys.setdefault(question.list_name, LETTERS[len(self._keys) % len(LETTERS)])
        mark = prefix(question)
        options = [(option.code.removeprefix(mark), option.labels[self.language]) for option in question.options]
        return {"letter": letter, "options": options if is_new else []}


def boxes(question: Question) -> tuple[int, int]:
    """How many digits have boxes before and after the point."""
    if question.type not in NUMBERS:
        return (0, 0)
    bound = BOUND.search(question.constraint)
    before = DIGITS.get(question.field) or (len(bound.group(1)) if bound else BED_OR_STAFF)
    return before, DECIMALS.get(question.field, 1) if question.type == "decimal" else 0


def prefix(question: Question) -> str:
    """What all codes of a list begin with, so that only digits are written: A of A1 to A9."""
    is_numbered = question.options and all(NUMBERED.fullmatch(option.code) for option in question.options)
    return "A" if is_numbered else ""


def _alike(entries: Sequence[Entry], types: Sequence[str]) -> Iterator[Entry]:
    """The questions of one type (and of one list) that some entries begin with."""
    first = entries[0].question
    for place, entry in enumerate(entries):
        question = entry.question
        is_same = question.type == first.type and question.list_name == first.list_name
        if question.type not in types or not is_same or (place and entry.stops):
            return
        yield entry


def _is_short(options: Sequence[Choice], language: str) -> bool:
    return sum(len(option.labels[language]) for option in options) <= 80
