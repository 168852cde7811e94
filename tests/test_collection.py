"""The collection report: who has answered, when and how fully, what was doubted and decided, whatever the gate says."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import made
import pandas as pd
import pytest

from pipeline import baseline, figures, measure
from pipeline import brief as briefs
from pipeline.brief import collection
from pipeline.figures.brief import Brief, read
from pipeline.figures.html import Chart, Html
from pipeline.project import Project

SECTIONS = (
    "coverage", "expected", "progress", "completeness", "revisits", "copied", "answered", "workspaces", "gates",
    "sectors",
)  # fmt: skip


@cache
def of_iraq() -> Brief:
    return brief_of(made.whole())


def brief_of(project: Project) -> Brief:
    return read(project, made.round_of(project), "iraq", "collection", ["en"])


def shown(brief: Brief, name: str) -> str:
    parts = getattr(figures, name).parts(brief)
    return " ".join(str(part.markup) if isinstance(part, Html) else part.alt for part in parts)


def facilities(project: Project) -> pd.DataFrame:
    return project.read_table(made.round_of(project), "facilities")


def test_every_facility_is_counted_once_by_sector_and_by_day() -> None:
    slices, table = of_iraq().slices, facilities(made.whole())
    assert slices["coverage"]["facilities"].astype(int).sum() == len(table)
    assert slices["progress"]["facilities"].astype(int).sum() == len(table)
    kirkuk = slices["coverage"][slices["coverage"]["directorate"] == "kirkuk"]
    assert kirkuk["facilities"].astype(int).sum() == (table["directorate"] == "kirkuk").sum()


def test_a_sector_that_has_sent_nothing_is_named(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    sectors = project.reference("sectors.csv")
    project.write_text(sectors, project.read_text(sectors) + "kirkuk-nowhere,kirkuk,Nowhere sector,قطاع,IQG13\n")
    briefs.brief(project, made.round_of(project))
    assert "One sector of the list has not answered: Kirkuk: Nowhere sector." in shown(brief_of(project), "coverage")


def test_an_answer_from_outside_the_window_is_not_counted_inside() -> None:
    table = facilities(made.whole())
    late = table.assign(response_date=table["response_date"].where(table.index > 0, "2002-01-01"))
    material = briefs.gather(made.whole(), made.round_of(made.whole()))
    found = collection.coverage(material, late.astype({"directorate": str, "sector": str}), material.members("iraq"))
    assert found["in_window"].sum() == len(table) - 1
    assert found["first"].loc[found["first"] != ""].min() == "2002-01-01"


def test_the_questions_answered_are_those_of_the_measures() -> None:
    project = made.whole()
    measures = project.read_table(made.round_of(project), "measures")
    rows = measures[(measures["indicator"] == "COV_ITEMS") & (measures["dimension"] == "all")].set_index("scope")
    found = of_iraq().slices["completeness"]
    for slug in project.registry.directorates:
        mine = found[found["directorate"] == slug]
        assert mine["numerator"].astype(int).sum() == rows.loc[slug, "numerator"]
        assert mine["denominator"].astype(int).sum() == rows.loc[slug, "denominator"]


FINDING = {
    "table": "records", "rule": "catchment_known", "severity": "warning", "sector": "kirkuk", "question": "MoSD7",
    "value": "0", "expected": "a number", "what_to_do": "Ask.",
}  # fmt: skip


def judged(tmp_path: Path) -> Project:
    """A round of which two facilities of Kirkuk are doubted, one of them settled, and a third is corrected."""
    project = made.copy(tmp_path)
    mine = facilities(project).query("directorate == 'kirkuk'")["facility_id"].astype(str).tolist()
    rows = [
        FINDING | {"directorate": "kirkuk", "facility_id": facility, "settled_by": settled}
        for facility, settled in zip(mine[:2], ("", "accepted until 2030-01-01"), strict=True)
    ]
    made.judge(project, "records", findings=rows)
    return project


def test_questions_asked_and_settled_are_told_by_directorate_and_by_workspace(tmp_path: Path) -> None:
    project = judged(tmp_path)
    material = briefs.gather(project, made.round_of(project))
    slices = collection.slices(material, "iraq")
    (row,) = slices["answered"].to_dict("records")
    assert (row["directorate"], row["severity"], row["asked"], row["settled"]) == ("kirkuk", "warning", 2, 1)
    (where,) = slices["workspaces"].to_dict("records")
    assert (where["directorate"], where["warning"], where["critical"], where["settled"]) == ("kirkuk", 2, 0, 1)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_says_something_also_where_the_gate_has_closed_iraq(name: str) -> None:
    brief = of_iraq()
    shut = replace(brief, told={**brief.told, "state": "closed"})
    assert not shut.is_closed
    assert shown(shut, name)


@pytest.mark.parametrize("state", ["closed", "provisional"])
def test_the_head_does_not_say_that_answers_which_are_counted_here_are_not(state: str) -> None:
    aside = [{"facility_id": "kirkuk/A1", "directorate": "kirkuk", "name_en": "A", "name_local": "A"}]
    told = {**of_iraq().told, "state": state, "left_out": ["kirkuk"], "set_aside": aside}
    head = shown(replace(of_iraq(), told=told), "title") + shown(replace(of_iraq(), told=told), "set_aside")
    assert "<h1>Iraq</h1>" in head and "Here their answers are counted too." in head
    assert "it counts here among those that answered" in head and "in no number of another report" in head
    assert "This page holds none" not in head and "no number below" not in head and "no number of this page" not in head
    assert ("whatever the gate says" in head) is (state == "closed")


def test_the_completeness_of_a_closed_directorate_is_a_word_and_no_dash() -> None:
    rows = of_iraq().slices["completeness"]
    told = {**of_iraq().told, "states": {**of_iraq().told["states"], "kirkuk": "closed"}}
    slices = {**of_iraq().slices, "completeness": rows[rows["directorate"] != "kirkuk"]}
    row = re.search(
        r'<th scope="row">Kirkuk</th>.*', shown(replace(of_iraq(), told=told, slices=slices), "completeness")
    )
    assert row and "closed" in row.group()


@pytest.mark.parametrize("name", SECTIONS)
def test_a_round_without_any_answer_still_reads_well(name: str) -> None:
    brief = of_iraq()
    empty = replace(brief, slices={**brief.slices, **{key: brief.slices[key].head(0) for key in brief.told["slices"]}})
    assert shown(empty, name)


def test_the_chart_over_time_says_in_words_what_it_shows() -> None:
    (chart,) = [part for part in figures.progress.parts(of_iraq()) if isinstance(part, Chart)]
    days = of_iraq().slices["progress"]["day"]
    first, last = (of_iraq().say.date(day) for day in (days.min(), days.max()))
    assert f">{of_iraq().slices['progress']['day'].min()[5:7].lstrip('0')}/" in chart.svg
    assert f"The first answer dates from {first}" in chart.alt and f"the last came on {last}" in chart.alt
    assert "<use" not in chart.svg and "href" not in chart.svg


def test_no_two_days_below_the_chart_over_time_have_one_name() -> None:
    short = [f"2022-10-{day:02}" for day in range(7, 27)]
    for days in (short, ["2022-10-07", "2022-12-01", "2023-02-01"]):
        rows = pd.DataFrame({"day": days, "facilities": "3"})
        brief = replace(of_iraq(), slices={**of_iraq().slices, "progress": rows})
        (chart,) = [part for part in figures.progress.parts(brief) if isinstance(part, Chart)]
        named = re.findall(r">([\d/]+/[\d/]+)<", chart.svg)
        assert len(named) == len(set(named)) >= 3, named


def test_no_completeness_is_told_of_a_closed_directorate(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    made.close(project, "kirkuk")
    slices = collection.slices(briefs.gather(project, made.round_of(project)), "iraq")
    assert set(slices["completeness"]["directorate"]) == {"erbil", "peoples-clinics"}
    assert (slices["coverage"]["directorate"] == "kirkuk").any()


def test_every_expectation_of_every_suite_is_told_also_where_it_found_nothing(tmp_path: Path) -> None:
    project = judged(tmp_path)
    briefs.brief(project, made.round_of(project))
    told = brief_of(project).slices
    assert list(told["gates"]["table"]) == ["records", "facilities", "answers", "choices", "staff", "measures"]
    table = project.table(made.round_of(project), "records")
    assert told["gates"]["sha256"].iloc[0] == project.sha256(table)
    assert list(told["expectations"]["rule"]) == ["catchment_known"]
    assert "1 of 1" in shown(brief_of(project), "gates") and "Why catchment_known." in shown(brief_of(project), "gates")


def with_list(project: Project) -> pd.DataFrame:
    """Puts a list of the round's own facilities there, one more of which is gone, another is closed, a third is new."""
    name = made.round_of(project)
    tables = {table: project.read_table(name, table) for table in ("facilities", "answers", "staff")}
    listed = baseline.of_tables(**tables)
    open_ones = listed.index[listed["status"] == "existing"]
    gone = listed.loc[[open_ones[0]]].assign(facility_id="kirkuk-x/GONE", ministry_code="", directorate="kirkuk")
    listed.loc[open_ones[1], "status"] = "closed"
    listed = pd.concat([listed.drop(index=open_ones[2]), gone])
    project.write_text(project.baseline(name), baseline.text(listed))
    return listed


def test_a_round_is_held_against_the_facilities_that_it_should_cover(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    listed = with_list(project)
    measure.measure(project, made.round_of(project))
    made.judge(project, "measures")
    briefs.brief(project, made.round_of(project))
    brief = brief_of(project)
    found = brief.slices["expected"].drop(columns=["directorate", "sector"]).astype(int).sum()
    due = (listed["status"] != "closed").sum()
    assert found.to_dict() == {
        "expected": due, "came": due - 1, "silent": 1, "new": 1, "reopened": (listed["status"] == "closed").sum(),
    }  # fmt: skip
    measures = project.read_table(made.round_of(project), "measures")
    rows = measures[(measures["indicator"] == "COV_RESPONSE") & (measures["dimension"] == "all")].set_index("scope")
    assert rows.loc["iraq", ["numerator", "denominator"]].tolist() == [due - 1, due]
    by_directorate = brief.slices["expected"].astype({"came": int, "expected": int}).groupby("directorate")
    for slug, counted in by_directorate[["came", "expected"]].sum().iterrows():
        assert rows.loc[slug, ["numerator", "denominator"]].tolist() == counted.tolist()
    page = shown(brief, "expected")
    assert f"{due - 1} of the {due} facilities that the last list expects" in page
    assert "One facility of the round is not on the list." in page


def test_without_an_earlier_list_the_page_says_not_checked_and_gives_no_share() -> None:
    assert of_iraq().slices["expected"].empty
    assert "Not checked: there is no list of facilities of an earlier round" in shown(of_iraq(), "expected")
    assert "%" not in shown(of_iraq(), "expected")
