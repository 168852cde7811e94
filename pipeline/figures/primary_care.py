"""Sections about the network of primary care: its centres, what they have and give, by sector, in town and country."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.figures import areas as figures_areas
from pipeline.figures.areas import PRIMARY_CARE, areas, column, is_wider, kinds, most_named, of_area
from pipeline.figures.brief import Brief
from pipeline.figures.cards import Card, cards, count_card, share_card
from pipeline.figures.html import Cell, Part, bullets, paragraph, table
from pipeline.figures.numbers import NOTHING, Measure
from pipeline.figures.parts import (
    Parted,
    Single,
    amount,
    availability,
    bar_chart,
    cell,
    compared,
    level_name,
    shaded,
    stacked_chart,
    whole_name,
)
from pipeline.figures.population import rate_sentences
from pipeline.figures.section import section
from pipeline.indicators import PHC
from pipeline.words import number, percent

SHARES = ("OPS_OPERATIONAL", "FUN_FULL", "AMN_WASH")
# What belongs to the network and is no centre; it stands in a table of its own.
BESIDE = ("phc_main_specialized", "health_house", "mobile_clinic", "mobile_team", "public_clinic", "first_aid")
PLACES = ("urban", "rural")
# A wider page prints so many sectors; all of them are in the tables beside it.
SECTORS = 50
OF_PLACES = ("OPS_OPERATIONAL", "FUN_FULL", "ACC_FULL", "AMN_WASH")


def _of(brief: Brief, indicator: str) -> Measure:
    return brief.level(indicator, PRIMARY_CARE)


@section("centre_headlines")
def centre_headlines(brief: Brief) -> Iterator[Part]:
    """How many centres there are and work, and what a reader in a hurry has to know."""
    if _of(brief, "U_LISTED").numerator:
        yield cards(_cards(brief))
    else:
        yield paragraph(brief.say("centre_headlines.no_centre", name=brief.name), "none")
    yield bullets(_sentences(brief), "sentences")


def _cards(brief: Brief) -> Iterator[Card]:
    existing = brief.say("headlines.existing", n=brief.count("U_EXISTING", PRIMARY_CARE))
    yield count_card(brief, brief.say("centres.listed"), _of(brief, "U_LISTED"), existing)
    for name in SHARES:
        yield share_card(brief, brief.say(f"centres.{name}"), _of(brief, name), compared(brief, name, PRIMARY_CARE))


def _sentences(brief: Brief) -> Iterator[str]:
    yield from _works(brief)
    yield from _least_amenity(brief)
    yield from _extreme_domains(brief)
    yield from _town_and_country(brief)
    yield from _worst_area(brief)
    yield from rate_sentences(brief, "POP_PHC_10K")
    yield _doctor(brief)


def _works(brief: Brief) -> Iterator[str]:
    works, full = _of(brief, "OPS_OPERATIONAL"), _of(brief, "FUN_FULL")
    if works.denominator:
        told = {"full": full.numerator, "asked": full.denominator or 0, "share": percent(full.value)}
        yield brief.say("centre_headlines.works", n=works.numerator, of=works.denominator, **told)
    template = "CAU_FAC_HFFUNCTx"
    causes = {key: _of(brief, f"{template}_{key}") for key in brief.keys(template)}
    first = max(causes, key=lambda key: (causes[key].numerator, key), default="")
    if first and causes[first].numerator:
        named = {"a": causes[first].numerator, "b": causes[first].denominator or 0}
        yield brief.say("centre_headlines.cause", cause=brief.label("HFFUNCTx", first), **named)


def _least_amenity(brief: Brief) -> Iterator[str]:
    names = brief.items("amenity")
    item = _least({item: _of(brief, f"AMN_FULL_{item}") for item in names})
    if item:
        one = _of(brief, f"AMN_FULL_{item}")
        told = {"a": one.numerator, "b": one.denominator or 0, "share": percent(one.value)}
        yield brief.say("centre_headlines.amenity", name=names[item], **told)


def _extreme_domains(brief: Brief) -> Iterator[str]:
    found = {domain: _of(brief, f"SVC_DOMAIN_{domain}") for domain in brief.modules("service")}
    least, most = _least(found), _most(found)
    if least and least != most:
        template = f"BAR_DOMAIN_{least}"
        named = {key: _of(brief, f"{template}_{key}") for key in brief.keys(template)}
        yield brief.say(
            "centre_headlines.domains",
            best=brief.label("module", most),
            high=percent(found[most].value),
            worst=brief.label("module", least),
            low=percent(found[least].value),
            barrier=most_named(brief, named),
        )


def _town_and_country(brief: Brief) -> Iterator[str]:
    """The two shares of centres with basic amenities, where both speak of ten or more."""
    town, country = (brief.measure("AMN_WASH", "phc_urban_rural", place) for place in PLACES)
    if town.value is not None and country.value is not None and not (town.is_few or country.is_few):
        yield brief.say("centre_headlines.places", town=percent(town.value), country=percent(country.value))


def _worst_area(brief: Brief) -> Iterator[str]:
    if brief.edition != "internal":
        return
    for area, found in list(figures_areas.worst(brief, "FUN_FULL").items())[:1]:
        told = {"a": found.numerator, "b": found.denominator or 0, "share": percent(found.value)}
        yield brief.say("centre_headlines.area", area=areas(brief)[area], **told)


def _doctor(brief: Brief) -> str:
    found = brief.measure("HR_PHC_DOCTOR")
    if found.reason:
        return brief.say("centre_headlines.doctor_unknown", reason=brief.say(f"reason.{found.reason}"))
    return brief.say("centre_headlines.doctor", a=found.numerator, b=found.denominator or 0)


def _known(found: dict[str, Measure]) -> dict[str, float]:
    return {key: one.value for key, one in found.items() if one.value is not None and not one.is_few}


def _least(found: dict[str, Measure]) -> str:
    known = _known(found)
    return min(known, key=lambda key: (known[key], key), default="")


def _most(found: dict[str, Measure]) -> str:
    known = _known(found)
    return max(known, key=lambda key: (known[key], key), default="")


@section("centres")
def centres(brief: Brief) -> Iterator[Part]:
    """The centres by type, whether they work and can be reached, and what else belongs to the network."""
    columns = [brief.say(f"status.column.{name}") for name in ("type", "listed", "existing", "operational")]
    known = brief.groups("U_LISTED", "type")
    own = [_type(brief, kind) for kind in PHC if kind in known]
    whole: list[Cell] = [
        level_name(brief, PRIMARY_CARE),
        amount(brief, _of(brief, "U_LISTED")),
        amount(brief, _of(brief, "U_EXISTING")),
        cell(_of(brief, "OPS_OPERATIONAL")),
    ]
    yield table(brief.say("centres.types"), columns, [*own, whole], "total")
    others = [_type(brief, kind) for kind in BESIDE if kind in known]
    if others:
        yield table(brief.say("centres.beside"), columns, others)


def _type(brief: Brief, kind: str) -> list[Cell]:
    counts = [amount(brief, brief.measure(name, "type", kind)) for name in ("U_LISTED", "U_EXISTING")]
    return [brief.label("type", kind), *counts, cell(brief.measure("OPS_OPERATIONAL", "type", kind))]


@section("centre_services")
def centre_services(brief: Brief) -> Iterator[Part]:
    """Services and amenities of the centres: the domains fully available, and whether each amenity suffices."""
    if not brief.count("U_EXISTING", PRIMARY_CARE):
        yield paragraph(brief.say("centres.none"), "none")
        return
    domains = [
        _single(brief, f"SVC_DOMAIN_{one}", brief.say(f"domain.short.{one}")) for one in brief.modules("service")
    ]
    yield bar_chart(brief, "centre_services", domains)
    yield stacked_chart(brief, "centre_amenities", [_amenity(brief, *one) for one in brief.items("amenity").items()])


def _single(brief: Brief, indicator: str, name: str) -> Single:
    return Single(name, _of(brief, indicator), compared(brief, indicator, PRIMARY_CARE))


def _amenity(brief: Brief, item: str, name: str) -> Parted:
    full = _of(brief, f"AMN_FULL_{item}")
    return Parted(name, full, availability(full, _of(brief, f"AMN_ANY_{item}")))


@section("centre_areas")
def centre_areas(brief: Brief) -> Iterator[Part]:
    """The centres of each directorate, or of each sector of one: how many, whether they work, what they give."""
    names = areas(brief)
    if not names:
        yield paragraph(brief.say("areas.none"), "none")
        return
    heads = [brief.say("status.column.listed"), brief.say("status.column.existing")]
    heads += [brief.say(f"centres.short.{name}") for name in SHARES]
    rows = [[name, *_centres_of(brief, area)] for area, name in names.items()]
    rows.append([whole_name(brief), *_centres_of(brief, "")])
    yield table(brief.say("centre_areas.table", kinds=kinds(brief)), [column(brief), *heads], rows, "total")
    domains = brief.modules("service")
    tiles: list[list[Cell]] = [[name, *_domains_of(brief, area, domains)] for area, name in names.items()]
    tiles.append([whole_name(brief), *_domains_of(brief, "", domains)])
    columns = [column(brief), *(brief.say(f"domain.short.{one}") for one in domains)]
    yield table(brief.say("centre_areas.tiles", kinds=kinds(brief)), columns, tiles, "total tiles")
    if is_wider(brief):
        yield from _sectors(brief)


def _sectors(brief: Brief) -> Iterator[Part]:
    """The sectors of a wider page whose centres function fully least often, among those with ten or more."""
    if brief.edition != "internal":
        yield paragraph(brief.say("areas.no_ranks"), "source")
        return
    found = brief.numbers.sectors
    full = {tuple(place): one for (name, *place), one in found.items() if name == "FUN_FULL"}
    known = {place: one.value for place, one in full.items() if one.value is not None and not one.is_few}
    worst = sorted(known, key=lambda place: (known[place], place))[:SECTORS]
    if not worst:
        return
    columns = [brief.say(f"column.{name}") for name in ("sector", "directorate")]
    columns += [brief.say("status.column.listed"), brief.say("status.column.existing")]
    columns += [brief.say(f"centres.short.{name}") for name in SHARES]
    yield table(brief.say("centre_areas.sectors"), columns, [_sector(brief, *place) for place in worst])
    yield paragraph(brief.say("centre_areas.sectors_shown", n=number(len(worst)), of=number(len(full))), "more")


def _sector(brief: Brief, directorate: str, sector: str) -> list[Cell]:
    found = brief.numbers.sectors
    counts = [amount(brief, found[name, directorate, sector]) for name in ("U_LISTED", "U_EXISTING")]
    shares = [cell(found.get((name, directorate, sector), NOTHING)) for name in SHARES]
    return [brief.label("sector", sector), brief.label("scope", directorate), *counts, *shares]


def _in(brief: Brief, indicator: str, area: str) -> Measure:
    """A measure of the centres of an area; of all centres of the page for an empty text."""
    return of_area(brief, indicator, area) if area else _of(brief, indicator)


def _centres_of(brief: Brief, area: str) -> list[Cell]:
    counts = [amount(brief, _in(brief, name, area)) for name in ("U_LISTED", "U_EXISTING")]
    return [*counts, *(cell(_in(brief, name, area)) for name in SHARES)]


def _domains_of(brief: Brief, area: str, domains: Sequence[str]) -> list[Cell]:
    return [shaded(_in(brief, f"SVC_DOMAIN_{one}", area)) for one in domains]


@section("centre_places")
def centre_places(brief: Brief) -> Iterator[Part]:
    """The centres in town and country: work, amenities, services."""
    if not any(brief.groups("U_EXISTING", "phc_urban_rural").get(place) for place in PLACES):
        yield paragraph(brief.say("domain_places.none"), "none")
        return
    names = {name: brief.say(f"centres.{name}") for name in OF_PLACES}
    names |= {f"AMN_FULL_{item}": name for item, name in brief.items("amenity").items()}
    names |= {f"SVC_DOMAIN_{one}": brief.label("module", one) for one in brief.modules("service")}
    columns = [brief.say("centre_places.column"), *(brief.label("urban_rural", place) for place in PLACES)]
    rows: list[list[Cell]] = [
        [name, *(cell(brief.measure(indicator, "phc_urban_rural", place)) for place in PLACES)]
        for indicator, name in names.items()
    ]
    counts = [number(brief.measure("U_EXISTING", "phc_urban_rural", place).numerator) for place in PLACES]
    yield table(brief.say("centre_places.table"), columns, [[brief.say("centres.existing"), *counts], *rows])


@section("centre_priorities")
def centre_priorities(brief: Brief) -> Iterator[Part]:
    """Where the centres have the services least, and why."""
    yield from figures_areas.priorities(brief)
