"""The command line: argv in, one call, exit code out.

Verbs are imported when their command runs: `herams --help` answers at once, and a stage loads only what it needs.
"""

from __future__ import annotations

import datetime
import errno
import sys
from pathlib import Path
from typing import Any

import click

from pipeline import (
    audit,
    facility_commands,
    form_commands,
    loop,
    paper,
    publish_commands,
    reference,
    register,
    review_commands,
    revision_commands,
    since_commands,
    trace_commands,
)
from pipeline.commands import Commands
from pipeline.commands import choice as _choice
from pipeline.commands import is_of_a_run as _is_of_a_run
from pipeline.commands import list_faults as _list_faults
from pipeline.commands import options as _options
from pipeline.commands import project as _project
from pipeline.commands import stage as _stage
from pipeline.errors import HeramsError, unknown
from pipeline.project import TABLES, Project


def main(arguments: list[str] | None = None, project: Project | None = None) -> None:
    """Runs a command and ends with its exit code: 0 done, 1 failed, 2 wrong use, 3 a gate is closed, 4 not verified.

    A stage of `herams run` gets its project from there: what is installed has been checked already, and the front page
    is made once at the end.
    """
    try:
        herams.main(args=arguments, prog_name="herams", standalone_mode=False, obj=project)
    except HeramsError as problem:
        click.echo(f"herams: {problem}", err=True)
        sys.exit(problem.exit_code)
    except click.ClickException as problem:
        problem.show()
        sys.exit(2 if isinstance(problem, click.UsageError) else 1)
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        click.echo(f"herams: the disk is full ({problem}): make room, then run again", err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("herams: stopped", err=True)
        sys.exit(130)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="herams-iraq", message="%(version)s")
def herams() -> None:
    """From a HeRAMS export to the reports that health ministries decide by.

    Start with `herams run`; it brings everything up to date. The README has a first day for a new analyst.
    """


@herams.command()
@click.option("--round", "round_name", metavar="ROUND", help="Only this open round.")
@click.option(
    "--directorate", "scope", metavar="SCOPE", help="Only the report of this directorate (or federal, kurdistan, iraq)."
)
@click.option(
    "--jobs", "-j", type=click.IntRange(1), metavar="N", help="Stages at once; by default cores and two more."
)
@click.option("--cluster", metavar="ADDRESS", help="Run the stages on this Dask cluster: tcp://HOST:8786.")
@click.option("--timeout", type=click.IntRange(1), metavar="SECONDS", help="Stop a report that takes longer.")
@click.option("--all", "is_all", is_flag=True, help="Every subject for every directorate and ministry as well.")
@click.option("--dry", is_flag=True, help="Say what would run and why, and run nothing.")
def run(round_name: str | None, scope: str | None, is_all: bool, dry: bool, **limits: Any) -> None:
    """Bring everything up to date: only what changed is made anew."""
    from pipeline import run as verb

    if dry:
        verb.explain(_project(), round_name, scope, verb.Limits(**limits), is_all)
    else:
        verb.run(_project(), round_name, scope, verb.Limits(**limits), is_all)


@herams.command()
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def status(as_json: bool) -> None:
    """Show each report of the open rounds: what the gates say, how its page stands, and why; which acceptances end."""
    from pipeline.run import board

    # The one look at the calendar: a stage compares with the report date only.
    click.echo(board.told(_project(), datetime.date.today(), as_json))


@herams.command()
@click.argument("form")
@click.option("--facilities", default=5205, show_default=True, help="How many facilities.")
@click.option("--seed", default=1, show_default=True, help="Same seed, same bytes.")
@_choice("--answers", "text", "codes", about="Answers as English text, or as codes.")
@_choice("--headers", "one", "two", about="One header row of codes, or question texts above them.")
@click.option(
    "--ranks",
    type=click.Choice(("older", "newer")),
    help="A column for each rank, or one for each option; by default as the form's exports are.",
)
@_choice("--format", "csv", "xlsx", about="The kind of file.")
@_choice("--dirt", "real", "none", about="With or without the harmless dirt of real exports.")
@click.option(
    "--directorate",
    "directorates",
    multiple=True,
    metavar="DIRECTORATE",
    help="Only these directorates; may be repeated.",
)
@click.option(
    "--fault",
    "faulty",
    multiple=True,
    metavar="NAME=N",
    help="A fault that a gate should find, in N facilities; may be repeated.",
)
@click.option("--previous", metavar="ROUND", help="The simulated round that this one follows: its facilities.")
@click.option(
    "--new-ids", type=click.IntRange(0, 100), default=0, metavar="PERCENT", help="With --previous: ids that are new."
)
@click.option(
    "--late",
    multiple=True,
    metavar="DIRECTORATE",
    help="With --previous: a directorate that answers in the last days; may be repeated.",
)
@click.option(
    "--truth",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --previous: a CSV of what became of each facility: before, now, event.",
)
@click.option(
    "--window", nargs=2, metavar="FIRST LAST", help="The days between which facilities are visited, as 2024-03-01."
)
@click.option(
    "--faults", is_flag=True, is_eager=True, expose_value=False, callback=_list_faults, help="List the faults."
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def simulate(
    form: str, facilities: int, seed: int, out: Path, faulty: tuple[str, ...], truth: Path | None, **layout: Any
) -> None:
    """Make an export that looks real: for a demonstration, a test or a training."""
    from pipeline import simulate as verb

    project = _project()
    options = verb.asked(faulty=faulty, **_options(layout))
    if truth and options.previous is None:
        raise click.UsageError("--truth tells what became of the facilities of --previous ROUND: name that round")
    export, became = verb.simulated(project, form, facilities, seed, options)
    project.write_bytes(out.resolve(), export)
    if truth:
        project.write_csv(truth.resolve(), became)


@herams.command()
@click.argument("round_name", metavar="ROUND")
def ingest(round_name: str) -> None:
    """Read a round's exports into records (a stage)."""
    from pipeline import ingest as verb

    _stage(verb.ingest, round_name)


@herams.command()
@click.argument("words", nargs=-1, metavar="ROUND TABLE...")
@click.option(
    "--list", "is_list", is_flag=True, help="List the rules in full: of all tables, or `gate --list TABLE...`."
)
@click.option(
    "--form", metavar="FORM", help="With --list: unfold the rules by this form, not by that of the open round."
)
@click.option("--json", "as_json", is_flag=True, help="With --list: for a program to read.")
def gate(words: tuple[str, ...], is_list: bool, form: str | None, as_json: bool) -> None:
    """Judge tables of a round by their suites (a stage), or list the rules that they are judged by."""
    from pipeline import gate as verb

    if is_list:
        click.echo(verb.rules(_project(), words, form, as_json))
        return
    if len(words) < 2 or form or as_json:
        raise click.UsageError("name a round and its tables, as in `herams gate demo-2023 records`; or use --list")
    round_name, tables = words[0], words[1:]
    for table in tables:
        if table not in TABLES:
            raise unknown("table", table, TABLES)
    _stage(verb.gate, round_name, tables)


@herams.command()
@click.argument("round_name", metavar="ROUND")
def clean(round_name: str) -> None:
    """Make facilities, answers, choices and staff from records and decisions (a stage)."""
    from pipeline import clean as verb

    _stage(verb.clean, round_name)


@herams.command()
@click.argument("round_name", metavar="ROUND")
def measure(round_name: str) -> None:
    """Compute every indicator for every scope and group (a stage)."""
    from pipeline import measure as verb

    _stage(verb.measure, round_name)


@herams.command()
@click.argument("round_name", metavar="ROUND")
@click.option("--all", "is_all", is_flag=True, help="Of the reports beyond the round's own (`run --all`).")
def brief(round_name: str, is_all: bool) -> None:
    """Cut for each report all that it may know (a stage)."""
    from pipeline import brief as verb

    _stage(verb.more if is_all else verb.brief, round_name)


@herams.command()
@click.argument("round_name", metavar="ROUND")
@click.argument("scope")
@click.argument("report_name", metavar="REPORT")
def report(round_name: str, scope: str, report_name: str) -> None:
    """Run a report's notebook and make its page (a stage)."""
    from pipeline import report as verb

    _stage(verb.report, round_name, scope, report_name)
    if not _is_of_a_run() and report_name in _project().registry.more_reports_of(scope):
        from pipeline.run import more

        more.note(_project(), (round_name, scope, report_name))


form_commands.form.add_command(revision_commands.diff)
herams.add_command(form_commands.form)
herams.add_command(register.round_)
herams.add_command(facility_commands.link)
herams.add_command(facility_commands.facilities)
herams.add_command(loop.findings)
herams.add_command(loop.decisions)
herams.add_command(paper.pdf)
herams.add_command(loop.revisit)
herams.add_command(reference.boundaries)
herams.add_command(since_commands.since)
herams.add_command(since_commands.compare)
herams.add_command(trace_commands.trace)
herams.add_command(review_commands.review)
herams.add_command(audit.verify)
herams.add_command(publish_commands.publish)
herams.add_command(publish_commands.withdraw)


@herams.command(name="index")
def index_() -> None:
    """Make outputs/index.html anew from what lies on the disk."""
    from pipeline.run import front as verb

    verb.make(_project())
