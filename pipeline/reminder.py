"""A round's calendar for people, and the reminders to send: a text for each directorate that has not answered in full.

A directorate is reminded from the day of a reminder on, until its answers are due. How many facilities lack is counted
as on the pages: of those that the baseline expects, the ones without an answer inside of the window, up to the day
asked for. Texts name offices, and neither persons nor addresses: who sends them knows where to.
"""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from pipeline import baseline, codebook, decisions, places
from pipeline.enquiry.form import Tongue, default_language, tongue
from pipeline.errors import UsageError
from pipeline.places import Places
from pipeline.project import Project
from pipeline.registry import Calendar
from pipeline.run import calendar, due
from pipeline.spelling import counted


@dataclass(frozen=True)
class Reminder:
    """What a directorate is reminded of, and the text in its language."""

    round: str
    directorate: str
    language: str
    until: str
    expected: int | None
    """Facilities that the baseline expects of it; None where the round has no baseline."""
    missing: int | None
    text: str


def told(project: Project, round_name: str | None, day: str, as_json: bool, out: Path | None) -> str:
    """The calendar of a round, or of all open ones, on a day: what is due, what to send; written to `out` if given."""
    today = _day(day)
    rounds = [round_name] if round_name else project.registry.open
    days = [one for name in rounds for one in due.of_round(project, name)]
    found = [one for name in rounds for one in reminders(project, name, today)]
    ending = [one for one in calendar.ending(project, today) if one.round in rounds]
    if out:
        for one in found:
            project.write_text(project.reminder(out, one.round, one.directorate), one.text)
    if as_json:
        document = {"date": day, "days": due.entries(days), "acceptances": calendar.entries(ending)}
        document["reminders"] = [asdict(one) for one in found]
        return json.dumps(document, ensure_ascii=False, indent=2)
    return "\n".join([*due.lines(days, today), *calendar.lines(ending), "", *_sent(found, out)])


def _sent(found: Sequence[Reminder], out: Path | None) -> list[str]:
    if not found:
        return ["no reminder is to be sent"]
    if out:
        return [f"{counted(len(found), 'reminder')} written to {out}"]
    return [line for one in found for line in (f"--- {one.round}, {one.directorate} ({one.language})", one.text)]


def reminders(project: Project, round_name: str, today: datetime.date) -> list[Reminder]:
    """The reminders that are to be sent on a day, in the order of the directorates."""
    entry, dates = project.round(round_name), project.registry.calendar.get(round_name, Calendar())
    day = today.isoformat()
    until = {name: dates.due.get(name, entry.window[1]) for name in project.registry.directorates}
    asked = [name for name, last in until.items() if day <= last]
    if not asked or not any(reminded <= day for reminded in dates.reminders):
        return []
    reference, form = places.load(project), codebook.load(project, entry.form)
    counts = _counts(project, round_name, day, reference)
    found = []
    for name in asked:
        expected, answered = counts.get(name, (0, 0)) if counts is not None else (None, None)
        missing = expected - answered if expected is not None and answered is not None else None
        if missing != 0:
            spoken = tongue(project, default_language(reference, name), form, reference)
            text = _text(spoken, name, round_name, until[name], (expected, missing))
            found.append(Reminder(round_name, name, spoken.language, until[name], expected, missing, text))
    return found


def _counts(project: Project, round_name: str, day: str, reference: Places) -> Mapping[str, tuple[int, int]] | None:
    """Of each directorate how many facilities are expected, and how many have answered; None without a baseline."""
    listed = baseline.load(project, round_name, reference)
    if listed.empty:
        return None
    if not project.table(round_name, "facilities").is_file():
        awaited = Counter(listed.loc[listed["status"] != baseline.NOT_EXPECTED, "directorate"])
        return {name: (count, 0) for name, count in awaited.items()}
    facilities = project.read_table(round_name, "facilities")
    first, last = project.round(round_name).window
    left_off = decisions.excluded(decisions.load(project, round_name))
    cover = baseline.coverage(facilities, listed, (first, min(last, day)), left_off)
    of = pd.Series(facilities["directorate"].astype(str).to_numpy(), index=facilities["facility_id"].astype(str))
    expected = Counter(of[sorted(cover.expected)]) + Counter(cover.gone["directorate"])
    came = Counter(of[sorted(cover.came)])
    return {name: (count, came[name]) for name, count in expected.items()}


def _text(spoken: Tongue, directorate: str, round_name: str, until: str, counts: tuple[int | None, int | None]) -> str:
    """The reminder; without a baseline nobody knows how many facilities lack, and it does not say so."""
    words, (expected, missing) = spoken.words, counts
    lines = [words("reminder.title", round=round_name), f"{words('letter.to')}: {spoken.directorate(directorate)}", ""]
    if expected is not None:
        lines.append(words("reminder.counted", expected=expected, missing=missing))
    lines += [words("reminder.until", day=words.date(until)), words("reminder.thanks")]
    return "\n".join(lines) + "\n"


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date {text}: a day is written as 2024-08-15") from None
