"""The commands about forms: written from a codebook, checked, taken in from a spreadsheet, drafted from an export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline import paper_commands
from pipeline.commands import Commands
from pipeline.commands import project as _project
from pipeline.errors import unknown
from pipeline.project import Project

KINDS = ("xlsform", "limesurvey")


class FormCommands(Commands):
    """Commands about forms; a word that is none of them is the form to write."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds a command by its name, or takes a word with options behind it for a form."""
        is_form = args[0] not in self.list_commands(ctx) and not args[0].startswith("-")
        if is_form and (len(args) == 1 or args[1].startswith("-")):
            return args[0], write, args
        return super().resolve_command(ctx, args)


# Each line stands for itself: to click the first character of a paragraph says so, \b, which no docstring may hold.
EXAMPLES = """Forms: write one from its codebook, check it, or make a codebook of what was edited or received.

\b
herams form iraq-2022 --to xlsform --out FILE.xlsx    for ODK and Kobo
herams form iraq-2022 --to limesurvey --out FILE.txt  for LimeSurvey 6
herams form iraq-2022 --to paper --out FILE.pdf       blank, or what was answered
herams form iraq-2022 --to manual --out FILE.pdf      the collectors' handbook
herams form iraq-2022 --keying --out FILE.csv         the sheet papers are keyed into
herams form iraq-2022 --check                         all faults, by sheet and row
"""


@click.group(cls=FormCommands, help=EXAMPLES, subcommand_metavar="FORM --to KIND --out FILE | FORM --check | COMMAND …")
def form() -> None:
    """Forms: write one from its codebook, check it, or make a codebook of what was edited or received."""


@click.command(options_metavar="--to KIND --out FILE | --keying --out FILE.csv | --check")
@click.argument("name", metavar="")
@click.option("--to", "kind", type=click.Choice((*KINDS, *paper_commands.KINDS)), help="The kind of form to write.")
@click.option("--keying", "is_keying", is_flag=True, help="Write the empty sheet that papers are keyed into.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The file to write.")
@click.option("--check", "is_check", is_flag=True, help="Say what is wrong with the codebook, and write nothing.")
@paper_commands.choosing
def write(name: str, kind: str | None, is_keying: bool, out: Path | None, is_check: bool, **choice: Any) -> None:
    """Write a form from its codebook, print it or its handbook, or check it."""
    if [bool(kind), is_keying, is_check].count(True) != 1 or is_check == bool(out):
        raise click.UsageError(
            f"say what to make of {name}: `--to {'|'.join((*KINDS, *paper_commands.KINDS))} --out FILE`, "
            "`--keying --out FILE.csv` or `--check`"
        )
    if not (is_keying or kind in paper_commands.KINDS) and any(choice.values()):
        raise click.UsageError("languages and facilities are chosen for what is printed or keyed, nothing else")
    project = _project()
    if name not in project.forms():
        raise unknown("form or command", name, [*project.forms(), *form.commands])
    click.echo(_made(project, name, kind, out, choice))


def _made(project: Project, name: str, kind: str | None, out: Path | None, choice: dict[str, Any]) -> str:
    from pipeline import forms as verb

    if out is None:
        return verb.check(project, name)
    if kind is None:
        return paper_commands.keying(project, name, out, **choice)
    if kind in paper_commands.KINDS:
        return paper_commands.printed(project, name, kind, out, **choice)
    return verb.write(project, name, kind, out.resolve())


@form.command(name="import")
@click.argument("path", metavar="FILE.xlsx", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The folder to write survey.csv, choices.csv and settings.csv into; its name is the form's.",
)
def import_(path: Path, out: Path) -> None:
    """Make a codebook of an XLSForm that was edited in a spreadsheet: all of it or nothing."""
    from pipeline import forms as verb

    click.echo(verb.take_in(_project(), path.resolve(), out.resolve()))


@form.command()
@click.argument("export", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--twin",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The same responses as text, where EXPORT holds codes.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write survey.csv, choices.csv and settings.csv into.",
)
def draft(export: Path, twin: Path | None, out: Path) -> None:
    """Draft a codebook from an export with two header rows, or from codes beside their text twin."""
    from pipeline import form as verb

    for line in verb.draft(_project(), export, twin, out.resolve()):
        click.echo(line)


form.add_command(paper_commands.compare_keyed)
form.add_command(paper_commands.feedback)
