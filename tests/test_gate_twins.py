"""Near-duplicates: found however they are spelt, told of both, and never of neighbours that merely look alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
from gate_records import healthy, rows_of, spoilt
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.gate.case import Case
from pipeline.gate.twins import METRES_PER_DEGREE, _neighbours, no_near_duplicates

ONE, OTHER = rows_of("kirkuk")[:2]
PLACE = {"MoSDGPS_SQ001": "35.467000", "MoSDGPS_SQ002": "44.392000"}
NEAR = {"MoSDGPS_SQ001": "35.468000", "MoSDGPS_SQ002": "44.393000"}  # 143 metres away
FAR = {"MoSDGPS_SQ001": "35.467000", "MoSDGPS_SQ002": "44.398000"}  # 543 metres away


def told(one: dict[str, str], other: dict[str, str]) -> list[int]:
    case = spoilt({ONE: PLACE | one, OTHER: NEAR | other})
    return no_near_duplicates(case, 500, 85, 20)["row"].tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"MoSD2en": "Al-Salam Centre"}, {"MoSD2en": "Al Salaam  centre "}),
        ({"MoSD2ar": "مركز الكرامة"}, {"MoSD2ar": "مرکز الكرامه"}),
        ({"MoSD2ar": "مركز علي"}, {"MoSD2ar": "مرکز\u200d علی"}),
        ({"MoSD2ar": "بنکەی ڕزگاری", "MoSD2en": "A"}, {"MoSD2ar": "بنكەی ڕزگاری", "MoSD2en": "B"}),
        ({"MoSD2ar": "", "MoSD2en": "Rahma 2"}, {"MoSD2ar": "الرحمة", "MoSD2en": "Rahmah ٢"}),
    ],
)
def test_one_facility_under_two_ids_is_told_of_both_however_it_is_spelt(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert told(one, other) == [ONE, OTHER]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"MoSD2en": "Al-Salam"}, {"MoSD2en": "Al-Zahraa"}),
        ({"MoSD2en": "Al-Salam 1"}, {"MoSD2en": "Al-Salam 2"}),
        ({"MoSD2en": "Al-Salam"}, {"MoSD2en": "Al-Salam"} | FAR),
        ({"MoSD2en": "Al-Salam"}, {"MoSD2en": "Al-Salam", "MoSDGPS_SQ001": ""}),
        ({"MoSD2en": "Al-Salam"}, {"MoSD2en": "Al-Salam", "MoSD3": "A1"}),
        ({"MoSD2en": ""}, {"MoSD2en": ""}),
    ],
)
def test_neighbours_of_other_name_number_type_or_place_are_not_told(one: dict[str, str], other: dict[str, str]) -> None:
    assert told(one, other) == []


def test_a_name_that_many_facilities_bear_tells_nobody_apart() -> None:
    teams = {row: PLACE | {"MoSD2en": "Mobile team"} for row in rows_of("kirkuk")[:30]}
    assert no_near_duplicates(spoilt(teams), 500, 85, 20).empty
    named = {row: PLACE | {"MoSD2en": f"Mobile team {row}"} for row in rows_of("kirkuk")[:30]}
    named[ONE] = named[OTHER] = PLACE | {"MoSD2en": "Mobile team Al-Salam"}
    assert no_near_duplicates(spoilt(named), 500, 85, 20)["row"].tolist() == [ONE, OTHER]


def test_a_finding_names_the_nearest_of_those_that_it_is_like() -> None:
    third = rows_of("kirkuk")[2]
    same = {"MoSD2en": "Al-Salam"}
    case = spoilt({ONE: PLACE | same, OTHER: NEAR | same, third: PLACE | same})
    found = no_near_duplicates(case, 500, 85, 20).set_index("row")["expected"]
    ids = case.placed["facility_id"]
    assert found[ONE] == f"not the facility {ids[third]} once more, 0 metres away"
    assert found[OTHER] == f"not the facility {ids[ONE]} once more, 143 metres away"


def test_a_form_without_coordinates_or_names_has_no_near_duplicates() -> None:
    case = healthy()
    for columns in (["MoSDGPS_SQ001"], ["MoSD2ar", "MoSD2en"]):
        records = case.records.drop(columns=columns)
        bare = Case("records", records, case.round, case.codebook, case.places, records)
        assert no_near_duplicates(bare, 500, 85, 20).empty


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from("ab")), max_size=40),
    st.sampled_from([100, 250, 600]),
)
def test_neighbours_on_the_grid_are_those_that_comparing_all_would_find(
    places: list[tuple[int, int, str]], metres: int
) -> None:
    """A cell of the drawn places is some 111 metres high and 93 metres wide."""
    points = np.array([(33 + y / 1000, 44 + x / 1000) for y, x, _ in places], dtype=float).reshape(-1, 2)
    kinds = np.array([kind for *_, kind in places], dtype=object)
    one, other, apart = _neighbours(points, kinds, metres)
    have = {tuple(sorted(pair)) for pair in zip(one.tolist(), other.tolist(), strict=True)}
    assert len(have) == len(one)
    due = {
        (i, j)
        for i in range(len(places))
        for j in range(i + 1, len(places))
        if kinds[i] == kinds[j] and _metres(points[i], points[j]) <= metres - 1
    }
    # On the very edge two ways of reckoning may differ by a metre.
    assert due <= have
    assert (apart <= metres).all()


def _metres(one: np.ndarray, other: np.ndarray) -> float:
    north = (one[0] - other[0]) * METRES_PER_DEGREE
    east = (one[1] - other[1]) * METRES_PER_DEGREE * math.cos(math.radians(one[0]))
    return math.hypot(north, east)
