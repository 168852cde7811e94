"""Review: what offices say of a report, signed, in the ledger; and how each report stands with them.

An approval names the core of a report. Whatever byte of it changes later, the approval no longer speaks of what lies
there; where the bytes are those that were approved, nobody has to look again. Nothing in outputs/ is touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from pipeline import chain, ledger, lineage, places, receipt
from pipeline.errors import GateClosedError, HeramsError, UsageError, VerificationError, unknown
from pipeline.ledger import Entry, Made, Signed, Statement, Which
from pipeline.project import Project
from pipeline.registry import WIDER_SCOPES
from pipeline.review import copies, keys
from pipeline.review import core as cores
from pipeline.review.standing import Standing, standing

__all__ = [
    "Seen",
    "Standing",
    "answer",
    "faults",
    "offices",
    "say",
    "seen",
    "seen_of_round",
    "sign_runs",
    "standing",
    "unsound",
]

AT_ONCE = 4


@dataclass(frozen=True)
class Seen:
    """A report as it lies there, and how it stands with those who review it."""

    which: Which
    state: str
    """A state of `standing`; or missing (never made), altered (files are not what the receipt says)."""
    why: str
    core: str
    receipt: str
    numbers: str
    """open, provisional, closed: what the gates say."""
    standing: Standing
    older_than: tuple[str, ...]
    """Inputs that have other bytes now than those it was made of."""
    unsound: tuple[str, ...]
    """Signatures that do not hold; such a line counts for nothing."""

    @property
    def is_ready(self) -> bool:
        """Whether the report may be published: approved as it lies there, open, up to date, every signature sound."""
        return self.state == "approved" and self.numbers == "open" and not self.older_than and not self.unsound


def offices(project: Project, scope: str) -> tuple[str, ...]:
    """The offices whose approval a report of a scope needs, in the order of the registry."""
    policy = project.registry.approval
    if scope == "iraq":
        return tuple(policy.iraq)
    is_ministry = scope in WIDER_SCOPES
    above = scope if is_ministry else places.load(project).region[scope]
    meant = {"itself": scope, "ministry": above}
    return tuple(meant.get(word, word) for word in (policy.ministry if is_ministry else policy.directorate))


def require_office(project: Project, office: str, scopes: Iterable[str]) -> None:
    """Refuses an office whose approval no report of these scopes needs."""
    known = dict.fromkeys(name for scope in scopes for name in offices(project, scope))
    if office not in known:
        raise unknown("office that reviews", office, known)


# --- how reports stand -----------------------------------------------------------------------------------------------


def seen(project: Project, which: Which) -> Seen:
    """How a report stands now."""
    return _seen(project, which, ledger.load(project), partial(receipt.now, project))


def _seen(project: Project, which: Which, entries: Sequence[Entry], digest_now: Callable[[str], str]) -> Seen:
    needed = offices(project, which[1])
    # The last line is looked at whatever it says it is about: no later one holds its bytes yet.
    broken = unsound(project, [one for one in entries if _is_about(one, which) or one is entries[-1]])
    counted = [one for one in entries if one.number not in broken]
    if not project.receipt(*which).is_file():
        found = standing(counted, which, "", needed)
        return Seen(which, "missing", "`herams run` makes it", "", "", "", found, (), tuple(broken.values()))
    try:
        core = cores.of(project, which)
    except VerificationError as problem:
        found = standing(counted, which, "", needed)
        return Seen(which, "altered", str(problem), "", "", "", found, (), tuple(broken.values()))
    found = standing(counted, which, core.digest, needed)
    state, why = ("altered", ", ".join(core.altered)) if core.altered else (found.state, "")
    told, older = core.receipt, tuple(receipt.changed(project, core.receipt, digest_now))
    return Seen(which, state, why, core.digest, told["id"], told["state"], found, older, tuple(broken.values()))


def seen_of_round(project: Project, round_name: str) -> Iterator[Seen]:
    """How each report of a round stands: those that it always has, and any other that was made."""
    project.round(round_name)
    entries, digest_now = ledger.load(project), cache(partial(receipt.now, project))
    for scope in (*reversed(WIDER_SCOPES), *project.registry.directorates):
        due = lineage.due(project, round_name, scope)
        for report in (*due, *project.registry.more_reports_of(scope)):
            if report in due or project.receipt(round_name, scope, report).is_file():
                yield _seen(project, (round_name, scope, report), entries, digest_now)


def changed(project: Project, which: Which, earlier: Statement) -> tuple[list[str], list[str]]:
    """What changed since an office approved a report: numbers, then text."""
    before = project.read_json(project.approved_copy(earlier.core))
    return copies.changes(before, copies.copy(project, which))


def faults(project: Project) -> list[str]:
    """What is wrong with the whole ledger: its chain, its files, and every signature."""
    found = [str(one) for one in ledger.flaws(project)]
    return found or list(unsound(project, ledger.load(project)).values())


def unsound(project: Project, entries: Sequence[Entry]) -> dict[int, str]:
    """The lines whose signature does not hold, by their numbers, and why; HeramsError where none can be checked."""
    signed = [one for one in entries if isinstance(one, Signed)]
    # ssh-keygen is a process for each signature, and mostly waited for.
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        found = zip(signed, pool.map(partial(_unsound, project), signed), strict=True)
    name = project.relative(project.ledger())
    return {
        one.number: f"{name}, line {one.number}, {project.relative(project.signature(one.signature))}: {why}"
        for one, why in found
        if why
    }


def _is_about(entry: Entry, which: Which) -> bool:
    """Whether a signature counts for a report."""
    return (isinstance(entry, Statement) and entry.which == which) or (
        isinstance(entry, Made) and entry.round == which[0]
    )


def _unsound(project: Project, entry: Signed) -> str:
    """Why the signature of a line does not hold; blank where it does."""
    signature = project.read_bytes(project.signature(entry.signature))
    try:
        key = keys.verify(project, entry.office, signature, ledger.statement(entry), entry.date)
    except VerificationError as problem:
        return str(problem)
    return "" if key == entry.key else f"signed by {key}, not by {entry.key}"


# --- what is said ----------------------------------------------------------------------------------------------------


def say(
    project: Project, kind: str, which: Which, office: str, key: Path, date: str, remarks: Sequence[str] = ()
) -> Entry | None:
    """The line by which an office approves, accepts or returns a report; None where these bytes have its approval."""
    require_known(project, which)
    now = seen(project, which)
    _require_office(now, office, offices(project, which[1]))
    if kind != "return":
        if office in now.standing.approved:
            return None
        _require_order(now, kind, office)
        _require_open(project, now)
    told: dict[str, object] = {
        "kind": kind,
        "date": date,
        "round": which[0],
        "scope": which[1],
        "report": which[2],
        "office": office,
    }
    place = project.approved_copy(now.core)
    kept = project.read_bytes(place) if place.is_file() else copies.written(copies.copy(project, which))
    told |= {"core": now.core, "receipt": now.receipt, "copied": hashlib.sha256(kept).hexdigest()}
    return _signed(project, told | ({"remarks": list(remarks)} if remarks else {}), key, {place: kept})


def sign_runs(project: Project, round_name: str, office: str, key: Path, date: str) -> Entry:
    """The line by which the office that ran a round signs the record of its runs."""
    project.round(round_name)
    if not project.runs().is_file():
        raise HeramsError(f"{project.relative(project.runs())} is not there: nothing was run here (`herams run`)")
    head = chain.head(project.read_bytes(project.runs()))
    told = {"kind": "made", "date": date, "round": round_name, "office": office, "runs": head}
    return _signed(project, told, key)


def answer(project: Project, which: Which, remark: int, text: str, role: str, office: str, date: str) -> Entry:
    """The line by which a remark about a report is answered."""
    require_known(project, which)
    remarks = seen(project, which).standing.remarks
    if remark not in [one.number for one in remarks]:
        raise unknown(f"remark about {', '.join(which)}", remark, [str(one.number) for one in remarks])
    if remarks[remark - 1].answer:
        raise UsageError(f"remark {remark} was answered: {remarks[remark - 1].answer}")
    told = {"kind": "answer", "date": date, "round": which[0], "scope": which[1], "report": which[2]}
    said = {"remark": remark, "text": text, "role": role, "office": office}
    return ledger.append(project, ledger.drafted(project, {**told, **said}))


def require_known(project: Project, which: Which) -> None:
    """Refuses a round, a scope or a report that the registry does not have."""
    round_name, scope, report = which
    project.round(round_name)
    if scope not in project.scopes:
        raise unknown("scope", scope, project.scopes)
    known = (*lineage.due(project, round_name, scope), *project.registry.more_reports_of(scope))
    if report not in known:
        raise unknown(f"report of {scope}", report, known)


def _require_office(now: Seen, office: str, needed: Sequence[str]) -> None:
    if office not in needed:
        raise unknown(f"office for {now.which[1]}", office, needed)
    if now.state == "missing":
        raise HeramsError(f"{', '.join(now.which)} was not made yet: {now.why}")
    if now.state == "altered":
        raise VerificationError(f"changed after it was made: {now.why}; `herams run` makes it anew")
    if now.unsound:
        raise VerificationError("\n  ".join(("signatures that do not hold:", *now.unsound)))


def _require_order(now: Seen, kind: str, office: str) -> None:
    """A directorate has its say first, and every remark its answer."""
    scope = now.which[1]
    if (kind == "accept") != (office == scope and scope not in WIDER_SCOPES):
        verb = "accepts" if kind == "approve" else "approves"
        raise UsageError(
            f"{office} {verb} this report: a directorate accepts the one about itself, a ministry approves"
        )
    if now.standing.open:
        lines = [f"{one.number}, {one.office}: {one.text}" for one in now.standing.open]
        raise HeramsError("\n  ".join(("remarks without an answer (`herams review answer`):", *lines)))
    if kind == "approve" and scope in now.standing.missing and scope not in WIDER_SCOPES:
        raise HeramsError(f"{scope} has its say first: it accepts with `herams review accept`, or returns the report")


def _require_open(project: Project, now: Seen) -> None:
    if now.older_than:
        more = f" and {len(now.older_than) - 1} more" if len(now.older_than) > 1 else ""
        raise HeramsError(f"older than what it is made from ({now.older_than[0]}{more}): `herams run` first")
    if now.numbers != "open":
        raise GateClosedError(
            f"the numbers are {now.numbers}: settle the findings first (`herams findings {now.which[0]}`)"
        )


def _signed(
    project: Project, told: Mapping[str, object], key: Path, beside: Mapping[Path, bytes] | None = None
) -> Entry:
    """Signs a line, checks the signature as everybody will, and only then writes anything."""
    line = ledger.drafted(project, told)
    if not isinstance(line, Signed):
        raise TypeError(f"a line of kind {line.kind} is not signed")
    signature = keys.sign(key, ledger.statement(line))
    used = keys.verify(project, line.office, signature, ledger.statement(line), line.date)
    digest = hashlib.sha256(signature).hexdigest()
    for path, content in {**(beside or {}), project.signature(digest): signature}.items():
        project.write_bytes(path, content)
    return ledger.append(project, line.model_copy(update={"key": used, "signature": digest}))
