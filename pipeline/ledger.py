"""The ledger: who approved, returned, answered, published, withdrew what. data/ledger.jsonl is in git and only grows.

Each line is one of the kinds below, and a line of a chain (`chain`). What an office says about a report is signed with
a key of that office, which data/signers names: `ssh-keygen -Y verify -n herams-review` checks `statement` of the line
against data/approvals/<signature>.sig. That file is named after the SHA-256 of its own bytes. The line's place in the
chain is signed with it, so that nobody can say again what an office said before it saw something else.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from pipeline import chain
from pipeline.decisions.kinds import Words
from pipeline.errors import UsageError, VerificationError
from pipeline.project import Project
from pipeline.registry import IsoDate, Word

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Fingerprint = Annotated[str, StringConstraints(pattern=r"^SHA256:[A-Za-z0-9+/]{43}$")]
Which = tuple[str, str, str]
# What is not signed: the signature itself, and what is known of the key once it is made.
UNSIGNED = {"key": "SHA256:" + "0" * 43, "signature": "0" * 64}


class Line(BaseModel):
    """What every line has: its place in the chain, its day."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    number: int
    before: Digest
    date: IsoDate


class About(Line):
    """A line about a report."""

    round: Word
    scope: Word
    report: Word

    @property
    def which(self) -> Which:
        """The report."""
        return self.round, self.scope, self.report


class Signed(Line):
    """A line with the signature of an office."""

    office: Word
    key: Fingerprint
    signature: Digest


class Made(Signed):
    """The office that ran a round signs the record of its runs; its key alone approves none of the round's reports."""

    kind: Literal["made"]
    round: Word
    runs: Digest
    """The head of outputs/logs/runs.jsonl."""


class Statement(About, Signed):
    """What an office says of a report's bytes."""

    core: Digest
    """The report's bytes, without the banner of its pages (`review.core`)."""
    receipt: Digest
    copied: Digest
    """The copy of its numbers and text in data/approvals/<core>.json, for telling what changes later."""


class Approval(Statement):
    """An office approves a report."""

    kind: Literal["approve"]


class Acceptance(Statement):
    """A directorate accepts the report about itself."""

    kind: Literal["accept"]


class Return(Statement):
    """An office sends a report back, with remarks that must be answered."""

    kind: Literal["return"]
    remarks: list[Words] = Field(min_length=1)


class Answer(About):
    """An answer to a remark; remarks are counted from 1 for each report, as they came."""

    kind: Literal["answer"]
    remark: int
    text: Words
    role: Words
    office: Words


class Publication(Line):
    """A round was published: from which commit, in which archive, after which run."""

    kind: Literal["publish"]
    round: Word
    edition: Literal["internal", "public"]
    commit: Commit
    archive: Digest
    runs: Digest
    """The head of outputs/logs/runs.jsonl."""
    supersedes: int | None = None
    """The line of the publication that this one takes the place of; then with a reason."""
    reason: str = ""


class Withdrawal(Line):
    """A publication was withdrawn."""

    kind: Literal["withdraw"]
    publication: int
    """Its line."""
    reason: Words


class Closing(Line):
    """A round was closed without being published: its tables and pages stay, nothing is made anew."""

    kind: Literal["close"]
    round: Word
    reason: Words


class Reopening(Line):
    """A round that was published or closed is open again."""

    kind: Literal["reopen"]
    round: Word
    reason: Words


Entry = Made | Approval | Acceptance | Return | Answer | Publication | Withdrawal | Closing | Reopening
SIGNED = ("made", "approve", "accept", "return")
ENTRY: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])


def load(project: Project) -> list[Entry]:
    """The lines of the ledger, none where there is no ledger; VerificationError where it is not as it was written."""
    found = flaws(project)
    if found:
        raise VerificationError("\n  ".join([f"the ledger is not as it was written ({len(found)}):", *map(str, found)]))
    return [ENTRY.validate_json(line) for line in chain.lines(_content(project))]


def drafted(project: Project, told: Mapping[str, object]) -> Entry:
    """The line as it would be added now, perhaps not signed yet; UsageError where it does not follow its kind."""
    place = {chain.NUMBER: len(load(project)) + 1, chain.BEFORE: head(project)}
    known = UNSIGNED if told["kind"] in SIGNED else {}
    try:
        return ENTRY.validate_python({**known, **told, **place})
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(map(str, first["loc"][1:]))
        raise UsageError(f"not written into the ledger: {where}: {first['msg']}") from problem


def append(project: Project, entry: Entry) -> Entry:
    """Adds a line to the ledger and gives it back."""
    told = entry.model_dump(mode="json", exclude={chain.NUMBER, chain.BEFORE})
    chain.append(project.ledger(), told)
    return entry


def head(project: Project) -> str:
    """The hash of the ledger's last line."""
    return chain.head(_content(project))


def statement(entry: Signed) -> bytes:
    """The bytes that an office signs: all that the line says but what the signature itself is."""
    return canonical(entry.model_dump(mode="json", exclude=set(UNSIGNED)))


def canonical(told: Mapping[str, object]) -> bytes:
    """JSON that is written in one way only: keys in order, no blanks."""
    text = json.dumps(dict(told), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


# --- what is wrong with it -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flaw:
    """A file that is not as it was written, and what is wrong with it; the line, where it is about one."""

    path: str
    state: Literal["altered", "missing", "unreceipted"]
    what: str
    line: int = 0

    def __str__(self) -> str:
        """As a person reads it."""
        return f"{self.path}, line {self.line}: {self.what}" if self.line else f"{self.path} {self.what}"


def flaws(project: Project) -> list[Flaw]:
    """What is wrong with the ledger, each with file and line: edited, cut, put in another order, without its files."""
    content, name = _content(project), project.relative(project.ledger())
    broken = [Flaw(name, "altered", fault.what, fault.line) for fault in chain.faults(content)]
    if broken:
        return broken
    entries = []
    for place, line in enumerate(chain.lines(content), 1):
        if json.dumps(json.loads(line), ensure_ascii=False, sort_keys=True).encode("utf-8") != line:
            broken.append(Flaw(name, "altered", "is not written as a line is: its keys in order, each once", place))
        try:
            entries.append(ENTRY.validate_json(line))
        except ValidationError as problem:
            where = ".".join(map(str, problem.errors()[0]["loc"]))
            broken.append(Flaw(name, "altered", f"{where}: {problem.errors()[0]['msg']}", place))
    if broken:
        return broken
    # What a cut line has named is named by no line then; that is no second finding.
    behind = list(_behind(project, content))
    return behind or list(_files(project, [one for one in entries if isinstance(one, Signed)]))


def _behind(project: Project, content: bytes) -> Iterator[Flaw]:
    """A ledger that does not begin with what was committed: its end was cut, or its last lines are others."""
    kept = _committed(project)
    if not content.startswith(kept):
        gone = len(chain.lines(kept)) - len(chain.lines(content))
        what = (
            f"lacks its last {gone} line{'s' if gone > 1 else ''}"
            if gone > 0
            else "has other lines than were committed"
        )
        yield Flaw(project.relative(project.ledger()), "altered", f"{what}; `git diff HEAD` shows them")


def _committed(project: Project) -> bytes:
    """The ledger as it was committed last; nothing where there is no git, or no commit that has it."""
    if shutil.which("git") is None:
        return b""
    shown = ["git", "show", f"HEAD:./{project.relative(project.ledger())}"]
    return subprocess.run(shown, cwd=project.root, capture_output=True, check=False).stdout


def _files(project: Project, entries: Iterable[Signed]) -> Iterator[Flaw]:
    """Signatures and copies that are gone, changed, or named by no line."""
    wanted = {}
    for entry in entries:
        wanted[project.signature(entry.signature)] = entry.signature
        if isinstance(entry, Statement):
            wanted[project.approved_copy(entry.core)] = entry.copied
    for path, digest in sorted(wanted.items()):
        if not path.is_file():
            yield Flaw(project.relative(path), "missing", "is gone: a line of the ledger names it")
        elif project.sha256(path) != digest:
            yield Flaw(project.relative(path), "altered", "was changed: the ledger names other bytes")
    for path in sorted(set(project.approvals().glob("*.sig")) - set(wanted)):
        what = "the line was cut; or a command was stopped before it wrote one, then delete the file"
        yield Flaw(project.relative(path), "unreceipted", f"is named by no line: {what}")


def _content(project: Project) -> bytes:
    path = project.ledger()
    return project.read_bytes(path) if path.is_file() else b""
