"""The commands for paper: a page as PDF."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.commands import project as _project
from pipeline.spelling import counted


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.argument("scope")
@click.argument("report_name", metavar="REPORT")
@click.option("--language", default="en", show_default=True, help="The language of the page.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; by default ROUND.SCOPE.REPORT.LANGUAGE.pdf in this folder.",
)
def pdf(round_name: str, scope: str, report_name: str, language: str, out: Path | None) -> None:
    """Make a PDF of a report's page as it lies in outputs/, for paper and mail."""
    from pipeline import pdf as verb

    project = _project()
    made = verb.pdf(project, round_name, scope, report_name, language)
    place = out or Path(f"{round_name}.{scope}.{report_name}.{language}.pdf")
    project.write_bytes(place.resolve(), made.content)
    click.echo(f"{place}: {counted(made.sheets, 'sheet')}, {len(made.content):,} bytes")
    if made.older_than:
        click.echo(f"herams: the page is older than {made.older_than[0]}: `herams run` makes it anew", err=True)
