"""Registering a round: its entry in data/registry.yml, and its exports under DVC."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

from pipeline import codebook, export, revisits, run
from pipeline.errors import RegistryError, UsageError
from pipeline.project import Project
from pipeline.registry import Registry

NO_DECISIONS = "# Decisions about the findings of this round; the README says how one is written.\n[]\n"


def add(
    project: Project, name: str, form: str, exports: Sequence[Path], window: tuple[str, str], report_date: str
) -> None:
    """Registers a round and tracks its exports; nothing is changed unless each export can be read."""
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
    registry = registered(project.read_text(project.registry_file()), name, entry)
    with project.replacing_folder(project.raw(name)) as draft:
        for path in exports:
            shutil.copyfile(path, draft / path.name)
    if not project.decisions(name).exists():
        project.write_text(project.decisions(name), NO_DECISIONS)
    if not project.revisits(name).exists():
        project.write_text(project.revisits(name), revisits.EMPTY)
    run.track(project, project.raw(name))
    project.write_text(project.registry_file(), registry)


def registered(registry: str, name: str, entry: dict[str, Any]) -> str:
    """The text of the registry with one more round, open; comments and order stay as they are."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(registry)
    document["rounds"][name] = entry
    document["open"].append(name)
    text = io.StringIO()
    yaml.dump(document, text)
    try:
        Registry.model_validate(YAML(typ="safe").load(text.getvalue()))
    except ValidationError as problem:
        raise RegistryError(f"round {name!r} cannot be registered: {problem}") from problem
    return text.getvalue()
