"""What is due in a round and when: its window, what directorates owe, reminders, report date and review.

The days stand in data/registry.yml. Nothing is noted as done: a reminder is told from its day on, a review that is over
as long as its round is open.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from pipeline.project import Project
from pipeline.registry import Calendar
from pipeline.run.calendar import SOON_DAYS
from pipeline.spelling import counted

SAYS = {
    "opens": "the window opens",
    "answers": "answers are due",
    "reminder": "reminders go out",
    "closes": "the window closes",
    "report": "report date: what is answered later is in no report of the round",
    "review": "the review is due",
}


@dataclass(frozen=True)
class Due:
    """A day of a round's calendar."""

    round: str
    day: str
    what: str
    """opens, answers, reminder, closes, report, review"""
    directorates: tuple[str, ...] = ()
    """Whose answers are due, where it is not all of them."""


def of_round(project: Project, round_name: str) -> list[Due]:
    """All days of a round, in their order; what falls on one day in the order of SAYS."""
    entry, dates = project.round(round_name), project.registry.calendar.get(round_name, Calendar())
    owed: dict[str, list[str]] = {}
    for name in project.registry.directorates:
        if name in dates.due:
            owed.setdefault(dates.due[name], []).append(name)
    found = [Due(round_name, entry.window[0], "opens"), Due(round_name, entry.window[1], "closes")]
    found += [Due(round_name, day, "answers", tuple(names)) for day, names in owed.items()]
    found += [Due(round_name, day, "reminder") for day in dates.reminders]
    found += [Due(round_name, entry.report_date, "report")]
    found += [Due(round_name, dates.review, "review")] if dates.review else []
    return sorted(found, key=lambda one: (one.day, list(SAYS).index(one.what)))


def near(project: Project, today: datetime.date) -> list[Due]:
    """What is due in the open rounds on a day or within SOON_DAYS of it, and the reviews that are over."""
    first, last = today.isoformat(), (today + datetime.timedelta(days=SOON_DAYS)).isoformat()
    every = [one for name in project.registry.open for one in of_round(project, name)]
    return [one for one in every if first <= one.day <= last or (one.what == "review" and one.day < first)]


def lines(found: Sequence[Due], today: datetime.date) -> list[str]:
    """The days as a person reads them."""
    return [f"{one.round}  {one.day}  {_when(one, today):>12}  {_told(one)}" for one in found]


def _when(one: Due, today: datetime.date) -> str:
    days = (datetime.date.fromisoformat(one.day) - today).days
    return "today" if days == 0 else f"in {counted(days, 'day')}" if days > 0 else "over"


def _told(one: Due) -> str:
    return f"{SAYS[one.what]}: {', '.join(one.directorates)}" if one.directorates else SAYS[one.what]


def entries(found: Iterable[Due]) -> list[dict[str, object]]:
    """The days for a program to read."""
    return [asdict(one) for one in found]
