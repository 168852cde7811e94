"""Pieces of a page: headings, paragraphs, tables, lists. Every value is escaped; nobody writes HTML by hand elsewhere.

Names and free text come from exports, and may hold anything. As text they are harmless; what is left is that they are
plain (`plain`), and that the direction of a name ends with the name (<bdi>).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from markupsafe import Markup, escape

from pipeline.plain import plain

# Letters of Arabic; those that only Kurdish has.
ARABIC = re.compile(r"[\u0620-\u064a\u0671-\u06d3\u06d5]")
KURDISH = re.compile(r"[ڕڵۆێە]")


@dataclass(frozen=True)
class Html:
    """A piece of HTML that is fit to stand in a page."""

    markup: Markup
    heading: str = ""
    level: int = 0


@dataclass(frozen=True)
class Chart:
    """A drawn chart: its SVG, what it shows in words, its caption, a note below, its width, what its colours mean."""

    svg: str
    alt: str
    caption: str
    note: str = ""
    shown: str = "half"
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Tile:
    """A cell of a table on a ground that is darker for a greater share, from 0 to 100."""

    text: Markup
    share: float


Part = Html | Chart
Cell = Markup | str | Tile


def named(text: object) -> Markup:
    """A name out of an export: text whose direction ends with it, and whose language a screen reader must know."""
    told = plain(text)
    if not ARABIC.search(told):
        return Markup("<bdi>{}</bdi>").format(told)
    return Markup('<bdi lang="{}">{}</bdi>').format("ckb" if KURDISH.search(told) else "ar", told)


def joined(parts: Iterable[Markup | str], between: str = "") -> Markup:
    """Pieces one after the other; texts among them are escaped."""
    return Markup(between).join(escape(part) for part in parts)


def heading(text: str, level: int = 2) -> Html:
    """A heading of a section (level 2) or of a part of one (level 3)."""
    return Html(Markup("<h{0}>{1}</h{0}>").format(level, text), text, level)


def paragraph(text: Markup | str, kind: str = "") -> Html:
    """A paragraph; `kind` names its look."""
    return Html(Markup("<p{}>{}</p>").format(_kind(kind), text))


def bullets(lines: Iterable[Markup | str], kind: str = "") -> Html:
    """A list of points."""
    return Html(
        Markup("<ul{}>{}</ul>").format(_kind(kind), joined(Markup("<li>{}</li>").format(line) for line in lines))
    )


def terms(pairs: Iterable[tuple[str, Markup | str]], kind: str = "") -> Html:
    """A list of names and what they are."""
    rows = joined(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value) for name, value in pairs)
    return Html(Markup("<dl{}>{}</dl>").format(_kind(kind), rows))


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], kind: str = "") -> Html:
    """A table with a caption, heads of columns, and the first cell of each row as its head."""
    head = joined(Markup('<th scope="col">{}').format(column) for column in columns)
    body = joined((_row(row) for row in rows), "\n")
    text = Markup(
        '<div class="scroll" role="region" tabindex="0" aria-labelledby="{0}"><table{1}><caption id="{0}">'
        "<span>{2}</span></caption><thead><tr>{3}</tr></thead>\n<tbody>\n{4}\n</tbody></table></div>"
    )
    # By its content, since a section does not know which others there are: the same each time, and alone on its page.
    name = f"t{sha256(f'{caption}{head}{body}'.encode()).hexdigest()[:8]}"
    return Html(text.format(name, _kind(kind), caption, head, body))


def stack(fractions: Sequence[float | None]) -> Markup:
    """A small bar of three parts of a whole; decoration beside the numbers, not read aloud; blank without a whole."""
    first, second, _ = fractions
    if first is None or second is None:
        return Markup("")
    text = Markup('<i class="stack" style="--a:{:.0f}%;--b:{:.0f}%"></i>')
    return text.format(100 * first, 100 * (first + second))


def _row(cells: Sequence[Cell]) -> Markup:
    first, *others = cells
    return Markup('<tr><th scope="row">{}</th>{}').format(first, joined(map(_cell, others)))


def _cell(cell: Cell) -> Markup:
    # A cell and a row end where the next begins: tags that say so would be a thirtieth of a long page.
    if isinstance(cell, Tile):
        # The ground begins to show at a fifth, and leaves the text to be read at the whole.
        return Markup('<td style="--h:{:.0f}%">{}').format(max(0.0, cell.share - 20) * 0.68, cell.text)
    return Markup("<td>{}").format(cell)


def _kind(kind: str) -> Markup:
    return Markup(' class="{}"').format(kind) if kind else Markup("")
