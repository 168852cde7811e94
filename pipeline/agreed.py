"""What workshops agreed on: data/reviews/<year>.yml, shown in every annual review until it is settled.

    - issue: Say in a hint when a service counts as partially available
      questions: [QHeRAMS111, QHeRAMS112]
      owner: Ministry of Health, planning department
      due: demo-2025          # the round in which it should be done
      date: "2024-12-10"
      state: open             # or settled, then with the round:
      settled: demo-2025

An owner is an office, never the name of a person: the files are in git. Every value is read as the text that stands
there. What is open is shown until it is settled, and in the review of the round that settles it once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from pipeline import codebook, strict_yaml
from pipeline.decisions.kinds import IsoDate, Words
from pipeline.errors import RegistryError, unknown
from pipeline.project import Project
from pipeline.registry import Word


class Issue(BaseModel):
    """Something that a workshop agreed on: what, about which questions, who does it, and by which round."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issue: Words
    questions: list[str] = []
    owner: Words
    due: Word
    date: IsoDate
    state: Literal["open", "settled"]
    settled: Word | None = None
    year: str = Field(default="", exclude=True)

    @model_validator(mode="after")
    def _settled_in_a_round(self) -> Issue:
        if (self.state == "settled") != (self.settled is not None):
            raise ValueError("an issue that is settled says in which round (`settled:`), and only such a one")
        return self


FILE = TypeAdapter(list[Issue])


def load(project: Project) -> tuple[Issue, ...]:
    """What all workshops agreed on, by year and in the order of each file; none where there is no file."""
    files = project.agreements()
    known = _questions(project) if files else set()
    found: list[Issue] = []
    for path in files:
        issues = parse(project.read_text(path), project.relative(path), known)
        found += [one.model_copy(update={"year": path.stem}) for one in issues]
    return tuple(found)


def parse(text: str, where: str, questions: Collection[str]) -> tuple[Issue, ...]:
    """The issues in a YAML text; whatever is wrong is told at once. `where` names the file in errors."""
    try:
        issues = tuple(FILE.validate_python(strict_yaml.read_verbatim(text) or []))
    except yaml.YAMLError as problem:
        raise RegistryError(f"{where} is no YAML that can be read: {problem}") from problem
    except ValidationError as problem:
        told = (f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors())
        raise RegistryError(f"{where}: mend this first:\n  " + "\n  ".join(told)) from problem
    strangers = [name for one in issues for name in one.questions if name not in questions]
    if strangers:
        raise RegistryError(f"{where}: " + "; ".join(str(unknown("question", name, questions)) for name in strangers))
    return issues


def shown(issues: Iterable[Issue], round_name: str) -> list[Issue]:
    """What the review of a round shows: all that is open, and what this round has settled."""
    return [one for one in issues if one.state == "open" or one.settled == round_name]


def _questions(project: Project) -> set[str]:
    """The questions of all forms: an issue may be about one that is gone."""
    return {name for form in project.forms() for name in codebook.load(project, form).by_name}
