"""Boundaries of governorates and districts: official ones once they have been imported, and a sketch for locating.

data/reference/boundaries/ holds FeatureCollections of polygons in degrees (WGS 84), each with the property `pcode`:
governorates   official; its codes are those of data/reference/governorates.csv
districts      official; with `governorate`, `name_en` and `name_ar`
sketch         governorates of a free set that gets Baghdad wrong: it shows roughly where something is, judges nothing
`about` at the top of each has attribution, source, sha256, tolerance and moved (both in degrees): simplified as they
are, the polygons lie nowhere further than `moved` from the official ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import RegistryError
from pipeline.project import Project

LEVELS = ("governorate", "district")
FILES = {
    "governorate": "boundaries/governorates.geojson",
    "district": "boundaries/districts.geojson",
    "sketch": "boundaries/sketch.geojson",
}
# A fourth decimal is ten metres; more are kept only where borders would cross without.
PLACES_AFTER = (4, 6, 9)


@dataclass(frozen=True)
class Area:
    """A governorate or district: its P-code, that of its governorate, its names, and its polygon."""

    pcode: str
    shape: Any
    governorate: str = ""
    name_en: str = ""
    name_ar: str = ""


@dataclass(frozen=True)
class Boundaries:
    """A set of boundaries: its areas by P-code, and where it comes from."""

    areas: Mapping[str, Area]
    about: Mapping[str, Any]

    @property
    def moved(self) -> float:
        """How far, in degrees, simplification has moved a boundary at most."""
        return float(self.about.get("moved", 0))


def load(project: Project, level: str) -> Boundaries | None:
    """The boundaries of a level, or the sketch; None where they have not been imported."""
    path = project.reference(FILES[level])
    if not path.is_file():
        return None
    import shapely  # late: most rounds have no boundaries to load

    try:
        document = project.read_json(path)
        areas = {area.pcode: area for area in map(_area, document["features"])}
        return Boundaries(areas, document.get("about", {}))
    except (KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as problem:
        raise _unreadable(project, path, problem) from problem


def _unreadable(project: Project, path: Path, problem: Exception) -> RegistryError:
    told = f"{project.relative(path)} is no FeatureCollection of polygons with a `pcode` each ({problem!r})"
    return RegistryError(f"{told}: import the boundaries again")


def _area(feature: Mapping[str, Any]) -> Area:
    import shapely

    told = feature["properties"]
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    return Area(str(told["pcode"]), shape, *(str(told.get(name, "")) for name in ("governorate", "name_en", "name_ar")))


def write(project: Project, level: str, areas: Iterable[Area], about: Mapping[str, Any]) -> Path:
    """Writes a set of boundaries in the order of their P-codes, a line for each; gives the file."""
    lines = [_line(area) for area in sorted(areas, key=lambda area: area.pcode)]
    told = json.dumps(dict(about), ensure_ascii=False, sort_keys=True)
    joined = ",\n".join(lines)
    path = project.reference(FILES[level])
    project.write_text(path, f'{{"type": "FeatureCollection", "about": {told}, "features": [\n{joined}\n]}}\n')
    return path


def _line(area: Area) -> str:
    from shapely.geometry import mapping

    names = ("pcode", "governorate", "name_en", "name_ar")
    properties = {name: getattr(area, name) for name in names if getattr(area, name)}
    feature = {"type": "Feature", "properties": properties, "geometry": mapping(area.shape)}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
