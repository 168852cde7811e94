"""Amenities (water, sanitation, hygiene, waste, power, cold chain, communication) and reporting systems."""

from __future__ import annotations

import numpy as np

from pipeline.indicators.definition import Count, count, definition
from pipeline.indicators.facts import Facts, Flags
from pipeline.indicators.vocabulary import Vocabulary

EXPECTED = ("available", "partial", "not_available")
WASH = ("BAWA1", "BASA1", "BAHA1", "BAFC1", "BAWM1")


def _amenities(vocabulary: Vocabulary) -> tuple[str, ...]:
    return vocabulary.of_kind("amenity")


def _systems(vocabulary: Vocabulary) -> tuple[str, ...]:
    return vocabulary.of_kind("information")


@definition("AMN_FULL", keys=_amenities)
def amenity_available(facts: Facts) -> Count:
    """Amenity available.

    Numerator: facilities reached where the amenity is available.
    Denominator: facilities reached where it is available, partially available or not available.
    Source: BAWA1, BASA1, BAHA1, BAPPE, BAFC1, BAWM1, BAWM2, BAWM3, BAEN1, BACC1, BACO1.
    """
    return count(facts.kind("amenity"), facts.reached, ("available",), EXPECTED)


@definition("AMN_ANY", keys=_amenities)
def amenity_in_part(facts: Facts) -> Count:
    """Amenity available or partly available.

    Numerator: facilities reached where the amenity is available or partially available.
    Denominator: facilities reached where it is available, partially available or not available.
    Source: BAWA1, BASA1, BAHA1, BAPPE, BAFC1, BAWM1, BAWM2, BAWM3, BAEN1, BACC1, BACO1.
    """
    return count(facts.kind("amenity"), facts.reached, ("available", "partial"), EXPECTED)


@definition("AMN_WASH")
def wash(facts: Facts) -> Count:
    """All five basic WASH amenities available.

    Numerator: facilities reached where water, sanitation, hand hygiene, cleaning and segregation of waste are all
    available.
    Denominator: facilities reached with an answer about all five.
    Source: BAWA1, BASA1, BAHA1, BAFC1, BAWM1.
    Note: a definition of ours; the form asks whether it suffices, so it is no JMP basic service.
    """
    cells = facts.items(*WASH)
    told = facts.reached & cells.answered.all(axis=1)
    missing = facts.reached & cells.missing.any(axis=1)
    not_asked = facts.reached & ~missing & cells.not_asked.any(axis=1)
    return Count(told & cells.is_in("available").all(axis=1), told, missing, not_asked)


def _there(facts: Facts, item: str) -> Flags:
    """Where an amenity is there at least in part, or its own answer is missing: its sources are due, or unclear."""
    cells = facts.items(item)
    return (cells.is_in("available", "partial") | cells.missing)[:, 0]


def _chosen_any(facts: Facts, question: str, options: tuple[str, ...], rank: int | None = None) -> Flags:
    places = [place for place, option in enumerate(facts.vocabulary.options.get(question, ())) if option in options]
    return np.asarray(facts.chosen(question, rank)[:, places].any(axis=1))


@definition("WAT_IMPROVED")
def improved_water(facts: Facts) -> Count:
    """Main water source improved.

    Numerator: facilities reached whose first source of water is piped, a borehole or a protected well.
    Denominator: facilities reached with a first source.
    Source: BAWA2.
    Note: nobody is asked whether the source is on the premises.
    """
    told = facts.reached & facts.chosen("BAWA2", rank=1).any(axis=1)
    rest = facts.reached & ~facts.given("BAWA2")
    due = _there(facts, "BAWA1")
    improved = _chosen_any(facts, "BAWA2", ("piped", "borehole", "protected_well"), rank=1)
    return Count(told & improved, told, rest & due, rest & ~due)


@definition("SAN_INCLUSIVE")
def inclusive_toilets(facts: Facts) -> Count:
    """Toilets usable by everyone.

    Numerator: facilities reached whose toilets are separated by sex, allow for menstrual hygiene and suit people of
    limited mobility.
    Denominator: facilities reached with an answer about sanitation and anything ticked, be it none of these.
    Source: BASA1, BASA3.
    Note: nothing ticked at all is missing, unless sanitation is not available.
    """
    needed = ("by_sex", "menstrual_hygiene", "limited_mobility")
    inclusive = np.all([_chosen_any(facts, "BASA3", (feature,)) for feature in needed], axis=0)
    ticked = facts.given("BASA3")
    told = facts.reached & ticked & facts.items("BASA1").answered[:, 0]
    due = _there(facts, "BASA1")
    missing = facts.reached & ~told & due
    return Count(told & inclusive, told, missing, facts.reached & ~told & ~due)


@definition("PWR_BACKUP")
def backup_power(facts: Facts) -> Count:
    """Power from two or more sources.

    Numerator: facilities reached with at least two sources of power.
    Denominator: facilities reached with a first source.
    Source: BAEN2.
    Note: grid and generator together are the rule; BAEN1 tells whether they suffice.
    """
    told = facts.reached & facts.chosen("BAEN2", rank=1).any(axis=1)
    rest = facts.reached & ~facts.given("BAEN2")
    due = _there(facts, "BAEN1")
    return Count(told & (facts.chosen("BAEN2").sum(axis=1) >= 2), told, rest & due, rest & ~due)


@definition("CCH_AVAILABLE")
def cold_chain(facts: Facts) -> Count:
    """Cold chain available where expected.

    Numerator: facilities that may deliver services where the cold chain is available.
    Denominator: those where it is available, partially available or not available.
    Source: BACC1.
    """
    return count(facts.items("BACC1"), facts.delivery, ("available",), EXPECTED)


@definition("WST_UNSAFE")
def unsafe_waste(facts: Facts) -> Count:
    """Hazardous waste dumped or burnt in the open.

    Numerator: facilities reached with open dumping or open burning among their methods.
    Denominator: facilities reached with any method.
    Source: BAWM4.
    Note: asked unless sharps (BAWM2) and infectious waste (BAWM3) are both not available. The method other is vague.
    """
    told = facts.reached & facts.chosen("BAWM4").any(axis=1)
    rest = facts.reached & ~facts.given("BAWM4")
    due = _there(facts, "BAWM2") | _there(facts, "BAWM3")
    unsafe = _chosen_any(facts, "BAWM4", ("open_dumping", "open_burning"))
    return Count(told & unsafe, told, rest & due, rest & ~due)


# The amenity that each question about sources, kinds, means or methods follows.
SOURCES = {"BAWA2": "BAWA1", "BASA2": "BASA1", "BAEN2": "BAEN1", "BACC2": "BACC1", "BACO2": "BACO1"}
WASTE = "BAWM4"


def _sources(vocabulary: Vocabulary) -> list[str]:
    questions = [name for name in (*SOURCES, WASTE) if name in vocabulary.options]
    return [f"{name}_{option}" for name in questions for option in vocabulary.options[name]]


@definition("SRC_MAIN", keys=_sources)
def main_source(facts: Facts) -> Count:
    """Main source, kind, means or method.

    Numerator: facilities reached that name the option first.
    Denominator: facilities reached that name any first.
    Source: BAWA2, BASA2, BAEN2, BACC2, BACO2, BAWM4.
    Note: sums to 100 % over the options of a question; those that are named second or third are not in it.
    """
    names = [name for name in (*SOURCES, WASTE) if name in facts.vocabulary.options]
    none = np.zeros((len(facts), 0), dtype=bool)
    counts = [(none, none, none, none), *(_first_named(facts, name) for name in names)]
    numerator, denominator, missing, not_asked = (np.concatenate(part, axis=1) for part in zip(*counts, strict=True))
    return Count(numerator, denominator, missing, not_asked)


def _first_named(facts: Facts, question: str) -> tuple[Flags, Flags, Flags, Flags]:
    """Of each option: whether it is named first, whether any is, and why none is."""
    first = facts.chosen(question, rank=1)
    told = (facts.reached & first.any(axis=1))[:, None]
    rest = (facts.reached & ~facts.given(question))[:, None]
    due_of = ("BAWM2", "BAWM3") if question == WASTE else (SOURCES[question],)
    due = np.any([_there(facts, item) for item in due_of], axis=0)[:, None]
    whole = np.ones_like(first)
    return told & first, told & whole, rest & due & whole, rest & ~due & whole


@definition("INF_FULL", keys=_systems)
def reporting(facts: Facts) -> Count:
    """Reporting system in place.

    Numerator: facilities reached where the system is available.
    Denominator: facilities reached where it is available, partially available or not available.
    Source: INFO1, INFO2, INFO3.
    Note: a system that no facility of a round answers for is not in the form, and not missing.
    """
    return count(facts.kind("information"), facts.reached, ("available",), EXPECTED)
