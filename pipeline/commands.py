"""What the commands have in common: groups that say what was meant, options, and the project that they work in."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import click

from pipeline import environment
from pipeline.errors import UsageError, unknown
from pipeline.project import Project


class Commands(click.Group):
    """Commands that say what was meant when a word is not among them."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds a command by its name."""
        if args[0] not in self.list_commands(ctx):
            raise unknown("command", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)


def choice(option: str, *words: str, about: str) -> Callable[[Any], Any]:
    """An option with a few words to choose from, the first by default."""
    return click.option(option, type=click.Choice(words), default=words[0], show_default=True, help=about)


def list_faults(context: click.Context, option: click.Parameter, is_wanted: bool) -> None:
    """Tells the faults that `herams simulate` can make, and ends."""
    if is_wanted:
        from pipeline.simulate.faults import FAULTS

        for name, fault in FAULTS.items():
            click.echo(f"{name:28} {fault.about} ({fault.rule})")
        context.exit()


def project() -> Project:
    """The project around the current folder, once it is sure that its locked versions are installed."""
    given = click.get_current_context().find_object(Project)
    if given is not None:
        return given
    found = Project.find()
    environment.check(found)
    return found


def stage(verb: Callable[..., object], round_name: str, *words: object) -> None:
    """Calls a verb for a round, which must be registered; then the front page is made anew, whatever became of it."""
    found = project()
    found.round(round_name)
    if round_name not in found.registry.open:
        raise UsageError(
            f"{round_name} is published or closed: what was made of it stays as it is, and is only verified; "
            f"to correct it `herams round reopen {round_name} --reason TEXT`"
        )
    if click.get_current_context().find_object(Project) is not None:
        verb(found, round_name, *words)
        return
    from pipeline.run import alone, front

    with nullcontext() if is_of_a_run() else front.made_after(found), alone.watched(found):
        verb(found, round_name, *words)


def judged_before(found: Project, *rounds: str) -> None:
    """Tells, apart from the answer, which rounds are published or closed and were judged before some rule changed."""
    from pipeline import verdict

    for line in filter(None, (verdict.judged_before(found, one) for one in rounds)):
        click.echo(line, err=True)


def front_page(found: Project) -> None:
    """Makes the front page anew: for each command that changes what it shows."""
    from pipeline.run import front

    front.make(found)


def is_of_a_run() -> bool:
    """Whether a run has called this stage: `herams run`, which makes the front page at its end, or `dvc repro`.

    DVC has no end to hook in: under it only reports make the front page, so that a stage of data costs no more.
    """
    context = click.get_current_context()
    by_dvc = "DVC_STAGE" in os.environ and context.info_name != "report"
    return context.find_object(Project) is not None or by_dvc


def options(layout: dict[str, Any]) -> dict[str, Any]:
    """The options that were given: one that may be repeated and was not is left to its default."""
    return {name: value for name, value in layout.items() if value != ()}
