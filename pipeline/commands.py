"""What the commands have in common: groups that say what was meant, options, and the project that they work in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pipeline import environment
from pipeline.errors import unknown
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


def project() -> Project:
    """The project around the current folder, once it is sure that its locked versions are installed."""
    given = click.get_current_context().find_object(Project)
    if given is not None:
        return given
    found = Project.find()
    environment.check(found)
    return found


def stage(verb: Callable[..., object], round_name: str, *words: object) -> Project:
    """Calls a verb for a round, which must be registered; gives the project."""
    found = project()
    found.round(round_name)
    verb(found, round_name, *words)
    return found


def options(layout: dict[str, Any]) -> dict[str, Any]:
    """The options that were given: one that may be repeated and was not is left to its default."""
    return {name: value for name, value in layout.items() if value != ()}
