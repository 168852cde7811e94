"""Faults that only the last list of facilities shows: gone, new, and changed by more than three years can explain."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from pipeline.codebook import Question
from pipeline.relevance import RELEVANT, reach
from pipeline.simulate.faults.draft import Cells, Draft, Where, each, everyone
from pipeline.simulate.tables import Flags, Numbers

TIMES = 4  # more than what a rule lets pass
A_SLIP = 0.08  # degrees: some nine kilometres
A_STEP = 0.0007
ENOUGH = 1200  # people, more than what a rule looks at
MOBILE = ("mobile_clinic", "mobile_team")
MANY = 12  # beds or heads
NUMBER = 95_000  # of a made-up code, which no other fault gives
COUNTS = {"beds": ("facilities.beds_icu", "facilities.beds_maternity", "facilities.beds_other"),
          "staff": ("staff.women", "staff.men")}  # fmt: skip


def _numbers(draft: Draft, column: str) -> Numbers:
    return pd.to_numeric(draft.cells[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _columns(draft: Draft, what: str) -> list[str]:
    return [q.columns[0] for q in draft.codebook.questions if q.field in COUNTS[what]]


def take_away(draft: Draft, fault: str, count: int) -> None:
    """Takes all answers of some facilities away, of directorates that keep others."""
    draft.absent |= set(draft.pick(fault, everyone(draft), count))


def open_new(draft: Draft, fault: str, count: int) -> None:
    """Adds facilities like others, with ids, codes, names and places of their own."""
    for row in draft.pick(fault, _has_place(draft), count):
        draft.told[fault].discard(row)
        draft.told[fault].add(len(draft.cells) + len(draft.again))
        draft.again.append((row, _as_new(draft, row)))


def _has_place(draft: Draft) -> Flags:
    return ~np.isnan(_numbers(draft, draft.column("latitude"))) & ~draft.is_("type", "")


def _as_new(draft: Draft, row: int) -> dict[str, str]:
    code = str(draft.texts(draft.column("ministry_code"))[row]).rpartition("_")[0]
    north = float(draft.texts(draft.column("latitude"))[row]) + A_STEP
    people = _numbers(draft, draft.column("catchment_population"))[row]
    return {
        "external_id": f"9{draft.texts('external_id')[row]}",
        "subject_id": f"NEW{row:05d}",
        draft.column("ministry_code"): f"{code}_{NUMBER + row}" if code else "",
        draft.column("name_en"): f"Number {row} opened lately",
        draft.column("name_local"): f"{row} جديد",
        draft.column("latitude"): f"{north:.6f}",
        draft.column("catchment_population"): "" if np.isnan(people) else f"{people + 3 + row % 7:.0f}",
    }


def _closed(draft: Draft, row: int) -> Cells:
    """The status closed, and nothing that a closed facility is not asked."""
    question = draft.question("status")
    changed = {question.columns[0]: draft.code_of(question, "closed")}
    one = draft.cells.iloc[[row]].assign(**changed)
    asked = reach(one, draft.codebook)
    blank = [
        column
        for q in draft.codebook.questions
        if q.name in asked and asked[q.name][0] != RELEVANT
        for column in q.columns
    ]
    return {**dict.fromkeys(blank, ""), **changed}


def _retyped(draft: Draft, row: int) -> Cells:
    """Another type of the same class of codes, so that nothing else is told."""
    question = draft.question("type")
    return {question.columns[0]: draft.code_of(question, "phc_family_medicine")}


def _places(draft: Draft) -> Numbers:
    return np.stack([_numbers(draft, draft.column(name)) for name in ("latitude", "longitude")], axis=1)


def _moved(draft: Draft, row: int) -> Cells:
    """A step from the nearest facility of the same directorate that is far enough away: in the same governorate."""
    places = _places(draft)
    away = np.hypot(*(places - places[row]).T)
    far = (draft.office == draft.office[row]) & (away > A_SLIP)
    north, east = places[np.nanargmin(np.where(far, away, np.inf))]
    step = A_STEP + row / 1e6
    return {draft.column("latitude"): f"{north + step:.6f}", draft.column("longitude"): f"{east:.6f}"}


def _is_fixed_and_not_alone(draft: Draft) -> Flags:
    places = pd.DataFrame(_places(draft)).groupby(draft.office)
    spread = np.asarray((places.transform("max") - places.transform("min")).max(axis=1))
    return (spread > 2 * A_SLIP) & ~np.isnan(_places(draft)).any(axis=1) & ~draft.is_("type", "", *MOBILE)


def _has_many_people(draft: Draft) -> Flags:
    """Populations of which a quarter is still usual for their type."""
    people = pd.Series(_numbers(draft, draft.column("catchment_population")))
    usual = people.groupby(draft.words("type")).transform("median")
    return (people.ge(TIMES * ENOUGH) & people.ge(usual) & people.lt(100_000)).to_numpy(dtype=bool)


def _fewer_people(draft: Draft, row: int) -> Cells:
    column = draft.column("catchment_population")
    return {column: f"{_numbers(draft, column)[row] // TIMES:.0f}"}


def _has_many(what: str) -> Where:
    def where(draft: Draft) -> Flags:
        return np.asarray(np.nansum([_numbers(draft, name) for name in _columns(draft, what)], axis=0) >= MANY)

    return where


def _more(what: str) -> Callable[[Draft, int], Cells]:
    def cells(draft: Draft, row: int) -> Cells:
        counts = {name: _numbers(draft, name)[row] for name in _columns(draft, what)}
        return {name: f"{TIMES * count:.0f}" for name, count in counts.items() if not np.isnan(count)}

    return cells


def _services(draft: Draft) -> list[Question]:
    return [item for item in draft.codebook.items if item.field == "answers.service"]


def _keep_few_services(draft: Draft) -> Flags:
    """Where a third of the services at most is left without those that nothing else rests on."""
    everything = np.sum([draft.answers(item, "available") for item in _services(draft)], axis=0)
    free = np.sum([draft.answers(item, "available") for item in draft.free_items.get("service", ())], axis=0)
    return np.asarray((everything >= MANY) & (3 * (everything - free) <= everything))


def _without_services(draft: Draft, row: int) -> Cells:
    found: dict[str, str] = {}
    for item in draft.free_items.get("service", ()):
        if draft.answers(item, "available")[row]:
            found[item.columns[0]] = draft.code_of(item, "not_expected")
    return found


closed = each(lambda draft: draft.is_("functionality", "full", "partial"), _closed)
retyped = each(lambda draft: draft.is_("type", "phc_main"), _retyped)
moved = each(_is_fixed_and_not_alone, _moved)
fewer_people = each(_has_many_people, _fewer_people)
more_beds = each(_has_many("beds"), _more("beds"))
more_staff = each(_has_many("staff"), _more("staff"))
lost_services = each(_keep_few_services, _without_services)
