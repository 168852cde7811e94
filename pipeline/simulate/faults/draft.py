"""An export on its way, which faults may still spoil: what its cells say, and what is to be overwritten in it.

Faults choose by what the facilities answer (codes), and overwrite what the layout has written, so that a value that no
codebook knows can stand there. No facility has two faults: each can be told from the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.codebook import Codebook, Question
from pipeline.errors import UsageError
from pipeline.relevance import RELEVANT, Levels, given, reach
from pipeline.simulate.tables import Dice, Flags, Places, Texts

Row = tuple[str, ...]
Cells = Mapping[str, str]


class Draft:
    """The cells of an export, and what faults do to them."""

    def __init__(self, cells: pd.DataFrame, codebook: Codebook, dice: Dice) -> None:
        self.cells, self.codebook, self.dice = cells.reset_index(drop=True), codebook, dice
        self.overwritten: dict[tuple[int, str], str] = {}
        self.renamed: dict[str, str] = {}
        self.gone: set[str] = set()
        self.new: set[str] = set()
        self.absent: set[int] = set()
        self.again: list[tuple[int, dict[str, str]]] = []
        self.told: dict[str, set[int]] = {}
        self.is_taken = np.zeros(len(cells), dtype=bool)

    # --- what the cells say ------------------------------------------------------------------------------------

    def texts(self, column: str) -> Texts:
        """A column's cells."""
        return np.asarray(self.cells[column], dtype=object)

    def column(self, field: str) -> str:
        """The column behind a field of `facilities`; a UsageError where the form has none."""
        return self.question(field).columns[0]

    def question(self, field: str) -> Question:
        """The question behind a field of `facilities`; a UsageError where the form has none."""
        found = self.codebook.of_field(f"facilities.{field}")
        if found is None:
            raise UsageError(f"the form {self.codebook.form} does not ask for {field}: this fault needs it")
        return found

    def words(self, field: str) -> Texts:
        """Our word for each answer behind a field of `facilities`; blank where there is none."""
        question = self.question(field)
        return np.asarray(self.cells[question.columns[0]].map(question.canonical).fillna(""), dtype=object)

    def is_(self, field: str, *words: str) -> Flags:
        """Where the answer behind a field is one of some words."""
        return np.isin(self.words(field).astype(str), words)

    def answers(self, question: Question, *words: str) -> Flags:
        """Where the answer to a question is one of some of our words."""
        codes = [code for code, word in question.canonical.items() if word in words]
        return np.isin(self.texts(question.columns[0]).astype(str), codes)

    def given(self, question: Question) -> Flags:
        """Where a question has any answer."""
        return np.asarray(given(question, self.cells), dtype=bool)

    def level(self, question: Question) -> Levels:
        """Whether a question is relevant, not asked or skipped."""
        return self._reach[question.name]

    def asked(self, question: Question) -> Flags:
        """Where a question is asked."""
        return np.asarray(self.level(question) == RELEVANT)

    @cached_property
    def office(self) -> Texts:
        """The directorate's office in the answer `directorate / sector`."""
        return np.asarray(self.cells[self.column("directorate_sector")].str.split(" / ").str[0], dtype=object)

    @cached_property
    def free_items(self) -> dict[str, list[Question]]:
        """The items by kind that no other item's condition rests on: an answer to them changes nothing else."""
        conditions = " ".join(
            f"{q.relevant} {q.calculation} {q.required}" for q in self.codebook.questions if q.field != "barriers"
        )
        found: dict[str, list[Question]] = {}
        for item in self.codebook.items:
            if f"${{{item.name}}}" not in conditions:
                found.setdefault(item.field.partition(".")[2], []).append(item)
        return found

    def barrier_of(self, item: Question) -> Question:
        """The question why an item is lacking."""
        own = (q for q in self.codebook.having_field("barriers") if q.items == (item.name,))
        return self.first(own, f"a question why {item.name} is lacking")

    def first(self, questions: Iterable[Question], what: str) -> Question:
        """The first of some questions; a UsageError where the form has none, as it may be another country's."""
        found = next(iter(questions), None)
        if found is None:
            raise UsageError(f"the form {self.codebook.form} does not have {what}: this fault needs it")
        return found

    def code_of(self, question: Question, word: str) -> str:
        """The export's code for a word of ours; a UsageError where the question has no such option."""
        found = next((code for code, own in question.canonical.items() if own == word), None)
        if found is None:
            raise UsageError(f"{question.name} of {self.codebook.form} has no option {word!r}: this fault needs it")
        return found

    @cached_property
    def _reach(self) -> Mapping[str, Levels]:
        return reach(self.cells, self.codebook)

    # --- what faults do ----------------------------------------------------------------------------------------

    def pick(self, fault: str, where: Flags, count: int) -> list[int]:
        """So many facilities, drawn among those that can have a fault; a UsageError where there are too few."""
        free = np.flatnonzero(where & ~self.is_taken)
        if len(free) < count:
            raise UsageError(f"only {len(free)} facilities of this export can have the fault {fault!r}, not {count}")
        rows = sorted(self.dice.stream(f"fault/{fault}/{len(self.told.get(fault, ()))}").permutation(free)[:count])
        self.take(fault, rows)
        return [int(row) for row in rows]

    def take(self, fault: str, rows: Iterable[int] | Places) -> None:
        """Notes that a fault is told of some facilities, which have no other."""
        for row in rows:
            self.is_taken[row] = True
            self.told.setdefault(fault, set()).add(int(row))

    def put(self, row: int, cells: Mapping[str, str]) -> None:
        """Overwrites some cells of a response."""
        self.overwritten |= {(row, column): value for column, value in cells.items()}

    # --- what becomes of it ------------------------------------------------------------------------------------

    def spoilt_cells(self) -> pd.DataFrame:
        """The cells with what was overwritten, without what layout they are written in, or which columns are there."""
        return self.all_cells().drop(index=sorted(self.absent)).reset_index(drop=True)

    def all_cells(self) -> pd.DataFrame:
        """The same, with those that are absent in their places; what stands there again comes last."""
        cells = self.cells.astype(object)
        for (row, column), value in self.overwritten.items():
            cells.loc[row, column] = value
        again = [cells.iloc[[row]].assign(**changed) for row, changed in self.again]
        return pd.concat([cells, *again], ignore_index=True)

    def spoil(self, written: list[Row], heads: int) -> list[Row]:
        """The rows of an export, the last of so many header rows holding the codes, with all that was spoilt."""
        names = {name: place for place, name in enumerate(written[heads - 1])}
        self._refuse_other_layout(names)
        rows = [list(row) for row in written]
        for (row, column), value in self.overwritten.items():
            rows[heads + row][names[column]] = value
        again = [self._changed(rows[heads + row], names, changed) for row, changed in self.again]
        rows = [row for place, row in enumerate(rows) if place - heads not in self.absent] + again
        kept = [place for name, place in names.items() if name not in self.gone]
        heads_now = [[self.renamed.get(name, name) for name in row] for row in rows[:heads]]
        ends = [sorted(self.new)] * heads + [["1"] * len(self.new)] * (len(rows) - heads)
        return [
            (*(row[place] for place in kept), *end) for row, end in zip([*heads_now, *rows[heads:]], ends, strict=True)
        ]

    def _changed(self, row: list[str], names: Mapping[str, int], changed: Mapping[str, str]) -> list[str]:
        found = list(row)
        for column, value in changed.items():
            found[names[column]] = value
        return found

    def _refuse_other_layout(self, names: Mapping[str, int]) -> None:
        strange = sorted({column for _, column in self.overwritten} - set(names))
        if strange:
            raise UsageError(
                f"a fault spoils {strange[0]}, which the newer layout of ranks does not have: use `--ranks older`"
            )


Do = Callable[[Draft, str, int], None]
Where = Callable[[Draft], Flags]


def each(where: Where, cells: Callable[[Draft, int], Cells]) -> Do:
    """A fault of single facilities: which of them can have it, and what then stands there."""

    def do(draft: Draft, fault: str, count: int) -> None:
        for row in draft.pick(fault, where(draft), count):
            draft.put(row, cells(draft, row))

    return do


def beside(like: Callable[[Draft], Texts], where: Where, cells: Callable[[Draft, int, int], Cells]) -> Do:
    """A fault of pairs: a facility takes something of another that is alike in `like`; both of them are told."""

    def do(draft: Draft, fault: str, count: int) -> None:
        kinds = pd.factorize(like(draft))[0]
        for _ in range(count):
            possible = where(draft) & ~draft.is_taken
            several = possible & (np.bincount(kinds[possible], minlength=kinds.max() + 1)[kinds] > 1)
            (row,) = draft.pick(fault, several, 1)
            (other,) = draft.pick(fault, possible & (kinds == kinds[row]), 1)
            draft.put(row, cells(draft, row, other))

    return do


def everyone(draft: Draft) -> Flags:
    """Every facility."""
    return np.ones(len(draft.cells), dtype=bool)
