"""Publications: the manifest of each against the ledger, its tag, its commit, and the files that lie there now.

A manifest speaks for the files of its round. Code and lists that it names may move on; git has them as they were.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ledger import Entry, Publication
from pipeline.manifest import Manifest, Read
from pipeline.project import Project
from pipeline.verify.bytes import Bytes
from pipeline.verify.found import Found
from pipeline.verify.witness import Witness

HEAD = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Tag:
    """An annotated tag: the commit that it names, and the hashes that its message names."""

    commit: str
    heads: tuple[str, ...]


def of_git(project: Project, seen: Iterable[Read]) -> Iterator[Found]:
    """Tags that are gone or name something else, commits that are gone, and manifests that contradict their commit."""
    for one in seen:
        manifest = one.manifest
        if manifest is None:
            yield Found(one.path, "altered", one.fault)
            continue
        found = tag(project, manifest.tag)
        name = f"tag {manifest.tag}"
        if found is None:
            yield Found(name, "missing", f"{one.path} names it (`git fetch --tags` brings tags)")
        elif found.commit != manifest.commit:
            yield Found(name, "altered", f"it names commit {found.commit[:12]}, {one.path} {manifest.commit[:12]}")
        elif found.heads and manifest.ledger_head not in found.heads:
            yield Found(name, "altered", f"it names another head of the ledger than {one.path}")
        yield from _in_commit(project, one.path, manifest)


def of_ledger(project: Project, seen: Iterable[Read], entries: Sequence[Entry], is_git: bool) -> Iterator[Found]:
    """Publications that only the ledger or only a manifest knows; with a tag the manifest is believed."""
    lines = [one for one in entries if isinstance(one, Publication)]
    known = [one.manifest for one in seen if one.manifest]
    ledger = project.relative(project.ledger())
    for line in lines:
        if not any(_is_of(line, manifest) for manifest in known):
            name = f"{project.relative(project.publications())}/{line.round}-{line.edition}-*.json"
            yield Found(name, "missing", f"{ledger}, line {line.number}, publishes it, and no manifest names its files")
    for one in seen:
        if one.manifest and not any(_is_of(line, one.manifest) for line in lines):
            what = f"no line publishes what {one.path} names: it was cut or changed"
            is_tagged = is_git and tag(project, one.manifest.tag) is not None
            yield (
                Found(ledger, "altered", what)
                if is_tagged
                else Found(one.path, "altered", f"no line of {ledger} publishes what it names")
            )


@dataclass(frozen=True)
class Frozen:
    """A file of a closed round that was published: the manifest that names it last, and its bytes."""

    path: str
    by: str
    digest: str


def of_files(project: Project, now: Bytes, seen: Iterable[Read]) -> Iterator[Found]:
    """Files of published rounds that are closed, with other bytes than were published last, or not there."""
    for one in wanted(project, seen):
        found = now.sha256(one.path)
        if found is None:
            yield Found(one.path, "missing", f"{one.by} names it")
        elif found != one.digest:
            yield Found(one.path, "altered", f"{one.by} names other bytes")


def wanted(project: Project, seen: Iterable[Read]) -> list[Frozen]:
    """All files of closed rounds that were published."""
    return [
        Frozen(path, by, digest)
        for name, (by, manifest) in _closed(project, seen).items()
        for path, digest in manifest.files.items()
        if _is_own(path, name)
    ]


def _closed(project: Project, seen: Iterable[Read]) -> dict[str, tuple[str, Manifest]]:
    """The last manifest of each round that was published and is closed, in the edition of this project."""
    registry = project.registry
    known = [(one.path, one.manifest) for one in seen if one.manifest and one.manifest.edition == registry.edition]
    return {manifest.round: (path, manifest) for path, manifest in known if manifest.round not in registry.open}


def is_let_go(project: Project, seen: Iterable[Read], witness: Witness) -> bool:
    """Whether a witness is of a round that was closed and never published: no commit says by which code."""
    ended = set(project.registry.rounds) - set(project.registry.open) - set(_closed(project, seen))
    return any(_is_own(witness.path, name) for name in ended)


@dataclass(frozen=True)
class Then:
    """What witnesses were made of: for those of a closed round code and lists as its commit has them, else as now."""

    commits: Mapping[str, Mapping[str, str]]
    now: Bytes

    @classmethod
    def of(cls, project: Project, seen: Iterable[Read], witnesses: Iterable[Witness], now: Bytes) -> Then:
        """Reads from each commit what the witnesses of its round name; from none where there is no git."""
        found = {}
        for name, (_, manifest) in _closed(project, seen).items():
            inputs = {path for one in witnesses if _is_own(one.path, name) for path in one.inputs}
            told = contents(project, manifest.commit, sorted(path for path in inputs if not _is_own(path, name)))
            found[name] = {path: hashlib.sha256(content).hexdigest() for path, content in told}
        return cls(found, now)

    def sha256(self, witness: str, path: str) -> str | None:
        """The SHA-256 of a file that a witness names."""
        known = next((known for name, known in self.commits.items() if _is_own(witness, name)), {})
        return known.get(path) or self.now.sha256(path)


def tag(project: Project, name: str) -> Tag | None:
    """An annotated tag; None where there is none."""
    told = _git(project, ["cat-file", "tag", f"refs/tags/{name}"])
    if not told:
        return None
    head, _, message = told.decode("utf-8", "replace").partition("\n\n")
    return Tag(head.partition("\n")[0].removeprefix("object "), tuple(HEAD.findall(message)))


def _in_commit(project: Project, by: str, manifest: Manifest) -> Iterator[Found]:
    """What the commit has of the files that the manifest names; the rest is under DVC."""
    if _git(project, ["cat-file", "-t", manifest.commit]) != b"commit\n":
        yield Found(f"commit {manifest.commit}", "missing", f"{by} names it (`git fetch` brings commits)")
        return
    for path, content in contents(project, manifest.commit, manifest.files):
        if hashlib.sha256(content).hexdigest() != manifest.files[path]:
            yield Found(by, "altered", f"commit {manifest.commit[:12]} has other bytes of {path}")
            return


def contents(project: Project, commit: str, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The bytes of files as a commit has them; those that it does not have are left out."""
    asked = list(paths)
    words = "".join(f"{commit}:./{path}\n" for path in asked).encode("utf-8")
    told = _git(project, ["cat-file", "--batch"], words) or b""
    for path in asked:
        head, _, rest = told.partition(b"\n")
        if head.endswith(b" missing"):
            told = rest
            continue
        size = int(head.rpartition(b" ")[2] or b"0")
        yield path, rest[:size]
        told = rest[size + 1 :]


def _is_of(line: Publication, manifest: Manifest) -> bool:
    return (line.round, line.edition, line.commit, line.runs) == (
        manifest.round,
        manifest.edition,
        manifest.commit,
        manifest.runs_head,
    )


def _is_own(path: str, round_name: str) -> bool:
    """Whether a file is of a round: its folder, or its name without the ending."""
    return round_name in {part.split(".")[0] for part in path.split("/")}


def _git(project: Project, words: list[str], content: bytes = b"") -> bytes | None:
    """What git says; None where it has nothing to say, or is not there."""
    try:
        asked = subprocess.run(["git", *words], cwd=project.root, input=content, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return asked.stdout
