"""Why something is lacking: barriers of services, amenities, reporting systems and beds, and causes of damage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.indicators.definition import Count, definition
from pipeline.indicators.facts import Array, Facts, Flags
from pipeline.indicators.vocabulary import ALL_BEDS, CAUSE_QUESTIONS, Vocabulary

LACKING = ("partial", "not_available")
DAMAGED = ("partially_damaged", "fully_damaged")
KINDS = ("service", "amenity", "information")


@dataclass(frozen=True)
class Shortages:
    """Items that lack, with the barriers that are named: n × items, and n × items × causes."""

    items: tuple[str, ...]
    lacking: Flags
    told: Flags
    mentions: npt.NDArray[np.int8]

    @property
    def untold(self) -> Flags:
        """Where something lacks and barrier 1 is blank."""
        return self.lacking & ~self.told


def _with_barriers(vocabulary: Vocabulary) -> tuple[str, ...]:
    return tuple(item for kind in KINDS for item in vocabulary.of_kind(kind) if vocabulary.causes.get(item))


def _causes(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Each item with each barrier that can be named for it; the kinds of bed together come last."""
    pairs = [(item, cause) for item in _with_barriers(vocabulary) for cause in vocabulary.causes[item]]
    return pairs + [(ALL_BEDS, cause) for cause in vocabulary.causes_of(vocabulary.of_kind("bed"))]


def _pairs(vocabulary: Vocabulary) -> list[str]:
    return [f"{item}_{cause}" for item, cause in _causes(vocabulary)]


def _domain_causes(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    return [(name, cause) for name, items in vocabulary.domains.items() for cause in vocabulary.causes_of(items)]


def _domain_pairs(vocabulary: Vocabulary) -> list[str]:
    return [f"{domain}_{cause}" for domain, cause in _domain_causes(vocabulary)]


def shortages(facts: Facts) -> Shortages:
    """What lacks where it is asked: services and beds where they may be delivered, the rest in facilities reached."""
    items, known = _with_barriers(facts.vocabulary), facts.vocabulary.all_items
    is_service = np.isin(np.array(items, dtype=str), facts.vocabulary.of_kind("service"))
    inside = np.where(is_service, facts.delivery[:, None], facts.reached[:, None])
    places = [known.index(item) for item in items]
    beds = [known.index(item) for item in facts.vocabulary.of_kind("bed")]
    of_beds = facts.delivery[:, None] & facts.kind("bed").is_in(*LACKING)
    lacking = np.column_stack([inside & facts.items(*items).is_in(*LACKING), of_beds.any(axis=1)])
    # The question about beds is one: what stands on several kinds is counted once.
    about_beds = (facts.mentions[:, beds] * of_beds[..., None]).max(axis=1, keepdims=True, initial=0)
    told = np.column_stack([facts.first_barrier[:, places], (facts.first_barrier[:, beds] & of_beds).any(axis=1)])
    mentions = np.concatenate([facts.mentions[:, places], about_beds], axis=1)
    return Shortages((*items, ALL_BEDS), lacking, told, mentions * lacking[..., None])


def _of_pairs(found: Shortages, facts: Facts) -> tuple[list[int], Array]:
    """For each pair of item and cause the place of its item, and n × pairs: how often the cause is named."""
    causes = facts.vocabulary.all_causes
    pairs = _causes(facts.vocabulary)
    items = [found.items.index(item) for item, _ in pairs]
    return items, found.mentions[:, items, [causes.index(cause) for _, cause in pairs]]


@definition("BAR_FAC", keys=_pairs)
def barrier_by_facilities(facts: Facts) -> Count:
    """Facilities naming a barrier.

    Numerator: facilities where the item is partially or not available and the cause is among barriers 1-3.
    Denominator: facilities where the item is partially or not available and barrier 1 is answered.
    Source: the barrier questions of services, amenities, reporting systems and beds (the three kinds together).
    Note: sums to more than 100% over the causes.
    """
    found = shortages(facts)
    items, named = _of_pairs(found, facts)
    told = (found.lacking & found.told)[:, items]
    return Count(told & (named > 0), told, found.untold[:, items], np.zeros_like(told))


@definition("BAR_MEN", keys=_pairs)
def barrier_by_mentions(facts: Facts) -> Count:
    """Share of barrier mentions.

    Numerator: mentions of the cause in barriers 1-3, where the item is partially or not available.
    Denominator: all mentions in barriers 1-3 there.
    Source: the barrier questions of services, amenities, reporting systems and beds (the three kinds together).
    Note: sums to 100% over the causes; ranks weigh the same. What is missing is counted in facilities.
    """
    found = shortages(facts)
    items, named = _of_pairs(found, facts)
    return Count(named, found.mentions.sum(axis=2)[:, items], found.untold[:, items], np.zeros_like(named))


@definition("BAR_DOMAIN", keys=_domain_pairs)
def barrier_by_domain(facts: Facts) -> Count:
    """Barriers over a domain.

    Numerator: pairs of a facility and a service of the domain partially or not available there, naming the cause.
    Denominator: such pairs where barrier 1 is answered.
    Source: the barrier questions of services.
    """
    found, vocabulary = shortages(facts), facts.vocabulary
    told = found.lacking & found.told
    pairs = _domain_causes(vocabulary)
    sums = np.zeros((3, len(facts), len(pairs)), dtype=np.int64)
    for place, (domain, cause) in enumerate(pairs):
        items = [found.items.index(item) for item in vocabulary.domains[domain] if item in found.items]
        named = found.mentions[:, items, vocabulary.all_causes.index(cause)] > 0
        cells = (named & told[:, items], told[:, items], found.untold[:, items])
        sums[:, :, place] = [cell.sum(axis=1) for cell in cells]
    return Count(sums[0], sums[1], sums[2], np.zeros_like(sums[2]))


def _cause_pairs(vocabulary: Vocabulary) -> list[str]:
    return [f"{name}_{cause}" for name in CAUSE_QUESTIONS for cause in vocabulary.options.get(name, ())]


@definition("CAU_FAC", keys=_cause_pairs)
def cause_by_facilities(facts: Facts) -> Count:
    """Facilities naming a cause.

    Numerator: facilities that were asked the question and name the cause in ranks 1-3.
    Denominator: facilities that were asked and answer rank 1.
    Source: CONDBx, CONDEx, HFFUNCTx, HFACCx, asked of damaged buildings, of damaged equipment, and where
    functionality or accessibility is not full.
    Note: conflict and security are never public for a single facility.
    """
    names = [name for name in CAUSE_QUESTIONS if name in facts.vocabulary.options]
    none = np.zeros((len(facts), 0), dtype=bool)
    counts = [(none, none, none), *(_causes_named(facts, name, _asked_for_causes(facts, name)) for name in names)]
    numerator, denominator, missing = (np.concatenate(part, axis=1) for part in zip(*counts, strict=True))
    return Count(numerator, denominator, missing, np.zeros_like(missing))


def _asked_for_causes(facts: Facts, question: str) -> Flags:
    if question == "CONDBx":
        return facts.existing & facts.fields["building_condition"].is_in(*DAMAGED)
    if question == "CONDEx":
        return facts.existing & facts.fields["equipment_condition"].is_in(*DAMAGED)
    if question == "HFFUNCTx":
        return facts.standing & facts.fields["functionality"].is_in("partial", "none")
    return facts.functioning & facts.fields["accessibility"].is_in("partial", "none")


def _causes_named(facts: Facts, question: str, asked: Flags) -> tuple[Flags, Flags, Flags]:
    ranks = [facts.chosen(question, rank) for rank in (1, 2, 3)]
    named = np.any(ranks, axis=0)
    told = (asked & ranks[0].any(axis=1))[:, None]
    untold = (asked & ~facts.given(question))[:, None]
    return told & named, np.broadcast_to(told, named.shape), np.broadcast_to(untold, named.shape)
