from __future__ import annotations

import made
import pandas as pd
import pytest

from pipeline import baseline
from pipeline.errors import RegistryError
from pipeline.places import Places
from pipeline.project import Project


def list_of(*facilities: tuple[str, ...]) -> pd.DataFrame:
    """A list of facilities: id, directorate, ministry code, status."""
    rows = [
        {"facility_id": key, "directorate": directorate, "ministry_code": code, "status": status}
        for key, directorate, code, status in facilities
    ]
    frame = pd.DataFrame(rows, columns=list(baseline.COLUMNS), dtype=object)
    return baseline.typed(frame.fillna("").astype(str))


def round_of(*facilities: tuple[str, ...]) -> pd.DataFrame:
    names = ["facility_id", "directorate", "ministry_code", "response_date"]
    return pd.DataFrame(list(facilities), columns=names, dtype=str)


def places_matched(now: pd.DataFrame, then: pd.DataFrame) -> list[int]:
    return baseline.matched(now["facility_id"], now["directorate"], now["ministry_code"], then).tolist()


def test_a_facility_is_known_by_its_id_and_else_by_a_code_that_only_it_has() -> None:
    then = list_of(("a/1", "kirkuk", "C_1", "existing"), ("a/2", "kirkuk", "C_2", "existing"))
    now = round_of(("a/1", "kirkuk", "C_9", ""), ("b/7", "kirkuk", "c_2 ", ""), ("b/8", "kirkuk", "C_1", ""))
    # The last one has the code of a facility that is there under its own id: it is another one.
    assert places_matched(now, then) == [0, 1, -1]


@pytest.mark.parametrize("code", ["", "0000", "doh", "لایوجد", "C_5"])
def test_a_code_that_is_none_or_that_two_facilities_have_matches_nothing(code: str) -> None:
    then = list_of(("a/1", "kirkuk", code, "existing"), ("a/2", "kirkuk", "C_5", "existing"))
    assert places_matched(round_of(("b/1", "kirkuk", code, ""), ("b/2", "kirkuk", "C_5", "")), then)[0] == -1


def test_bare_digits_of_another_directorate_are_another_code() -> None:
    then = list_of(("a/1", "erbil", "123", "existing"))
    assert places_matched(round_of(("b/1", "duhok", "123", ""), ("b/2", "erbil", "123", "")), then) == [-1, 0]


def test_a_round_covers_what_came_inside_its_window_and_closed_facilities_are_not_expected() -> None:
    then = list_of(
        ("a/1", "kirkuk", "", "existing"), ("a/2", "kirkuk", "", "existing"), ("a/3", "kirkuk", "", "closed"),
        ("a/4", "kirkuk", "", "planned"), ("a/5", "kirkuk", "", "closed"), ("a/6", "kirkuk", "", "existing"),
    )  # fmt: skip
    days = (
        ("a/1", "2023-02-01"),
        ("a/2", "2009-01-01"),
        ("a/3", "2023-02-01"),
        ("a/6", "2023-02-01"),
        ("b/1", "2023-02-01"),
    )
    now = round_of(*((key, "kirkuk", "", day) for key, day in days))
    found = baseline.coverage(now, then, ("2023-01-01", "2023-03-01"), left_off=["a/6"])
    assert found.expected == {"a/1", "a/2"}
    assert (found.came, found.reopened, found.new) == ({"a/1"}, {"a/3"}, {"b/1"})
    assert found.gone["facility_id"].tolist() == ["a/4", "a/6"]


def test_a_list_made_of_a_round_is_read_again_as_it_was_and_covers_that_round_whole(places: Places) -> None:
    project = made.whole()
    tables = {name: project.read_table(made.round_of(project), name) for name in ("facilities", "answers", "staff")}
    listed = baseline.of_tables(**tables)
    text = baseline.text(listed)
    pd.testing.assert_frame_equal(baseline.parse(text, "list.csv", places), listed)
    assert text == baseline.text(baseline.of_tables(**{name: frame[::-1] for name, frame in tables.items()}))
    found = baseline.coverage(tables["facilities"], listed, ("2000-01-01", "2100-01-01"))
    assert (found.new, found.came, len(found.gone)) == (set(), found.expected, 0)
    answers, staff = tables["answers"], tables["staff"]
    one = listed.loc[listed["staff"].gt(0) & listed["services_available"].gt(0)].iloc[0]
    mine = answers[(answers["facility_id"] == one["facility_id"]) & (answers["kind"] == "service")]
    assert one["services_available"] == (mine["answer"] == "available").sum()
    heads = staff.loc[staff["facility_id"] == one["facility_id"], ["women", "men"]]
    assert one["staff"] == heads.sum().sum()


def test_what_nobody_has_answered_stays_blank_in_the_list() -> None:
    project = made.whole()
    facilities, answers, staff = (
        project.read_table(made.round_of(project), name) for name in ("facilities", "answers", "staff")
    )
    listed = baseline.of_tables(facilities, answers, staff)
    closed = listed["status"].eq("closed")
    assert closed.any()
    assert listed.loc[closed, ["beds", "staff", "services_available"]].isna().all(axis=None)


def test_all_that_is_wrong_with_a_list_is_told_at_once(places: Places) -> None:
    frame = pd.DataFrame("", index=range(4), columns=list(baseline.COLUMNS))
    frame["facility_id"] = ["a/1", "a/1", "", "a/2"]
    frame["directorate"] = ["kirkuk", "kirkuk", "nowhere", ""]
    frame["beds"] = ["3", "-1", "many", ""]
    with pytest.raises(RegistryError) as raised:
        baseline.parse(frame.assign(owner="x").to_csv(index=False), "list.csv", places)
    told = str(raised.value)
    for problem in (
        "unknown columns: owner",
        "rows without facility_id, lines: 4",
        "facility_id twice: a/1",
        "unknown directorate: nowhere, (blank)",
        "no number in beds: -1, many",
    ):
        assert problem in told
    with pytest.raises(RegistryError, match="missing columns: ministry_code"):
        baseline.parse("facility_id\na/1\n", "list.csv", places)


def test_a_round_without_a_file_has_an_empty_list(small: Project, places: Places) -> None:
    assert baseline.load(small, "small-2023", places).empty
