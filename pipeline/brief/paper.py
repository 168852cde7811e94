"""The paper that maps are drawn on: degrees become points of it, and outlines and places become paths of SVG.

The projection is equirectangular, true at the middle of the country (33° N in Iraq). Numbers have one decimal, and each
point is rounded before it is told as a step from the one before, so that neighbours keep their common border.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# As wide as a chart.
WIDTH = 331.2
MARGIN = 0.06
STRIP = 4.0
Numbers = npt.NDArray[np.float64]
Frame = tuple[float, float, float, float]


@dataclass(frozen=True)
class Paper:
    """Where west and north of the paper are, how much narrower a degree of longitude is, and points per degree."""

    west: float
    north: float
    narrow: float
    scale: float
    height: float

    @classmethod
    def around(cls, west: float, south: float, east: float, north: float) -> Paper:
        """The paper that a box of degrees fills."""
        narrow = float(np.cos(np.radians(round((south + north) / 2))))
        scale = WIDTH / max((east - west) * narrow, 1e-6)
        return cls(west, north, narrow, scale, max((north - south) * scale, 1.0))

    @property
    def frame(self) -> Frame:
        """The whole paper: left, top, right, bottom."""
        return (0.0, 0.0, WIDTH, round(float(self.height), 1))

    def drawn(self, longitude: Numbers, latitude: Numbers) -> tuple[Numbers, Numbers]:
        """Degrees as points of the paper, with one decimal."""
        across = (longitude - self.west) * self.narrow * self.scale
        return across.round(1), ((self.north - latitude) * self.scale).round(1)

    def degrees(self, frame: Frame) -> Frame:
        """A part of the paper in degrees: west, south, east, north."""
        left, top, right, bottom = frame
        west, east = (self.west + at / self.narrow / self.scale for at in (left, right))
        return west, self.north - bottom / self.scale, east, self.north - top / self.scale

    def part(self, boxes: Sequence[Sequence[float]]) -> Frame:
        """The part of the paper around some boxes of degrees, with a margin, about as high as wide; all without any."""
        if not len(boxes):
            return self.frame
        corners = np.array(boxes, dtype=float)
        x, y = self.drawn(corners[:, [0, 2]].ravel(), corners[:, [1, 3]].ravel())
        side = max(float(np.ptp(x)), float(np.ptp(y)), 10.0) * (0.5 + MARGIN)
        middle = ((x.min() + x.max()) / 2, (y.min() + y.max()) / 2)
        return tuple(round(float(at + step), 1) for step in (-side, side) for at in middle)  # type: ignore[return-value]


def outline(paper: Paper, shape: Any) -> str:
    """The path of a polygon, or of several."""
    polygons = shape.geoms if hasattr(shape, "geoms") else [shape]
    rings = (ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors))
    return "".join(_ring(paper, np.asarray(ring.coords)) for ring in rings)


def middle(paper: Paper, shape: Any) -> str:
    """A place well inside of a polygon, where its number can stand."""
    import shapely

    point = shapely.maximum_inscribed_circle(shape, tolerance=0.02).coords[0]
    x, y = paper.drawn(np.array([point[0]]), np.array([point[1]]))
    return f"{x[0]:.1f} {y[0]:.1f}"


def _ring(paper: Paper, points: Numbers) -> str:
    x, y = paper.drawn(points[:-1, 0], points[:-1, 1])
    steps = _tenths(x, y)
    return "M" + _pair(steps[0]) + "l" + _joined(steps[1:]) + "z" if len(steps) > 2 else ""


def dots(x: Numbers, y: Numbers) -> str:
    """A path that stops at each place and goes nowhere, so that the round ends of its line are dots; each once."""
    places = np.unique(np.column_stack([x, y]), axis=0)
    # Up and down in narrow strips: short steps are short texts.
    strip = (places[:, 0] // STRIP).astype(int)
    places = places[np.lexsort([np.where(strip % 2, -1, 1) * places[:, 1], strip])]
    first, *steps = _tenths(places[:, 0], places[:, 1])
    return "".join([f"M{_pair(first)}h0", *(f"m{_pair(step)}h0" for step in steps)])


def _tenths(x: Numbers, y: Numbers) -> list[tuple[int, int]]:
    """The first place, and the steps from each to the next that leads anywhere, in tenths."""
    places = np.rint(np.column_stack([x, y]) * 10).astype(int)
    steps = np.diff(places, axis=0)
    return [tuple(places[0]), *map(tuple, steps[np.any(steps != 0, axis=1)])]


def _joined(steps: Iterable[tuple[int, int]]) -> str:
    text = ""
    for step in steps:
        told = _pair(step)
        text += told if not text or told[0] == "-" else f" {told}"
    return text


def _pair(step: tuple[int, int]) -> str:
    first, second = (_number(tenths) for tenths in step)
    return first + (second if second[0] == "-" else f" {second}")


def _number(tenths: int) -> str:
    """12.3, -.5, 7: without what says nothing."""
    sign, (whole, part) = "-" if tenths < 0 else "", divmod(abs(tenths), 10)
    return sign + (str(whole) if whole or not part else "") + (f".{part}" if part else "")
