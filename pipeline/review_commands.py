"""The commands by which reports are reviewed: what waits for whom, approving, returning, answering."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands import Commands
from pipeline.commands import front_page as _front_page
from pipeline.commands import project as _project
from pipeline.errors import VerificationError

if TYPE_CHECKING:
    from pipeline.ledger import Statement
    from pipeline.review import Seen

SHOWN = 40


def _report(command: Callable[..., None]) -> Callable[..., None]:
    """The three words that name a report."""
    for name, metavar in (("report_name", "REPORT"), ("scope", "SCOPE"), ("round_name", "ROUND")):
        command = click.argument(name, metavar=metavar)(command)
    return command


def _signing(command: Callable[..., None]) -> Callable[..., None]:
    """For whom one speaks, and with which key."""
    command = click.option("--as", "office", required=True, metavar="OFFICE", help="The office that you speak for.")(
        command
    )
    return click.option(
        "--key",
        required=True,
        envvar="HERAMS_KEY",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The SSH key to sign with; or the variable HERAMS_KEY.",
    )(command)


@click.group(cls=Commands)
def review() -> None:
    """Review reports: approve them or send them back, signed."""


@review.command(name="list")
@click.argument("round_name", metavar="[ROUND]", required=False)
@click.option("--as", "office", metavar="OFFICE", help="Only what waits for this office.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_(round_name: str | None, office: str | None, as_json: bool) -> None:
    """List the reports of a round, or of all open rounds: how each stands, and whom it waits for."""
    from pipeline import review as verb

    project = _project()
    if office is not None:
        verb.require_office(project, office, project.scopes)
    rounds = [round_name] if round_name else project.registry.open
    found = [seen for name in rounds for seen in verb.seen_of_round(project, name)]
    told = [seen for seen in found if office is None or _waits(seen, office)]
    click.echo(_json(told) if as_json else "\n".join(map(_line, told)) or "nothing waits")
    _end(found)


@review.command()
@_report
@click.option("--as", "office", metavar="OFFICE", help="What changed since this office approved; by default any.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def status(round_name: str, scope: str, report_name: str, office: str | None, as_json: bool) -> None:
    """Tell how a report stands: approvals, remarks and answers, and what changed since it was approved."""
    from pipeline import review as verb

    project, which = _project(), (round_name, scope, report_name)
    verb.require_known(project, which)
    if office is not None:
        verb.require_office(project, office, [scope])
    seen = verb.seen(project, which)
    if as_json:
        click.echo(_json([seen]))
    else:
        click.echo("\n".join([_line(seen), *_remarks(seen)]))
        for names, earlier in _earlier(seen, office):
            _tell_changes(f"since {names} approved on {earlier.date}", *verb.changed(project, which, earlier))
    _end([seen])


@review.command()
@_report
@_signing
def approve(round_name: str, scope: str, report_name: str, office: str, key: Path) -> None:
    """Approve a report as it lies there, for a ministry."""
    _say("approve", (round_name, scope, report_name), office, key)


@review.command()
@_report
@_signing
def accept(round_name: str, scope: str, report_name: str, office: str, key: Path) -> None:
    """Accept the report about a directorate, for this directorate: before its ministry approves."""
    _say("accept", (round_name, scope, report_name), office, key)


@review.command(name="return")
@_report
@_signing
@click.option("--remark", "remarks", required=True, multiple=True, help="What is to be answered; may be repeated.")
def return_(round_name: str, scope: str, report_name: str, office: str, key: Path, remarks: tuple[str, ...]) -> None:
    """Send a report back with remarks, each of which must be answered before it is approved."""
    _say("return", (round_name, scope, report_name), office, key, remarks)


@review.command(name="sign-runs")
@click.argument("round_name", metavar="ROUND")
@_signing
def sign_runs(round_name: str, office: str, key: Path) -> None:
    """Sign the record of runs, for the office that ran a round; its key alone then approves no report of it."""
    from pipeline import review as verb

    line = verb.sign_runs(_project(), round_name, office, key, _today())
    click.echo(f"line {line.number} of data/ledger.jsonl; commit it with data/approvals")


@review.command()
@_report
@click.argument("remark", type=click.IntRange(1))
@click.argument("text")
@click.option("--role", required=True, help="Whose answer it is: a role, no name of a person.")
@click.option("--office", required=True, help="The office that answers.")
def answer(round_name: str, scope: str, report_name: str, remark: int, text: str, role: str, office: str) -> None:
    """Answer a remark by its number, as `review status` shows it."""
    from pipeline import review as verb

    which = (round_name, scope, report_name)
    project = _project()
    verb.answer(project, which, remark, text, role, office, _today())
    _front_page(project)
    click.echo(f"{' '.join(which)}: remark {remark} is answered; commit data/ledger.jsonl")


def _say(kind: str, which: tuple[str, str, str], office: str, key: Path, remarks: Sequence[str] = ()) -> None:
    from pipeline import review as verb

    project = _project()
    said = verb.say(project, kind, which, office, key, _today(), remarks)
    if said is None:
        click.echo(f"{' '.join(which)}: {office} approved these very bytes; no second look is needed")
        return
    _front_page(project)
    now = verb.seen(project, which)
    click.echo(f"{_line(now)}\nline {said.number} of data/ledger.jsonl; commit it with data/approvals")


def _today() -> str:
    return datetime.date.today().isoformat()


# --- what a person reads ---------------------------------------------------------------------------------------------


def _waits(seen: Seen, office: str) -> bool:
    return office in seen.standing.missing and seen.state != "missing"


def _line(seen: Seen) -> str:
    parts = [f"{' '.join(seen.which):<44}{seen.state:<10}"]
    if seen.why:
        parts.append(seen.why)
    if seen.numbers in ("provisional", "closed"):
        parts.append(f"numbers {seen.numbers}")
    if seen.standing.approved:
        parts.append(f"approved by {', '.join(seen.standing.approved)}")
    if seen.standing.missing:
        parts.append(f"waits for {', '.join(seen.standing.missing)}")
    if seen.standing.is_own_work:
        parts.append("by who made it: somebody else must approve too")
    if seen.older_than:
        parts.append(f"older than {seen.older_than[0]}")
    return "  ".join(parts).rstrip()


def _remarks(seen: Seen) -> list[str]:
    told = []
    for one in seen.standing.remarks:
        told += [f"  remark {one.number}, {one.office}, {one.date}: {one.text}"]
        told += [f"    answer: {one.answer}" if one.answer else "    no answer yet"]
    return told


def _earlier(seen: Seen, office: str | None) -> Iterator[tuple[str, Statement]]:
    """What was approved before, with the offices that did: the same bytes are told once."""
    before = {name: one for name, one in seen.standing.earlier.items() if office in (None, name)}
    for core, one in {one.core: one for one in before.values()}.items():
        yield ", ".join(name for name, other in before.items() if other.core == core), one


def _tell_changes(when: str, numbers: Sequence[str], text: Sequence[str]) -> None:
    """Numbers first, then text; long lists are cut, with a count of the rest."""
    for what, lines in (("rows of numbers", numbers), ("lines of text", text)):
        click.echo(f"\nchanged {when}: {len(lines)} {what}")
        for line in lines[:SHOWN]:
            click.echo(f"  {line}")
        if len(lines) > SHOWN:
            click.echo(f"  … and {len(lines) - SHOWN} more")
    if not numbers and not text:
        click.echo("what changed is the receipt's id, the look, the tables or another language's words")


def _json(found: Sequence[Seen]) -> str:
    return json.dumps([_entry(seen) for seen in found], ensure_ascii=False, sort_keys=True, indent=2)


def _entry(seen: Seen) -> dict[str, Any]:
    known = seen.standing
    return {
        **dict(zip(("round", "scope", "report"), seen.which, strict=True)),
        "state": seen.state,
        "why": seen.why,
        "core": seen.core,
        "numbers": seen.numbers,
        "approved": list(known.approved),
        "missing": list(known.missing),
        "remarks": [vars(one) for one in known.remarks],
        "void": {office: earlier.core for office, earlier in known.earlier.items()},
        "is_own_work": known.is_own_work,
        "older_than": list(seen.older_than),
        "unsound": list(seen.unsound),
    }


def _end(found: Sequence[Seen]) -> None:
    """Ends with 4 where something is not as it was signed or made."""
    unsound = dict.fromkeys(one for seen in found for one in seen.unsound)
    if unsound:
        raise VerificationError("\n  ".join(("signatures that do not hold:", *unsound)))
    if any(seen.state == "altered" for seen in found):
        sys.exit(VerificationError.exit_code)
