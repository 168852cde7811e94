"""What stood in the contact columns of a round's exports, and where else in the project it can be read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from pipeline import codebook
from pipeline.project import Project

SHORTEST = 5


def contacts(project: Project, round_name: str) -> set[str]:
    """The cells of the personal columns, but for words too short to belong to a person."""
    personal = set(codebook.load(project, project.round(round_name).form).personal_columns)
    found: set[str] = set()
    for path in project.exports(round_name):
        cells = pd.read_csv(path, dtype=str, keep_default_na=False)
        for name in personal & set(cells.columns):
            found |= set(cells[name])
    return {cell for cell in found if len(cell) >= SHORTEST}


def told_in(project: Project, round_name: str) -> dict[str, str]:
    """The files beyond the raw exports in which a contact stands, with the first that does."""
    known = re.compile("|".join(map(re.escape, sorted(contacts(project, round_name)))).encode())
    found = {}
    for path in _files(project):
        if hit := next((match for content in _contents(path) if (match := known.search(content))), None):
            found[project.relative(path)] = hit[0].decode()
    return found


def _files(project: Project) -> Iterator[Path]:
    for path in sorted(project.root.rglob("*")):
        place = path.relative_to(project.root).parts
        # Raw exports hold contacts, and DVC's cache a copy of them and of all that is looked at here.
        if path.is_file() and place[:2] != ("data", "raw") and place[0] not in (".dvc", ".git"):
            yield path


def _contents(path: Path) -> Iterator[bytes]:
    """The bytes of a file, unpacked where they are packed."""
    content = path.read_bytes()
    if path.suffix == ".parquet":
        yield pd.read_parquet(io.BytesIO(content)).to_csv().encode()
    elif zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    else:
        yield content
