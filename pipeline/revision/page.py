"""The page for the workshop: both wordings of each change side by side, the changed words marked. No script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jinja2
from markupsafe import Markup

from pipeline import words
from pipeline.codebook import LANGUAGES
from pipeline.differences import FORMAL, KINDS, Change
from pipeline.errors import ReportError
from pipeline.page.checks import faults
from pipeline.page.style import sheet
from pipeline.project import Project
from pipeline.revision import Beside
from pipeline.revision.marked import marked
from pipeline.words import DIRECTIONS, Words

BYTES = 1_500_000
NAMES = {"en": "English", "ar": "العربية", "ckb": "کوردی"}


def rendered(project: Project, found: Beside, language: str) -> str:
    """The page in a language, with the words of the forms in all three; ReportError where it is not fit to be shown."""
    say = words.load(project, language, [project.revision("words.csv")])
    html = _template(project).render(
        say=say,
        language=language,
        direction=DIRECTIONS[language],
        style=Markup(sheet(project) + project.read_text(project.revision("page.css"))),
        found=found,
        titles=[form.settings.get("form_title", form.form) for form in (found.before, found.now)],
        sections=list(_sections(found, say)),
    )
    wrong = faults(html, is_report=False, most=BYTES)
    if wrong:
        raise ReportError("the page of two forms is not fit to be shown: " + "; ".join(wrong[:12]))
    return html


def _template(project: Project) -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(project.read_text(project.revision("page.html.j2")))


def _sections(found: Beside, say: Words) -> Iterator[dict[str, Any]]:
    """The changes of each kind, in the order of the kinds."""
    for kind in KINDS:
        mine = [change for change in found.changes if change.kind == kind]
        if mine:
            yield {"kind": kind, "changes": [_shown(found, change, say.language) for change in mine]}


def _shown(found: Beside, change: Change, language: str) -> dict[str, Any]:
    row = found.ruled.get(change.key)
    return {
        "item": change.item,
        "name": _name(found, change, language),
        "questions": len(change.questions),
        "pairs": list(_pairs(change)),
        "ruling": row.ruling if row else "",
        "map": row.map_text if row else "",
        "reason": row.reason if row else "",
        "office": row.office if row else "",
        "date": row.date if row else "",
    }


def _name(found: Beside, change: Change, language: str) -> str:
    """What the item is called in the reader's language: the question; of an option, the first question that has it."""
    name = change.item if change.item in found.now.by_name or change.item in found.before.by_name else ""
    question = found.now.by_name.get(name or change.questions[0]) or found.before.by_name[name or change.questions[0]]
    return question.labels[language]


def _pairs(change: Change) -> Iterator[dict[str, Any]]:
    """Both wordings in each language in which they differ, and what is in no language."""
    for language in LANGUAGES:
        then, since = (side.get(language, "") for side in (change.before, change.now))
        if then != since:
            old, new = marked(then, since)
            yield {"language": language, "name": NAMES[language], "old": old, "new": new, "is_code": False}
    if FORMAL in change.before or FORMAL in change.now:
        old, new = marked(*(_formal(side) for side in (change.before, change.now)))
        yield {"language": "en", "name": "", "old": old, "new": new, "is_code": True}


def _formal(side: Mapping[str, str]) -> str:
    return side.get(FORMAL, "")
