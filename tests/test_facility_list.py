"""The country's list of public facilities: what is in it, what never goes out, and what other systems ask of it."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import made
import openpyxl
import pandas as pd
import pytest
import yaml

from pipeline import baseline, facility_list, places
from pipeline.errors import GateClosedError, RegistryError, UsageError
from pipeline.facility_list import SUFFIXES, dhis2, fhir, geojson, rows
from pipeline.facility_list.crosswalk import Crosswalk, empty
from pipeline.match import kept
from pipeline.project import Project


@cache
def listed(edition: str = "internal") -> facility_list.FacilityList:
    project = made.whole()
    return facility_list.of_round(project, made.round_of(project), edition)


def written(edition: str, kind: str) -> bytes:
    if kind == "dhis2":
        return dhis2.text(listed(edition), Crosswalk(empty(), "dhis2.csv")).encode("utf-8")
    return facility_list.FORMATS[kind](listed(edition))


def registry_with(project: Project, **told: Any) -> Project:
    registry = yaml.safe_load(project.read_text(project.registry_file())) | told
    project.write_text(project.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    return Project(project.root)


def test_the_list_has_every_publicly_owned_facility_once_with_what_it_gives() -> None:
    project = made.whole()
    table = project.read_table(made.round_of(project), "facilities")
    public = table[~table["ownership"].isin(rows.NOT_PUBLIC)]
    found = listed()
    assert set(found.rows["facility_id"]) == set(public["facility_id"])
    assert found.left_out == len(table) - len(public) > 0
    assert found.rows["lasting_id"].is_unique and found.rows["lasting_id"].is_monotonic_increasing
    told = found.rows.dropna(subset=["services_available"])
    assert (told["services"].str.split().str.len() == told["services_available"]).all()
    closed = found.rows["status"] == "closed"
    assert closed.any() and found.rows["closed_by"].notna().eq(closed).all()


def test_a_double_report_is_counted_once(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    name = made.round_of(project)
    table = project.read_table(name, "facilities")
    public = table.index[table["ownership"] == "public"][:2]
    table.loc[public[1], "same_as"] = table.loc[public[0], "facility_id"]
    project.write_table(name, "facilities", table)
    made.judge(project, "facilities")
    found = facility_list.of_round(project, name, "internal")
    assert len(found.rows) - len(found.once) == 1
    kept = found.rows.set_index("facility_id")
    double = kept.loc[table.loc[public[1], "facility_id"], "same_as"]
    assert double == kept.loc[table.loc[public[0], "facility_id"], "lasting_id"]
    assert len(json.loads(geojson.text(found.once, found.about))["features"]) == len(found.once)


def test_the_list_is_a_baseline_for_the_next_round() -> None:
    content = written("internal", "csv")
    reference = places.load(made.whole())
    found = baseline.parse(content.decode("utf-8-sig"), "list.csv", reference)
    project = made.whole()
    tables = {name: project.read_table(made.round_of(project), name) for name in ("facilities", "answers", "staff")}
    expected = baseline.of_tables(**tables)
    expected = expected[expected["facility_id"].isin(found["facility_id"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)


def test_a_name_that_a_spreadsheet_would_run_comes_back_as_it_was() -> None:
    table = pd.DataFrame("", index=[0], columns=[*baseline.COLUMNS, *baseline.BESIDE]).assign(
        facility_id="a/1", directorate="kirkuk", name_en="'=1+1", name_local="'tis"
    )
    found = baseline.parse(table.to_csv(index=False), "list.csv", places.load(made.whole()))
    assert found[["name_en", "name_local"]].iloc[0].tolist() == ["=1+1", "'tis"]


def test_a_public_list_says_what_a_facility_gives_only_where_the_registry_says_so(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    name = made.round_of(project)
    for kind in SUFFIXES:
        text = _text(written("public", kind), kind)
        assert "services_available" not in text and "beds" not in text and "HealthcareService" not in text
    assert not set(rows.STATED) & set(listed("public").rows.columns)
    more = facility_list.of_round(registry_with(project, facility_list="services"), name, "public")
    assert set(more.rows.columns) - set(listed("public").rows.columns) == set(rows.STATED)
    told = {one["resource"]["resourceType"] for one in json.loads(fhir.text(more))["entry"]}
    assert told == {"Organization", "Location", "HealthcareService"}
    assert not rows.restricted(more.codebook) & set(" ".join(more.rows["services"]).split())


PRIVATE = ("latitude", "longitude", "coordinates", "building_condition", "functionality", "facility_id", "position")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "geojson", "dhis2", "fhir"])
def test_the_public_edition_holds_nothing_that_may_not_go_out_for_a_single_facility(kind: str) -> None:
    texts = [_text(written(edition, kind), kind) for edition in ("internal", "public")]
    codes = rows.restricted(listed().codebook)
    assert any(code in " ".join(listed().rows["services"]) for code in codes)
    for place in listed().rows["latitude"].dropna().head(20):
        assert str(place) not in texts[1]
    assert not any(re.search(rf"\b{code}\b", texts[1]) for code in codes)
    assert not any(f'"{word}"' in texts[1] or f"{word}," in texts[1] for word in PRIVATE)
    assert kind == "dhis2" or any(re.search(rf"\b{code}\b", texts[0]) for code in codes)


def _text(content: bytes, kind: str) -> str:
    if kind != "xlsx":
        return content.decode("utf-8")
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(",".join(str(cell) for cell in row) for sheet in book for row in sheet.values)


def test_the_public_edition_is_refused_beside_suppressed_figures_and_closed_gates(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    name = made.round_of(project)
    with pytest.raises(UsageError, match="suppresses figures below 5"):
        facility_list.of_round(registry_with(project, public={"suppress_below": 5}), name, "public")
    project = registry_with(project, public={"suppress_below": 0})
    made.judge(project, "facilities", {"kirkuk": {"state": "closed", "critical": 1}})
    with pytest.raises(GateClosedError, match="kirkuk"):
        facility_list.of_round(project, name, "public")
    assert facility_list.of_round(project, name, "internal").closed == ("kirkuk",)


def test_who_must_not_be_named_is_withheld_and_a_stale_id_is_refused(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    name, one = made.round_of(project), listed().rows["lasting_id"].iloc[3]
    project.write_text(project.reference("withheld.csv"), f"lasting_id,reason\n{one},centre for survivors\n")
    found = facility_list.of_round(project, name, "public")
    assert one not in set(found.rows["lasting_id"]) and len(found.rows) == len(listed("public").rows) - 1
    project.write_text(project.reference("withheld.csv"), "lasting_id,reason\nIQ-1,prison\n")
    with pytest.raises(RegistryError, match="IQ-1"):
        facility_list.of_round(project, name, "public")


def test_coarse_places_are_squares_with_three_facilities_at_least(tmp_path: Path) -> None:
    project = registry_with(made.copy(tmp_path), points="coarse")
    found = facility_list.of_round(project, made.round_of(project), "public")
    told = json.loads(geojson.text(found.once, found.about))["features"]
    corners = [json.dumps(one["geometry"]["coordinates"]) for one in told if one["geometry"]]
    assert len(corners) > 100 and all(corners.count(one) >= 3 for one in set(corners))
    ring = json.loads(corners[0])[0]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2
    assert ring[0] == ring[-1] and area == pytest.approx(0.25**2)


def test_geojson_puts_longitude_first_and_a_facility_without_a_place_has_none() -> None:
    found = listed()
    told = {one["id"]: one["geometry"] for one in json.loads(geojson.text(found.once, found.about))["features"]}
    for row in found.once.itertuples():
        if pd.isna(row.latitude):
            assert told[row.lasting_id] is None
        else:
            east, north = told[row.lasting_id]["coordinates"]
            assert (east, north) == (round(row.longitude, 6), round(row.latitude, 6)) and east > north


def test_dhis2_gets_a_tree_of_units_with_uids_that_stay(tmp_path: Path) -> None:
    walk = Crosswalk(empty(), "dhis2.csv")
    text = dhis2.text(listed(), walk)
    told = json.loads(text)
    units = {one["id"]: one for one in told["organisationUnits"]}
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9]{10}", uid) for uid in units)
    assert [one["code"] for one in units.values() if "parent" not in one] == ["IQ"]
    assert all(one["parent"]["id"] in units for one in units.values() if "parent" in one)
    assert all(len(one["shortName"]) <= 50 and one["openingDate"] for one in units.values())
    facilities = {uid: one for uid, one in units.items() if one["code"] in set(listed().once["lasting_id"])}
    assert len(facilities) == len(listed().once)
    grouped = [one["id"] for group in told["organisationUnitGroups"] for one in group["organisationUnits"]]
    assert sorted(grouped) == sorted(facilities)
    assert dhis2.text(listed(), Crosswalk(walk.table(), "dhis2.csv")) == text


def test_dhis2_takes_every_unit_group_and_level() -> None:
    """Against dhis2/dhis2-core: OrganisationUnit*.hbm.xml (lengths, unique, not null), its ObjectBundleHook (E4013)."""
    told = json.loads(written("internal", "dhis2"))
    for kind in ("organisationUnitGroups", "organisationUnitGroupSets", "organisationUnitLevels"):
        names = [one["name"] for one in told[kind]]
        assert len(names) == len(set(names)) and max(map(len, names)) <= 230
    shorts = [one["shortName"] for one in told["organisationUnitGroups"]]
    assert len(shorts) == len(set(shorts)) and max(map(len, shorts)) <= 50
    assert [one["level"] for one in told["organisationUnitLevels"]] == [1, 2, 3, 4]
    assert "compulsory" in told["organisationUnitGroupSets"][0]
    codes = [one["code"] for one in told["organisationUnits"]]
    assert len(codes) == len(set(codes)) and max(map(len, codes)) <= 50
    seen: set[str] = set()
    for unit in told["organisationUnits"]:
        assert "parent" not in unit or unit["parent"]["id"] in seen  # a parent stands before what is below it
        assert unit["openingDate"] <= unit.get("closedDate", "9999-12-31") and unit["name"]
        seen.add(unit["id"])


def test_a_facility_beside_the_sector_of_another_directorate_does_not_bring_it_along() -> None:
    found = listed()
    mine = found.rows[found.rows["directorate"] == "kirkuk"].head(3).reset_index(drop=True)
    theirs = found.places.sectors.loc[found.places.sectors["directorate"] != "kirkuk", "slug"].iloc[0]
    told = json.loads(dhis2.text(replace(found, rows=mine.assign(sector=theirs)), Crosswalk(empty(), "dhis2.csv")))[
        "organisationUnits"
    ]
    codes = {one["id"]: one["code"] for one in told}
    assert [codes[one["parent"]["id"]] for one in told if "parent" in one] == ["IQ", *["IQ-D-kirkuk"] * 3]


def test_geojson_is_that_of_rfc_7946() -> None:
    """Section 4: no crs, longitude and latitude of WGS 84; 7.1: no member of another kind of object in a collection."""
    told = json.loads(written("internal", "geojson"))
    assert not {"crs", "coordinates", "geometries", "geometry", "properties"} & set(told)
    for one in told["features"]:
        assert {"type", "geometry", "properties"} <= set(one) and not {"coordinates", "features"} & set(one)
        assert one["geometry"] is None or len(one["geometry"]["coordinates"]) == 2


def test_the_fhir_resources_are_what_their_mcsd_profiles_ask_for() -> None:
    """Against IHE/ITI.mCSD, input/fsh: facility, organization, location, healthcareservice (3.4 to 4.0.0).

    Release notes of 3.8: types are codes of a code system instead of URNs. 3.8.0 fixes the concept whole, later ones by
    a pattern; 3.7 and before ask for the URN (invariant mcsd-type-1).
    """
    told = json.loads(written("internal", "fhir"))
    assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", told["id"])
    entries = {one["fullUrl"]: one["resource"] for one in told["entry"]}
    system = "https://profiles.ihe.net/ITI/mCSD/CodeSystem/IHE.mCSD.Organization.Location.Types"
    fixed = {"coding": [{"system": system, "code": "facility"}]}
    before = {"coding": [{"system": "urn:ietf:rfc:3986", "code": "urn:ihe:iti:mcsd:2019:facility"}]}
    identities = []
    for one in entries.values():
        profile = one["meta"]["profile"][0].removeprefix(f"{fhir.MCSD}StructureDefinition/IHE.mCSD.")
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", one["id"])
        assert one["name"] and one["type"] and not {"implicitRules", "modifierExtension"} & set(one)
        identities.append((one["resourceType"], one["identifier"][0]["system"], one["identifier"][0]["value"]))
        if profile in ("FacilityOrganization", "FacilityLocation"):
            assert one["type"].count(fixed) == one["type"].count(before) == 1 and len(one["type"]) == 3
        if profile == "FacilityLocation":
            owner = entries[one["managingOrganization"]["reference"]]
            assert owner["meta"]["profile"][0].endswith("IHE.mCSD.FacilityOrganization")
            assert owner["identifier"] == one["identifier"] and owner["name"] == one["name"]
            assert one["status"] in ("active", "suspended", "inactive")
        if profile == "HealthcareService":
            assert entries[one["providedBy"]["reference"]]["resourceType"] == "Organization"
            assert [entries[place["reference"]]["resourceType"] for place in one["location"]] == ["Location"]
    assert len(identities) == len(set(identities))


def test_a_uid_that_the_other_system_has_given_is_kept_and_an_unfit_one_refused() -> None:
    theirs = pd.DataFrame([{"kind": "country", "key": "iraq", "uid": "TheirIraq01"}])
    assert "TheirIraq01" in dhis2.text(listed(), Crosswalk(theirs, "dhis2.csv"))
    for uid in ("1heirIraq01", "short"):
        with pytest.raises(RegistryError, match="no uid"):
            Crosswalk(theirs.assign(uid=uid), "dhis2.csv")
    with pytest.raises(RegistryError, match="twice"):
        Crosswalk(pd.concat([theirs, theirs.assign(key="x")], ignore_index=True), "dhis2.csv")


def test_the_fhir_bundle_is_what_r4b_defines_and_every_reference_leads_to_a_resource_in_it() -> None:
    bundle = pytest.importorskip("fhir.resources.R4B.bundle")
    told = json.loads(fhir.text(listed()))
    bundle.Bundle.model_validate(told)
    there = {one["fullUrl"] for one in told["entry"]}
    assert len(there) == len(told["entry"])
    assert set(re.findall(r'"reference": "([^"]+)"', json.dumps(told))) <= there
    resources = [one["resource"] for one in told["entry"]]
    kinds = {
        kind: [one for one in resources if one["resourceType"] == kind] for kind in ("Location", "HealthcareService")
    }
    assert len(kinds["Location"]) == len(listed().once)
    assert len(kinds["HealthcareService"]) == listed().once["services"].ne("").sum()
    assert all(one["meta"]["profile"][0].startswith(fhir.MCSD) for one in resources)
    spoilt = told | {
        "entry": [{"fullUrl": "x", "resource": kinds["Location"][0] | {"status": ["open"], "colour": "red"}}]
    }
    with pytest.raises(ValueError, match="colour"):
        bundle.Bundle.model_validate(spoilt)


def test_the_same_tables_in_another_order_give_the_same_bytes() -> None:
    project, found = made.whole(), listed()
    name = made.round_of(project)
    tables = {one: project.read_table(name, one) for one in facility_list.TABLES}
    mixed = {one: table[::-1] if one == "facilities" else table for one, table in tables.items()}
    one, _ = kept.step([], name, mixed["facilities"], ())
    told, _ = rows.listing(**mixed, chain=[one], rounds=[project.round(name)])
    pd.testing.assert_frame_equal(told, found.rows)
    for kind in ("csv", "xlsx"):
        assert written("internal", kind) == written("internal", kind)


def test_no_list_has_a_contact() -> None:
    for kind in ("csv", "geojson", "fhir"):
        text = written("internal", kind).decode("utf-8")
        assert "contact-" not in text and "@" not in text


def test_the_command_writes_the_list_and_keeps_the_uids(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    name, out = made.round_of(project), tmp_path / "units.json"
    told = facility_list.facilities(project, name, "internal", "dhis2", out)
    first = out.read_bytes()
    assert "not kept yet" in told[-2] and project.crosswalk("dhis2").is_file()
    again = facility_list.facilities(project, name, "internal", "dhis2", out)
    assert again[-1].startswith("  data/crosswalks/dhis2.csv has 0 uids more") and out.read_bytes() == first
    with pytest.raises(UsageError, match=r"written as \*\.geojson"):
        facility_list.facilities(project, name, "internal", "geojson", out)
