"""A section of a page: a function of the brief that gives pieces, and the way they come out of a notebook's cell.

Each piece is published with the name of its section and its language, so that the page can tell whether all that the
notebook names is there. A section with numbers is left out, by name, where the gate has closed the scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from IPython.display import display

from pipeline.errors import ReportError
from pipeline.figures.brief import Brief
from pipeline.figures.html import Chart, Html, Part, heading, joined

SVG = "image/svg+xml"
HTML = "text/html"
Draw = Callable[[Brief], Iterable[Part]]


@dataclass(frozen=True)
class Section:
    """A section of a page; calling it with a brief shows it."""

    name: str
    draw: Draw
    has_numbers: bool = True
    has_heading: bool = True
    of_several: bool = False
    """Whether it sets directorates beside each other, so that the page of one of them leaves it out."""
    of_one: bool = False
    """Whether it is about one directorate, so that wider pages leave it out."""
    speaks_of: str = ""
    """How the indicators begin without which a page, being about another subject, leaves it out."""
    needs: str = ""
    """What brief.json must tell for it, so that a page of which nothing such is known leaves it out."""
    __doc__: str = field(default="", compare=False)

    def __call__(self, brief: Brief) -> None:
        """Shows the section's pieces in each language, or says that they are left out."""
        left_out = self.left_out(brief)
        if left_out:
            text = f"{self.name}: left out, {brief.told['scope']} is {left_out}"
            _publish({"text/plain": text}, {"left_out": left_out}, self.name)
            return
        for told in brief.translations:
            pieces = self.parts(told)
            if not pieces:
                raise ReportError(f"figures.{self.name} has nothing to show in {told.language!r}, not even a reason")
            for piece in together(pieces):
                _show(piece, self.name, told.language)

    def left_out(self, brief: Brief) -> str:
        """Why the page of a scope has no such section; blank where it has one."""
        if brief.is_closed and self.has_numbers:
            return "closed"
        if self.of_several and len(brief.told["members"]) == 1:
            return "one directorate"
        if self.of_one and brief.told["kind"] != "directorate":
            return "no directorate"
        if self.speaks_of and not any(name.startswith(self.speaks_of) for name in brief.numbers.indicators):
            return "without such figures"
        return f"without {self.needs}" if self.needs and self.needs not in brief.told else ""

    def parts(self, brief: Brief) -> list[Part]:
        """The section's pieces, its heading first."""
        title: list[Part] = [heading(brief.say(f"{self.name}.title"))] if self.has_heading else []
        return [*title, *self.draw(brief)]


def section(
    name: str,
    has_numbers: bool = True,
    has_heading: bool = True,
    of_several: bool = False,
    of_one: bool = False,
    speaks_of: str = "",
    needs: str = "",
) -> Callable[[Draw], Section]:
    """Makes a section of a function that gives its pieces."""

    def made(draw: Draw) -> Section:
        return Section(name, draw, has_numbers, has_heading, of_several, of_one, speaks_of, needs, draw.__doc__ or "")

    return made


def together(pieces: Iterable[Part]) -> list[Part]:
    """The pieces, texts that follow each other made one: each output costs the kernel and its client a message.

    A heading of a section begins a new one: the contents of a page are made of what outputs say of themselves.
    """
    found: list[Part] = []
    for piece in pieces:
        if isinstance(piece, Html) and piece.level != 2 and found and isinstance(last := found[-1], Html):
            found[-1] = Html(joined((last.markup, piece.markup), "\n"), last.heading, last.level)
        else:
            found.append(piece)
    return found


def _show(piece: Part, name: str, language: str) -> None:
    if isinstance(piece, Html):
        told = {"shown": "html", "heading": piece.heading, "level": piece.level, "language": language}
        _publish({HTML: str(piece.markup)}, told, name)
    elif isinstance(piece, Chart):
        about = {"alt": piece.alt, "caption": piece.caption, "note": piece.note, "legend": list(piece.legend)}
        told = {"shown": piece.shown, "language": language}
        _publish({SVG: piece.svg, "text/plain": piece.alt}, told, name, {SVG: about})


def _publish(data: dict[str, str], told: dict[str, Any], name: str, also: dict[str, Any] | None = None) -> None:
    display(data, raw=True, metadata={"herams": {"piece": name, **told}} | (also or {}))  # type: ignore[no-untyped-call]
