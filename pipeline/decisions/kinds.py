"""The kinds of decision that people take about findings, and what may stand in each.

correct    facility, question (a column of the export), was, now   one cell, changed only while `was` still holds
exclude    facility                                                the row leaves the round
merge      facility, into                                          a double report: marked, both rows stay
recode     question, text, was, now, rows                          what was written under *other* becomes an option
accept     rule, until; facility, question, directorate to narrow  findings that count as settled until a date
leave_out  directorate                                             left out of Iraq's totals, by name

A recode is about the whole round: wherever `question` is answered *other* and its text, in the column `text`, is `was`
however it is spelt, the answer becomes the option `now` and the text blank. `rows` says how many that are: it must
still hold. A row that has a correction of its own is left to it.

Each has reason, role, office and date, and may have the number of the letter it came by; no names of persons, since
these files are in git.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from pipeline.spelling import fold

CONTACT = re.compile(r"\S@\S|[\d٠-٩۰-۹](?:[ ()/-]?[\d٠-٩۰-۹]){6,}")


def _no_contact(text: str) -> str:
    if CONTACT.search(text):
        raise ValueError("no telephone numbers or addresses of persons here: this file is in git")
    return text


def _iso_date(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Words = Annotated[Filled, AfterValidator(_no_contact)]
IsoDate = Annotated[str, AfterValidator(_iso_date)]
Count = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*$")]


class Reasoned(BaseModel):
    """What every decision has: a reason, and who took it where, when, and by which letter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Words
    role: Words
    office: Words
    date: IsoDate
    letter: str = ""

    def about(self) -> tuple[str, ...]:
        """What the decision is about: two decisions about the same thing are one too many."""
        return tuple(str(getattr(self, name, "")) for name in ("facility", "question", "rule", "directorate"))


class Correct(Reasoned):
    """One answer of one facility, mended."""

    decision: Literal["correct"]
    facility: Filled
    question: Filled
    was: str
    now: str


class Exclude(Reasoned):
    """A row that leaves the round."""

    decision: Literal["exclude"]
    facility: Filled


class Merge(Reasoned):
    """A facility that is a double report of another."""

    decision: Literal["merge"]
    facility: Filled
    into: Filled


class Accept(Reasoned):
    """Findings of a rule that count as settled until a date."""

    decision: Literal["accept"]
    rule: Filled
    until: IsoDate
    facility: str = ""
    question: str = ""
    directorate: str = ""


class Recode(Reasoned):
    """A text of *other* that is an option of its question, for the whole round."""

    decision: Literal["recode"]
    question: Filled
    text: Filled
    was: Filled
    now: Filled
    rows: Count

    def about(self) -> tuple[str, ...]:
        """The text, however it is spelt."""
        return (self.question, self.text, fold(self.was))


class LeaveOut(Reasoned):
    """A directorate left out of Iraq's totals."""

    decision: Literal["leave_out"]
    directorate: Filled


Decision = Correct | Exclude | Merge | Accept | Recode | LeaveOut
FILE = TypeAdapter(list[Annotated[Decision, Field(discriminator="decision")]])


def named(decisions: Sequence[Decision], decision: Decision) -> str:
    """How verdicts and errors name a decision: its kind and its place in the file, from 1."""
    return f"{decision.decision} {decisions.index(decision) + 1}"


def double_reports(decisions: Iterable[Decision]) -> dict[str, str]:
    """The facility that each declared double report repeats."""
    return {decision.facility: decision.into for decision in decisions if isinstance(decision, Merge)}


def excluded(decisions: Iterable[Decision]) -> tuple[str, ...]:
    """The facilities whose rows left the round, sorted."""
    return tuple(sorted(decision.facility for decision in decisions if isinstance(decision, Exclude)))


def left_out(decisions: Iterable[Decision]) -> tuple[str, ...]:
    """The directorates that are left out of Iraq's totals, sorted."""
    return tuple(sorted(decision.directorate for decision in decisions if isinstance(decision, LeaveOut)))
