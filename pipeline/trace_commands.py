"""The command that leads from a number to the rows of the export, and back."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.commands import judged_before as _judged_before
from pipeline.commands import project as _project
from pipeline.errors import VerificationError


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.argument("words", nargs=-1, metavar="[SCOPE INDICATOR [GROUP]]")
@click.option("--facility", metavar="ID", help="Every number that this facility counts in, instead of one number.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
@click.option(
    "--csv",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the facilities (with --facility the numbers) into this file, all of them.",
)
def trace(round_name: str, words: tuple[str, ...], facility: str | None, as_json: bool, out: Path | None) -> None:
    """Show the facilities behind a number and their rows in the export, or the numbers that a facility counts in.

    GROUP is `dimension=value` as in care=phc, or a value that only one dimension has. Ends with 4 where the facilities
    do not give the number that measures and briefs have.
    """
    from pipeline import trace as verb
    from pipeline.trace import told

    if facility is None and len(words) not in (2, 3):
        raise click.UsageError("name a scope and an indicator, as in `herams trace demo-2023 kirkuk AMN_WASH care=phc`")
    if facility is not None and words:
        raise click.UsageError("--facility stands alone: it lists the numbers of all scopes")
    project = _project()
    project.round(round_name)
    _judged_before(project, round_name)
    if facility is None:
        traced = verb.trace(project, round_name, *words)
        table, problems = traced.as_table(), list(traced.agreement.problems)
        click.echo(told.json_text(traced) if as_json else told.text(traced))
    else:
        back = verb.of_facility(project, round_name, facility)
        table, problems = back.counted, list(back.problems)
        click.echo(told.json_text(back) if as_json else told.text_back(back))
    if out is not None:
        project.write_csv(out.resolve(), table)
    if problems:
        raise VerificationError(
            f"the trace does not give the number that stands there ({problems[0]}): run `herams run`, then trace again"
        )
