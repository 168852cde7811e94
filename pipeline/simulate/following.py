"""The round after a simulated one: the same facilities, what happened to them meanwhile, and the truth about it.

Most answers stay; some are given anew, question by question, so that the form's skip logic holds without exception.
Facilities close, open, are renamed, moved, retyped, or are simply not there any more. The truth names each of them by
its id before and its id now, blank where it is not there, and the event.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from pipeline.codebook import Codebook, Question
from pipeline.column import Column, Columns
from pipeline.places import Places as Reference
from pipeline.places import facility_ids
from pipeline.rulings import Rulings
from pipeline.simulate.answers import TOP_RANKS
from pipeline.simulate.names import subject_ids
from pipeline.simulate.places import KM_PER_DEGREE, days_after
from pipeline.simulate.tables import Assumptions, Dice, Flags, Places, Texts

DRIFT = 0.08  # share of the answers to a question that are given anew
GROWTH, GROWING = (0.97, 1.12), 0.3  # of a catchment, and the share of facilities that give another one
SHARES = {"gone": 0.015, "closed": 0.01, "renamed": 0.01, "moved": 0.005, "retyped": 0.005}
OPENED = 0.015
FAR_KM = 3.5  # from its sector's centre: mirrored, a facility has moved by twice as much
LATE_DAYS = 10
MOBILE = ("mobile_clinic", "mobile_team")
NEW_NUMBER = 5_000  # added to the number of a made-up code: no facility of the first round has so high a one
RENAMED = ("New {}", "{} الجديد")
TRUTH = ("before", "now", "event")


@dataclass(frozen=True)
class Made:
    """A simulated round: its facilities, a row each, and all that they would answer if they were asked everything."""

    found: pd.DataFrame
    cells: Columns


@dataclass(frozen=True)
class Since:
    """What is to happen since the round before: how many percent of ids are new, and which directorates come late."""

    new_ids: int = 0
    late: tuple[str, ...] = ()


def events(found: pd.DataFrame, tables: Assumptions, dice: Dice) -> Texts:
    """What happens to each facility, `same` for most; one event at most, and one of each as soon as any can have it."""
    told = np.full(len(found), "same", dtype=object)
    possible: dict[str, Flags] = {
        "gone": np.ones(len(found), dtype=bool),
        "closed": found["status"].eq("existing").to_numpy(dtype=bool),
        "renamed": ~found["type"].isin(MOBILE).to_numpy(dtype=bool),
        "moved": _can_move(found, tables),
        "retyped": found["type"].eq("phc_main").to_numpy(dtype=bool),
    }
    for event, share in SHARES.items():
        free = np.flatnonzero(possible[event] & (told == "same"))
        chosen = dice.stream(f"event/{event}").permutation(free)[: max(1, round(share * len(found)))]
        told[chosen] = event
    return told


def changed(found: pd.DataFrame, told: Texts, tables: Assumptions, dice: Dice) -> pd.DataFrame:
    """The facilities after what happened to them; those that are gone are still among them."""
    event = pd.Series(list(told), index=found.index)
    now = found.copy()
    now.loc[event == "closed", "status"] = "closed"
    now.loc[event == "retyped", "type"] = "phc_family_medicine"
    renamed, moved = event == "renamed", event == "moved"
    for name, pattern in zip(("name_en", "name_local"), RENAMED, strict=True):
        now.loc[renamed, name] = found.loc[renamed, name].map(pattern.format)
    now.loc[renamed, "MoSD2"] = now.loc[renamed, "name_en"] + " / " + now.loc[renamed, "name_local"]
    centre = tables.sectors.loc[found["sector"], ["latitude", "longitude"]].astype(float).to_numpy()
    mirrored = (2 * centre - found[["latitude", "longitude"]].to_numpy(dtype=float)).round(6)
    now.loc[moved, ["latitude", "longitude"]] = mirrored[moved.to_numpy()]
    return _grown(now, dice)


def renumbered(found: pd.DataFrame, kurdistan: Flags, percent: int, dice: Dice) -> pd.DataFrame:
    """The facilities with new ids on the platform for so many percent of them."""
    rows = np.flatnonzero(dice.stream("new ids").random(len(found)) < percent / 100)
    ids = found["subject_id"].to_numpy(dtype=object, copy=True)
    ids[rows] = fresh_ids(kurdistan[rows], set(found["subject_id"]), dice)
    return found.assign(subject_id=ids)


def fresh_ids(kurdistan: Flags, known: set[str], dice: Dice) -> list[str]:
    """Ids on the platform that nobody has yet."""
    found: list[str] = []
    turn = 0
    while len(found) < len(kurdistan):
        rest = kurdistan[len(found) :]
        drawn = subject_ids(rest, dice.salted(f"ids/{turn}"))
        # In order, as far as nobody has them: whose style an id is in depends on its place.
        taken = next((place for place, word in enumerate(drawn) if word in known), len(drawn))
        found += [str(word) for word in drawn[:taken]]
        known = known | set(found)
        turn += 1
    return found


def opened(fresh: pd.DataFrame, before: pd.DataFrame, kurdistan: Flags, dice: Dice) -> pd.DataFrame:
    """Invented facilities as new ones: with ids and codes that nobody of the round before has."""
    known = set(before["ministry_code"])
    codes = []
    for code in fresh["ministry_code"]:
        prefix, mark, number = str(code).rpartition("_")
        n = int(number) + NEW_NUMBER
        while f"{prefix}{mark}{n}" in known:
            n += 1
        codes.append(f"{prefix}{mark}{n}")
        known.add(codes[-1])
    return fresh.assign(ministry_code=codes, subject_id=fresh_ids(kurdistan, set(before["subject_id"]), dice))


def mixed(old: Columns, new: Columns, known: Callable[[str], bool], codebook: Codebook, dice: Dice) -> Columns:
    """The answers of the round before, some given anew; what the facilities themselves tell (`known`) is as it is now.

    An answer and why it is lacking, and a cadre and its counts, are given together; what no earlier answer stands for
    is given anew by all.
    """
    rows = np.arange(old.rows)
    columns: dict[str, Column] = {}
    for question in codebook.questions:
        own = question.field.partition(".")[2] if question.field.startswith("facilities.") else question.name
        if known(own):
            continue
        key = question.items[0] if question.items else question.name
        if not all(column in old for column in question.columns):
            continue
        anew = dice.stream(f"drift/{key}").random(old.rows) < DRIFT
        at: Places = np.where(anew, rows + old.rows, rows)
        for column in question.columns:
            columns[column] = Column.joined([old[column], new[column]]).taken(at)
    return new.with_changed(columns)


def carried(cells: Columns, rules: Rulings) -> Columns:
    """The answers in a form as the form after it would have them; without those that its rulings end."""
    found: dict[str, Column] = {}
    for question in rules.now.questions:
        source, codes = rules.source(question.name), rules.codes(question.name)
        if source is None or source.type != question.type or not question.columns:
            continue
        if question.type == "rank":
            found |= zip(question.columns, _ranked(source, cells, codes, len(question.columns)), strict=True)
        elif question.type == "select_multiple":
            found |= zip(question.columns, _ticked(source, cells, codes, question), strict=True)
        else:
            found[question.columns[0]] = cells[source.columns[0]].mapped(partial(_present, codes))
    return Columns(found, cells.rows)


def _present(codes: Mapping[str, str], text: str) -> str:
    return codes.get(text, text)


def _ticked(source: Question, cells: Columns, codes: Mapping[str, str], question: Question) -> list[Column]:
    """The ticks of each present option: those of the earlier option that it was."""
    pairs = zip(source.options, source.columns, strict=True)
    earlier = {codes[option.code]: cells[column] for option, column in pairs if option.code in codes}
    return [earlier.get(option.code, Column.blank(cells.rows)) for option in question.options]


def _ranked(question: Question, cells: Columns, codes: Mapping[str, str], ranks: int) -> list[Column]:
    """The ranked answers under their present codes: where two became one, the better rank stands and others move up."""
    told = [cells[column].mapped(lambda code: codes.get(code, "")) for column in question.columns[:TOP_RANKS]]
    rows = zip(*(column.series() for column in told), strict=True)
    once = [[*dict.fromkeys(filter(None, row)), *[""] * ranks][:ranks] for row in rows]
    return [Column.of(list(texts)) for texts in zip(*once, strict=True)]


def late(found: pd.DataFrame, directorates: Sequence[str], last: str, dice: Dice) -> pd.DataFrame:
    """The facilities with the answers of some directorates in the last days of the window."""
    rows = found["directorate"].isin(list(directorates)).to_numpy(dtype=bool)
    back = dice.stream("late directorates").integers(0, LATE_DAYS, len(found))
    days = days_after(datetime.date.fromisoformat(last), -back)
    return found.assign(day=np.where(rows, days, found["day"]))


def truth(before: pd.DataFrame, now: pd.DataFrame, told: Texts, new: int, reference: Reference) -> pd.DataFrame:
    """What became of each facility, by its id before; the new ones, the last rows of `now`, come after them."""
    ids = pd.Series(facility_ids(before, reference)).to_numpy(dtype=object)
    then = pd.Series(facility_ids(now, reference)).to_numpy(dtype=object)
    gone = np.array(list(told), dtype=object) == "gone"
    became = np.full(len(before), "", dtype=object)
    became[~gone] = then[: len(then) - new]
    rows = pd.DataFrame({"before": ids, "now": became, "event": list(told)})
    more = pd.DataFrame({"before": "", "now": then[len(then) - new :], "event": "opened"})
    ordered = pd.concat([rows, more]).sort_values(["before", "now"], kind="stable", ignore_index=True)
    return ordered[list(TRUTH)]


def _can_move(found: pd.DataFrame, tables: Assumptions) -> Flags:
    """Facilities with a building and a place of their own far enough from the centre of their sector."""
    centre = tables.sectors.loc[found["sector"], ["latitude", "longitude"]].astype(float).to_numpy()
    place = found[["latitude", "longitude"]].to_numpy(dtype=float)
    radius = tables.sectors.loc[found["sector"], "radius_km"].to_numpy(dtype=float)
    off = (place - centre) * KM_PER_DEGREE
    away = np.hypot(off[:, 0], off[:, 1] * np.cos(np.radians(centre[:, 0])))
    # Further than its sector reaches, a place is dirt, and its mirror image may lie anywhere.
    return np.asarray((away > FAR_KM) & (away < radius) & ~found["type"].isin(MOBILE).to_numpy(dtype=bool))


def _grown(found: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    """Some catchments told anew, a little greater mostly."""
    chance = dice.stream("growth")
    rows = chance.random(len(found)) < GROWING
    people = found["catchment_population"].to_numpy(dtype=float)
    grown = np.round(people * chance.uniform(*GROWTH, len(found)), -1)
    return found.assign(catchment_population=np.where(rows & (people > 100) & (people < 1e6), grown, people))
