"""The suite of a table, expectations/<table>.yml: what a reviewer reads, and what the gate judges by.

    table: records
    expectations:
      - rule: date_in_window              one word, once in all suites; findings and decisions name it
        expectation: ExpectDateInWindow   a class of pipeline/gate/expectations.py
        kwargs: {}                        its parameters, if it has any
        severity: critical                critical | warning | info
        why: …                            why the rule is there
        what_to_do: …                     what the person who reads a finding should do
        settled_by_merge: false           whether declaring a double report settles a finding
        may_be_right: false               whether a directorate may say that a critical finding is right, and why
        never_in_doubt: false             whether it closes directorates however many break it

Nothing else may stand there, and nothing may be missing: a suite that is not understood judges nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from pipeline import strict_yaml
from pipeline.errors import SuiteError
from pipeline.project import TABLES, Project

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Line(_Part):
    """One rule of a suite."""

    rule: Word
    expectation: Filled
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Literal["critical", "warning", "info"]
    why: Filled
    what_to_do: Filled
    settled_by_merge: bool = False
    may_be_right: bool = False
    never_in_doubt: bool = False


class Suite(_Part):
    """The rules that a table is judged by."""

    table: Literal["records", "facilities", "answers", "choices", "staff", "measures"]
    expectations: list[Line]

    @model_validator(mode="after")
    def _once_and_not_empty(self) -> Suite:
        if not self.expectations:
            raise ValueError("the suite is empty, and would pass anything")
        twice = [rule for rule, times in Counter(line.rule for line in self.expectations).items() if times > 1]
        if twice:
            raise ValueError(f"the rule {twice[0]!r} stands there twice")
        # Great Expectations keeps a suite as a set: of two equal lines it drops one without a word.
        same = [f"{line.expectation} {line.kwargs}" for line in self.expectations]
        if len(set(same)) < len(same):
            raise ValueError(f"{max(same, key=same.count)} stands there twice")
        return self

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules, in the suite's order."""
        return tuple(line.rule for line in self.expectations)


def load(project: Project, table: str) -> Suite:
    """The suite of a table; SuiteError for whatever is unknown, missing or twice in it."""
    path = project.suite(table)
    where = project.relative(path)
    suite = parse(project.read_text(path), where)
    if suite.table != table:
        raise SuiteError(f"{where} is about the table {suite.table!r}: it should be about {table!r}")
    return suite


def parse(text: str, where: str) -> Suite:
    """The suite in a YAML text; `where` names the file in errors."""
    try:
        return Suite.model_validate(strict_yaml.read(text))
    except yaml.YAMLError as problem:
        raise SuiteError(f"{where} is no YAML that can be read: {problem}") from problem
    except ValidationError as problem:
        told = [f"- {'.'.join(map(str, error['loc'])) or 'suite'}: {error['msg']}" for error in problem.errors()]
        raise SuiteError("\n".join([f"{where} is no suite:", *told])) from problem


def table_of_rule(project: Project) -> dict[str, str]:
    """The table that each rule of the project's suites is about; a rule in two suites is a SuiteError."""
    found: dict[str, str] = {}
    for table in TABLES:
        if project.suite(table).is_file():
            for rule in load(project, table).rules:
                if rule in found:
                    raise SuiteError(f"the rule {rule!r} stands in the suites of {found[rule]} and {table}: rename one")
                found[rule] = table
    return found
