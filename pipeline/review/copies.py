"""What a report said when somebody reviewed it, kept small, and what has changed since: numbers first, then text.

The copy holds the counts of the report's brief by what they are about (for each slice the names of its numbers once,
then its rows), and the text of its page in one language.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pandas as pd

from pipeline.ledger import Which, canonical
from pipeline.project import Project

# Slices of a brief that count nothing of their own: words, the gates' own tables, maps, and what lists facilities.
WORDS = ("labels", "items", "methods", "gates", "expectations", "map", "map_names", "map_values", "tiles")
LISTING = "facility_id"
# The columns that say what a row is about, and those that say nothing about its numbers; all others are numbers.
ABOUT = (
    "indicator", "scope", "dimension", "group", "directorate", "sector", "module", "part", "question", "day",
    "severity", "decision", "type", "status", "event", "what", "item", "sign", "issue", "year",
)  # fmt: skip
BESIDE = ("unit", "reason")
SEPARATOR = "|"
UNSEEN = {"style", "script", "title", "desc"}


class _Text(HTMLParser):
    """Collects the texts that a reader sees, in their order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Goes into what nobody sees."""
        self._hidden += tag in UNSEEN

    def handle_endtag(self, tag: str) -> None:
        """Comes out of it."""
        self._hidden -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        """Keeps a text."""
        if not self._hidden and data.strip():
            self.texts.append(" ".join(data.split()))


def copy(project: Project, which: Which) -> dict[str, Any]:
    """The numbers and the text of a report as it lies there now."""
    return {"numbers": _numbers(project, which), "text": _text(project, which)}


def written(told: Mapping[str, Any]) -> bytes:
    """A copy as it is kept."""
    return canonical(told) + b"\n"


def _numbers(project: Project, which: Which) -> dict[str, Any]:
    folder = project.brief(*which)
    paths = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    tables = {path.stem: project.read_csv(path) for path in paths if path.stem not in WORDS}
    return {name: _slice(table) for name, table in tables.items() if LISTING not in table}


def _slice(table: pd.DataFrame) -> dict[str, Any]:
    names = [name for name in table if name not in (*ABOUT, *BESIDE)]
    about = [name for name in ABOUT if name in table]
    keys = _keys(" ".join(filter(None, row)) for row in table[about].itertuples(index=False, name=None))
    rows = (SEPARATOR.join(map(_cell, row)) for row in table[names].itertuples(index=False, name=None))
    return {"columns": names, "rows": dict(zip(keys, rows, strict=True))}


def _keys(abouts: Iterable[str]) -> Iterator[str]:
    """What each row is about, with its place among those about the same: none may take the place of another."""
    seen: Counter[str] = Counter()
    for about in abouts:
        seen[about] += 1
        yield f"{about} #{seen[about]}".lstrip() if seen[about] > 1 else about


def _cell(text: str) -> str:
    return text.replace(SEPARATOR, "/") or "-"


def _text(project: Project, which: Which) -> list[str]:
    path = project.page(*which)
    return texts(project.read_text(path)) if path.is_file() else []


def texts(html: str) -> list[str]:
    """The texts of a page that a reader sees, in their order."""
    reader = _Text()
    reader.feed(html)
    return reader.texts


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What changed between two copies: a line for each number, then the lines of text that are gone or new."""
    old, new = _told(before), _told(now)
    numbers = [
        f"{name}: {_difference(old.get(name, {}), new.get(name, {}))}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    compared = difflib.unified_diff(before["text"], now["text"], n=0, lineterm="")
    text = [line for line in compared if not line.startswith(("---", "+++", "@@"))]
    return numbers, text


def _difference(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """The numbers of a row that differ; one that is only on one side came, or is gone."""
    return ", ".join(
        f"{name} {old.get(name, 'nothing')} → {new.get(name, 'nothing')}"
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    )


def _told(copied: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The numbers of each row of a copy by their names, by what the row is about."""
    return {
        f"{name} {about}".rstrip(): dict(zip(part["columns"], numbers.split(SEPARATOR), strict=True))
        for name, part in copied["numbers"].items()
        for about, numbers in part["rows"].items()
    }
