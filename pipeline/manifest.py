"""Manifests of publications: which bytes were published, from which commit, after which line of the ledger.

`data/publications/<round>-<edition>-<number>.json` is in git. It names each file of the round by its SHA-256, the
commit that the round can be made from again, the annotated tag on it, its archive, and the heads of ledger and record
of runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from pipeline.project import Project
from pipeline.registry import Word

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]


class Manifest(BaseModel):
    """What was published of a round."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    round: Word
    edition: Literal["internal", "public"]
    number: int
    commit: Commit
    tag: str
    ledger_head: Digest
    runs_head: Digest
    archive: Digest
    files: Mapping[str, Digest]

    @property
    def name(self) -> str:
        """Round, edition and number with hyphens: the name of its file and of its archive."""
        return f"{self.round}-{self.edition}-{self.number}"


@dataclass(frozen=True)
class Read:
    """A manifest by its file; None, and why, where it cannot be read."""

    path: str
    manifest: Manifest | None
    fault: str = ""


def manifests(project: Project) -> list[Read]:
    """All manifests that lie there, by round, edition and number; those that cannot be read come last."""
    found = [_read(project, project.relative(path)) for path in sorted(project.publications().glob("*.json"))]
    return sorted(found, key=lambda one: _place(one.manifest))


def last(project: Project, round_name: str, edition: str) -> Manifest | None:
    """The manifest of the last publication of a round in an edition; None where there is none."""
    found = [one.manifest for one in manifests(project) if one.manifest]
    mine = [one for one in found if (one.round, one.edition) == (round_name, edition)]
    return mine[-1] if mine else None


def _read(project: Project, path: str) -> Read:
    try:
        return Read(path, Manifest.model_validate_json((project.root / path).read_bytes()))
    except ValidationError as problem:
        first = problem.errors()[0]
        return Read(path, None, f"it is no manifest: {'.'.join(map(str, first['loc']))}: {first['msg']}")


def _place(one: Manifest | None) -> tuple[str, str, int]:
    return (one.round, one.edition, one.number) if one else ("\U0010ffff", "", 0)
