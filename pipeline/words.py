"""The words of pages: in notebooks/template/words/ a table for each topic, a row a sentence, a column a language.

A sentence has places for what is filled in, `{like_this}`; all languages of a row have the same places. Numbers are
written by `number` and `percent`, so that they look the same wherever they stand.
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ReportError, unknown
from pipeline.project import Project

# A thin blank that does not break, between a number and what it counts.
THIN = "\u202f"
# Where there is no value: not zero, and not forgotten.
NONE = "–"


@dataclass(frozen=True)
class Words:
    """The sentences of one language, by key."""

    language: str
    sentences: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """A sentence with its places filled; an unknown key or a missing value is a ReportError."""
        if key not in self.sentences:
            raise ReportError(f"notebooks/template/words: {unknown('key', key, self.sentences)}")
        filled = {name: number(value) if isinstance(value, int) else value for name, value in values.items()}
        try:
            return self.sentences[key].format_map(filled)
        except KeyError as missing:
            raise ReportError(f"notebooks/template/words, {key!r}: no value for {missing}") from missing

    def count(self, key: str, amount: int, **values: object) -> str:
        """A sentence that counts: `<key>.one` for one, `<key>.other` for any other number, filled as {n}."""
        return self(f"{key}.one" if amount == 1 else f"{key}.other", n=amount, **values)


def load(project: Project, language: str, tables: Sequence[Path] = ()) -> Words:
    """The words of a language, from some tables or by default all of pages.

    A sentence without a translation, or one that stands twice, is a ReportError.
    """
    sentences: dict[str, str] = {}
    for path in tables or project.page_words():
        table, name = project.read_csv(path), project.relative(path)
        if language not in table.columns:
            raise unknown(f"language of {name}", language, set(table.columns) - {"key"})
        for key, sentence in zip(table["key"], table[language], strict=True):
            if not sentence:
                raise ReportError(f"{name}: {key!r} has no words in {language!r}")
            if key in sentences:
                raise ReportError(f"{name}: {key!r} stands there twice, or in another table of words too")
            sentences[key] = sentence
    return Words(language, sentences)


def places(sentence: str) -> set[str]:
    """The places of a sentence that are to be filled."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def number(value: float) -> str:
    """A number as a page shows it: 1,234; digits are Latin in every language."""
    return f"{value:,.0f}"


def percent(share: float | None) -> str:
    """A share in whole percent; never 0 % for something, never 100 % for not all; a dash for no value."""
    if share is None:
        return NONE
    if 0 < share < 0.5:
        return f"<1{THIN}%"
    if 99.5 <= share < 100:
        return f">99{THIN}%"
    # Half of a percent goes up; Python would round it to the even number.
    return f"{math.floor(share + 0.5)}{THIN}%"


def decimal(value: float | None, places_after: int = 1) -> str:
    """A number with decimals; a dash for no value."""
    return NONE if value is None else f"{value:,.{places_after}f}"
