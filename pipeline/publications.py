"""Publications as the ledger tells them: which there are, their tags, and what has become of each.

A publication is of a round and an edition and has a number, from 1; its name is all three with hyphens. It is never
overwritten: the next one supersedes it, or it is withdrawn, and its tag, its archive and its manifest stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pipeline.ledger import Closing, Entry, Publication, Reopening, Withdrawal
from pipeline.project import Project

# What is said of a whole round.
ROUNDS = (Publication, Closing, Reopening)
State = Literal["published", "superseded", "withdrawn"]


@dataclass(frozen=True)
class Published:
    """A publication, and what has become of it."""

    round: str
    edition: str
    number: int
    date: str
    commit: str
    archive: str
    line: int
    """Its line of the ledger."""
    reason: str
    """Why it took the place of the one before; blank of a first one."""
    state: State = "published"
    by: int = 0
    """The number of the publication that superseded it."""
    since: str = ""
    """The day on which it was superseded or withdrawn."""
    why: str = ""

    @property
    def name(self) -> str:
        """Round, edition and number with hyphens: the name of its manifest and its archive."""
        return f"{self.round}-{self.edition}-{self.number}"

    @property
    def tag(self) -> str:
        """The tag of git that names its commit."""
        return tag(self.round, self.edition, self.number)


def tag(round_name: str, edition: str, number: int) -> str:
    """The tag of a publication."""
    return f"published/{round_name}/{edition}/{number}"


def told(entries: Sequence[Entry]) -> tuple[Published, ...]:
    """All publications in the order of the ledger, each with what has become of it."""
    found: list[Published] = []
    for one in entries:
        if isinstance(one, Publication):
            found = _with(found, one)
        elif isinstance(one, Withdrawal):
            found = [_withdrawn(was, one) if was.line == one.publication else was for was in found]
    return tuple(found)


def _with(before: Sequence[Published], line: Publication) -> list[Published]:
    number = len(of_round(before, line.round, line.edition)) + 1
    new = Published(line.round, line.edition, number, line.date, line.commit, line.archive, line.number, line.reason)
    return [*(_followed(one, new) if one.line == line.supersedes else one for one in before), new]


def _followed(one: Published, new: Published) -> Published:
    """A publication since there is a next one; one that was withdrawn stays that."""
    if one.state == "withdrawn":
        return replace(one, by=new.number)
    return replace(one, state="superseded", by=new.number, since=new.date, why=new.reason)


def _withdrawn(was: Published, line: Withdrawal) -> Published:
    return replace(was, state="withdrawn", since=line.date, why=line.reason)


def of_round(published: Sequence[Published], round_name: str, edition: str) -> tuple[Published, ...]:
    """The publications of a round in an edition, by number."""
    return tuple(one for one in published if (one.round, one.edition) == (round_name, edition))


def of_report(
    published: Sequence[Published], manifests: Mapping[str, Mapping[str, Any]], receipt: str, digest: str
) -> Published | None:
    """The last publication that has a report as it lies there: by the path and the SHA-256 of its receipt."""
    found = [one for one in published if manifests.get(one.name, {}).get("files", {}).get(receipt) == digest]
    return found[-1] if found else None


def manifests(project: Project) -> dict[str, dict[str, Any]]:
    """The manifests of all publications that lie there, by name."""
    return {path.stem: project.read_json(path) for path in sorted(project.publications().glob("*.json"))}


def in_force(entries: Sequence[Entry]) -> list[Published]:
    """The publications whose bytes lie in the project: the last of each round that was not opened again since."""
    last = {one.round: one.number for one in entries if isinstance(one, ROUNDS)}
    return [one for one in told(entries) if last[one.round] == one.line]


def reopened(entries: Sequence[Entry], round_name: str) -> str:
    """Why a round was opened again the last time since it was published or closed; blank if it was not."""
    mine = [one for one in entries if isinstance(one, ROUNDS) and one.round == round_name]
    return mine[-1].reason if mine and isinstance(mine[-1], Reopening) else ""
