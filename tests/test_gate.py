"""The gate's own acceptance: each fault is found, and closes its directorate and no other."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
import pytest
from conftest import ROOT
from gate_records import SIZES, case_of, healthy, rows_of, spoilt

from pipeline import gate
from pipeline.decisions import parse
from pipeline.errors import DecisionError
from pipeline.gate import suite as gate_suite
from pipeline.gate.case import Case
from pipeline.gate.suite import Suite
from pipeline.project import Project
from pipeline.verdict import Verdict

BY = "reason: asked by letter, role: head of statistics, office: directorate of health, date: 2023-11-20"
CADRES = [f"HR1_SQ{number:03d}" for number in range(1, 13)]
COUNTS = [f"HR2_SQ{number:03d}_{sex}" for number in range(1, 13) for sex in ("FEMALE", "MALE")]
NOBODY = dict.fromkeys(CADRES, "A4") | dict.fromkeys(COUNTS, "")

CRITICAL = {
    "no key": ("keys", {"subject_id": ""}, "subject_id"),
    "an old date": ("date_in_window", {"date": "2009-01-01"}, "date"),
    "no date": ("date_in_window", {"date": ""}, "date"),
    "another directorate's code": ("code_of_directorate", {"MoSD1": "HF_CM_NNN_7"}, "MoSD1"),
    "an unknown code": ("value_sets", {"QHeRAMS100": "A9"}, "QHeRAMS100"),
    "an unknown tick": ("value_sets", {"BASA3_SQ002": "Y"}, "BASA3_SQ002"),
    "an unknown rank": ("value_sets", {"BAEN2_1": "A1 A2"}, "BAEN2_1"),
    "a negative count": ("numbers", {"MoSDPOP": "-5"}, "MoSDPOP"),
    "half a person": ("numbers", {"HR2_SQ001_FEMALE": "2.5"}, "HR2_SQ001_FEMALE"),
    "a number in a spreadsheet's spelling": ("numbers", {"MoSDPOP": "1E+05"}, "MoSDPOP"),
    "swapped coordinates": ("coordinates_in_iraq", {"MoSDGPS_SQ001": "44.361211"}, "MoSDGPS_SQ001"),
    "coordinates in words": ("coordinates_in_iraq", {"MoSDGPS_SQ002": "east"}, "MoSDGPS_SQ002"),
    "answers of a closed facility": ("skip_logic", {"MoSD4": "A3"}, "HFSUP1"),
    "answers after full damage": ("skip_logic", {"CONDB": "A3", "CONDBx_1": "A1"}, "HFFUNCT"),
    "partners without support": ("skip_logic", {"HFSUP2": "3"}, "HFSUP2"),
    "staff counted where there is none": ("skip_logic", {"HR1_SQ001": "A3"}, "HR2_SQ001_FEMALE"),
    "a source without water": ("skip_logic", {"BAWA1": "A3", "BAWA1x_1": "A1"}, "BAWA2_1"),
    "no barrier though lacking": ("barriers", {"QHeRAMS100": "A3"}, "QHeRAMS100x_1"),
    "a barrier though available": ("barriers", {"QHeRAMS100x_1": "A1"}, "QHeRAMS100x_1"),
    "a gap in ranks": ("ranks", {"BAEN2_3": "A2"}, "BAEN2_3"),
    "a rank twice": ("ranks", {"BAEN2_2": "A1"}, "BAEN2_2"),
    "none of these, and one of these": ("exclusive_choices", {"BASA3_SQ005": "1"}, "BASA3_SQ001"),
}
# One facility of a hundred leaves a directorate provisional; one of sixty closes it. Erbil last: its codes are its own.
SMALL = ("karbala", "najaf", "wasit", "basra", "erbil")
TURNS = len(SMALL)
DOUBTS = {
    "a word for no code": ("codes_filled_in", {"MoSD1": "لایوجد"}, "MoSD1"),
    "zeros for no code": ("codes_filled_in", {"MoSD1": "0000"}, "MoSD1"),
    "another class than the type's": ("class_of_type", {"MoSD1": "SH_HO_KRR_7"}, "MoSD1"),
    "an option written out under other": ("other_is_no_choice", {"MoSD7": "-oth-", "MoSD7x": "Comunity"}, "MoSD7x"),
    "an option written out in Arabic": ("other_is_no_choice", {"MoSD7": "-oth-", "MoSD7x": "حکومی"}, "MoSD7x"),
    "another sector than the workspace": (
        "directorate_as_workspace",
        {"GEO1": "Kirkuk Health Department / {other}"},
        "GEO1",
    ),
    "a sector not on the list": ("sector_known", {"GEO1": "Kirkuk Health Department / Nowhere"}, "GEO1"),
    "a service of inpatients": ("skip_logic_inpatient", {"QHeRAMS109": "A1"}, "QHeRAMS109"),
    "a missing answer": ("required_answers", {"INFO1": ""}, "INFO1"),
    "no coordinates": ("coordinates_present", {"MoSDGPS_SQ001": ""}, "MoSDGPS_SQ001"),
    "coarse coordinates": ("coordinates_fine", {"MoSDGPS_SQ001": "33.25", "MoSDGPS_SQ002": "44.36"}, "MoSDGPS_SQ001"),
    "seventeen million people": ("catchment_usual", {"MoSDPOP": "17400000"}, "MoSDPOP"),
    "available and none": (
        "available_is_not_zero",
        {"HR2_SQ004_FEMALE": "0", "HR2_SQ004_MALE": "0"},
        "HR2_SQ004_FEMALE",
    ),
    "functioning with nobody": ("functioning_has_staff", NOBODY, "HR1_SQ001"),
    "no building": ("building_relevant", {"CONDB": "A4"}, "CONDB"),
}


def suite_of(table: str) -> Suite:
    return gate_suite.load(Project(ROOT), table)


def judged(case: Case) -> tuple[Verdict, pd.DataFrame]:
    return gate.judge(case, suite_of("records"))


def states(verdict: Verdict) -> dict[str, str]:
    return {slug: state.state for slug, state in verdict.directorates.items() if state.state != "open"}


def test_records_without_a_fault_have_no_finding() -> None:
    verdict, found = judged(healthy())
    assert found.empty
    assert (verdict.state, verdict.iraq.state, states(verdict)) == ("open", "open", {})
    assert verdict.expectations.evaluated == verdict.expectations.suite == len(suite_of("records").expectations)


@lru_cache
def judged_critical(turn: int) -> tuple[Case, Verdict, pd.DataFrame, dict[str, str]]:
    """Every fifth critical fault at once, each by another rule and in a directorate of its own."""
    placed = dict(zip(list(CRITICAL)[turn::TURNS], SMALL, strict=False))
    assert len({CRITICAL[fault][0] for fault in placed}) == len(placed)
    case = spoilt({rows_of(directorate)[7]: CRITICAL[fault][1] for fault, directorate in placed.items()})
    return case, *judged(case), placed


@pytest.mark.parametrize("fault", CRITICAL)
def test_a_critical_fault_is_found_and_closes_its_directorate_only(fault: str) -> None:
    rule, _, question = CRITICAL[fault]
    case, verdict, found, placed = judged_critical(list(CRITICAL).index(fault) % TURNS)
    of_rule = found[found["rule"] == rule]
    assert set(of_rule["facility_id"]) == {case.placed["facility_id"][rows_of(placed[fault])[7]]}
    assert question in set(of_rule["question"])
    assert set(found["facility_id"]) == {case.placed["facility_id"][rows_of(slug)[7]] for slug in placed.values()}
    assert (verdict.state, set(verdict.iraq.closed)) == ("closed", set(placed.values()))
    assert states(verdict) == dict.fromkeys(placed.values(), "closed")


@lru_cache
def judged_doubts() -> tuple[Case, Verdict, pd.DataFrame]:
    """Every doubt at once, each in a facility of its own."""
    sectors = healthy().places.sectors
    other = sectors.loc[sectors["directorate"] == "kirkuk", "name_in_exports"].iloc[1]
    faults = [
        {name: value.replace("{other}", other) for name, value in cells.items()} for _, cells, _ in DOUBTS.values()
    ]
    case = spoilt(dict(zip(rows_of("kirkuk"), faults, strict=False)))
    return case, *judged(case)


@pytest.mark.parametrize("fault", DOUBTS)
def test_a_doubtful_answer_is_a_warning_and_closes_nothing(fault: str) -> None:
    rule, _, question = DOUBTS[fault]
    case, verdict, found = judged_doubts()
    facility = case.placed["facility_id"][rows_of("kirkuk")[list(DOUBTS).index(fault)]]
    mine = found[found["facility_id"] == facility]
    assert mine[["rule", "severity", "question"]].to_numpy().tolist() == [[rule, "warning", question]]
    assert (verdict.state, states(verdict), verdict.directorates["kirkuk"].warnings) == ("open", {}, len(DOUBTS))


@pytest.mark.parametrize(
    ("rule", "column"), [("codes_of_one_facility", "MoSD1"), ("coordinates_of_one_facility", "MoSDGPS_SQ001")]
)
def test_what_two_facilities_share_is_told_of_both(rule: str, column: str) -> None:
    first, second = rows_of("najaf")[:2]
    _, found = judged(spoilt({second: {column: healthy().records.loc[first, column]}}))
    assert found["rule"].tolist() == [rule, rule]
    assert found["facility_id"].nunique() == 2


def test_a_catchment_of_zero_is_counted_only() -> None:
    verdict, found = judged(spoilt({rows_of("wasit")[0]: {"MoSDPOP": "0"}}))
    assert found[["rule", "severity"]].to_numpy().tolist() == [["catchment_known", "info"]]
    assert verdict.directorates["wasit"].warnings == 0


def test_one_facility_in_a_hundred_is_set_aside_and_leaves_its_directorate_provisional() -> None:
    row = rows_of("kirkuk")[5]
    case = spoilt({row: {"date": "2003-01-01"}})
    verdict, _ = judged(case)
    assert states(verdict) == {"kirkuk": "provisional"}
    assert verdict.directorates["kirkuk"].set_aside == [case.placed["facility_id"][row]]
    assert (verdict.state, verdict.iraq.state, verdict.iraq.closed) == ("open", "provisional", [])


def test_two_facilities_in_a_hundred_close_their_directorate() -> None:
    verdict, _ = judged(spoilt({row: {"date": "2003-01-01"} for row in rows_of("kirkuk")[:2]}))
    assert states(verdict) == {"kirkuk": "closed"}
    assert verdict.directorates["kirkuk"].set_aside == []


def test_a_rule_that_two_in_a_hundred_rows_break_is_in_doubt_and_closes_nothing() -> None:
    verdict, found = judged(spoilt({row: {"QHeRAMS100": "A9"} for row in rows_of("basra")[:9]}))
    assert found.loc[0, ["rule", "question", "directorate"]].tolist() == ["rule_in_doubt", "value_sets", ""]
    assert (verdict.state, verdict.iraq.state, states(verdict)) == ("open", "provisional", {"basra": "provisional"})
    assert [count.rule for count in verdict.rules if count.in_doubt] == ["value_sets"]
    assert verdict.directorates["basra"].set_aside == []


def test_a_rule_that_half_of_the_directorates_break_is_in_doubt() -> None:
    broken = ["basra", "najaf", "wasit"]
    verdict, found = judged(spoilt({rows_of(slug)[0]: {"QHeRAMS100": "A9"} for slug in broken}))
    assert found["rule"].tolist() == ["rule_in_doubt", *["value_sets"] * 3]
    assert states(verdict) == dict.fromkeys(broken, "provisional")


def test_a_key_that_two_directorates_share_closes_both() -> None:
    first, second = rows_of("erbil")[0], rows_of("karbala")[0]
    verdict, found = judged(spoilt({second: {"subject_id": healthy().records.loc[first, "subject_id"]}}))
    assert found["rule"].tolist() == ["subject_of_one_directorate"] * 2
    assert states(verdict) == {"erbil": "closed", "karbala": "closed"}


def test_a_declared_double_report_settles_a_shared_key() -> None:
    first, second = rows_of("erbil")[0], rows_of("karbala")[0]
    case = spoilt({second: {"subject_id": healthy().records.loc[first, "subject_id"]}})
    ids = case.placed["facility_id"]
    decided = parse(f"- {{decision: merge, facility: {ids[second]}, into: {ids[first]}, {BY}}}", "decisions")
    verdict, found = judged(case_of(case.records, case.codebook, case.places, decisions=decided))
    assert set(found["settled_by"]) == {"merge 1"}
    assert (states(verdict), verdict.state) == ({}, "open")


def test_a_facility_that_stands_twice_closes_its_directorate() -> None:
    first, second = rows_of("najaf")[:2]
    verdict, found = judged(spoilt({second: {"subject_id": healthy().records.loc[first, "subject_id"]}}))
    assert found["rule"].tolist() == ["keys", "keys"]
    assert states(verdict) == {"najaf": "closed"}


def test_a_row_of_no_known_directorate_closes_iraq_only_and_is_listed_first() -> None:
    rows = {rows_of("basra")[0]: {"GEO1": "Atlantis / First"}, rows_of("basra")[1]: {"MoSDPOP": "-1"}}
    verdict, found = judged(spoilt(rows))
    assert found.loc[0, ["rule", "directorate"]].tolist() == ["directorate_known", "unknown"]
    assert verdict.iraq.closed == ["basra", "unknown"]
    only = judged(spoilt({rows_of("basra")[0]: {"GEO1": "Atlantis / First"}}))[0]
    assert (only.iraq.closed, only.iraq.state, states(only)) == (["unknown"], "closed", {})


def test_an_absent_directorate_is_a_warning_and_named() -> None:
    case = healthy()
    rest = case.records.drop(index=rows_of("wasit")).reset_index(drop=True)
    verdict, found = judged(case_of(rest, case.codebook, case.places))
    assert found["rule"].tolist() == ["directorates_present"]
    assert verdict.iraq.absent == ["wasit"]
    assert verdict.directorates["wasit"].facilities == 0


def test_an_acceptance_settles_findings_until_its_date() -> None:
    row = rows_of("karbala")[0]
    case = spoilt({row: {"date": "2003-01-01"}})
    narrowed = f"facility: {case.placed['facility_id'][row]}, until: 2023-12-31"
    decided = parse(f"- {{decision: accept, rule: date_in_window, {narrowed}, {BY}}}", "decisions")
    verdict, found = judged(case_of(case.records, case.codebook, case.places, decisions=decided))
    assert found["settled_by"].tolist() == ["accept 1"]
    assert (states(verdict), verdict.directorates["karbala"].settled) == ({}, 1)


def test_an_acceptance_of_what_was_mended_fails_and_says_so() -> None:
    case = healthy()
    decided = parse(f"- {{decision: accept, rule: date_in_window, until: 2023-12-31, {BY}}}", "decisions")
    with pytest.raises(DecisionError, match="accept 1 accepts findings of 'date_in_window' that are no longer there"):
        judged(case_of(case.records, case.codebook, case.places, decisions=decided))


def test_a_closed_directorate_that_is_left_out_by_name_leaves_iraq_open() -> None:
    case = spoilt({rows_of("karbala")[0]: {"date": "2003-01-01"}})
    decided = parse(f"- {{decision: leave_out, directorate: karbala, {BY}}}", "decisions")
    verdict, _ = judged(case_of(case.records, case.codebook, case.places, decisions=decided))
    assert states(verdict) == {"karbala": "closed"}
    assert (verdict.iraq.state, verdict.iraq.left_out, verdict.iraq.closed) == ("open", ["karbala"], [])


@pytest.mark.parametrize(
    "account", [{"doubts": ["export.csv: read as Windows-1256"]}, {"repeated_with_other_answers": 2}]
)
def test_what_the_reader_was_not_sure_of_is_a_warning(account: dict[str, object]) -> None:
    case = healthy()
    verdict, found = judged(case_of(case.records, case.codebook, case.places, account=dict(case.account) | account))
    assert found[["rule", "severity", "facility_id"]].to_numpy().tolist() == [["export_doubts", "warning", ""]]
    assert verdict.state == "open"


@pytest.mark.parametrize(
    ("account", "rule", "question"),
    [
        ({"missing_columns": ["HFFUNCT"]}, "columns", "HFFUNCT"),
        ({"unknown_columns": ["HFNEW"]}, "columns", "HFNEW"),
        ({"kept": 3}, "rows_accounted", ""),
        ({"dropped": {"empty": 2}}, "rows_accounted", ""),
    ],
)
def test_an_account_that_does_not_fit_closes_the_round(account: dict[str, object], rule: str, question: str) -> None:
    case = healthy()
    verdict, found = judged(case_of(case.records, case.codebook, case.places, account=dict(case.account) | account))
    assert set(zip(found["rule"], found["question"], strict=True)) - {("columns", "")} == {(rule, question)}
    assert verdict.state == "unfit"
    assert states(verdict) == dict.fromkeys(SIZES, "closed")


def test_a_personal_column_closes_the_round() -> None:
    case = healthy()
    verdict, found = judged(case_of(case.records.assign(HFCONTACT_NAME="x"), case.codebook, case.places))
    assert "no_personal_column" in set(found["rule"])
    assert verdict.state == "unfit"
    assert "x" not in set(found["value"])
