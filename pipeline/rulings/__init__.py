"""What people ruled about the changes between two forms: may an answer then stand beside an answer now?

data/codebooks/<form>/since.csv, a row for each change since a form before (`pipeline/differences`):

previous_form  the form before
item, change   as `herams form diff` names them: CONDB and question_reworded, power_sources/A4 and choice_code
ruling         same    the answers of both forms mean the same
               recode  they do once the earlier ones are mapped
               break   they do not: the series ends and begins anew
map            of a recode: earlier code=present code, several split by `; `; of a question that is called
               otherwise now, earlier name=present name
reason         in a sentence; role and office (no names of persons: the file is in git), date

Nothing is compared across rounds whose forms differ unless every change is ruled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook, Question
from pipeline.differences import Change, between
from pipeline.errors import RulingError, unknown
from pipeline.project import Project
from pipeline.rulings.check import COLUMNS, faults, missing
from pipeline.rulings.row import BREAK, RECODE, RULINGS, SAME, Row, rows_of

__all__ = [
    "BREAK",
    "COLUMNS",
    "RECODE",
    "RULINGS",
    "SAME",
    "Row",
    "Ruling",
    "Rulings",
    "load",
    "parse",
    "rows_of",
    "sheet",
]

SHOWN = 12


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
        names = {self._question(item) for item in items}
        places = sorted({place for name in names for place in self._touching.get(name, ())})
        rows = [self.rows[self.changes[place].key] for place in places]
        worst = max((row.ruling for row in rows), key=RULINGS.index, default=SAME)
        return Ruling(worst, tuple(dict.fromkeys(row.reason for row in rows if row.ruling == worst)))

    def source(self, name: str) -> Question | None:
        """The question before whose answers may stand for those to a present question; None where there is none."""
        earlier = self.before.by_name.get(self._called.get(name, name))
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
    def _called(self) -> dict[str, str]:
        """The earlier name of each question that is called otherwise now."""
        new = (self.rows[change.key] for change in self.changes if change.kind == "question_new")
        return {now: before for row in new for before, now in row.map.items()}

    def _question(self, item: str) -> str:
        for form in (self.now, self.before):
            if item in form.by_name:
                return item
            if item in form.by_column:
                return form.by_column[item].name
        raise unknown(f"question of {self.before.form} or {self.now.form}", item, self.now.by_name)


def load(project: Project, previous_form: str, form: str) -> Rulings:
    """The rulings about what changed from one form to another; a form beside itself needs none.

    A change without a ruling, and a ruling that is wrong, are a RulingError with the file, its rows and columns.
    """
    before, now = codebooks.load(project, previous_form), codebooks.load(project, form)
    if previous_form == form:
        return Rulings(before, now, (), {})
    return parse(before, now, sheet(project, form), project.relative(project.since(form)), project.forms())


def sheet(project: Project, form: str) -> pd.DataFrame:
    """The rows of a form's file of rulings; none where it has no file."""
    path = project.since(form)
    return project.read_csv(path) if path.is_file() else pd.DataFrame(columns=list(COLUMNS), dtype=str)


def parse(before: Codebook, now: Codebook, table: pd.DataFrame, file: str, forms: Iterable[str] = ()) -> Rulings:
    """The rulings in a table of text cells, all of them checked; `forms` are the forms that a row may name."""
    changes = between(before, now)
    known = {before.form, now.form, *forms}
    found = [*faults(before, now, changes, table, known), *missing(before, now, changes, table)]
    if found:
        more = [f"… and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
        raise RulingError("\n".join([f"{file} does not hold:", *(f"  {one}" for one in [*found[:SHOWN], *more])]))
    rows = {row.key: row for row in rows_of(table) if row.previous_form == before.form}
    return Rulings(before, now, changes, rows)
