"""How far answers can be believed: what a second visit found, and what was only carried forward."""

from __future__ import annotations

import numpy as np

from pipeline.indicators.definition import Absent, Count, definition
from pipeline.indicators.facts import Agreement, Facts


@definition("DQ_COPIED")
def copied_forward(facts: Facts) -> Count:
    """Answers copied forward unchanged.

    Numerator: facilities whose answers from CONDB on are, all of them, those of their response before.
    Denominator: facilities in the tables with a response before the one that counts.
    Source: all responses of the exports up to the report date.
    Note: a facility may have changed in nothing; so it is a warning, and says how far a date can be believed.
    """
    none = np.zeros_like(facts.kept)
    followed = facts.kept & facts.named(facts.judgement.followed)
    return Count(followed & facts.named(facts.judgement.copied), followed, none, none)


@definition("DQ_AGREE")
def agreement(facts: Facts) -> Count | Absent:
    """Agreement with the second visit.

    Numerator: answers of the second visit that are those reported first: the same code, the very same number.
    Denominator: answers of the second visit where there was an answer first, over facilities in the tables.
    Source: the second visits of the round beside its records as received, before decisions: agreement measures how
    answers are collected, not how they were mended.
    Note: counted in cells of the same weight; 100 % less the gross difference rate of re-interviews. What was not
    asked or is missing in the first answer is in neither, so that one wrong status is one difference and not a
    hundred. What two visits would agree in by chance is not taken off: Cohen's kappa wants one list of options and a
    fair number of visits to one question, and would be no honest figure over a part that mixes questions.
    """
    visits = facts.judgement.second_visits
    if not visits:
        return Absent("no_revisits")
    parts = tuple(dict.fromkeys(part for _, part in visits))
    place = {str(facility): row for row, facility in enumerate(facts.facilities["facility_id"]) if facts.kept[row]}
    found = np.zeros((len(Agreement._fields), len(facts), len(parts)), dtype=np.int64)
    for (facility, part), seen in visits.items():
        if facility in place:
            found[:, place[facility], parts.index(part)] = seen
    same, compared, missing, not_asked = found
    return Count(same, compared, missing, not_asked, within=("module", parts))
