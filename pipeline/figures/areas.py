"""What a page sets beside each other: the directorates of a wider page, the sectors of a directorate's.

Of sectors only the primary care is known apart, so that no sector is judged by a hospital that stands in it. Areas
stand in the official order; a table of the worst, with the main cause, is for the internal edition only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from pipeline.figures.brief import Brief
from pipeline.figures.html import Cell, Part, paragraph, table
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import cell, level_name
from pipeline.words import percent

PRIMARY_CARE = "phc"
WORST = 3


def is_wider(brief: Brief) -> bool:
    """Whether the page is about several directorates."""
    return len(brief.told["members"]) > 1


def areas(brief: Brief, level: str = PRIMARY_CARE) -> dict[str, str]:
    """The areas of a page that have existing facilities of a level, with their names, in the official order."""
    if is_wider(brief):
        slugs = [slug for slug in brief.told["members"] if brief.area("U_EXISTING", slug, level).numerator]
        return {slug: brief.label("scope", slug) for slug in slugs}
    if level != PRIMARY_CARE:
        return {}
    found = brief.groups("U_EXISTING", "phc_sector")
    return {slug: brief.label("sector", slug) for slug, one in found.items() if one.numerator or one.reason}


def of_area(brief: Brief, indicator: str, area: str, level: str = PRIMARY_CARE) -> Measure:
    """A measure of an area at a level of care; of a sector, that of its primary care."""
    if is_wider(brief):
        return brief.area(indicator, area, level)
    return brief.measure(indicator, "phc_sector", area)


def column(brief: Brief) -> str:
    """The head of the column with the areas' names."""
    return brief.say("column.directorate" if is_wider(brief) else "column.sector")


def kinds(brief: Brief) -> str:
    """The word for the areas: directorates or sectors."""
    return brief.say("areas.directorates" if is_wider(brief) else "areas.sectors")


def worst(brief: Brief, indicator: str, level: str = PRIMARY_CARE) -> dict[str, Measure]:
    """The areas with the lowest shares, the lowest first, among those with ten or more."""
    found = {area: of_area(brief, indicator, area, level) for area in areas(brief, level)}
    known = {area: one for area, one in found.items() if one.value is not None and not one.is_few}
    return {area: known[area] for area in sorted(known, key=lambda area: (known[area].value or 0.0, area))[:WORST]}


def main_barrier(brief: Brief, domain: str, area: str, level: str = PRIMARY_CARE) -> str:
    """The barrier that is named most often for a domain in an area, with its share of what lacks there."""
    template = f"BAR_DOMAIN_{domain}"
    return most_named(brief, {key: of_area(brief, f"{template}_{key}", area, level) for key in brief.keys(template)})


def most_named(brief: Brief, named: Mapping[str, Measure]) -> str:
    """The barrier of some that is named most often, with its share; a word where none is named."""
    first = max(named, key=lambda key: (named[key].numerator, key), default="")
    if not first or not named[first].numerator:
        return brief.say("chart.none")
    return brief.say("priorities.named", name=brief.label("barrier", first), share=percent(named[first].value))


def priorities(brief: Brief, level: str = PRIMARY_CARE) -> Iterator[Part]:
    """Where services are least available in each domain, with the barrier named most often there."""
    if brief.edition != "internal":
        yield paragraph(brief.say("areas.no_ranks"), "source")
        return
    rows = [row for domain in brief.modules("service") for row in _worst_of(brief, domain, level)]
    if not rows:
        yield paragraph(brief.say("areas.nothing_to_compare", level=level_name(brief, level)), "none")
        return
    columns = [brief.say("priorities.column.domain"), column(brief)]
    columns += [brief.say(f"priorities.column.{name}") for name in ("share", "barrier")]
    yield table(brief.say("areas.worst", level=level_name(brief, level), kinds=kinds(brief)), columns, rows, "words")


def _worst_of(brief: Brief, domain: str, level: str) -> Iterator[list[Cell]]:
    name = brief.label("module", domain)
    for place, (area, found) in enumerate(worst(brief, f"SVC_DOMAIN_{domain}", level).items()):
        head = Markup('<span class="same">{}</span>').format(name) if place else name
        yield [head, areas(brief, level)[area], cell(found), main_barrier(brief, domain, area, level)]
