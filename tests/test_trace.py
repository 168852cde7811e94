from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import made
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_cli import ends

from pipeline import baseline, brief, clean, measure, trace
from pipeline.errors import UsageError
from pipeline.indicators import DEFINITIONS, Absent, Gap, Rate
from pipeline.indicators.watched import watched
from pipeline.project import Project
from pipeline.trace import told

ROUND = "small-2023"
GONE = "kirkuk-daquq/gone"
NUMBERS = ["numerator", "denominator", "not_asked", "missing"]
LAW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
DECISION = "reason: told by letter\n  role: director\n  office: directorate of health\n  date: '2023-11-01'\n"


@cache
def decided() -> trace.Ground:
    """A round with a correction, an exclusion, a double report, a facility set aside, one gone since the last list."""
    project = made.copy(Path(made.whole().root.parent / "decided"))
    table = project.read_table(ROUND, "facilities")
    mine = table[table["directorate"] == "kirkuk"]
    working = mine[(mine["accessibility"] == "full") & (mine["type"] == "phc_main")]["facility_id"].tolist()
    corrected, excluded, double, target, aside = working[:5]
    text = (
        f"- decision: correct\n  facility: {corrected}\n  question: BAWA1\n  was: '{answer(project, corrected)}'\n"
        f"  now: A3\n  {DECISION}"
        f"- decision: exclude\n  facility: {excluded}\n  {DECISION}"
        f"- decision: merge\n  facility: {double}\n  into: {target}\n  {DECISION}"
    )
    project.write_text(project.decisions(ROUND), text)
    listed = mine.head(3).reindex(columns=list(baseline.COLUMNS)).astype(object).fillna("").astype(str)
    gone = listed.iloc[[0]].assign(facility_id=GONE)
    project.write_text(project.baseline(ROUND), baseline.text(baseline.typed(pd.concat([listed, gone]))))
    made.judge(project, "records")
    clean.clean(project, ROUND)
    for name in made.FACTS:
        made.judge(project, name)
    state = {"kirkuk": {"state": "provisional", "critical": 1, "set_aside": [aside]}}
    found = {"rule": "no_blank_key", "severity": "critical", "directorate": "kirkuk", "facility_id": aside}
    made.judge(project, "facilities", state, [found])
    measure.measure(project, ROUND)
    made.judge(project, "measures")
    brief.brief(project, ROUND)
    return trace.ground(project, ROUND)


def answer(project: Project, facility: str) -> str:
    records = project.read_table(ROUND, "records")
    is_its = records["subject_id"] == facility.partition("/")[2]
    return str(records.loc[is_its, "BAWA1"].iloc[0])


def special(name: str) -> str:
    """The facility that a decision corrects, excludes, merges (into another), or a verdict sets aside."""
    land = decided()
    if name == "set aside":
        return next(iter(land.facts.judgement.set_aside))
    return next(one.facility for one in land.decided if one.decision == name)


def role(found: trace.Trace, facility: str) -> str:
    return str(found.members.set_index("facility_id")["role"][facility])


def word(dimension: str, group: str) -> str | None:
    return None if dimension == "all" else f"{dimension}={group}"


def numbers(row: dict) -> list[int | None]:
    return [None if pd.isna(row[name]) else int(row[name]) for name in NUMBERS]


def check_sums(found: trace.Trace) -> None:
    """The members add up to the row of measures; a population and the difference of two shares are no sums."""
    assert not found.agreement.problems
    result = found.definition.compute(decided().facts)
    if isinstance(result, Absent | Gap) or found.sums.reason:
        return
    names = [name for name in NUMBERS if name != "denominator" or not isinstance(result, Rate)]
    sums = {name: int(found.members[name].sum()) for name in names}
    assert sums == {name: getattr(found.sums, name) or 0 for name in names}


@LAW
@given(st.data())
def test_the_facilities_of_any_number_add_up_to_it(data: st.DataObject) -> None:
    measures = decided().measures
    row = measures.iloc[data.draw(st.integers(0, len(measures) - 1))].to_dict()
    found = trace.traced_in(decided(), row["scope"], row["indicator"], word(row["dimension"], row["group"]))
    assert [getattr(found.sums, name) for name in NUMBERS] == numbers(row)
    check_sums(found)


@pytest.mark.parametrize("code", sorted(DEFINITIONS))
def test_every_definition_can_be_traced(code: str) -> None:
    land = decided()
    indicator = DEFINITIONS[code].indicators(land.facts.vocabulary)[0]
    # Kirkuk, where a facility is corrected, one excluded, one counted once and one set aside.
    found = trace.traced_in(land, "kirkuk", indicator, "governorate=IQG13" if code.startswith("POP_") else None)
    check_sums(found)
    assert indicator in told.text(found)


@pytest.mark.parametrize("scope", ["kirkuk", "federal", "kurdistan", "iraq"])
def test_a_figure_per_population_is_traced_from_every_page_that_prints_it(scope: str) -> None:
    land = decided()
    reports = trace.agree.reports(land.project, ROUND, scope)
    rows = land.printed(scope, reports[0], "measures")
    assert rows is not None
    printed = rows[
        rows["indicator"].str.startswith("POP_") & (rows["dimension"] == "governorate") & (rows["reason"] == "")
    ]
    assert len(printed) > 1
    for row in printed.to_dict("records"):
        found = trace.traced_in(land, scope, row["indicator"], f"governorate={row['group']}")
        check_sums(found)
        assert f"{scope}/{reports[0]}" in found.agreement.reports


@pytest.mark.parametrize("code", sorted(DEFINITIONS))
def test_watching_a_definition_changes_nothing(code: str) -> None:
    facts = decided().facts
    plain, seen = DEFINITIONS[code].compute(facts), DEFINITIONS[code].compute(watched(facts))
    np.testing.assert_equal(dataclasses.asdict(plain), dataclasses.asdict(seen))


@LAW
@given(st.data())
def test_what_a_facility_adds_is_the_same_from_both_ends(data: st.DataObject) -> None:
    land = decided()
    facility = data.draw(st.sampled_from([special("correct"), special("set aside")]))
    counted = whole_back(facility).counted
    row = counted.iloc[data.draw(st.integers(0, len(counted) - 1))].to_dict()
    found = trace.traced_in(land, row["scope"], row["indicator"], word(row["dimension"], row["group"]))
    mine = found.members[(found.members["facility_id"] == facility) & (found.members["part"] == row["part"])]
    assert mine[NUMBERS].to_numpy().tolist() == [[row[name] for name in NUMBERS]]


@cache
def whole_back(facility: str) -> trace.Back:
    return trace.back(decided(), facility)


def test_a_row_of_a_trace_is_the_facility_s_row_of_the_export() -> None:
    land = decided()
    found = trace.traced_in(land, "kirkuk", "AMN_WASH")
    (export,) = land.project.exports(ROUND)
    lines = pd.read_csv(export, dtype=str, keep_default_na=False)
    here = found.members[found.members["facility_id"] != GONE]
    for facility, (where,) in zip(here["facility_id"], here["rows"], strict=True):
        file, _, number = where.partition(" row ")
        assert file == export.name
        # Row 1 holds the heads.
        assert lines["subject_id"].iloc[int(number) - 2] == facility.partition("/")[2]


def test_a_double_report_is_counted_once_in_iraq_and_in_its_directorate() -> None:
    double = special("merge")
    found = trace.traced_in(decided(), "iraq", "U_EXISTING")
    assert role(found, double) == "counted once"
    assert f"repeats {decided().decided[2].into}" in told.text(found)
    assert found.decisions["merge 3"].facility == double


def test_who_is_set_aside_or_excluded_is_told_so() -> None:
    found = trace.traced_in(decided(), "kirkuk", "U_EXISTING")
    assert role(found, special("set aside")) == "set aside"
    assert role(found, special("exclude")) == "excluded"
    assert role(trace.traced_in(decided(), "kirkuk", "DQ_CORRECTED"), special("exclude")) == "numerator"


def test_who_is_on_the_last_list_only_is_expected_and_in_nothing_else() -> None:
    assert role(trace.traced_in(decided(), "kirkuk", "COV_RESPONSE"), GONE) == "denominator"
    found = trace.traced_in(decided(), "kirkuk", "U_EXISTING")
    assert role(found, GONE) == "not in the round" and "no row in the export" in told.text(found)
    back = trace.back(decided(), GONE)
    assert back.judged and set(back.counted["indicator"]) == {"COV_RESPONSE"} and not back.rows


def test_who_is_left_out_by_name_adds_nothing_to_iraq_and_is_told_so() -> None:
    land = decided()
    facts = replace(land.facts, judgement=replace(land.facts.judgement, left_out=("erbil",)))
    again = replace(land, facts=facts, measures=measure.measures(facts, land.entries, land.land))
    found = trace.traced_in(again, "iraq", "U_EXISTING")
    away = found.members[found.members["directorate"] == "erbil"]
    assert set(away["role"]) == {"left out"} and not away["numerator"].any()
    assert found.sums.numerator == found.members["numerator"].sum() > 0
    assert trace.traced_in(again, "erbil", "U_EXISTING").sums.numerator


def test_a_closed_page_is_named_as_one_without_numbers(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    made.close(project, "kirkuk")
    found = trace.trace(project, ROUND, "kirkuk", "AMN_WASH")
    assert found.agreement.silent == ["kirkuk/overview"] and not found.agreement.problems
    assert "Closed, so without numbers: kirkuk/overview" in told.text(found)


def test_a_correction_stands_beside_the_answer_that_it_made() -> None:
    found = trace.traced_in(decided(), "kirkuk", "AMN_FULL_BAWA1")
    mine = found.members.set_index("facility_id").loc[special("correct")]
    assert mine["role"] == "denominator" and mine["decisions"] == ["correct 1"]
    assert "BAWA1=not_available" in mine["answers"]
    assert "question=BAWA1" in told.text(found)


@pytest.mark.parametrize(
    ("indicator", "asked"),
    [
        ("AMN_FULL_BAWA1", {"BAWA1", "MoSD4", "CONDB", "HFFUNCT", "HFACC"}),
        ("BED_COUNT_icu", {"BAINP1_SQ001", "BAINP2_SQ001", "MoSD3", "MoSD4", "CONDB", "HFFUNCT", "HFACC"}),
        ("CAU_FAC_CONDBx_conflict", {"CONDBx", "MoSD4", "CONDB"}),
        ("BAR_FAC_BAWA1_staff", {"BAWA1", "BAWA1x", "MoSD3", "MoSD4", "CONDB", "HFFUNCT", "HFACC"}),
        ("EQU_RURAL_GAP_OPS_OPERATIONAL", {"MoSD3", "MoSD4", "GEO4", "CONDB", "HFFUNCT", "HFACC"}),
        ("DQ_COORD", {"MoSD3", "MoSDGPS_SQ001", "MoSDGPS_SQ002"}),
        ("U_EXISTING", {"MoSD4"}),
    ],
)
def test_the_answers_that_decide_are_those_that_the_definition_asks(indicator: str, asked: set[str]) -> None:
    found = trace.traced_in(decided(), "kirkuk", indicator)
    cells = found.members.loc[found.members["role"] != "excluded", "answers"]
    assert {cell.partition("=")[0] for row in cells for cell in row} == asked


def test_a_facility_tells_its_rows_decisions_and_findings() -> None:
    assert list(whole_back(special("correct")).decisions) == ["correct 1"]
    aside = whole_back(special("set aside"))
    assert aside.judged == ["set aside", "with a critical finding"]
    assert "critical no_blank_key" in told.text_back(aside) and len(aside.rows) == 1
    assert set(aside.counted["indicator"].str.partition("_")[0]) == {"DQ"}


def test_nothing_of_the_contact_columns_is_ever_told() -> None:
    land = decided()
    (export,) = land.project.exports(ROUND)
    personal = list(land.codebook.personal_columns)
    cells = pd.read_csv(export, dtype=str, keep_default_na=False)[personal]
    secrets = {text for name in personal for text in cells[name] if len(text) > 3}
    found = trace.traced_in(land, "iraq", "COV_ITEMS")
    said = told.json_text(found) + told.json_text(whole_back(special("correct")))
    assert secrets and not [text for text in secrets if text in said]


def test_wrong_words_say_what_was_meant() -> None:
    land = decided()
    for words, meant in (
        (("kirkok", "AMN_WASH"), "did you mean 'kirkuk'"),
        (("kirkuk", "AMN_WSH"), "did you mean 'AMN_WASH'"),
        (("kirkuk", "AMN_FULL"), "stands for 11 indicators"),
        (("kirkuk", "AMN_WASH", "care=phk"), "did you mean 'phc'"),
        (("kirkuk", "AMN_WASH", "tpye=hospital"), "did you mean 'type'"),
        (("kirkuk", "AMN_WASH", "hospital"), "say type=hospital or care=hospital"),
        (("kirkuk", "POP_PHC_10K"), "governorate=IQG13"),
    ):
        with pytest.raises(UsageError, match=meant):
            trace.traced_in(land, *words)
    with pytest.raises(UsageError, match="did you mean"):
        trace.back(land, special("correct")[:-1] + "#")


def test_the_command_gives_text_json_and_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = decided().project.root
    out = tmp_path / "members.csv"
    assert ends(monkeypatch, root, "trace", ROUND, "kirkuk", "AMN_WASH", "phc", "--json", "--csv", str(out)) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["dimension"] == "care" and "kirkuk/overview" in said["printed_by"]
    assert len(pd.read_csv(out)) == len(said["members"])
    assert ends(monkeypatch, root, "trace", ROUND, "--facility", special("correct")) == 0
    assert "Each of these numbers stands in measures." in capsys.readouterr().out
    assert ends(monkeypatch, root, "trace", ROUND, "kirkuk") == 2


def test_before_a_round_is_made_a_trace_says_what_makes_it(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(monkeypatch, small.root, "trace", ROUND, "kirkuk", "AMN_WASH") == 1
    assert "measures.parquet is not there: run the stage that makes it (`herams run`)" in capsys.readouterr().err


def test_a_changed_brief_or_table_ends_with_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = made.copy(tmp_path)
    path = project.brief(ROUND, "kirkuk", "overview") / "measures.csv"
    rows = project.read_csv(path)
    rows.loc[(rows["indicator"] == "AMN_WASH") & (rows["dimension"] == "all"), "numerator"] = "99"
    project.write_csv(path, rows)
    assert ends(monkeypatch, project.root, "trace", ROUND, "kirkuk", "AMN_WASH") == 4
    assert "the brief of kirkuk/overview has numerator 99" in capsys.readouterr().out
    table = project.read_table(ROUND, "measures")
    is_mine = (table["indicator"] == "AMN_WASH") & (table["scope"] == "kirkuk") & (table["dimension"] == "all")
    table.loc[is_mine, "denominator"] += 1
    project.write_table(ROUND, "measures", table)
    made.judge(project, "measures")
    assert ends(monkeypatch, project.root, "trace", ROUND, "kirkuk", "AMN_WASH") == 4
    assert "the traced facilities give denominator" in capsys.readouterr().out
