"""Small rounds written by hand for tests: a facility with its answers in one call."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import codebook, indicators, measure
from pipeline.indicators import Judgement
from pipeline.indicators.facts import STATES
from pipeline.places import Places
from pipeline.project import Project

DIRECTORATES = ("anbar", "nineveh", "erbil")
GOVERNORATE = {"anbar": "IQG01", "nineveh": "IQG15", "erbil": "IQG11"}
POPULATION = {"iraq": 1_000_000, "federal": 700_000, "kurdistan": 300_000, "IQG01": 200_000, "IQG15": 500_000}
WORKING = {
    "type": "phc_main", "tier": "primary", "ownership": "public", "management": "public", "status": "existing",
    "urban_rural": "urban", "location_type": "settlement", "building_condition": "not_damaged",
    "equipment_condition": "not_damaged", "functionality": "full", "accessibility": "full", "support_level": "none",
}  # fmt: skip
NUMBERS = ("latitude", "longitude", "catchment_population", "beds_icu", "beds_maternity", "beds_other")


@cache
def vocabulary() -> indicators.Vocabulary:
    return indicators.vocabulary(codebook.load(Project(Path(__file__).parents[1]), "iraq-2022"))


@cache
def catalogue() -> dict[str, indicators.Entry]:
    project = Project(Path(__file__).parents[1])
    return indicators.catalogue(project.read_csv(project.reference("indicators.csv")))


class SmallRound:
    """A few facilities; whatever a test does not say is harmless."""

    def __init__(self) -> None:
        self._made: dict[str, pd.DataFrame] = {}
        self.facilities: list[dict] = []
        self.said: dict[tuple[str, str], str] = {}
        self.barriers: dict[tuple[str, str], list[str]] = {}
        self.choices: list[tuple] = []
        self.staff: dict[tuple[str, str], tuple] = {}

    def add(self, facility_id: str, directorate: str = "anbar", **said) -> str:
        """Adds a facility: `items`, `barriers`, `ranked`, `ticked`, `staff` are its answers, the rest its fields."""
        for item, word in said.pop("items", {}).items():
            self.said[facility_id, item] = word
        for item, causes in said.pop("barriers", {}).items():
            self.barriers[facility_id, item] = causes
        for question, options in said.pop("ranked", {}).items():
            self.choices += [(facility_id, question, option, rank) for rank, option in enumerate(options, start=1)]
        for question, options in said.pop("ticked", {}).items():
            self.choices += [(facility_id, question, option, pd.NA) for option in options]
        for cadre, heads in said.pop("staff", {}).items():
            self.staff[facility_id, cadre] = heads
        where = {
            "facility_id": facility_id, "directorate": directorate, "sector": facility_id.partition("/")[0],
            "region": "kurdistan" if directorate == "erbil" else "federal",
            "governorate": GOVERNORATE.get(directorate, "unknown"), "same_as": np.nan,
        }  # fmt: skip
        self.facilities.append({**WORKING, **dict.fromkeys(NUMBERS), **where, **said})
        return facility_id

    def tables(self) -> dict[str, pd.DataFrame]:
        facilities = pd.DataFrame(self.facilities).astype(dict.fromkeys(NUMBERS[2:], "Int64"))
        facilities = facilities.astype({"latitude": float, "longitude": float, "same_as": str})
        ids = [one["facility_id"] for one in self.facilities]
        answers = pd.DataFrame([self._answer(one, item) for one in ids for item in vocabulary().all_items])
        cadres = vocabulary().of_kind("cadre")
        staff = pd.DataFrame([self._heads(one, cadre) for one in ids for cadre in cadres])
        choices = pd.DataFrame(self.choices, columns=["facility_id", "question", "option", "rank"])
        return {
            "facilities": facilities, "answers": answers.astype(dict.fromkeys(["answer", "barrier_1"], str)),
            "choices": choices.astype({"facility_id": str, "question": str, "option": str, "rank": "Int16"}),
            "staff": staff.astype({"women": "Int32", "men": "Int32"}),
        }  # fmt: skip

    def _answer(self, facility_id: str, item: str) -> dict:
        word = self.said.get((facility_id, item), "not_asked")
        state = word if word in STATES else "answered"
        barriers = [*self.barriers.get((facility_id, item), []), np.nan, np.nan, np.nan]
        return {
            "facility_id": facility_id, "item": item, "answer": word if state == "answered" else np.nan, "state": state,
            "barrier_1": barriers[0], "barrier_2": barriers[1], "barrier_3": barriers[2],
        }  # fmt: skip

    def _heads(self, facility_id: str, cadre: str) -> dict:
        women, men = self.staff.get((facility_id, cadre), (None, None))
        due = self.said.get((facility_id, cadre)) in ("available", "partial")
        blank = "missing" if due else "not_asked"
        state = blank if women is None or men is None else "answered"
        return {"facility_id": facility_id, "cadre": cadre, "women": women, "men": men, "state": state}

    def measures(self, **judged) -> pd.DataFrame:
        """The measures, with what gates and people said of the facilities."""
        key = repr((self.facilities, self.said, self.barriers, self.choices, self.staff, judged))
        if key not in self._made:
            self._made[key] = measures(self.tables(), **judged)
        return self._made[key]

    def value(self, indicator: str, scope: str = "iraq", dimension: str = "all", group: str = "", **judged):
        """Numerator and denominator of a measure, None where blank."""
        row = self.row(indicator, scope, dimension, group, **judged)
        return row["numerator"], row["denominator"]

    def row(self, indicator: str, scope: str = "iraq", dimension: str = "all", group: str = "", **judged) -> dict:
        """A row of the measures; None for a blank."""
        found = self.measures(**judged)
        keys = {"indicator": indicator, "scope": scope, "dimension": dimension, "group": group}
        rows = found[np.logical_and.reduce([found[name].astype(str) == word for name, word in keys.items()])]
        assert len(rows) == 1, f"{len(rows)} rows of {keys}"
        return {name: None if pd.isna(cell) else cell for name, cell in rows.iloc[0].items()}


def measures(tables: dict[str, pd.DataFrame], cadre_groups: dict[str, str] | None = None, **judged) -> pd.DataFrame:
    """The measures of some tables, in a country of three directorates."""
    words = vocabulary()
    if cadre_groups:
        words = indicators.Vocabulary(**{**vars_of(words), "cadre_groups": cadre_groups})
    facts = indicators.gather(tables, words, Judgement(**judged))
    return measure.measures(facts, catalogue(), country())


def vars_of(words: indicators.Vocabulary) -> dict:
    return {name: getattr(words, name) for name in words.__dataclass_fields__}


def country() -> measure.Country:
    home = {"IQG01": "federal", "IQG15": "federal", "IQG11": "kurdistan"}
    return measure.Country(DIRECTORATES, home, POPULATION)


def places() -> Places:
    rows = [("anbar", "federal", "IQG01"), ("nineveh", "federal", "IQG15 IQG11"), ("erbil", "kurdistan", "IQG11 IQG15")]
    directorates = pd.DataFrame(rows, columns=["slug", "region", "governorates"])
    return Places(directorates, pd.DataFrame({"slug": [], "directorate": [], "governorate": []}))
