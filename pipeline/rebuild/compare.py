"""What was made again beside what was published: each file by its bytes, and each difference classed by its numbers.

identical   the same bytes
look only   other bytes, and every number of tables, briefs and pages is the same
rounding    numbers differ by less than one part in a thousand million
substance   another number, another row, another word in a table or a brief; or nothing to compare with
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.project import Project
from pipeline.review.copies import texts
from pipeline.verify.moved import KEYS, NUMBERS, moved

KINDS = ("identical", "look only", "rounding", "substance")
CLOSE = 1e-9
SHOWN = 3
IN_XML = re.compile(r">([^<]+)<")
DIGEST = re.compile(r"[0-9a-f]{64}")
# A number of a page; not one in a word of letters and digits, as the id of a receipt is.
NUMBER = re.compile(r"(?<![\w.-])[-−]?\d[\d,.]*%?(?![\w-])")


@dataclass(frozen=True)
class Difference:
    """A file that was not made again to the byte, how much that matters, and what about it."""

    path: str
    kind: str
    why: str


@dataclass(frozen=True)
class Moved:
    """A measure with the number that was published and the one that was made again."""

    indicator: str
    scope: str
    group: str
    numbers: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Compared:
    """How many files were compared, which differ, and the measures that do."""

    files: int
    reports: int
    same_reports: int
    differences: tuple[Difference, ...]
    moved: tuple[Moved, ...]

    @property
    def kind(self) -> str:
        """The worst of all."""
        return max((one.kind for one in self.differences), key=KINDS.index, default=KINDS[0])


def compare(project: Project, again: Project, files: Mapping[str, str], round_name: str) -> Compared:
    """The files of a round as they were published, by their hashes, beside those that were made again."""
    asked = {path: digest for path, digest in files.items() if not path.startswith("data/raw/")}
    found = [one for path, digest in asked.items() if (one := _difference(project, again, path, digest))]
    others = sorted(set(_made(again, round_name, asked)) - set(asked))
    found += [Difference(path, "substance", "made again, and not published") for path in others]
    reports = {path.removesuffix(".receipt.json") for path in asked if path.endswith(".receipt.json")}
    other = {_report(one.path) for one in found}
    measures = again.relative(again.table(round_name, "measures"))
    rows = _moved(project, again, measures) if any(one.path == measures for one in found) else []
    return Compared(len(asked), len(reports), len(reports - other), tuple(found), tuple(rows))


def _made(again: Project, round_name: str, asked: Iterable[str]) -> Iterator[str]:
    """What was made in those folders of the round of which anything was published."""
    made = (again.tables, again.briefs, again.since_last)
    for folder in (*(of(round_name) for of in made), again.outputs() / round_name):
        if any(path.startswith(f"{again.relative(folder)}/") for path in asked):
            yield from (again.relative(path) for path in folder.rglob("*") if _is_made(path))


def _is_made(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def _report(path: str) -> str:
    """The folder and the report of a page, a table beside it or a receipt."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name.split('.')[0]}"


def _difference(project: Project, again: Project, path: str, digest: str) -> Difference | None:
    new, old = again.root / path, project.root / path
    if not new.is_file():
        return Difference(path, "substance", "it was not made again")
    if again.sha256(new) == digest:
        return None
    if not old.is_file() or project.sha256(old) != digest:
        return Difference(path, "substance", "other bytes; what was published does not lie here to be compared")
    kind, why = _classed(path, old.read_bytes(), new.read_bytes())
    return Difference(path, kind, why)


def _classed(path: str, old: bytes, new: bytes) -> tuple[str, str]:
    """How much a difference matters, by the kind of file."""
    suffix = Path(path).suffix
    if suffix == ".parquet":
        return _of_tables(*(pd.read_parquet(io.BytesIO(one), engine="pyarrow") for one in (old, new)))
    if suffix == ".csv":
        return _of_tables(*(pd.read_csv(io.BytesIO(one), dtype=str, keep_default_na=False) for one in (old, new)))
    if suffix == ".json":
        return _worst(_of_values("", json.loads(old), json.loads(new)))
    before, after = (Counter(NUMBER.findall(" ".join(_texts(suffix, one)))) for one in (old, new))
    gone, come = (sorted(one.elements()) for one in (before - after, after - before))
    return ("substance", f"it told {gone[:SHOWN]}, and tells {come[:SHOWN]}") if gone or come else _look()


def _look() -> tuple[str, str]:
    return "look only", "other bytes, the same numbers"


def _texts(suffix: str, content: bytes) -> Iterator[str]:
    """The texts that a reader sees, of a page or of the tables beside it."""
    if suffix == ".html":
        yield from texts(content.decode("utf-8"))
    elif zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                text = packed.read(name).decode("utf-8", "replace")
                yield from IN_XML.findall(text) if name.endswith(".xml") else [text]
    else:
        yield content.decode("utf-8", "replace")


def _of_tables(old: pd.DataFrame, new: pd.DataFrame) -> tuple[str, str]:
    if list(old.columns) != list(new.columns) or len(old) != len(new):
        return (
            "substance",
            f"{len(old)} rows and {len(old.columns)} columns were, {len(new)} and {len(new.columns)} are",
        )
    return _worst([one for name in old.columns for one in _of_columns(name, old[name], new[name])])


def _of_columns(name: str, old: pd.Series[Any], new: pd.Series[Any]) -> list[tuple[str, str]]:
    before, after = (column.astype(object).where(column.notna(), None) for column in (old, new))
    pairs = [(one, two) for one, two in zip(before, after, strict=True) if one != two]
    return [(_of_cells(one, two), f"{name}: {one} → {two}") for one, two in pairs]


def _of_values(place: str, old: Any, new: Any) -> list[tuple[str, str]]:
    """The differences of two documents, place by place; hashes of files are told by those files."""
    if isinstance(old, dict) and isinstance(new, dict):
        both = sorted(old.keys() | new.keys())
        return [one for key in both for one in _of_values(f"{place}.{key}", old.get(key), new.get(key))]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [one for before, after in zip(old, new, strict=True) for one in _of_values(place, before, after)]
    return [] if old == new else [(_of_cells(old, new), f"{place.strip('.')}: {old} → {new}")]


def _of_cells(old: Any, new: Any) -> str:
    if all(isinstance(one, str) and DIGEST.fullmatch(one) for one in (old, new)):
        return "look only"
    try:
        before, after = float(str(old)), float(str(new))
    except ValueError:
        return "substance"
    return "rounding" if abs(before - after) <= CLOSE * max(abs(before), abs(after)) else "substance"


def _worst(found: Sequence[tuple[str, str]]) -> tuple[str, str]:
    return max(found, key=lambda one: KINDS.index(one[0]), default=_look())


def _moved(project: Project, again: Project, path: str) -> list[Moved]:
    if not (project.root / path).is_file() or not (again.root / path).is_file():
        return []
    old, new = (pd.read_parquet(one.root / path, engine="pyarrow") for one in (project, again))
    return [_row(row) for row in moved(old, new).astype(object).to_dict("records")]


def _row(row: Mapping[Hashable, Any]) -> Moved:
    numbers = {name: (str(row[f"{name}_before"]), str(row[f"{name}_after"])) for name in NUMBERS}
    indicator, scope, dimension, group = (str(row[name]) for name in KEYS)
    differing = {name: pair for name, pair in numbers.items() if pair[0] != pair[1]}
    return Moved(indicator, scope, f"{dimension}={group}" if group else dimension, differing)
