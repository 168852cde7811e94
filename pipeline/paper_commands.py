"""The commands about forms on paper: form and handbook printed, answers keyed and compared, feedback to collectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands import project as _project
from pipeline.errors import FormError, UsageError
from pipeline.project import Project
from pipeline.spelling import counted

if TYPE_CHECKING:
    from pipeline.forms.last import Wanted
    from pipeline.forms.paper import Paper

KINDS = ("paper", "manual")
LANGUAGES, ENGLISH = ("en", "ar", "ckb"), "en"
FORMATS = (".html", ".pdf")
CHOOSING = (
    click.option("--round", "round_name", metavar="ROUND", help="Print what facilities answered in this round."),
    click.option("--facilities", multiple=True, metavar="ID", help="With --round: this facility; may be repeated."),
    click.option("--type", "kind_of_facility", metavar="TYPE", help="With --round: only this type, as `hospital`."),
    click.option("--directorate", metavar="DIRECTORATE", help="With --round: only this directorate."),
    click.option("--blank", "is_blank", is_flag=True, help="The blank form, for no facility."),
    click.option("--language", type=click.Choice(LANGUAGES), help="Of paper, handbook and sheet; English by default."),
)


def choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say in which language and for which facilities something is printed."""
    for option in reversed(CHOOSING):
        command = option(command)
    return command


def printed(
    project: Project, form: str, kind: str, out: Path, *, language: str | None, is_blank: bool, **which: Any
) -> str:
    """Prints a form or its handbook into a file; gives the line that says what was written."""
    wanted = chosen(is_blank, **which)
    if out.suffix not in FORMATS:
        raise UsageError(f"{out.name}: name a file that ends with .html or .pdf")
    if kind == "manual":
        from pipeline.forms.manual import manual

        if is_blank or wanted or which["round_name"]:
            raise UsageError("the handbook is about no facility: leave out --round, --facilities, --type and --blank")
        return _written(project, manual(project, form, language or ENGLISH), out)
    from pipeline.forms.paper import paper

    return _written(project, paper(project, form, language or ENGLISH, which["round_name"], wanted), out)


def keying(project: Project, form: str, out: Path, *, language: str | None, is_blank: bool, **which: Any) -> str:
    """Writes the sheet that papers are keyed into; gives the line that says what was written."""
    from pipeline.forms import keyed

    if out.suffix != ".csv":
        raise UsageError(f"{out.name}: name a file that ends with .csv")
    text, rows = keyed.sheet(project, form, language or ENGLISH, which["round_name"], chosen(is_blank, **which))
    project.write_text(out.resolve(), text)
    return (
        f"{out.name}: {counted(rows, 'row')}, one for each facility"
        if rows
        else f"{out.name}: its columns, and no row yet"
    )


def chosen(
    is_blank: bool, round_name: str | None, facilities: tuple[str, ...], kind_of_facility: str | None,
    directorate: str | None,
) -> Wanted:  # fmt: skip
    """The facilities that options choose; options that contradict each other are a UsageError."""
    from pipeline.forms.last import Wanted

    wanted = Wanted(facilities, kind_of_facility or "", directorate or "")
    if is_blank and (wanted or round_name):
        raise UsageError("a blank form is for no facility: leave out --blank, or what chooses facilities")
    if wanted and round_name is None:
        raise UsageError("name the round that knows these facilities: --round ROUND")
    return wanted


def _written(project: Project, made: Paper, out: Path) -> str:
    from pipeline.forms import look

    if out.suffix == ".html":
        page = look.page(project, made.say, made.title, made.sheets)
        project.write_text(out.resolve(), page)
        return f"{out.name}: {len(page.encode('utf-8')):,} bytes, ready to be printed from a browser"
    content, sheets = look.printed(project, made.say, made.title, made.sheets)
    project.write_bytes(out.resolve(), content)
    return f"{out.name}: {counted(sheets, 'sheet')}, {len(content):,} bytes"


@click.command(name="compare-keyed")
@click.argument("name", metavar="FORM")
@click.argument("first", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("second", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.xlsx", help="All that differs.")
@click.option(
    "--agreed",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the first keying here, for `herams round add`, if both agree.",
)
def compare_keyed(name: str, first: Path, second: Path, out: Path | None, agreed: Path | None) -> None:
    """Compare two keyings of the same papers, cell by cell; nothing passes until they agree."""
    from pipeline.forms import keyed
    from pipeline.tables.xlsx import workbook

    if first.samefile(second):
        raise UsageError(f"{first.name} is named twice: a file agrees with itself; name the two that two people keyed")
    project = _project()
    found = keyed.compare(project, name, first, second)
    click.echo(keyed.text(found))
    if out is not None:
        project.write_bytes(out.resolve(), workbook({"differences": found.differences, "papers": found.doubts}))
    if not found.agree:
        raise FormError(f"{first.name} and {second.name} do not agree; nothing passes until they do")
    if agreed is not None:
        project.write_bytes(agreed.resolve(), first.read_bytes())


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.option("--workspace", metavar="WORKSPACE", help="Only this workspace, as `kirkuk-daquq`.")
@click.option("--directorate", metavar="DIRECTORATE", help="Only the workspaces of this directorate.")
@click.option("--html", "is_html", is_flag=True, help="Pages for a browser instead of PDF.")
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The folder to write a page for each workspace into.",
)
def feedback(round_name: str, workspace: str | None, directorate: str | None, is_html: bool, out: Path) -> None:
    """Write a page of feedback for each workspace: what came, what was missing or doubted, what was done well."""
    from pipeline.forms.feedback import feedback as verb

    project = _project()
    project.round(round_name)
    for name, made in verb(project, round_name, workspace, directorate):
        click.echo(_written(project, made, project.feedback(out, round_name, name, "html" if is_html else "pdf")))
