"""What became of facilities, and the lasting ids by which they are the same."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listed_facilities import facility, listed

from pipeline import match
from pipeline.match import decided, lasting

WHO = '  reason: "Letter of the sector"\n  role: Statistician\n  office: Kirkuk\n  date: "2024-07-01"\n'
NAME = {"name_en": "Al-Salam", "name_local": "السلام"}


def told(before: pd.DataFrame, now: pd.DataFrame, decisions: str = "") -> pd.DataFrame:
    return match.events(match.links(before, now, decided.parse(decisions, "links.yml")), before, now)


def of_one(before: dict[str, object], now: dict[str, object]) -> list[str]:
    return told(listed(facility("a", **before)), listed(facility("a", **now)))["event"].tolist()


@pytest.mark.parametrize(
    ("before", "now", "events"),
    [
        (NAME, NAME, []),
        (NAME, NAME | {"status": "closed"}, ["closed"]),
        (NAME | {"status": "closed"}, NAME, ["back"]),
        (NAME | {"status": "planned"}, NAME, ["opened"]),
        (NAME, NAME | {"name_local": "النور", "name_en": "Al-Noor"}, ["renamed"]),
        (NAME, NAME | {"name_local": "\u0640السلام ", "name_en": "Al Salaam"}, []),
        (NAME, NAME | {"name_local": "", "name_en": "Salam"}, []),
        (NAME, NAME | {"latitude": 35.5}, ["moved"]),
        (NAME, NAME | {"latitude": 35.476}, []),
        (NAME, NAME | {"latitude": float("nan")}, []),
        (NAME, NAME | {"type": "phc_branch"}, ["retyped"]),
        (NAME, NAME | {"type": "unknown"}, []),
        (NAME | {"type": "mobile_team"}, NAME | {"type": "mobile_team", "latitude": 35.9}, []),
    ],
)
def test_an_event_is_told_where_something_changed_and_only_there(
    before: dict[str, object], now: dict[str, object], events: list[str]
) -> None:
    assert of_one(before, now) == events


def test_facilities_open_and_are_gone_and_what_was_not_there_comes_back() -> None:
    before = listed(facility("a"), facility("b", latitude=36.0)).assign(was_there=[True, False])
    found = told(before, listed(facility("b", latitude=36.0), facility("c", type="hospital", tier="hospital")))
    assert dict(zip(found["facility_id"].fillna(found["previous_id"]).str[-1], found["event"], strict=True)) == {
        "a": "gone", "b": "back", "c": "opened"
    }  # fmt: skip
    still_away = told(before, listed(facility("a")))
    assert still_away.empty


def test_merged_and_split_facilities_name_the_one_that_goes_on() -> None:
    before, now = listed(facility("a"), facility("b")), listed(facility("c"), facility("d"))
    said = f"- decision: merged\n  previous: [kirkuk-first/a, kirkuk-first/b]\n  facility: kirkuk-first/c\n{WHO}"
    found = told(before, now, said)
    ids = lasting.first_seen(before["facility_id"])
    merged = found[found["event"] == "merged"].iloc[0]
    assert [merged["lasting_id"], merged["other_id"]] == [ids["kirkuk-first/b"], ids["kirkuk-first/a"]]
    said = f"- decision: split\n  previous: kirkuk-first/a\n  facilities: [kirkuk-first/d, kirkuk-first/c]\n{WHO}"
    parted = told(before, now, said)
    split = parted[parted["event"] == "split"].iloc[0]
    assert split["other_id"] == ids["kirkuk-first/a"] and split["facility_id"] == "kirkuk-first/c"
    assert split["lasting_id"] == lasting.first_seen(["kirkuk-first/c"])["kirkuk-first/c"]


def test_a_facility_that_two_directorates_report_is_told_as_one() -> None:
    now = listed(facility("a"), facility("erbil-soran/b", directorate="erbil"))
    found = told(now, now.assign(same_as=["kirkuk-first/zz", "kirkuk-first/a"]))
    assert found["event"].tolist() == ["double_reported"]
    ids = lasting.first_seen(now["facility_id"])
    assert found[["lasting_id", "other_id"]].iloc[0].tolist() == [ids["erbil-soran/b"], ids["kirkuk-first/a"]]


def test_a_move_that_was_decided_is_told_though_no_place_is_known() -> None:
    away = {"latitude": float("nan")}
    said = f"- decision: moved\n  previous: kirkuk-first/a\n  facility: kirkuk-first/b\n{WHO}"
    found = told(listed(facility("a", **away)), listed(facility("b", **away)), said)
    assert found["event"].tolist() == ["moved"] and found["km"].isna().all()


def carried(before: pd.DataFrame, now: pd.DataFrame, decisions: str = "") -> dict[str, str]:
    links = match.links(before, now, decided.parse(decisions, "links.yml"))
    return lasting.carried(links, lasting.first_seen(before["facility_id"]))


def test_another_link_changes_no_other_lasting_id_and_an_id_used_again_is_another_facility() -> None:
    before = listed(*(facility(one, latitude=35 + at / 10) for at, one in enumerate("abc")))
    now = listed(*(facility(one, latitude=35 + at / 10) for at, one in enumerate("abcd")))
    said = f"- decision: different\n  previous: kirkuk-first/a\n  facility: kirkuk-first/a\n{WHO}"
    linked, parted = carried(before, now), carried(before, now, said)
    assert linked.pop("kirkuk-first/a") != (other := parted.pop("kirkuk-first/a"))
    assert linked == parted
    assert other not in lasting.first_seen(before["facility_id"]).values()


@settings(max_examples=30)
@given(st.lists(st.text("abc/12", min_size=1, max_size=6), unique=True), st.randoms(use_true_random=False))
def test_a_lasting_id_is_the_same_in_any_order_and_company_and_nobody_elses(ids: list[str], chance: object) -> None:
    found = lasting.first_seen(ids)
    assert len(set(found.values())) == len(ids)
    assert lasting.first_seen(chance.sample(ids, len(ids))) == found
    assert all(lasting.first_seen([one]) == {one: found[one]} for one in ids)
    assert all(len(one) == 14 and one.isascii() for one in found.values())
