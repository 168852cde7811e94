"""What archives and errata pages are written with: their own words and templates, apart from the look of reports."""

from __future__ import annotations

import jinja2

from pipeline import places, words
from pipeline.project import Project
from pipeline.registry import WIDER_SCOPES
from pipeline.words import Words

LANGUAGES = {"en": "English", "ar": "العربية", "ckb": "کوردی"}


def say_in(project: Project, language: str) -> Words:
    """The words of archives in a language."""
    return words.load(project, language, [project.archive_part("words.csv")])


def scopes_in(project: Project, language: str) -> dict[str, str]:
    """The name of each scope in a language."""
    known, say = places.load(project).directorates, say_in(project, language)
    names = dict(zip(known["slug"], known[f"name_{language}"], strict=True))
    return names | {scope: say(f"scope.{scope}") for scope in WIDER_SCOPES}


def isolated(day: str) -> str:
    """A date whose parts keep their order after Arabic letters."""
    return f"\u2066{day}\u2069" if day else ""


def template(project: Project, name: str) -> jinja2.Template:
    """A template of archives; what is put into a page is escaped, what is put into a text is not."""
    is_page = name.endswith(".html.j2")
    environment = jinja2.Environment(
        autoescape=is_page, undefined=jinja2.StrictUndefined, keep_trailing_newline=True, trim_blocks=not is_page
    )
    return environment.from_string(project.read_text(project.archive_part(name)))
