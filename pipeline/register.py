"""The commands about rounds: register one, say what it should cover and what is due when, close it, open it again."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from pipeline.commands import Commands
from pipeline.commands import front_page as _front_page
from pipeline.commands import project as _project
from pipeline.commands import stage as _stage
from pipeline.project import Project


@click.group(name="round", cls=Commands)
def round_() -> None:
    """Rounds: register one, say what it should cover and what is due when, close it or open it again."""


@round_.command(name="add")
@click.argument("round_name", metavar="ROUND")
@click.option("--form", required=True, help="The form's codebook, a folder of data/codebooks.")
@click.option(
    "--export",
    "exports",
    required=True,
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An export as received; may be repeated.",
)
@click.option(
    "--window",
    nargs=2,
    required=True,
    metavar="FIRST LAST",
    help="The days between which facilities were visited, as 2024-03-01.",
)
@click.option(
    "--report-date", metavar="DAY", help="The last response on or before this day counts. By default the window's end."
)
@click.option("--previous", metavar="ROUND", help="The round before: its facilities are expected of this one.")
def round_add(
    round_name: str,
    form: str,
    exports: tuple[Path, ...],
    window: tuple[str, str],
    report_date: str | None,
    previous: str | None,
) -> None:
    """Register a round and put its exports under DVC."""
    from pipeline import rounds as verb

    verb.add(_project(), round_name, form, exports, window, report_date or window[1], previous)


@round_.command(name="baseline")
@click.argument("round_name", metavar="ROUND")
@click.option("--from", "previous", metavar="PREVIOUS", help="The facilities of this earlier round, from its tables.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of facilities in the columns of data/baselines/.",
)
@click.option("--none", "is_none", is_flag=True, help="An empty list: there is no earlier one.")
def round_baseline(round_name: str, previous: str | None, file: Path | None, is_none: bool) -> None:
    """Write the list of facilities that a round should cover (with --from, also a stage)."""
    from pipeline import baseline as verb

    if sum([previous is not None, file is not None, is_none]) != 1:
        raise click.UsageError("say where the list comes from: one of --from PREVIOUS, --file LIST.csv, --none")
    _stage(lambda *given: click.echo(verb.write(*given)), round_name, previous, file)


@round_.command(name="calendar")
@click.argument("round_name", metavar="[ROUND]", required=False)
@click.option("--date", "day", metavar="DAY", help="As on this day, such as 2024-08-15. By default today.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write the reminders to, a text for each directorate.",
)
def round_calendar(round_name: str | None, day: str | None, as_json: bool, out: Path | None) -> None:
    """Show what is due in a round, or in all open ones, and the reminders to send, each in its office's language."""
    from pipeline import reminder as verb

    click.echo(verb.told(_project(), round_name, day or datetime.date.today().isoformat(), as_json, out))


@round_.command(name="simulate")
@click.argument("round_name", metavar="ROUND")
def round_simulate(round_name: str) -> None:
    """Make the export of a simulated round, as the registry says (a stage)."""
    from pipeline import simulate as verb

    _stage(verb.simulate_round, round_name)


@round_.command(name="close")
@click.argument("round_name", metavar="ROUND")
@click.option("--reason", required=True, help="Why it is closed; it stands in the ledger.")
def round_close(round_name: str, reason: str) -> None:
    """Take a round out of what is made anew, without publishing it; its tables and pages stay."""
    from pipeline import publish as verb

    verb.close(_project(), round_name, reason, datetime.date.today().isoformat())
    _front_page(Project.find())


@round_.command(name="reopen")
@click.argument("round_name", metavar="ROUND")
@click.option("--reason", required=True, help="Why: it stands in the ledger, and on the errata page once published.")
def round_reopen(round_name: str, reason: str) -> None:
    """Open a published or closed round again, to correct it."""
    from pipeline import publish as verb

    verb.reopen(_project(), round_name, reason, datetime.date.today().isoformat())
    _front_page(Project.find())
