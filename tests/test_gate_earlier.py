from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from gate_records import case_of, healthy, own_list, rows_of

from pipeline import baseline, gate
from pipeline.decisions import Exclude
from pipeline.gate import earlier
from pipeline.gate import suite as suites
from pipeline.gate.case import Case
from pipeline.project import Project

KIRKUK = rows_of("kirkuk")
TURNED = {"status": ["closed", "planned"], "building_condition": ["fully_damaged"], "functionality": ["none"]}


def held(case: Case, changed: Mapping[int, Mapping[str, Any]]) -> Case:
    """The case held against its own list, in which some rows say otherwise."""
    listed = own_list(case)
    for row, cells in changed.items():
        at = listed.index[listed["facility_id"] == facility(row)][0]
        for name, value in cells.items():
            listed.loc[at, name] = value
    return replace(case, baseline=listed)


def facility(row: int) -> str:
    return str(healthy().placed["facility_id"][row])


def cells(found: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(found[["row", "question", "value", "expected"]].itertuples(index=False, name=None))


def test_a_round_held_against_its_own_list_has_nothing_gone_new_or_changed() -> None:
    case = healthy()
    for found in (
        earlier.earlier_list_known(case),
        earlier.facilities_still_there(case),
        earlier.facilities_on_earlier_list(case),
        earlier.state_as_before(case, TURNED),
        earlier.type_as_before(case),
        earlier.place_as_before(case, 5000, []),
        *(earlier.number_as_before(case, name, 3, 1) for name in baseline.COUNTS),
        *(earlier.number_not_fallen(case, name, 3, 1) for name in baseline.COUNTS),
    ):
        assert found.empty


def test_without_an_earlier_list_it_is_told_that_nothing_was_held_against_one() -> None:
    case = replace(healthy(), baseline=baseline.empty())
    (told,) = cells(earlier.earlier_list_known(case))
    assert (told[0], told[2]) == (
        -1,
        "not checked: there is no earlier list of facilities to hold the round against",
    )
    for found in (
        earlier.facilities_still_there(case),
        earlier.facilities_on_earlier_list(case),
        earlier.state_as_before(case, TURNED),
        earlier.type_as_before(case),
        earlier.place_as_before(case, 5000, []),
        earlier.number_as_before(case, "staff", 3, 1),
        earlier.number_not_fallen(case, "services_available", 3, 1),
    ):
        assert found.empty


def test_a_facility_that_is_gone_is_told_of_the_directorate_that_the_list_gives_it() -> None:
    case = held(healthy(), {})
    gone, excluded, closed, renumbered = KIRKUK[:4]
    records = case.records.drop(index=[gone, excluded, closed]).copy()
    records.loc[renumbered, "subject_id"] = "NEW01"
    listed = case.baseline.copy()
    listed.loc[listed["facility_id"] == facility(closed), "status"] = "closed"
    out = Exclude(
        decision="exclude",
        facility=facility(excluded),
        reason="Twice",
        role="Officer",
        office="Kirkuk",
        date="2023-05-04",
    )
    other = case_of(records.reset_index(drop=True), case.codebook, case.places, baseline=listed, decisions=(out,))
    found = earlier.facilities_still_there(other)
    assert found[["facility_id", "directorate"]].to_numpy().tolist() == [[facility(gone), "kirkuk"]]
    assert found["value"][0].startswith(str(case.records["MoSD1"][gone]))
    # One with a new id is known by its code.
    assert earlier.facilities_on_earlier_list(other).empty


def test_a_directorate_that_is_silent_is_told_once_and_not_for_each_of_its_facilities() -> None:
    case = healthy()
    there = ~case.placed["directorate"].eq("erbil")
    other = case_of(case.records[there].reset_index(drop=True), case.codebook, case.places, baseline=own_list(case))
    found = earlier.facilities_still_there(other)
    assert found[["facility_id", "directorate", "value"]].to_numpy().tolist() == [
        ["", "erbil", "none of 60 facilities"]
    ]


def test_a_facility_that_the_list_lacks_is_new() -> None:
    case = healthy()
    listed = own_list(case)
    listed = listed[listed["facility_id"] != facility(KIRKUK[5])].reset_index(drop=True)
    found = earlier.facilities_on_earlier_list(replace(case, baseline=listed))
    assert [row[:2] for row in cells(found)] == [(KIRKUK[5], "subject_id")]


@pytest.mark.parametrize(
    ("name", "before", "is_told"),
    [
        ("status", "closed", True),
        ("status", "existing", False),
        ("status", "unknown", False),
        ("building_condition", "fully_damaged", True),
        ("building_condition", "partially_damaged", False),
        ("functionality", "none", True),
        ("functionality", "partial", False),
        ("functionality", "skipped", False),
    ],
)
def test_a_state_that_turned_is_told_and_one_that_nobody_knew_is_not(name: str, before: str, is_told: bool) -> None:
    case = held(healthy(), {KIRKUK[0]: {name: before}})
    told = cells(earlier.state_as_before(case, TURNED))
    assert [(row, expected) for row, _, _, expected in told] == (
        [(KIRKUK[0], f"was {before} on the last list")] if is_told else []
    )


def test_another_type_and_a_place_far_away_are_told() -> None:
    case = healthy()
    north = float(case.records["MoSDGPS_SQ001"][KIRKUK[1]])
    moved = {
        KIRKUK[0]: {"type": "hospital"},
        KIRKUK[1]: {"latitude": north + 0.046},
        KIRKUK[2]: {"latitude": float(case.records["MoSDGPS_SQ001"][KIRKUK[2]]) + 0.044},
        KIRKUK[3]: {"type": "", "latitude": float("nan")},
    }
    other = held(case, moved)
    assert [row for row, *_ in cells(earlier.type_as_before(other))] == [KIRKUK[0]]
    ((row, _, _, expected),) = cells(earlier.place_as_before(other, 5000, []))
    assert (row, expected.endswith("5 km away")) == (KIRKUK[1], True)
    kind = str(case.words("type")[KIRKUK[1]])
    assert earlier.place_as_before(other, 5000, [kind]).empty


@pytest.mark.parametrize("number", ["catchment_population", "staff"])
@pytest.mark.parametrize(("times", "at_least", "is_told"), [(3, 1, True), (2.9, 1, False), (3, 10**6, False)])
def test_a_number_three_times_as_great_or_a_third_is_told_above_a_minimum(
    number: str, times: float, at_least: int, is_told: bool
) -> None:
    case = healthy()
    now = float(earlier.present(case)[number].iloc[KIRKUK[0]])
    for before in (now * times, now / times):
        other = held(case, {KIRKUK[0]: {number: before}})
        found = earlier.number_as_before(other, number, 3, at_least)
        assert [row for row, *_ in cells(found)] == ([KIRKUK[0]] if is_told else [])


def test_services_that_fell_are_told_and_services_that_grew_are_not() -> None:
    case = healthy()
    now = float(earlier.present(case)["services_available"].iloc[KIRKUK[0]])
    other = held(case, {KIRKUK[0]: {"services_available": 3 * now}, KIRKUK[1]: {"services_available": 0.0}})
    (told,) = cells(earlier.number_not_fallen(other, "services_available", 3, 6))
    assert told[0] == KIRKUK[0]
    assert told[2:] == (f"{now:.0f}", f"was {3 * now:.0f} on the last list")


def test_the_findings_of_what_is_gone_name_its_facility_and_reach_its_directorate(here: Project) -> None:
    case = healthy()
    records = case.records.drop(index=[KIRKUK[0]]).reset_index(drop=True)
    other = case_of(records, case.codebook, case.places, baseline=own_list(case))
    suite = suites.load(here, "records")
    judged, found = gate.judge(other, suite)
    mine = found[found["rule"] == "facilities_gone"]
    assert mine[["facility_id", "directorate", "severity"]].to_numpy().tolist() == [
        [facility(KIRKUK[0]), "kirkuk", "warning"]
    ]
    assert judged.directorates["kirkuk"].warnings == 1
    assert judged.directorates["kirkuk"].facilities == len(KIRKUK) - 1
