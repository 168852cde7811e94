"""The list as a FHIR R4 bundle after IHE's profile mCSD (Mobile Care Services Discovery).

A facility is a Location and an Organization that belong together, its services a HealthcareService; a directorate of
health is an Organization that facilities are part of. Each resource names the mCSD profile that it is made after.
That it is a facility is said twice: since mCSD 3.8 by a code of IHE's system, as the profiles fix it and so without
words beside it, before by a URN.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipeline.facility_list.geojson import point
from pipeline.places import UNKNOWN

if TYPE_CHECKING:
    from pipeline.facility_list import FacilityList

MCSD = "https://profiles.ihe.net/ITI/mCSD/"
TYPES = f"{MCSD}CodeSystem/IHE.mCSD.Organization.Location.Types"
MARKS = ((TYPES, "facility"), ("urn:ietf:rfc:3986", "urn:ihe:iti:mcsd:2019:facility"))
FHIR = "http://terminology.hl7.org/CodeSystem/"
OURS = "urn:x-herams-iraq:"
MOBILE = ("mobile_clinic", "mobile_team")
Resource = dict[str, Any]


def text(listed: FacilityList) -> str:
    """The bundle as JSON."""
    resources = [*_directorates(listed), *(part for row in _records(listed.once) for part in _facility(row, listed))]
    document = {
        "resourceType": "Bundle",
        "id": f"herams-{listed.round}-{listed.edition}",
        "type": "collection",
        "timestamp": f"{listed.report_date}T00:00:00Z",
        "entry": [{"fullUrl": _address(one["resourceType"], one["id"]), "resource": one} for one in resources],
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _directorates(listed: FacilityList) -> Iterator[Resource]:
    known = listed.places.directorates
    for row in _records(known[known["slug"].isin(set(listed.once["directorate"]))]):
        yield {
            **_resource("Organization", "Organization", _directorate(row["slug"]), listed),
            "identifier": [{"system": f"{OURS}directorate", "value": row["slug"]}],
            "active": True,
            "type": [_concept(f"{FHIR}organization-type", "govt", "Government")],
            "name": row["name_en"],
            "alias": [row["name_ar"], row["name_ckb"]],
        }


def _facility(row: Mapping[str, Any], listed: FacilityList) -> Iterator[Resource]:
    """The resources of a facility: the organization, the place, and its services if there are any."""
    key, closed = row["lasting_id"], row["status"] == "closed"
    told = _identity(row, listed)
    office = _directorate(row["directorate"])
    above = {} if row["directorate"] == UNKNOWN else {"partOf": _reference("Organization", office)}
    yield {
        **_resource("Organization", "FacilityOrganization", key, listed), **told, "active": not closed, **above,
    }  # fmt: skip
    place = point(row)
    yield {
        **_resource("Location", "FacilityLocation", key, listed), **told,
        "status": "active" if row["status"] == "existing" else "inactive", "mode": "instance",
        "physicalType": _physical(row["type"]),
        **({"position": dict(zip(("longitude", "latitude"), place["coordinates"], strict=True))} if place else {}),
        "managingOrganization": _reference("Organization", key),
    }  # fmt: skip
    services = str(row.get("services", "")).split()
    if services:
        labels = {one.name: one.labels["en"] for one in listed.codebook.items}
        yield {
            **_resource("HealthcareService", "HealthcareService", key, listed),
            "identifier": [{"system": f"{OURS}services-of", "value": key}], "active": not closed,
            "providedBy": _reference("Organization", key),
            "type": [_concept(f"{OURS}service", one, labels.get(one, one)) for one in services],
            "location": [_reference("Location", key)], "name": f"Services of {told['name']}",
        }  # fmt: skip


def _identity(row: Mapping[str, Any], listed: FacilityList) -> Resource:
    """What place and organization of a facility have in common."""
    question = listed.codebook.of_field("facilities.type")
    types = {one.canonical: one.labels["en"] for one in question.options} if question else {}
    codes = [{"system": f"{OURS}lasting-id", "value": row["lasting_id"]}]
    if not pd.isna(row["ministry_code"]):
        codes.append({"system": f"{OURS}ministry-code", "value": row["ministry_code"].strip()})
    names = [" ".join(str(row[name]).split()) for name in ("name_en", "name_local") if not pd.isna(row[name])]
    kinds = [
        *({"coding": [{"system": system, "code": code}]} for system, code in MARKS),
        _concept(f"{OURS}facility-type", row["type"], types.get(row["type"], row["type"])),
    ]
    told = {"identifier": codes, "name": names[0] if names else row["lasting_id"], "type": kinds}
    return told | ({"alias": names[1:]} if names[1:] else {})


def _physical(kind: str) -> Resource:
    code, name = ("ve", "Vehicle") if kind in MOBILE else ("bu", "Building")
    return _concept(f"{FHIR}location-physical-type", code, name)


def _resource(kind: str, profile: str, key: str, listed: FacilityList) -> Resource:
    meta: Resource = {"profile": [f"{MCSD}StructureDefinition/IHE.mCSD.{profile}"]}
    if listed.is_simulated:
        meta["tag"] = [{"system": f"{FHIR}v3-ActReason", "code": "HTEST", "display": "test health data"}]
    return {"resourceType": kind, "id": key, "meta": meta}


def _concept(system: str, code: str, name: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": name}]}


def _reference(kind: str, key: str) -> Resource:
    return {"reference": _address(kind, key)}


def _address(kind: str, key: str) -> str:
    """An address of the resource that is the same each time."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'{OURS}{kind}/{key}')}"


def _directorate(slug: str) -> str:
    return f"directorate-{slug}"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]
