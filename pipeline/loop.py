"""The commands of the loop by which findings are mended: what is asked, and what comes back."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.commands import Commands
from pipeline.commands import front_page as _front_page
from pipeline.commands import project as _project


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.option("--directorate", metavar="DIRECTORATE", help="Only what concerns this directorate.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A spreadsheet to send; without --directorate one for each, FILE-<directorate>.xlsx.",
)
@click.option("--language", type=click.Choice(["en", "ar", "ckb"]), help="By default the directorate's own.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def findings(round_name: str, directorate: str | None, out: Path | None, language: str | None, as_json: bool) -> None:
    """Show what directorates are to be asked, or write the spreadsheets that they answer in."""
    from pipeline import findings as verb

    project = _project()
    project.round(round_name)
    if out is not None:
        for line in verb.write(project, round_name, directorate, out.resolve(), language):
            click.echo(line)
        return
    told = verb.asked(project, round_name, directorate)
    click.echo(verb.json_text(told) if as_json else verb.text(project, told, language or "en"))


@click.group(cls=Commands)
def decisions() -> None:
    """Decisions: take in what directorates answered."""


@decisions.command(name="import")
@click.argument("path", metavar="FILE.xlsx", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry", is_flag=True, help="Show what would be decided, and write nothing.")
def import_(path: Path, dry: bool) -> None:
    """Make decisions of the answers in a spreadsheet that came back: all of them or none."""
    from pipeline import returned as verb

    project = _project()
    click.echo(verb.text(verb.returned(project, path, dry), dry))
    if not dry:
        _front_page(project)


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.option(
    "--share",
    type=click.IntRange(1, 20),
    default=5,
    show_default=True,
    metavar="PERCENT",
    help="How many of each directorate's facilities, from 1 to 20 percent.",
)
@click.option("--directorate", metavar="DIRECTORATE", help="Only this directorate.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write the lists to go by into this folder, and keep who was drawn.",
)
@click.option("--language", type=click.Choice(["en", "ar", "ckb"]), help="By default the directorate's own.")
@click.option(
    "--import",
    "path",
    metavar="FILE.xlsx",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take in a list that came back: all of it or nothing.",
)
@click.option("--dry", is_flag=True, help="With --import: show what would be taken in, and write nothing.")
def revisit(
    round_name: str, share: int, directorate: str | None, out: Path | None, language: str | None, path: Path | None,
    dry: bool,
) -> None:  # fmt: skip
    """Draw who is visited a second time, write the lists to go by, or take in what came back."""
    from pipeline import revisit as verb
    from pipeline.revisit.back import back
    from pipeline.revisit.back import text as told_back

    if path is not None and (out is not None or directorate is not None or language is not None):
        raise click.UsageError(
            "--import takes a file that names its directorate and language; give it alone, or with --dry"
        )
    if path is None and dry:
        raise click.UsageError("--dry goes with --import; without --out a draw is only shown anyway")
    project = _project()
    project.round(round_name)
    if path is not None:
        click.echo(told_back(back(project, round_name, path, dry), dry))
    elif out is not None:
        for line in verb.write(project, round_name, directorate, share, out.resolve(), language):
            click.echo(line)
    else:
        click.echo(verb.text(verb.drawn(project, round_name, directorate, share)))
