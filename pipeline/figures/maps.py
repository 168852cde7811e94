"""Maps of numbers: the grid of directorates, and shares by governorate or district.

`pipeline.brief.map` draws outlines; here they get numbers, words and a legend in the reader's language. The grid needs
no boundary and is true whatever they are. Nothing is drawn between the federal and the Kurdistan side.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import BriefError
from pipeline.figures import maps_words as words
from pipeline.figures.brief import Brief
from pipeline.figures.html import Chart, Part, paragraph
from pipeline.figures.maps_svg import Scale, Shaded, areas, tiles
from pipeline.figures.numbers import Measure, Numbers
from pipeline.figures.parts import level_name
from pipeline.figures.section import section
from pipeline.words import NONE, decimal, percent

SHOWN = ("FUN_FULL", "AMN_WASH")
BY_AREA = "FUN_FULL"
FULL = 100.0
PRIMARY_CARE = "phc"


@section("tile_map", of_several=True)
def tile_map(brief: Brief) -> Iterator[Part]:
    """Directorates in a grid that resembles the country, darker for a greater share."""
    found = _shown(brief)
    if not found:
        yield paragraph(brief.say("map.no_values"), "none")
    for indicator in found:
        yield tile_chart(brief, indicator, "" if indicator in SHOWN else PRIMARY_CARE)


def _shown(brief: Brief) -> list[str]:
    """The usual two, as far as the brief has them by directorate; on a page of services its domains."""
    slugs = set(brief.slices["tiles"]["slug"])
    known = {name for (name, slug, _), one in brief.numbers.areas.items() if slug in slugs and one.denominator}
    domains = [f"SVC_DOMAIN_{module}" for module in brief.modules("service")]
    return [one for one in SHOWN if one in known] or [one for one in domains if one in known]


def tile_chart(brief: Brief, indicator: str, level: str = "", shown: str = "half") -> Chart:
    """The share of an indicator in each directorate, of all facilities or of a level, in the grid of directorates.

    An indicator that the brief does not have by directorate is a BriefError: dashes must not pass for a finding.
    """
    if not any(name == indicator for name, _, _ in brief.numbers.areas):
        where = f"the brief of {brief.told['scope']} has no {indicator} by directorate"
        raise BriefError(f"{where}: run `herams brief {brief.told['round']}`")
    rows = brief.slices["tiles"].to_dict("records")
    names = {str(row["slug"]): str(row[brief.language]) for row in rows}
    found = {slug: brief.area(indicator, slug, level) for slug in names if not _why(brief, slug)}
    cells = {slug: _tile(brief, slug, name, found.get(slug)) for slug, name in names.items()}
    grid = {str(row["slug"]): (int(row["row"]), int(row["column"])) for row in rows}
    key = "map.by_directorate.level" if level else "map.by_directorate"
    title = brief.say(key, what=words.what(brief, indicator), level=level_name(brief, level))
    spoken = {_spoken_name(brief, slug): found[slug] for slug in brief.told["members"] if slug in found}
    without = {brief.label("scope", slug): _why(brief, slug) for slug in names if _why(brief, slug)}
    drawn = tiles(grid, cells, words.shares(), brief.language)
    return Chart(
        drawn,
        words.alt(brief, title, spoken, without),
        title,
        words.note(brief, found.values(), brief.say("map.grid")),
        shown,
    )


def _spoken_name(brief: Brief, slug: str) -> str:
    name = brief.label("scope", slug)
    return brief.say("directorates.left_out", name=name) if slug in brief.told["left_out"] else name


def _why(brief: Brief, slug: str) -> str:
    """Why a directorate has no number at all; blank for one that has."""
    if slug in brief.told["absent"]:
        return brief.say("directorates.absent")
    return brief.say("state.closed") if brief.told["states"][slug] == "closed" else ""


def _tile(brief: Brief, slug: str, name: str, found: Measure | None) -> Shaded:
    if found is None:
        return Shaded(None, (name, NONE, _why(brief, slug)))
    told = words.fraction(found) or brief.say("chart.none")
    told = brief.say("map.left_out") if slug in brief.told["left_out"] else told
    return Shaded(found.fraction, (name, percent(found.value) + words.mark(found), told))


# --- areas ---------------------------------------------------------------------------------------------------------


@section("choropleth", of_several=True)
def choropleth(brief: Brief) -> Iterator[Part]:
    """Shares by governorate and by district, where the official boundaries have been imported."""
    levels = [level for level in ("governorate", "district") if len(_values(brief, BY_AREA, level))]
    if not levels:
        yield paragraph(brief.say("map.not_imported"), "none")
    for level in levels:
        yield area_chart(brief, BY_AREA, level)


def area_chart(brief: Brief, indicator: str, level: str = "governorate", shown: str = "half") -> Chart:
    """An indicator by governorate or district: a share, or for governorates a figure per population."""
    found = _values(brief, indicator, level)
    top = (
        FULL
        if not indicator.startswith("POP_")
        else _round_up(max((one.value or 0.0 for one in found.values()), default=0))
    )
    is_labelled = level == "governorate"
    cells = {
        code: Shaded(
            None if one.value is None else one.value / top, (words.value(indicator, one),) if is_labelled else ()
        )
        for code, one in found.items()
    }
    title = brief.say(f"map.by_{level}", what=words.what(brief, indicator))
    spoken = {_area_name(brief, code): one for code, one in found.items() if one.value is not None}
    without = {
        _area_name(brief, code): brief.say(f"reason.{one.reason}") if one.reason else brief.say("map.empty")
        for code, one in found.items()
        if one.value is None
    }
    told = brief.told["map"]["without"][level]
    extra = [brief.say(f"map.without_{level}", n=told)] if told else []
    if bare := len(words.outlines(brief, level)) - len(found):
        extra.append(brief.say("map.bare", n=bare))
    svg = areas(words.frame(brief), words.outlines(brief, level), cells, _scale(indicator, top), brief.language)
    alt = " ".join([words.alt(brief, title, spoken, without, indicator), *extra])
    return Chart(svg, alt, title, words.note(brief, found.values(), *extra, *words.sources(brief, level)), shown)


def _values(brief: Brief, indicator: str, level: str) -> dict[str, Measure]:
    """The measures of the official areas of a level by their code; none where the boundaries are not official."""
    codes = words.outlines(brief, level)
    if indicator.startswith("POP_"):
        return {code: one for code, one in brief.groups(indicator, "governorate").items() if code in codes}
    drawn = Numbers({**brief.slices, "areas": brief.slices["map_values"]}).areas
    return {code: drawn[indicator, code, ""] for code in codes if (indicator, code, "") in drawn}


def _scale(indicator: str, top: float) -> Scale:
    if indicator.startswith("POP_"):
        return Scale("0", decimal(top / 2), decimal(top))
    return words.shares()


def _round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20 … that is not less."""
    steps = (base * 10.0**power for power in range(-2, 6) for base in (1, 2, 5))
    return next(step for step in steps if step >= value)


def _area_name(brief: Brief, code: str) -> str:
    rows = brief.slices["map_names"]
    names = dict(zip(rows["code"], rows[brief.language], strict=True))
    return str(names.get(code) or brief.label("governorate", code))
