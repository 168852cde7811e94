"""Whether a round may be published as it lies there: gates open, all approvals, every byte verified, all committed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline import chain, ledger, lineage, publications, review
from pipeline.errors import GateClosedError, HeramsError, UsageError, VerificationError
from pipeline.project import Project
from pipeline.publications import Published
from pipeline.publish import freeze, repository
from pipeline.publish.unnamed import require_unnamed
from pipeline.review import Seen
from pipeline.verify import concerns, verify
from pipeline.verify import told as verified

SHOWN = 12
GATES = ("closed", "provisional")


@dataclass(frozen=True)
class Ready:
    """A publication that may be made: what it is called, from which commit and runs, and of which reports."""

    round: str
    edition: str
    number: int
    commit: str
    runs: str
    """The head of the record of runs."""
    reports: tuple[Seen, ...]
    left_out: tuple[Seen, ...]
    """Reports beyond a round's own that nobody has approved: they stay here, and do not go out."""
    previous: Published | None
    reason: str
    """Why it takes the place of the previous one."""

    @property
    def name(self) -> str:
        """Round, edition and number with hyphens."""
        return f"{self.round}-{self.edition}-{self.number}"

    @property
    def tag(self) -> str:
        """Its tag of git."""
        return publications.tag(self.round, self.edition, self.number)


def ready(project: Project, round_name: str, edition: str | None) -> Ready:
    """What would be published; the error that stands against it, which names all of a kind at once."""
    project.round(round_name)
    own = _edition(project, edition)
    # First: a publication that was stopped half-way has written its line of the ledger, and no commit has it.
    _require_committed(project)
    entries = ledger.load(project)
    _require_open(round_name, publications.in_force(entries))
    freeze.require_current(project, round_name)
    reports, left_out = _approved(project, round_name)
    _require_verified(project, round_name)
    if own == "public":
        require_unnamed(project, round_name, [one.which for one in reports])
    before = publications.of_round(publications.told(entries), round_name, own)
    found = Ready(
        round_name, own, len(before) + 1, repository.commit_now(project), _runs(project), reports, left_out,
        before[-1] if before else None, publications.reopened(entries, round_name) if before else "",
    )  # fmt: skip
    if repository.has_tag(project, found.tag):
        raise HeramsError(
            f"there is a tag {found.tag}, and the ledger does not know it: a command was stopped there, or the ledger "
            f"here is an old one; `git pull`, or take it away with `git tag --delete {found.tag}`"
        )
    return found


def _require_open(round_name: str, in_force: Sequence[Published]) -> None:
    mine = [one for one in in_force if one.round == round_name]
    if mine:
        raise UsageError(
            f"{round_name} was published already ({mine[0].tag}, {mine[0].state}): to correct it, open it again with "
            f"`herams round reopen {round_name} --reason TEXT`"
        )


def _edition(project: Project, edition: str | None) -> str:
    own = project.registry.edition
    if edition not in (None, own):
        raise UsageError(
            f"the pages of this project are of the {own} edition: the {edition} one is made and published in a copy of "
            f"the project whose registry says `edition: {edition}`"
        )
    return own


def _require_committed(project: Project) -> None:
    lines = repository.uncommitted(project)
    if lines:
        _refuse(HeramsError, "not committed (`git status`), so that no commit has what would be published", lines)


def _approved(project: Project, round_name: str) -> tuple[tuple[Seen, ...], tuple[Seen, ...]]:
    """The reports that go out, each approved; and those beyond a round's own that are not."""
    if found := review.faults(project):
        _refuse(VerificationError, "the ledger is not as it was written and signed", found)
    seen = list(review.seen_of_round(project, round_name))
    due = [one for one in seen if one.which[2] in lineage.due(project, round_name, one.which[1])]
    _require_gates(due)
    if waiting := [f"{' '.join(one.which)}: {', '.join(_why(one))}" for one in due if not one.is_ready]:
        _refuse(HeramsError, "not approved as it lies there (`herams review list`)", waiting)
    going = tuple(one for one in seen if one.is_ready)
    return going, tuple(one for one in seen if not one.is_ready)


def _require_gates(due: Sequence[Seen]) -> None:
    shut = [f"{' '.join(one.which)}: {one.numbers}" for one in due if one.numbers in GATES]
    if shut:
        _refuse(GateClosedError, "a gate is not open (`herams findings`)", shut)


def _why(one: Seen) -> Iterator[str]:
    yield f"{one.state}{f' ({one.why})' if one.why else ''}"
    if one.standing.missing:
        yield f"waits for {' and '.join(one.standing.missing)}"
    if one.standing.is_own_work:
        yield "approved only by who made it"
    if one.older_than:
        yield f"older than {one.older_than[0]}"


def _require_verified(project: Project, round_name: str) -> None:
    """Refuses a changed byte wherever it is; what other rounds should be made anew of is no matter of this one."""
    whole = verify(project)
    found = tuple(one for one in whole.found if one.state != "stale" or concerns(project, one, round_name))
    result = replace(whole, found=found)
    if not result.is_intact:
        raise VerificationError(f"not verified (`herams verify`):\n{verified.text(result)}")


def _runs(project: Project) -> str:
    if not project.runs().is_file():
        raise HeramsError(
            f"{project.relative(project.runs())} is not there: a round is published where it was run, since its ledger "
            "line names the record of runs"
        )
    return chain.head(project.read_bytes(project.runs()))


def _refuse(kind: type[HeramsError], what: str, lines: Sequence[str]) -> None:
    more = [f"… and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    raise kind("\n  ".join([f"{what} ({len(lines)}):", *lines[:SHOWN], *more]))
