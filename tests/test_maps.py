"""Maps on a page: the numbers of the brief in every language, never mirrored, and every kind of nothing told."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import drawn_country
import made
import numpy as np
import pandas as pd
import pytest

from pipeline import boundaries, words
from pipeline.boundaries import official
from pipeline.brief import map as brief_map
from pipeline.brief.atlas import Maps
from pipeline.brief.material import Material, gather
from pipeline.brief.paper import dots
from pipeline.errors import BriefError
from pipeline.figures.brief import Brief, read
from pipeline.figures.html import Chart, Html
from pipeline.figures.maps import area_chart, choropleth, tile_chart, tile_map
from pipeline.figures.maps_places import point_map
from pipeline.figures.maps_svg import Scale, Shaded, areas, places, shade, tiles
from pipeline.figures.section import Section
from pipeline.project import Project

LANGUAGES = ("en", "ar", "ckb")
ATTRIBUTION = 'An office <b>"of ours"</b> http://x.test'
PERCENTS = Scale("0", "50", "100")


@cache
def material() -> Material:
    return gather(made.whole(), made.round_of(made.whole()))


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Maps:
    """The maps of the small round, with official boundaries."""
    folder = tmp_path_factory.mktemp("official")
    project = Project(folder)
    text = made.whole().read_text(made.whole().reference("governorates.csv"))
    project.write_text(project.reference("governorates.csv"), text)
    file = drawn_country.written(folder / "given.geojson", drawn_country.districts())
    official.bring_in(project, file, "district", ATTRIBUTION, {})
    sets = {level: boundaries.load(project, level) for level in boundaries.LEVELS}
    sketched = brief_map.shared(made.whole(), material())
    return Maps({level: one for level, one in sets.items() if one}, sketched.facts, sketched.tiles)


def with_maps(
    scope: str, maps: Maps | None = None, language: str = "en", points: brief_map.Points = "exact", **told: Any
) -> Brief:
    """The brief of a scope with what its maps may know, as it lies on the disk: every cell a text."""
    project = made.whole()
    plain = read(project, made.round_of(project), scope, project.registry.reports_of(scope)[0], [language])
    known = maps or brief_map.shared(project, material())
    about, slices = brief_map.cut(material(), scope, known, points)
    texts = {name: rows.astype(str) for name, rows in slices.items()}
    return Brief({**plain.told, **about, **told}, {**plain.slices, **texts}, plain.say)


def charts(section: Section, brief: Brief) -> list[Chart]:
    return [part for part in section.parts(brief) if isinstance(part, Chart)]


def text(section: Section, brief: Brief) -> str:
    return " ".join(str(part.markup) for part in section.parts(brief) if isinstance(part, Html))


def test_a_tile_shows_the_share_of_its_directorate_with_what_it_is_a_share_of() -> None:
    brief = with_maps("iraq")
    chart = tile_chart(brief, "FUN_FULL")
    found = brief.area("FUN_FULL", "erbil")
    assert f">{found.numerator}/{found.denominator}<" in chart.svg and f">{words.percent(found.value)}<" in chart.svg
    assert chart.svg.count("<rect") == 3 + 8, "three directorates, and eight steps of the scale"
    assert len(charts(tile_map, brief)) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_map_is_in_the_readers_language_and_lies_as_the_country_does(language: str, imported: Maps) -> None:
    brief, english = with_maps("iraq", imported, language), with_maps("iraq", imported)
    chart = tile_chart(brief, "FUN_FULL")
    tile = made.whole().read_csv(made.whole().reference("tiles.csv")).set_index("slug").loc["erbil", language]
    assert f">{tile}<" in chart.svg
    boxes = [
        re.findall(r'<rect x="(\S+)" y="(\S+)" \S+ \S+ rx', tile_chart(one, "FUN_FULL").svg) for one in (brief, english)
    ]
    assert boxes[0] == boxes[1]
    outlines = [re.findall(r' d="(\S[^"]+)"', area_chart(one, "FUN_FULL").svg) for one in (brief, english)]
    assert outlines[0] == outlines[1]
    assert f'direction="{"ltr" if language == "en" else "rtl"}"' in chart.svg


def test_the_alternative_text_begins_with_the_highest_and_the_lowest_and_goes_from_high_to_low() -> None:
    brief = with_maps("iraq")
    alt = tile_chart(brief, "FUN_FULL").alt
    shares = [float(found) for found in re.findall(r"(\d+)%", alt)]
    assert shares == sorted(shares, reverse=True) and len(shares) == 3
    many = replace(brief, slices={**brief.slices, **_seven(brief)}, told={**brief.told, **_states()})
    told = tile_chart(many, "FUN_FULL").alt
    assert "Highest: g6 70% (7/10); g5 60% (6/10); g4 50% (5/10). Lowest: g0 10% (1/10); g1" in told
    areas = many.slices["areas"]
    few = areas.assign(denominator=areas["denominator"].where(areas["scope"] != "g6", "9"))
    told = tile_chart(replace(many, slices={**many.slices, "areas": few}), "FUN_FULL").alt
    assert "Highest: g5 60%" in told and "g6 78%† (7/9)" in told


def test_the_public_edition_tells_a_map_in_the_official_order_and_calls_nobody_the_lowest() -> None:
    brief = with_maps("iraq")
    told = {**brief.told, **_states(), "edition": "public"}
    alt = tile_chart(replace(brief, slices={**brief.slices, **_seven(brief)}, told=told), "FUN_FULL").alt
    assert "Lowest" not in alt and "All: g1 20% (2/10); g0 10% (1/10); g2 30%" in alt


def test_a_directorate_that_is_closed_and_left_out_is_named_once() -> None:
    brief = with_maps("iraq")
    states = {**brief.told["states"], "kirkuk": "closed"}
    alt = tile_chart(replace(brief, told={**brief.told, "left_out": ["kirkuk"], "states": states}), "FUN_FULL").alt
    assert alt.count("Kirkuk") == 1 and "Without a number: Kirkuk (closed)." in alt


def _seven(brief: Brief) -> dict[str, pd.DataFrame]:
    """Seven directorates of ten facilities, of which one to seven function fully."""
    slugs = [f"g{number}" for number in range(7)]
    grid = [(slug, str(place), "1", slug, slug, slug) for place, slug in enumerate(slugs, start=1)]
    row = {"indicator": "FUN_FULL", "group": "", "unit": "percent", "not_asked": "0", "missing": "0", "reason": ""}
    rows = [row | {"scope": slug, "numerator": str(one + 1), "denominator": "10"} for one, slug in enumerate(slugs)]
    return {"tiles": pd.DataFrame(grid, columns=brief.slices["tiles"].columns), "areas": pd.DataFrame(rows)}


def _states() -> dict[str, Any]:
    slugs = [f"g{number}" for number in (1, 0, 2, 3, 4, 5, 6)]
    return {"absent": [], "left_out": [], "members": slugs, "states": dict.fromkeys(slugs, "open")}


def test_a_closed_or_silent_directorate_is_an_outline_with_a_dash_and_the_reason() -> None:
    brief = with_maps("iraq")
    shut = replace(
        brief, told={**brief.told, "absent": ["erbil"], "states": {**brief.told["states"], "kirkuk": "closed"}}
    )
    chart = tile_chart(shut, "FUN_FULL")
    assert chart.svg.count("stroke-dasharray") == 2 and chart.svg.count(">–<") == 2
    assert ">nothing reported<" in chart.svg and ">closed<" in chart.svg
    assert "Without a number: Erbil (nothing reported); Kirkuk (closed)." in chart.alt
    found = brief.area("FUN_FULL", "erbil")
    assert f"{found.numerator}/{found.denominator}" not in chart.svg + chart.alt


def test_a_directorate_that_is_left_out_says_so() -> None:
    brief = with_maps("iraq", left_out=["erbil"])
    chart = tile_chart(brief, "FUN_FULL")
    assert ">left out<" in chart.svg and "Erbil (left out of the totals)" in chart.alt


def test_a_few_facilities_are_marked_on_a_map() -> None:
    brief = with_maps("iraq")
    small = replace(brief, slices={**brief.slices, "areas": _small(brief)})
    chart = tile_chart(small, "FUN_FULL")
    assert "†" in chart.svg and "†" in chart.alt and "fewer than 10" in chart.note
    assert "(Primary care centres)" in tile_chart(brief, "FUN_FULL", "phc").caption


def _small(brief: Brief) -> pd.DataFrame:
    rows = brief.slices["areas"].copy()
    rows.loc[rows["indicator"] == "FUN_FULL", ["numerator", "denominator"]] = ["3", "9"]
    return rows


def test_an_indicator_that_the_brief_lacks_by_directorate_is_refused_and_not_drawn_as_dashes() -> None:
    brief = with_maps("iraq")
    rows = brief.slices["areas"]
    without = replace(brief, slices={**brief.slices, "areas": rows[rows["indicator"] != "AMN_WASH"]})
    assert [chart.caption for chart in charts(tile_map, without)] == ["Fully functioning facilities, by directorate."]
    with pytest.raises(BriefError, match="no AMN_WASH by directorate"):
        tile_chart(without, "AMN_WASH")


def test_a_page_of_services_has_a_grid_for_each_of_their_domains() -> None:
    brief = with_maps("iraq")
    rows = brief.slices["areas"]
    services = replace(brief, slices={**brief.slices, "areas": rows[rows["indicator"].str.startswith("SVC_DOMAIN_")]})
    found = charts(tile_map, services)
    assert len(found) == len(brief.modules("service")) > 0
    assert all("(Primary care centres)" in chart.caption for chart in found)


def test_without_official_boundaries_the_page_says_so_instead_of_shading_the_sketch() -> None:
    brief = with_maps("iraq")
    assert not charts(choropleth, brief)
    assert "official boundaries have not been imported" in text(choropleth, brief)
    chart, *_ = charts(point_map, brief)
    assert "sketch for locating only" in chart.note and "Natural Earth" in chart.note


def test_a_choropleth_shades_each_area_alike_and_draws_no_other_line(imported: Maps) -> None:
    brief = with_maps("iraq", imported)
    first, second = charts(choropleth, brief)
    assert first.svg.count("<path") == 18 and second.svg.count("<path") == 54
    assert first.svg.count("stroke=") - first.svg.count("stroke-dasharray") == 1
    dashed = first.svg.count("stroke-dasharray")
    assert dashed and f"areas with no facility that counts here ({dashed})" in first.alt
    assert "do not imply official endorsement" in first.note


def test_names_and_attributions_stay_text_and_lead_nowhere(imported: Maps) -> None:
    brief = with_maps("iraq", imported)
    rows = brief.slices["tiles"].assign(en="<script>x</script>")
    hostile = replace(brief, slices={**brief.slices, "tiles": rows})
    chart = tile_chart(hostile, "FUN_FULL")
    assert "<script" not in chart.svg and "&lt;script&gt;" in chart.svg
    assert "://" not in area_chart(brief, "FUN_FULL").note
    for one in (chart, *charts(choropleth, brief), *charts(point_map, brief)):
        assert not re.search(r"url\(|href| id=|class=|<style", one.svg)


def test_rates_per_population_are_shown_by_governorate_on_a_scale_of_their_own(imported: Maps) -> None:
    brief = with_maps("iraq", imported)
    chart = area_chart(brief, "POP_PHC_10K")
    found = {code: one for code, one in brief.groups("POP_PHC_10K", "governorate").items() if one.value is not None}
    assert found and all(f">{words.decimal(one.value)}<" in chart.svg for one in found.values())
    assert ">100%<" not in chart.svg


def test_the_points_of_a_page_are_told_by_kind_and_what_is_not_drawn_is_counted() -> None:
    brief = with_maps("erbil")
    chart, *_ = charts(point_map, brief)
    rows = brief.slices["map"]
    for kind, count in rows.loc[rows["layer"] == "point", ["code", "numerator"]].to_numpy():
        assert f"{brief.say(f'points.{kind}')}: {int(count):,}" in chart.svg
    blind = with_maps("erbil", told={})
    told = {**blind.told, "map": {**blind.told["map"], "unplaced": 3, "outside": 1}}
    chart, *_ = charts(point_map, replace(blind, told=told))
    assert "Not drawn: 3 without a place, 1 outside this map." in chart.note


def test_a_public_edition_shows_squares_or_says_that_it_shows_no_place() -> None:
    chart, *_ = charts(point_map, with_maps("iraq", points="coarse"))
    assert "squares of a quarter of a degree" in chart.caption and "<circle" in chart.svg and "h0" not in chart.svg
    assert "does not show where facilities are" in text(point_map, with_maps("iraq", points="leave_out"))


def test_the_locator_darkens_the_governorate_of_a_directorate() -> None:
    _, chart = charts(point_map, with_maps("erbil"))
    assert "Erbil darker than the rest" in chart.alt and chart.svg.count("<path") == 2
    assert len(charts(point_map, with_maps("iraq"))) == 1


@pytest.mark.parametrize("scope", ["iraq", "erbil"])
def test_a_page_without_any_outline_still_reads_well(scope: str) -> None:
    known = brief_map.shared(made.whole(), material())
    brief = with_maps(scope, Maps({}, known.facts, known.tiles))
    for section in (tile_map, choropleth, point_map):
        assert section.parts(brief)


def test_dark_letters_can_be_read_on_every_shade() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker = [light(shade(step / 20)) for step in range(21)]
    assert darker == sorted(darker, reverse=True)
    assert (darker[-1] + 0.05) / (light("#17212b") + 0.05) >= 4.5


def test_a_map_of_the_whole_country_stays_under_60_kilobytes() -> None:
    dice = np.random.default_rng(5)
    # As facilities lie: around some towns.
    towns = dice.uniform(20, 310, (120, 2))
    spots = (towns[dice.integers(0, 120, 5205)] + dice.normal(0, 4, (5205, 2))).round(1)
    outline = "M1.1 2.2l" + "1.2-3.4 " * 1000 + "z"
    svg = places((0, 0, 331.2, 334), [outline], {"available": dots(*spots.T)}, [("available", "x")], "en")
    assert len(svg.encode()) < 60_000
    shown = {str(code): Shaded(0.5, ("63 %",)) for code in range(18)}
    outlines = dict.fromkeys(shown, ("1 2", outline[: 50000 // 18]))
    assert len(areas((0, 0, 331.2, 334), outlines, shown, PERCENTS, "ar").encode()) < 60_000
    cells = {str(code): Shaded(0.5, ("x" * 19, "63 %", "1,234/5,678")) for code in range(21)}
    grid = {code: (int(code) // 4 + 1, int(code) % 4 + 1) for code in cells}
    assert len(tiles(grid, cells, PERCENTS, "en").encode()) < 10_000
