"""The commands about facilities over time: which is which, and the country's list of them."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.commands import choice as _choice
from pipeline.commands import judged_before as _judged_before
from pipeline.commands import project as _project


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.option(
    "--review",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the doubtful pairs into this file, .xlsx or .csv.",
)
@click.option("--dry", is_flag=True, help="Say what would be linked, and keep nothing.")
def link(round_name: str, review: Path | None, dry: bool) -> None:
    """Link a round's facilities with those of earlier rounds, and keep their lasting ids."""
    from pipeline import link as verb

    found = _project()
    found.round(round_name)
    _judged_before(found, round_name)
    for line in verb.link(found, round_name, review.resolve() if review else None, dry):
        click.echo(line)


@click.command()
@click.argument("round_name", metavar="ROUND")
@_choice("--edition", "internal", "public", about="For whom: the public one holds nothing that may not go out.")
@_choice("--format", "csv", "xlsx", "geojson", "dhis2", "fhir", about="How other systems read it.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def facilities(round_name: str, edition: str, format: str, out: Path) -> None:  # noqa: A002  named as the option
    """Write the country's list of public facilities."""
    from pipeline import facility_list as verb

    found = _project()
    found.round(round_name)
    _judged_before(found, round_name)
    for line in verb.facilities(found, round_name, edition, format, out.resolve()):
        click.echo(line)
