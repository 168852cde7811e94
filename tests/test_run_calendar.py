"""What `herams status` says of acceptances, by the calendar."""

from __future__ import annotations

import datetime
import json

import pytest
import yaml
from conftest import ROUND
from test_decisions import WHO

from pipeline.project import Project
from pipeline.run import board, calendar

TODAY = datetime.date(2024, 3, 1)


def accepted(small: Project, *until: str, rule: str = "catchment_usual") -> list[calendar.Ending]:
    entries = [WHO | {"decision": "accept", "rule": rule, "until": day, "facility": f"a/{place}"}
               for place, day in enumerate(until)]  # fmt: skip
    small.write_text(small.decisions(ROUND), yaml.safe_dump(entries))
    return calendar.ending(small, TODAY)


@pytest.mark.parametrize(
    ("until", "state"),
    [
        ("2024-02-29", "over"),
        ("2024-03-01", "ends soon"),
        ("2024-03-31", "ends soon"),
        ("2024-04-01", None),
    ],
)
def test_an_acceptance_holds_through_its_day_and_is_told_thirty_days_before(
    small: Project, until: str, state: str | None
) -> None:
    assert [one.state for one in accepted(small, until)] == ([state] if state else [])


def test_many_of_one_rule_and_day_are_one_line(small: Project) -> None:
    found = accepted(small, *["2024-01-31"] * 5, "2024-03-10")
    assert calendar.lines(found)[1:] == [
        f"{ROUND}: catchment_usual was accepted until 2024-01-31 (accept 1, accept 2, accept 3 and 2 more): over: "
        "settle the findings, or accept them anew",
        f"{ROUND}: catchment_usual is accepted until 2024-03-10 (accept 6): ends soon",
    ]


def test_nothing_accepted_says_nothing(small: Project) -> None:
    assert calendar.lines(calendar.ending(small, TODAY)) == []
    small.decisions(ROUND).unlink()
    assert calendar.ending(small, TODAY) == []


def test_a_file_that_cannot_be_read_is_told_and_hides_nothing_else(small: Project) -> None:
    small.write_text(small.decisions(ROUND), "- decision: guess\n")
    (told,) = calendar.lines(calendar.ending(small, TODAY))[1:]
    assert f"data/decisions/{ROUND}.yml" in told


def test_the_board_has_the_endings_below_it_for_people_and_beside_it_for_programs(small: Project) -> None:
    accepted(small, "2024-01-31")
    assert board.told(small, TODAY).splitlines()[-1].startswith(f"{ROUND}: catchment_usual was accepted")
    (told,) = json.loads(board.told(small, TODAY, as_json=True))["acceptances"]
    assert (told["state"], told["decisions"]) == ("over", ["accept 1"])
