"""The front page: every round and report, its state, and whether the page that lies there is what it should be.

It is a function of what lies on the disk, without a clock: a report that is missing, has failed, was changed after it
was made, or is older than its inputs, is shown as that. There is one in each language, index.html in English; each
carries the facilities of all rounds for its search, since a page on a disk can fetch nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline import words
from pipeline.index import page, standing
from pipeline.index.facilities import facilities
from pipeline.index.standing import LANGUAGES
from pipeline.project import Project


def index(project: Project, outdated: Mapping[str, str] | None = None) -> None:
    """Writes the front page for all rounds of the registry, in each language.

    `outdated` tells of pages, by their paths, why they are older than what their inputs are made from: `herams run`
    knows that, and a receipt does not.
    """
    names = sorted(project.registry.rounds, reverse=True)
    seen = standing.look(project, outdated or {})
    lines = {name: list(standing.lines(seen, name)) for name in names}
    content = page.Content(lines, seen.stages, *facilities(project, names))
    written = {}
    for language in LANGUAGES:
        say = words.load(project, language, [project.front("words.csv")])
        written[project.front_page(language)] = page.rendered(project, say, titles(project, language), content)
    for path, html in written.items():
        project.write_text(path, html)


def titles(project: Project, language: str) -> dict[str, str]:
    """The title of each report of the catalogue in a language."""
    say = words.load(project, language, [project.look("words") / "catalogue.csv"])
    return {name: say(f"report.{name}") for name in project.registry.reports}
