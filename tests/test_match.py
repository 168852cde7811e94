"""The same facility in two rounds: by id, by code, by name, type and place, as people decided; in no order."""

from __future__ import annotations

import pandas as pd
import pytest
import two_rounds
from conftest import ROUND, make_small
from hypothesis import given, settings
from hypothesis import strategies as st
from listed_facilities import facility, listed

from pipeline import match
from pipeline.errors import DecisionError
from pipeline.match import decided

WHO = '  reason: "Letter of the sector"\n  role: Statistician\n  office: Kirkuk\n  date: "2024-07-01"\n'
ELSEWHERE = {"latitude": 35.9, "longitude": 44.0}


def pairs(before: pd.DataFrame, now: pd.DataFrame, decisions: str = "") -> dict[tuple[str, str], str]:
    """How each pair is linked, by the ids on the platform."""
    found = match.links(before, now, decided.parse(decisions, "links.yml"))
    both = found.dropna(subset=["previous_id", "facility_id"])
    short = [both[name].str.split("/").str[-1] for name in ("previous_id", "facility_id")]
    return dict(zip(zip(*short, strict=True), both["how"], strict=True))


def one_with(before: dict[str, object], now: dict[str, object]) -> dict[tuple[str, str], str]:
    return pairs(listed(facility("a", **before)), listed(facility("z", **now)))


def test_a_facility_is_known_by_its_id_whatever_else_changed() -> None:
    before = listed(facility("a", name_en="Al-Salam", ministry_code="C_1"))
    now = listed(facility("a", name_en="Al-Noor", ministry_code="C_2", type="hospital", tier="hospital", **ELSEWHERE))
    found = match.links(before, now)
    assert found["how"].tolist() == ["id"]
    assert not found["certain"].any()


def test_a_code_that_only_one_facility_of_a_directorate_has_links_where_nothing_speaks_against_it() -> None:
    assert one_with({"ministry_code": "C_1"}, {"ministry_code": "c_1 "}) == {("a", "z"): "code"}
    other = {"ministry_code": "C_1", "name_en": "Al-Noor", "type": "hospital", "tier": "hospital", **ELSEWHERE}
    assert one_with({"ministry_code": "C_1", "name_en": "Karama"}, other) == {}
    assert one_with({"ministry_code": "0000"}, {"ministry_code": "0000"} | ELSEWHERE) == {}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"name_en": "Al-Salam"}, {"name_en": "Al Salaam "}),
        ({"name_local": "مركز الكرامة"}, {"name_local": "مرکز\u200d الكرامه"}),
        ({"name_local": "بنکەی ڕزگاری"}, {"name_local": "بنكة رزكاري"}),
        ({"name_local": "القادسية"}, {"name_en": "Al-Qadisiya"}),
        ({"name_en": "Al-Salam 2"}, {"name_en": "Al-Salam ٢"} | {"latitude": 35.474}),
        ({"name_en": "Al-Salam", "type": "phc_branch"}, {"name_en": "Al-Salam", "type": "phc_main"}),
    ],
)
def test_where_id_and_code_changed_name_type_and_place_tell_in_any_spelling_and_script(
    before: dict[str, object], now: dict[str, object]
) -> None:
    assert one_with(before, now) == {("a", "z"): "name"}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"name_en": "Al-Salam"}, {"name_en": "Al-Zahraa"}),
        ({"name_en": "Al-Salam 1"}, {"name_en": "Al-Salam 2"}),
        ({"name_en": "Al-Salam"}, {"name_en": "Al-Salam", "type": "hospital", "tier": "hospital"} | ELSEWHERE),
        ({"name_en": "Al-Salam"}, {"name_en": "Al-Salam", "directorate": "erbil"}),
        ({}, {}),
    ],
)
def test_facilities_of_other_name_number_type_or_directorate_are_not_linked(
    before: dict[str, object], now: dict[str, object]
) -> None:
    assert one_with(before, now) == {}


def test_of_two_candidates_that_are_alike_neither_is_taken_and_both_are_asked_about() -> None:
    before = listed(facility("a", name_en="Al-Salam"))
    now = listed(facility("y", name_en="Al-Salam"), facility("z", name_en="Al-Salam"))
    found = match.links(before, now)
    assert found["how"].eq("").all() and not found["certain"].any()
    asked = match.review(match.compared(before, now), before, now)
    assert asked["facility_id"].tolist() == ["kirkuk-first/y", "kirkuk-first/z"]
    assert asked["why"].eq("alike").all()


def test_a_facility_alike_in_all_but_with_a_code_of_its_own_is_linked_and_asked_about() -> None:
    told = {"name_en": "Al-Salam"}
    before, now = listed(facility("a", ministry_code="C_1", **told)), listed(facility("z", ministry_code="C_2", **told))
    found = match.links(before, now)
    assert found["how"].tolist() == ["name"] and not found["certain"].any()
    asked = match.review(match.compared(before, now), before, now)
    assert asked[["why", "previous_ministry_code", "now_ministry_code"]].iloc[0].tolist() == ["weak", "C_1", "C_2"]


def test_a_facility_that_another_directorate_reports_now_is_asked_about_and_linked_by_a_decision_only() -> None:
    told = {"name_en": "Makhmour Centre", "latitude": 35.775, "longitude": 43.58}
    before = listed(facility("a", directorate="erbil", **told))
    now = listed(facility("z", directorate="nineveh", **told | {"latitude": 35.77506}))
    asked = match.review(match.compared(before, now), before, now)
    assert asked[["why", "directorate", "km"]].to_numpy().tolist() == [["elsewhere", "nineveh", 0.0]]
    assert pairs(before, now) == {}
    said = f"- decision: same\n  previous: kirkuk-first/a\n  facility: kirkuk-first/z\n{WHO}"
    assert pairs(before, now, said) == {("a", "z"): "same"}


def test_what_is_taken_by_one_is_no_candidate_for_another() -> None:
    before = listed(facility("a", name_en="Al-Salam"), facility("b", name_en="Al-Salaam", ministry_code="C_2"))
    now = listed(facility("y", name_en="Al-Salam"), facility("z", name_en="Al-Salaam", ministry_code="C_2"))
    assert pairs(before, now) == {("a", "y"): "name", ("b", "z"): "code"}


def test_everybody_of_either_round_stands_in_the_links_once() -> None:
    found = match.links(listed(facility("a"), facility("b")), listed(facility("b"), facility("c", **ELSEWHERE)))
    assert found["previous_id"].fillna("-").str[-1].tolist() == ["a", "b", "-"]
    assert found["facility_id"].fillna("-").str[-1].tolist() == ["-", "b", "c"]
    empty = listed()
    assert match.links(empty, empty).empty
    assert len(match.links(empty, listed(facility("a")))) == 1


def test_a_decision_goes_before_everything() -> None:
    before = listed(facility("a"), facility("b"), facility("c"))
    now = listed(facility("a"), facility("b"), facility("d"))
    said = f"- decision: different\n  previous: kirkuk-first/a\n  facility: kirkuk-first/a\n{WHO}"
    assert pairs(before, now, said) == {("b", "b"): "id"}
    said += f"- decision: moved\n  previous: kirkuk-first/a\n  facility: kirkuk-first/d\n{WHO}"
    assert pairs(before, now, said) == {("a", "d"): "moved", ("b", "b"): "id"}
    said = f"- decision: merged\n  previous: [kirkuk-first/b, kirkuk-first/c]\n  facility: kirkuk-first/b\n{WHO}"
    assert pairs(before, now, said) == {("a", "a"): "id", ("b", "b"): "same", ("c", "b"): "merged"}
    said = f"- decision: split\n  previous: kirkuk-first/c\n  facilities: [kirkuk-first/d, kirkuk-first/b]\n{WHO}"
    assert pairs(before, now, said) == {("a", "a"): "id", ("c", "d"): "same", ("c", "b"): "split"}


def test_a_stale_decision_is_refused_with_what_was_meant() -> None:
    said = f"- decision: same\n  previous: kirkuk-first/aa\n  facility: kirkuk-first/9\n{WHO}"
    with pytest.raises(DecisionError) as raised:
        pairs(listed(facility("a")), listed(facility("b")), said)
    assert "same 1: no facility 'kirkuk-first/aa' in earlier rounds: did you mean 'kirkuk-first/a'?" in str(
        raised.value
    )
    assert "no facility 'kirkuk-first/9' in this round" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- decision: joined\n", "decision 1"),
        (f"- decision: same\n  previous: a\n  facility: b\n{WHO}  more: x\n", "more"),
        (f"- decision: merged\n  previous: [a]\n  facility: b\n{WHO}", "at least 2"),
        (f"- decision: same\n  previous: a\n  facility: b\n{WHO}" * 2, "'a' is linked 2 times"),
        (
            "".join(f"- decision: {one}\n  previous: a\n  facility: b\n{WHO}" for one in ("same", "different")),
            "a and b",
        ),
        ("- decision: [\n", "no YAML"),
    ],
)
def test_a_file_of_decisions_that_contradicts_itself_is_refused(text: str, said: str) -> None:
    with pytest.raises(DecisionError, match=said):
        decided.parse(text, "links.yml")


def some_facilities(prefix: str) -> st.SearchStrategy[list[dict[str, object]]]:
    one = st.fixed_dictionaries(
        {
            "key": st.sampled_from(["1", "2", "3", "4", *(f"{prefix}{n}" for n in range(6))]),
            "name_en": st.sampled_from(["", "Al-Salam", "Al Salaam", "Al-Salam 2", "Noor", "Mobile team", "Zahraa"]),
            "name_local": st.sampled_from(["", "السلام", "النور", "الزهراء"]),
            "type": st.sampled_from(["phc_main", "phc_branch"]),
            "ministry_code": st.sampled_from(["", "0", "C_1", "C_2", "C_3"]),
            "latitude": st.sampled_from([35.0, 35.001, 35.02, float("nan")]),
        }
    )
    return st.lists(one, min_size=1, max_size=7, unique_by=lambda told: told["key"])


def table(told: list[dict[str, object]]) -> pd.DataFrame:
    return listed(*(facility(**one) for one in told))


@settings(max_examples=25, deadline=None)
@given(some_facilities("a"), some_facilities("z"), st.randoms(use_true_random=False))
def test_links_depend_neither_on_order_nor_on_which_round_is_called_the_first(
    one: list[dict[str, object]], other: list[dict[str, object]], chance: object
) -> None:
    before, now = table(one), table(other)
    found = match.links(before, now)
    mixed = [frame.iloc[chance.sample(range(len(frame)), len(frame))] for frame in (before, now)]
    pd.testing.assert_frame_equal(match.links(*mixed), found)
    back = match.links(now, before).rename(columns={"previous_id": "facility_id", "facility_id": "previous_id"})
    back = back[list(found)].sort_values(["previous_id", "facility_id"], ignore_index=True)
    pd.testing.assert_frame_equal(back, found)
    linked = found.dropna(subset=["previous_id", "facility_id"])
    assert linked["previous_id"].is_unique and linked["facility_id"].is_unique


@settings(max_examples=10, deadline=None)
@given(some_facilities("a"))
def test_a_round_held_beside_itself_is_the_same_and_nothing_happened(told: list[dict[str, object]]) -> None:
    found = match.links(table(told), table(told))
    assert found["previous_id"].equals(found["facility_id"]) and found["how"].eq("id").all()
    assert match.events(found, table(told), table(told)).empty


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> two_rounds.Rounds:
    """600 facilities of three directorates with real dirt, and the round after with new ids for a tenth."""
    project = make_small(tmp_path_factory.mktemp("two") / "project", facilities=600)
    return two_rounds.simulated(project, ROUND)


def test_links_of_simulated_rounds_are_those_of_the_truth(rounds: two_rounds.Rounds) -> None:
    found = two_rounds.figures(match.links(rounds.before, rounds.now), rounds.truth)
    assert found["precision"] >= 0.995 and found["recall"] >= 0.99
    assert found["to review"] < 12


def test_names_and_places_alone_link_most_and_what_they_link_wrongly_is_rare(rounds: two_rounds.Rounds) -> None:
    blind = two_rounds.blind(rounds)
    found = two_rounds.figures(match.links(blind.before, blind.now), blind.truth)
    assert found["precision of certain"] >= 0.99 and found["recall"] >= 0.9


def test_what_happened_to_simulated_facilities_is_told(rounds: two_rounds.Rounds) -> None:
    found = match.events(match.links(rounds.before, rounds.now), rounds.before, rounds.now)
    truth = rounds.truth[rounds.truth["event"] != "same"]
    real = {(row.before or row.now, row.event) for row in truth.itertuples()}
    said = {
        (row[0], row[1]) for row in zip(found["previous_id"].fillna(found["facility_id"]), found["event"], strict=True)
    }
    assert len(said - real) <= 1 and len(real - said) <= 2
