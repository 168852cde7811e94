"""Receipts: which bytes a page was made of, beside the page, with an id that is printed on it.

The id is the SHA-256 of declared content only (brief, notebook, template, codebook, code, lock, parameters): two
machines that make a report from the same bytes print the same id. A receipt has no clock, no user and no machine in it.
From the brief that it names the receipt beside the round's briefs leads to tables and verdicts, the verdicts to what
they judged and to decisions, and the account of `ingest` to the raw exports: each by hash.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import fastjsonschema

import pipeline
from pipeline.errors import ReportError
from pipeline.project import Project

CODE = Path(pipeline.__file__).resolve().parent
SCHEMA = "receipt.schema.json"
LOOK = ("report.html.j2", "style.css", "fonts/Vazirmatn-Regular.woff2", "fonts/Vazirmatn-Bold.woff2")
SHEETS = ("survey", "choices", "settings")
# What the kernel and the page load; their imports are followed.
LOADED = ("figures", "kernel", "page", "tables")
PRINTED = 12


@dataclass(frozen=True)
class Declaration:
    """What a report is made of: its parameters and the SHA-256 of each input."""

    parameters: Mapping[str, str]
    inputs: Mapping[str, str]

    @property
    def id(self) -> str:
        """The SHA-256 of the declaration as canonical JSON."""
        content = {"parameters": dict(self.parameters), "inputs": dict(self.inputs)}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    @property
    def printed_id(self) -> str:
        """The id as a page prints it."""
        return self.id[:PRINTED]


def declare(project: Project, round_name: str, scope: str, report: str) -> Declaration:
    """What a report would be made of now; an input that is not there is told with the stage that makes it."""
    inputs = {name: project.sha256(_path(project, name)) for name in names(project, round_name, scope, report)}
    return Declaration({"round": round_name, "scope": scope, "report": report}, inputs)


def names(project: Project, round_name: str, scope: str, report: str) -> list[str]:
    """The names of all that a report is made of, sorted."""
    brief = project.brief(round_name, scope, report)
    slices = sorted(brief.iterdir()) if brief.is_dir() else [brief]
    form = project.round(round_name).form
    paths = [
        *slices,
        project.notebook(project.registry.reports[report].notebook),
        *(project.look(name) for name in LOOK),
        *project.page_words(),
        *(project.codebook_sheet(form, sheet) for sheet in SHEETS),
        project.lock(),
    ]
    return sorted([*map(project.relative, paths), *(f"{CODE.name}/{file}" for file in loaded())])


@cache
def loaded() -> tuple[str, ...]:
    """The files of ours that a report loads; found once for a process and those that are forked from it."""
    return tuple(modules(LOADED))


def modules(names: Iterable[str]) -> list[str]:
    """The files of ours that these modules load, directly or through others, by their path under pipeline/; sorted."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        # A package is loaded before what is in it.
        waiting += [name.rpartition(".")[0]] if "." in name else []
        file = _file(name)
        if file and file not in found:
            found.add(file)
            waiting += _imports((CODE / file).read_text(encoding="utf-8"))
    return sorted(found)


def _file(name: str) -> str:
    """The file of a module such as `page` or `figures.draw`; blank for what is no module of ours."""
    place = name.replace(".", "/")
    return next((file for file in (f"{place}.py", f"{place}/__init__.py") if (CODE / file).is_file()), "")


def _imports(source: str) -> list[str]:
    """The names of what a module imports of ours: modules, packages, and what may be either."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == CODE.name:
            names += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names if alias.name.startswith(f"{CODE.name}.")]
    return [name.removeprefix(f"{CODE.name}.") for name in names if "." in name]


def document(declaration: Declaration, told: Mapping[str, Any], outputs: Mapping[str, bytes]) -> dict[str, Any]:
    """The receipt of a report: what went in, the id, what its brief tells of its evidence, what came out."""
    return {
        "receipt": 2,
        **declaration.parameters,
        "parameters": dict(declaration.parameters),
        "state": told["state"],
        "id": declaration.id,
        "inputs": dict(declaration.inputs),
        "evidence": evidence(told),
        "outputs": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(outputs.items())},
    }


def evidence(told: Mapping[str, Any]) -> dict[str, Any]:
    """The exports that the scope's rows come from, by hash only, and what the gates and people said of them."""
    counted = ("rule", "severity", "findings", "settled", "in_doubt")
    return {
        "exports": [{"name": one["name"], "sha256": one["sha256"]} for one in told["exports"]],
        "findings": dict(told["findings"]),
        "rules": [{name: rule[name] for name in counted} for rule in told["rules"]],
        "decisions": len(told["decisions"]),
        "set_aside": len(told["set_aside"]),
        "reported": told["coverage"]["reported"],
        "of": told["coverage"]["of"],
    }


def check(project: Project, receipt: Mapping[str, Any]) -> None:
    """Refuses a receipt that does not follow its schema."""
    follows = checker(project.read_text(project.look(SCHEMA)))
    try:
        follows(dict(receipt))
    except fastjsonschema.JsonSchemaValueException as problem:
        raise ReportError(f"a receipt does not follow {SCHEMA}: {problem.message}") from problem


@cache
def checker(schema: str) -> Callable[[Mapping[str, Any]], object]:
    """A function made of the schema; it raises where a receipt does not follow it."""
    made: Callable[[Mapping[str, Any]], object] = fastjsonschema.compile(json.loads(schema))
    return made


def changed(project: Project, receipt: Mapping[str, Any], digest_now: Callable[[str], str] | None = None) -> list[str]:
    """The inputs of a receipt that lie there with other bytes now, or no longer; sorted.

    Whoever asks for many receipts, whose inputs are mostly the same, gives a function that remembers their hashes.
    """
    of = digest_now or partial(now, project)
    return [name for name, digest in sorted(receipt["inputs"].items()) if of(name) != digest]


def now(project: Project, name: str) -> str:
    """The SHA-256 of an input as it lies there now, by its name in a receipt; blank where there is none."""
    path = _path(project, name)
    return project.sha256(path) if path.is_file() else ""


def _path(project: Project, name: str) -> Path:
    """Where an input lies; code where it was loaded from."""
    folder, _, rest = name.partition("/")
    return CODE / rest if folder == CODE.name else project.root / name
