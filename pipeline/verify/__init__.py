"""Verification: whether all that lies there, from raw exports to pages, is what was made, by the hash of every byte.

Nothing is believed of DVC's database, of times, sizes or modes, and nothing is changed. Who speaks for a file: a
receipt for pages and what they were made of, a verdict for tables, the account for exports, dvc.lock and the files of
`dvc add` for all that is under DVC, the last commit for code and lists; signatures for what offices said, a manifest
for what was published, the ledger for the record of runs. A file is *altered* if it has other bytes than it was made
with, *missing* if it is not there, *unreceipted* if nothing speaks for its bytes, and *stale* if it was made of other
bytes than lie there now. Where one file was altered, what was made of it before is not stale: it is still what it was.
A published round was made by the code of its commit, and is held against that until it is opened again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain as joined

from pipeline.project import Project
from pipeline.run.files import Files
from pipeline.verify import more, remotes, stale
from pipeline.verify.bytes import Bytes
from pipeline.verify.claims import CACHE, FOLDER, Claims, claims, place
from pipeline.verify.commit import Commit, commit, uncommitted
from pipeline.verify.found import STATES, Found, State
from pipeline.verify.offices import offices
from pipeline.verify.published import Known, Then
from pipeline.verify.strangers import strangers
from pipeline.verify.witness import Witness, witnesses


@dataclass(frozen=True)
class Result:
    """What was found, how many files were looked at, and what could not be checked."""

    found: tuple[Found, ...]
    files: int
    unchecked: tuple[str, ...] = ()

    @property
    def is_intact(self) -> bool:
        """Whether nothing was found."""
        return not self.found


def verify(project: Project, round_name: str | None = None) -> Result:
    """What is not as it should be, of all rounds or of what concerns one; reads every file once, writes none."""
    if round_name is not None:
        project.round(round_name)
    now, said, last, known = Bytes(project.root), claims(project), commit(project), Known.of(project)
    seen = [*known.witnesses(project), *witnesses(project)]
    now.ahead(_wanted(project, said, last, seen))
    found = {one.path: one for one in _changed(project, now, said, seen)}
    claimed = offices(project, last, now, known)
    _add(found, claimed.found)
    others = (*uncommitted(last, now), *strangers(project, _spoken(said, last, seen)))
    _add(found, (one for one in others if last.is_known or one.path.startswith("outputs/")))
    sound = [one for one in seen if one.path not in found and not known.is_let_go(project, one)]
    digest = Then.of(project, known, sound, now).sha256
    old = joined(claimed.stale, stale.by_lock(project, said), stale.by_witness(sound, digest, found))
    everything = sorted({*found.values(), *_causes_by_file(old, found)}, key=lambda one: (STATES.index(one.state), one))
    unchecked = () if last.is_known else ("what the last commit has: there is no git here, or no commit",)
    told = tuple(one for one in everything if concerns(project, one, round_name))
    return Result(told, now.files, (*unchecked, *claimed.unchecked))


def _add(found: dict[str, Found], others: Iterable[Found]) -> None:
    """What is known of a file already is known better."""
    for one in others:
        found.setdefault(one.path, one)


def _wanted(project: Project, said: Claims, last: Commit, seen: list[Witness]) -> Iterator[tuple[str, str]]:
    """All that will be hashed, and how."""
    yield from ((path, "md5") for path in said.files)
    yield from ((place(md5), "md5") for md5 in said.objects)
    yield from ((path, "md5") for _, path, _ in remotes.wanted(project, said))
    yield from ((path, "blob") for path in last.blobs)
    for one in seen:
        yield from ((path, "sha256") for path in (*one.inputs, *one.outputs))


def _changed(project: Project, now: Bytes, said: Claims, seen: list[Witness]) -> Iterator[Found]:
    """What was altered or is missing; the last word on a file is that of its nearest witness."""
    told = {one.path: one for one in _under_dvc(now, said)}
    sound = _sound(now, seen, told)
    confirmed = {path for one in sound for path, digest in one.outputs.items() if now.sha256(path) == digest}
    for path in sorted(confirmed & told.keys() & said.files.keys()):
        by = said.files[path].by
        told[path] = Found(by, "altered", f"it names other bytes of {path} than receipt or manifest of that file")
    yield from told.values()
    yield from _whole_folders(project, now, said, sound)
    yield from _cache(now, said)
    yield from remotes.altered(project, said, now)
    yield from more.altered(project, now, (one for one in sound if _is_more(said, one)))


def _under_dvc(now: Bytes, said: Claims) -> Iterator[Found]:
    for path, claim in said.files.items():
        md5 = now.md5(path)
        if md5 is None:
            yield Found(path, "missing", f"{claim.by} names it")
        elif md5 != claim.md5:
            yield Found(path, "altered", f"{claim.by} names other bytes")


def _sound(now: Bytes, seen: Iterable[Witness], told: dict[str, Found]) -> list[Witness]:
    """The witnesses that nobody before them contradicts; adds to what is told what each finds."""
    sound = []
    for one in seen:
        if one.fault:
            told.setdefault(one.path, Found(one.path, "altered", one.fault))
        elif one.path not in told:
            sound.append(one)
            for found in _spoken_for(now, one):
                told.setdefault(found.path, found)
    return sound


def _spoken_for(now: Bytes, one: Witness) -> Iterator[Found]:
    for path, digest in one.outputs.items():
        found = now.sha256(path)
        if found is None:
            yield Found(path, "missing", f"{one.path} names it")
        elif found != digest:
            yield Found(path, "altered", f"{one.path} names other bytes")


def _whole_folders(project: Project, now: Bytes, said: Claims, sound: Iterable[Witness]) -> Iterator[Found]:
    """Folders whose list is not at hand: the files in them that a witness knows otherwise, else the whole folder."""
    files = Files(project)
    for path, claim in said.folders.items():
        if any(name.startswith(f"{path}/") for name in said.files) or (md5 := files.md5(path)) == claim.md5:
            continue
        state: State = "altered" if md5 else "missing"
        known = joined.from_iterable((*one.inputs.items(), *one.outputs.items()) for one in sound)
        inside = {name for name, digest in known if name.startswith(f"{path}/") and now.sha256(name) != digest}
        yield from (Found(name, state, f"{claim.by} names other bytes") for name in sorted(inside) or [path])


def _cache(now: Bytes, said: Claims) -> Iterator[Found]:
    """Objects of DVC's cache whose bytes are not those that their name says; one that is not there is no harm."""
    for md5 in sorted(said.objects):
        found = now.md5(place(md5))
        if found is not None and found != md5.removesuffix(FOLDER):
            yield Found(
                place(md5), "altered", "an object of DVC's cache is named by its bytes: DVC would restore these"
            )


def _is_more(said: Claims, one: Witness) -> bool:
    """Whether a witness is the receipt of a report that DVC does not know."""
    return one.path.endswith(".receipt.json") and not said.maker(one.path)


def _spoken(said: Claims, last: Commit, seen: list[Witness]) -> set[str]:
    """All files that somebody speaks for, whatever their bytes are."""
    spoken = {*said.files, *last.blobs, *last.untracked}
    for one in seen:
        spoken |= {one.path, *one.outputs, *(path for path in one.inputs)}
    return spoken


def _causes_by_file(old: Iterable[Found], altered: dict[str, Found]) -> list[Found]:
    """What is stale; a folder gives way to a file in it that is named as the cause, or is not committed."""
    told = [one for one in old if one.because not in altered or altered[one.because].state == "unreceipted"]
    exact = {one.because for one in told} | {path for path, one in altered.items() if one.state != "altered"}
    inside = {one.because: [path for path in exact if path.startswith(f"{one.because}/")] for one in told}
    return [
        Found(one.path, one.state, one.why, because)
        for one in told
        if one.path not in altered
        for because in (sorted(inside[one.because]) or [one.because])
    ]


def concerns(project: Project, one: Found, round_name: str | None) -> bool:
    """Whether a finding is about a round, or about no round: code, lists and the cache are every round's."""
    words = {part.split(".")[0] for part in one.path.split("/")}
    return round_name is None or round_name in words or not words & set(project.registry.rounds)


__all__ = ["CACHE", "Found", "Result", "concerns", "verify"]
