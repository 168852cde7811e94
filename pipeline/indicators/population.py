"""Facilities, beds and staff per population: for Iraq, the regions and governorates, by where a facility is.

Population is known by governorate, and facilities are counted where they stand, whoever reports them: never by
directorate. A region is the governorates that its directorates are at home in.
"""

from __future__ import annotations

import numpy as np

from pipeline.indicators.beds import bed_count
from pipeline.indicators.definition import Count, Rate, definition, size
from pipeline.indicators.facts import HOSPITAL, PHC, Facts
from pipeline.indicators.staff import counted_heads, heads, in_groups, missing_heads
from pipeline.indicators.vocabulary import BEDS

BASIC_EMONC, COMPREHENSIVE_EMONC = "QHeRAMS425", "QHeRAMS426"


@definition("POP_PHC_10K")
def centres(facts: Facts) -> Rate:
    """Primary care centres per 10,000.

    Numerator: facilities reached that are main, family-medicine or branch centres.
    Denominator: population of the area.
    Source: MoSD3; data/reference/population.csv.
    Note: public facilities only; people's clinics, health houses and mobile units do not count.
    """
    return Rate(size(facts.reached & facts.of_type(*PHC)))


@definition("POP_HOSP_250K")
def hospitals(facts: Facts) -> Rate:
    """Hospitals per 250,000.

    Numerator: facilities reached that are hospitals.
    Denominator: population of the area.
    Source: MoSD3; data/reference/population.csv.
    Note: the form does not tell a district hospital from others. Public facilities only.
    """
    return Rate(size(facts.reached & facts.of_type(*HOSPITAL)))


@definition("POP_BED_10K")
def beds_without_maternity(facts: Facts) -> Rate:
    """Inpatient beds without maternity per 10,000.

    Numerator: beds for intensive care and other beds, over facilities that may deliver services.
    Denominator: population of the area.
    Source: BAINP2; data/reference/population.csv.
    Note: public beds only.
    """
    return Rate(bed_count(facts, ("icu", "other")))


@definition("POP_BEDALL_10K")
def all_beds(facts: Facts) -> Rate:
    """All inpatient beds per 10,000.

    Numerator: beds of all kinds, over facilities that may deliver services.
    Denominator: population of the area.
    Source: BAINP2; data/reference/population.csv.
    Note: the figure of the annual statistical report. Public beds only.
    """
    return Rate(bed_count(facts, BEDS))


@definition("POP_ICU_100K")
def intensive_care_beds(facts: Facts) -> Rate:
    """Intensive care beds per 100,000.

    Numerator: beds for intensive care, over facilities that may deliver services.
    Denominator: population of the area.
    Source: BAINP2; data/reference/population.csv.
    """
    return Rate(bed_count(facts, ("icu",)))


@definition("POP_DNM_10K")
def health_workers(facts: Facts) -> Rate:
    """Doctors, nurses and midwives per 10,000.

    Numerator: women and men of the cadres grouped as doctors, nurses and midwives, over facilities reached.
    Denominator: population of the area.
    Source: HR2; data/reference/population.csv.
    Note: not computable until the codebook groups the cadres. Dentists and pharmacists are not in it.
    """
    places = [in_groups(facts, group) for group in ("doctor", "nurse", "midwife")]
    if not all(places):
        return Rate(None, "cadres_unnamed")
    cadres = [place for group in places for place in group]
    inside, missing = facts.reached, missing_heads(facts)[:, cadres].any(axis=1)
    known = counted_heads(facts)[:, cadres].any(axis=1)
    workers = heads(facts)[:, cadres].sum(axis=1) * inside
    return Rate(Count(workers, None, inside & missing, np.zeros_like(missing), inside & known))


def _giving(facts: Facts, *services: str) -> Rate:
    """Facilities that may deliver services and where any of some services is available."""
    if not set(services) <= set(facts.vocabulary.of_kind("service")):
        return Rate(None, "not_in_form")
    cells, inside = facts.items(*services), facts.delivery
    given = cells.is_in("available").any(axis=1)
    return Rate(size(inside & given, inside & ~given & cells.missing.any(axis=1), inside & cells.not_asked.all(axis=1)))


@definition("POP_EMONC_500K")
def emergency_obstetric_care(facts: Facts) -> Rate:
    """Emergency obstetric care facilities per 500,000.

    Numerator: facilities that may deliver services where basic or comprehensive emergency obstetric care is available.
    Denominator: population of the area.
    Source: QHeRAMS425, QHeRAMS426; data/reference/population.csv.
    Note: the facility's own word; the signal functions are not asked one by one.
    """
    return _giving(facts, BASIC_EMONC, COMPREHENSIVE_EMONC)


@definition("POP_CEMONC_500K")
def comprehensive_obstetric_care(facts: Facts) -> Rate:
    """Comprehensive emergency obstetric care facilities per 500,000.

    Numerator: facilities that may deliver services where comprehensive emergency obstetric care is available.
    Denominator: population of the area.
    Source: QHeRAMS426; data/reference/population.csv.
    """
    return _giving(facts, COMPREHENSIVE_EMONC)
