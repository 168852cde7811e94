"""Charts: drawn small enough for a telephone, as SVG whose text is text, the same bytes each time.

Two forms do nearly all the work, both a label above a bar that has the whole width: parts of a whole, and shares with a
mark for Iraq. Parts have fixed colours in a fixed order; they differ in lightness as well as in hue, and carry their
numbers, so that they can be told apart by the colour-blind and on grey paper.

A chart is drawn once, from its numbers alone, with slots for its texts; each language then fills them in, and one that
is read from the right gets the mirror image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from pipeline.figures.svg import Slot, filled, svg
from pipeline.words import number, percent

# Lightness 60, 82, 37, 78, 50: no two neighbours are alike in grey.
COLOURS = {
    "available": "#00a27a",
    "partial": "#ffc072",
    "not_available": "#a8071a",
    "not_expected": "#c0c0c0",
    "unknown": "#747474",
    "major": "#0b3c5d",
    "some": "#8fb8d6",
    "none": "#dde5ec",
    "bar": "#1f5f8b",
    "pale": "#e8eef3",
    "ink": "#17212b",
    "muted": "#4c5a67",
}
ON_COLOUR = {"not_available": "white", "unknown": "white", "major": "white"}
INCHES = 4.6
# About how wide a letter of the label and of the note is, in points.
LETTER, NOTE_LETTER = 5.0, 4.5
SMALLEST, SMALL, USUAL = 6.5, 8.5, 9.5
ROW = 0.43
# About how many days are named below a chart over time.
MARKS = 5
# matplotlib knows its settings as literals; as Any they pass.
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "herams",
    "font.family": "DejaVu Sans",
    "font.size": USUAL,
    "axes.linewidth": 0,
    "text.color": COLOURS["ink"],
    "figure.dpi": 72,
}


Shares = tuple[float | None, ...]


@dataclass(frozen=True)
class Row:
    """A row of a chart: its label, what stands at its end, and its shares from 0 to 1."""

    label: str
    note: str
    shares: Shares
    mark: float | None = None


def stacked(rows: Sequence[Row], kinds: Sequence[str], direction: str = "ltr") -> str:
    """Parts of a whole, one bar for each row, in the order of the kinds; the SVG."""
    drawn = _stacked(tuple(row.shares for row in rows), tuple(kinds))
    return filled(drawn, _texts(rows), direction)


def bars(rows: Sequence[Row], direction: str = "ltr") -> str:
    """Shares, one bar for each row, on the same scale from nothing to all."""
    drawn = _bars(tuple(row.shares[0] or 0.0 for row in rows), tuple(row.mark for row in rows))
    return filled(drawn, _texts(rows), direction)


def rising(days: Sequence[date], sums: Sequence[int], named: Sequence[str], direction: str = "ltr") -> str:
    """How a count rose over the days, from the first to the last; `named` are the words for the days of `marked`."""
    return filled(_rising(tuple(days), tuple(sums)), [Slot(name) for name in named], direction)


def marked(days: Sequence[date]) -> Sequence[date]:
    """The days that are named below a chart over time."""
    return days[:: max(1, len(days) // MARKS)]


@cache
def _stacked(shares: tuple[Shares, ...], kinds: tuple[str, ...]) -> str:
    figure, axes = _paper(len(shares))
    _slots(axes, len(shares))
    left = [0.0] * len(shares)
    for rank, kind in enumerate(kinds):
        widths = [parts[rank] or 0.0 for parts in shares]
        drawn = [place for place, width in enumerate(widths) if width]
        axes.barh(
            [place + 0.24 for place in drawn],
            [widths[place] for place in drawn],
            0.42,
            left=[left[place] for place in drawn],
            color=COLOURS[kind],
            edgecolor="white",
            linewidth=0.8,
        )
        for place, (start, width) in enumerate(zip(left, widths, strict=True)):
            if width >= 0.07:
                axes.text(
                    start + width / 2,
                    place + 0.26,
                    percent(100 * width),
                    ha="center",
                    va="center",
                    color=ON_COLOUR.get(kind, COLOURS["ink"]),
                    fontsize=SMALL,
                )
        left = [start + width for start, width in zip(left, widths, strict=True)]
    return svg(figure, STYLE)


@cache
def _bars(shares: Shares, marks: Shares) -> str:
    figure, axes = _paper(len(shares))
    places = [place + 0.24 for place in range(len(shares))]
    axes.barh(places, [1.0] * len(shares), 0.36, color=COLOURS["pale"])
    look = {"width": 0.36, "color": COLOURS["bar"], "saturation": 1, "errorbar": None}
    sns.barplot(x=shares, y=places, orient="y", native_scale=True, ax=axes, **look)
    _slots(axes, len(shares))
    for place, mark in enumerate(marks):
        if mark is not None:
            _mark(axes, mark, place + 0.24)
    _limits(axes, len(shares))
    return svg(figure, STYLE)


@cache
def _rising(days: tuple[date, ...], sums: tuple[int, ...]) -> str:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(INCHES, INCHES / 2))
        axes = figure.add_axes((0.11, 0.12, 0.87, 0.83))
    x, y = np.array(days, dtype="datetime64[D]"), np.array(sums)
    sns.lineplot(x=x, y=y, ax=axes, color=COLOURS["bar"], drawstyle="steps-post", errorbar=None)
    # A collection, as `fill_between` makes, would be a reference to a shape elsewhere in the file, and so would a tick.
    axes.fill(np.append(np.repeat(x, 2), x[-1]), [0, *np.repeat(y, 2)[:-1], 0], color=COLOURS["pale"])
    axes.set_ylim(0, sums[-1] * 1.04)
    named = np.array(marked(days), dtype="datetime64[D]")
    axes.set_xticks(named, labels=[_slot(place) for place in range(len(named))])
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: number(value))
    axes.tick_params(bottom=False, left=False, labelsize=SMALL, labelcolor=COLOURS["muted"])
    return svg(figure, STYLE)


# --- paper ---------------------------------------------------------------------------------------------------------


def _paper(rows: int) -> tuple[Figure, Any]:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(INCHES, ROW * max(rows, 1) + 0.15))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    for axis in (axes.xaxis, axes.yaxis):
        # Not shown; without this seaborn has every tick made and measured, a third of a chart's time.
        axis.set_major_locator(NullLocator())
    _limits(axes, rows)
    return figure, axes


def _limits(axes: Any, rows: int) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(rows - 0.35, -0.4)


def _slot(place: int) -> str:
    """Where a text goes that each language fills in."""
    return f"{{{place}}}"


def _slots(axes: Any, rows: int) -> None:
    """A slot for each label above its bar at the beginning, one for each note at the end."""
    for place in range(rows):
        # A little higher than its note: Arabic and Sorani letters reach further down.
        axes.text(0, place - 0.17, _slot(place), ha="left", va="center")
    for place in range(rows):
        axes.text(1, place - 0.13, _slot(rows + place), ha="right", va="center", color=COLOURS["muted"], fontsize=SMALL)


def _texts(rows: Sequence[Row]) -> list[Slot]:
    """What goes into the slots: labels, then notes."""
    return [*(_fitting(row) for row in rows), *(Slot(row.note) for row in rows)]


def _fitting(row: Row) -> Slot:
    """The label so that it ends before the note: smaller first, then cut."""
    room = INCHES * 72 - NOTE_LETTER * (len(row.note) + 2)
    size = round(USUAL * room / (LETTER * max(len(row.label), 1)), 1)
    if size >= SMALLEST:
        return Slot(row.label, size if size < USUAL else 0)
    letters = int(room / (LETTER * SMALLEST / USUAL))
    return Slot(row.label[: letters - 1].rstrip() + "…", SMALLEST)


def _mark(axes: Any, across: float, down: float) -> None:
    """A diamond; a marker of matplotlib's would be a reference to a shape elsewhere in the file."""
    axes.fill(
        [across - 0.012, across, across + 0.012, across],
        [down, down - 0.13, down, down + 0.13],
        facecolor=COLOURS["ink"],
        edgecolor="white",
        linewidth=1,
        zorder=5,
    )
