"""The commands that hold a round against an earlier one: the stage, and two rounds beside each other on the screen."""

from __future__ import annotations

import json

import click

from pipeline.commands import judged_before as _judged_before
from pipeline.commands import project as _project
from pipeline.commands import stage as _stage


@click.command()
@click.argument("round_name", metavar="ROUND")
def since(round_name: str) -> None:
    """Hold a round against the one that it follows (a stage)."""
    from pipeline import since as verb

    _stage(verb.since, round_name)
    found = _project()
    _judged_before(found, found.registry.follows[round_name])


@click.command()
@click.argument("before", metavar="EARLIER")
@click.argument("round_name", metavar="ROUND")
@click.option("--scope", default="iraq", show_default=True, help="A directorate, federal, kurdistan or iraq.")
@click.option("--json", "as_json", is_flag=True, help="Every indicator of the scope, for a program to read.")
def compare(before: str, round_name: str, scope: str, as_json: bool) -> None:
    """Hold any two rounds against each other; where one follows the other, say where its annual review lies."""
    from pipeline.since import compare as verb

    project = _project()
    found = verb.compare(project, before, round_name, scope)
    _judged_before(project, before, round_name)
    for line in [json.dumps(found.rows, ensure_ascii=False, indent=2)] if as_json else found.lines:
        click.echo(line)
    if as_json and found.silent:
        click.echo(found.silent, err=True)
