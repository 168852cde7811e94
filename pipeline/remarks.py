"""What directorates say to their numbers: data/remarks/<round>.yml, printed on their overviews word for word.

    kirkuk:
      text: |
        ...
      language: ar
      office: Kirkuk Health Department
      date: "2023-12-05"

One remark for a directorate, in the language it was sent in; blank lines part paragraphs. No names of persons and no
telephone numbers: the file is in git. Every value is read as the text that stands there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from pipeline import strict_yaml
from pipeline.decisions.kinds import IsoDate, Words
from pipeline.errors import RegistryError, UsageError, unknown
from pipeline.project import Project


class Remark(BaseModel):
    """What a directorate says: text and language, which office sent it, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Words
    language: Literal["en", "ar", "ckb"]
    office: Words
    date: IsoDate


FILE = TypeAdapter(dict[str, Remark])


def load(project: Project, round_name: str) -> dict[str, Remark]:
    """The remarks of a round by directorate; none where there is no file."""
    path = project.remarks(round_name)
    if not path.is_file():
        return {}
    return parse(project.read_text(path), project.relative(path), project.registry.directorates)


def parse(text: str, where: str, directorates: Iterable[str]) -> dict[str, Remark]:
    """The remarks in a YAML text; whatever is wrong is told at once. `where` names the file in errors."""
    try:
        remarks = FILE.validate_python(_mapping(strict_yaml.read_verbatim(text)))
    except yaml.YAMLError as problem:
        raise RegistryError(f"{where} is no YAML that can be read: {problem}") from problem
    except ValidationError as problem:
        told = (f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors())
        raise RegistryError(f"{where}: mend this first:\n  " + "\n  ".join(told)) from problem
    strangers = [str(_unknown(slug, directorates)) for slug in remarks if slug not in directorates]
    if strangers:
        raise RegistryError(f"{where}: " + "; ".join(strangers))
    return remarks


def _mapping(document: object) -> object:
    return {} if document in (None, "") else document


def _unknown(slug: str, directorates: Iterable[str]) -> UsageError:
    return unknown("directorate", slug, directorates)


def told(remarks: Mapping[str, Remark], directorate: str) -> dict[str, str]:
    """The remark of a directorate as a brief holds it; empty where it has sent none."""
    found = remarks.get(directorate)
    return found.model_dump() if found else {}
