"""Sections about hospitals and inpatient care, and about hospitals only: work, beds, inpatient services, staff."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.figures import areas as figures_areas
from pipeline.figures.areas import areas
from pipeline.figures.brief import LEVELS, Brief
from pipeline.figures.cards import Card, cards, count_card, share_card
from pipeline.figures.domain import short
from pipeline.figures.html import Cell, Part, bullets, paragraph, table
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import (
    Parted,
    Single,
    amount,
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
from pipeline.figures.population import rate_sentences
from pipeline.figures.resources import BEDS, staff_caution
from pipeline.figures.section import section
from pipeline.words import Withheld, number, percent

HOSPITAL = "hospital"
WORK = ("OPS_OPERATIONAL", "FUN_FULL", "BLD_DAMAGED")
COUNTS = ("BED_COUNT_icu", "BED_COUNT_maternity", "BED_COUNT_other", "BED_COUNT_all")


def _of(brief: Brief, indicator: str) -> Measure:
    return brief.level(indicator, HOSPITAL)


def _single(brief: Brief, indicator: str, name: str) -> Single:
    return Single(name, _of(brief, indicator), compared(brief, indicator, HOSPITAL))


def _has_none(brief: Brief) -> bool:
    """Whether no hospital exists, so that there is nothing to tell."""
    return not brief.count("U_EXISTING", HOSPITAL)


@section("hospital_headlines")
def hospital_headlines(brief: Brief) -> Iterator[Part]:
    """How many hospitals there are and work, their beds, and what a reader in a hurry has to know."""
    listed = _of(brief, "U_LISTED")
    if not listed.numerator:
        yield paragraph(brief.say("hospital_headlines.no_hospital", name=brief.name), "none")
    else:
        yield cards(_cards(brief))
    yield bullets(_sentences(brief), "sentences")


def _cards(brief: Brief) -> Iterator[Card]:
    existing = brief.say("headlines.existing", n=brief.count("U_EXISTING", HOSPITAL))
    yield count_card(brief, brief.say("hospitals.listed"), _of(brief, "U_LISTED"), existing)
    for name in WORK:
        beside = compared(brief, name, HOSPITAL)
        yield share_card(brief, brief.say(f"hospitals.{name}"), _of(brief, name), beside)
    for name in COUNTS:
        yield count_card(brief, brief.say(f"hospitals.{name}"), _of(brief, name))


def _sentences(brief: Brief) -> Iterator[str]:
    yield from _works(brief)
    yield from _beds(brief)
    yield from _least_service(brief)
    yield from rate_sentences(brief, "POP_BED_10K")
    yield brief.say("hospital_headlines.elsewhere", beds=_beds_elsewhere(brief))


def _works(brief: Brief) -> Iterator[str]:
    works, full = _of(brief, "OPS_OPERATIONAL"), _of(brief, "FUN_FULL")
    if works.denominator:
        yield brief.say(
            "hospital_headlines.works",
            n=works.numerator,
            of=works.denominator,
            full=full.numerator,
            asked=full.denominator or 0,
            share=percent(full.value),
        )
    causes = _named(brief, "CAU_FAC_HFFUNCTx", "HFFUNCTx")
    if causes and causes[0].measure.numerator:
        first = causes[0]
        told = {"a": first.measure.numerator, "b": first.measure.denominator or 0}
        yield brief.say("hospital_headlines.cause", cause=first.label, **told)


def _beds(brief: Brief) -> Iterator[str]:
    found = {kind: _of(brief, f"BED_SUFFICIENT_{kind}") for kind in BEDS}
    known = {kind: one for kind, one in found.items() if one.value is not None}
    kind = min(known, key=lambda kind: (known[kind].value or 0.0, kind), default="")
    if kind:
        worst = known[kind]
        told = {"a": worst.numerator, "b": worst.denominator or 0, "share": percent(worst.value)}
        yield brief.say("hospital_headlines.beds", kind=brief.say(f"beds.{kind}"), **told)


def _least_service(brief: Brief) -> Iterator[str]:
    names = brief.inpatient_services()
    found = {item: _of(brief, f"SVC_FULL_{item}") for item in names}
    known = {item: one for item, one in found.items() if one.value is not None and not one.is_few}
    least = min(known, key=lambda item: (known[item].value or 0.0, item), default="")
    if least:
        one = known[least]
        told = {"a": one.numerator, "b": one.denominator or 0, "share": percent(one.value)}
        yield brief.say("hospital_headlines.service", name=short(names[least]), **told)


def _beds_elsewhere(brief: Brief) -> int:
    found = [brief.level("BED_COUNT_all", level) for level in LEVELS if level != HOSPITAL]
    return Withheld() if any(one.is_withheld for one in found) else sum(one.numerator for one in found)


def _named(brief: Brief, template: str, words: str) -> list[Single]:
    """The causes or barriers that hospitals name, the most frequent first."""
    found = [Single(brief.label(words, key), _of(brief, f"{template}_{key}")) for key in brief.keys(template)]
    return sorted(
        (row for row in found if row.measure.numerator or row.measure.is_withheld),
        key=lambda row: -(row.measure.value or 0),
    )


@section("hospital_work")
def hospital_work(brief: Brief) -> Iterator[Part]:
    """Whether hospitals work, stand undamaged and take inpatients, and why some do not function fully."""
    if _has_none(brief):
        yield paragraph(brief.say("hospitals.none"), "none")
        return
    names = {name: brief.say(f"hospitals.short.{name}") for name in (*WORK, "EQP_DAMAGED", "INP_CAPACITY")}
    yield bar_chart(brief, "hospital_work", [_single(brief, *one) for one in names.items()])
    causes = _named(brief, "CAU_FAC_HFFUNCTx", "HFFUNCTx")
    if causes:
        yield bar_chart(brief, "hospital_work.causes", causes)
    else:
        yield paragraph(brief.say("hospital_work.causes.none"), "none")


@section("hospital_beds")
def hospital_beds(brief: Brief) -> Iterator[Part]:
    """Beds by kind in hospitals, beside those elsewhere; whether they suffice in hospitals, and why not."""
    columns = [brief.say("beds.column.kind"), *(level_name(brief, level) for level in LEVELS)]
    columns.append(brief.say("hospital_beds.missing"))
    rows = [
        [
            brief.say(f"beds.{kind}"),
            *(amount(brief, brief.level(f"BED_COUNT_{kind}", level)) for level in LEVELS),
            number(_of(brief, f"BED_COUNT_{kind}").missing),
        ]
        for kind in (*BEDS, "all")
    ]
    yield table(brief.say("hospital_beds.counts"), columns, rows, "total")
    if _has_none(brief):
        yield paragraph(brief.say("hospitals.none"), "none")
        return
    enough = [_single(brief, f"BED_SUFFICIENT_{kind}", brief.say(f"beds.{kind}")) for kind in BEDS]
    yield bar_chart(brief, "hospital_beds.sufficient", enough)
    barriers = _named(brief, "BAR_FAC_BAINP1", "barrier")
    if barriers:
        yield bar_chart(brief, "hospital_beds.barriers", barriers)
    else:
        yield paragraph(brief.say("beds.barriers.none"), "none")


@section("hospital_services")
def hospital_services(brief: Brief) -> Iterator[Part]:
    """Availability in hospitals: of the domains, then of each service that only facilities with beds are asked."""
    if _has_none(brief):
        yield paragraph(brief.say("hospitals.none"), "none")
        return
    domains = brief.modules("service")
    rows = [_single(brief, f"SVC_DOMAIN_{one}", brief.say(f"domain.short.{one}")) for one in domains]
    yield bar_chart(brief, "hospital_services.domains", rows)
    names = {item: name for item, name in brief.inpatient_services().items() if _is_told(brief, item)}
    if not names:
        yield paragraph(brief.say("hospital_services.none"), "none")
        return
    yield stacked_chart(brief, "hospital_services", [_parted(brief, item, name) for item, name in names.items()])
    columns = [brief.say("services.column.service"), level_name(brief, HOSPITAL)]
    beside = iraq_name(brief) if brief.told["scope"] != "iraq" else ""
    cells: list[list[Cell]] = [
        [name, cell(_of(brief, f"SVC_FULL_{item}")), *([_country(brief, item)] if beside else [])]
        for item, name in names.items()
    ]
    yield table(brief.say("hospital_services.table"), [*columns, *([beside] if beside else [])], cells)


def _is_told(brief: Brief, item: str) -> bool:
    full = _of(brief, f"SVC_FULL_{item}")
    return bool(full.denominator) or full.is_withheld


def _parted(brief: Brief, item: str, name: str) -> Parted:
    full = _of(brief, f"SVC_FULL_{item}")
    return Parted(short(name), full, availability(full, _of(brief, f"SVC_ANY_{item}")))


def _country(brief: Brief, item: str) -> str:
    return compared(brief, f"SVC_FULL_{item}", HOSPITAL) or percent(None)


@section("hospital_directorates", of_several=True)
def hospital_directorates(brief: Brief) -> Iterator[Part]:
    """The hospitals of each directorate: how many, whether they work, their beds and staff; then their services."""
    slugs = areas(brief, HOSPITAL)
    if not slugs:
        yield paragraph(brief.say("areas.none"), "none")
        return
    columns = [brief.say("column.directorate"), brief.say("status.column.existing")]
    columns += [brief.say(f"hospitals.short.{name}") for name in (*WORK, *COUNTS, "HR_TOTAL")]
    rows = [[name, *_hospitals_of(brief, slug)] for slug, name in slugs.items()]
    yield table(
        brief.say("hospital_directorates.table"),
        columns,
        [*rows, [whole_name(brief), *_hospitals_of(brief, "")]],
        "total tight",
    )
    domains = brief.modules("service")
    tiles: list[list[Cell]] = [
        [name, *(shaded(brief.area(f"SVC_DOMAIN_{one}", slug, HOSPITAL)) for one in domains)]
        for slug, name in slugs.items()
    ]
    whole: list[Cell] = [whole_name(brief), *(shaded(_of(brief, f"SVC_DOMAIN_{one}")) for one in domains)]
    heads = [brief.say("column.directorate"), *(brief.say(f"domain.short.{one}") for one in domains)]
    yield table(brief.say("hospital_directorates.tiles"), heads, [*tiles, whole], "total tiles")


def _hospitals_of(brief: Brief, slug: str) -> list[Cell]:
    """The figures of a directorate's hospitals; of all hospitals of the page for an empty text."""

    def of(indicator: str) -> Measure:
        return brief.area(indicator, slug, HOSPITAL) if slug else _of(brief, indicator)

    shares = [cell(of(name)) for name in WORK]
    return [amount(brief, of("U_EXISTING")), *shares, *(amount(brief, of(name)) for name in (*COUNTS, "HR_TOTAL"))]


@section("hospital_priorities", of_several=True)
def hospital_priorities(brief: Brief) -> Iterator[Part]:
    """Where hospitals have the services least, and why."""
    yield from figures_areas.priorities(brief, HOSPITAL)


@section("hospital_staff")
def hospital_staff(brief: Brief) -> Iterator[Part]:
    """The staff of hospitals by cadre, and whether each cadre is there where it is expected."""
    if _has_none(brief):
        yield paragraph(brief.say("hospitals.none"), "none")
        return
    total, women = _of(brief, "HR_TOTAL"), _of(brief, "HR_WOMEN")
    told = {"women": percent(women.value), "all": brief.count("HR_TOTAL")}
    yield paragraph(brief.say("hospital_staff.lead", total=total.numerator, missing=total.missing, **told))
    names = brief.items("cadre")
    columns = [brief.say(f"staff.column.{name}") for name in ("cadre", "heads", "sufficient")]
    rows: list[list[Cell]] = [
        [name, amount(brief, _of(brief, f"HR_CADRE_{cadre}")), cell(_of(brief, f"HR_SUFFICIENT_{cadre}"))]
        for cadre, name in sorted(names.items())
    ]
    yield table(
        brief.say("hospital_staff.table"), columns, [*rows, [brief.say("staff.all"), amount(brief, total), ""]], "total"
    )
    yield staff_caution(brief)
