"""The suites of our own tables: a table that `clean` made passes, a spoilt one does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import pandas as pd
import pytest
from conftest import ROOT
from gate_records import healthy, rows_of, spoilt
from test_gate import CRITICAL

from pipeline import clean, gate
from pipeline.gate import suite
from pipeline.gate.case import Case
from pipeline.project import Project
from pipeline.verdict import Verdict

FACTS = ("facilities", "answers", "choices", "staff")
Spoil = Callable[[pd.DataFrame], pd.DataFrame]


@lru_cache
def tables() -> dict[str, pd.DataFrame]:
    case = healthy()
    return clean.tables(case.records, case.codebook, case.places, {})


def judged(table: str, frame: pd.DataFrame, case: Case | None = None) -> tuple[Verdict, pd.DataFrame]:
    return gate.judge(replace(case or healthy(), table=table, frame=frame), suite.load(Project(ROOT), table))


def put(column: str, value: object, row: int = 0) -> Spoil:
    """The table with one cell overwritten, whatever its type was."""

    def spoil(frame: pd.DataFrame) -> pd.DataFrame:
        cells = frame[column].astype(object)
        cells.iloc[row] = value
        return frame.assign(**{column: cells})

    return spoil


def without_first_row(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.iloc[1:].reset_index(drop=True)


def first_row_twice(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame.iloc[:1], frame], ignore_index=True)


SPOILT: dict[str, tuple[str, Spoil, str]] = {
    "a personal column": ("facilities", lambda frame: frame.assign(HFCONTACT_NAME=""), "facilities_columns"),
    "a column less": ("staff", lambda frame: frame.drop(columns="men"), "staff_columns"),
    "columns in another order": ("choices", lambda frame: frame[frame.columns[::-1]], "choices_columns"),
    "a facility less": ("facilities", without_first_row, "facilities_complete"),
    "a facility twice": ("facilities", first_row_twice, "facilities_keys"),
    "a facility too many": ("facilities", put("facility_id", "x/1"), "facilities_complete"),
    "a word of no list": ("facilities", put("functionality", "fine"), "facilities_words"),
    "a region of its own": ("facilities", put("region", "south"), "facilities_regions"),
    "a tier of its own": ("facilities", put("tier", "third"), "facilities_tiers"),
    "fewer than no beds": ("facilities", put("beds_icu", -1), "facilities_counts"),
    "a report of nothing": ("facilities", put("same_as", "x/1"), "facilities_double_reports"),
    "an item less": ("answers", without_first_row, "answers_complete"),
    "an item twice": ("answers", first_row_twice, "answers_keys"),
    "an answer of another list": ("answers", put("answer", "major"), "answers_words"),
    "an answer without its state": ("answers", put("state", "missing"), "answers_words"),
    "a state of its own": ("answers", put("state", "perhaps"), "answers_words"),
    "a barrier of another list": ("answers", put("barrier_1", "natural_disaster"), "answers_barriers"),
    "a barrier of nothing": ("answers", put("barrier_1", "staff"), "answers_barriers_only_where_lacking"),
    "an answer lost": ("answers", put("state", "not_asked"), "answers_as_in_records"),
    "an option twice": ("choices", first_row_twice, "choices_keys"),
    "an option of another question": ("choices", put("option", "major"), "choices_words"),
    "a rank of nothing": ("choices", put("rank", 0), "choices_words"),
    "an option lost": ("choices", without_first_row, "choices_as_in_records"),
    "a cadre less": ("staff", without_first_row, "staff_complete"),
    "a cadre twice": ("staff", first_row_twice, "staff_keys"),
    "a state that is none": ("staff", put("state", "perhaps"), "staff_states"),
    "fewer than nobody": ("staff", put("women", -1), "staff_counts"),
    "a count lost": ("staff", put("women", pd.NA), "staff_counted_where_answered"),
    "people made up": ("staff", put("men", 1000), "staff_as_in_records"),
}


@pytest.mark.parametrize("table", FACTS)
def test_a_table_that_clean_made_has_no_finding(table: str) -> None:
    verdict, found = judged(table, tables()[table])
    assert found.empty
    assert (verdict.state, verdict.iraq.state) == ("open", "open")


@pytest.mark.parametrize("fault", SPOILT)
def test_a_spoilt_table_is_not_open(fault: str) -> None:
    table, spoil, rule = SPOILT[fault]
    verdict, found = judged(table, spoil(tables()[table]))
    critical = found[found["severity"] == "critical"]
    assert rule in set(critical["rule"])
    assert verdict.state != "open"


def test_faults_of_the_records_close_directorates_but_leave_every_table_fit() -> None:
    """A mistyped cell is the directorate's: it must not stop the round where `clean` passes it on."""
    faults = {row: cells for row, (_, cells, _) in zip(rows_of("karbala"), CRITICAL.values(), strict=False)}
    twice = rows_of("karbala")[-2:]
    faults[twice[1]] = {"subject_id": healthy().records.loc[twice[0], "subject_id"]}
    case = spoilt(faults)
    for table, frame in clean.tables(case.records, case.codebook, case.places, {}).items():
        verdict, found = judged(table, frame, case)
        assert verdict.state in ("open", "closed"), found[found["facility_id"] == ""].to_string()
        assert {slug for slug, state in verdict.directorates.items() if state.state == "closed"} <= {"karbala"}
