"""Maps as SVG: a grid of tiles, areas shaded by a number, places as dots. A map is never mirrored; its legend is.

Shades are light enough for dark letters (4.5 to 1 at least). Where there is no number there is no shade: a
dashed outline and a dash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.figures.draw import COLOURS

WIDTH = 331.2
TILE, GAP, HIGH = 79.8, 4.0, 50.0
SCALE, LEGEND, LINE = 8, 24.0, 13.0
RIGHT_TO_LEFT = ("ar", "ckb")
GROUND, FULL = (255, 255, 255), (31, 95, 139)
FAINTEST, STRONGEST = 0.04, 0.7
DOTS = {"available": 1.7, "partial": 2.1, "unknown": 2.6, "not_available": 3.6}
Frame = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shaded:
    """A tile or an area: how dark it is from 0 to 1, or None without a number, and the texts in it."""

    shade: float | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """The scale of a map: its lowest, middle and highest value as texts."""

    low: str
    middle: str
    high: str


def shade(share: float) -> str:
    """The colour of a share from 0 to 1."""
    strength = FAINTEST + (STRONGEST - FAINTEST) * min(max(share, 0.0), 1.0)
    mixed = (round(below + (above - below) * strength) for below, above in zip(GROUND, FULL, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def tiles(places: Mapping[str, tuple[int, int]], shown: Mapping[str, Shaded], scale: Scale, language: str) -> str:
    """A tile for each directorate at its row and column, both counted from 1."""
    pieces = [_tile(*places[slug], shown[slug]) for slug in places]
    height = max(row for row, _ in places.values()) * (HIGH + GAP)
    return _svg((0, 0, WIDTH, height + LEGEND), [*pieces, _scale(scale, (0, 0, WIDTH, height), language)], language)


def _tile(row: int, column: int, one: Shaded) -> Markup:
    left, top = (column - 1) * (TILE + GAP), (row - 1) * (HIGH + GAP)
    look = _look(one.shade)
    box = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="3" {}/>')
    name, value, below = one.lines
    middle = left + TILE / 2
    texts = [
        _text(middle, top + 14, name, min(9.5, 9.5 * 15 / max(len(name), 1))),
        _text(middle, top + 31, value, 14, bold=True),
        _text(middle, top + 43, below, 7.5),
    ]
    return box.format(left, top, TILE, HIGH, look) + _joined(texts)


def areas(
    frame: Frame, outlines: Mapping[str, tuple[str, str]], shown: Mapping[str, Shaded], scale: Scale, language: str
) -> str:
    """Outlines shaded by their numbers, with what stands in the middle of each (`at`, path by code)."""
    known = {code: shown.get(code, Shaded(None, ())) for code in outlines}
    # Those without a number last, so that their dashes lie on top.
    order = sorted(outlines, key=lambda code: known[code].shade is None)
    pieces = [_area(outlines[code][1], known[code]) for code in order]
    labels = [_label(at, shown[code].lines) for code, (at, _) in outlines.items() if code in shown]
    body = Markup('<g stroke="#fff" stroke-width=".7" stroke-linejoin="round">{}</g>').format(_joined(pieces))
    return _svg(_below(frame, LEGEND), [body, *labels, _scale(scale, frame, language)], language)


def _area(path: str, one: Shaded) -> Markup:
    if one.shade is None:
        line = Markup('<path d="{}" fill="#fff" stroke="{}" stroke-dasharray="2 2"/>')
        return line.format(path, COLOURS["unknown"])
    return Markup('<path d="{}" fill="{}"/>').format(path, shade(one.shade))


def _label(at: str, lines: Sequence[str]) -> Markup:
    x, y = (float(part) for part in at.split())
    return _joined(_text(x, y + 3, line, 7.5, bold=True) for line in lines[:1])


def places(
    frame: Frame, outlines: Iterable[str], dots: Mapping[str, str], legend: Sequence[tuple[str, str]], language: str
) -> str:
    """Dots of some kinds (a path by kind) on outlines; the rarer and the worse lie on top. `legend`: kind, text."""
    unit = (frame[2] - frame[0]) / WIDTH
    land = _land(outlines, unit)
    drawn = [
        Markup('<path d="{}" stroke="{}" stroke-width="{:.2f}"/>').format(dots[kind], COLOURS[kind], size * unit**0.8)
        for kind, size in DOTS.items()
        if kind in dots
    ]
    cloud = Markup('<g fill="none" stroke-linecap="round">{}</g>').format(_joined(drawn))
    keys = [_key(kind, text, place, language) for place, (kind, text) in enumerate(legend)]
    view = _below(frame, LINE * len(legend) + 4)
    return _svg(view, [land, cloud, _legend(keys, frame)], language)


def squares(
    frame: Frame, outlines: Iterable[str], cells: Sequence[tuple[str, float, float]], scale: Scale, language: str
) -> str:
    """Circles on outlines: where (`at`), how large from 0 to 1 by area, and how dark."""
    unit = (frame[2] - frame[0]) / WIDTH
    circle = Markup('<circle cx="{}" cy="{}" r="{:.1f}" fill="{}"/>')
    drawn = [circle.format(*at.split(), (1.5 + 6.5 * size**0.5) * unit**0.5, shade(dark)) for at, size, dark in cells]
    ring = Markup('<g stroke="{}" stroke-width="{:.2f}">{}</g>').format(COLOURS["bar"], 0.6 * unit, _joined(drawn))
    view = _below(frame, LEGEND)
    return _svg(view, [_land(outlines, unit), ring, _scale(scale, frame, language)], language)


def located(frame: Frame, outlines: Mapping[str, str], here: Iterable[str], language: str) -> str:
    """Outlines, some of them darker than the rest."""
    rest = [path for code, path in outlines.items() if code not in set(here)]
    mine = [path for code, path in outlines.items() if code in set(here)]
    dark = Markup('<path d="{}" fill="{}" stroke="#fff" stroke-width=".7"/>').format("".join(mine), COLOURS["bar"])
    return _svg(frame, [_land(rest, 1.0), dark], language)


# --- pieces --------------------------------------------------------------------------------------------------------


def _land(outlines: Iterable[str], unit: float) -> Markup:
    look = Markup('<path d="{}" fill="{}" stroke="#b9c4cd" stroke-width="{:.2f}" stroke-linejoin="round"/>')
    return look.format("".join(outlines), COLOURS["pale"], 0.7 * unit)


def _below(frame: Frame, height: float) -> Frame:
    """The frame with room for a legend below it."""
    left, top, right, bottom = frame
    return left, top, right, bottom + height * (right - left) / WIDTH


def _legend(pieces: Iterable[Markup], frame: Frame) -> Markup:
    """A legend as large as ever, below a frame that may show a small part of the paper."""
    unit = (frame[2] - frame[0]) / WIDTH
    place = Markup('<g transform="translate({:.1f} {:.1f}) scale({:.4g})">{}</g>')
    return place.format(frame[0], frame[3], unit, _joined(pieces))


def _key(kind: str, text: str, place: int, language: str) -> Markup:
    """A line of the legend, at the side that the reader begins at."""
    edge, inward = (WIDTH, -1) if language in RIGHT_TO_LEFT else (0, 1)
    y = LINE * place + 10
    dot = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.6" fill="{}"/>').format(edge + 4 * inward, y, COLOURS[kind])
    return dot + Markup('<text x="{:.1f}" y="{:.1f}">{}</text>').format(edge + 10 * inward, y + 3, text)


def _scale(scale: Scale, frame: Frame, language: str) -> Markup:
    """Steps from light to dark, with the lowest, middle and highest value below; it begins where the reader begins."""
    wide, left = WIDTH / 2 / SCALE, WIDTH / 4
    box = Markup('<rect x="{:.1f}" y="4" width="{:.1f}" height="7" fill="{}"/>')
    shades = [shade(step / (SCALE - 1)) for step in range(SCALE)]
    names = [scale.low, scale.middle, scale.high]
    if language in RIGHT_TO_LEFT:
        shades, names = shades[::-1], names[::-1]
    steps = [box.format(left + place * wide, wide + 0.1, one) for place, one in enumerate(shades)]
    return _legend([*steps, *(_text(left * (1 + place), 20, name, 8) for place, name in enumerate(names))], frame)


def _text(x: float, y: float, text: str, size: float, bold: bool = False) -> Markup:
    weight = Markup(' font-weight="600"') if bold else Markup("")
    told = Markup('<text x="{:.1f}" y="{:.1f}" font-size="{:.1f}" text-anchor="middle"{}>{}</text>')
    return told.format(x, y, size, weight, text) if text else Markup("")


def _look(share: float | None) -> Markup:
    if share is None:
        return Markup('fill="none" stroke="{}" stroke-dasharray="3 3"').format(COLOURS["unknown"])
    return Markup('fill="{}"').format(shade(share))


def _joined(pieces: Iterable[Markup]) -> Markup:
    return Markup("").join(pieces)


def _svg(frame: Frame, pieces: Iterable[Markup], language: str) -> str:
    left, top, right, bottom = frame
    root = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{:.1f} {:.1f} {:.1f} {:.1f}" font-family="sans-serif" '
        'font-size="9.5" fill="{}" direction="{}">{}</svg>'
    )
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    return str(root.format(left, top, right - left, bottom - top, COLOURS["ink"], direction, _joined(pieces)))
