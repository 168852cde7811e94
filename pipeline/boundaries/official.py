"""Official boundaries as an office gives them, OCHA's common operational dataset (COD-AB) as GeoJSON: read and checked.

Its features have ADM1_PCODE (districts ADM2_PCODE as well), ADM1_EN, ADM1_AR and so on; capitals or not. All that is
wrong with a file is told at once, and nothing is written then.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely

from pipeline.boundaries import Area, write
from pipeline.boundaries.simplify import dissolved, simplified
from pipeline.errors import RegistryError, UsageError
from pipeline.project import Project

TOLERANCE = 0.01
BOX = (38.0, 28.5, 49.5, 38.0)
# Free sets draw Baghdad's city only, some 650 to 950 km²; the governorate has some 5,000.
BAGHDAD, BAGHDAD_KM2 = "IQG08", 3_000
KM_PER_DEGREE, EAST_AT_33 = 111.2, 0.8387


def bring_in(
    project: Project, file: Path, level: str, attribution: str, apart: Mapping[str, str], tolerance: float = TOLERANCE
) -> list[str]:
    """Checks, simplifies and registers official boundaries; says what was written.

    A file of districts gives the governorates too, so that both have the same borders. `apart` names districts that are
    governorates of their own: the governorate's P-code for the district's.
    """
    if not attribution.strip():
        raise UsageError("--attribution is blank: give the words that must stand beside every map")
    areas = _named_apart(read(file, level), level, apart)
    told = [*faults(areas), *_code_faults(project, areas, level)]
    if told:
        raise RegistryError(
            "\n".join([f"{file.name} cannot be used; nothing was written:", *(f"- {one}" for one in told)])
        )
    about = {
        "attribution": attribution.strip(),
        "source": file.name,
        "sha256": project.sha256(file),
        "tolerance": tolerance,
    }
    sets = {level: areas} | ({"governorate": dissolved(areas)} if level == "district" else {})
    fewer = {kind: simplified(parts, tolerance) for kind, parts in sets.items()}
    return [_written(project, kind, sets[kind], *fewer[kind], about) for kind in sets]


def _written(
    project: Project, level: str, areas: Sequence[Area], fewer: Sequence[Area], moved: float, about: Mapping[str, Any]
) -> str:
    path = write(project, level, fewer, {**about, "moved": moved})
    before, after = (sum(shapely.get_num_coordinates(area.shape) for area in parts) for parts in (areas, fewer))
    size = path.stat().st_size / 1000
    return (
        f"{project.relative(path)}: {len(fewer)} {level}s, {after:,} points of {before:,}, {size:.0f} KB, "
        f"no border further than {moved * KM_PER_DEGREE:.1f} km from the official one"
    )


# --- reading -------------------------------------------------------------------------------------------------------


def read(file: Path, level: str) -> list[Area]:
    """The areas of a file; one that is no GeoJSON of polygons with P-codes is a RegistryError."""
    try:
        features = json.loads(file.read_bytes().decode("utf-8-sig"))["features"]
        found = [_area(feature, level) for feature in features]
    except (KeyError, TypeError, AttributeError, ValueError, shapely.errors.ShapelyError) as problem:
        raise RegistryError(
            f"{file.name} is no GeoJSON of {level}s with P-codes and polygons ({problem!r}): take the file of the "
            "common operational dataset (COD-AB), saved as GeoJSON; where it has districts, with `--level district`"
        ) from problem
    if not found:
        raise RegistryError(f"{file.name} has no features: take the file of the common operational dataset (COD-AB)")
    return sorted(found, key=lambda area: area.pcode)


def _area(feature: Mapping[str, Any], level: str) -> Area:
    told = {str(name).casefold(): "" if value is None else str(value) for name, value in feature["properties"].items()}
    number = "1" if level == "governorate" else "2"
    shape = shapely.force_2d(shapely.from_geojson(json.dumps(feature["geometry"])))
    names = ("", "") if level == "governorate" else (told.get("adm2_en", ""), told.get("adm2_ar", ""))
    code, above = told[f"adm{number}_pcode"], told["adm1_pcode"]
    return Area(code, shape, "" if level == "governorate" else above, *names)


def _named_apart(areas: Sequence[Area], level: str, apart: Mapping[str, str]) -> list[Area]:
    """The areas, with the districts that are governorates of their own in those."""
    if apart and level != "district":
        raise UsageError("--apart takes a district out of its governorate: import districts, with `--level district`")
    codes = {area.pcode for area in areas}
    strangers = sorted(set(apart.values()) - codes)
    if strangers:
        raise UsageError(f"--apart: no district {', '.join(strangers)} in the file")
    own = {district: governorate for governorate, district in apart.items()}
    return [replace(area, governorate=own.get(area.pcode, area.governorate)) for area in areas]


# --- checks --------------------------------------------------------------------------------------------------------


def faults(areas: Sequence[Area]) -> list[str]:
    """What is wrong with the polygons of a file, in words."""
    broken = {area.pcode: reason for area in areas if (reason := _broken(area.shape))}
    told = [f"{code}: {reason}" for code, reason in sorted(broken.items())]
    if broken:
        return told
    edges = shapely.coverage_invalid_edges([area.shape for area in areas])
    apart = sorted(area.pcode for area, edge in zip(areas, edges, strict=True) if not shapely.is_empty(edge))
    if apart:
        told.append(f"neighbours overlap, or do not share their border to the point: {', '.join(apart)}")
    return told


def _broken(shape: Any) -> str:
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        return "is no polygon"
    if not shapely.is_valid(shape):
        return f"its polygon is not valid ({shapely.is_valid_reason(shape)})"
    west, south, east, north = shape.bounds
    inside = west >= BOX[0] and south >= BOX[1] and east <= BOX[2] and north <= BOX[3]
    return (
        ""
        if inside
        else f"lies outside Iraq (x {west:.1f} to {east:.1f}, y {south:.1f} to {north:.1f}): degrees, WGS 84?"
    )


def _code_faults(project: Project, areas: Sequence[Area], level: str) -> Iterator[str]:
    """What is wrong with the codes, against data/reference/governorates.csv."""
    known = set(project.read_csv(project.reference("governorates.csv"))["pcode"])
    codes = Counter(area.pcode for area in areas)
    if codes[""]:
        yield f"{codes['']} areas have no P-code"
    if twice := sorted(code for code, times in codes.items() if code and times > 1):
        hint = "" if level == "district" else " (where these are districts: `--level district`)"
        yield f"P-codes that stand there twice: {', '.join(twice)}{hint}"
    found = {area.governorate or area.pcode for area in areas}
    if found - known:
        yield f"no governorates of data/reference/governorates.csv: {', '.join(sorted(found - known))}"
    if known - found:
        yield f"missing governorates: {', '.join(sorted(known - found))} (one made of a district: `--apart`)"
    yield from _baghdad(areas)


def _baghdad(areas: Sequence[Area]) -> Iterator[str]:
    size = sum(shapely.area(area.shape) for area in areas if BAGHDAD in (area.pcode, area.governorate) and area.shape)
    km2 = size * KM_PER_DEGREE**2 * EAST_AT_33
    if 0 < km2 < BAGHDAD_KM2:
        yield f"Baghdad has {km2:,.0f} km², and should have some 5,000: free sets get it wrong, take the official one"
