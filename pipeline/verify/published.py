"""Publications: the manifest of each against the ledger, its tag and its commit, and what it speaks for.

A manifest speaks for its archive, and for the files of its round until that is opened again: what is made then is
the next word, published or closed. Code and lists that those files were made of may move on; git has them as they were.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline import ledger, manifest, publications
from pipeline.errors import VerificationError
from pipeline.ledger import Entry, Publication
from pipeline.manifest import Manifest, Read
from pipeline.project import Project
from pipeline.verify.bytes import Bytes
from pipeline.verify.found import Found
from pipeline.verify.witness import Witness

HEAD = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Known:
    """What was published: the manifests that lie there, the ledger, and by which manifest each round is held."""

    manifests: tuple[Read, ...]
    entries: tuple[Entry, ...]
    """The lines of the ledger; none where it is not as it was written."""
    held: Mapping[str, Manifest]
    """For each round whose files should be those that were published: the manifest that names them."""

    @classmethod
    def of(cls, project: Project) -> Known:
        """Reads both, and says what they come to."""
        read, entries = tuple(manifest.manifests(project)), _entries(project)
        return cls(read, entries, _held(project, read, entries))

    def witnesses(self, project: Project) -> Iterator[Witness]:
        """What each manifest speaks for: the files of the round that it holds, its archive where that lies here."""
        for one in self.manifests:
            told = one.manifest
            if told is None:
                yield Witness(one.path, fault=one.fault)
                continue
            files = told.files if self.held.get(told.round) is told else {}
            yield Witness(one.path, {}, {**files, **_archive(project, told)})

    def is_let_go(self, project: Project, witness: Witness) -> bool:
        """Whether a witness is of a round that was closed and is not held: no commit says by which code."""
        ended = set(project.registry.rounds) - set(project.registry.open) - set(self.held)
        return any(_is_own(witness.path, name) for name in ended)


def _entries(project: Project) -> tuple[Entry, ...]:
    try:
        return tuple(ledger.load(project))
    except VerificationError:  # The ledger is named itself.
        return ()


def _held(project: Project, seen: Iterable[Read], entries: Sequence[Entry]) -> dict[str, Manifest]:
    """The ledger says which; a round that no line of it speaks of, or not any more, is held if it is closed."""
    lines = {one.line for one in publications.in_force(entries)}
    published = [one for one in entries if isinstance(one, Publication) and one.number in lines]
    spoken = {one.round for one in entries if isinstance(one, publications.ROUNDS)}
    return {
        told.round: told
        for told in (one.manifest for one in seen)
        if told is not None and told.edition == project.registry.edition
        if (told.round not in spoken and told.round not in project.registry.open)
        or any(_is_of(line, told) for line in published)
    }


def _archive(project: Project, told: Manifest) -> dict[str, str]:
    place = project.archives() / f"{told.name}.zip"
    return {project.relative(place): told.archive} if place.is_file() else {}


@dataclass(frozen=True)
class Tag:
    """An annotated tag: the commit that it names, and the hashes that its message names."""

    commit: str
    heads: tuple[str, ...]


def of_git(project: Project, seen: Iterable[Read]) -> Iterator[Found]:
    """Tags that are gone or name something else, commits that are gone, and manifests that contradict their commit."""
    for one in seen:
        told = one.manifest
        if told is None:
            continue
        found = tag(project, told.tag)
        name = f"tag {told.tag}"
        if found is None:
            yield Found(name, "missing", f"{one.path} names it (`git fetch --tags` brings tags)")
        elif found.commit != told.commit:
            yield Found(name, "altered", f"it names commit {found.commit[:12]}, {one.path} {told.commit[:12]}")
        elif found.heads and told.ledger_head not in found.heads:
            yield Found(name, "altered", f"it names another head of the ledger than {one.path}")
        yield from _in_commit(project, one.path, told)


def of_ledger(project: Project, seen: Iterable[Read], entries: Sequence[Entry], is_git: bool) -> Iterator[Found]:
    """Publications that only the ledger or only a manifest knows; with a tag the manifest is believed."""
    lines = [one for one in entries if isinstance(one, Publication)]
    known = [one.manifest for one in seen if one.manifest]
    book = project.relative(project.ledger())
    for line in lines:
        if not any(_is_of(line, told) for told in known):
            name = f"{project.relative(project.publications())}/{line.round}-{line.edition}-*.json"
            yield Found(name, "missing", f"{book}, line {line.number}, publishes it, and no manifest names its files")
    for one in seen:
        if one.manifest and not any(_is_of(line, one.manifest) for line in lines):
            what = f"no line publishes what {one.path} names: it was cut or changed"
            is_tagged = is_git and tag(project, one.manifest.tag) is not None
            yield (
                Found(book, "altered", what)
                if is_tagged
                else Found(one.path, "altered", f"no line of {book} publishes what it names")
            )


@dataclass(frozen=True)
class Then:
    """What witnesses were made of: for a published round code and lists as its commit has them, else as now."""

    commits: Mapping[str, Mapping[str, str]]
    now: Bytes

    @classmethod
    def of(cls, project: Project, known: Known, witnesses: Iterable[Witness], now: Bytes) -> Then:
        """Reads from each commit what the witnesses of its round name; from none where there is no git."""
        found = {}
        for name, held in known.held.items():
            inputs = {path for one in witnesses if _is_own(one.path, name) for path in one.inputs}
            told = contents(project, held.commit, sorted(path for path in inputs if not _is_own(path, name)))
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


def _in_commit(project: Project, by: str, told: Manifest) -> Iterator[Found]:
    """What the commit has of the files that the manifest names; the rest is under DVC."""
    if _git(project, ["cat-file", "-t", told.commit]) != b"commit\n":
        yield Found(f"commit {told.commit}", "missing", f"{by} names it (`git fetch` brings commits)")
        return
    for path, content in contents(project, told.commit, told.files):
        if hashlib.sha256(content).hexdigest() != told.files[path]:
            yield Found(by, "altered", f"commit {told.commit[:12]} has other bytes of {path}")
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


def _is_of(line: Publication, told: Manifest) -> bool:
    said = (line.round, line.edition, line.commit, line.runs, line.archive)
    return said == (told.round, told.edition, told.commit, told.runs_head, told.archive)


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
