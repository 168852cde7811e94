"""Universes of facilities, and whether facilities work and can be reached."""

from __future__ import annotations

import numpy as np

from pipeline.indicators.definition import Count, count, definition, size
from pipeline.indicators.facts import Facts


@definition("U_LISTED")
def listed(facts: Facts) -> Count:
    """Facilities listed.

    Numerator: facilities kept for the report date, after decisions; without those that a
    provisional verdict sets aside.
    Source: the table facilities.
    """
    return size(facts.listed)


@definition("U_EXISTING")
def existing(facts: Facts) -> Count:
    """Existing facilities.

    Numerator: facilities listed whose status is existing.
    Source: MoSD4.
    """
    status = facts.fields["status"]
    return size(facts.existing, facts.listed & status.missing, facts.listed & status.not_asked)


@definition("U_STANDING")
def standing(facts: Facts) -> Count:
    """Existing facilities asked for functionality.

    Numerator: existing facilities whose building is not damaged, partially damaged or not relevant.
    Source: MoSD4, CONDB.
    """
    building = facts.fields["building_condition"]
    return size(facts.standing, facts.existing & building.missing, facts.existing & building.not_asked)


@definition("U_FUNCTIONING")
def functioning(facts: Facts) -> Count:
    """Facilities that function at least in part.

    Numerator: standing facilities whose functionality is full or partial.
    Source: MoSD4, CONDB, HFFUNCT.
    """
    functionality = facts.fields["functionality"]
    return size(facts.functioning, facts.standing & functionality.missing, facts.standing & functionality.not_asked)


@definition("U_REACHED")
def reached(facts: Facts) -> Count:
    """Facilities asked for resources and services.

    Numerator: functioning facilities whose accessibility is full or partial; offices are among them.
    Source: MoSD4, CONDB, HFFUNCT, HFACC.
    """
    access = facts.fields["accessibility"]
    return size(facts.reached, facts.functioning & access.missing, facts.functioning & access.not_asked)


@definition("U_DELIVERY")
def delivery(facts: Facts) -> Count:
    """Facilities that may deliver services.

    Numerator: facilities reached, without health-sector and prevention-sector offices.
    Source: MoSD3, MoSD4, CONDB, HFFUNCT, HFACC.
    Note: laboratories, blood banks and forensic medicine stay in: they give services that matter.
    """
    return size(facts.delivery)


@definition("OPS_OPERATIONAL")
def operational(facts: Facts) -> Count:
    """Existing facilities that work and can be reached.

    Numerator: existing facilities that stand, function at least in part and are at least in part accessible.
    Denominator: existing facilities, without those of which this cannot be told because the condition of the
    building, functionality or accessibility is missing.
    Source: MoSD4, CONDB, HFFUNCT, HFACC.
    Note: counts the fully damaged and the non-functioning as failures, which the other shares leave out.
    """
    steps = [facts.fields[name] for name in ("building_condition", "functionality", "accessibility")]
    missing = facts.existing & np.any([step.missing for step in steps], axis=0)
    unclear = facts.existing & np.any([step.has_state("missing", "unknown") for step in steps], axis=0)
    return Count(facts.reached & ~unclear, facts.existing & ~unclear, missing, np.zeros_like(missing))


@definition("FUN_FULL")
def fully_functioning(facts: Facts) -> Count:
    """Fully functioning.

    Numerator: standing facilities whose functionality is full.
    Denominator: standing facilities with an answer.
    Source: HFFUNCT.
    """
    return count(facts.fields["functionality"], facts.standing, ("full",))


@definition("FUN_PARTIAL")
def partially_functioning(facts: Facts) -> Count:
    """Partially functioning.

    Numerator: standing facilities whose functionality is partial.
    Denominator: standing facilities with an answer.
    Source: HFFUNCT.
    Note: the facility's own word, and elastic: always with its causes.
    """
    return count(facts.fields["functionality"], facts.standing, ("partial",))


@definition("FUN_NONE")
def not_functioning(facts: Facts) -> Count:
    """Not functioning.

    Numerator: standing facilities that do not function.
    Denominator: standing facilities with an answer.
    Source: HFFUNCT.
    Note: the fully damaged are not in it.
    """
    return count(facts.fields["functionality"], facts.standing, ("none",))


@definition("ACC_FULL")
def fully_accessible(facts: Facts) -> Count:
    """Fully accessible to patients.

    Numerator: functioning facilities whose accessibility is full.
    Denominator: functioning facilities with an answer.
    Source: HFACC.
    """
    return count(facts.fields["accessibility"], facts.functioning, ("full",))


@definition("ACC_LIMITED")
def hardly_accessible(facts: Facts) -> Count:
    """Partially or not accessible.

    Numerator: functioning facilities whose accessibility is partial or none.
    Denominator: functioning facilities with an answer.
    Source: HFACC.
    Note: where the cause is security, never public for a single facility.
    """
    return count(facts.fields["accessibility"], facts.functioning, ("partial", "none"))
