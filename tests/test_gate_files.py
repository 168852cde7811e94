"""What the gate reads and writes: verdicts and findings of a small project on the disk."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from conftest import ROUND, make_small
from gate_records import SIZES, healthy, own_list, rows_of

from pipeline import baseline, clean, gate, verdict
from pipeline.errors import DecisionError, GateClosedError, RegistryError, SuiteError, UsageError, VerdictError
from pipeline.project import Project

NO_LIST = ["earlier_list_known", "info"]
BY = "reason: asked by letter, role: head of statistics, office: directorate of health, date: 2023-11-20"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Six directorates whose records lie there without a fault."""
    found = make_small(tmp_path / "project", directorates=tuple(SIZES))
    put_records(found, healthy().records)
    return found


def put_records(project: Project, records: pd.DataFrame) -> None:
    project.write_table(ROUND, "records", records)
    project.write_json(project.account(ROUND), dict(healthy().account) | {"responses": 400, "kept": 400})


def spoil(project: Project, row: int, column: str, value: str) -> str:
    records = project.read_table(ROUND, "records")
    records.loc[row, column] = value
    put_records(project, records)
    return str(healthy().placed["facility_id"][row])


def decide(project: Project, *entries: str) -> None:
    project.write_text(project.decisions(ROUND), "".join(f"- {{{entry}, {BY}}}\n" for entry in entries))


def test_a_verdict_names_the_bytes_it_rests_on(project: Project) -> None:
    judged = gate.gate(project, ROUND, ["records"])["records"]
    records = project.table(ROUND, "records")
    assert judged == verdict.require(project, ROUND, "records")
    assert judged.inputs[project.relative(records)] == project.sha256(records)
    assert {"expectations/records.yml", f"data/decisions/{ROUND}.yml"} < set(judged.inputs)


def test_the_same_records_give_the_same_bytes_in_another_folder(project: Project, tmp_path: Path) -> None:
    spoil(project, rows_of("wasit")[3], "MoSDPOP", "-1")
    gate.gate(project, ROUND, ["records"])
    other = make_small(tmp_path / "other", directorates=tuple(SIZES))
    other.write_bytes(other.table(ROUND, "records"), project.read_bytes(project.table(ROUND, "records")))
    other.write_bytes(other.account(ROUND), project.read_bytes(project.account(ROUND)))
    gate.gate(other, ROUND, ["records"])
    for place in ("verdict", "findings"):
        first, second = (getattr(one, place)(ROUND, "records") for one in (project, other))
        assert first.read_bytes() == second.read_bytes()


def test_a_closed_directorate_does_not_stop_the_round(project: Project) -> None:
    spoil(project, rows_of("karbala")[0], "QHeRAMS100", "A9")
    assert gate.gate(project, ROUND, ["records"])["records"].state == "closed"
    clean.clean(project, ROUND)
    judged = gate.gate(project, ROUND, ["facilities", "answers", "choices", "staff"])
    assert {one.state for one in judged.values()} == {"open"}


def test_an_unfit_table_ends_with_a_verdict_that_no_stage_accepts(project: Project) -> None:
    put_records(project, healthy().records.iloc[:0])
    with pytest.raises(GateClosedError, match=r"records\.findings\.csv"):
        gate.gate(project, ROUND, ["records"])
    assert verdict.read(project, ROUND, "records").state == "unfit"
    with pytest.raises(VerdictError, match="unfit"):
        clean.clean(project, ROUND)


def test_records_after_a_correction_are_judged_again(project: Project) -> None:
    facility = spoil(project, rows_of("karbala")[0], "QHeRAMS100", "A3")
    decide(project, f"decision: correct, facility: {facility}, question: QHeRAMS100, was: A3, now: A1")
    assert gate.gate(project, ROUND, ["records"])["records"].state == "open"


def test_a_correction_that_leaves_a_barrier_behind_is_itself_a_finding(project: Project) -> None:
    facility = str(healthy().placed["facility_id"][rows_of("karbala")[0]])
    decide(project, f"decision: correct, facility: {facility}, question: QHeRAMS100, was: A1, now: A3")
    judged = gate.gate(project, ROUND, ["records"])["records"]
    assert judged.iraq.closed == ["karbala"]
    found = verdict.read_findings(project, ROUND, "records")
    weighty = found[found["severity"] != "info"]
    assert weighty[["rule", "question"]].to_numpy().tolist() == [["barriers", "QHeRAMS100x_1"]]


def test_an_excluded_facility_is_accounted_for(project: Project) -> None:
    facility = spoil(project, rows_of("karbala")[0], "date", "2003-01-01")
    decide(project, f"decision: exclude, facility: {facility}")
    judged = gate.gate(project, ROUND, ["records"])["records"]
    assert (judged.state, judged.directorates["karbala"].facilities) == ("open", SIZES["karbala"] - 1)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("decision: accept, rule: date_in_windo, until: 2023-12-31", "did you mean 'date_in_window'"),
        ("decision: accept, rule: date_in_window, until: 2023-12-31", "no longer there"),
        ("decision: accept, rule: date_in_window, until: 2023-11-29", "until 2023-11-29"),
        ("decision: exclude, facility: nowhere/1", "no facility"),
    ],
)
def test_a_stale_decision_fails_and_writes_nothing(project: Project, entry: str, told: str) -> None:
    decide(project, entry)
    with pytest.raises(DecisionError, match=told):
        gate.gate(project, ROUND, ["records"])
    assert not project.verdict(ROUND, "records").exists()


def test_changed_bytes_void_a_verdict(project: Project) -> None:
    gate.gate(project, ROUND, ["records"])
    decide(project, "decision: leave_out, directorate: basra")
    with pytest.raises(VerdictError, match="judged other bytes"):
        verdict.require(project, ROUND, "records")


def test_an_unknown_table_or_a_misspelt_expectation_is_refused(project: Project) -> None:
    with pytest.raises(UsageError, match="did you mean 'records'"):
        gate.gate(project, ROUND, ["record"])
    text = project.read_text(project.suite("records"))
    project.write_text(project.suite("records"), text.replace("ExpectDateInWindow", "ExpectDateInWindows"))
    with pytest.raises(SuiteError, match="did you mean 'ExpectDateInWindow'"):
        gate.gate(project, ROUND, ["records"])


def test_the_gate_leaves_nothing_but_verdicts(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    monkeypatch.chdir(elsewhere)
    before = {path for path in project.root.rglob("*") if path.is_file()}
    gate.gate(project, ROUND, ["records"])
    after = {path for path in project.root.rglob("*") if path.is_file()}
    assert after - before == {project.verdict(ROUND, "records"), project.findings(ROUND, "records")}
    assert not list(elsewhere.iterdir())


def boundaries(project: Project, *codes: str) -> None:
    square = [[[38.7, 29.0], [48.8, 29.0], [48.8, 37.5], [38.7, 37.5], [38.7, 29.0]]]
    shapes = [
        {"type": "Feature", "properties": {"pcode": code}, "geometry": {"type": "Polygon", "coordinates": square}}
        for code in codes
    ]
    document = {"type": "FeatureCollection", "features": shapes}
    project.write_json(project.reference("boundaries/governorates.geojson"), document)


def test_without_official_boundaries_the_verdict_says_not_checked(project: Project) -> None:
    gate.gate(project, ROUND, ["records"])
    found = verdict.read_findings(project, ROUND, "records")
    assert found[["rule", "severity"]].to_numpy().tolist() == [["boundaries_known", "info"], NO_LIST]
    assert found["value"].tolist() == [
        "not checked: places were not held against governorates",
        "not checked: there is no earlier list of facilities to hold the round against",
    ]


def test_boundaries_that_come_later_void_the_verdict_and_are_judged_by(project: Project) -> None:
    gate.gate(project, ROUND, ["records"])
    boundaries(project, *project.read_csv(project.reference("governorates.csv"))["pcode"])
    with pytest.raises(VerdictError, match=r"boundaries/governorates\.geojson"):
        verdict.require(project, ROUND, "records")
    gate.gate(project, ROUND, ["records"])
    assert verdict.read_findings(project, ROUND, "records")[["rule", "severity"]].to_numpy().tolist() == [NO_LIST]


def test_a_list_that_comes_later_voids_the_verdict_and_is_judged_by(project: Project) -> None:
    gate.gate(project, ROUND, ["records"])
    rows = own_list(healthy())
    project.write_text(project.baseline(ROUND), baseline.text(rows[rows["facility_id"] != rows["facility_id"][0]]))
    with pytest.raises(VerdictError, match=r"data/baselines/small-2023\.csv"):
        verdict.require(project, ROUND, "records")
    gate.gate(project, ROUND, ["records"])
    found = verdict.read_findings(project, ROUND, "records")
    assert found["rule"].tolist() == ["facilities_new", "boundaries_known"]
    assert found["facility_id"].tolist() == [rows["facility_id"][0], ""]


def test_boundaries_that_lack_a_governorate_or_are_none_are_refused(project: Project) -> None:
    boundaries(project, "IQG01")
    with pytest.raises(RegistryError, match="differ about IQG02, IQG03"):
        gate.gate(project, ROUND, ["records"])
    project.write_text(project.reference("boundaries/governorates.geojson"), '{"type": "Topology"}')
    with pytest.raises(RegistryError, match="is no FeatureCollection"):
        gate.gate(project, ROUND, ["records"])
