"""Registering a round: its entry in data/registry.yml, its exports under DVC, and the files that people fill in."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

from pipeline import baseline as baselines
from pipeline import codebook, export, revisits, run
from pipeline.errors import RegistryError, UsageError
from pipeline.match import decided
from pipeline.project import Project
from pipeline.registry import Registry

NO_EARLIER: dict[str, Any] = {"previous": None}
NO_REMARKS = "# What directorates say to the numbers of this round; the README says how a remark is written.\n{}\n"
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
    listed = baselines.of_round(project, previous) if previous else None
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


def registered(registry: str, name: str, entry: dict[str, Any], previous: str | None = None) -> str:
    """The text of the registry with one more round, open, that follows `previous`; comments and order stay."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(registry)
    with _comment_after(document["rounds"]):
        document["rounds"][name] = document.__class__(entry)
    with _comment_after(document["open"]):
        document["open"].append(name)
    if previous:
        with _comment_after(document["follows"]):
            document["follows"][name] = previous
        document["follows"].fa.set_block_style()
    text = io.StringIO()
    yaml.dump(document, text)
    try:
        Registry.model_validate(YAML(typ="safe").load(text.getvalue()))
    except ValidationError as problem:
        raise RegistryError(f"round {name!r} cannot be registered: {problem}") from problem
    return text.getvalue()


@contextmanager
def _comment_after(block: Any) -> Iterator[None]:
    """Keeps the comment behind a block behind it: ruamel.yaml has it at the last item, which is then another one."""
    found = [(node, key, at) for node, key in _last_items(block) for at in _comments(node, key)]
    token = None
    if found:
        node, key, at = found[-1]
        token, node.ca.items[key][at] = node.ca.items[key][at], None
    yield
    if token:
        node, key = _last_items(block)[-1]
        slots = [token, None] if isinstance(node, list) else [None, None, token, None]
        node.ca.items[key] = slots


def _comments(node: Any, key: Any) -> list[int]:
    """In which places of an item's comments there is one that stands behind it."""
    return [at for at in (0, 2) if len(held := node.ca.items.get(key) or []) > at and held[at] is not None]


def _last_items(block: Any) -> list[tuple[Any, Any]]:
    """The last item of a block, the last one of that, and so on: the collection and the key."""
    found = []
    while isinstance(block, dict | list) and block:
        key = len(block) - 1 if isinstance(block, list) else list(block)[-1]
        found.append((block, key))
        block = block[key]
    return found
