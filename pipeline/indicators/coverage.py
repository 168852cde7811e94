"""How much of the last list of facilities a round covers."""

from __future__ import annotations

import numpy as np

from pipeline.indicators.definition import Absent, Count, definition
from pipeline.indicators.facts import Facts


@definition("COV_RESPONSE")
def response(facts: Facts) -> Count | Absent:
    """Facilities that reported.

    Numerator: facilities of the baseline with a record inside the window of the round.
    Denominator: facilities of the baseline, the last list of facilities, without the closed ones.
    Source: data/baselines/, and the dates of the records.
    Note: facilities that the list does not have are counted apart. A facility that reported is counted by who reports
    it now, one that did not by the list. Not computable without a baseline; then only the number of facilities is told.
    """
    earlier = facts.judgement.earlier
    if earlier is None:
        return Absent("no_baseline")
    expected = facts.named(earlier.expected) | facts.gone
    none = np.zeros_like(expected)
    return Count(expected & facts.named(earlier.came), expected, none, none)
