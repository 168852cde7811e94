"""Two forms, what changed between them, and what was ruled about each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pipeline.codebook import Codebook, Question
from pipeline.differences import Change
from pipeline.errors import unknown
from pipeline.rulings.row import BREAK, RULINGS, SAME, Row


@dataclass(frozen=True)
class Ruling:
    """Whether figures that rest on some questions may stand beside those of the form before."""

    kind: str
    """same, recode or break."""
    reasons: tuple[str, ...] = ()
    """Why, of each change that decides, in the order of the form."""


@dataclass(frozen=True)
class Rulings:
    """Two forms, what changed between them, and what was ruled about each change."""

    before: Codebook
    now: Codebook
    changes: tuple[Change, ...]
    rows: Mapping[tuple[str, str], Row]
    """The row of each change, by item and kind."""

    def of(self, items: Iterable[str]) -> Ruling:
        """The ruling of some questions or columns of either form: the worst of their changes wins.

        A question that neither form has is a UsageError with a near match.
        """
        names = {self.question(item) for item in items}
        places = sorted({place for name in names for place in self._touching.get(name, ())})
        rows = [self.rows[self.changes[place].key] for place in places]
        return worst(Ruling(row.ruling, (row.reason,)) for row in rows)

    def source(self, name: str) -> Question | None:
        """The question before whose answers may stand for those to a present question; None where there is none."""
        earlier = self.before.by_name.get(self.called.get(name, name))
        return None if self.of([name]).kind == BREAK else earlier

    def codes(self, name: str) -> dict[str, str]:
        """The present code of each earlier one that an answer to a present question may have had."""
        earlier, present = self.source(name), self.now.question(name)
        if earlier is None:
            return {}
        mapped = self._mapped(name)
        by_word = {option.canonical: option.code for option in reversed(present.options)}
        same = {option.code for option in present.options if earlier.canonical.get(option.code) == option.canonical}
        known = {code: code if code in same else by_word.get(word, "") for code, word in earlier.canonical.items()}
        return {code: found for code, found in (known | mapped).items() if found}

    def words(self, name: str) -> dict[str, str]:
        """Our present word for each of our words for the earlier answers to a present question."""
        earlier, present = self.source(name), self.now.question(name)
        if earlier is None:
            return {}
        return {earlier.canonical[code]: present.canonical[found] for code, found in self.codes(name).items()}

    def _mapped(self, name: str) -> dict[str, str]:
        lists = {name, self.now.question(name).list_name}
        found: dict[str, str] = {}
        for change in (self.changes[place] for place in self._touching.get(name, ())):
            if change.code and change.list_name in lists:
                found |= self.rows[change.key].map
        return found

    @cached_property
    def _touching(self) -> dict[str, list[int]]:
        """The places of the changes that touch each question."""
        found: dict[str, list[int]] = {}
        for place, change in enumerate(self.changes):
            for name in change.questions:
                found.setdefault(name, []).append(place)
        return found

    @cached_property
    def called(self) -> dict[str, str]:
        """The earlier name of each question that is called otherwise now."""
        new = (self.rows[change.key] for change in self.changes if change.kind == "question_new")
        return {now: before for row in new for before, now in row.map.items()}

    def question(self, item: str) -> str:
        """The question that an item or a column of either form is about; none is a UsageError with a near match."""
        for form in (self.now, self.before):
            if item in form.by_name:
                return item
            if item in form.by_column:
                return form.by_column[item].name
        raise unknown(f"question of {self.before.form} or {self.now.form}", item, self.now.by_name)


def worst(rulings: Iterable[Ruling]) -> Ruling:
    """The worst of some rulings, with the reasons of all that are as bad; none is the same."""
    found = list(rulings)
    kind = max((one.kind for one in found), key=RULINGS.index, default=SAME)
    return Ruling(kind, tuple(dict.fromkeys(reason for one in found if one.kind == kind for reason in one.reasons)))
