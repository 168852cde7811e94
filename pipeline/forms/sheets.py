"""The three sheets of a codebook as they are written and checked, each row known by its number in its file.

The index of a sheet holds the numbers that a spreadsheet shows: the first row of answers is 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline import codebook as codebooks
from pipeline.codebook import LANGUAGES, Codebook, rows_of
from pipeline.errors import CodebookError, unknown
from pipeline.project import Project

NAMES = ("survey", "choices", "settings")


def _each(head: str) -> tuple[str, ...]:
    return tuple(f"{head}::{language}" for language in LANGUAGES.values())


LABELS, HINTS, MESSAGES, SHORTS = _each("label"), _each("hint"), _each("constraint_message"), _each("short")
CONDITIONS = ("relevant", "constraint", "required", "calculation")
OURS = ("columns", "module", "field", "item", "rule", "personal", "sensitivity", "review")
OF_CHOICES = ("canonical", "aliases", *SHORTS, "tier", "note", "review")
HEADS: Mapping[str, Sequence[str]] = {
    "survey": (
        "type", "name", *LABELS, *HINTS, "relevant", "constraint", *MESSAGES, "required", "calculation", *OURS,
    ),
    "choices": ("list_name", "name", *LABELS, *OF_CHOICES),
    "settings": ("form_title", "form_id", "version", "default_language", "layout"),
}  # fmt: skip
# A codebook may lack them: it then has no hints and no messages.
MAY_BE_ABSENT = frozenset((*HINTS, *MESSAGES, "layout"))


@dataclass(frozen=True)
class Fault:
    """What is wrong with a form, and in which cell."""

    sheet: str
    row: int
    column: str
    what: str

    def __str__(self) -> str:
        """The fault as a person reads it."""
        return f"{self.sheet}, row {self.row}, column {self.column}: {self.what}"


@dataclass(frozen=True)
class Sheets:
    """A form as three sheets of text cells; the index holds the numbers of the rows."""

    form: str
    survey: pd.DataFrame
    choices: pd.DataFrame
    settings: pd.DataFrame

    def frame(self, name: str) -> pd.DataFrame:
        """One of the sheets."""
        return {"survey": self.survey, "choices": self.choices, "settings": self.settings}[name]

    def rows(self, name: str) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows of a sheet with their numbers."""
        frame = self.frame(name)
        return zip((int(number) for number in frame.index), rows_of(frame), strict=True)

    def codebook(self) -> Codebook:
        """The form as the rest of the project reads a codebook."""
        return codebooks.parse(self.form, self.survey, self.choices, self.settings)


def sheets(project: Project, form: str) -> Sheets:
    """The sheets of a form of the project; an unknown form is a UsageError."""
    if form not in project.forms():
        raise unknown("form", form, project.forms())
    return numbered(form, {name: project.read_csv(project.codebook_sheet(form, name)) for name in NAMES})


def numbered(form: str, frames: Mapping[str, pd.DataFrame]) -> Sheets:
    """Sheets whose rows have the numbers that a spreadsheet shows; what a codebook may lack is blank in them."""
    made = {}
    for name in NAMES:
        frame = frames[name].set_axis(range(2, len(frames[name]) + 2), axis=0)
        lacking = [head for head in HEADS[name] if head not in frame and head in MAY_BE_ABSENT]
        frame = frame.assign(**dict.fromkeys(lacking, ""))
        made[name] = frame[sorted(frame, key=lambda head: _place(name, str(head)))]
    return Sheets(form, **made)


def refuse(faults: Sequence[Fault], form: str) -> None:
    """Ends with all faults of a form at once, if there are any."""
    if faults:
        told = "\n".join(f"  {fault}" for fault in faults)
        count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise CodebookError(f"the form {form} has {count}; nothing was written:\n{told}")


def _place(sheet: str, head: str) -> int:
    heads = HEADS[sheet]
    return heads.index(head) if head in heads else len(heads)
