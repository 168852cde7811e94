"""Rules on `records` about answers that are possible and yet doubtful: places, populations, staff, buildings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.codebook import Question
from pipeline.gate.case import Case, Flags, Offences
from pipeline.gate.facts import CLASS_OF_CODE

CATCHMENT, BUILDING = "catchment_population", "building_condition"
# A median absolute deviation of a normal distribution, as its standard deviation.
DEVIATION = 1.4826
Numbers = npt.NDArray[np.float64]


def coordinates_present(case: Case) -> pd.DataFrame:
    """Facilities without latitude or longitude."""
    found = Offences()
    for name in ("latitude", "longitude"):
        column = case.column_of(name)
        if column:
            found.add(~case.filled[column], column, "", "decimal degrees")
    return found.frame()


def coordinates_of_one_facility(case: Case) -> pd.DataFrame:
    """Pairs of coordinates that several facilities share."""
    found = Offences()
    pair, both = _pair(case)
    if both.any():
        times = pair.map(pair.value_counts())
        told = pair + " (" + times.astype(str) + " facilities)"
        found.add(both & (times > 1).to_numpy(), str(case.column_of("latitude")), told, "a place of its own")
    return found.frame()


def coordinates_fine(case: Case, decimals: int) -> pd.DataFrame:
    """Pairs of coordinates with too few decimals in both: two are a square of a kilometre."""
    found = Offences()
    pair, both = _pair(case)
    if both.any():
        coarse = both.copy()
        for name in ("latitude", "longitude"):
            fraction = case.records[str(case.column_of(name))].str.partition(".")[2]
            coarse &= (fraction.str.len() < decimals).to_numpy(dtype=bool)
        found.add(coarse, str(case.column_of("latitude")), pair, f"at least {decimals} decimals")
    return found.frame()


def catchment_known(case: Case) -> pd.DataFrame:
    """Catchment populations of 0, which means that nobody knows them."""
    found = Offences()
    column = case.column_of(CATCHMENT)
    if column:
        found.add(case.numbers(column) == 0, column, case.records[column], "the population served, or blank")
    return found.frame()


def catchment_usual_for_type(case: Case, deviations: float, at_least: int) -> pd.DataFrame:
    """Catchment populations far from those of the same type of facility, on a scale of powers of ten.

    The fence is the median and so many robust deviations to either side, never less than a factor of ten; zeros stay
    out, and types with fewer than `at_least` known populations are not judged.
    """
    found = Offences()
    column = case.column_of(CATCHMENT)
    if column:
        number = case.numbers(column)
        known = number > 0
        powers = pd.Series(np.log10(np.where(known, number, np.nan)))
        types = case.words("type").reset_index(drop=True)
        middle = powers.groupby(types).transform("median")
        width = deviations * DEVIATION * (powers - middle).abs().groupby(types).transform("median")
        enough = powers.groupby(types).transform("count") >= at_least
        far = known & (enough & ((powers - middle).abs() > width.clip(lower=1.0))).to_numpy(dtype=bool)
        low, high = 10 ** (middle - width.clip(lower=1.0)), 10 ** (middle + width.clip(lower=1.0))
        told = [f"{a:,.0f} to {b:,.0f} for this type" if a == a else "" for a, b in zip(low, high, strict=True)]
        found.add(far, column, case.records[column], told)
    return found.frame()


def catchment_of_one_facility(case: Case, digits: int, at_least: int) -> pd.DataFrame:
    """Exact catchment populations that several facilities of a directorate share; round ones may well be the same.

    A figure is exact if it has so many digits before its zeros; `at_least` is how many facilities make it suspicious.
    """
    found = Offences()
    column = case.column_of(CATCHMENT)
    if column:
        figures = case.records[column]
        exact = case.filled[column] & (figures.str.rstrip("0").str.len() >= digits).to_numpy(dtype=bool)
        keys = case.placed["directorate"].reset_index(drop=True) + " " + figures.reset_index(drop=True)
        times = keys.where(exact).map(keys[exact].value_counts()).fillna(0).astype(int)
        told = figures.reset_index(drop=True) + " (" + times.astype(str) + " facilities)"
        found.add((times >= at_least).to_numpy(dtype=bool), column, told, "the population that this facility serves")
    return found.frame()


def class_of_type(case: Case, classes: Mapping[str, Sequence[str]], but_types: Sequence[str]) -> pd.DataFrame:
    """Federal ministry codes whose class is that of other types of facility; a class not listed is not judged."""
    found = Offences()
    column = case.column_of("ministry_code")
    if column:
        own = case.records[column].str.strip().str.extract(CLASS_OF_CODE, expand=False)
        kind = case.words("type")
        agrees = pd.MultiIndex.from_arrays([own.fillna(""), kind]).isin(
            [(name, word) for name, words in classes.items() for word in words]
        )
        judged = own.isin(list(classes)) & ~kind.isin(["", *but_types])
        told = own.map({name: "a type of " + name + ": " + ", ".join(words) for name, words in classes.items()})
        found.add(judged.to_numpy(dtype=bool) & ~agrees, column, case.records[column], told.fillna(""))
    return found.frame()


def available_is_not_zero(case: Case, kinds: Sequence[str]) -> pd.DataFrame:
    """Beds or cadres that are available, with a count of none."""
    found = Offences()
    for item in case.codebook.items:
        if item.field in [f"answers.{kind}" for kind in kinds]:
            counts = _counts_of(case, item)
            if counts:
                available = case.records[item.columns[0]].map(item.canonical).isin(["available", "partial"])
                none = available.to_numpy(dtype=bool) & (_total(case, counts) == 0)
                found.add(none, counts[0].columns[0], "0", f"more than 0, since {item.name} says it is there")
    return found.frame()


def functioning_has_staff(case: Case, but_types: Sequence[str]) -> pd.DataFrame:
    """Functioning facilities whose cadres are all answered, and count nobody."""
    found = Offences()
    cadres = [item for item in case.codebook.items if item.field == "answers.cadre"]
    if cadres:
        functioning = case.words("functionality").isin(["full", "partial"]) & ~case.words("type").isin(but_types)
        where = functioning.to_numpy(dtype=bool)
        for cadre in cadres:
            there = case.records[cadre.columns[0]].map(cadre.canonical).isin(["available", "partial"])
            nobody = ~there.to_numpy(dtype=bool) | (_total(case, _counts_of(case, cadre)) == 0)
            where = where & case.given(cadre) & nobody
        found.add(where, cadres[0].columns[0], "nobody in any cadre", "staff, or not functioning")
    return found.frame()


def building_relevant(case: Case, mobile_types: Sequence[str]) -> pd.DataFrame:
    """Buildings called not relevant where the type of facility has one."""
    found = Offences()
    column = case.column_of(BUILDING)
    if column:
        fixed = (case.words("type") != "") & ~case.words("type").isin(mobile_types)
        where = (case.words(BUILDING) == "not_relevant") & fixed
        found.add(where.to_numpy(dtype=bool), column, case.records[column], "the condition of the building")
    return found.frame()


def _pair(case: Case) -> tuple[pd.Series, Flags]:
    """Latitude and longitude as one text, and where both are there."""
    columns = [case.column_of(name) for name in ("latitude", "longitude")]
    if None in columns:
        return pd.Series("", index=case.records.index), np.zeros(len(case.records), dtype=bool)
    latitude, longitude = (case.records[str(column)] for column in columns)
    return latitude + " " + longitude, case.filled[str(columns[0])] & case.filled[str(columns[1])]


def _counts_of(case: Case, item: Question) -> list[Question]:
    """The questions that count what an item says is there: beds of a kind, women and men of a cadre."""
    return [
        question
        for question in case.codebook.questions
        if question.type == "integer" and item.name in question.items and case.answered(question)
    ]


def _total(case: Case, counts: Sequence[Question]) -> Numbers:
    """The sum of several counts; NaN where one of them is no number, or where nothing is counted."""
    if not counts:
        return np.full(len(case.records), np.nan)
    return np.asarray(sum(case.numbers(question.columns[0]) for question in counts), dtype=np.float64)
