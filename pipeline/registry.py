"""data/registry.yml: rounds, directorates, the catalogue of reports. Unknown keys and wrong types are refused."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

WIDER_SCOPES = ("federal", "kurdistan", "iraq")


def _word(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", name):
        raise ValueError(f"{name!r} is no word of letters, digits and hyphens")
    return name


def _date(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


def is_window(first: str, last: str) -> bool:
    """Whether two texts are dates in order."""
    try:
        return _date(first) <= _date(last)
    except ValueError:
        return False


Word = Annotated[str, AfterValidator(_word)]
# A date stays a text, in quotes: DVC stops at an unquoted one.
IsoDate = Annotated[str, AfterValidator(_date)]


class Entry(BaseModel):
    """What every entry of the registry has in common: nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Simulation(Entry):
    """How the export of a simulated round is made: of so many facilities, or of those of the simulated round before."""

    facilities: int | None = None
    previous: Word | None = None
    new_ids: int = 0
    late: list[Word] | None = None
    seed: int
    dirt: Literal["none", "real"] = "real"
    directorates: list[Word] | None = None
    faults: dict[str, Annotated[int, Field(gt=0)]] = {}
    """Of each fault that a gate should find, how many."""

    @model_validator(mode="after")
    def _new_or_following(self) -> Simulation:
        if (self.facilities is None) == (self.previous is None):
            raise ValueError(
                "a simulated round has either `facilities:`, or `previous:` with the round that it follows"
            )
        if not 0 <= self.new_ids <= 100:
            raise ValueError("new_ids is a number of percent")
        if self.previous is None and (self.new_ids or self.late):
            raise ValueError("new_ids and late belong to a round with `previous:`")
        return self


class Round(Entry):
    """A round: its form, where its export comes from, its window and the date it is reported for."""

    form: Word
    source: Literal["simulated", "export"]
    window: list[IsoDate]
    report_date: IsoDate
    simulate: Simulation | None = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> Round:
        if len(self.window) != 2 or not self.window[0] <= self.window[1] <= self.report_date:
            raise ValueError("window must be two dates in order, and the report date not before the window's end")
        if (self.source == "simulated") != (self.simulate is not None):
            raise ValueError("a simulated round has a `simulate:` entry, and only a simulated one")
        return self


class Calendar(Entry):
    """What is due in a round and when, beside its window and report date. Nothing that is counted depends on it."""

    due: dict[Word, IsoDate] = {}
    """Until when a directorate's answers are to be in; of one that is not named, until the window's end."""
    reminders: list[IsoDate] = []
    """The days on which directorates with facilities that have not answered are reminded."""
    review: IsoDate | None = None
    """Until when the round is to be reviewed."""


class Report(Entry):
    """A report of the catalogue: its notebook, the scopes it is made for, the modules of services it is about."""

    notebook: Word
    scopes: Literal["parts", "iraq", "review"]
    """Iraq, or each of its parts, the directorates and the two ministries; `review`: Iraq beside the round before."""
    modules: list[str] = []


class Public(Entry):
    """What the public edition of a report holds back beside what never goes out."""

    suppress_below: Annotated[int, Field(ge=0, le=10)] = 0
    """Figures that speak of fewer facilities are suppressed, and lists of facilities dropped; 0 suppresses none.

    At most 10: no figure stands beside one of the country that speaks of fewer.
    """


class Approval(Entry):
    """Whose approval a report needs, by its scope: offices; `itself` the scope's own, `ministry` the one above it."""

    directorate: list[Word] = Field(min_length=1)
    ministry: list[Word] = Field(min_length=1)
    iraq: list[Word] = Field(min_length=1)


class Registry(Entry):
    """The whole of data/registry.yml."""

    languages: list[Literal["en", "ar", "ckb"]]
    open: list[Word]
    simulated: list[Word]
    follows: dict[Word, Word]
    """For open rounds that follow another: the round before."""
    baselines: dict[Word, Word]
    """Those of them whose baseline a stage makes, of the tables of the round before."""
    directorates: list[Word]
    ministries: list[Word]
    rounds: dict[Word, Round]
    calendar: dict[Word, Calendar] = {}
    subjects: list[Word]
    domains: list[Word]
    reports: dict[Word, Report]
    approval: Approval
    edition: Literal["internal", "public"] = "internal"
    """For whom the reports of this project are made: the public edition holds nothing that may not go out."""
    public: Public = Public()
    points: Literal["leave_out", "coarse"] = "leave_out"
    """What a public edition's maps show of the places of facilities."""
    facility_list: Literal["signature", "services"] = "signature"
    """What the public list of facilities tells: which each is, or also what it gives."""

    @model_validator(mode="after")
    def _known(self) -> Registry:
        strangers = sorted(set(self.open) - set(self.rounds))
        if strangers:
            raise ValueError(f"open: {', '.join(strangers)} not among the rounds")
        made = [name for name in self.open if self.rounds[name].source == "simulated"]
        if sorted(self.simulated) != sorted(made):
            raise ValueError(f"simulated: must be the open rounds with source `simulated`, {made}")
        for name, entry in self.rounds.items():
            before = entry.simulate.previous if entry.simulate else None
            if before and not self._can_be_made_of(entry, before):
                raise ValueError(f"{name}: `previous:` must be a simulated round that ended before")
        following = {
            name: entry.simulate.previous
            for name, entry in self.rounds.items()
            if name in self.open and entry.simulate and entry.simulate.previous
        }
        if self.baselines != following or not following.items() <= self.follows.items():
            raise ValueError(f"follows: and baselines: must have the simulated rounds with `previous:`, {following}")
        if (*self.ministries, "iraq") != WIDER_SCOPES:
            raise ValueError(f"ministries must be {list(WIDER_SCOPES[:-1])}")
        return self

    @model_validator(mode="after")
    def _follows_in_order(self) -> Registry:
        """Only open rounds have stages. What follows in time can follow in no circle."""
        for name, before in self.follows.items():
            if name not in self.open:
                raise ValueError(f"follows: {name} not among the open rounds")
            if before not in self.rounds:
                raise ValueError(f"follows: {before}, before {name}, not among the rounds")
            if not self.rounds[before].report_date < self.rounds[name].report_date:
                raise ValueError(f"follows: {before} must be reported for a day before that of {name}")
        return self

    @model_validator(mode="after")
    def _calendar_fits(self) -> Registry:
        """Answers that come after the report date are in no report of their round."""
        for name, dates in self.calendar.items():
            if name not in self.rounds:
                raise ValueError(f"calendar: {name} not among the rounds")
            strangers = sorted(set(dates.due) - set(self.directorates))
            if strangers:
                raise ValueError(f"calendar: {name}: {', '.join(strangers)} not among the directorates")
            first, last = self.rounds[name].window[0], self.rounds[name].report_date
            if not all(first <= day <= last for day in (*dates.due.values(), *dates.reminders)):
                raise ValueError(f"calendar: {name}: days of due and reminders lie between {first} and {last}")
            if dates.review and dates.review < last:
                raise ValueError(f"calendar: {name}: the review is not before the report date, {last}")
        return self

    @model_validator(mode="after")
    def _catalogue_in_the_lists(self) -> Registry:
        """The lists that DVC reads name the reports of Iraq: those with an own notebook, and those that share one."""
        own = [name for name, one in self.reports.items() if one.scopes == "iraq" and not one.modules]
        shared = [name for name, one in self.reports.items() if one.modules]
        if sorted(self.subjects) != sorted(own) or sorted(self.domains) != sorted(shared):
            raise ValueError(f"subjects must be {own}, and domains {shared}: the reports of Iraq")
        strangers = [name for name in own if self.reports[name].notebook != name]
        if strangers:
            raise ValueError(f"reports: {strangers[0]} must have a notebook of its own name, or modules")
        return self

    def _can_be_made_of(self, entry: Round, before: str) -> bool:
        earlier = self.rounds.get(before)
        if earlier is None or earlier.simulate is None:
            return False
        return earlier.window[1] < entry.window[0]

    def reports_of(self, scope: str) -> tuple[str, ...]:
        """The reports that are made for a scope whenever a round is."""
        kind = "iraq" if scope == "iraq" else "parts"
        return tuple(name for name, report in self.reports.items() if report.scopes == kind)

    def due(self, round_name: str, scope: str) -> tuple[str, ...]:
        """The reports that are made for a scope in a round: a review only where the round follows another."""
        is_reviewed = scope == "iraq" and round_name in self.follows
        reviews = (name for name, report in self.reports.items() if report.scopes == "review" and is_reviewed)
        return (*self.reports_of(scope), *reviews)

    def making(self, round_name: str, scope: str, report: str) -> str:
        """The command that makes a report: one that is made only when asked for needs more words."""
        asked = f" --all --directorate {scope}" if report in self.more_reports_of(scope) else ""
        return f"herams run --round {round_name}{asked}"

    def more_reports_of(self, scope: str) -> tuple[str, ...]:
        """The reports that can be made for a scope besides: each subject of Iraq for each of its parts."""
        return () if scope == "iraq" else self.reports_of("iraq")
