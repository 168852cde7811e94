"""Sections about services: by domain, one by one, why they lack, and what facilities themselves call a gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from pipeline.figures.brief import LEVELS, Brief
from pipeline.figures.facilities import more
from pipeline.figures.html import Part, heading, paragraph, stack, table
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import (
    ALL_LEVELS,
    Single,
    availability,
    bar_chart,
    cell,
    compared,
    level_name,
)
from pipeline.figures.section import section
from pipeline.figures.told import facility
from pipeline.words import number

MOST_LACKING = 10


@section("domains")
def domains(brief: Brief) -> Iterator[Part]:
    """Availability of the seven domains of services, for hospitals, primary care and other facilities apart."""
    yield paragraph(brief.say("domains.lead"))
    for level in LEVELS:
        rows = [
            Single(
                brief.say(f"domain.short.{domain}"),
                brief.level(f"SVC_DOMAIN_{domain}", level),
                compared(brief, f"SVC_DOMAIN_{domain}", level),
            )
            for domain in brief.modules("service")
        ]
        if any(row.measure.denominator for row in rows):
            yield bar_chart(brief, "domains", rows, level=level_name(brief, level))
        else:
            yield paragraph(brief.say("domains.none", level=level_name(brief, level)), "none")


@section("services")
def services(brief: Brief) -> Iterator[Part]:
    """Every service: where it is expected, where it is available, and that for each kind of facility."""
    yield paragraph(brief.say("services.lead", n=len(brief.items("service"))))
    columns = [brief.say(f"services.column.{name}") for name in ("service", "expected", "stack")]
    columns += [level_name(brief, level) for level in ALL_LEVELS]
    for domain in brief.modules("service"):
        name = brief.label("module", domain)
        yield heading(name, 3)
        rows = [_service(brief, item, label) for item, label in brief.items("service", domain).items()]
        yield table(brief.say("services.caption", domain=name), columns, rows, "services")


def _service(brief: Brief, item: str, name: str) -> list[Markup | str]:
    full, some = brief.measure(f"SVC_FULL_{item}"), brief.measure(f"SVC_ANY_{item}")
    shares = [cell(brief.level(f"SVC_FULL_{item}", level)) for level in ALL_LEVELS]
    return [name, number(brief.count(f"SVC_EXPECTED_{item}")), stack(availability(full, some)), *shares]


@section("barriers")
def barriers(brief: Brief) -> Iterator[Part]:
    """Why services and amenities lack: shares of facilities, and, in tables of their own, shares of mentions."""
    yield paragraph(brief.say("barriers.lead"))
    modules = {domain: brief.label("module", domain) for domain in brief.modules("service")}
    yield barrier_table(brief, "domains", "BAR_DOMAIN", modules)
    lacking = _most_lacking(brief)
    for template, name in (("BAR_FAC", "facilities"), ("BAR_MEN", "mentions")):
        yield heading(brief.say(f"barriers.{name}.title"), 3)
        yield barrier_table(brief, f"services.{name}", template, lacking)
        yield barrier_table(brief, f"amenities.{name}", template, brief.items("amenity") | brief.items("information"))


def _most_lacking(brief: Brief) -> dict[str, str]:
    """The services that most facilities lack at least in part, with their names."""
    items = brief.items("service")
    lacking = {item: _lacking(brief.measure(f"SVC_FULL_{item}")) for item in items}
    worst = sorted((item for item in items if lacking[item]), key=lambda item: (-lacking[item], item))
    return {item: items[item] for item in worst[:MOST_LACKING]}


def _lacking(full: Measure) -> int:
    return (full.denominator or 0) - full.numerator


def barrier_table(brief: Brief, key: str, template: str, items: dict[str, str]) -> Part:
    """A row for each item that lacks somewhere, a column for each barrier that anybody names."""
    keys = {item: brief.keys(f"{template}_{item}") for item in items}
    named_for = {
        item: {cause: brief.measure(f"{template}_{item}_{cause}") for cause in causes} for item, causes in keys.items()
    }
    used = dict.fromkeys(cause for found in named_for.values() for cause, one in found.items() if one.numerator)
    rows = [
        [items[item], *(cell(found[cause]) if cause in found else "" for cause in used)]
        for item, found in named_for.items()
        if any(one.denominator for one in found.values())
    ]
    columns = [brief.say("barriers.column"), *(brief.label("barrier", cause) for cause in used)]
    if not rows:
        return paragraph(brief.say("barriers.none"), "none")
    return table(brief.say(f"barriers.{key}.caption"), columns, rows)


@section("gaps")
def gaps(brief: Brief) -> Iterator[Part]:
    """What facilities declare: services expected of them that are partially available or not at all."""
    total = brief.measure("GAP_COUNT")
    yield paragraph(brief.say("gaps.lead", n=total.numerator, **_by_level(brief)))
    lacking = _most_lacking(brief)
    if lacking:
        yield table(
            brief.say("gaps.services"),
            _gap_columns(brief),
            [
                [name, number(_lacking(brief.measure(f"SVC_FULL_{item}"))), cell(brief.measure(f"SVC_FULL_{item}"))]
                for item, name in lacking.items()
            ],
        )
    rows = brief.listed("gaps")
    if rows:
        names = ("facility", "type", "directorate", "not_available", "partial")
        yield table(
            brief.say("gaps.facilities"),
            [brief.say(f"column.{name}") for name in names],
            (_gap_row(brief, row) for row in rows),
        )
        yield from more(brief, "gaps", len(rows))


def _by_level(brief: Brief) -> dict[str, int]:
    return {level: brief.count("GAP_COUNT", level) for level in LEVELS}


def _gap_columns(brief: Brief) -> Sequence[str]:
    return [brief.say(f"gaps.column.{name}") for name in ("service", "facilities", "available")]


def _gap_row(brief: Brief, row: dict[str, str]) -> list[Markup | str]:
    return [
        facility(brief, row),
        brief.label("type", row["type"]),
        brief.label("scope", row["directorate"]),
        number(int(row["not_available"])),
        number(int(row["partial"])),
    ]
