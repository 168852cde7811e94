"""What exports, gates and definitions have written, as a page tells it: in the reader's language as far as it is known.

What is known in English only stands as it is, with its own direction (<bdi>), in a page from right to left.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from pipeline.figures.brief import Brief
from pipeline.figures.html import named
from pipeline.plain import plain
from pipeline.words import SAID


def facility(brief: Brief, row: Mapping[str, str]) -> Markup:
    """A facility by the name that the reader knows: in English, or as it is written on its door."""
    names = (row["name_en"], row["name_local"])
    first, second = names if brief.language == "en" else reversed(names)
    return named(first or second)


def sentence(brief: Brief, text: str, among: str = SAID) -> Markup:
    """A sentence of a suite, a finding, a definition or a source, translated where the words of pages know it."""
    told = brief.say.translated(text, among)
    return named(text) if told == text else Markup("{}").format(plain(told))


def value(brief: Brief, finding: Mapping[str, str]) -> Markup:
    """What stands in a cell, which nobody translates, or what a rule has counted, in the reader's language."""
    return sentence(brief, finding["value"], f"{SAID}finding.{'told' if finding['facility_id'] else 'value'}.")


def table_name(brief: Brief, table: str) -> str:
    """One of the six tables by its name on a page; the table's own name where it has none."""
    key = f"table.{table}"
    return brief.say(key) if key in brief.say.sentences else plain(table)
