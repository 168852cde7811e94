"""The commands of the auditor, who comes a year later with a printed page."""

from __future__ import annotations

import click

from pipeline.errors import VerificationError
from pipeline.project import Project


@click.command()
@click.argument("round_name", metavar="[ROUND]", required=False)
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def verify(round_name: str | None, as_json: bool) -> None:
    """Check by the hash of every byte that all is what was made, from exports to pages; changes nothing."""
    from pipeline.verify import told
    from pipeline.verify import verify as verb

    # What is installed does not matter here, and an auditor's machine may have other versions.
    result = verb(Project.find(), round_name)
    click.echo(told.as_json(result) if as_json else told.text(result))
    if not result.is_intact:
        raise VerificationError(f"not intact: {len({one.path for one in result.found})} of what was looked at")
