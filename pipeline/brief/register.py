"""The register: every facility of a scope, those in most need first, and how many there are of each type and status.

list     facility_id, ministry_code, names, type … as in the table facilities, then partial and not_available: how many
         services the facility says are expected of it and only partially available, or not at all
census   part, type, status, facilities: a part is a directorate, or a sector on a directorate's own page

Need has an order and no score: first what exists and gives no service (a building that is fully damaged, a facility
that does not function), then what cannot be reached, then by services not available and partially available. Places
on the map stay out: a list that is handed on names no coordinates.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipeline.brief.material import NAMES, Material
from pipeline.brief.slices import field_labels, parts
from pipeline.registry import WIDER_SCOPES

FIELDS = (
    "facility_id", "ministry_code", "name_en", "name_local", "type", "tier", "ownership", "management", "directorate",
    "sector", "governorate", "urban_rural", "status", "building_condition", "equipment_condition", "functionality",
    "accessibility", "support_level", "response_date",
)  # fmt: skip
NEEDS = ("is_idle", "is_cut_off", "not_available", "partial")
LABELLED = ("status", "functionality")


def slices(material: Material, scope: str, declared: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The list and the census of a scope; `declared` are the facilities with what each says is lacking."""
    mine = counted(material, scope, declared)
    return {"list": listing(mine), "census": census(mine, scope, parts(material, scope))}


def counted(material: Material, scope: str, declared: pd.DataFrame) -> pd.DataFrame:
    """The facilities that count for a scope: as in U_LISTED: none set aside, left out or told twice."""
    left_out = material.standing.iraq.left_out if scope in WIDER_SCOPES else ()
    members = [slug for slug in material.members(scope) if slug not in left_out]
    is_in = declared["directorate"].isin(members) & ~declared["facility_id"].isin(material.standing.set_aside)
    mine = declared[is_in]
    return mine[~mine["same_as"].isin(mine["facility_id"])]


def listing(facilities: pd.DataFrame) -> pd.DataFrame:
    """The facilities as text, those in most need first, others in the order of their directorate, sector and id."""
    exists = facilities["status"] == "existing"
    lost = (facilities["building_condition"] == "fully_damaged") | (facilities["functionality"] == "none")
    needs = {"is_idle": exists & lost, "is_cut_off": exists & (facilities["accessibility"] == "none")}
    keyed = facilities.astype({"directorate": str, "sector": str, "facility_id": str}).assign(**needs)
    order = [*NEEDS, "directorate", "sector", "facility_id"]
    ordered = keyed.sort_values(order, ascending=[False] * len(NEEDS) + [True] * 3, kind="stable")
    return ordered[[*FIELDS, "partial", "not_available"]].reset_index(drop=True)


def census(facilities: pd.DataFrame, scope: str, official: list[str]) -> pd.DataFrame:
    """How many facilities there are of each part, type and status; parts in their official order."""
    part = "directorate" if scope in WIDER_SCOPES else "sector"
    told = facilities[[part, "type", "status"]].astype(object).fillna("missing").astype(str)
    counts = told.groupby([part, "type", "status"]).size().rename("facilities").reset_index()
    place = counts[part].map({slug: rank for rank, slug in enumerate(official)})
    ordered = counts.assign(_place=place).sort_values(["_place", "type", "status"], kind="stable")
    return ordered.rename(columns={part: "part"})[["part", "type", "status", "facilities"]].reset_index(drop=True)


def labels(material: Material) -> pd.DataFrame:
    """The words for the codes that only the list shows."""
    rows: Iterable[dict[str, str]] = field_labels(material, LABELLED)
    return pd.DataFrame(list(rows), columns=["list", "code", *NAMES])
