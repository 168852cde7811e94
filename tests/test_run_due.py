"""What `herams status` and `herams round calendar` say is due, and when."""

from __future__ import annotations

import datetime

from conftest import ROUND
from test_project import change_registry

from pipeline.project import Project
from pipeline.run import board, due

DATES = {"due": {"erbil": "2022-06-01", "kirkuk": "2022-06-01"}, "reminders": ["2022-05-01"], "review": "2023-12-31"}


def dated(small: Project) -> Project:
    return change_registry(small, calendar={ROUND: DATES})


def test_a_calendar_is_told_in_its_order(small: Project) -> None:
    told = due.lines(due.of_round(dated(small), ROUND), datetime.date(2022, 5, 31))
    assert [line.split(maxsplit=1)[1] for line in told] == [
        "2022-03-17          over  the window opens",
        "2022-05-01          over  reminders go out",
        "2022-06-01      in 1 day  answers are due: kirkuk, erbil",
        "2023-04-25   in 329 days  the window closes",
        "2023-11-30   in 548 days  report date: what is answered later is in no report of the round",
        "2023-12-31   in 579 days  the review is due",
    ]


def test_a_round_without_a_calendar_has_its_window_and_its_report_date(small: Project) -> None:
    assert [one.what for one in due.of_round(small, ROUND)] == ["opens", "closes", "report"]


def test_status_tells_what_is_due_within_thirty_days_and_a_review_that_is_over(small: Project) -> None:
    project = dated(small)
    days = {day: [one.what for one in due.near(project, datetime.date.fromisoformat(day))] for day in (
        "2022-02-14", "2022-02-15", "2022-05-02", "2023-11-30", "2024-06-01",
    )}  # fmt: skip
    assert list(days.values()) == [[], ["opens"], ["answers"], ["report"], ["review"]]
    small.write_text(small.decisions(ROUND), "[]\n")
    told = board.told(project, datetime.date(2023, 12, 31))
    assert told.endswith(f"\n\n{ROUND}  2023-12-31         today  the review is due")
