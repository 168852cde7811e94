"""A change between two forms, and its kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# In the order of a list: what a collector sees first, then what the export and the tables see.
KINDS = (
    "question_new", "question_gone", "question_moved", "question_reworded", "question_type", "question_skip",
    "question_constraint", "question_required", "question_calculation", "question_columns", "question_about",
    "choice_new", "choice_gone", "choice_code", "choice_reused", "choice_reworded", "choices_moved",
    "stop_new", "stop_gone", "stop_changed",
)  # fmt: skip
# The key of what is no sentence and so in no language: a condition, a type, a code, a pattern of columns.
FORMAL = ""


@dataclass(frozen=True)
class Change:
    """One difference between two forms, of one kind of KINDS."""

    item: str
    """A question, a stop, or an option: `list/code` with the code in the form before, of a new one the present code."""
    kind: str
    questions: tuple[str, ...]
    """The questions that it touches."""
    before: Mapping[str, str]
    """What stood there, by language, or under FORMAL what is in none; empty where there was nothing."""
    now: Mapping[str, str]
    """What stands there now, likewise."""

    @property
    def key(self) -> tuple[str, str]:
        """What names a change among those of two forms: its item and its kind."""
        return self.item, self.kind

    @property
    def list_name(self) -> str:
        """Of a change of an option, the list or the question that the option belongs to."""
        return self.item.partition("/")[0]

    @property
    def code(self) -> str:
        """Of a change of an option, its code; blank for other changes."""
        return self.item.partition("/")[2]
