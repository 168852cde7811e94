"""The commands that take in reference data which an office gives."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.boundaries import LEVELS
from pipeline.commands import Commands
from pipeline.commands import choice as _choice
from pipeline.commands import project as _project
from pipeline.errors import UsageError


@click.group(cls=Commands)
def boundaries() -> None:
    """Boundaries: take in the official ones."""


@boundaries.command(name="import")
@click.argument("path", metavar="FILE.geojson", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_choice("--level", *LEVELS, about="What the file's areas are; districts give their governorates too.")
@click.option("--attribution", required=True, metavar="TEXT", help="The words that stand beside every map made of it.")
@click.option(
    "--apart",
    multiple=True,
    metavar="GOVERNORATE=DISTRICT",
    help="A district that is a governorate of its own, as IQG19=IQG06Q05; may be repeated.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(0, 0.05),
    default=0.01,
    show_default=True,
    help="How much borders are simplified, in degrees.",
)
def import_(path: Path, level: str, attribution: str, apart: tuple[str, ...], tolerance: float) -> None:
    """Check official boundaries (COD-AB as GeoJSON), simplify them, and register them with their attribution."""
    from pipeline.boundaries import official as verb

    pairs = dict(_pair(text) for text in apart)
    for line in verb.bring_in(_project(), path, level, attribution, pairs, tolerance):
        click.echo(line)


def _pair(text: str) -> tuple[str, str]:
    governorate, _, district = (part.strip() for part in text.partition("="))
    if not governorate or not district:
        raise UsageError(f"--apart {text!r}: write GOVERNORATE=DISTRICT, as IQG19=IQG06Q05")
    return governorate, district
