"""The style of a page with its font in it: nothing is loaded, and nothing depends on what the reader has installed.

Every page has the same letters of the same font (tests/subset_font.py makes them once), so the font costs a page no
time. A letter that it lacks is shown by the reader's system.
"""

from __future__ import annotations

import base64
import re

from pipeline.project import Project

WEIGHTS = {"Regular": "400", "Bold": "700"}
FACE = (
    '@font-face { font-family: "Vazirmatn"; font-weight: %s; src: url(data:font/woff2;base64,%s) format("woff2"); }\n'
)


def sheet(project: Project) -> str:
    """The style as it stands in a page: the faces of the font, then style.css."""
    faces = (FACE % (weight, _base64(project, name)) for name, weight in WEIGHTS.items())
    return "".join(faces) + _without_notes(project.read_text(project.look("style.css")))


def _without_notes(css: str) -> str:
    """Rules without comments and spaces, which are for those who write them: a hundredth of a long page."""
    rules = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r": +", ":", re.sub(r"\s*([{};,])\s*", r"\1", rules)).strip() + "\n"


def _base64(project: Project, name: str) -> str:
    return base64.b64encode(project.read_bytes(project.look(f"fonts/Vazirmatn-{name}.woff2"))).decode("ascii")
