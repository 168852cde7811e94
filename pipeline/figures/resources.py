"""Sections about what facilities have: beds, amenities, information systems, staff."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from pipeline.figures.brief import LEVELS, Brief
from pipeline.figures.html import Html, Part, paragraph, table
from pipeline.figures.parts import (
    ALL_LEVELS,
    Parted,
    Single,
    amount,
    availability,
    bar_chart,
    causes,
    cell,
    compared,
    level_name,
    stacked_chart,
)
from pipeline.figures.section import section
from pipeline.words import number

BEDS = ("icu", "maternity", "other")
EXTRAS = ("AMN_WASH", "WAT_IMPROVED", "SAN_INCLUSIVE", "PWR_BACKUP", "CCH_AVAILABLE", "WST_UNSAFE")


@section("beds")
def beds(brief: Brief) -> Iterator[Part]:
    """Beds for inpatients, whether they suffice, and why not."""
    columns = [
        brief.say("beds.column.kind"),
        *(level_name(brief, level) for level in ALL_LEVELS),
        brief.say("beds.column.missing"),
    ]
    rows = [
        [
            brief.say(f"beds.{kind}"),
            *(amount(brief, brief.level(f"BED_COUNT_{kind}", level)) for level in ALL_LEVELS),
            number(brief.measure(f"BED_COUNT_{kind}").missing),
        ]
        for kind in (*BEDS, "all")
    ]
    yield table(brief.say("beds.counts"), columns, rows, "total")
    enough = [
        Single(
            brief.say(f"beds.{kind}"),
            brief.measure(f"BED_SUFFICIENT_{kind}"),
            compared(brief, f"BED_SUFFICIENT_{kind}"),
        )
        for kind in BEDS
    ]
    yield bar_chart(brief, "beds.sufficient", enough)
    barriers = causes(brief, "BAR_FAC_BAINP1", "barrier")
    if barriers:
        yield bar_chart(brief, "beds.barriers", barriers)
    else:
        yield paragraph(brief.say("beds.barriers.none"), "none")


@section("amenities")
def amenities(brief: Brief) -> Iterator[Part]:
    """Water, sanitation, hygiene, waste, power, cold chain, communication: whether they suffice."""
    items = brief.items("amenity")
    rows = [
        Parted(
            name,
            brief.measure(f"AMN_FULL_{item}"),
            availability(brief.measure(f"AMN_FULL_{item}"), brief.measure(f"AMN_ANY_{item}")),
        )
        for item, name in items.items()
    ]
    yield stacked_chart(brief, "amenities", rows)
    extras = [Single(brief.say(f"amenities.{name}"), brief.measure(name), compared(brief, name)) for name in EXTRAS]
    yield bar_chart(brief, "amenities.extras", extras)
    columns = [brief.say("column.amenity"), *(level_name(brief, level) for level in ALL_LEVELS)]
    yield table(
        brief.say("amenities.by_level"),
        columns,
        [
            [name, *(cell(brief.level(f"AMN_FULL_{item}", level)) for level in ALL_LEVELS)]
            for item, name in items.items()
        ],
    )


@section("information")
def information(brief: Brief) -> Iterator[Part]:
    """Whether systems for reporting are in place; one that a form did not ask for is named as not asked."""
    items = brief.items("information")
    asked = {item: name for item, name in items.items() if brief.measure(f"INF_FULL_{item}").denominator}
    if asked:
        yield bar_chart(
            brief,
            "information",
            [
                Single(name, brief.measure(f"INF_FULL_{item}"), compared(brief, f"INF_FULL_{item}"))
                for item, name in asked.items()
            ],
        )
        columns = [brief.say("column.system"), *(level_name(brief, level) for level in ALL_LEVELS)]
        yield table(
            brief.say("information.by_level"),
            columns,
            [
                [name, *(cell(brief.level(f"INF_FULL_{item}", level)) for level in ALL_LEVELS)]
                for item, name in asked.items()
            ],
        )
    for item, name in items.items():
        if item not in asked:
            yield paragraph(brief.say("information.not_asked", name=name), "none")


@section("staff")
def staff(brief: Brief) -> Iterator[Part]:
    """Heads by cadre and sex, and whether the cadres that are expected are there."""
    total = brief.measure("HR_TOTAL")
    yield paragraph(brief.say("staff.lead", total=total.numerator, women=_women(brief), missing=total.missing))
    names = brief.items("cadre")
    columns = [brief.say(f"staff.column.{name}") for name in ("cadre", "heads", "women")]
    columns += [level_name(brief, level) for level in LEVELS] + [brief.say("staff.column.sufficient")]
    rows = [
        [
            name,
            amount(brief, brief.measure(f"HR_CADRE_{cadre}")),
            cell(brief.measure("HR_WOMEN", "cadre", cadre)),
            *(amount(brief, brief.level(f"HR_CADRE_{cadre}", level)) for level in LEVELS),
            cell(brief.measure(f"HR_SUFFICIENT_{cadre}")),
        ]
        for cadre, name in sorted(names.items())
    ]
    whole: list[Markup | str] = [
        brief.say("staff.all"),
        amount(brief, total),
        cell(brief.measure("HR_WOMEN")),
        *(amount(brief, brief.level("HR_TOTAL", level)) for level in LEVELS),
        "",
    ]
    yield table(brief.say("staff.by_cadre"), columns, [*rows, whole], "total")
    yield staff_caution(brief)
    lacking = brief.measure("HR_NOSTAFF")
    if lacking.denominator:
        yield paragraph(brief.say("staff.nobody", n=lacking.numerator, of=lacking.denominator))


def staff_caution(brief: Brief) -> Html:
    """What heads are not, and, of a form without names of cadres, what cannot be said."""
    is_unnamed = brief.measure("HR_PHC_DOCTOR").reason == "cadres_unnamed"
    return paragraph(brief.say("staff.caution" if is_unnamed else "staff.caution.named"), "caution")


def _women(brief: Brief) -> str:
    found = brief.measure("HR_WOMEN")
    return brief.say("chart.of", a=found.numerator, b=found.denominator or 0)
