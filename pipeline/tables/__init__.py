"""The tables behind a report, to be downloaded beside its page: one spreadsheet, and the same tables as CSV.

A sheet for each slice of the brief. Heads are the names of our columns, the same in every language; what a code stands
for is in columns beside it in English, Arabic and Sorani, and the first sheet says in all three what the file is, what
a row of each sheet is, and what the columns hold. So one file serves all readers, and a program reads it too.

In the CSV a text that a spreadsheet would run begins with an apostrophe; the files begin with a byte order mark,
without which a spreadsheet does not read Arabic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import words
from pipeline.archive import zipped
from pipeline.project import Project
from pipeline.tables.csv import csv
from pipeline.tables.labels import NAMES, labelled
from pipeline.tables.xlsx import workbook
from pipeline.words import Words

SUFFIXES = ("xlsx", "csv.zip")
# The tables of words that these tables need: their own, and those of definitions.
TOPICS = ("tables", "definitions", "sources", "lists")
# The numbers first, then what explains them.
# What maps are drawn from: outlines, and shares that stand in `measures` too.
DRAWN = {"map", "map_names", "map_values", "tiles"}
ORDER = (
    "measures",
    "areas",
    "sectors",
    "comparison",
    "facilities",
    "declared",
    "findings",
    "items",
    "labels",
    "methods",
)


def beside(project: Project, round_name: str, scope: str, report: str, receipt_id: str) -> dict[Path, bytes]:
    """The files of a report's tables by where they belong, from its brief as it lies there."""
    folder = project.brief(round_name, scope, report)
    told = project.read_json(folder / "brief.json")
    slices = {name: project.read_csv(folder / f"{name}.csv") for name in told["slices"]}
    topics = [project.look("words") / f"{topic}.csv" for topic in TOPICS]
    say = dict(zip(NAMES, words.load_all(project, [*NAMES], topics), strict=True))
    files = tables(told, slices, say, receipt_id)
    page = project.page(round_name, scope, report)
    return {page.with_name(f"{report}.{suffix}"): content for suffix, content in files.items()}


def tables(
    told: Mapping[str, Any], slices: Mapping[str, pd.DataFrame], say: Mapping[str, Words], receipt_id: str
) -> dict[str, bytes]:
    """The files of a report's tables, by how their names end.

    `told` is the content of brief.json, `slices` its tables as texts, `say` the words of each of the three languages.
    """
    order = sorted(set(slices) - DRAWN, key=lambda name: (ORDER.index(name) if name in ORDER else -1, name))
    sheets = labelled({name: slices[name] for name in order}, say)
    sheets = {"about": about(told, sheets, say, receipt_id), **sheets}
    files = {f"{name}.csv": csv(frame) for name, frame in sheets.items()}
    return {"xlsx": workbook(sheets), "csv.zip": zipped(files)}


def about(
    told: Mapping[str, Any], sheets: Mapping[str, pd.DataFrame], say: Mapping[str, Words], receipt_id: str
) -> pd.DataFrame:
    """What the file is, what a row of each sheet is, what the columns hold: a row for each, a column a language."""
    rows = [*_whole(told, say, receipt_id), *_sheets(sheets, say)]
    return pd.DataFrame(rows, columns=["what", *NAMES])


def _whole(told: Mapping[str, Any], say: Mapping[str, Words], receipt_id: str) -> Iterator[tuple[str, ...]]:
    first, last = told["window"]
    yield _in_all("scope", say, "tables.scope", name={code: told["names"][code] for code in NAMES})
    yield _in_all("round", say, "tables.round", round=told["round"], first=first, last=last, day=told["report_date"])
    yield _in_all("state", say, f"tables.state.{told['state']}")
    yield _in_all("edition", say, f"tables.edition.{told.get('edition', 'internal')}")
    if told["source"] == "simulated":
        yield _in_all("source", say, "tables.simulated")
    yield _in_all("receipt", say, "tables.receipt", id=receipt_id)


def _sheets(sheets: Mapping[str, pd.DataFrame], say: Mapping[str, Words]) -> Iterator[tuple[str, ...]]:
    known = say[NAMES[0]].sentences
    for name in sheets:
        if f"tables.sheet.{name}" in known:
            yield _in_all(f"sheet {name}", say, f"tables.sheet.{name}")
    for column in dict.fromkeys(column for frame in sheets.values() for column in frame.columns):
        if f"tables.column.{column}" in known:
            yield _in_all(f"column {column}", say, f"tables.column.{column}")


def _in_all(what: str, say: Mapping[str, Words], key: str, **values: Any) -> tuple[str, ...]:
    """A row: one sentence in all languages; a value may be another in each."""
    return (
        what,
        *(
            say[code](key, **{name: one[code] if isinstance(one, dict) else one for name, one in values.items()})
            for code in NAMES
        ),
    )
