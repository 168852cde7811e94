"""The shares that maps show by governorate and district: counted by the indicators' own definitions.

A governorate is that of a facility's sector, as in the measures; a district the one that its place lies in.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.brief.atlas import Maps
from pipeline.brief.material import NAMES, Material
from pipeline.brief.slices import AREA_COLUMNS
from pipeline.registry import WIDER_SCOPES

NAME_COLUMNS = ["code", *NAMES]
# Each has one column.
DRAWN = ("OPS_OPERATIONAL", "BLD_DAMAGED", "FUN_FULL", "ACC_FULL", "AMN_WASH")


def values(material: Material, scope: str, maps: Maps, inside: np.ndarray) -> pd.DataFrame:
    """The shares that maps show, for each official area with a facility of a wider scope; none without boundaries."""
    if scope not in WIDER_SCOPES:
        return pd.DataFrame(columns=AREA_COLUMNS)
    silent = _silent(material, scope, maps)
    parts = [
        _shares(maps, code, named[inside & placed], silent[level])
        for level, named in maps.areas.items()
        for placed in [named.isin(maps.sets[level].areas).to_numpy(dtype=bool)]
        for code in DRAWN
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=AREA_COLUMNS)


def unplaced(maps: Maps, inside: np.ndarray) -> dict[str, int]:
    """How many facilities lie in none of the areas of a level."""
    return {
        level: int((inside & ~named.isin(maps.sets[level].areas).to_numpy(dtype=bool)).sum())
        for level, named in maps.areas.items()
    }


def _shares(maps: Maps, code: str, named: pd.Series[str], silent: set[str]) -> pd.DataFrame:
    sums = maps.counted(code).loc[named.index].groupby(named).sum().rename_axis("scope").reset_index().astype(object)
    is_silent = sums["scope"].isin(silent)
    sums.loc[is_silent, ["numerator", "denominator"]] = ""
    told = sums.assign(indicator=code, group="", unit="percent", reason=np.where(is_silent, "left_out", ""))
    return told[AREA_COLUMNS]


def _silent(material: Material, scope: str, maps: Maps) -> dict[str, set[str]]:
    """The areas where a directorate that is left out or has not reported has facilities: their shares lack these."""
    table, members = maps.facts.facilities, set(material.members(scope))
    away = members & set(material.standing.iraq.left_out)
    rows = table["directorate"].isin(away)
    silent = set(table.loc[rows, "governorate"]) | {
        code for slug in members - material.reporting for code in material.places.governorates.get(slug, ())
    }
    inside = (
        {area.pcode for area in maps.sets["district"].areas.values() if area.governorate in silent}
        if ("district" in maps.sets)
        else set()
    )
    return {"governorate": silent, "district": set(maps.districts[rows]) | inside}


def names(material: Material, maps: Maps, values: pd.DataFrame) -> pd.DataFrame:
    """The names of the areas that have values; the official file has those of districts in English and Arabic."""
    shown = set(values["scope"])
    rows = material.reference["governorates"].to_dict("records")
    told = [{"code": row["pcode"], **{code: row[f"name_{code}"] for code in NAMES}} for row in rows]
    known = maps.sets["district"].areas if "district" in maps.sets else {}
    told += [
        dict(zip(NAME_COLUMNS, (code, one.name_en, one.name_ar, one.name_ar), strict=True))
        for code, one in known.items()
    ]
    return pd.DataFrame([row for row in told if row["code"] in shown], columns=NAME_COLUMNS)
