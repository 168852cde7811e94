"""The style of a page: its font is in it, the same for every page, and its colours can be told apart."""

from __future__ import annotations

import base64
import re
from itertools import combinations, pairwise

import numpy as np
import pytest
import subset_font

from pipeline import words
from pipeline.figures.draw import COLOURS
from pipeline.page import checks
from pipeline.page.style import WEIGHTS, sheet
from pipeline.project import Project

# How those see who lack the cones for green or for red, in linear light: Machado, Oliveira, Fernandes 2009.
SEEN = {
    "all": np.eye(3),
    "no green": np.array([[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]),
    "no red": np.array([[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]]),
}
# The kinds of a chart in their order: neighbours touch.
TOGETHER = [("available", "partial", "not_available", "not_expected", "unknown"), ("major", "some", "none")]
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour: str, seen: np.ndarray) -> np.ndarray:
    """Lightness from 0 to 100, and two hues, of a colour as somebody sees it (CIELAB)."""
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    light = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    x, y, z = XYZ @ np.clip(seen @ light, 0, 1) / np.array([0.9505, 1, 1.0891])
    x, y, z = (one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116 for one in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("weight", subset_font.WEIGHTS)
def test_the_font_of_pages_is_what_the_tool_makes_of_the_whole_one(here: Project, weight: str) -> None:
    kept = here.read_bytes(subset_font.whole(here, weight).with_suffix(".woff2"))
    assert kept == subset_font.subset_of(here, weight), "run `python tests/subset_font.py`"


def test_the_font_has_every_letter_of_the_words_of_pages_and_forms(here: Project) -> None:
    known = subset_font.letters(subset_font.whole(here, "Regular").with_suffix(".woff2"))
    said = "".join(here.read_text(path) for path in here.page_words())
    said += "".join(here.read_text(here.codebook_sheet(form, "choices")) for form in here.forms())
    said += here.read_text(here.reference("directorates.csv")) + words.NONE
    # The whole font has no arrows; the reader's system shows those of decisions, "was → now".
    assert {letter for letter in said if ord(letter) not in known} == {"\n", "→", "←"}


def test_both_weights_stand_in_the_style_whole(here: Project) -> None:
    found = re.findall(r"font-weight: (\d+); src: url\(data:font/woff2;base64,([^)]+)\)", sheet(here))
    assert [weight for weight, _ in found] == list(WEIGHTS.values())
    for name, (_, text) in zip(WEIGHTS, found, strict=True):
        assert base64.b64decode(text, validate=True) == here.read_bytes(here.look(f"fonts/Vazirmatn-{name}.woff2"))


def test_the_font_leaves_a_page_two_thirds_of_its_bytes(here: Project) -> None:
    assert len(sheet(here)) < checks.PAGE_BYTES / 3


def test_the_style_turns_round_with_the_direction_of_the_page(here: Project) -> None:
    """Sides are said as start and end; what must be left or right is turned round by a rule of its own."""
    style = here.read_text(here.look("style.css"))
    sided = [line.strip() for line in style.splitlines() if re.search(r"(?<![-\w])(left|right)(?![-\w])", line)]
    assert [line.partition(":")[0] for line in sided] == ["background"]
    assert '[dir="rtl"] .stack { transform: scaleX(-1); }' in style
    assert not re.search(r"(margin|padding|border)-(left|right)", style)


def test_a_legend_has_the_colours_of_the_charts(here: Project) -> None:
    colours = dict(re.findall(r"\.(\w+) \{ --c: (#[0-9a-f]{6}); \}", here.read_text(here.look("style.css"))))
    assert set(colours) == {kind for kinds in TOGETHER for kind in kinds} | {"bar"}
    assert colours == {kind: COLOURS[kind] for kind in colours}


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("kinds", TOGETHER, ids=lambda kinds: kinds[0])
def test_colours_that_touch_differ_in_lightness_for_everybody(kinds: tuple[str, ...], seen: str) -> None:
    for one, other in pairwise(kinds):
        assert abs(lab(COLOURS[one], SEEN[seen])[0] - lab(COLOURS[other], SEEN[seen])[0]) > 15, (one, other)


@pytest.mark.parametrize("seen", SEEN)
@pytest.mark.parametrize("kinds", TOGETHER, ids=lambda kinds: kinds[0])
def test_no_two_kinds_of_a_chart_look_the_same_to_anybody(kinds: tuple[str, ...], seen: str) -> None:
    for one, other in combinations(kinds, 2):
        assert np.linalg.norm(lab(COLOURS[one], SEEN[seen]) - lab(COLOURS[other], SEEN[seen])) > 7, (one, other)


def test_green_and_red_of_equal_lightness_would_be_found() -> None:
    assert abs(lab("#00a27a", SEEN["no green"])[0] - lab("#f04040", SEEN["no green"])[0]) < 15
