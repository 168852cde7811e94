"""Services: where they are expected, where they are available, and the gaps that facilities declare."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.indicators.definition import Count, count, definition
from pipeline.indicators.facts import Array, Facts
from pipeline.indicators.vocabulary import Vocabulary

EXPECTED = ("available", "partial", "not_available")
LACKING = ("partial", "not_available")


def _services(vocabulary: Vocabulary) -> tuple[str, ...]:
    return vocabulary.of_kind("service")


def _domains(vocabulary: Vocabulary) -> tuple[str, ...]:
    return tuple(vocabulary.domains)


@definition("SVC_EXPECTED", keys=_services)
def service_expected(facts: Facts) -> Count:
    """Facilities where the service is expected.

    Numerator: facilities that may deliver services where it is available, partially available or not available.
    Denominator: those with an answer, or whom the form does not ask, since it is not expected of them.
    Source: QHeRAMS100-513.
    Note: those not asked are in the denominator here, and are counted as not asked too.
    """
    cells, inside = facts.kind("service"), facts.delivery[:, None]
    among = inside & cells.has_state("answered", "not_asked")
    return Count(among & cells.is_in(*EXPECTED), among, inside & cells.missing, inside & cells.not_asked)


@definition("SVC_FULL", keys=_services)
def service_available(facts: Facts) -> Count:
    """Service fully available where expected.

    Numerator: facilities that may deliver services where it is available.
    Denominator: those where it is available, partially available or not available.
    Source: QHeRAMS100-513.
    Note: speaks of working facilities only.
    """
    return count(facts.kind("service"), facts.delivery, ("available",), EXPECTED)


@definition("SVC_ANY", keys=_services)
def service_in_part(facts: Facts) -> Count:
    """Service available at least in part.

    Numerator: facilities that may deliver services where it is available or partially available.
    Denominator: those where it is available, partially available or not available.
    Source: QHeRAMS100-513.
    """
    return count(facts.kind("service"), facts.delivery, ("available", "partial"), EXPECTED)


def _over_domains(columns: Array, facts: Facts) -> Array:
    """The columns of services added up to columns of domains."""
    services = facts.vocabulary.of_kind("service")
    places = [[services.index(item) for item in items] for items in facts.vocabulary.domains.values()]
    sums = [columns[:, place].sum(axis=1, dtype=np.int64) for place in places]
    return np.stack(sums, axis=1) if sums else np.zeros((len(facts), 0), dtype=np.int64)


@definition("SVC_DOMAIN", keys=_domains)
def domain_available(facts: Facts) -> Count:
    """Availability of a domain.

    Numerator: pairs of a facility that may deliver services and a service of the domain that is available there.
    Denominator: such pairs where it is available, partially available or not available.
    Source: QHeRAMS100-513.
    Note: a mean over pairs; it says nothing of one facility.
    """
    pairs = count(facts.kind("service"), facts.delivery, ("available",), EXPECTED)
    return pairs.each(lambda columns: _over_domains(columns, facts))


@definition("GAP_COUNT")
def gaps(facts: Facts) -> Count:
    """Gaps a facility itself declares.

    Numerator: pairs of a facility that may deliver services and a service partially or not available there.
    Source: QHeRAMS100-513.
    Note: the facility's own word; a gap against a norm would need the ministry's package.
    """
    pairs = count(facts.kind("service"), facts.delivery, LACKING, EXPECTED)
    return replace(pairs.each(lambda columns: columns.sum(axis=1, dtype=np.int64)), denominator=None)
