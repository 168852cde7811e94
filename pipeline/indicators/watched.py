"""Facts that remember what a definition asked of them: so the answers that decide are written nowhere twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.indicators.facts import Cells, Facts, Flags

Asked = dict[tuple[str, str], None]
# Arrays of Facts that definitions take as they are, with what they are about.
WHOLE = {"women": "staff", "men": "staff", "mentions": "barriers", "first_barrier": "barriers"}


@dataclass(frozen=True)
class Watched(Facts):
    """Facts that note each field, item, number and question that they are asked for, in order."""

    asked: Asked = field(default_factory=dict)

    def __getattribute__(self, name: str) -> Any:
        """Any part of the facts; the arrays in WHOLE are noted."""
        if name in WHOLE:
            object.__getattribute__(self, "asked")[WHOLE[name], ""] = None
        return object.__getattribute__(self, name)

    def items(self, *names: str) -> Cells:
        """As `Facts.items`, noted."""
        self.asked.update({("item", name): None for name in names})
        return Facts.items(self, *names)

    def number(self, name: str) -> tuple[npt.NDArray[np.int64], Flags]:
        """As `Facts.number`, noted."""
        self.asked["field", name] = None
        return Facts.number(self, name)

    def chosen(self, question: str, rank: int | None = None) -> Flags:
        """As `Facts.chosen`, noted."""
        self.asked["question", question] = None
        return Facts.chosen(self, question, rank)

    def given(self, question: str) -> Flags:
        """As `Facts.given`, noted."""
        self.asked["question", question] = None
        return Facts.given(self, question)


@dataclass(frozen=True)
class _Fields(Mapping[str, Cells]):
    """The fields of facts, each noted when it is looked at."""

    known: Mapping[str, Cells]
    asked: Asked

    def __getitem__(self, name: str) -> Cells:
        found = self.known[name]
        self.asked["field", name] = None
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


def watched(facts: Facts) -> Watched:
    """The same facts, watched."""
    asked: Asked = {}
    parts = {part.name: getattr(facts, part.name) for part in fields(Facts)}
    return Watched(**{**parts, "fields": _Fields(facts.fields, asked)}, asked=asked)
