from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import blank_records
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codebook import Codebook
from pipeline.errors import CodebookError
from pipeline.relevance import NOT_ASKED, RELEVANT, SKIPPED, holds, reach, states

# An existing facility that reached the services, with what the form asks on the way.
REACHED = {"MoSD4": "A1", "CONDB": "A1", "CONDE": "A1", "HFFUNCT": "A1", "HFACC": "A1"}


def reached(codebook: Codebook, **answers: str) -> pd.DataFrame:
    return blank_records(codebook, **{name: [answer] for name, answer in (REACHED | answers).items()})


def level(codebook: Codebook, question: str, **answers: str) -> int:
    return int(reach(reached(codebook, **answers), codebook)[question][0])


def state(codebook: Codebook, question: str, **answers: str) -> str:
    return str(states(reached(codebook, **answers), codebook)[question].iloc[0])


@pytest.mark.parametrize("status", ["A2", "A3", ""])
def test_a_facility_that_does_not_exist_is_asked_nothing_from_its_building_on(codebook: Codebook, status: str) -> None:
    assert level(codebook, "CONDB", MoSD4=status) == SKIPPED
    assert level(codebook, "QHeRAMS100", MoSD4=status) == SKIPPED


def test_a_fully_damaged_building_stops_before_functionality(codebook: Codebook) -> None:
    assert level(codebook, "HFFUNCT", CONDB="A3") == SKIPPED
    assert level(codebook, "CONDE", CONDB="A3") == RELEVANT


def test_equipment_is_asked_of_fully_damaged_buildings_or_not(codebook: Codebook) -> None:
    assert state(codebook, "CONDE", CONDB="A3", CONDE="") == "not_asked"
    assert state(codebook, "CONDE", CONDB="A3", CONDE="A2") == "answered"


def test_a_facility_that_does_not_function_stops_before_access(codebook: Codebook) -> None:
    assert level(codebook, "HFFUNCTx", HFFUNCT="A3") == RELEVANT
    assert level(codebook, "HFACC", HFFUNCT="A3") == SKIPPED


def test_a_facility_that_nobody_reaches_stops_before_support(codebook: Codebook) -> None:
    assert level(codebook, "HFSUP1", HFACC="A3") == SKIPPED


@pytest.mark.parametrize(
    ("answer", "expected"), [("A1", NOT_ASKED), ("A2", RELEVANT), ("A3", RELEVANT), ("A4", NOT_ASKED)]
)
def test_a_barrier_is_asked_where_the_service_lacks(codebook: Codebook, answer: str, expected: int) -> None:
    assert level(codebook, "QHeRAMS100x", QHeRAMS100=answer) == expected


def test_bed_barriers_are_asked_where_any_kind_of_bed_lacks(codebook: Codebook) -> None:
    beds = {"BAINP1_SQ001": "A4", "BAINP1_SQ002": "A1", "BAINP1_SQ003": "A2"}
    assert level(codebook, "BAINP1x", **beds) == RELEVANT
    assert level(codebook, "BAINP1x", **(beds | {"BAINP1_SQ003": "A1"})) == NOT_ASKED


def test_waste_methods_may_be_left_out_only_where_both_disposals_lack(codebook: Codebook) -> None:
    assert state(codebook, "BAWM4", BAWM2="A3", BAWM3="A3") == "not_asked"
    assert state(codebook, "BAWM4", BAWM2="A3", BAWM3="A2") == "missing"


def test_inpatient_services_are_asked_of_facilities_with_beds(codebook: Codebook) -> None:
    none = {f"BAINP1_SQ00{kind}": "A4" for kind in (1, 2, 3)}
    assert level(codebook, "QHeRAMS120", **none) == NOT_ASKED
    assert level(codebook, "QHeRAMS120", **(none | {"BAINP1_SQ002": "A3"})) == RELEVANT


def test_a_follow_up_is_not_asked_where_the_service_is_not_expected(codebook: Codebook) -> None:
    assert level(codebook, "QHeRAMS111", QHeRAMS110="A4") == NOT_ASKED
    assert level(codebook, "QHeRAMS111", QHeRAMS110="A3") == RELEVANT


def test_a_blank_has_four_meanings(codebook: Codebook) -> None:
    assert state(codebook, "QHeRAMS100", MoSD4="A3") == "skipped"
    assert state(codebook, "QHeRAMS100x") == "not_asked"
    assert state(codebook, "QHeRAMS100") == "missing"
    assert state(codebook, "INFO3") == "not_in_form"


def test_an_unknown_value_is_unknown_not_missing(codebook: Codebook) -> None:
    assert state(codebook, "QHeRAMS100", QHeRAMS100="A9") == "unknown"
    assert state(codebook, "BAINP2_SQ001", BAINP1_SQ001="A1", BAINP2_SQ001="1E+05") == "unknown"


def test_none_of_these_excludes_the_other_toilet_features(codebook: Codebook) -> None:
    question = codebook.question("BASA3")
    both = reached(codebook, BASA3_SQ001="1", BASA3_SQ005="1")
    alone = reached(codebook, BASA3_SQ005="1")
    assert not holds(question.constraint, both, codebook, question)[0]
    assert holds(question.constraint, alone, codebook, question)[0]


@pytest.mark.parametrize("expression", ["${CONDB", "foo(${CONDB})", "/a/b", "${NOTHERE} = 'A1'", "position() = 1"])
def test_what_the_conditions_may_not_use_is_an_error(codebook: Codebook, expression: str) -> None:
    with pytest.raises(CodebookError):
        holds(expression, reached(codebook), codebook)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("${HFSUP2} >= 2", [True, False, False]),
        ("${HFSUP2} != 3", [False, True, True]),
        ("${HFSUP2} = ''", [False, False, True]),
        ("if(${HFSUP2} > 2, 1, 0) = 1", [True, False, False]),
        ("not(${HFSUP2} = '3') and true()", [False, True, True]),
    ],
)
def test_comparisons_follow_xpath(codebook: Codebook, expression: str, expected: list[bool]) -> None:
    records = blank_records(codebook, HFSUP2=["3", "1", ""])
    assert holds(expression, records, codebook).tolist() == expected


@settings(max_examples=6, deadline=None)
@given(answers=st.lists(st.tuples(*(st.sampled_from(["", "A1", "A2", "A3", "A4"]) for _ in range(5))), min_size=1))
def test_the_state_of_a_record_depends_on_no_other_record(codebook: Codebook, answers: list[tuple[str, ...]]) -> None:
    names = ["MoSD4", "CONDB", "HFFUNCT", "HFACC", "QHeRAMS100"]
    columns = {name: [row[place] for row in answers] for place, name in enumerate(names)}
    together = states(blank_records(codebook, **columns), codebook)
    alone = states(blank_records(codebook, **{name: cells[-1:] for name, cells in columns.items()}), codebook)
    asked = [name for name in together if "not_in_form" not in set(together[name]) | set(alone[name])]
    assert np.array_equal(together[asked].iloc[-1].to_numpy(), alone[asked].iloc[0].to_numpy())
