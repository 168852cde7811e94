"""The commands by which a round goes out: publish it, withdraw it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import click

from pipeline.commands import front_page as _front_page
from pipeline.commands import project as _project
from pipeline.project import Project

EDITIONS = click.Choice(["internal", "public"])


def _edition(command: Callable[..., None]) -> Callable[..., None]:
    return click.option("--edition", type=EDITIONS, help="The edition; by default that of this project.")(command)


@click.command()
@click.argument("round_name", metavar="ROUND")
@_edition
@click.option("--dry", "is_dry", is_flag=True, help="Say whether it could be published, and change nothing.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="The archive's folder; by default data/archives."
)
def publish(round_name: str, edition: str | None, is_dry: bool, out: Path | None) -> None:
    """Publish an approved round: freeze it, tag it, and write the archive that goes out."""
    from pipeline import publish as verb

    verb.publish(_project(), round_name, edition, datetime.date.today().isoformat(), out, is_dry)
    if not is_dry:
        _front_page(Project.find())


@click.command()
@click.argument("round_name", metavar="ROUND")
@_edition
@click.option("--reason", required=True, help="Why; it stands in the ledger and on the errata page.")
def withdraw(round_name: str, edition: str | None, reason: str) -> None:
    """Withdraw the last publication of a round; it is kept, and marked."""
    from pipeline import publish as verb

    verb.withdraw(_project(), round_name, edition, reason, datetime.date.today().isoformat())
    _front_page(Project.find())
