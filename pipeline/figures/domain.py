"""Sections of a page about some modules of services: how far each service is available, where it lacks, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup

from pipeline.figures import areas as figures_areas
from pipeline.figures.areas import areas, column, kinds, most_named, of_area
from pipeline.figures.brief import LEVELS, Brief
from pipeline.figures.cards import Card, cards, share_card
from pipeline.figures.html import Cell, Part, bullets, heading, paragraph, stack, table
from pipeline.figures.parts import (
    ALL_LEVELS,
    Parted,
    Single,
    availability,
    bar_chart,
    cell,
    compared,
    iraq_name,
    level_name,
    shaded,
    stacked_chart,
    whole_name,
)
from pipeline.figures.section import section
from pipeline.figures.services import barrier_table, most_lacking
from pipeline.words import number, percent

BEHIND = re.compile(r"\s*\([^()]*\)$")
PLACES = ("urban", "rural")
# Other facilities are many things; a sentence about their best service would be about none of them.
SPOKEN = ("phc", "hospital")
# From this part of the facilities on, a service that is expected there is worth a sentence.
USUAL = 0.1


def short(name: str) -> str:
    """The name of a service without what stands in brackets at its end."""
    return BEHIND.sub("", name)


@section("domain_headlines")
def domain_headlines(brief: Brief) -> Iterator[Part]:
    """How available the services of the page are at each level of care, which best and least, and what hinders."""
    yield cards(_cards(brief))
    yield bullets(_sentences(brief), "sentences")


def _cards(brief: Brief) -> Iterator[Card]:
    modules = brief.modules("service")
    for module in modules:
        for level in LEVELS if len(modules) == 1 else reversed(SPOKEN):
            indicator = f"SVC_DOMAIN_{module}"
            name = brief.say("domain_headlines.card", level=level_name(brief, level))
            if len(modules) > 1:
                name = f"{brief.say(f'domain.short.{module}')} · {name}"
            yield share_card(brief, name, brief.level(indicator, level), compared(brief, indicator, level))


def _sentences(brief: Brief) -> Iterator[str]:
    found = [sentence for level in SPOKEN for sentence in _extremes(brief, level)]
    yield from found or [brief.say("domain_headlines.nothing")]
    yield from _most_lacking(brief)
    for module in brief.modules("service"):
        if brief.level(f"SVC_DOMAIN_{module}", "phc").denominator:
            yield " ".join((_barrier(brief, module), *_worst_area(brief, module)))


def _extremes(brief: Brief, level: str) -> Iterator[str]:
    """The services most and least available at a level of care, among those that are no rarity there."""
    names = brief.items("service")
    found = {item: brief.level(f"SVC_FULL_{item}", level) for item in names if _is_usual(brief, item, level)}
    known = sorted((one.value, item) for item, one in found.items() if one.value is not None and not one.is_few)
    if len(known) > 1:
        (low, least), (high, most) = known[0], known[-1]
        yield brief.say(
            f"domain_headlines.{level}",
            best=short(names[most]),
            high=percent(high),
            worst=short(names[least]),
            low=percent(low),
            a=found[least].numerator,
            b=found[least].denominator or 0,
        )


def _is_usual(brief: Brief, item: str, level: str) -> bool:
    """Whether a service is expected of one in ten facilities of a level, or more."""
    return (brief.level(f"SVC_EXPECTED_{item}", level).fraction or 0.0) >= USUAL


def _most_lacking(brief: Brief) -> Iterator[str]:
    for item, name in list(most_lacking(brief).items())[:1]:
        whole = brief.measure(f"SVC_FULL_{item}")
        lacking = (whole.denominator or 0) - whole.numerator
        yield brief.say.count("domain_headlines.lacking", lacking, name=short(name), of=number(whole.denominator or 0))


def _barrier(brief: Brief, module: str) -> str:
    template = f"BAR_DOMAIN_{module}"
    named = {key: brief.level(f"{template}_{key}", "phc") for key in brief.keys(template)}
    return brief.say("domain_headlines.barrier", domain=brief.label("module", module), barrier=most_named(brief, named))


def _worst_area(brief: Brief, module: str) -> Iterator[str]:
    """Where primary care has a domain least; nobody is ranked outside."""
    indicator = f"SVC_DOMAIN_{module}"
    if brief.edition != "internal" or len(areas(brief)) < 2:
        return
    for area, found in list(figures_areas.worst(brief, indicator).items())[:1]:
        whole = percent(brief.level(indicator, "phc").value)
        told = {"area": areas(brief)[area], "share": percent(found.value), "name": brief.name, "whole": whole}
        yield brief.say("domain_headlines.area", **told)


@section("service_levels")
def service_levels(brief: Brief) -> Iterator[Part]:
    """Every service of the page at each level of care, in the order of the form."""
    yield paragraph(brief.say("service_levels.lead"))
    for module in brief.modules("service"):
        items = brief.items("service", module)
        yield heading(brief.label("module", module), 3)
        for level in SPOKEN:
            rows = [row for item, name in items.items() for row in _availability(brief, item, name, level)]
            if rows:
                yield stacked_chart(brief, f"service_levels.{level}", rows)
            else:
                yield paragraph(brief.say("domains.none", level=level_name(brief, level)), "none")
        columns = [brief.say(f"services.column.{name}") for name in ("service", "expected", "stack")]
        columns += [level_name(brief, level) for level in ALL_LEVELS]
        rows_of_table = [_service(brief, item, name) for item, name in items.items()]
        caption = brief.say("service_levels.table", name=brief.label("module", module))
        yield table(caption, columns, rows_of_table, "stacks")


def _availability(brief: Brief, item: str, name: str, level: str) -> Iterator[Parted]:
    """The row of a service; none where no facility of the level is expected to have it."""
    full, some = brief.level(f"SVC_FULL_{item}", level), brief.level(f"SVC_ANY_{item}", level)
    if full.denominator or full.is_withheld:
        yield Parted(short(name), full, availability(full, some))


def _service(brief: Brief, item: str, name: str) -> list[Cell]:
    full, some = brief.measure(f"SVC_FULL_{item}"), brief.measure(f"SVC_ANY_{item}")
    shares = [_beside(brief, item, level) for level in ALL_LEVELS]
    return [name, number(brief.count(f"SVC_EXPECTED_{item}")), stack(availability(full, some)), *shares]


def _beside(brief: Brief, item: str, level: str) -> Markup:
    """A share, with Iraq's below it where it is known."""
    share, country = cell(brief.level(f"SVC_FULL_{item}", level)), compared(brief, f"SVC_FULL_{item}", level)
    if not country:
        return share
    return Markup('{}<br><span class="same">{} {}</span>').format(share, iraq_name(brief), country)


@section("domain_areas")
def domain_areas(brief: Brief) -> Iterator[Part]:
    """Availability by directorate and level of care, or by sector, in the official order."""
    modules, levels = brief.modules("service"), LEVELS if figures_areas.is_wider(brief) else ("phc",)
    pairs = [(module, level) for module in modules for level in levels]
    names = areas(brief, "") if figures_areas.is_wider(brief) else areas(brief)
    if not names:
        yield paragraph(brief.say("areas.none"), "none")
        return
    rows: list[list[Cell]] = [
        [name, *(shaded(of_area(brief, f"SVC_DOMAIN_{module}", area, level)) for module, level in pairs)]
        for area, name in names.items()
    ]
    whole = [shaded(brief.level(f"SVC_DOMAIN_{module}", level)) for module, level in pairs]
    columns = [column(brief), *(_pair_name(brief, module, level, len(modules)) for module, level in pairs)]
    caption = brief.say("domain_areas.table", kinds=kinds(brief))
    yield table(caption, columns, [*rows, [whole_name(brief), *whole]], "total tiles")


def _pair_name(brief: Brief, module: str, level: str, modules: int) -> str:
    name = level_name(brief, level)
    return f"{brief.say(f'domain.short.{module}')}: {name}" if modules > 1 else name


@section("domain_places")
def domain_places(brief: Brief) -> Iterator[Part]:
    """Primary care in town and country, by domain and service by service."""
    rows = [
        Single(_place_name(brief, module, place), brief.measure(f"SVC_DOMAIN_{module}", "phc_urban_rural", place))
        for module in brief.modules("service")
        for place in PLACES
    ]
    if not any(row.measure.denominator for row in rows):
        yield paragraph(brief.say("domain_places.none"), "none")
        return
    yield bar_chart(brief, "domain_places", rows)
    columns = [brief.say("services.column.service"), *(brief.label("urban_rural", place) for place in PLACES)]
    cells: list[list[Cell]] = [
        [name, *(cell(brief.measure(f"SVC_FULL_{item}", "phc_urban_rural", place)) for place in PLACES)]
        for item, name in brief.items("service").items()
    ]
    yield table(brief.say("domain_places.table"), columns, cells)


def _place_name(brief: Brief, module: str, place: str) -> str:
    name = brief.label("urban_rural", place)
    return f"{brief.say(f'domain.short.{module}')} · {name}" if len(brief.modules("service")) > 1 else name


@section("service_barriers")
def service_barriers(brief: Brief) -> Iterator[Part]:
    """Why the services lack: by level of care, then of facilities and, apart from these, of mentions."""
    yield paragraph(brief.say("barriers.lead"))
    rows = [
        (brief.say("service_barriers.row", domain=brief.say(f"domain.short.{module}"), level=level_name(brief, level)),
         {cause: brief.level(f"BAR_DOMAIN_{module}_{cause}", level) for cause in brief.keys(f"BAR_DOMAIN_{module}")})
        for module in brief.modules("service")
        for level in LEVELS
    ]  # fmt: skip
    known = [(name, found) for name, found in rows if any(one.denominator or one.is_withheld for one in found.values())]
    causes = dict.fromkeys(
        cause for _, found in known for cause, one in found.items() if one.numerator or one.is_withheld
    )
    if not causes:
        yield paragraph(brief.say("barriers.none"), "none")
        return
    columns = [brief.say("barriers.column"), *(brief.label("barrier", cause) for cause in causes)]
    cells: list[list[Cell]] = [[name, *(cell(found[one]) for one in causes if one in found)] for name, found in known]
    yield table(brief.say("service_barriers.levels"), columns, cells)
    items = {item: short(name) for item, name in most_lacking(brief).items()}
    for template, name in (("BAR_FAC", "facilities"), ("BAR_MEN", "mentions")):
        yield heading(brief.say(f"barriers.{name}.title"), 3)
        yield barrier_table(brief, f"services.{name}", template, items)


@section("domain_priorities")
def domain_priorities(brief: Brief) -> Iterator[Part]:
    """Where primary care and hospitals have the services least, and why."""
    yield from figures_areas.priorities(brief)
    if figures_areas.is_wider(brief) and brief.edition == "internal":
        yield from figures_areas.priorities(brief, "hospital")
