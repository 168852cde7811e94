"""The words of pages: in notebooks/template/words/ a table for each topic, a row a sentence, a column a language.

A sentence has places for what is filled in, `{like_this}`; all languages of a row have the same places. A sentence
that counts stands there once for each category of the plural (`more.one`, `more.few`, …): which of them a language has,
Babel knows; the others are blank in its column.

What is written in English elsewhere (why a rule matters, what a gate expects, the docstring of an indicator, the source
of a figure) has its translation here under a key `said.…`: it is known by its English, places and all. So nobody writes
a key beside it; an English sentence that is changed stands untranslated until its row is changed too: a test finds it.

Numbers look the same in every language, as a reader in Iraq writes them: Latin digits, `1,234.5`, `46%`. After Arabic
letters a number is an Arabic one to the rules of Unicode, and its sign would go to the other side; so a share within a
sentence from right to left has an invisible mark before it. A command or a path has a direction of its own there.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Date  # noqa: N812 - `date` is what a page calls it
from functools import cache, cached_property, lru_cache, reduce
from pathlib import Path

import pandas as pd
from babel import Locale
from babel.dates import format_date

from pipeline.disk import csv_of
from pipeline.errors import ReportError, unknown
from pipeline.project import Project

# Where there is no value: not zero, and not forgotten.
NONE = "–"
# Where the public edition suppresses a figure: not zero, and not unknown; the head of the page explains it.
WITHHELD = "×"
DIRECTIONS = {"en": "ltr", "ar": "rtl", "ckb": "rtl"}
# Keeps a sign before its number in text from right to left; nobody sees it.
LEFT_TO_RIGHT = "\u200e"
SHARE = re.compile(r"(?<![\u200e<>\d.,])[<>]?\d[\d.,]*%")
# What stands between them has a direction of its own.
LATIN = re.compile("[A-Za-z]")
ISOLATE, END = "\u2068", "\u2069"
COMMAND = re.compile(r"(?<!\u2068)(?:`[^`]+`|\bdata/[\w./]+)")
# Iraq's Arabic has month names of its own (تشرين الثاني).
LOCALES = {"en": "en", "ar": "ar_IQ", "ckb": "ckb_IQ"}
DAYS = {"en": "d MMMM y", "ar": "d MMMM y", "ckb": "d'ی' MMMM y"}
# How the keys begin of what is written in English elsewhere.
SAID = "said."
# The places of such sentences that hold days, and those that hold codes with the lists that these are of.
DAY, WINDOW = re.compile(r"\d{4}-\d{2}-\d{2}"), ("first", "last")
LISTS = {
    "directorate": ("scope",), "directorates": ("scope",), "governorates": ("governorate",), "types": ("type",),
    "was": ("type", "status", "building_condition", "functionality"),
}  # fmt: skip
# The language that stages, suites and docstrings write.
ENGLISH = "en"
CATEGORIES = frozenset(("zero", "one", "two", "few", "many", "other"))


@dataclass(frozen=True)
class Words:
    """The sentences of one language, by key."""

    language: str
    sentences: Mapping[str, str]
    written: Mapping[str, str] = field(default_factory=dict)
    """The English of what is written elsewhere, by key; empty where that is the language of the page."""
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What codes stand for, by list and code, as far as the page knows them."""

    def knowing(self, names: Mapping[tuple[str, str], str]) -> Words:
        """The same words, and what codes stand for."""
        return replace(self, names=names)

    def __call__(self, key: str, **values: object) -> str:
        """A sentence with its places filled; an unknown key or a missing value is a ReportError."""
        if key not in self.sentences:
            raise ReportError(f"notebooks/template/words: {unknown('key', key, self.sentences)}")
        filled = {name: self._filled(value) for name, value in values.items()}
        try:
            return self._fit(self.sentences[key].format_map(filled))
        except KeyError as missing:
            raise ReportError(f"notebooks/template/words, {key!r}: no value for {missing}") from missing

    def count(self, key: str, amount: int, **values: object) -> str:
        """A sentence that counts, `<key>.<category of the plural>`, filled as {n}."""
        return self(f"{key}.{locale(self.language).plural_form(amount)}", n=amount, **values)

    def translated(self, text: str, among: str = SAID) -> str:
        """What was written in English elsewhere, in this language; as it is where no table knows it.

        It may be several sentences with semicolons between them, if all are known. `among` is how their keys begin.
        """
        parts = [self._known(part, among) for part in text.split("; ")]
        told = self.joined(parts, "semicolon") if len(parts) > 1 and all(parts) else self._known(text, among)
        return told or text

    def _known(self, text: str, among: str) -> str:
        """A sentence of such a key in this language; blank where no table knows it."""
        if self._whole.get(text, "").startswith(among):
            return self._fit(self.sentences[self._whole[text]])
        for pattern, key in self._patterns:
            if key.startswith(among) and (found := pattern.fullmatch(text)):
                held = {name: self._held(name, value) for name, value in found.groupdict().items()}
                return self._fit(self.sentences[key].format_map(held))
        return ""

    def _filled(self, value: object) -> object:
        """What fills a place: numbers as text, and Latin names with a direction of their own from right to left."""
        if isinstance(value, int):
            return number(value)
        is_rtl = DIRECTIONS[self.language] == "rtl"
        is_foreign = is_rtl and isinstance(value, str) and LATIN.search(value) and ISOLATE not in value
        return f"{ISOLATE}{value}{END}" if is_foreign else value

    def _held(self, name: str, value: str) -> str:
        """What such a sentence names, with its own direction: days, modules and codes of lists by their names."""
        if name in WINDOW and DAY.fullmatch(value):
            return self.date(value)
        if name in LISTS:
            return self.joined(self._named(LISTS[name], code) for code in value.split(", "))
        kinds = ("module", "domain.short") if name == "module" else ()
        known = (self.sentences.get(f"{kind}.{value}") for kind in kinds)
        return str(next(filter(None, known), self._filled(value)))

    def _named(self, lists: Iterable[str], code: str) -> str:
        """What a code of one of these lists stands for; the code where the page does not know it."""
        known = (self.names.get((name, code)) for name in lists)
        return str(self._filled(next(filter(None, known), code)))

    def _fit(self, sentence: str) -> str:
        """The sentence with its shares and commands kept together where it is read from right to left."""
        if DIRECTIONS[self.language] == "ltr":
            return sentence
        return COMMAND.sub(rf"{ISOLATE}\g<0>{END}", SHARE.sub(rf"{LEFT_TO_RIGHT}\g<0>", sentence))

    @cached_property
    def _whole(self) -> dict[str, str]:
        return {english: key for key, english in self.written.items() if not places(english)}

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """The sentences with places; those that say most themselves come first."""
        rows = [(english, key) for key, english in self.written.items() if places(english)]
        return [(_pattern(english), key) for english, key in sorted(rows, key=lambda row: (-len(row[0]), row[1]))]

    def date(self, day: Date | str) -> str:
        """A day with Iraq's name of its month: 30 November 2023; blank for a blank."""
        return format_date(_day(day), DAYS[self.language], locale(self.language)) if day else ""

    def month(self, day: Date | str) -> str:
        """The month of a day, or of a month's own text (`2023-11`), with its year."""
        first = _day(f"{day}-01" if len(str(day)) == len("2023-11") else day)
        return format_date(first, "LLLL y", locale(self.language))

    def listed(self, names: Iterable[str]) -> str:
        """Names one after the other, the last one joined by *and*; blank for none."""
        *others, last = [*names] or [""]
        return self("list.and", first=self.joined(others), second=last) if others else last

    def joined(self, parts: Iterable[str], by: str = "comma") -> str:
        """Parts one after the other, between them the language's comma or semicolon; blank for none."""
        texts = [*parts]
        return reduce(lambda first, second: self(f"list.{by}", first=first, second=second), texts) if texts else ""


@cache
def locale(language: str) -> Locale:
    """What Babel knows of a language as it is spoken in Iraq: its plural, its months."""
    return Locale.parse(LOCALES[language])


def categories(language: str) -> frozenset[str]:
    """The categories of a language's plural: Arabic has six of them, English and Sorani two."""
    return locale(language).plural_form.tags | {"other"}


def load(project: Project, language: str, tables: Sequence[Path] = ()) -> Words:
    """The words of a language, from some tables or by default all of pages.

    A sentence without a translation, or one that stands twice, is a ReportError.
    """
    return load_all(project, [language], tables)[0]


def load_all(project: Project, languages: Sequence[str], tables: Sequence[Path] = ()) -> tuple[Words, ...]:
    """The words of several languages; each table is read once for all of them."""
    texts = tuple((project.relative(path), project.read_text(path)) for path in tables or project.page_words())
    return tuple(_words_of(language, texts) for language in languages)


# The same texts give the same words: a forked process has those of the process that it was forked from.
@lru_cache(maxsize=32)
def _words_of(language: str, texts: tuple[tuple[str, str], ...]) -> Words:
    sentences: dict[str, str] = {}
    written: dict[str, str] = {}
    for name, text in texts:
        table = _table(text)
        if language not in table.columns:
            raise unknown(f"language of {name}", language, set(table.columns) - {"key", "review"})
        for key, sentence in zip(table["key"], table[language], strict=True):
            if not sentence and _has_no(language, key):
                continue
            if not sentence:
                raise ReportError(f"{name}: {key!r} has no words in {language!r}")
            if key in sentences:
                raise ReportError(f"{name}: {key!r} stands there twice, or in another table of words too")
            sentences[key] = sentence
        if language != ENGLISH:
            written |= {key: text for key, text in zip(table["key"], table[ENGLISH], strict=True) if _is_written(key)}
    return Words(language, sentences, written)


@lru_cache(maxsize=128)
def _table(text: str) -> pd.DataFrame:
    """A table of words, to be read only."""
    return csv_of(text)


def _is_written(key: str) -> bool:
    return key.startswith(SAID)


def _pattern(english: str) -> re.Pattern[str]:
    """What a sentence looks like once its places are filled; a place of one letter, `{n}`, holds a number."""
    parts = []
    for literal, name, _, _ in string.Formatter().parse(english):
        held = r"[\d.,]+" if name and len(name) == 1 else ".+?"
        parts.append(re.escape(literal) + (f"(?P<{name}>{held})" if name else ""))
    return re.compile("".join(parts), re.DOTALL)


def _has_no(language: str, key: str) -> bool:
    """Whether a key ends with a category of the plural that the language does not have."""
    return key.rpartition(".")[2] in CATEGORIES - categories(language)


def places(sentence: str) -> set[str]:
    """The places of a sentence that are to be filled."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


class Withheld(int):
    """A number that is not to be shown: it adds nothing to a sum, and no sentence takes it for zero."""


def number(value: float) -> str:
    """A number as a page shows it: 1,234; digits are Latin in every language."""
    if isinstance(value, Withheld):
        return WITHHELD
    return f"{value:,.0f}"


def signed(value: int) -> str:
    """A difference with its sign, which stays before it in every language; 0 for none."""
    return f"{LEFT_TO_RIGHT}{value:+,d}" if value else "0"


def percent(share: float | None) -> str:
    """A share in whole percent; never 0% for something, never 100% for not all; a dash for no value."""
    if share is None:
        return NONE
    if 0 < share < 0.5:
        return f"{LEFT_TO_RIGHT}<1%"
    if 99.5 <= share < 100:
        return f"{LEFT_TO_RIGHT}>99%"
    # Half of a percent goes up; Python would round it to the even number.
    return f"{math.floor(share + 0.5)}%"


def decimal(value: float | None, places_after: int = 1) -> str:
    """A number with decimals; a dash for no value."""
    return NONE if value is None else f"{value:,.{places_after}f}"


def _day(day: Date | str) -> Date:
    return day if isinstance(day, Date) else Date.fromisoformat(day)
