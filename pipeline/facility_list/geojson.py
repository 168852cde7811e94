"""The list as GeoJSON (RFC 7946): a feature for each facility, longitude before latitude, null for no place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.brief.map import CELL
from pipeline.facility_list.edition import SQUARE

NOT_PROPERTIES = ("latitude", "longitude", SQUARE)


def text(rows: pd.DataFrame, about: Mapping[str, Any]) -> str:
    """The feature collection; a public edition has squares with several facilities instead of points, or no place."""
    document = {"type": "FeatureCollection", **about, "features": list(_features(rows))}
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def point(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The point of a facility; None where its place is not known, or does not go out."""
    latitude, longitude = row.get("latitude"), row.get("longitude")
    if pd.isna(latitude) or pd.isna(longitude):
        return None
    return {"type": "Point", "coordinates": [round(float(str(longitude)), 6), round(float(str(latitude)), 6)]}


def plain(value: Any) -> Any:
    """A cell as JSON has it: a missing one as null, a whole number without a point."""
    if pd.isna(value):
        return None
    if isinstance(value, str | bool):
        return value
    return int(value) if float(value).is_integer() else float(value)


def _features(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in rows.to_dict("records"):
        told = {str(name): plain(value) for name, value in row.items() if name not in NOT_PROPERTIES}
        if "services" in row:
            told["services"] = str(row["services"]).split()
        place = _square(row[SQUARE]) if SQUARE in row else point({str(name): cell for name, cell in row.items()})
        yield {"type": "Feature", "id": row["lasting_id"], "geometry": place, "properties": told}


def _square(corner: str) -> dict[str, Any] | None:
    if not corner:
        return None
    west, south = (float(number) for number in corner.split())
    east, north = west + CELL, south + CELL
    # Against the clock, and closed, as the standard wants a ring.
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
