"""Figures: what a page says is what the brief says, in words and in charts, and every state of a scope reads well."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import made
import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as some

from pipeline import figures, words
from pipeline.errors import BriefError, ReportError
from pipeline.figures import draw as figures_draw
from pipeline.figures.brief import Brief, read
from pipeline.figures.draw import Row
from pipeline.figures.html import Chart, Html
from pipeline.figures.section import Section
from pipeline.figures.svg import mirrored
from pipeline.project import Project

# The collection report's own sections read another brief: test_collection.
COLLECTION = {
    "answered", "completeness", "copied", "coverage", "expected", "gates", "progress", "revisits", "sectors",
    "workspaces",
}  # fmt: skip
SECTIONS = {name: one for name, one in vars(figures).items() if isinstance(one, Section) and name not in COLLECTION}
NATIONAL = {
    "directorates", "priorities", "reconciliation", "tile_map", "choropleth",
}  # fmt: skip
# Sections of the subjects read briefs of their own: test_subjects. One needs figures that nobody has given yet.
OVERVIEW = set(re.findall(r"figures\.(\w+)\(brief\)", (ROOT / "notebooks/overview.ipynb").read_text(encoding="utf-8")))
GIVEN = {name for name, one in SECTIONS.items() if not one.needs or one.needs == "remark"}


def brief_of(project: Project, scope: str) -> Brief:
    return read(project, made.round_of(project), scope, project.registry.reports_of(scope)[0], ["en"])


@cache
def iraq_showing(section: str) -> Brief:
    """The brief of a report of Iraq that shows a section; of an overview where none does."""
    project = made.whole()
    for scope in ("iraq", "federal", "kirkuk"):
        with suppress(StopIteration):
            report = made.report_showing(project, scope, section)
            brief = read(project, made.round_of(project), scope, report, ["en"])
            if not SECTIONS[section].left_out(brief):
                return brief
    raise AssertionError(f"no notebook shows {section}")


def shown(brief: Brief, name: str) -> list[Html | Chart]:
    return SECTIONS[name].parts(brief)


def text(parts: list[Html | Chart]) -> str:
    return " ".join(str(part.markup) if isinstance(part, Html) else part.alt for part in parts)


def changed(brief: Brief, **slices: pd.DataFrame) -> Brief:
    return replace(brief, slices={**brief.slices, **slices})


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_every_section_shows_something_for_iraq(name: str) -> None:
    parts = shown(iraq_showing(name), name)
    assert parts
    for part in parts:
        assert str(part.markup) if isinstance(part, Html) else (part.alt and part.caption)


@pytest.mark.parametrize("name", sorted(OVERVIEW - NATIONAL - {"since"}))
@pytest.mark.parametrize("scope", ["peoples-clinics", "kirkuk"])
def test_every_section_shows_something_for_a_directorate(name: str, scope: str) -> None:
    assert shown(brief_of(made.whole(), scope), name)


@pytest.mark.parametrize("name", sorted(GIVEN))
@pytest.mark.parametrize("facilities", [0, 9])
def test_a_scope_without_facilities_or_answers_still_reads_well(name: str, facilities: int) -> None:
    brief = iraq_showing(name)
    measures = brief.slices["measures"]
    kept = measures if facilities else measures[measures["dimension"] == "all"]
    blank = kept.assign(numerator="0", not_asked="0", missing=str(facilities))
    blank["denominator"] = blank["denominator"].where(blank["denominator"] == "", "0")
    empty = {name: brief.slices[name].head(0) for name in ("areas", "comparison", "facilities", "findings")}
    assert shown(changed(brief, measures=blank, **empty), name)


def test_a_section_shows_the_numbers_of_the_brief() -> None:
    brief = brief_of(made.whole(), "erbil")
    listed, full = brief.count("U_LISTED"), brief.measure("FUN_FULL")
    head = text(shown(brief, "headlines"))
    assert f"<b>{listed:,}</b>" in head
    assert f"{full.numerator} of {full.denominator}" in head
    assert f"Available {words.percent(brief.measure('AMN_FULL_BAWA1').value)}" in text(shown(brief, "amenities"))


def test_every_service_has_its_share_with_numerator_and_denominator() -> None:
    brief = brief_of(made.whole(), "federal")
    tables = text(shown(brief, "services"))
    assert tables.count('<tr><th scope="row">') == 86
    found = brief.measure("SVC_FULL_QHeRAMS422")
    assert f"<small>{found.numerator:,}/{found.denominator:,}</small>" in tables


def test_a_few_facilities_are_marked_and_the_mark_explained() -> None:
    brief = brief_of(made.whole(), "kirkuk")
    assert brief.level("FUN_FULL", "hospital").is_few
    (chart,) = [part for part in shown(brief, "functionality") if isinstance(part, Chart) and "Hospitals" in part.alt]
    assert "†" in chart.svg and "†" in chart.alt and "fewer than 10" in chart.note


def test_shares_of_facilities_and_of_mentions_stand_in_tables_of_their_own() -> None:
    captions = re.findall(
        r"<caption[^>]*><span>(.*?)</span>", text(shown(brief_of(made.whole(), "federal"), "barriers"))
    )
    assert [("mentions" in caption, "facilities" in caption) for caption in captions[1:]] == [
        (False, True), (False, True), (True, False), (True, False),
    ]  # fmt: skip


def test_rates_name_their_benchmark_source_and_what_is_not_computable() -> None:
    found = text(shown(brief_of(made.whole(), "erbil"), "population"))
    assert "Sphere Handbook" in found and "1 July 2018" in found
    assert "not computable: the cadres have no names yet" in found
    assert "not only those reported by Erbil" in found


def test_a_governorate_without_figures_since_a_directorate_is_left_out_is_not_said_to_have_no_population() -> None:
    brief = brief_of(made.whole(), "federal")
    measures = brief.slices["measures"]
    slices = {**brief.slices, "measures": measures[measures["group"] != "IQG13"]}
    told = {**brief.told, "iraq": {**brief.told["iraq"], "reported": 2}}
    found = text(shown(replace(brief, told=told, slices=slices), "population"))
    row = re.search(r'<th scope="row">Kirkuk</th>.*', found)
    assert row and "a directorate is left out or has not reported" in row.group() and "no population" not in row.group()


def test_a_total_is_not_called_iraq_alone_while_a_directorate_is_absent() -> None:
    brief = brief_of(made.whole(), "iraq")
    absent = replace(brief, told={**brief.told, "coverage": {"reported": 2, "of": 3}})
    assert "<h1>Iraq (2 of 3 directorates)</h1>" in text(shown(absent, "title"))


@pytest.mark.parametrize("absent", [[], ["kirkuk"]])
def test_a_total_is_not_called_iraq_alone_while_a_directorate_is_left_out(absent: list[str]) -> None:
    brief = brief_of(made.whole(), "iraq")
    reported = {"reported": 3 - len(absent), "of": 3}
    without = replace(brief, told={**brief.told, "left_out": ["kirkuk"], "absent": absent, "coverage": reported})
    assert "<h1>Iraq (2 of 3 directorates)</h1>" in text(shown(without, "title"))
    assert '<th scope="row">Iraq (2 of 3 directorates)</th>' in text(shown(without, "directorates"))
    assert '<th scope="row">Iraq</th>' in text(shown(brief, "directorates"))


def test_the_page_of_one_directorate_sets_none_beside_another() -> None:
    section = SECTIONS["directorates"]
    assert section.left_out(brief_of(made.whole(), "kirkuk")) == "one directorate"
    assert section.left_out(brief_of(made.whole(), "federal")) == ""


def test_simulated_data_says_so_at_the_top() -> None:
    assert "Simulated data" in text(shown(brief_of(made.whole(), "erbil"), "title"))


def test_hostile_names_stay_text_in_lists() -> None:
    brief = brief_of(made.whole(), "erbil")
    names = ["<script>alert(1)</script>", '"><img onerror=x>', "‮abc", "y" * 400, "=1+1", "http://x.test"]
    rows = brief.slices["facilities"].head(len(names)).assign(name_en=names, list="gaps")
    found = text(shown(changed(brief, facilities=rows), "gaps"))
    assert "<script" not in found and "<img" not in found and "://" not in found
    assert "<bdi>‮abc</bdi>" in found and "y" * 400 in found


def test_a_closed_scope_leaves_out_all_sections_with_numbers(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    made.close(project, "kirkuk")
    brief = brief_of(project, "kirkuk")
    silent = {name for name, found in SECTIONS.items() if found.has_numbers}
    assert set(SECTIONS) - silent == {"title", "findings", "evidence"}
    told = text([part for name in ("title", "findings", "evidence") for part in shown(brief, name)])
    assert "closed" in told and "Why no_blank_key." in told and "&lt;b&gt;x&lt;/b&gt;" in told


def test_the_national_page_names_a_closed_directorate_without_numbers(tmp_path: Path) -> None:
    brief = brief_of(made.whole(), "iraq")
    told = {**brief.told, "states": {**brief.told["states"], "kirkuk": "closed"}}
    found = text(shown(replace(brief, told=told), "directorates"))
    row = re.search(r'<tr><th scope="row">Kirkuk</th>.*?\n', found)
    assert row and "closed" in row.group() and not re.search(r"\d", row.group())


def test_a_question_that_no_form_asked_is_said_to_be_not_asked() -> None:
    assert "not asked in this round" in text(shown(iraq_showing("information"), "information"))


def test_an_indicator_that_the_brief_lacks_does_not_pass_for_a_zero() -> None:
    brief = brief_of(made.whole(), "erbil")
    with pytest.raises(BriefError, match="has no NOT_THERE by all"):
        brief.measure("NOT_THERE")
    with pytest.raises(BriefError, match="has no HR_TOTAL by urban_rural"):
        brief.measure("HR_TOTAL", "urban_rural", "urban")


def test_the_brief_of_another_report_is_refused(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    name = made.round_of(project)
    stolen = project.brief(name, "kirkuk", "overview") / "brief.json"
    project.write_bytes(stolen, (project.brief(name, "erbil", "overview") / "brief.json").read_bytes())
    with pytest.raises(BriefError, match="another report"):
        brief_of(project, "kirkuk")


def rows_of(*fractions: tuple[float, ...]) -> list[Row]:
    return [Row(f"Row {place}", "n = 12", parts) for place, parts in enumerate(fractions)]


KINDS = ("available", "partial", "not_available")
COLOUR = figures_draw.COLOURS["available"]


def test_a_chart_is_the_same_bytes_each_time() -> None:
    rows = rows_of((0.5, 0.3, 0.2), (1.0, 0.0, 0.0))
    first = figures_draw.stacked(rows, KINDS)
    figures_draw._stacked.cache_clear()
    assert figures_draw.stacked(rows, KINDS) == first


def test_a_chart_keeps_the_fixed_order_and_colours() -> None:
    drawn = figures_draw.stacked(rows_of((0.5, 0.3, 0.2)), KINDS)
    places = [drawn.rindex(figures_draw.COLOURS[kind]) for kind in KINDS]
    assert places == sorted(places)
    assert "://www.w3.org" in drawn and drawn.count("://") == 1 and " id=" not in drawn


def test_text_in_a_chart_stays_text_and_is_escaped() -> None:
    drawn = figures_draw.bars([Row('<script> & "x" {0}', "", (0.5,))])
    assert "&lt;script&gt; &amp;" in drawn and "{0}" in drawn


def test_a_chart_is_drawn_once_for_all_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []
    monkeypatch.setattr(figures_draw, "svg", lambda figure, _: drawn.append(figure) or "<svg>{0}{1}</svg>")
    figures_draw._bars.cache_clear()
    english, arabic = (figures_draw.bars([Row(name, "", (0.4,))]) for name in ("Water", "الماء"))
    figures_draw._bars.cache_clear()
    assert len(drawn) == 1 and "Water" in english and "الماء" in arabic


def test_from_right_to_left_a_chart_is_the_mirror_image() -> None:
    rows = rows_of((0.5, 0.3, 0.2))
    left, right = (figures_draw.stacked(rows, KINDS, direction) for direction in ("ltr", "rtl"))
    assert 'direction="rtl"' in right
    firsts = [re.search(rf'd="M(\S+) \S+H(\S+)V[^"]*"[^>]*fill="{COLOUR}"', drawn) for drawn in (left, right)]
    (begin, end), (mirrored_end, mirrored) = ([float(x) for x in found.groups()] for found in firsts if found)
    width = figures_draw.INCHES * 72
    assert begin == 0 and mirrored_end == pytest.approx(width, abs=0.2)
    assert end == pytest.approx(width / 2, abs=0.2) and mirrored == pytest.approx(width / 2, abs=0.2)


@settings(max_examples=25, deadline=None)
@given(some.lists(some.floats(0, 1), min_size=1, max_size=6))
def test_the_mirror_image_of_a_mirror_image_is_the_chart(shares: list[float]) -> None:
    drawn = figures_draw._bars(tuple(shares), (None,) * len(shares))
    assert sorted(numbers_of(mirrored(mirrored(drawn)))) == pytest.approx(sorted(numbers_of(drawn)), abs=0.11)


def numbers_of(drawn: str) -> list[float]:
    return [float(one) for path in re.findall(r' d="([^"]+)"', drawn) for one in re.findall(r"-?\d+\.?\d*", path)]


@given(some.text(max_size=120), some.text(max_size=40))
def test_a_label_always_ends_before_its_note(label: str, note: str) -> None:
    fitted = figures_draw._fitting(Row(label, note, (0.5,)))
    size = fitted.size or figures_draw.USUAL
    width = size / 9.5 * figures_draw.LETTER * len(fitted.text) + figures_draw.NOTE_LETTER * len(note)
    assert size >= figures_draw.SMALLEST
    assert width <= figures_draw.INCHES * 72 + 8 or len(fitted.text) <= 1


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, "–"), (0.0, "0%"), (0.2, "<1%"), (99.7, ">99%"), (100.0, "100%"), (62.5, "63%"), (12.4, "12%")],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(share: float | None, said: str) -> None:
    assert words.percent(share) == (words.LEFT_TO_RIGHT if share in (0.2, 99.7) else "") + said


def test_words_that_are_missing_are_told_with_their_place(here: Project) -> None:
    say = words.load(here, "en")
    with pytest.raises(ReportError, match=r"did you mean 'chart\.of'"):
        say("chart.off")
    with pytest.raises(ReportError, match="no value for 'b'"):
        say("chart.of", a=1)


def test_every_word_that_the_code_asks_for_is_in_the_table(here: Project) -> None:
    say = words.load(here, "en")
    for path in sorted((here.root / "pipeline").glob("*.py")):
        for key in re.findall(r'\bsay\("([^"{]+)"', path.read_text(encoding="utf-8")):
            assert key in say.sentences, (path.name, key)


def opened(monkeypatch: pytest.MonkeyPatch, project: Project) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    monkeypatch.setattr(figures, "display", lambda data, raw: said.append(data))
    monkeypatch.chdir(project.root / "notebooks")
    figures.open_brief(made.round_of(project), "erbil", "overview")
    return said


def test_opening_a_brief_says_back_the_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    project = made.whole()
    (said,) = opened(monkeypatch, project)
    asked = {"round": made.round_of(project), "scope": "erbil", "report": "overview"}
    assert said["application/vnd.herams.parameters+json"] == asked


def test_where_there_is_no_earlier_list_the_share_that_reported_is_a_reason_and_no_bar() -> None:
    brief = brief_of(made.whole(), "erbil")
    assert "Facilities of the last list that answered inside the window: not computable: no earlier list." in text(
        shown(brief, "quality")
    )
    measures = brief.slices["measures"].copy()
    mine = (measures["indicator"] == "COV_RESPONSE") & (measures["dimension"] == "all")
    measures.loc[mine, ["numerator", "denominator", "reason"]] = ["90", "120", ""]
    assert "90 of 120" in text(shown(changed(brief, measures=measures), "quality"))
