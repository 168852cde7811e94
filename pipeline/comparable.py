"""Whether an indicator of a round may stand beside that of a round with another form: asked of what it reads."""

from __future__ import annotations

from pipeline.errors import unknown
from pipeline.indicators.asked import reads
from pipeline.rulings import Ruling, Rulings

# The fields that a measure is cut by; the other dimensions rest on no question.
CUT_BY = {
    "type": "facilities.type",
    "tier": "facilities.type",
    "urban_rural": "facilities.urban_rural",
    "phc_urban_rural": "facilities.urban_rural",
    "location_type": "facilities.location_type",
}


def comparable(indicator: str, rulings: Rulings, dimension: str = "") -> Ruling:
    """Whether an indicator, cut by a dimension, may stand beside that of the form before; the worst ruling wins.

    An indicator that the present form does not have is a UsageError. `comparables` asks about all of them at once.
    """
    known = reads(rulings.now)
    if indicator not in known:
        raise unknown("indicator", indicator, known)
    return rulings.of([*known[indicator], *cut_by(dimension, rulings)])


def comparables(rulings: Rulings) -> dict[str, Ruling]:
    """Whether each indicator of the present form may stand beside that of the form before."""
    return {indicator: rulings.of(names) for indicator, names in reads(rulings.now).items()}


def cut_by(dimension: str, rulings: Rulings) -> tuple[str, ...]:
    """The question that tells a facility's group in a dimension of the measures, if any does."""
    found = rulings.now.of_field(CUT_BY[dimension]) if dimension in CUT_BY else None
    return (found.name,) if found else ()
