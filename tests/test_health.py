"""The form's own health: which questions show signs of not being understood, and which of them come to the top."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import blank_records
from hypothesis import given
from hypothesis import strategies as st

from pipeline import decisions, health
from pipeline.codebook import Codebook
from pipeline.health.ranking import marked

NO_FINDINGS = pd.DataFrame(columns=["facility_id", "question", "severity"], dtype=str)
NO_TURNS = pd.DataFrame(columns=["question", "turned", "changed"])


def round_of(codebook: Codebook, decided: str = "[]", findings=NO_FINDINGS, turned=NO_TURNS, **columns) -> health.Round:
    length = len(next(iter(columns.values())))
    columns = {"MoSD4": ["A1"] * length, "CONDB": ["A1"] * length, "HFFUNCT": ["A1"] * length, **columns}
    records = blank_records(codebook, **columns)
    ids = pd.Series([f"w/{place}" for place in range(length)])
    return health.Round(records, ids, codebook, findings, decisions.parse(decided, "test"), turned)


def sign(round_: health.Round, question: str, name: str) -> tuple[int, int] | None:
    found = health.signs(round_)
    rows = found[(found["question"] == question) & (found["sign"] == name)]
    return None if rows.empty else (int(rows["numerator"].iloc[0]), int(rows["denominator"].iloc[0]))


def test_a_blank_is_missing_only_where_an_answer_was_due(codebook: Codebook) -> None:
    asked = round_of(codebook, HFACC=["A1", "", "A2", ""], HFFUNCT=["A1", "A1", "A1", "A3"])
    assert sign(asked, "HFACC", "missing") == (1, 3)


def test_other_is_counted_among_the_answers_of_a_choice_and_of_ranks(codebook: Codebook) -> None:
    found = round_of(codebook, MoSD3=["A1", "-oth-", "-oth-", ""], CONDB=["A2"] * 4, CONDBx_2=["-oth-", "A1", "", ""])
    assert sign(found, "MoSD3", "other") == (2, 3)
    code = next(one for one, word in codebook.question("CONDBx").canonical.items() if word == "other")
    ranked = round_of(codebook, CONDB=["A2"] * 3, CONDBx_1=["A1", "A1", code], CONDBx_2=[code, "A2", ""])
    assert sign(ranked, "CONDBx", "other") == (2, 3)


def test_what_gates_found_is_counted_by_facility_and_by_question_not_by_column(codebook: Codebook) -> None:
    rows = [("w/0", "CONDBx_1", "warning"), ("w/0", "CONDBx_2", "warning"), ("w/1", "CONDBx", "critical"),
            ("", "CONDBx", "critical"), ("w/2", "no_such_question", "warning")]  # fmt: skip
    findings = pd.DataFrame(rows, columns=["facility_id", "question", "severity"])
    found = round_of(codebook, findings=findings, CONDB=["A2"] * 3, CONDBx_1=["A1"] * 3)
    assert sign(found, "CONDBx", "contradicted") == (1, 3)
    assert sign(found, "CONDBx", "closed") == (1, 3)


def test_a_blank_is_not_told_a_second_time_as_a_doubt_of_the_gate(codebook: Codebook) -> None:
    rows = [("w/0", "HFACC", "warning"), ("w/1", "HFACC", "warning"), ("w/1", "HFACC", "critical")]
    findings = pd.DataFrame(rows, columns=["facility_id", "question", "severity"])
    found = round_of(codebook, findings=findings, HFACC=["A1", "", "A2"])
    assert sign(found, "HFACC", "missing") == (1, 3)
    assert sign(found, "HFACC", "contradicted") == (1, 3)
    assert sign(found, "HFACC", "closed") == (1, 3)


def test_a_correction_counts_a_facility_once_and_a_recode_as_many_as_it_touches(codebook: Codebook) -> None:
    about = "reason: r, role: Analyst, office: o, date: '2023-05-04'"
    decided = f"""
- {{decision: correct, facility: w/0, question: CONDBx_1, was: A1, now: A2, {about}}}
- {{decision: correct, facility: w/0, question: CONDBx_2, was: A2, now: A1, {about}}}
- {{decision: recode, question: MoSD3, text: MoSD3other, was: x, now: A1, rows: '2', {about}}}
"""
    found = round_of(codebook, decided, CONDB=["A2"] * 3, CONDBx_1=["A1"] * 3, MoSD3=["-oth-"] * 3)
    assert sign(found, "CONDBx", "corrected") == (1, 3)
    assert sign(found, "MoSD3", "corrected") == (2, 3)


def test_a_workspace_says_the_same_only_where_ten_of_it_have_answered(codebook: Codebook) -> None:
    places = ["a"] * 10 + ["b"] * 10 + ["c"] * 9
    answers = ["A1"] * 10 + ["A1"] * 9 + ["A2"] + ["A1"] * 9
    found = round_of(codebook, workspace_id=places, HFACC=answers)
    assert sign(found, "HFACC", "alike") == (1, 2)


def test_answers_that_changed_back_are_taken_as_they_are_told(codebook: Codebook) -> None:
    turned = pd.DataFrame({"question": ["HFACC"], "turned": [3], "changed": [20]})
    assert sign(round_of(codebook, turned=turned, HFACC=["A1"]), "HFACC", "turned") == (3, 20)


def test_what_fewer_than_three_wrote_is_told_to_nobody(codebook: Codebook) -> None:
    texts = ["Dental center", "dental  center", "Dental Center", "Someone", "Someone", ""]
    found = health.written(round_of(codebook, MoSD3=["-oth-"] * 6, MoSD3other=texts))
    assert found.to_dict("records") == [{"question": "MoSD3", "text": "Dental Center", "facilities": 3}]


def table(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["question", "sign", "numerator", "denominator"])


def test_the_question_with_most_bad_signs_comes_first_and_then_the_greatest_share() -> None:
    calm = [(f"q{place}", sign, 0, 100) for place in range(8) for sign in ("missing", "other")]
    found = health.ranked(
        table(*calm, ("x", "missing", 40, 100), ("y", "other", 30, 100), ("y", "missing", 40, 100),
              ("z", "other", 30, 100), ("x", "other", 1, 100))
    )  # fmt: skip
    assert found.to_dict("records") == [
        {"question": "y", "place": 1, "signs": "other missing"},
        {"question": "x", "place": 2, "signs": "missing"},
        {"question": "z", "place": 3, "signs": "other"},
    ]


def test_a_share_of_fewer_than_ten_and_a_share_of_none_are_no_sign() -> None:
    assert health.ranked(table(("x", "missing", 9, 9), ("y", "missing", 0, 50))).empty


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=40))
def test_who_is_among_the_worst_tenth_does_not_hang_on_the_order_of_the_form(cells: list[tuple[int, int]]) -> None:
    found = table(*((f"q{place}", "other", min(cell), max(cell)) for place, cell in enumerate(cells)))
    told = [set(marked(rows).query("is_worst")["question"]) for rows in (found, found[::-1])]
    assert told[0] == told[1]
    shares = marked(found)
    least = shares.loc[shares["is_worst"], "share"].min()
    assert not (shares.loc[~shares["is_worst"] & (shares["denominator"] >= 10), "share"] >= least).any()


@pytest.mark.parametrize("name", health.SIGNS)
def test_every_sign_is_told_of_some_question_of_the_form(codebook: Codebook, name: str) -> None:
    turned = pd.DataFrame({"question": ["HFACC"], "turned": [0], "changed": [1]})
    places = round_of(codebook, turned=turned, workspace_id=["a"] * 10, HFACC=["A1"] * 10, MoSD3=["A1"] * 10)
    assert name in set(health.signs(places)["sign"])
