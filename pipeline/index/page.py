"""The front page in one language: its rows, its data for the search, its one script, and what may not stand in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
from markupsafe import Markup

from pipeline import places, spelling
from pipeline.errors import ReportError
from pipeline.index.facilities import Facilities
from pipeline.index.standing import LANGUAGES, Line
from pipeline.page.checks import faults as page_faults
from pipeline.page.style import sheet
from pipeline.project import Project
from pipeline.registry import WIDER_SCOPES
from pipeline.review.stages import Stages
from pipeline.words import DIRECTIONS, Words

NAMES = {"en": "English", "ar": "العربية", "ckb": "کوردی"}
# The report that a found facility leads to beside its directorate's.
FACILITY_LIST = "facilities"
NAMED = 3
SCRIPT = re.compile(r"<script([^>]*)>(.*?)</script>", re.DOTALL)
# Of the rest of the page, without its script and the facilities: some 3,000 reports.
BYTES = 3_000_000


@dataclass(frozen=True)
class Content:
    """What the front page shows, in no language: the lines of each round, its ledger, facilities and whose they are."""

    lines: Mapping[str, Sequence[Line]]
    stages: Stages
    rounds: Sequence[str]
    facilities: Facilities


def rendered(project: Project, say: Words, titles: Mapping[str, str], content: Content) -> str:
    """The front page in the language of the words; ReportError where it is not fit to be shown."""
    script = project.read_text(project.front("front.js"))
    html = _template(project).render(
        say=say,
        language=say.language,
        direction=DIRECTIONS[say.language],
        languages=NAMES,
        links={code: project.front_page(code).name for code in LANGUAGES},
        style=Markup(sheet(project) + project.read_text(project.front("front.css"))),
        ledger=content.stages.fault,
        rounds=list(_rounds(project, say, titles, content)),
        data=Markup(_embedded(_data(project, say, content))),
        script=Markup(script),
        script_hash=f"sha256-{_hash(script)}",
    )
    found = faults(html)
    if found:
        raise ReportError("the front page is not fit to be shown: " + "; ".join(found[:12]))
    return html


def _template(project: Project) -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(project.read_text(project.front("index.html.j2")))


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def faults(html: str) -> list[str]:
    """What is wrong with a front page: as with any page, and any script but the one whose hash it allows."""
    found = [f"<script{attributes}> may not stand here" for attributes, text in _strangers(html)]
    return [*found, *page_faults(SCRIPT.sub("", html), is_report=False, most=BYTES)]


def _strangers(html: str) -> Iterator[tuple[str, str]]:
    """The scripts that are neither a block of data nor allowed by their hash."""
    for attributes, text in SCRIPT.findall(html):
        is_data = attributes == ' type="application/json" id="data"' and "<" not in text
        is_ours = not attributes and html.count(f"script-src 'sha256-{_hash(text)}';") == 1
        if not is_data and not is_ours:
            yield attributes, text


# --- the rows --------------------------------------------------------------------------------------------------------


def _rounds(project: Project, say: Words, titles: Mapping[str, str], content: Content) -> Iterator[dict[str, Any]]:
    names, ministries = _scopes(project, say)
    for round_name, lines in content.lines.items():
        entry = project.round(round_name)
        yield {
            "name": round_name,
            "window": [_isolated(day) for day in entry.window],
            "report_date": entry.report_date,
            "source": entry.source,
            "summary": _summary(say, lines),
            "publication": _publication(say, content.stages, round_name),
            "rows": [
                _row(say, line, titles) | {"name": names[line.scope], "ministry": ministries.get(line.scope, "")}
                for line in lines
            ],
        }


def _publication(say: Words, stages: Stages, round_name: str) -> str:
    """When a round was published last, for whom, and whether it was withdrawn and why; blank if it never was."""
    found = stages.publication(round_name)
    if found is None:
        return ""
    published, withdrawn = found
    told = say(f"published.{published.edition}", day=_isolated(published.date))
    if withdrawn is not None:
        told += " · " + say("withdrawn", day=_isolated(withdrawn.date), reason=withdrawn.reason)
    return told


def _isolated(day: str) -> str:
    """A date whose parts keep their order after Arabic letters."""
    return f"\u2066{day}\u2069"


def _scopes(project: Project, say: Words) -> tuple[dict[str, str], dict[str, str]]:
    """The name of each scope in the reader's language, and its ministry."""
    known = places.load(project)
    names = dict(zip(known.directorates["slug"], known.directorates[f"name_{say.language}"], strict=True))
    names |= {scope: say(f"scope.{scope}") for scope in WIDER_SCOPES}
    return names, {**known.region, "federal": "federal", "kurdistan": "kurdistan"}


def _summary(say: Words, lines: Iterable[Line]) -> str:
    counted = Counter(line.standing for line in lines)
    return " · ".join(say(f"count.{standing}", n=number) for standing, number in sorted(counted.items()))


def _row(say: Words, line: Line, titles: Mapping[str, str]) -> dict[str, Any]:
    # The reader's language, or the first in which there is a page.
    first = next((code for code in (say.language, *LANGUAGES) if code in line.pages), "")
    rest = {code: link for code, link in line.pages.items() if code != first}
    return {
        "scope": line.scope,
        "report": line.report,
        "title": titles[line.report],
        "languages": list(line.pages),
        "link": line.pages.get(first, ""),
        "others": [(link, code) for code, link in {**rest, **line.tables}.items()],
        "numbers": line.numbers,
        "stage": line.stage,
        "standing": line.standing,
        "why": " · ".join(line.why[:NAMED]),
        "more": say("more", n=len(line.why) - NAMED) if len(line.why) > NAMED else "",
        "receipt": line.receipt,
    }


# --- the data --------------------------------------------------------------------------------------------------------


def _data(project: Project, say: Words, content: Content) -> dict[str, Any]:
    """What the script needs beside the rows: its words, the letters that are folded, the facilities."""
    absent = [name for name in content.lines if name not in content.rounds]
    sectors, column = places.load(project).sectors, "name_in_exports" if say.language == "en" else "name_ar"
    return {
        "words": {
            key.removeprefix("script."): text for key, text in say.sentences.items() if key.startswith("script.")
        },
        "languages": NAMES,
        "letters": spelling.letters(),
        "list": FACILITY_LIST,
        "local": say.language != "en",
        "absent": say("script.absent", rounds=", ".join(absent)) if absent else "",
        "sectors": dict(zip(sectors["slug"], sectors[column], strict=True)),
        "rounds": list(content.rounds),
        "facilities": content.facilities,
    }


def _embedded(told: Mapping[str, Any]) -> str:
    """JSON as it may stand in a page: without what would end the block, begin a tag or be taken for an address."""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c").replace("://", ":\\/\\/").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )
