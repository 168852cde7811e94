"""Boundaries with fewer points: as a coverage, so that neighbours keep one border, and with how far they moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from pipeline.boundaries import PLACES_AFTER, Area
from pipeline.errors import RegistryError


def simplified(areas: Sequence[Area], tolerance: float) -> tuple[list[Area], float]:
    """The areas with fewer points and one border between neighbours, and how far they moved at most, in degrees."""
    before = [shapely.normalize(area.shape) for area in areas]
    after = _rounded(shapely.coverage_simplify(before, tolerance))
    if after is None:
        raise RegistryError(f"simplified by {tolerance:g} degrees the boundaries cross: take another --tolerance")
    moved = max(_moved(old, new) for old, new in zip(before, after, strict=True))
    return [replace(area, shape=shape) for area, shape in zip(areas, after, strict=True)], moved


def _rounded(shapes: Any) -> Any:
    """The shapes with as few decimals as leave them a coverage; None where none does."""
    for places in PLACES_AFTER:
        after = shapely.transform(shapes, lambda points, places=places: points.round(places))
        if all(shapely.is_valid(after)) and shapely.coverage_is_valid(after):
            return after
    return None


def dissolved(areas: Sequence[Area]) -> list[Area]:
    """Districts as their governorates."""
    codes = sorted({area.governorate for area in areas})
    parts = {code: [area.shape for area in areas if area.governorate == code] for code in codes}
    return [Area(code, shapely.coverage_union_all(shapes)) for code, shapes in parts.items()]


def _moved(before: Any, after: Any) -> float:
    """By how much the new shape must grow at least to cover the old one, rounded up; proved by growing it."""
    corners = shapely.points(shapely.get_coordinates(shapely.segmentize(before, 0.005)))
    grown = float(np.ceil(shapely.distance(corners, after).max() * 1e4 + 1) / 1e4)
    while not shapely.covers(shapely.buffer(after, grown), before):
        grown = round(grown + 1e-4, 4)
    return grown
