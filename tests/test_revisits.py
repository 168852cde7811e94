"""Second visits: who is drawn, what may stand in their file, and how their answers stand beside the first."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import blank_records
from hypothesis import given
from hypothesis import strategies as st

from pipeline import revisits
from pipeline.codebook import Codebook
from pipeline.errors import RevisitError
from pipeline.indicators import Agreement
from pipeline.revisits import agreement, sample

# By sha256sum, of 40 facilities.
FIRST = ["anbar-heet/002", "anbar-heet/027"]
IDS = st.sets(st.text("abcdefgh0123456789", min_size=1, max_size=6), max_size=60)


def facilities(ids: set[str], directorate: str = "anbar", status: str = "existing") -> pd.DataFrame:
    return pd.DataFrame({"facility_id": sorted(ids), "directorate": directorate, "status": status}, dtype=str)


def table(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(revisits.COLUMNS), dtype=str)


@given(IDS, st.integers(1, 20))
def test_a_share_of_the_facilities_is_drawn_and_at_least_one(ids: set[str], share: int) -> None:
    drawn = sample.draw(facilities(ids), "r", "anbar", share)
    assert set(drawn) <= ids and drawn == sorted(set(drawn))
    assert len(ids) * share <= 100 * len(drawn) < len(ids) * share + 100
    assert bool(drawn) == bool(ids)


@given(IDS, IDS)
def test_a_draw_knows_nothing_of_other_directorates(ids: set[str], others: set[str]) -> None:
    both = pd.concat([facilities(others, "wasit"), facilities(ids)])
    assert sample.draw(both, "r", "anbar") == sample.draw(facilities(ids), "r", "anbar")


@given(IDS, st.text("xyz", min_size=1, max_size=3))
def test_one_facility_more_moves_at_most_one_other_out(ids: set[str], new: str) -> None:
    before, after = (set(sample.draw(facilities(one), "r", "anbar", 10)) for one in (ids, ids | {new}))
    assert after - before <= {new} | ids and len(before - after) <= 1


@given(IDS)
def test_a_larger_share_holds_the_smaller_one(ids: set[str]) -> None:
    five, twenty = (set(sample.draw(facilities(ids), "r", "anbar", share)) for share in (5, 20))
    assert five <= twenty


def test_the_draw_is_the_same_on_every_machine_and_another_in_another_round() -> None:
    ids = {f"anbar-heet/{number:03}" for number in range(40)}
    assert sample.draw(facilities(ids), "demo-2023", "anbar") == FIRST
    assert sample.draw(facilities(ids), "demo-2024", "anbar") != FIRST


def test_every_facility_has_the_same_chance() -> None:
    ids = {f"f{number}" for number in range(20)}
    drawn = [one for round_ in range(400) for one in sample.draw(facilities(ids), f"r{round_}", "anbar", 10)]
    counted = pd.Series(drawn).value_counts()
    assert len(counted) == 20 and counted.between(15, 70).all()  # 40 are to be expected of each


def test_a_closed_facility_is_not_drawn() -> None:
    assert sample.draw(facilities({"a", "b"}, status="closed"), "r", "anbar") == []
    assert sample.draw(facilities({"a"}, status="missing"), "r", "anbar") == ["a"]


def test_a_second_visit_asks_what_can_be_seen_or_counted(codebook: Codebook) -> None:
    asked = revisits.asked_again(codebook)
    parts = pd.Series([part for part, _ in asked.values()]).value_counts()
    assert dict(parts) == {
        "status": 1, "condition": 2, "functionality": 1, "amenities": 11, "services": 86, "beds": 6, "staff": 36,
    }  # fmt: skip
    assert not any(question.is_personal for _, question in asked.values())
    assert list(revisits.PARTS) and set(parts.index) == set(revisits.PARTS)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a/1", "MoSD4", "A1")], "'a/1' was not drawn"),
        ([("a/1", "", ""), ("a/1", "MoSD2ar", "x")], "'MoSD2ar' is nothing that a second visit asks"),
        ([("a/1", "", ""), ("a/1", "MoSD4", "A9")], "'A9' is not one of"),
        ([("a/1", "", ""), ("a/1", "BAINP2_SQ001", "many")], "'many' is not a whole number"),
        ([("a/1", "", ""), ("a/1", "MoSD4", "")], "has no answer"),
        ([("a/1", "", ""), ("a/1", "", "")], "a/1, drawn: stands there twice"),
        ([("a/1", "", ""), ("a/1", "MoSD4", "A1"), ("a/1", "MoSD4", "A1")], "a/1, MoSD4: stands there twice"),
        ([("a/1", "", "A1")], "an answer 'A1' to no question"),
    ],
)
def test_what_does_not_belong_into_the_file_is_refused(
    codebook: Codebook, rows: list[tuple[str, str, str]], said: str
) -> None:
    with pytest.raises(RevisitError, match="nothing was used") as problem:
        revisits.parse(table(*rows), codebook, "data/revisits/r.csv")
    assert said in str(problem.value)


def test_a_file_with_other_columns_is_refused(codebook: Codebook) -> None:
    with pytest.raises(RevisitError, match="must be facility_id, question, answer"):
        revisits.parse(pd.DataFrame({"facility": ["a"]}), codebook, "data/revisits/r.csv")


def test_the_file_is_written_as_it_is_read(codebook: Codebook) -> None:
    seen = revisits.Revisits(("a/1", "b/2"), {("b/2", "QHeRAMS100"): "A1", ("b/2", "MoSD4"): "A1"})
    rows = revisits.table(seen.drawn, seen.answers, codebook.columns)
    assert list(rows["question"]) == ["", "", "MoSD4", "QHeRAMS100"]
    assert revisits.parse(rows, codebook, "x") == seen


def reported(codebook: Codebook) -> pd.DataFrame:
    """Two facilities that work: the second has an answer due that is missing, and one that nobody asked."""
    same = {"MoSD4": ["A1", "A1"], "CONDB": ["A1", "A1"], "CONDE": ["A1", "A1"], "HFFUNCT": ["A1", "A1"]}
    return blank_records(
        codebook, **same, HFACC=["A1", "A1"], QHeRAMS100=["A1", ""], QHeRAMS101=["A2", "A1"],
        BAINP1_SQ001=["A1", "A3"], BAINP2_SQ001=["12", ""],
    )  # fmt: skip


def found(codebook: Codebook, answers: dict[tuple[str, str], str]) -> pd.DataFrame:
    drawn = tuple(sorted({facility for facility, _ in answers}))
    ids = pd.Series(["a/1", "a/2"], dtype=str)
    return agreement.compared(reported(codebook), ids, revisits.Revisits(drawn, answers), codebook)


def test_agreement_is_counted_by_hand(codebook: Codebook) -> None:
    told = found(codebook, {
        ("a/1", "QHeRAMS100"): "A1",  # the same
        ("a/1", "QHeRAMS101"): "A3",  # another one
        ("a/1", "BAINP2_SQ001"): "13",  # nearly is not the same
        ("a/1", "BAINP1_SQ001"): "A1",
        ("a/2", "QHeRAMS100"): "A1",  # missing at first
        ("a/2", "BAINP2_SQ001"): "4",  # not asked at first
        ("a/2", "QHeRAMS101"): "A1",
    })  # fmt: skip
    assert agreement.by_facility(told) == {
        ("a/1", "services"): Agreement(same=1, compared=2, missing=0, not_asked=0),
        ("a/1", "beds"): Agreement(same=1, compared=2, missing=0, not_asked=0),
        ("a/2", "services"): Agreement(same=1, compared=1, missing=1, not_asked=0),
        ("a/2", "beds"): Agreement(same=0, compared=0, missing=0, not_asked=1),
    }


def test_a_number_is_the_same_however_it_is_written(codebook: Codebook) -> None:
    assert found(codebook, {("a/1", "BAINP2_SQ001"): "012"})["same"].all()


def test_a_wrong_status_is_one_difference_and_not_a_hundred(codebook: Codebook) -> None:
    every = {column: "A1" for column, (_, question) in revisits.asked_again(codebook).items() if question.options}
    shut = blank_records(codebook, MoSD4=["A2", "A1"])
    seen = revisits.Revisits(("a/1",), {("a/1", column): answer for column, answer in every.items()})
    told = agreement.compared(shut, pd.Series(["a/1", "a/2"], dtype=str), seen, codebook)
    assert list(told.loc[told["state"] == "answered", "question"]) == ["MoSD4"] and not told["same"].any()


def test_a_visited_facility_that_the_records_have_lost_is_told(codebook: Codebook) -> None:
    with pytest.raises(RevisitError, match="b/9: visited again, but no response"):
        found(codebook, {("b/9", "MoSD4"): "A1"})


def test_nothing_that_came_back_agrees_with_nothing(codebook: Codebook) -> None:
    assert agreement.by_facility(found(codebook, {})) == {}
