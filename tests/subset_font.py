"""Makes the fonts that stand in every page out of the whole ones: `python tests/subset_font.py`.

notebooks/template/fonts/ has Vazirmatn as it is given out (TTF) and, of each weight, the letters that pages need
(WOFF2). One subset for all pages: to find out the letters of each would cost a page a third of its time and save 20 KB.
"""

from __future__ import annotations

import io
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from pipeline.project import Project

LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x100)]
SIGNS = [ord(sign) for sign in "\u2009\u200b\u200c\u200d\u200e\u200f\u202f‐‑–—‘’‚“”„†‡•…‰‹›€№™←↑→↓−≈≠≤≥◆●"]
# Letters, marks and digits of Arabic; then what Sorani and Persian have besides.
ARABIC = [0x60C, 0x61B, 0x61F, *range(0x621, 0x63B), *range(0x640, 0x653), *range(0x660, 0x66E), 0x670]
SORANI = [ord(letter) for letter in "پچژڕڤکگڵھۀہۆۇۋیێەۊ۔"] + list(range(0x6F0, 0x6FA))
LETTERS = [*LATIN, *SIGNS, *ARABIC, *SORANI]
WEIGHTS = ("Regular", "Bold")


def whole(project: Project, weight: str) -> Path:
    """The font as its makers give it out."""
    return project.look("fonts") / f"Vazirmatn-{weight}.ttf"


def subset_of(project: Project, weight: str) -> bytes:
    """The letters of a weight as WOFF2; the same font gives the same bytes."""
    options = subset.Options(flavor="woff2", hinting=False, recalc_timestamp=False, notdef_outline=True)
    options.name_IDs = [0, 1, 2, 13]
    options.layout_features += ["tnum"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=LETTERS)
    made = io.BytesIO()
    with subset.load_font(str(whole(project, weight)), options) as font:
        cutter.subset(font)
        subset.save_font(font, made, options)
    return made.getvalue()


def letters(path: Path) -> set[int]:
    """The letters that a font has."""
    with TTFont(path) as font:
        return set(font.getBestCmap())


if __name__ == "__main__":
    here = Project.find()
    for name in WEIGHTS:
        here.write_bytes(whole(here, name).with_suffix(".woff2"), subset_of(here, name))
