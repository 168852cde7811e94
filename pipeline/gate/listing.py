"""The rules of the gate in full, for a person or a program: each with its reason, unfolded by a form's codebook."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.errors import unknown
from pipeline.gate.derived import UNFOLDED
from pipeline.gate.rules import EXPECTATIONS
from pipeline.gate.suite import Line, load
from pipeline.project import TABLES, Project

Entry = dict[str, Any]


def rules(project: Project, tables: Sequence[str], form: str | None, as_json: bool) -> str:
    """Every rule of some tables, or of all: a paragraph for each and a line for each question, or JSON."""
    found = entries(project, tables, form)
    if as_json:
        return json.dumps(found, ensure_ascii=False, indent=2)
    return "\n\n".join("\n".join(_lines(rule)) for rule in found)


def entries(project: Project, tables: Sequence[str], form: str | None = None) -> list[Entry]:
    """Every rule of some tables, or of all; a UsageError for an unknown table or form.

    `questions` holds what a derived rule expects of each question of the form; without a form, that of the first open
    round is taken.
    """
    for table in tables:
        if table not in TABLES:
            raise unknown("table", table, TABLES)
    codebook = codebooks.load(project, form or _form(project))
    wanted = [table for table in TABLES if not tables or table in tables]
    return [_entry(table, line, codebook) for table in wanted for line in load(project, table).expectations]


def _form(project: Project) -> str:
    registry = project.registry
    return registry.rounds[registry.open[0]].form if registry.open else project.forms()[0]


def _entry(table: str, line: Line, codebook: Codebook) -> Entry:
    unfold = UNFOLDED.get(line.expectation)
    pairs = list(dict.fromkeys(unfold(codebook, **line.kwargs))) if unfold else []
    return {
        "table": table,
        "rule": line.rule,
        "severity": line.severity,
        "expectation": line.expectation,
        "finds": (EXPECTATIONS[line.expectation].__doc__ or "").split("\n")[0],
        "parameters": line.kwargs,
        "why": line.why,
        "what_to_do": line.what_to_do,
        "settled_by_merge": line.settled_by_merge,
        "may_be_right": line.may_be_right,
        "never_in_doubt": line.never_in_doubt,
        "form": codebook.form if unfold else None,
        "questions": [{"question": name, "label": _label(codebook, name), "expected": text} for name, text in pairs],
    }


def _label(codebook: Codebook, name: str) -> str:
    """What a question asks, in English; a field of `facilities` is told by the question behind it."""
    question = codebook.by_name.get(name) or codebook.by_column.get(name) or codebook.of_field(f"facilities.{name}")
    return question.labels["en"] if question else ""


def _lines(rule: Mapping[str, Any]) -> Iterator[str]:
    yield f"{rule['table']}: {rule['rule']} ({rule['severity']})"
    yield f"  finds   {rule['finds']}"
    yield f"  why     {rule['why']}"
    yield f"  to do   {rule['what_to_do']}"
    for name, value in rule["parameters"].items():
        yield f"  {name} = {json.dumps(value, ensure_ascii=False)}"
    if rule["form"]:
        yield f"  derived from the codebook {rule['form']}, {len(rule['questions'])} expectations:"
        for told in rule["questions"]:
            yield f"    {told['question']:18} {told['expected']}" + (f"  · {told['label']}" if told["label"] else "")
