"""Publication: a round is frozen as offices approved it, tagged, and goes out as an archive that verifies itself.

What is published is the last commit, A, with the round still open. A line of the ledger names it with the head of the
record of runs and the hash of the archive; a tag on A holds the ledger's head; then a commit B takes the round out of
the graph and keeps what was made of it. All of it is done, or nothing: B comes last, and what fails before it leaves
git and files as they were. Nothing is ever overwritten: a corrected round gets the next number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click

from pipeline import ledger, publications
from pipeline.errors import UsageError
from pipeline.ledger import Made, Publication
from pipeline.project import Project
from pipeline.publications import Published
from pipeline.publish import archive, errata, freeze, repository
from pipeline.publish.ready import Ready, ready
from pipeline.publish.whole import whole

__all__ = ["close", "publish", "reopen", "withdraw"]


def publish(
    project: Project, round_name: str, edition: str | None, date: str, out: Path | None = None, is_dry: bool = False
) -> None:
    """Publishes a round on a day, and tells what was done; with `is_dry` only what would be."""
    found = ready(project, round_name, edition)
    place = _place(project, found, out)
    for told in _told(project, found):
        click.echo(told)
    if is_dry:
        click.echo("nothing was changed")
        return
    packed = archive.archive(project, found, date)
    line = _published(project, found, date, packed, place)
    click.echo(f"{found.tag}: commit {found.commit[:12]}, line {line.number} of the ledger")
    click.echo(f"{place}: {len(packed) / 1e6:.1f} MB, SHA-256 {line.archive}")
    click.echo("now send on all of it: `git push --follow-tags`, `dvc push`, and the archive")


def _published(project: Project, found: Ready, date: str, packed: bytes, place: Path) -> Publication:
    """Writes the archive, the line, the tag and the commit that freezes the round, all or none; gives the line."""
    paths = [*freeze.touched(project, found.round), project.ledger(), *_publication_files(project, found)]
    with whole(project, [*paths, place]) as undo:
        project.write_bytes(place, packed)
        archive.require_verified(project, place)
        line = _line(project, found, date, packed)
        undo.append(lambda: _untagged(project, found.tag))
        repository.tag(project, found.tag, found.commit, _message(project, found, line))
        _write_publication(project, found, line)
        freeze.freeze(project, found.round)
        undo.append(lambda: repository.unstage(project))
        repository.commit(project, [path for path in paths if path.is_file()], f"Publish {_called(found)}")
    return line


def withdraw(project: Project, round_name: str, edition: str | None, reason: str, date: str) -> None:
    """Withdraws the last publication of a round: a line of the ledger and an errata page; nothing else changes."""
    project.round(round_name)
    entries = ledger.load(project)
    mine = publications.of_round(publications.told(entries), round_name, edition or project.registry.edition)
    if not mine:
        raise UsageError(f"{round_name} has no publication of the {edition or project.registry.edition} edition")
    if mine[-1].state == "withdrawn":
        raise UsageError(f"{mine[-1].tag} was withdrawn on {mine[-1].since}: {mine[-1].why}")
    told = {"kind": "withdraw", "date": date, "publication": mine[-1].line, "reason": reason}
    paths = [project.ledger(), *_errata_files(project, mine[-1].name)]
    with whole(project, paths):
        ledger.append(project, ledger.drafted(project, told))
        gone = next(one for one in publications.told(ledger.load(project)) if one.line == mine[-1].line)
        _write_errata(project, errata.Errata(gone))
    click.echo(f"{gone.tag} is withdrawn; its tag, archive and pages stay and still verify")
    click.echo(f"commit data/ledger.jsonl and {project.relative(project.publications())}")


def close(project: Project, round_name: str, reason: str, date: str) -> None:
    """Takes a round out of the graph without publishing it; what was made of it stays as it is."""
    freeze.require_current(project, round_name)
    with whole(project, [*freeze.touched(project, round_name), project.ledger()]):
        ledger.append(
            project, ledger.drafted(project, {"kind": "close", "date": date, "round": round_name, "reason": reason})
        )
        freeze.freeze(project, round_name)
    click.echo(f"{round_name} is closed: its tables and pages stay, other rounds can be compared with it")
    click.echo(
        "lost: nothing of it is made anew when code, form or decisions change, and it cannot be rebuilt from a tag"
    )
    click.echo(f"`herams round reopen {round_name} --reason TEXT` takes it up again; commit what `git status` shows")


def reopen(project: Project, round_name: str, reason: str, date: str) -> None:
    """Takes a round that was published or closed into the graph again, to correct it."""
    project.round(round_name)
    if round_name in project.registry.open:
        raise UsageError(f"{round_name} is open")
    mine = [one for one in publications.told(ledger.load(project)) if one.round == round_name]
    with whole(project, [*freeze.touched(project, round_name), project.ledger()]):
        told = {"kind": "reopen", "date": date, "round": round_name, "reason": reason}
        ledger.append(project, ledger.drafted(project, told))
        freeze.thaw(project, round_name)
    click.echo(f"{round_name} is open again; `herams run --round {round_name}` makes anew what changed since")
    if mine:
        click.echo(f"{mine[-1].tag} stays what is published, until `herams publish {round_name}` gives the next number")
    click.echo("commit what `git status` shows")


# --- what is written -------------------------------------------------------------------------------------------------


def _place(project: Project, found: Ready, out: Path | None) -> Path:
    folder = out.resolve() if out else project.archives()
    place = folder / f"{found.name}.zip"
    if place.exists():
        raise UsageError(f"{place} is there already: an archive is never overwritten; move it, or name another --out")
    return place


def _told(project: Project, found: Ready) -> Iterator[str]:
    yield f"{_called(found)}: {len(found.reports)} reports, each approved; verified; commit {found.commit[:12]}"
    if not any(isinstance(one, Made) and one.round == found.round for one in ledger.load(project)):
        what = "whether only who ran it has approved it, nobody can tell"
        yield f"no office has signed the record of its runs (`herams review sign-runs {found.round}`): {what}"
    if found.left_out:
        names = ", ".join("/".join(one.which[1:]) for one in found.left_out[:3])
        yield f"{len(found.left_out)} more lie here that nobody has approved, and do not go out ({names}, …)"
    if found.previous:
        how = "takes the place of" if found.previous.state != "withdrawn" else "follows the withdrawn"
        yield f"it {how} {found.previous.tag}: {found.reason}"


def _called(found: Ready) -> str:
    return f"{found.round}, {found.edition} edition, number {found.number}"


def _line(project: Project, found: Ready, date: str, packed: bytes) -> Publication:
    before = found.previous
    told = {
        "kind": "publish",
        "date": date,
        "round": found.round,
        "edition": found.edition,
        "commit": found.commit,
        "archive": hashlib.sha256(packed).hexdigest(),
        "runs": found.runs,
        "supersedes": before.line if before else None,
        "reason": found.reason,
    }
    return cast("Publication", ledger.append(project, ledger.drafted(project, told)))


def _message(project: Project, found: Ready, line: Publication) -> str:
    return (
        f"HeRAMS Iraq, round {_called(found)}\n\n"
        f"ledger: {ledger.head(project)}\nruns: {found.runs}\narchive: {line.archive}\n"
    )


def _write_publication(project: Project, found: Ready, line: Publication) -> None:
    """The manifest, and the errata of the publication whose place it takes."""
    project.write_json(project.publication(found.name), _manifest(project, found, line))
    if found.previous:
        old = next(one for one in publications.told(ledger.load(project)) if one.line == found.previous.line)
        _write_errata(project, errata.between(project, old, _cores(found)))


def _manifest(project: Project, found: Ready, line: Publication) -> dict[str, object]:
    return {
        "round": found.round,
        "edition": found.edition,
        "number": found.number,
        "date": line.date,
        "commit": found.commit,
        "tag": found.tag,
        "ledger_head": ledger.head(project),
        "runs_head": found.runs,
        "archive": line.archive,
        "reports": _cores(found),
        "files": {project.relative(path): project.sha256(path) for path in freeze.files(project, found.round)},
    }


def _cores(found: Ready) -> dict[str, str]:
    return {"/".join(one.which[1:]): one.core for one in found.reports}


def _write_errata(project: Project, told: errata.Errata) -> None:
    for ending, content in errata.written(project, told).items():
        project.write_bytes(project.errata(told.publication.name, ending), content)


def _publication_files(project: Project, found: Ready) -> list[Path]:
    before: Published | None = found.previous
    return [project.publication(found.name), *(_errata_files(project, before.name) if before else [])]


def _errata_files(project: Project, name: str) -> list[Path]:
    endings = [*(f"{code}.html" for code in project.registry.languages), "csv"]
    return [project.errata(name, ending) for ending in endings]


def _untagged(project: Project, tag: str) -> None:
    if repository.has_tag(project, tag):
        repository.untag(project, tag)
