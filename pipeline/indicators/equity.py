"""The gap between town and country, and the change between rounds: for the few indicators where they are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.indicators.amenities import wash
from pipeline.indicators.definition import Absent, Count, Definition, Gap, definition
from pipeline.indicators.facts import PHC, Array, Facts, Flags
from pipeline.indicators.services import domain_available
from pipeline.indicators.staff import cadre_available
from pipeline.indicators.universe import operational
from pipeline.indicators.vocabulary import Vocabulary

COMPARED: tuple[Definition, ...] = (operational, wash, domain_available, cadre_available)


def _compared(vocabulary: Vocabulary) -> Sequence[str]:
    return [indicator for one in COMPARED for indicator in one.indicators(vocabulary)]


@definition("EQU_RURAL_GAP", keys=_compared)
def rural_gap(facts: Facts) -> Gap:
    """Urban-rural gap.

    Numerator: the indicator's share among urban centres of primary care, less that among rural ones.
    Denominator: both shares' denominators, multiplied: the gap is kept as an exact fraction.
    Source: GEO4, MoSD3, and the indicator's own.
    Note: only where both denominators are at least 10.
    """
    centres, area = facts.of_type(*PHC), facts.fields["urban_rural"]
    counts = [one.compute(facts) for one in COMPARED]
    urban, rural = (_within(counts, centres & area.is_in(word)) for word in ("urban", "rural"))
    return Gap(urban, rural)


def _within(counts: Sequence[object], inside: Flags) -> Count:
    """The counts side by side, over some facilities only."""

    def columns(name: str) -> Array:
        parts = [getattr(one, name) for one in counts]
        return np.concatenate([part.reshape(len(part), -1) * inside[:, None] for part in parts], axis=1)

    return Count(columns("numerator"), columns("denominator"), columns("missing"), columns("not_asked"))


@definition("CHG_PANEL", keys=_compared)
def panel(facts: Facts) -> Absent:
    """Change among the same facilities.

    Numerator: the indicator now less the indicator then, over facilities linked and answered in both rounds.
    Source: an earlier round.
    Note: from the second round on.
    """
    return Absent("first_round")
