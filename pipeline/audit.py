"""The commands of the auditor, who comes a year later with a printed page."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.errors import VerificationError
from pipeline.project import Project


@click.command()
@click.argument("round_name", metavar="[ROUND]", required=False)
@click.option("--rebuild", is_flag=True, help="Make the round again from its commit and its lock, and compare.")
@click.option(
    "--wheels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --rebuild: install from this folder, without network.",
)
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def verify(round_name: str | None, rebuild: bool, wheels: Path | None, as_json: bool) -> None:
    """Check by the hash of every byte that all is what was made, from exports to pages; changes nothing."""
    # What is installed does not matter here, and an auditor's machine may have other versions.
    project = Project.find()
    if rebuild:
        if round_name is None:
            raise click.UsageError(
                "--rebuild makes one round again: name it, as in `herams verify demo-2023 --rebuild`"
            )
        _rebuild(project, round_name, wheels, as_json)
    elif wheels:
        raise click.UsageError("--wheels goes with --rebuild")
    else:
        _verify(project, round_name, as_json)


def _verify(project: Project, round_name: str | None, as_json: bool) -> None:
    from pipeline.verify import told
    from pipeline.verify import verify as verb

    result = verb(project, round_name)
    click.echo(told.as_json(result) if as_json else told.text(result))
    if not result.is_intact:
        raise VerificationError(f"not intact: {len({one.path for one in result.found})} of what was looked at")


def _rebuild(project: Project, round_name: str, wheels: Path | None, as_json: bool) -> None:
    from pipeline.rebuild import rebuild as verb
    from pipeline.rebuild import told

    project.round(round_name)
    click.echo(f"{round_name} is made again; that takes as long as an installation and a whole run", err=True)
    rebuilt = verb(project, round_name, wheels)
    click.echo(told.as_json(rebuilt) if as_json else told.text(rebuilt))
    if rebuilt.compared.kind not in ("identical", "look only"):
        raise VerificationError(f"{round_name} is not what its commit makes: {rebuilt.compared.kind}")
