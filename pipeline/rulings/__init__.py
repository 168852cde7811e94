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

Nothing is compared across rounds whose forms differ unless every change is ruled. Of forms in a row (2022, 2024, 2026)
each is ruled beside the one before; two that are further apart are compared over those between, unless the later one's
file speaks of the earlier one itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pandas as pd

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.differences import between
from pipeline.errors import RulingError
from pipeline.project import Project
from pipeline.rulings.chain import Chain, way
from pipeline.rulings.check import COLUMNS, faults, missing
from pipeline.rulings.row import BREAK, RECODE, RULINGS, SAME, Row, rows_of
from pipeline.rulings.ruled import Ruling, Rulings

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


def load(project: Project, previous_form: str, form: str) -> Rulings:
    """The rulings about what changed from one form to another; a form beside itself needs none.

    Where nothing was ruled about the two but about forms between them, these are taken one after another. A change
    without a ruling, and a ruling that is wrong, are a RulingError with the file, its rows and columns.
    """
    if previous_form == form:
        same = codebooks.load(project, form)
        return Rulings(same, same, (), {})
    before = {one: tuple(dict.fromkeys(sheet(project, one).get("previous_form", ()))) for one in project.forms()}
    steps = tuple(_step(project, *pair) for pair in pairwise(way(before, previous_form, form)))
    return steps[0] if len(steps) == 1 else Chain.of_steps(steps)


def _step(project: Project, previous_form: str, form: str) -> Rulings:
    before, now = codebooks.load(project, previous_form), codebooks.load(project, form)
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
