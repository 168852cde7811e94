"""The gate fails closed: whatever Great Expectations would pass over is refused, or makes the table unfit."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import ROOT
from gate_records import case_of, healthy

from pipeline import gate
from pipeline.decisions import parse
from pipeline.errors import DecisionError, SuiteError
from pipeline.gate import suite as gate_suite
from pipeline.gate.case import Case
from pipeline.gate.findings import evaluated, findings
from pipeline.gate.findings import verdict as verdict_of
from pipeline.gate.suite import Suite
from pipeline.project import TABLES, Project

LINE = {
    "rule": "dates", "expectation": "ExpectDateInWindow", "severity": "critical", "why": "so", "what_to_do": "mend",
}  # fmt: skip


def suite(*lines: dict[str, object]) -> Suite:
    return Suite.model_validate({"table": "records", "expectations": [LINE | line for line in lines]})


def with_frame(frame: pd.DataFrame) -> Case:
    case = healthy()
    return case_of(frame, case.codebook, case.places)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"expectation": "ExpectDatesInWindow"}, "did you mean 'ExpectDateInWindow'"),
        ({"expectation": "ExpectColumnValuesToBeInSet"}, "unknown expectation"),
        ({"expectation": "ExpectCoordinatesFine", "kwargs": {"decimal": 3}}, "did you mean 'decimals'"),
        ({"expectation": "ExpectCoordinatesFine", "kwargs": {"decimals": "3"}}, "does not take this"),
        ({"expectation": "ExpectCoordinatesFine"}, "decimals: field required"),
        ({"kwargs": {"row_condition": "nothing"}}, "unknown parameter"),
        ({"kwargs": {"catch_exceptions": False}}, "unknown parameter"),
    ],
)
def test_an_expectation_that_is_not_understood_is_refused(line: dict[str, object], told: str) -> None:
    with pytest.raises(SuiteError, match=told):
        gate.judge(healthy(), suite(line))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Input should be"),
        ("table: records\nexpectations: []\n", "empty, and would pass anything"),
        ("table: record\nexpectations: []\n", "Input should be 'records'"),
        ("table: records\ntable: staff\n", "'table' stands there twice"),
        ("table: [records", "no YAML that can be read"),
    ],
)
def test_a_suite_that_is_not_understood_is_refused(text: str, told: str) -> None:
    with pytest.raises(SuiteError, match=told):
        gate_suite.parse(text, "expectations/records.yml")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (({}, {}), "the rule 'dates' stands there twice"),
        (({}, {"rule": "again"}), "ExpectDateInWindow {} stands there twice"),
        (({"severity": "fatal"},), "severity"),
        (({"mostly": 0.9},), "mostly"),
        (({"why": " "},), "why"),
    ],
)
def test_a_line_that_is_unknown_or_twice_is_refused(lines: tuple[dict[str, object], ...], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        suite(*lines)


def test_an_empty_table_is_unfit() -> None:
    verdict, found = gate.judge(with_frame(healthy().records.iloc[:0]), suite({}))
    assert (verdict.state, verdict.expectations.evaluated, found["rule"].tolist()) == ("unfit", 0, ["rows"])


def test_a_column_that_stands_twice_makes_a_table_unfit() -> None:
    records = healthy().records
    verdict, found = gate.judge(with_frame(pd.concat([records, records[["date"]]], axis=1)), suite({}))
    assert (verdict.state, found["value"].tolist()) == ("unfit", ["date stands there twice"])


def test_a_table_without_its_key_is_unfit() -> None:
    verdict, found = gate.judge(with_frame(healthy().records.drop(columns="subject_id")), suite({}))
    assert (verdict.state, found["value"].tolist()) == ("unfit", ["no column subject_id"])


def test_an_exception_in_an_expectation_makes_a_table_unfit_whatever_its_severity() -> None:
    case = with_frame(healthy().records.drop(columns="date"))
    verdict, found = gate.judge(case, suite({"severity": "info"}, {"rule": "keys", "expectation": "ExpectSectorKnown"}))
    assert verdict.state == "unfit"
    assert (verdict.expectations.suite, verdict.expectations.evaluated) == (2, 1)
    assert found["value"].tolist() == ["not evaluated: 'date'"]
    assert found["severity"].tolist() == ["critical"]


def test_an_expectation_that_was_not_evaluated_makes_a_table_unfit() -> None:
    case, judged_by = healthy(), suite({}, {"rule": "keys", "expectation": "ExpectKeysPresentAndUnique"})
    outcomes = {name: made for name, made in gate.run_suite(case, judged_by).items() if name != "keys"}
    found = findings(case, judged_by, outcomes)
    verdict = verdict_of(case, judged_by, found, len(evaluated(judged_by, outcomes)))
    assert (verdict.state, verdict.expectations.evaluated) == ("unfit", 1)


def test_an_acceptance_settles_no_failure_to_judge() -> None:
    case = with_frame(healthy().records.drop(columns="date"))
    by = "reason: r, role: r, office: o, date: 2023-11-20"
    decided = parse(f"- {{decision: accept, rule: dates, until: 2023-12-31, {by}}}", "decisions")
    with pytest.raises(DecisionError, match="no longer there"):
        gate.judge(case_of(case.records, case.codebook, case.places, decisions=decided), suite({}))


@pytest.mark.parametrize("table", TABLES)
def test_every_suite_of_the_project_can_be_built(table: str) -> None:
    loaded = gate_suite.load(Project(ROOT), table)
    assert len(gate.load_expectations().build(loaded)) == len(loaded.expectations) > 0


def test_no_rule_stands_in_two_suites() -> None:
    assert set(gate_suite.table_of_rule(Project(ROOT)).values()) == set(TABLES)
