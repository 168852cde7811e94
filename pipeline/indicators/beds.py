"""Beds for inpatients: how many there are, and whether they suffice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.indicators.definition import Count, count, definition
from pipeline.indicators.facts import Array, Cells, Facts
from pipeline.indicators.vocabulary import BEDS, Vocabulary

EXPECTED = ("available", "partial", "not_available")


def _kinds(vocabulary: Vocabulary) -> Sequence[str]:
    return BEDS


def _kinds_and_all(vocabulary: Vocabulary) -> Sequence[str]:
    return (*BEDS, "all")


def bed_answers(facts: Facts) -> Cells:
    """Whether each kind of bed suffices: n × the three kinds."""
    return facts.items(*(facts.vocabulary.beds.get(kind, "") for kind in BEDS))


def bed_count(facts: Facts, kinds: Sequence[str]) -> Count:
    """The beds of some kinds together, over facilities that may deliver services.

    A count that lacks where the kind is there is missing, never 0; where the kind is not there the facility has none.
    """
    places = [BEDS.index(kind) for kind in kinds]
    answers = bed_answers(facts)
    numbers, given = (
        np.stack(part, axis=1) for part in zip(*(facts.number(f"beds_{kind}") for kind in kinds), strict=True)
    )
    there = answers.is_in("available", "partial")[:, places]
    absent = answers.is_in("not_available", "not_expected")[:, places]
    missing = ((there | answers.missing[:, places]) & ~given).any(axis=1)
    known = given.any(axis=1) | absent.all(axis=1)
    inside = facts.delivery
    beds = numbers.sum(axis=1) * inside
    return Count(beds, None, inside & missing, inside & ~missing & ~given.any(axis=1), inside & known)


def _side_by_side(counts: Sequence[Count]) -> Count:
    def columns(name: str) -> Array:
        return np.stack([getattr(one, name) for one in counts], axis=1)

    return Count(columns("numerator"), None, columns("missing"), columns("not_asked"), columns("known"))


@definition("BED_COUNT", keys=_kinds_and_all)
def beds(facts: Facts) -> Count:
    """Inpatient beds.

    Numerator: beds of the kind, over facilities that may deliver services.
    Source: BAINP2, BAINP1.
    Note: where beds are there and the count is blank it is missing and not 0; how many facilities lack it is printed.
    """
    return _side_by_side([*(bed_count(facts, (kind,)) for kind in BEDS), bed_count(facts, BEDS)])


@definition("BED_SUFFICIENT", keys=_kinds)
def sufficient_beds(facts: Facts) -> Count:
    """Bed capacity sufficient.

    Numerator: facilities that may deliver services and have enough beds of the kind.
    Denominator: those of whom beds of the kind are expected: available, partially available or not available.
    Source: BAINP1.
    """
    return count(bed_answers(facts), facts.delivery, ("available",), EXPECTED)


@definition("INP_CAPACITY")
def inpatient_capacity(facts: Facts) -> Count:
    """Facilities with inpatient capacity.

    Numerator: facilities that may deliver services and of whom any kind of bed is expected.
    Denominator: those with an answer for all three kinds.
    Source: BAINP1.
    """
    answers, inside = bed_answers(facts), facts.delivery
    told = inside & answers.answered.all(axis=1)
    missing = inside & answers.missing.any(axis=1)
    not_asked = inside & ~missing & answers.not_asked.any(axis=1)
    return Count(told & answers.is_in(*EXPECTED).any(axis=1), told, missing, not_asked)
