"""Staff: head counts, women among them, and whether a cadre is there where it is expected."""

from __future__ import annotations

import numpy as np

from pipeline.indicators.definition import Absent, Count, count, definition
from pipeline.indicators.facts import Array, Facts, Flags
from pipeline.indicators.vocabulary import Vocabulary

EXPECTED = ("available", "partial", "not_available")


def _cadres(vocabulary: Vocabulary) -> tuple[str, ...]:
    return vocabulary.of_kind("cadre")


def heads(facts: Facts) -> Array:
    """Women and men in each cadre, n × cadres; 0 for a sex without a count."""
    return (facts.women.fillna(0) + facts.men.fillna(0)).to_numpy(dtype=np.int64)


def counted_heads(facts: Facts) -> Flags:
    """Where women and men are both counted, n × cadres."""
    return (facts.women.notna() & facts.men.notna()).to_numpy(dtype=bool)


def known_heads(facts: Facts) -> Flags:
    """Where women and men are both counted or the cadre is not there, n × cadres."""
    return counted_heads(facts) | facts.kind("cadre").is_in("not_available", "not_expected")


def missing_heads(facts: Facts) -> Flags:
    """Where counts are due, or whether they are is missing, and women or men are not counted, n × cadres."""
    return ~known_heads(facts) & (facts.staff.missing | facts.kind("cadre").missing)


@definition("HR_TOTAL")
def staff(facts: Facts) -> Count:
    """Staff, head count.

    Numerator: women and men of all cadres, over facilities reached.
    Source: HR2.
    Note: heads at the place of work, neither full-time equivalents nor unique persons; people's clinics report none,
    since their staff belong to other facilities. Missing counts facilities that lack the count of any cadre.
    """
    missing = missing_heads(facts).any(axis=1)
    # A form without cadres knows nothing of staff; it does not know that there is none.
    has_cadres = bool(facts.vocabulary.of_kind("cadre"))
    known = counted_heads(facts).any(axis=1) | (known_heads(facts).all(axis=1) & has_cadres)
    not_asked = facts.reached & ~missing & facts.staff.not_asked.all(axis=1)
    inside = facts.reached
    return Count(heads(facts).sum(axis=1) * inside, None, inside & missing, not_asked, inside & known)


@definition("HR_CADRE", keys=_cadres)
def staff_by_cadre(facts: Facts) -> Count:
    """Staff by cadre.

    Numerator: women and men of the cadre, over facilities reached.
    Source: HR2.
    Note: a cadre without a name in the codebook is shown by its number and belongs to no group of cadres.
    """
    inside, missing = facts.reached[:, None], missing_heads(facts)
    not_asked = inside & ~missing & facts.staff.not_asked
    return Count(heads(facts) * inside, None, inside & missing, not_asked, inside & known_heads(facts))


@definition("HR_WOMEN")
def women(facts: Facts) -> Count:
    """Women among staff.

    Numerator: women, over facilities reached and cadres where women and men are both counted.
    Denominator: women and men, over the same.
    Source: HR2.
    Note: what is missing is counted in facilities × cadres.
    """
    inside = facts.reached[:, None]
    both = inside & counted_heads(facts)
    found = facts.women.fillna(0).to_numpy(dtype=np.int64) * both
    not_asked = inside & ~both & facts.staff.not_asked
    within = ("cadre", facts.vocabulary.of_kind("cadre"))
    return Count(found, heads(facts) * both, inside & missing_heads(facts), not_asked, within=within)


@definition("HR_SUFFICIENT", keys=_cadres)
def cadre_available(facts: Facts) -> Count:
    """Cadre available where expected.

    Numerator: facilities that may deliver services where the cadre is available.
    Denominator: those where it is available, partially available or not available.
    Source: HR1.
    Note: nobody is asked for barriers here; people's clinics are shown apart.
    """
    return count(facts.kind("cadre"), facts.delivery, ("available",), EXPECTED)


@definition("HR_NOSTAFF")
def without_staff(facts: Facts) -> Count:
    """Functioning facilities without any staff.

    Numerator: facilities that may deliver services, without people's clinics, that have nobody in any cadre.
    Denominator: those of whom all cadres are known: counted, or not there.
    Source: HR1, HR2.
    """
    inside = facts.delivery & ~facts.of_type("public_clinic")
    cells, known = facts.kind("cadre"), known_heads(facts)
    has_cadres = bool(facts.vocabulary.of_kind("cadre"))
    told = inside & (known & cells.answered).all(axis=1) & has_cadres
    missing = inside & missing_heads(facts).any(axis=1)
    not_asked = inside & ~missing & cells.not_asked.any(axis=1)
    return Count(told & (heads(facts).sum(axis=1) == 0), told, missing, not_asked)


def in_groups(facts: Facts, *groups: str) -> list[int]:
    """The places of the cadres that belong to some groups."""
    cadres = facts.vocabulary.of_kind("cadre")
    return [place for place, cadre in enumerate(cadres) if facts.vocabulary.cadre_groups.get(cadre) in groups]


@definition("HR_PHC_DOCTOR")
def centres_with_a_doctor(facts: Facts) -> Count | Absent:
    """Main PHC centres with a doctor.

    Numerator: main and family-medicine centres that may deliver services, with at least one doctor.
    Denominator: those of whom the number of doctors is known.
    Source: HR1, HR2.
    Note: not computable until the codebook groups the cadres.
    """
    doctors = in_groups(facts, "doctor")
    if not doctors:
        return Absent("cadres_unnamed")
    inside = facts.delivery & facts.of_type("phc_main", "phc_family_medicine")
    told = inside & known_heads(facts)[:, doctors].all(axis=1)
    missing = inside & missing_heads(facts)[:, doctors].any(axis=1)
    some = heads(facts)[:, doctors].sum(axis=1) > 0
    return Count(told & some, told, missing, inside & ~told & ~missing)
