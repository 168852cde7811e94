"""The command that sets two forms beside each other: `herams form diff`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pipeline.codebook import LANGUAGES
from pipeline.commands import project as _project


@click.command(name="diff")
@click.argument("before", metavar="FORM_BEFORE")
@click.argument("now", metavar="FORM")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A page for the workshop, FILE.html.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True, help="Of the page.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="All changes, as a CSV.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
@click.option(
    "--rulings", is_flag=True, help="What has no ruling yet; with --out FILE.csv the rows to fill in, none guessed."
)
def diff(
    before: str, now: str, out: Path | None, language: str, csv_file: Path | None, as_json: bool, rulings: bool
) -> None:
    """Set two forms beside each other: what is new, gone, moved, reworded, asked of others, coded otherwise."""
    from pipeline import revision as verb

    wanted = ".csv" if rulings else ".html"
    if out and out.suffix != wanted:
        raise click.UsageError(f"--out FILE{wanted} is wanted{' with --rulings' if rulings else ''}, not {out.name}")
    project = _project()
    found = verb.beside(project, before, now)
    shown = verb.table(found)
    if rulings:
        shown = verb.to_rule(found)
    if csv_file:
        project.write_csv(csv_file.resolve(), shown)
    if out and rulings:
        project.write_csv(out.resolve(), shown)
    elif out:
        from pipeline.revision import page

        project.write_text(out.resolve(), page.rendered(project, found, language))
    if as_json:
        click.echo(json.dumps(shown.to_dict("records"), ensure_ascii=False, indent=1))
        return
    lines = verb.told_rulings(found) if rulings else verb.told(found)
    for line in lines:
        click.echo(line)
