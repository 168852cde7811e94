"""Rules on `records` about places and the official boundaries of governorates, where those have been imported.

Free sets of boundaries get Baghdad wrong; without the official ones (`herams boundaries import`) nothing is checked,
and a finding says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline import boundaries, relevance
from pipeline.errors import RegistryError
from pipeline.gate.case import Case, Flags, Offences
from pipeline.project import Project

FILE = boundaries.FILES["governorate"]
METRES_PER_DEGREE = 111_200


def load(project: Project) -> dict[str, Any]:
    """The polygon of each governorate by P-code; none where no official boundaries have been imported.

    Each is grown by as much as simplification may have moved its border, so that it holds all that the official one
    holds: no finding comes of a polygon having been simplified.
    """
    known = boundaries.load(project, "governorate")
    if known is None:
        return {}
    import shapely  # late: most rounds have no boundaries to load

    _refuse_strangers(project, known.areas)
    return {code: shapely.buffer(area.shape, known.moved) for code, area in known.areas.items()}


def boundaries_known(case: Case) -> pd.DataFrame:
    """That no place was held against its governorate, since there are no official boundaries."""
    found = Offences()
    if not case.boundaries and case.column_of("latitude"):
        found.add_whole("", "not checked: places were not held against governorates", "official boundaries")
    return found.frame()


def coordinates_in_governorate(case: Case, metres: int) -> pd.DataFrame:
    """Places further than so many metres outside the governorates that their directorate has facilities in."""
    found = Offences()
    if not case.boundaries:
        return found.frame()
    inside = _inside_iraq(case)
    latitude, longitude = (case.numbers(str(case.column_of(name))) for name in ("latitude", "longitude"))
    told = case.records[str(case.column_of("latitude"))] + " " + case.records[str(case.column_of("longitude"))]
    directorates = case.placed["directorate"].to_numpy(dtype=object)
    for slug, pcodes in _governorates(case).items():
        rows = np.flatnonzero(inside & (directorates == slug))
        shape = _around([case.boundaries[code] for code in pcodes if code in case.boundaries], metres)
        if len(rows) and shape is not None:
            where = np.zeros(len(inside), dtype=bool)
            where[rows] = ~_contains(shape, longitude[rows], latitude[rows])
            found.add(where, str(case.column_of("latitude")), told, "a place in " + ", ".join(pcodes))
    return found.frame()


def _inside_iraq(case: Case) -> Flags:
    """Where there is a place in the codebook's box: what lies outside of it is told by another rule."""
    inside = np.ones(len(case.records), dtype=bool)
    for name in ("latitude", "longitude"):
        question = case.codebook.of_field(f"facilities.{name}")
        if question is None or not case.column_of(name):
            return np.zeros(len(case.records), dtype=bool)
        inside &= ~np.isnan(case.numbers(question.columns[0]))
        if question.constraint:
            inside &= relevance.holds(question.constraint, case.records, case.codebook, question)
    return inside


def _governorates(case: Case) -> dict[str, list[str]]:
    """The governorates of each directorate, its own and those that its sectors lie in."""
    sectors = case.places.sectors.groupby("directorate")["governorate"].agg(set).to_dict()
    return {slug: sorted({*codes, *sectors.get(slug, ())}) for slug, codes in case.places.governorates.items()}


def _around(shapes: list[Any], metres: int) -> Any:
    import shapely

    return shapely.buffer(shapely.union_all(shapes), metres / METRES_PER_DEGREE) if shapes else None


def _contains(shape: Any, x: np.ndarray, y: np.ndarray) -> Flags:
    import shapely

    shapely.prepare(shape)
    return np.asarray(shapely.contains_xy(shape, x, y), dtype=bool)


def _refuse_strangers(project: Project, shapes: Mapping[str, object]) -> None:
    known = set(project.read_csv(project.reference("governorates.csv"))["pcode"])
    if set(shapes) != known:
        raise RegistryError(
            f"data/reference/{FILE} and governorates.csv differ about {', '.join(sorted(set(shapes) ^ known))}: "
            "import the boundaries again, all governorates by their P-codes"
        )
