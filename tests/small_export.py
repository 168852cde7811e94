"""Small exports of an invented form, written by hand for tests: columns with their texts and cells."""

from __future__ import annotations

import csv
from pathlib import Path

PLATFORM = ("external_id", "last_synced", "workspace_id", "subject_id", "date")
Columns = dict[str, tuple[str, list[str]]]


def write(path: Path, columns: Columns, headers: str = "texts, codes", order: list[int] | None = None) -> Path:
    """Writes an export: `columns` gives for each code its question text and its cells, one for each response."""
    count = len(next(iter(columns.values()))[1])
    whole = _platform(count) | columns
    texts, codes = [text for text, _ in whole.values()], list(whole)
    heads = {"texts, codes": [texts, codes], "codes, texts": [codes, texts], "codes": [codes]}[headers]
    rows = [[cells[row] for _, cells in whole.values()] for row in order or range(count)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([*heads, *rows])
    return path


def as_words(columns: Columns, words: dict[str, dict[str, str]]) -> Columns:
    """The same export as its text twin has it; columns without words stay as they are."""
    return {
        name: (text, [words.get(name, {}).get(cell, cell) for cell in cells]) for name, (text, cells) in columns.items()
    }


def _platform(count: int) -> Columns:
    numbers = [str(number) for number in range(1, count + 1)]
    cells = {
        "external_id": numbers, "last_synced": ["2030-01-09"] * count, "workspace_id": ["Northland"] * count,
        "subject_id": [f"F{number}" for number in numbers], "date": ["2030-01-05 08:00:00"] * count,
    }  # fmt: skip
    return {name: (name.replace("_", " ").capitalize(), cells[name]) for name in PLATFORM}
