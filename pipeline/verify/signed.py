"""What offices have signed: the ledger as it was written, its signatures and copies, and the keys that made them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from pipeline import ledger, review
from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.review import keys
from pipeline.verify.bytes import Bytes
from pipeline.verify.commit import Commit
from pipeline.verify.found import Found

NO_KEYGEN = "signatures: ssh-keygen is not installed here (OpenSSH 8.9 or later)"


def flawed(project: Project) -> list[Found]:
    """The ledger, its signatures and copies, as far as they are not what was written."""
    return [
        Found(one.path, one.state, f"line {one.line}: {one.what}" if one.line else one.what)
        for one in ledger.flaws(project)
    ]


def unchecked(project: Project) -> str:
    """Why no signature can be checked here; blank where all can, or there is none."""
    there = any(project.approvals().glob("*.sig"))
    return NO_KEYGEN if there and shutil.which("ssh-keygen") is None else ""


def unsigned(project: Project, last: Commit, now: Bytes) -> Iterator[Found]:
    """Lines whose signature does not hold, of a ledger without flaws; stale where only the list of keys is another."""
    entries = ledger.load(project)
    if unchecked(project) or not any(isinstance(one, ledger.Signed) for one in entries):
        return
    signers, name = project.relative(project.signers()), project.relative(project.ledger())
    try:
        keys.require_offices(project)
    except HeramsError as problem:
        yield Found(signers, "altered" if project.signers().is_file() else "missing", str(problem))
        return
    is_other = last.is_known and now.blob(signers) != last.blobs.get(signers)
    for why in review.unsound(project, entries).values():
        told = why.removeprefix(f"{name}, ")
        yield Found(name, "stale", told, signers) if is_other else Found(name, "altered", told)
