"""What the maps of a page may know: outlines and places as drawn, shares by area, and the grid of directorates.

tiles        slug, row, column, en, ar, ckb: the place of each directorate of the scope in the grid
map          layer, code, numerator, denominator, at, path: what is drawn, in points of the paper with one decimal;
             `at` is the middle
    governorate, district   for a wider scope: the official outlines, once imported;   sketch   such as only locate
    ground    outlines of governorates for places to be drawn on; for a directorate cut off at its frame
    locator   for a directorate: the whole country
    point   the places of facilities of a status (code), and how many they are (numerator)
    cell    in a public edition: squares of CELL degrees, with fully functioning facilities of those that exist
map_values   as the slice `areas`, with a governorate's or district's P-code in `scope`
map_names    code, en, ar, ckb: of the areas that have values
brief.json gets `map`: the paper and the frame of it that the page shows, the governorates where the scope is at home,
where the outlines come from, and how many places are not shown.
A district is known by a facility's place only, so its shares lack those without one: `map` says how many.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from pipeline.brief import map_values
from pipeline.brief.atlas import TILE_COLUMNS, Maps, layer, shared
from pipeline.brief.material import Material
from pipeline.brief.paper import Frame, Paper, dots
from pipeline.project import Project
from pipeline.registry import WIDER_SCOPES

__all__ = ["Maps", "cut", "points_of", "shared"]

Points = Literal["exact", "coarse", "leave_out"]
WORKING = {"full": "available", "partial": "partial", "none": "not_available"}
CELL, FEWEST = 0.25, 3
ABOUT = ("attribution", "source", "sha256", "tolerance")


def points_of(project: Project, edition: Literal["internal", "public"]) -> Points:
    """How an edition shows the places of facilities: an internal one exactly, a public one as the registry says."""
    return "exact" if edition == "internal" else project.registry.points


def cut(
    material: Material, scope: str, maps: Maps, points: Points = "exact"
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """What the maps of a scope may know: what brief.json says of them, and the slices; `points` is the edition's."""
    inside = _inside(material, scope, maps)
    frame = _frame(material, scope, maps, inside, points)
    placed, told = _places(maps, inside, frame, points)
    values = map_values.values(material, scope, maps, inside)
    about = {level: {name: known.about.get(name, "") for name in ABOUT} for level, known in maps.sets.items()}
    layers = [maps.outlines, maps.ground] if scope in WIDER_SCOPES else [maps.locator, maps.near(frame)]
    home = material.places.at_home.get(scope, [])
    paper = {"paper": list(maps.paper.frame), "frame": list(frame), "home": home}
    return {"map": {**paper, "sets": about, "without": map_values.unplaced(maps, inside), **told}}, {
        "tiles": _tiles(material, scope, maps),
        "map": pd.concat([*layers, placed], ignore_index=True),
        "map_values": values,
        "map_names": map_values.names(material, maps, values),
    }


def _inside(material: Material, scope: str, maps: Maps) -> np.ndarray:
    """The facilities that a scope lists, a declared double report once."""
    table = maps.facts.facilities
    left_out = material.standing.iraq.left_out if scope in WIDER_SCOPES else ()
    members = [slug for slug in material.members(scope) if slug not in left_out]
    mine = maps.facts.listed & table["directorate"].isin(members).to_numpy(dtype=bool)
    twice = table["same_as"].isin(table.loc[mine, "facility_id"]).to_numpy(dtype=bool)
    return np.asarray(mine & ~twice)


def _tiles(material: Material, scope: str, maps: Maps) -> pd.DataFrame:
    members = material.members(scope) if scope in WIDER_SCOPES else ()
    return maps.tiles[maps.tiles["slug"].isin(members)].reset_index(drop=True)[TILE_COLUMNS]


def _frame(material: Material, scope: str, maps: Maps, inside: np.ndarray, points: Points) -> Frame:
    """The whole paper; for a directorate the part of it around its governorate and nearly all of its facilities.

    A frame that fits exact places would tell them: that of a public edition ends at the edges of squares.
    """
    if scope in WIDER_SCOPES:
        return maps.paper.frame
    known = maps.base.areas if maps.base else {}
    corners = [known[code].shape.bounds for code in material.places.at_home.get(scope, ()) if code in known]
    places = maps.facts.facilities.loc[inside, ["longitude", "latitude"]].dropna().to_numpy(dtype=float)
    if len(places):
        low, high = np.quantile(places, (0.02, 0.98), axis=0)
        if points != "exact":
            low, high = np.floor(low / CELL) * CELL, np.ceil(high / CELL) * CELL
        corners.append((*low, *high))
    return maps.paper.part(corners)


# --- places of facilities ------------------------------------------------------------------------------------------


def _places(maps: Maps, inside: np.ndarray, frame: Frame, points: Points) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The places of existing facilities as drawn, and how many have none or lie outside the frame."""
    table = maps.facts.facilities[inside & maps.facts.existing]
    if points == "leave_out":
        return layer(()), {"points": points}
    placed = table.dropna(subset=["longitude", "latitude"])
    x, y = maps.paper.drawn(placed["longitude"].to_numpy(float), placed["latitude"].to_numpy(float))
    shown = (x >= frame[0]) & (x <= frame[2]) & (y >= frame[1]) & (y <= frame[3])
    kinds = placed["functionality"].map(WORKING).fillna("unknown")
    kinds = kinds.where(placed["building_condition"] != "fully_damaged", "not_available")
    told = {"points": points, "unplaced": len(table) - len(placed), "outside": int((~shown).sum())}
    if points == "exact":
        return _exact(x[shown], y[shown], kinds[shown]), told
    drawn, hidden = _coarse(maps.paper, placed[shown], kinds[shown])
    return drawn, told | {"hidden": hidden}


def _exact(x: np.ndarray, y: np.ndarray, kinds: pd.Series[str]) -> pd.DataFrame:
    rows = [
        {"layer": "point", "code": kind, "numerator": int(mine.sum()), "path": dots(x[mine], y[mine])}
        for kind in (*WORKING.values(), "unknown")
        if (mine := (kinds == kind).to_numpy(dtype=bool)).any()
    ]
    return layer(rows)


def _coarse(paper: Paper, placed: pd.DataFrame, kinds: pd.Series[str]) -> tuple[pd.DataFrame, int]:
    """Squares with at least FEWEST facilities whose functioning is known, and how many facilities are in none."""
    known = kinds != "unknown"
    corner = np.floor(placed.loc[known, ["longitude", "latitude"]] / CELL)
    full = (kinds[known] == "available").astype(int)
    counted = full.groupby([corner["longitude"], corner["latitude"]]).agg(["sum", "size"]).reset_index()
    kept = counted[counted["size"] >= FEWEST]
    centre = (kept[["longitude", "latitude"]].to_numpy(dtype=float) + 0.5) * CELL
    x, y = paper.drawn(centre[:, 0], centre[:, 1])
    rows = [
        {"layer": "cell", "code": "", "numerator": above, "denominator": below, "at": f"{across:.1f} {down:.1f}"}
        for across, down, above, below in zip(x, y, kept["sum"], kept["size"], strict=True)
    ]
    return layer(rows), int(len(placed) - kept["size"].sum())
