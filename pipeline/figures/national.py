"""Sections of the wider reports: the directorates side by side, where it is worst, and whether the totals agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from pipeline.figures.brief import Brief
from pipeline.figures.html import Cell, Part, paragraph, table
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import cell, shaded, whole_name
from pipeline.figures.section import section
from pipeline.words import number, percent, signed

SHARES = ("OPS_OPERATIONAL", "BLD_DAMAGED", "FUN_FULL", "ACC_FULL", "AMN_WASH")
COUNTS = ("U_LISTED", "U_EXISTING", "BED_COUNT_all", "HR_TOTAL", "GAP_COUNT")
WORST = 3
PRIMARY_CARE = "phc"


@section("directorates", of_several=True)
def directorates(brief: Brief) -> Iterator[Part]:
    """Every directorate with its counts and shares, and how its numbers add up to those of this page."""
    columns = [brief.say("column.directorate"), *(brief.say(f"directorates.{name}") for name in (*COUNTS, *SHARES))]
    rows = [_directorate(brief, slug) for slug in brief.told["members"]]
    whole: list[Cell] = [
        whole_name(brief),
        *(_count(brief, brief.measure(name)) for name in COUNTS),
        *(cell(brief.measure(name)) for name in SHARES),
    ]
    yield table(brief.say("directorates.table"), columns, [*rows, whole], "total tight")
    added = _sum(brief)
    yield paragraph(brief.say("directorates.sum" if added["double"] else "directorates.sum.plain", **added))
    yield _tiles(brief)


def _directorate(brief: Brief, slug: str) -> list[Cell]:
    """A directorate's row; one that is closed, left out or absent has the word instead of numbers."""
    name, state = brief.label("scope", slug), brief.told["states"][slug]
    if slug in brief.told["absent"] or state == "closed":
        word = brief.say("directorates.absent" if slug in brief.told["absent"] else "state.closed")
        return [name, Markup('<span class="none">{}</span>').format(word), *[""] * (len(COUNTS) + len(SHARES) - 1)]
    left_out = slug in brief.told["left_out"]
    label = brief.say("directorates.left_out", name=name) if left_out else name
    counts = [_count(brief, brief.area(indicator, slug)) for indicator in COUNTS]
    return [label, *counts, *(cell(brief.area(indicator, slug)) for indicator in SHARES)]


def _count(brief: Brief, measure: Measure) -> str:
    return brief.say("headlines.unknown") if measure.reason else number(measure.numerator)


def _sum(brief: Brief) -> dict[str, Any]:
    """The listed facilities of the directorates that are in, the total, and the difference: declared double reports."""
    told = brief.told
    members = [slug for slug in told["members"] if slug not in told["left_out"]]
    added = sum(brief.area("U_LISTED", slug).numerator for slug in members)
    total = brief.count("U_LISTED")
    return {"added": added, "total": total, "double": added - total, "name": brief.name}


def _tiles(brief: Brief) -> Part:
    """Availability of the domains in primary care, directorate by directorate, darker for more."""
    domains = brief.modules("service")
    rows: list[list[Cell]] = [
        [
            brief.label("scope", slug),
            *(shaded(brief.area(f"SVC_DOMAIN_{domain}", slug, PRIMARY_CARE)) for domain in domains),
        ]
        for slug in _reporting(brief)
    ]
    whole: list[Cell] = [
        whole_name(brief),
        *(shaded(brief.level(f"SVC_DOMAIN_{domain}", PRIMARY_CARE)) for domain in domains),
    ]
    columns = [brief.say("column.directorate"), *(brief.say(f"domain.short.{domain}") for domain in domains)]
    return table(brief.say("directorates.tiles"), columns, [*rows, whole], "total tiles")


def _reporting(brief: Brief) -> list[str]:
    """The directorates of the page that have numbers, in the registry's order."""
    return [slug for slug in brief.told["members"] if brief.area("U_LISTED", slug).numerator]


@section("priorities", of_several=True)
def priorities(brief: Brief) -> Iterator[Part]:
    """Where availability is lowest in primary care, with the barrier named most; only among ten pairs or more."""
    if brief.edition != "internal":
        yield paragraph(brief.say("areas.no_ranks"), "source")
        return
    rows = [row for domain in brief.modules("service") for row in _worst(brief, domain)]
    if not rows:
        yield paragraph(brief.say("priorities.none"), "none")
        return
    columns = [brief.say(f"priorities.column.{name}") for name in ("domain", "directorate", "share", "barrier")]
    yield table(brief.say("priorities.table"), columns, rows, "words")


def _worst(brief: Brief, domain: str) -> list[list[Cell]]:
    found = {slug: brief.area(f"SVC_DOMAIN_{domain}", slug, PRIMARY_CARE) for slug in brief.told["members"]}
    known = {slug: one for slug, one in found.items() if one.value is not None and not one.is_few}
    order = sorted(known, key=lambda slug: (known[slug].value or 0.0, slug))[:WORST]
    return [
        [
            brief.label("module", domain)
            if slug == order[0]
            else Markup('<span class="same">{}</span>').format(brief.label("module", domain)),
            brief.label("scope", slug),
            cell(known[slug]),
            _main_barrier(brief, domain, slug),
        ]
        for slug in order
    ]


def _main_barrier(brief: Brief, domain: str, slug: str) -> str:
    prefix = f"BAR_DOMAIN_{domain}_"
    named = {key: brief.area(prefix + key, slug, PRIMARY_CARE) for key in brief.keys(prefix.removesuffix("_"))}
    worst = max(named, key=lambda key: (named[key].numerator, key), default="")
    if not worst or not named[worst].numerator:
        return brief.say("chart.none")
    return brief.say("priorities.named", name=brief.label("barrier", worst), share=percent(named[worst].value))


@section("reconciliation", needs="reconciliation")
def reconciliation(brief: Brief) -> Iterator[Part]:
    """The known totals of the real export beside those of this round."""
    rows = brief.told["reconciliation"]
    if not rows:
        yield paragraph(brief.say("reconciliation.none"), "none")
        return
    differing = [row for row in rows if row["known"] != row["found"]]
    yield paragraph(
        brief.say("reconciliation.differ" if differing else "reconciliation.agree", n=len(rows), differ=len(differing))
    )
    columns = [brief.say(f"reconciliation.column.{name}") for name in ("item", "value", "known", "found", "difference")]
    yield table(brief.say("reconciliation.table"), columns, [_reconciled(brief, row) for row in rows], "words")


def _reconciled(brief: Brief, row: dict[str, Any]) -> list[Cell]:
    item = brief.say(f"reconciliation.{row['item']}")
    return [item, _value(brief, row), number(row["known"]), number(row["found"]), signed(row["found"] - row["known"])]


def _value(brief: Brief, row: dict[str, Any]) -> str:
    """What was counted, by our word for it; blank where all facilities or columns were."""
    if row["word"] == "missing":
        return brief.say("reason.missing")
    fields = {"facility_type": "type"}
    return brief.label(fields.get(row["item"], row["item"]), row["word"]) if row["word"] else ""
