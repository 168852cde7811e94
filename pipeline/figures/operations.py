"""Sections about operational status, management and support: what is the matter, by tier, by owner, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from pipeline.figures.beside import Column, Concern, by_part, parts_word, set_beside, worst, worst_sentence
from pipeline.figures.brief import LEVELS, Brief
from pipeline.figures.headlines import cards, main_cause, share_card, works
from pipeline.figures.html import Part, bullets, paragraph, table
from pipeline.figures.parts import ALL_LEVELS, Single, amount, bar_chart, causes, cell, compared, level_name, of
from pipeline.figures.register import STATUSES, census, total
from pipeline.figures.section import section
from pipeline.words import percent

CARDS = ("OPS_OPERATIONAL", "FUN_FULL", "BLD_DAMAGED", "EQP_DAMAGED", "ACC_FULL", "SUP_ANY", "OWN_PUBLIC", "MAN_PUBLIC")
BESIDE = ("OPS_OPERATIONAL", "FUN_FULL", "ACC_FULL", "BLD_DAMAGED", "BLD_FULL", "EQP_DAMAGED", "SUP_ANY")
TIERS = ("primary", "secondary", "other")


@section("operations_headlines")
def operations_headlines(brief: Brief) -> Iterator[Part]:
    """Status, condition, access, support and ownership in eight numbers, then in sentences."""
    yield cards(share_card(brief, name, brief.say(f"operations.{name}")) for name in CARDS)
    yield bullets(_sentences(brief), "sentences")


def _sentences(brief: Brief) -> Iterator[str]:
    counts = census(brief)
    found = {status: total(counts, status=status) for status in STATUSES}
    yield brief.say("operations.statuses", n=total(counts), **found)
    yield from works(brief)
    yield from main_cause(brief)
    yield from _damage(brief, "BLD_DAMAGED", "CONDBx", "operations.buildings")
    yield from _damage(brief, "EQP_DAMAGED", "CONDEx", "operations.equipment")
    yield from _by_level(brief)
    for concern in concerns(brief)[:2]:
        yield from worst_sentence(brief, concern)


def _damage(brief: Brief, indicator: str, question: str, key: str) -> Iterator[str]:
    """How many are damaged, and the cause that is named most."""
    found, named = brief.measure(indicator), causes(brief, f"CAU_FAC_{question}", question)
    if found.numerator and named:
        first = named[0]
        share, of_them = percent(found.value), of(brief, first.measure)
        yield brief.say(key, found=of(brief, found), share=share, cause=first.label, named=of_them)


def _by_level(brief: Brief) -> Iterator[str]:
    """The kinds of facilities apart, where there are several."""
    found = {level: brief.level("FUN_FULL", level) for level in LEVELS}
    told = [
        brief.say("operations.level", level=level_name(brief, level), share=percent(one.value), n=of(brief, one))
        for level, one in found.items()
        if one.denominator
    ]
    if len(told) > 1:
        yield brief.say("operations.levels", levels=brief.say("list.between").join(told))


def concerns(brief: Brief) -> list[Concern]:
    """What may be worst in some directorate or sector."""
    causes_of = {"FUN_FULL": "HFFUNCTx", "BLD_DAMAGED": "CONDBx", "EQP_DAMAGED": "CONDEx", "ACC_FULL": "HFACCx"}
    return [
        Concern(
            brief.say(f"operations.{name}"),
            name,
            is_bad_high=name.endswith("DAMAGED"),
            causes=f"CAU_FAC_{question}",
            words=question,
        )
        for name, question in causes_of.items()
    ]


@section("operations_beside")
def operations_beside(brief: Brief) -> Iterator[Part]:
    """Status, condition, access and support of every directorate or sector, beside each other and beside Iraq."""
    counts = [Column(brief.say(f"beside.{name}"), name, is_count=True) for name in ("U_LISTED", "U_EXISTING")]
    shares = [Column(brief.say(f"operations.{name}"), name) for name in BESIDE]
    yield from set_beside(brief, brief.say("operations_beside.caption", name=by_part(brief)), [*counts, *shares])
    if brief.told["kind"] == "wider":
        kinds = [Column(level_name(brief, level), "FUN_FULL", level) for level in LEVELS]
        yield from set_beside(brief, brief.say("operations_beside.levels", name=by_part(brief)), kinds)


@section("operations_worst")
def operations_worst(brief: Brief) -> Iterator[Part]:
    """Where fewest function, where most is damaged and where access is worst, with the cause named most."""
    yield from worst(brief, brief.say("operations_worst.caption", parts=parts_word(brief)), concerns(brief))


@section("tiers")
def tiers(brief: Brief) -> Iterator[Part]:
    """Facilities by tier of the health system, where the tier is known."""
    listed = brief.groups("U_LISTED", "tier")
    known = [tier for tier in TIERS if tier in listed]
    if not known:
        yield paragraph(brief.say("tiers.none"), "none")
        return
    columns = ("tier", "listed", "existing", "operational", "functioning")
    rows = [_tier(brief, tier) for tier in known]
    yield table(brief.say("tiers.caption"), [brief.say(f"tiers.column.{name}") for name in columns], rows)
    yield paragraph(brief.say("tiers.caution"), "caution")


def _tier(brief: Brief, tier: str) -> Sequence[Markup | str]:
    counts = [amount(brief, brief.measure(name, "tier", tier)) for name in ("U_LISTED", "U_EXISTING")]
    shares = [cell(brief.measure(name, "tier", tier)) for name in ("OPS_OPERATIONAL", "FUN_FULL")]
    return [brief.say(f"tiers.{tier}"), *counts, *shares]


@section("ownership")
def ownership(brief: Brief) -> Iterator[Part]:
    """Who owns and who manages the facilities: two questions, never mixed."""
    for name in ("OWN_PUBLIC", "MAN_PUBLIC"):
        rows = [
            Single(level_name(brief, level), brief.level(name, level), compared(brief, name, level))
            for level in ALL_LEVELS
        ]
        yield bar_chart(brief, f"ownership.{name}", rows)
