"""At which stage of review each report is, from draft to published or withdrawn: for the front page and `status`.

A ledger that cannot be believed stops neither of them: then no report has a stage, and what is wrong is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import ledger, review
from pipeline.errors import HeramsError
from pipeline.ledger import Entry, Publication, Which, Withdrawal
from pipeline.project import Project
from pipeline.review import core as cores
from pipeline.review.standing import standing

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Stages:
    """What the ledger says, as far as it can be believed."""

    project: Project
    entries: tuple[Entry, ...]
    fault: str
    """Why the ledger, or a line of it, is not believed; blank where all is sound."""
    is_known: bool

    def of(self, which: Which) -> str:
        """The stage of a report: a state of `standing`, published, withdrawn; unknown where nothing is believed."""
        if not self.is_known:
            return UNKNOWN
        if not self.entries:
            return "draft"
        return stage(self.entries, which, self._core(which), review.offices(self.project, which[1]))

    def publication(self, round_name: str) -> tuple[Publication, Withdrawal | None] | None:
        """The last publication of a round, and its withdrawal if there is one; None where it was never published."""
        return publication(self.entries, round_name)

    def _core(self, which: Which) -> str:
        """The hash of a report's core; blank, which nobody approved, where no receipt can be read."""
        try:
            return cores.of(self.project, which).digest
        except HeramsError:
            return ""


def look(project: Project) -> Stages:
    """The ledger as it lies there; a line whose signature does not hold counts for nothing."""
    try:
        entries = ledger.load(project)
        unsound = review.unsound(project, entries)
    except HeramsError as problem:
        return Stages(project, (), str(problem), is_known=False)
    sound = tuple(one for one in entries if one.number not in unsound)
    return Stages(project, sound, "; ".join(unsound.values()), is_known=True)


def stage(entries: Sequence[Entry], which: Which, core: str, needed: Sequence[str]) -> str:
    """The stage of a report with this core: published only if these very bytes were approved when its round was."""
    found = publication(entries, which[0])
    if found is not None:
        published, withdrawn = found
        before = [one for one in entries if one.number < published.number]
        if standing(before, which, core, needed).state == "approved":
            return "published" if withdrawn is None else "withdrawn"
    return standing(entries, which, core, needed).state


def publication(entries: Sequence[Entry], round_name: str) -> tuple[Publication, Withdrawal | None] | None:
    """The last publication of a round, and its withdrawal if there is one."""
    mine = [one for one in entries if isinstance(one, Publication) and one.round == round_name]
    if not mine:
        return None
    ends = (one for one in entries if isinstance(one, Withdrawal) and one.publication == mine[-1].number)
    return mine[-1], next(ends, None)
