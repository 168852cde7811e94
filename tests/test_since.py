"""A round beside the one before it: what is real, what is coverage, and that the two are the whole."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from since_rounds import compared, facts, links, parts
from small_round import SmallRound, catalogue, country

from pipeline.change import Change, apart
from pipeline.indicators import SCALES, entry, share
from pipeline.since import answered as since_answered
from pipeline.since.changes import COLUMNS, Ruled, changes, ruled

IRAQ = ("iraq", "all", "")
VALUE = st.none() | st.floats(0, 100_000, allow_nan=False)
WATER = "BAWA1"
NUMBERS = [name for name in COLUMNS if name.endswith(("numerator", "denominator"))]


def round_of(*water: str, **said) -> SmallRound:
    """A facility for each answer about water, of the same directorate."""
    made = SmallRound()
    for place, word in enumerate(water):
        made.add(f"s/{place}", items={WATER: word}, **said)
    return made


# --- a change and its parts ----------------------------------------------------------------------------------------


@given(VALUE, VALUE, VALUE, VALUE)
def test_the_parts_of_a_change_are_the_whole_as_printed(before, now, panel_before, panel) -> None:
    found = apart(before, now, panel_before, panel)
    if before is None or now is None:
        assert found is None
        return
    assert (found.real or 0) + found.coverage == found.total == found.now - found.before
    assert (found.real is None) == (panel is None or panel_before is None)


@given(VALUE, VALUE)
def test_the_way_back_is_as_long_as_the_way_there(one, other) -> None:
    there, back = apart(one, other, one, other), apart(other, one, other, one)
    assert there is None or (there.total, there.real) == (-back.total, -(back.real or 0))


def test_a_change_is_told_in_tenths_and_what_rounding_leaves_is_coverage() -> None:
    assert apart(46.24, 48.86, 46.0, 47.44) == Change(462, 489, 14)
    assert apart(46.24, 48.86, None, None).coverage == 27


# --- rounds --------------------------------------------------------------------------------------------------------


def test_an_answer_that_changed_is_real_and_a_facility_that_is_new_is_coverage() -> None:
    before = round_of("available", "not_available", "not_available", "available")
    now = round_of("available", "available", "not_available")
    now.add("s/new", items={WATER: "not_available"})
    row = compared(before, now).loc[("AMN_FULL_BAWA1", *IRAQ)]
    assert parts(row) == {
        "first": (2, 4), "before": (2, 4), "now": (2, 4), "panel_before": (1, 3), "panel": (2, 3)
    }  # fmt: skip
    assert row["linked"] == 3


def test_a_facility_that_closed_is_real_among_the_existing_and_coverage_among_those_that_function() -> None:
    before, now = round_of("available", "available"), round_of("available")
    now.add("s/1", status="closed")
    found = compared(before, now)
    assert parts(found.loc[("U_EXISTING", *IRAQ)])["panel"] == (1, None)
    assert parts(found.loc[("U_EXISTING", *IRAQ)])["panel_before"] == (2, None)
    assert parts(found.loc[("FUN_FULL", *IRAQ)])["panel_before"] == (1, 1)


def test_who_moved_to_another_sector_is_in_the_panel_of_the_directorate_and_of_neither_sector() -> None:
    before, now = SmallRound(), SmallRound()
    before.add("s/0", items={WATER: "available"}, sector="s")
    now.add("s/0", items={WATER: "available"}, sector="t")
    found = compared(before, now)
    assert found.loc[("AMN_FULL_BAWA1", "anbar", "all", ""), "linked"] == 1
    for sector, counted in (("s", (0, 0)), ("t", (1, 1))):
        row = found.loc[("AMN_FULL_BAWA1", "anbar", "sector", sector)]
        assert (parts(row)["now"], row["linked"]) == (counted, 0)


def test_a_missing_answer_is_in_no_panel() -> None:
    row = compared(round_of("available"), round_of("missing")).loc[("AMN_FULL_BAWA1", *IRAQ)]
    assert parts(row)["panel_before"] == parts(row)["panel"] == (0, 0)


def test_a_facility_that_is_set_aside_counts_in_neither_round() -> None:
    both = round_of("available", "not_available")
    row = compared(both, both, set_aside=frozenset({"s/1"})).loc[("AMN_FULL_BAWA1", *IRAQ)]
    assert parts(row)["panel"] == (1, 1) and parts(row)["before"] == (1, 2)


def test_one_that_went_into_another_is_nobodys_panel() -> None:
    both = round_of("available", "available")
    told = links(both, both).assign(how=["same", "merged"])
    assert compared(both, both, told).loc[("AMN_FULL_BAWA1", *IRAQ), "linked"] == 1


ANSWERS = st.lists(st.sampled_from(["available", "partial", "not_available", "missing"]), min_size=1, max_size=5)


def drawn(answers: list[str], status: list[bool]) -> SmallRound:
    made = SmallRound()
    for place, (word, exists) in enumerate(zip(answers, status, strict=False)):
        made.add(f"s/{place}", items={WATER: word}, status="existing" if exists else "closed", beds_icu=place)
    return made


@settings(max_examples=2, deadline=None)
@given(ANSWERS, ANSWERS, st.lists(st.booleans(), min_size=5, max_size=5))
def test_the_parts_of_every_indicator_are_its_whole_and_no_order_of_rows_matters(then, today, status) -> None:
    before, now = drawn(then, status), drawn(today, status[::-1])
    told = links(before, now)
    found = compared(before, now, told)
    units = found.index.get_level_values("indicator").map({name: _unit(name) for name in found.index.levels[0]})
    for _, row in found.assign(unit=units).drop_duplicates([*NUMBERS, "unit"]).iterrows():
        values = {name: _value(row["unit"], *pair) for name, pair in parts(row).items()}
        change = apart(values["before"], values["now"], values["panel_before"], values["panel"])
        assert change is None or (change.real or 0) + change.coverage == change.total
    before.facilities, now.facilities = before.facilities[::-1], now.facilities[::-1]
    pd.testing.assert_frame_equal(found, compared(before, now, told[::-1]))


def _value(unit: str, above: int | None, below: int | None) -> float | None:
    return share(above, below, unit) if unit in SCALES else (None if above is None else float(above))


def _unit(indicator: str) -> str:
    return entry(indicator, catalogue()).unit


def test_nothing_changes_between_a_round_and_itself() -> None:
    one = round_of("available", "partial", "not_available", "missing")
    one.add("t/9", "erbil", type="hospital", beds_icu=4, items={WATER: "available"}, staff={"HR1_SQ001": (3, 4)})
    one.add("t/8", "erbil", status="closed")
    found = compared(one, one)
    for now, then in (("", "before_"), ("panel_", "panel_before_"), ("before_", "first_")):
        for name in ("numerator", "denominator"):
            is_same = found[f"{now}{name}"].eq(found[f"{then}{name}"]) | found[f"{then}{name}"].isna()
            assert is_same.fillna(False).all(), found[~is_same.fillna(False)]


# --- rulings -------------------------------------------------------------------------------------------------------


def test_where_the_question_was_changed_nothing_is_compared_and_the_reason_stands_there() -> None:
    found = compared(round_of("available"), round_of("partial")).reset_index()
    told = ruled(found, Ruled({"AMN_FULL_BAWA1": ("break", "Asked otherwise")}, {"type": ("break", "New types")}))
    rows = told.set_index(["indicator", "scope", "dimension", "group"])
    broken = rows.loc[("AMN_FULL_BAWA1", *IRAQ)]
    assert (broken["ruling"], broken["reason"]) == ("break", "Asked otherwise")
    assert parts(broken)["panel"] == (None, None) and parts(broken)["first"] == (1, 1)
    assert rows.loc[("U_LISTED", *IRAQ), "ruling"] == "same"
    assert rows.loc[("U_LISTED", "iraq", "type", "phc_main"), "reason"] == "New types"


# --- answers -------------------------------------------------------------------------------------------------------


def test_an_answer_that_changed_is_told_and_one_that_is_missing_is_not(codebook) -> None:
    before, now = round_of("available", "available", "partial"), round_of("available", "missing", "not_available")
    tables = [made.tables() for made in (before, now)]
    tables = [{**one, "answers": one["answers"].assign(kind="amenity")} for one in tables]
    told = since_answered.answered(links(before, now), *tables, codebook)
    rows = told[["facility_id", "question", "before", "now"]].values.tolist()
    assert rows == [["s/2", WATER, "partial", "not_available"]]


def test_of_what_had_changed_the_share_that_changed_back_is_told() -> None:
    last = pd.DataFrame({"facility_id": ["a", "b", "gone"], "question": ["q"] * 3, "before": ["x", "x", "x"]})
    now = pd.DataFrame({"facility_id": ["a2", "b"], "question": ["q", "q"], "now": ["x", "z"]})
    told = pd.DataFrame(
        {"previous_id": ["a", "b", "gone"], "facility_id": ["a2", "b", None], "how": ["code", "id", ""]}
    )
    found = since_answered.turned(now, told, last)
    assert found.to_dict("records") == [{"question": "q", "turned": 1, "changed": 2}]
    assert since_answered.turned(now, told, None).empty


@pytest.mark.parametrize("scope", ["federal", "iraq"])
def test_a_directorate_that_did_not_report_before_is_coverage(scope: str) -> None:
    before, now = round_of("available"), round_of("available")
    now.add("n/0", "nineveh", items={WATER: "not_available"})
    found = changes(before.measures(), facts(before), facts(now), links(before, now), catalogue(), country())
    rows = found.set_index(["indicator", "scope", "dimension", "group"])
    row = rows.loc[("AMN_FULL_BAWA1", scope, "all", "")]
    assert parts(row)["panel_before"] == parts(row)["panel"] == (1, 1) and parts(row)["now"] == (1, 2)
