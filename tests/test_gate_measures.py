"""The suite of `measures`: what `measure` made passes, figures that cannot be are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import pandas as pd
import pytest
from conftest import ROOT
from gate_records import SIZES, healthy

from pipeline import clean, gate, indicators, measure
from pipeline.decisions import parse
from pipeline.gate import suite
from pipeline.gate.case import Case
from pipeline.gate.measures import directorates_add_up
from pipeline.indicators import Judgement
from pipeline.project import Project
from pipeline.verdict import Verdict

HERE = Project(ROOT)
BY = "reason: asked by letter, role: head of statistics, office: directorate of health, date: 2023-11-20"
Where = Callable[[pd.DataFrame], "pd.Series[bool]"]


@lru_cache
def measured(doubles: tuple[tuple[str, str], ...] = ()) -> Case:
    """The measures of the healthy records, some of them declared double reports, before the gate."""
    case = healthy()
    tables = clean.tables(case.records, case.codebook, case.places, dict(doubles))
    catalogue = HERE.read_csv(HERE.reference("indicators.csv"))
    land = measure.country(list(SIZES), case.places, HERE.read_csv(HERE.reference("population.csv")))
    facts = indicators.gather(tables, indicators.vocabulary(case.codebook), Judgement())
    frame = measure.measures(facts, indicators.catalogue(catalogue), land)
    others = {"facilities": tables["facilities"]}
    return replace(case, table="measures", frame=frame, others=others, indicators=catalogue)


def judged(frame: pd.DataFrame) -> tuple[Verdict, pd.DataFrame]:
    return gate.judge(replace(measured(), frame=frame), suite.load(HERE, "measures"))


def row_of(frame: pd.DataFrame, indicator: str, scope: str) -> int:
    whole = (frame["indicator"] == indicator) & (frame["scope"] == scope) & (frame["dimension"] == "all")
    return int(frame.index[whole][0])


def test_measures_of_sound_tables_have_no_finding() -> None:
    verdict, found = judged(measured().frame)
    assert found.empty
    assert verdict.state == "open"


@pytest.mark.parametrize(
    ("indicator", "scope", "column", "value", "rule", "state"),
    [
        ("FUN_FULL", "najaf", "numerator", 10_000, "measures_shares", "closed"),
        ("FUN_FULL", "najaf", "numerator", -1, "measures_shares", "closed"),
        ("FUN_FULL", "najaf", "denominator", pd.NA, "measures_shares", "closed"),
        ("FUN_FULL", "iraq", "numerator", 10_000, "measures_shares", "unfit"),
        ("U_LISTED", "iraq", "numerator", 401, "measures_add_up", "unfit"),
        ("U_LISTED", "iraq", "numerator", 399, "measures_add_up", "unfit"),
        ("U_LISTED", "basra", "numerator", 59, "measures_add_up", "unfit"),
        ("U_LISTED", "basra", "numerator", pd.NA, "measures_reasons", "unfit"),
        ("FUN_FULL", "wasit", "missing", -1, "measures_counts", "closed"),
        ("FUN_FULL", "wasit", "indicator", "FUN_FULLY", "measures_indicators", "unfit"),
        ("FUN_FULL", "wasit", "indicator", "FUN_FULLY", "measures_core", "unfit"),
        ("FUN_FULL", "wasit", "scope", "atlantis", "measures_scopes", "unfit"),
        ("FUN_FULL", "wasit", "dimension", "colour", "measures_dimensions", "closed"),
    ],
)
def test_a_figure_that_cannot_be_is_found(
    indicator: str, scope: str, column: str, value: object, rule: str, state: str
) -> None:
    frame = measured().frame.copy()
    cells = frame[column].astype(object)
    if column in ("indicator", "scope"):
        cells[(frame["indicator"] == indicator) & (frame["scope"] == scope)] = value
    else:
        cells[row_of(frame, indicator, scope)] = value
    verdict, found = judged(frame.assign(**{column: cells}))
    assert rule in set(found["rule"])
    assert verdict.state == state
    if state == "closed":
        assert [slug for slug, told in verdict.directorates.items() if told.state == "closed"] == [scope]


def test_a_row_that_stands_twice_is_found() -> None:
    frame = measured().frame
    again = frame.loc[[row_of(frame, "FUN_FULL", "kirkuk")]]
    verdict, found = judged(pd.concat([frame, again], ignore_index=True))
    assert set(found["rule"]) == {"measures_keys"}
    assert verdict.iraq.closed == ["kirkuk"]


def test_directorates_less_declared_double_reports_are_iraq() -> None:
    ids = healthy().placed["facility_id"]
    double = ((ids.iloc[0], ids.iloc[-1]),)
    case = measured(double)
    assert directorates_add_up(case).empty
    undeclared = replace(case, others=measured().others)
    assert "U_LISTED" in set(directorates_add_up(undeclared)["question"])


def test_a_directorate_that_is_left_out_is_not_added_up() -> None:
    case = measured()
    decided = parse(f"- {{decision: leave_out, directorate: basra, {BY}}}", "decisions")
    assert not directorates_add_up(replace(case, decisions=decided)).empty
    frame = case.frame.copy()
    whole = (frame["scope"] == "iraq") & (frame["dimension"] == "all")
    less = frame[(frame["scope"] == "basra") & (frame["dimension"] == "all")].set_index("indicator")["numerator"]
    frame.loc[whole, "numerator"] -= frame.loc[whole, "indicator"].astype(str).map(less).astype("Int64").fillna(0)
    assert directorates_add_up(replace(case, frame=frame, decisions=decided)).empty
