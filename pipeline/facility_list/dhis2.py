"""The list as metadata of DHIS2: organisation units by country, directorate, sector and facility, and groups by type.

`code` of a unit is its lasting id, or `IQ-D-` or `IQ-S-` and the word of an area; of a word too long for DHIS2 the
beginning, and of its SHA-256 too. Names, short names and codes have the lengths of DHIS2's tables, and a group's names
must be its own. DHIS2 wants an opening date: that of
a facility is the first day of the first round that listed it, that of an area FOUNDED. Names in Arabic and Sorani are
translations.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipeline.codebook import LANGUAGES
from pipeline.facility_list.crosswalk import Crosswalk
from pipeline.facility_list.geojson import point
from pipeline.places import UNKNOWN

if TYPE_CHECKING:
    from pipeline.facility_list import FacilityList

COUNTRY = "iraq"
NAMES = {"en": "Iraq", "ar": "العراق", "ckb": "عێراق"}
LEVELS = ("Country", "Directorate of health", "Sector", "Facility")
FOUNDED = "1970-01-01"
LONGEST, SHORT = 230, 50
Unit = dict[str, Any]


def text(listed: FacilityList, crosswalk: Crosswalk) -> str:
    """The metadata as JSON; uids that were not kept yet are put into the crosswalk."""
    facilities = [_facility(row, listed, crosswalk) for row in _records(listed.once)]
    document = {
        "organisationUnits": [_country(listed, crosswalk), *_areas(listed, crosswalk), *facilities],
        "organisationUnitLevels": [
            {"id": crosswalk.uid("level", str(level)), "level": level, "name": name}
            for level, name in enumerate(LEVELS, start=1)
        ],
        **_groups(listed, crosswalk),
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _country(listed: FacilityList, crosswalk: Crosswalk) -> Unit:
    told = f"HeRAMS, {listed.round}, {listed.edition} edition" + (", simulated" if listed.is_simulated else "")
    return _unit(crosswalk.uid("country", COUNTRY), "IQ", NAMES) | {"openingDate": FOUNDED, "description": told}


def _areas(listed: FacilityList, crosswalk: Crosswalk) -> Iterator[Unit]:
    """The directorates and the sectors of the list; those that no facility is in are left out."""
    rows, places = listed.once, listed.places
    # A sector of another directorate than its facility reports to is no parent: its own may not be in the list.
    parents = rows.loc[rows["sector"].map(places.directorate_of_sector) == rows["directorate"], "sector"]
    for one in _records(places.directorates[places.directorates["slug"].isin(set(rows["directorate"]))]):
        names = {code: one[f"name_{code}"] for code in LANGUAGES}
        unit = _unit(crosswalk.uid("directorate", one["slug"]), _code("IQ-D", one["slug"]), names)
        yield unit | {"openingDate": FOUNDED, "parent": {"id": crosswalk.uid("country", COUNTRY)}}
    for one in _records(places.sectors[places.sectors["slug"].isin(set(parents))]):
        names = {"en": one["name_in_exports"], "ar": one["name_ar"]}
        unit = _unit(crosswalk.uid("sector", one["slug"]), _code("IQ-S", one["slug"]), names)
        yield unit | {"openingDate": FOUNDED, "parent": {"id": crosswalk.uid("directorate", one["directorate"])}}


def _facility(row: Mapping[str, Any], listed: FacilityList, crosswalk: Crosswalk) -> Unit:
    local = listed.places.default_language.get(row["directorate"], "ar")
    english = _word(row["name_en"]) or _word(row["name_local"]) or row["lasting_id"]
    names = {"en": english, local: _word(row["name_local"])}
    unit = _unit(crosswalk.uid("facility", row["lasting_id"]), row["lasting_id"], names)
    unit |= {"openingDate": row["first_listed"], "parent": {"id": _parent(row, listed, crosswalk)}}
    unit |= {} if pd.isna(row["closed_by"]) else {"closedDate": row["closed_by"]}
    place = point(row)
    return unit | ({"geometry": place} if place else {})


def _parent(row: Mapping[str, Any], listed: FacilityList, crosswalk: Crosswalk) -> str:
    """The sector, if it is one of the facility's directorate; else the directorate, else the country."""
    if listed.places.directorate_of_sector.get(row["sector"]) == row["directorate"]:
        return crosswalk.uid("sector", row["sector"])
    if row["directorate"] == UNKNOWN:
        return crosswalk.uid("country", COUNTRY)
    return crosswalk.uid("directorate", row["directorate"])


def _groups(listed: FacilityList, crosswalk: Crosswalk) -> dict[str, list[Unit]]:
    """A group for each type of facility, and the set that they make."""
    question = listed.codebook.of_field("facilities.type")
    types = {one.canonical: one.labels["en"] for one in question.options} if question else {}
    groups = []
    for kind, rows in listed.once.groupby("type", sort=True):
        name = types.get(str(kind), str(kind))
        units = [{"id": crosswalk.uid("facility", one)} for one in rows["lasting_id"]]
        uid = crosswalk.uid("type", str(kind))
        groups.append({"id": uid, "name": name, "shortName": name[:SHORT], "organisationUnits": units})
    members = [{"id": one["id"]} for one in groups]
    whole: Unit = {"id": crosswalk.uid("set", "type"), "name": "Facility type", "shortName": "Facility type"}
    whole |= {"compulsory": False, "organisationUnitGroups": members}
    return {"organisationUnitGroups": groups, "organisationUnitGroupSets": [whole]}


def _code(kind: str, slug: str) -> str:
    whole = f"{kind}-{slug}"
    mark = hashlib.sha256(whole.encode("utf-8")).hexdigest()[:8]
    return whole if len(whole) <= SHORT else f"{whole[: SHORT - 9].rstrip('-')}-{mark}"


def _unit(uid: str, code: str, names: Mapping[str, str]) -> Unit:
    english = names["en"][:LONGEST]
    others = [(code, name[:LONGEST]) for code, name in names.items() if code != "en" and name]
    translations = [{"property": "NAME", "locale": code, "value": name} for code, name in others]
    return {"id": uid, "code": code, "name": english, "shortName": english[:SHORT], "translations": translations}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _word(cell: Any) -> str:
    return "" if pd.isna(cell) else " ".join(str(cell).split())
