"""Registering a round: its entry in data/registry.yml, its exports under DVC, the facilities it should cover."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

from pipeline import baseline as baselines
from pipeline import codebook, export, places, revisits, run
from pipeline.errors import RegistryError, UsageError
from pipeline.match import decided
from pipeline.project import Project
from pipeline.registry import Registry

NO_EARLIER: dict[str, Any] = {"previous": None}
NO_REMARKS = "# What directorates say to the numbers of this round; the README says how a remark is written.\n{}\n"
LISTED = ("facilities", "answers", "staff")
NO_DECISIONS = "# Decisions about the findings of this round; the README says how one is written.\n[]\n"


def add(
    project: Project,
    name: str,
    form: str,
    exports: Sequence[Path],
    window: tuple[str, str],
    report_date: str,
    previous: str | None = None,
) -> None:
    """Registers a round and tracks its exports; nothing is changed unless each export can be read.

    With `previous` it follows that round: its baseline is that one's list. Without, its baseline is empty, unless the
    file is there already.
    """
    if name in project.registry.rounds:
        raise UsageError(f"round {name!r} is registered already; a new delivery of it goes into {project.raw(name)}")
    names = [path.name for path in exports]
    if len(set(names)) < len(names):
        raise UsageError(f"two exports have the same file name ({', '.join(sorted(names))}): rename one")
    codebook.load(project, form)
    for path in exports:
        export.read(path.name, path.read_bytes())
    entry = {
        "form": form,
        "source": "export",
        "window": [Quoted(day) for day in window],
        "report_date": Quoted(report_date),
    }
    registry = registered(project.read_text(project.registry_file()), name, entry, previous)
    listed = of_round(project, previous) if previous else None
    with project.replacing_folder(project.raw(name)) as draft:
        for path in exports:
            shutil.copyfile(path, draft / path.name)
    if not project.decisions(name).exists():
        project.write_text(project.decisions(name), NO_DECISIONS)
    if not project.remarks(name).exists():
        project.write_text(project.remarks(name), NO_REMARKS)
    if previous is None:
        project.write_json(project.since_last(name) / "since.json", NO_EARLIER)
    if not project.links(name).exists():
        project.write_text(project.links(name), decided.NOTHING)
    if not project.revisits(name).exists():
        project.write_text(project.revisits(name), revisits.EMPTY)
    if listed is not None or not project.baseline(name).exists():
        project.write_text(project.baseline(name), baselines.text(baselines.empty() if listed is None else listed))
    run.track(project, project.raw(name))
    project.write_text(project.registry_file(), registry)


def baseline(project: Project, name: str, previous: str | None, file: Path | None) -> str:
    """Writes the list of facilities that a round should cover, of an earlier round or of a file; a line about it.

    With neither the list is empty, and the round is held against nothing. Nothing is written unless the list is sound.
    """
    project.round(name)
    if previous == name:
        raise UsageError(f"round {name!r} cannot be held against itself: name the round before it")
    if file:
        listed = baselines.parse(_text(file), file.name, places.load(project))
    else:
        listed = of_round(project, previous) if previous else baselines.empty()
    path = project.baseline(name)
    project.write_text(path, baselines.text(listed))
    closed = int((listed["status"] == baselines.NOT_EXPECTED).sum())
    return f"{project.relative(path)}: {len(listed)} facilities, {closed} of them closed and not expected"


def of_round(project: Project, previous: str) -> pd.DataFrame:
    """The list in the tables of an earlier round, which must be on the disk."""
    project.round(previous)
    missing = [name for name in LISTED if not project.table(previous, name).is_file()]
    if missing:
        raise UsageError(
            f"round {previous!r} has no tables {', '.join(missing)} on this disk: bring it up to date first "
            f"(`herams run --round {previous}`), or give its list with `herams round baseline ROUND --file LIST.csv`"
        )
    listed = baselines.of_tables(**{name: project.read_table(previous, name) for name in LISTED})
    strange = baselines.faults(listed.astype(object).where(listed.notna(), "").astype(str), places.load(project))
    if strange:
        raise UsageError("\n".join([f"round {previous!r} makes no list:", *(f"- {told}" for told in strange)]))
    return listed


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UsageError(f"{path.name} is not UTF-8 (byte {problem.start}): save it as CSV in UTF-8") from problem


def registered(registry: str, name: str, entry: dict[str, Any], previous: str | None = None) -> str:
    """The text of the registry with one more round, open, that follows `previous`; comments and order stay."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(registry)
    document["rounds"][name] = entry
    document["open"].append(name)
    if previous:
        document["follows"][name] = previous
        document["follows"].fa.set_block_style()
    text = io.StringIO()
    yaml.dump(document, text)
    try:
        Registry.model_validate(YAML(typ="safe").load(text.getvalue()))
    except ValidationError as problem:
        raise RegistryError(f"round {name!r} cannot be registered: {problem}") from problem
    return text.getvalue()
