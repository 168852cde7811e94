"""What the project's other codebooks know: suggestions for a form never seen, never taken without a word.

The same code means different things in different forms. So what a code stands for elsewhere is compared with the texts
of this form, and said when they differ.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from pipeline import codebook as codebooks
from pipeline.codebook import Choice, Codebook, Question
from pipeline.project import Project
from pipeline.spelling import fold

SAME_QUESTION = 0.6
_WORD = re.compile(r"\w+")
# Words that tell no question from another.
_FREQUENT = frozenset(
    ("a", "an", "and", "any", "at", "by", "de", "des", "du", "for", "from", "in", "is", "its", "la", "le", "les", "of",
     "on", "or", "other", "the", "to", "with")
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """The codebooks of other forms, by name."""

    books: tuple[Codebook, ...]

    @cached_property
    def _questions(self) -> dict[str, tuple[str, Question]]:
        found: dict[str, tuple[str, Question]] = {}
        for book in self.books:
            for question in book.questions:
                found.setdefault(question.name, (book.form, question))
        return found

    def question(self, name: str) -> Question | None:
        """The question that has this code elsewhere; in the nearest form that has one."""
        return self._questions[name][1] if name in self._questions else None

    def form_of(self, name: str) -> str:
        """The form that the question of this code stands in."""
        return self._questions[name][0]

    @cached_property
    def lists(self) -> dict[str, tuple[Choice, ...]]:
        """The lists of all forms by name; of the same name, the first."""
        found: dict[str, tuple[Choice, ...]] = {}
        for book in self.books:
            for name, options in book.lists.items():
                found.setdefault(name, options)
        return found

    @cached_property
    def form_of_list(self) -> dict[str, str]:
        """The form that each list stands in."""
        found: dict[str, str] = {}
        for book in self.books:
            for name in book.lists:
                found.setdefault(name, book.form)
        return found

    @cached_property
    def _words(self) -> dict[str, tuple[str, Choice]]:
        found: dict[str, tuple[str, Choice]] = {}
        for name, options in self.lists.items():
            for option in options:
                for text in spellings(option):
                    found.setdefault(text, (name, option))
        return found

    def option(self, text: str, preferred: str = "") -> Choice | None:
        """The option that is written so elsewhere: in the preferred list, else in any."""
        for option in self.lists.get(preferred, ()):
            if fold(text) in spellings(option):
                return option
        found = self._words.get(fold(text))
        return found[1] if found else None


def same_question(name: str, texts: Mapping[str, str], known: Known) -> Question | None:
    """The question of this code elsewhere, if the texts say the same; of a question `…x` those of its item count."""
    like, base = known.question(name), name.removesuffix("x")
    if like is None or is_same(texts.get(name, ""), like.labels.values()):
        return like
    item = known.question(base) if base != name else None
    return like if item and is_same(texts.get(base, ""), item.labels.values()) else None


def load(project: Project, columns: Collection[str]) -> Known:
    """All codebooks of a project, first those that have the most columns of an export."""
    books = [codebooks.load(project, form) for form in project.forms()]
    return Known(tuple(sorted(books, key=lambda book: (-len(set(book.columns) & set(columns)), book.form))))


def spellings(option: Choice) -> frozenset[str]:
    """All that an option is written as, folded; its code is not among them."""
    return frozenset(fold(text) for text in (*option.labels.values(), *option.aliases) if text)


def is_same(text: str, labels: Iterable[str]) -> bool:
    """Whether a question text and one of the labels elsewhere say the same: most of the shorter one's words."""
    return any(similarity(text, label) >= SAME_QUESTION for label in labels)


def similarity(text: str, label: str) -> float:
    """The share of the shorter text's words that stand in the other, from 0 to 1. A long text counts to its colon."""
    both = [_words(text), _words(label)]
    head = _words(re.split(r"[:?]", text, maxsplit=1)[0])
    return max(_share(both[0], both[1]) if len(both[0]) <= 12 else 0.0, _share(head, both[1]))


def _words(text: str) -> frozenset[str]:
    # The last s is cut, so that a plural is the same word.
    words = (word.removesuffix("s") for word in _WORD.findall(fold(text)))
    return frozenset(word for word in words if word not in _FREQUENT and len(word) > 1)


def _share(first: frozenset[str], second: frozenset[str]) -> float:
    shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 0.0
