"""Sections about amenities and communication: what is the matter, by kind of facility and place, and where."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.figures.beside import Column, Concern, by_part, parts_word, set_beside, worst, worst_sentence
from pipeline.figures.brief import LEVELS, Brief
from pipeline.figures.headlines import cards, share_card, worst_amenity
from pipeline.figures.html import Cell, Part, bullets, heading, paragraph, table
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import (
    Parted,
    availability,
    bar_chart,
    causes,
    cell,
    level_name,
    shaded,
    stacked_chart,
)
from pipeline.figures.section import section
from pipeline.figures.services import barrier_table
from pipeline.words import percent

# Water, toilets, power, cold chain, communication, sharps: what a card and the priority table speak of.
MAIN = ("BAWA1", "BASA1", "BAEN1", "BACC1", "BACO1", "BAWM2")
CARDS = ("AMN_WASH", *(f"AMN_FULL_{item}" for item in MAIN), "WST_UNSAFE")
SOURCES = ("BAWA2", "BASA2", "BAEN2", "BACC2", "BACO2", "BAWM4")
# Shares that are no answer about one amenity.
DERIVED = ("AMN_WASH", "WAT_IMPROVED", "SAN_INCLUSIVE", "PWR_BACKUP", "WST_UNSAFE")
AREAS = ("urban", "rural")


def _name(brief: Brief, indicator: str) -> str:
    """The amenity's name, or that of a share that is made of several answers."""
    item = indicator.removeprefix("AMN_FULL_")
    return brief.items("amenity").get(item) or brief.say(f"amenities.{indicator}")


@section("amenities_headlines")
def amenities_headlines(brief: Brief) -> Iterator[Part]:
    """Water, toilets, power, cold chain, communication and waste in eight numbers, then in sentences."""
    yield cards(share_card(brief, name, _name(brief, name)) for name in CARDS)
    yield bullets(_sentences(brief), "sentences")


def _sentences(brief: Brief) -> Iterator[str]:
    yield from worst_amenity(brief)
    for level in LEVELS:
        yield from _worst_of_level(brief, level)
    yield from _town_and_country(brief)
    for concern in (Concern(_name(brief, "AMN_WASH"), "AMN_WASH"), *concerns(brief)[:2]):
        yield from worst_sentence(brief, concern)


def _worst_of_level(brief: Brief, level: str) -> Iterator[str]:
    """The amenity that suffices least often in a kind of facility; nothing where the kind has fewer than ten."""
    found = {item: brief.level(f"AMN_FULL_{item}", level) for item in brief.items("amenity")}
    known = {item: one for item, one in found.items() if one.value is not None and not one.is_few}
    if known:
        item = min(known, key=lambda item: known[item].value or 0.0)
        of_level, share = level_name(brief, level), percent(known[item].value)
        told = {"a": known[item].numerator, "b": known[item].denominator or 0}
        yield brief.say("amenities.level", level=of_level, name=brief.items("amenity")[item], share=share, **told)


def _town_and_country(brief: Brief) -> Iterator[str]:
    """All five basic amenities in town and in country, where there are facilities in both."""
    urban, rural = (brief.measure("AMN_WASH", "urban_rural", area) for area in AREAS)
    if urban.denominator and rural.denominator:
        shares = {"urban": percent(urban.value), "rural": percent(rural.value)}
        counts = {"a": urban.numerator, "b": urban.denominator, "c": rural.numerator, "d": rural.denominator}
        yield brief.say("amenities.places", **shares, **counts)


def concerns(brief: Brief) -> list[Concern]:
    """What may be worst in some directorate or sector, with its barriers."""
    items = brief.items("amenity")
    return [Concern(items[item], f"AMN_FULL_{item}", causes=f"BAR_FAC_{item}") for item in MAIN if item in items]


@section("amenities_worst")
def amenities_worst(brief: Brief) -> Iterator[Part]:
    """Where amenities suffice least, with the barrier named most."""
    yield from worst(brief, brief.say("amenities_worst.caption", parts=parts_word(brief)), concerns(brief))


@section("amenities_levels")
def amenities_levels(brief: Brief) -> Iterator[Part]:
    """Every amenity in hospitals, in primary care and in other facilities, apart."""
    for level in LEVELS:
        rows = [_parted(brief, item, name, level) for item, name in brief.items("amenity").items()]
        if any(row.whole.denominator for row in rows):
            yield stacked_chart(brief, f"amenities_levels.{level}", rows)
        else:
            yield paragraph(brief.say("amenities_levels.none", level=level_name(brief, level)), "none")


def _parted(brief: Brief, item: str, name: str, level: str) -> Parted:
    full, some = (brief.level(f"AMN_{kind}_{item}", level) for kind in ("FULL", "ANY"))
    return Parted(name, full, availability(full, some))


@section("amenities_sources")
def amenities_sources(brief: Brief) -> Iterator[Part]:
    """Where water and power mainly come from, which toilets and means there are, what becomes of waste."""
    yield paragraph(brief.say("amenities_sources.lead"))
    for question in SOURCES:
        rows = causes(brief, f"SRC_MAIN_{question}", question)
        if rows:
            yield bar_chart(brief, f"amenities_sources.{question}", rows)
        else:
            yield paragraph(brief.say(f"amenities_sources.{question}.none"), "none")


@section("amenities_places")
def amenities_places(brief: Brief) -> Iterator[Part]:
    """Amenities in town and in country, and the shares that are made of several answers."""
    names = [f"AMN_FULL_{item}" for item in brief.items("amenity")]
    columns = [brief.say("column.amenity"), *(brief.label("urban_rural", area) for area in AREAS)]
    rows = [[_name(brief, name), *(cell(_in(brief, name, area)) for area in AREAS)] for name in (*names, *DERIVED)]
    yield table(brief.say("amenities_places.caption"), columns, rows)
    yield paragraph(brief.say("amenities_places.caution"), "caution")


def _in(brief: Brief, indicator: str, area: str) -> Measure:
    return brief.measure(indicator, "urban_rural", area)


@section("amenities_barriers")
def amenities_barriers(brief: Brief) -> Iterator[Part]:
    """Why amenities and reporting systems lack: shares of facilities, and, in a table of its own, of mentions."""
    yield paragraph(brief.say("barriers.lead"))
    items = brief.items("amenity") | brief.items("information")
    for template, name in (("BAR_FAC", "facilities"), ("BAR_MEN", "mentions")):
        yield heading(brief.say(f"barriers.{name}.title"), 3)
        yield barrier_table(brief, f"amenities.{name}", template, items)


@section("amenities_beside")
def amenities_beside(brief: Brief) -> Iterator[Part]:
    """Amenities of every directorate or sector, beside each other and beside Iraq."""
    names = ["AMN_WASH", *(f"AMN_FULL_{item}" for item in brief.items("amenity"))]
    columns = [Column(_name(brief, name), name) for name in names]
    caption = brief.say("amenities_beside.caption", name=by_part(brief))
    yield from set_beside(brief, caption, columns, _tile, "tiles")
    if brief.told["kind"] == "wider":
        for level in LEVELS:
            of_level = [Column(_name(brief, name), name, level) for name in ("AMN_WASH", *_full(MAIN))]
            told = brief.say("amenities_beside.level", name=by_part(brief), level=level_name(brief, level))
            yield from set_beside(brief, told, of_level, _tile, "tiles")


def _full(items: tuple[str, ...]) -> list[str]:
    return [f"AMN_FULL_{item}" for item in items]


def _tile(measure: Measure) -> Cell:
    return shaded(measure)
