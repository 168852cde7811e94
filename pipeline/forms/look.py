"""The look of what is printed: templates, style, words, and the lines at head and foot of each sheet."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
from markupsafe import Markup

from pipeline import pdf
from pipeline import words as page_words
from pipeline.errors import FormError
from pipeline.forms.conditions import linked
from pipeline.page.checks import faults
from pipeline.page.style import FACE, WEIGHTS
from pipeline.project import Project
from pipeline.words import DIRECTIONS, Words

LISTS = "words/lists.csv"
# A handbook of 318 questions in three languages is the longest.
BYTES = 3_000_000
MARGINS = """@page {{ font: 7.5pt Vazirmatn, Arial, sans-serif;
  @top-left {{ content: {left} }} @top-right {{ content: {right} }}
  @bottom-left {{ content: {foot} }} @bottom-right {{ content: {page} }} }}
"""


@dataclass(frozen=True)
class Sheets:
    """What is printed together and counted by itself: its body, and what stands at the head and foot of each sheet."""

    body: Markup
    head: str
    mark: str = ""
    foot: str = ""


def words(project: Project, language: str, *tables: str) -> Words:
    """The words of paper in a language, with those of pages that it shares."""
    shared = [project.look(name) for name in (LISTS, *tables)]
    return page_words.load(project, language, [project.paper("words.csv"), project.form_words(), *shared])


def filled(project: Project, template: str, **values: Any) -> Markup:
    """A template of notebooks/paper with its values, every text escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["linked"] = linked
    return Markup(environment.from_string(project.read_text(project.paper(template))).render(values))


def page(project: Project, say: Words, title: str, sheets: Sequence[Sheets]) -> str:
    """Sheets as one page of HTML, ready to be printed; a FormError where it is not fit to be shown."""
    return _page(project, say, title, sheets, _style(project))


def _page(project: Project, say: Words, title: str, sheets: Sequence[Sheets], style: str) -> str:
    first = sheets[0]
    alone = first if len(sheets) == 1 else Sheets(first.body, first.head, "", first.foot)
    html = str(
        filled(
            project,
            "page.html.j2",
            language=say.language,
            direction=DIRECTIONS[say.language],
            title=title,
            style=Markup(style + _margins(say, alone)),
            body=Markup("\n").join(one.body for one in sheets),
        )
    )
    # Each sheet has its own heading, and a font that the page carries itself.
    found = [fault for fault in faults(html, is_report=False, most=BYTES * len(sheets)) if "one h1" not in fault]
    if found:
        raise FormError("what would be printed is not fit for it: " + "; ".join(found[:12]))
    return html


def printed(project: Project, say: Words, title: str, sheets: Sequence[Sheets]) -> tuple[bytes, int]:
    """Sheets as one PDF, each counted by itself, and how many sheets of paper they are."""
    return pdf.bound((_page(project, say, title, [one], "") for one in sheets), _style(project))


def _style(project: Project) -> str:
    faces = (FACE % (weight, _base64(project, name)) for name, weight in WEIGHTS.items())
    return "".join(faces) + project.read_text(project.paper("paper.css"))


def _base64(project: Project, weight: str) -> str:
    return base64.b64encode(project.read_bytes(project.look(f"fonts/Vazirmatn-{weight}.woff2"))).decode("ascii")


def isolated(text: str) -> str:
    """A code or number with a direction of its own."""
    return f"\u2066{text}\u2069"


def _margins(say: Words, sheets: Sheets) -> str:
    """Head and foot of each sheet; the page's number among how many is filled in by whoever prints."""
    told = say("paper.page", page="\ue002", pages="\ue003")
    page = " ".join(
        {"\ue002": "counter(page)", "\ue003": "counter(pages)"}.get(part, _quoted(part)) for part in _cut(told)
    )
    near, far = (sheets.head, sheets.mark) if DIRECTIONS[say.language] == "ltr" else (sheets.mark, sheets.head)
    return MARGINS.format(left=_quoted(near), right=_quoted(far), foot=_quoted(sheets.foot), page=page)


def _cut(text: str) -> list[str]:
    return [part for part in text.replace("\ue002", "\0\ue002\0").replace("\ue003", "\0\ue003\0").split("\0") if part]


def _quoted(text: str) -> str:
    """A text as CSS may hold it: whatever is no letter, digit or blank is told by its number."""
    return '"' + "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):x} " for sign in text) + '"'


Facts = Sequence[tuple[str, str]]
View = Mapping[str, Any]
