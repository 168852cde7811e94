"""A country that nobody has drawn: eighteen governorates of three districts each, with crooked common borders."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROWS, COLUMNS, WEST, SOUTH, STEP = 3, 6, 39.0, 29.5, 1.5
CODES = [f"IQG{number:02d}" for number in range(1, ROWS * COLUMNS + 1)]
Point = tuple[float, float]


def _crooked(start: Point, end: Point) -> list[Point]:
    """From a corner to another with forty points off the line; the same line backwards has the same points."""
    if start > end:
        return _crooked(end, start)[::-1]
    (x, y), (u, v) = start, end
    parts = [part / 40 for part in range(41)]
    bends = [0.02 * math.sin(19 * part + 5 * x + 7 * y) * math.sin(math.pi * part) for part in parts]
    return [
        (round(x + (u - x) * part + (v - y) * bend, 6), round(y + (v - y) * part + (u - x) * bend, 6))
        for part, bend in zip(parts, bends, strict=True)
    ]


def _ring(corners: Sequence[Point]) -> list[Point]:
    sides = zip(corners, (*corners[1:], corners[0]), strict=True)
    points = [point for start, end in sides for point in _crooked(start, end)[:-1]]
    return [*points, points[0]]


def _cell(row: int, column: int, part: int) -> list[Point]:
    third = STEP / 3
    left, bottom = WEST + column * STEP + part * third, SOUTH + row * STEP
    right, top = left + third, bottom + STEP
    return _ring([(left, bottom), (right, bottom), (right, top), (left, top)])


def districts() -> list[dict[str, Any]]:
    """The features of a file of districts, as the common operational dataset has them."""
    found = []
    for place, code in enumerate(CODES):
        row, column = divmod(place, COLUMNS)
        for part in range(3):
            names = {"ADM2_PCODE": f"{code}Q0{part + 1}", "ADM2_EN": f"District {part + 1}", "ADM2_AR": "قضاء"}
            shape = {"type": "Polygon", "coordinates": [_cell(row, column, part)]}
            properties = {**names, "ADM1_PCODE": code, "validTo": None}
            found.append({"type": "Feature", "properties": properties, "geometry": shape})
    return found


def governorates() -> list[dict[str, Any]]:
    """The features of a file of governorates."""
    import shapely
    from shapely.geometry import mapping, shape

    found = []
    for code in CODES:
        parts = [shape(one["geometry"]) for one in districts() if one["properties"]["ADM1_PCODE"] == code]
        geometry = json.loads(json.dumps(mapping(shapely.union_all(parts))))
        found.append({"type": "Feature", "properties": {"ADM1_PCODE": code}, "geometry": geometry})
    return found


def written(path: Path, features: Sequence[dict[str, Any]]) -> Path:
    """A file with some features."""
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path
