"""Sections about the facilities: which there are, whether they stand, work, can be reached, are supported."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from pipeline.figures.brief import Brief
from pipeline.figures.html import Part, paragraph, table
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import (
    ALL_LEVELS,
    Fractions,
    Single,
    amount,
    bar_chart,
    by_level,
    causes,
    cell,
    compared,
    level_name,
    stacked_chart,
)
from pipeline.figures.section import section
from pipeline.figures.told import facility
from pipeline.words import number

SUPPORT = ("major", "some", "none")


@section("status")
def status(brief: Brief) -> Iterator[Part]:
    """How many facilities there are of each type, how many exist, and how many of those work and can be reached."""
    yield paragraph(
        brief.say(
            "status.lead",
            listed=brief.count("U_LISTED"),
            existing=brief.count("U_EXISTING"),
            reached=brief.count("U_REACHED"),
        )
    )
    operational = [
        Single(
            level_name(brief, level), brief.level("OPS_OPERATIONAL", level), compared(brief, "OPS_OPERATIONAL", level)
        )
        for level in ALL_LEVELS
    ]
    yield bar_chart(brief, "status.operational", operational)
    places = [
        Single(brief.label("urban_rural", area), brief.measure(indicator, "urban_rural", area))
        for indicator in ("OPS_OPERATIONAL",)
        for area in ("urban", "rural")
    ]
    yield bar_chart(brief, "status.places", places)
    yield _types(brief)


def _types(brief: Brief) -> Part:
    listed = brief.groups("U_LISTED", "type")
    rows = [
        [
            brief.label("type", kind),
            number(found.numerator),
            amount(brief, brief.measure("U_EXISTING", "type", kind)),
            cell(brief.measure("OPS_OPERATIONAL", "type", kind)),
        ]
        for kind, found in sorted(listed.items(), key=lambda one: (-one[1].numerator, one[0]))
    ]
    total: list[Markup | str] = [
        level_name(brief, ""),
        amount(brief, brief.measure("U_LISTED")),
        amount(brief, brief.measure("U_EXISTING")),
        cell(brief.measure("OPS_OPERATIONAL")),
    ]
    columns = [brief.say(f"status.column.{name}") for name in ("type", "listed", "existing", "operational")]
    return table(brief.say("status.types"), columns, [*rows, total], "total")


@section("condition")
def condition(brief: Brief) -> Iterator[Part]:
    """Buildings and equipment: damage, its causes, and the buildings that are fully damaged."""
    yield stacked_chart(
        brief, "condition.buildings", by_level(brief, {level: _damage(brief, level) for level in ALL_LEVELS})
    )
    yield bar_chart(
        brief,
        "condition.equipment",
        [
            Single(level_name(brief, level), brief.level("EQP_DAMAGED", level), compared(brief, "EQP_DAMAGED", level))
            for level in ALL_LEVELS
        ],
    )
    for question in ("CONDBx", "CONDEx"):
        yield from _causes(brief, question)
    yield from _fully_damaged(brief)


def _damage(brief: Brief, level: str) -> tuple[Measure, Fractions]:
    damaged, lost = brief.level("BLD_DAMAGED", level), brief.level("BLD_FULL", level)
    if damaged.fraction is None or lost.fraction is None:
        return damaged, (None, None, None)
    return damaged, (1 - damaged.fraction, damaged.fraction - lost.fraction, lost.fraction)


def _causes(brief: Brief, question: str) -> Iterator[Part]:
    """The causes that facilities name for a question; where nobody was asked, a sentence that says so."""
    rows = causes(brief, f"CAU_FAC_{question}", question)
    if rows:
        yield bar_chart(brief, f"causes.{question}", rows)
    else:
        yield paragraph(brief.say(f"causes.{question}.none"), "none")


def _fully_damaged(brief: Brief) -> Iterator[Part]:
    rows = brief.listed("fully_damaged")
    length = brief.told["lengths"].get("fully_damaged", 0)
    if not rows:
        key = "condition.lost_withheld" if length else "condition.none_lost"
        yield paragraph(brief.say(key, n=length), "none")
        return
    columns = [brief.say(f"column.{name}") for name in ("facility", "type", "directorate", "code")]
    yield table(
        brief.say("condition.lost"),
        columns,
        [
            [
                facility(brief, row),
                brief.label("type", row["type"]),
                brief.label("scope", row["directorate"]),
                Markup("<code>{}</code>").format(row["facility_id"]),
            ]
            for row in rows
        ],
        "words",
    )
    yield from more(brief, "fully_damaged", len(rows))


def more(brief: Brief, name: str, shown: int) -> Iterator[Part]:
    """How many rows a cut list leaves out; nothing where it is whole."""
    rest = brief.told["lengths"][name] - shown
    if rest > 0:
        yield paragraph(brief.say.count("more", rest), "more")


@section("functionality")
def functionality(brief: Brief) -> Iterator[Part]:
    """How far facilities function, and why they do not; the fully damaged are told beside it."""
    rows = {level: _functioning(brief, level) for level in ALL_LEVELS}
    yield stacked_chart(brief, "functionality", by_level(brief, rows))
    yield from _causes(brief, "HFFUNCTx")
    lost, still = brief.count("BLD_FULL"), brief.count("FUN_NONE")
    yield paragraph(brief.say("functionality.both", still=still, lost=lost, both=still + lost))


def _functioning(brief: Brief, level: str) -> tuple[Measure, Fractions]:
    found = [brief.level(indicator, level) for indicator in ("FUN_FULL", "FUN_PARTIAL", "FUN_NONE")]
    return found[0], tuple(one.fraction for one in found)


@section("accessibility")
def accessibility(brief: Brief) -> Iterator[Part]:
    """Whether patients can reach the facilities that function, and what hinders them."""
    yield bar_chart(
        brief,
        "accessibility",
        [
            Single(level_name(brief, level), brief.level("ACC_FULL", level), compared(brief, "ACC_FULL", level))
            for level in ALL_LEVELS
        ],
    )
    yield from _causes(brief, "HFACCx")


@section("support")
def support(brief: Brief) -> Iterator[Part]:
    """How far facilities depend on partners, and what kind of support they get."""
    rows = {level: _supported(brief, level) for level in ALL_LEVELS}
    yield stacked_chart(brief, "support", by_level(brief, rows), SUPPORT)
    kinds = causes(brief, "SUP_TYPE", "HFSUP4_SQ001")
    if kinds:
        yield bar_chart(brief, "support.kinds", kinds)
    yield paragraph(brief.say("support.caution"), "caution")


def _supported(brief: Brief, level: str) -> tuple[Measure, Fractions]:
    some, major = brief.level("SUP_ANY", level), brief.level("SUP_MAJOR", level)
    if some.fraction is None or major.fraction is None:
        return some, (None, None, None)
    return some, (major.fraction, some.fraction - major.fraction, 1 - some.fraction)
