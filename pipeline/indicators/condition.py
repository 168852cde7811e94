"""The condition of buildings and equipment, support by partners, ownership."""

from __future__ import annotations

from pipeline.indicators.definition import Count, count, definition
from pipeline.indicators.facts import Facts

DAMAGED = ("partially_damaged", "fully_damaged")


@definition("BLD_DAMAGED")
def damaged_buildings(facts: Facts) -> Count:
    """Buildings partially or fully damaged.

    Numerator: existing facilities whose building is partially or fully damaged.
    Denominator: existing facilities whose building is not, partially or fully damaged; not relevant is out.
    Source: CONDB.
    """
    return count(facts.fields["building_condition"], facts.existing, DAMAGED, ("not_damaged", *DAMAGED))


@definition("BLD_FULL")
def destroyed_buildings(facts: Facts) -> Count:
    """Buildings fully damaged.

    Numerator: existing facilities whose building is fully damaged.
    Denominator: existing facilities whose building is not, partially or fully damaged; not relevant is out.
    Source: CONDB.
    """
    return count(facts.fields["building_condition"], facts.existing, ("fully_damaged",), ("not_damaged", *DAMAGED))


@definition("EQP_DAMAGED")
def damaged_equipment(facts: Facts) -> Count:
    """Equipment partially or fully damaged.

    Numerator: existing facilities whose equipment is partially or fully damaged.
    Denominator: existing facilities with an answer.
    Source: CONDE.
    """
    return count(facts.fields["equipment_condition"], facts.existing, DAMAGED)


@definition("SUP_ANY")
def supported(facts: Facts) -> Count:
    """Facilities with partner support.

    Numerator: facilities reached whose support is major or partial.
    Denominator: facilities reached with an answer.
    Source: HFSUP1.
    Note: the wording of partial support in the form of Phase I contradicts itself.
    """
    return count(facts.fields["support_level"], facts.reached, ("major", "partial"))


@definition("SUP_MAJOR")
def dependent(facts: Facts) -> Count:
    """Facilities that depend on a partner.

    Numerator: facilities reached whose support is major: they stop when the partner leaves.
    Denominator: facilities reached with an answer.
    Source: HFSUP1.
    """
    return count(facts.fields["support_level"], facts.reached, ("major",))


@definition("OWN_PUBLIC")
def public(facts: Facts) -> Count:
    """Publicly owned facilities.

    Numerator: existing facilities whose owner is public.
    Denominator: existing facilities with an answer.
    Source: MoSD7.
    """
    return count(facts.fields["ownership"], facts.existing, ("public",))


@definition("MAN_PUBLIC")
def publicly_managed(facts: Facts) -> Count:
    """Publicly managed facilities.

    Numerator: existing facilities whose management is public.
    Denominator: existing facilities with an answer.
    Source: MoSD8.
    Note: stands beside ownership and is never mixed with it.
    """
    return count(facts.fields["management"], facts.existing, ("public",))
