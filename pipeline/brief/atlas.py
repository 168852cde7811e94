"""What the maps of a round have in common: outlines as drawn, the facts, and the district of each facility's place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline import boundaries, indicators
from pipeline.boundaries import Boundaries
from pipeline.brief.material import NAMES, Material
from pipeline.brief.paper import Frame, Paper, middle, outline
from pipeline.indicators import Count, Facts
from pipeline.project import Project

COLUMNS = ["layer", "code", "numerator", "denominator", "at", "path"]
TILE_COLUMNS = ["slug", "row", "column", *NAMES]
# How much outlines are simplified for the paper, in degrees: whatever was imported, a map stays small.
FINE, ROUGH = 0.01, 0.03


@dataclass(frozen=True)
class Maps:
    """What the maps of a round have in common: outlines, the facts, and where each facility is."""

    sets: Mapping[str, Boundaries]
    facts: Facts
    tiles: pd.DataFrame

    @cached_property
    def paper(self) -> Paper:
        """The paper that the country fits on: by its outlines, or else by its facilities."""
        shapes = [area.shape for area in self.base.areas.values()] if self.base else []
        boxes = np.array([shape.bounds for shape in shapes]) if shapes else self._box()
        return Paper.around(*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))

    def _box(self) -> np.ndarray:
        places = self.facts.facilities[["longitude", "latitude"]].dropna().to_numpy(dtype=float)
        return np.hstack([places, places]) if len(places) else np.array([[38.7, 29.0, 48.8, 37.5]])

    @property
    def base(self) -> Boundaries | None:
        """The outlines that others are drawn on: the official governorates, or else the sketch."""
        return self.sets.get("governorate") or self.sets.get("sketch")

    @cached_property
    def outlines(self) -> pd.DataFrame:
        """The outlines of every set, drawn."""
        drawn = [_drawn(self.paper, level, _fewer(known, FINE)) for level, known in self.sets.items()]
        return pd.concat([layer(()), *drawn])

    @cached_property
    def rough(self) -> Mapping[str, Any]:
        """The governorates with few points, for what is drawn on them, and for a small map."""
        return _fewer(self.base, ROUGH) if self.base else {}

    @cached_property
    def ground(self) -> pd.DataFrame:
        """The whole country as ground for the places of facilities."""
        return _drawn(self.paper, "ground", self.rough)

    @cached_property
    def locator(self) -> pd.DataFrame:
        """The whole country for a small map of where a directorate is."""
        return _drawn(self.paper, "locator", self.rough)

    def near(self, frame: Frame) -> pd.DataFrame:
        """The ground of a frame: the governorates, cut off at it."""
        import shapely

        box = self.paper.degrees(frame)
        cut = {
            code: shapely.clip_by_rect(area.shape, *box)
            for code, area in (self.base.areas if self.base else {}).items()
        }
        return _drawn(self.paper, "ground", {code: shape for code, shape in cut.items() if shapely.area(shape)})

    @cached_property
    def districts(self) -> pd.Series[str]:
        """The official district that each facility's place lies in; blank where none is known."""
        import shapely

        table = self.facts.facilities
        found = pd.Series("", index=table.index, dtype=str)
        known = self.sets.get("district")
        places = table[["longitude", "latitude"]].dropna()
        if known is not None and len(places):
            tree = shapely.STRtree([area.shape for area in known.areas.values()])
            rows, areas = tree.query(shapely.points(places.to_numpy(dtype=float)), predicate="intersects")
            # On a common border both districts hold the place: the first counts.
            hit = pd.Series(np.array(list(known.areas))[areas], index=places.index[rows]).groupby(level=0).min()
            found[hit.index] = hit
        return found

    @cached_property
    def areas(self) -> dict[str, pd.Series[str]]:
        """For each level whose official outlines are known, the area that each facility lies in."""
        found = {"governorate": self.facts.facilities["governorate"].astype(str), "district": self.districts}
        return {level: named for level, named in found.items() if level in self.sets}

    def counted(self, code: str) -> pd.DataFrame:
        """What each facility adds to a share of one column; a row for each facility."""
        if code not in self._counted:
            found = indicators.DEFINITIONS[code].compute(self.facts)
            if not isinstance(found, Count) or found.denominator is None:
                raise TypeError(f"{code} is no share")
            parts = {name: getattr(found, name) for name in ("numerator", "denominator", "not_asked", "missing")}
            self._counted[code] = pd.DataFrame({name: part.reshape(-1).astype(int) for name, part in parts.items()})
        return self._counted[code]

    @cached_property
    def _counted(self) -> dict[str, pd.DataFrame]:
        return {}


def layer(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of the slice `map`; what they do not tell is blank."""
    return pd.DataFrame([dict.fromkeys(COLUMNS, "") | dict(row) for row in rows], columns=COLUMNS, dtype=object)


def _fewer(known: Boundaries, tolerance: float) -> dict[str, Any]:
    """The shapes of a set with fewer points; neighbours keep their common border."""
    import shapely

    shapes = shapely.coverage_simplify([area.shape for area in known.areas.values()], tolerance)
    return dict(zip(known.areas, shapes, strict=True))


def _drawn(paper: Paper, name: str, shapes: Mapping[str, Any]) -> pd.DataFrame:
    """A row for each outline."""
    return layer(
        {"layer": name, "code": code, "at": middle(paper, shape), "path": outline(paper, shape)}
        for code, shape in shapes.items()
    )


def shared(project: Project, material: Material) -> Maps:
    """What the maps of a round have in common."""
    found = {level: boundaries.load(project, level) for level in boundaries.FILES}
    # The sketch is for where there is nothing better.
    sets = {level: known for level, known in found.items() if known and (level != "sketch" or not found["governorate"])}
    judged = indicators.Judgement(set_aside=frozenset(material.standing.set_aside))
    facts = indicators.gather(material.tables, indicators.vocabulary(material.codebook), judged)
    path = project.reference("tiles.csv")
    tiles = project.read_csv(path) if path.is_file() else pd.DataFrame(columns=TILE_COLUMNS)
    return Maps(sets, facts, tiles)
