"""What offices signed and published, held together: ledger, signatures, the record of runs, manifests, tags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline import chain
from pipeline.ledger import Entry, Made, Publication
from pipeline.project import Project
from pipeline.verify import moved, published, signed
from pipeline.verify.bytes import Bytes
from pipeline.verify.commit import Commit
from pipeline.verify.found import Found


@dataclass(frozen=True)
class Offices:
    """What was found out: files by themselves, those that are so because of another file, what could not be checked."""

    found: tuple[Found, ...]
    stale: tuple[Found, ...]
    unchecked: tuple[str, ...]


def offices(project: Project, last: Commit, now: Bytes, known: published.Known) -> Offices:
    """All that is wrong with what was signed and published; a ledger with flaws is named, and no more asked of it."""
    found = signed.flawed(project)
    unsigned = [] if found else list(signed.unsigned(project, last, now))
    found += [one for one in unsigned if not one.because]
    runs, unchecked = _runs(project, known.entries)
    found += runs
    found += _publications(project, known, is_git=last.is_known)
    tested, more = moved.back_test(project, now, known.manifests) if last.is_known else ([], [])
    told = (signed.unchecked(project), *unchecked, *more)
    stale = tuple(one for one in unsigned if one.because)
    return Offices((*found, *tested), stale, tuple(filter(None, told)))


def _publications(project: Project, known: published.Known, *, is_git: bool) -> Iterator[Found]:
    name = project.relative(project.ledger())
    content = project.ledger().read_bytes() if project.ledger().is_file() else b""
    hashes = {chain.START, *chain.hashes(content)}
    lost = [one for one in known.manifests if one.manifest and one.manifest.ledger_head not in hashes]
    if known.entries and lost:
        yield Found(name, "altered", f"no line has the hash that {lost[0].path} names: it was cut or changed")
    elif known.entries or not content:
        yield from published.of_ledger(project, known.manifests, known.entries, is_git)
    if is_git:
        yield from published.of_git(project, known.manifests)


def _runs(project: Project, entries: Sequence[Entry]) -> tuple[list[Found], list[str]]:
    """The record of runs: a whole chain, in which those heads stand that were kept, here and in the ledger."""
    name, path = project.relative(project.runs()), project.runs()
    kept = project.runs_head().read_text(encoding="utf-8").split() if project.runs_head().is_file() else []
    content = path.read_bytes() if path.is_file() else b""
    if not kept and any(chain.NUMBER in line for line in chain.entries(content)):
        what = f"it keeps the hash of the last line of {name}, whose end may be cut"
        return [Found(project.relative(project.runs_head()), "missing", what)], []
    if faults := chain.faults(content, kept):
        return [Found(name, "altered", "; ".join(map(str, faults[:3])))], []
    named = {one.runs: one.number for one in entries if isinstance(one, Made | Publication)}
    known = {chain.START, *chain.hashes(content)}
    gone = [number for head, number in named.items() if head not in known]
    if not gone:
        return [], []
    line = f"line {gone[0]} of {project.relative(project.ledger())}"
    if len(gone) < len(named):
        return [Found(name, "altered", f"no line has the hash that {line} names: the end was cut")], []
    # Each machine has a record of its own: where none of its lines was ever named, it may be another's.
    what = "it is another machine's, or its end was cut" if content else "it is not here"
    return [], [f"the record of runs that {line} names: {what}"]
