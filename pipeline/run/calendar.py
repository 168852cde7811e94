"""Which acceptances of findings are over by the calendar, or end soon, in the open rounds.

In stages an acceptance holds until the round's report date has passed it, so that the same files always give the same
verdict. But people accepted something *until* a day, and somebody has to look again when it comes.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pipeline import decisions
from pipeline.decisions import Accept, named
from pipeline.errors import HeramsError
from pipeline.project import Project

SOON_DAYS = 30
NAMED = 3


@dataclass(frozen=True)
class Ending:
    """Acceptances of a rule in a round that end on one day; of a file that cannot be read, why."""

    round: str
    rule: str
    until: str
    state: str
    """over, ends soon; unreadable where the file of decisions is no such."""
    decisions: tuple[str, ...]


def ending(project: Project, today: datetime.date) -> list[Ending]:
    """The acceptances that are over on a day, or end within SOON_DAYS of it, by round, day and rule."""
    return [one for name in project.registry.open for one in _of_round(project, name, today)]


def _of_round(project: Project, round_name: str, today: datetime.date) -> list[Ending]:
    path = project.decisions(round_name)
    if not path.is_file():
        return []
    try:
        every = decisions.parse(project.read_text(path), project.relative(path))
    except HeramsError as problem:
        return [Ending(round_name, "", "", "unreadable", (" ".join(str(problem).split("\n")[:2]),))]
    found: dict[tuple[str, str], list[str]] = {}
    soon = (today + datetime.timedelta(days=SOON_DAYS)).isoformat()
    for decision in every:
        if isinstance(decision, Accept) and decision.until <= soon:
            found.setdefault((decision.until, decision.rule), []).append(named(every, decision))
    state = {True: "over", False: "ends soon"}
    return [
        Ending(round_name, rule, until, state[until < today.isoformat()], tuple(names))
        for (until, rule), names in sorted(found.items())
    ]


def lines(found: Sequence[Ending]) -> list[str]:
    """The endings as a person reads them, below the board."""
    told = [f"{one.round}: {_told(one)}" for one in found]
    return ["", *told] if told else []


def _told(one: Ending) -> str:
    if one.state == "unreadable":
        return one.decisions[0]
    listed = ", ".join(one.decisions[:NAMED])
    rest = len(one.decisions) - NAMED
    more = f" and {rest} more" if rest > 0 else ""
    when = "was accepted until" if one.state == "over" else "is accepted until"
    what = "over: settle the findings, or accept them anew" if one.state == "over" else "ends soon"
    return f"{one.rule} {when} {one.until} ({listed}{more}): {what}"


def entries(found: Sequence[Ending]) -> list[dict[str, object]]:
    """The endings for a program to read."""
    return [asdict(one) for one in found]
