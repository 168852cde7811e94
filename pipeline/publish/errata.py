"""What has become of a publication: withdrawn, or superseded and which numbers differ; as pages and as a table.

The numbers before and after are those that offices approved: the copies beside the ledger, which the ledger holds by
their hashes. So nothing that an edition does not show can stand here, and no old table has to be at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from pipeline import publications, words
from pipeline.errors import ReportError
from pipeline.page.checks import faults
from pipeline.page.style import sheet
from pipeline.project import Project
from pipeline.publications import Published
from pipeline.publish.parts import LANGUAGES, isolated, say_in, scopes_in, template
from pipeline.words import DIRECTIONS

COLUMNS = ("indicator", "scope", "group", "number", "before", "after", "reason")
SLICE = "measures"
SHOWN = 400


@dataclass(frozen=True)
class Errata:
    """A publication with what has become of it, and the numbers that differ from those of the next one."""

    publication: Published
    rows: tuple[Mapping[str, str], ...] = ()
    others: int = 0
    """How many other rows of the reports differ: of lists, parts, barriers."""


def between(project: Project, old: Published, new: Mapping[str, str]) -> Errata:
    """The errata of a publication whose reports have these cores in the next one, by scope and report."""
    before = publications.manifests(project)[old.name]["reports"]
    found: dict[tuple[str, str, str, str], tuple[str, str]] = {}
    others = 0
    for which in sorted(before.keys() & new.keys()):
        scope, was, now = which.partition("/")[0], _copy(project, before[which]), _copy(project, new[which])
        found |= {(key[0], scope, *key[1:]): pair for key, pair in _differing(was.get(SLICE), now.get(SLICE))}
        others += sum(len(list(_rows_differing(was.get(name), now.get(name)))) for name in _rest(was, now))
    rows = [dict(zip(COLUMNS, (*key, *pair, old.why), strict=True)) for key, pair in sorted(found.items())]
    return Errata(old, tuple(rows), others)


def _copy(project: Project, core: str) -> dict[str, Any]:
    return dict(project.read_json(project.approved_copy(core))["numbers"])


def _rest(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return sorted((was.keys() | now.keys()) - {SLICE})


def _differing(was: Any, now: Any) -> Iterator[tuple[tuple[str, str, str], tuple[str, str]]]:
    """For each number that differs its indicator, group and name, before and after; blank where there is none."""
    for about, old, new in _rows_differing(was, now):
        indicator, _, rest = about.partition(" ")
        dimension, _, group = rest.partition(" ")
        place = f"{dimension}={group}" if group else ""
        for name in dict.fromkeys([*old, *new]):
            if old.get(name, "") != new.get(name, ""):
                yield (indicator, place, name), (old.get(name, ""), new.get(name, ""))


def _rows_differing(was: Any, now: Any) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    old, new = _rows(was), _rows(now)
    for about in sorted(old.keys() | new.keys()):
        if old.get(about) != new.get(about):
            yield about, old.get(about, {}), new.get(about, {})


def _rows(copied: Any) -> dict[str, dict[str, str]]:
    if not copied:
        return {}
    rows = {about: numbers.split("|") for about, numbers in copied["rows"].items()}
    return {about: dict(zip(copied["columns"], cells, strict=True)) for about, cells in rows.items()}


# --- as it is read ---------------------------------------------------------------------------------------------------


def written(project: Project, errata: Errata) -> dict[str, bytes]:
    """The pages in each language and the table, by the ends of their names."""
    table = pd.DataFrame(list(errata.rows), columns=list(COLUMNS)).to_csv(index=False, lineterminator="\n")
    told = {f"{code}.html": _page(project, errata, code).encode() for code in project.registry.languages}
    return {**told, "csv": table.encode("utf-8")}


def _page(project: Project, errata: Errata, language: str) -> str:
    say = say_in(project, language)
    names, scopes = _names(project, language), scopes_in(project, language)
    html = template(project, "errata.html.j2").render(
        say=say,
        language=language,
        direction=DIRECTIONS[language],
        style=Markup(sheet(project)),
        one=errata.publication,
        day=isolated(errata.publication.date),
        since=isolated(errata.publication.since),
        rows=[
            {**row, "name": names.get(row["indicator"], ""), "scope": scopes[row["scope"]]}
            for row in errata.rows[:SHOWN]
        ],
        more=len(errata.rows) - SHOWN,
        total=len(errata.rows),
        others=errata.others,
        links=_links(project, errata.publication, language),
        table=project.errata(errata.publication.name, "csv").name,
        columns=COLUMNS[:-1],
    )
    found = faults(html, is_report=False)
    if found:
        raise ReportError("the errata page is not fit to be shown: " + "; ".join(found[:12]))
    return html


def _links(project: Project, one: Published, language: str) -> Sequence[tuple[str, str, str]]:
    others = (code for code in project.registry.languages if code != language)
    return [(project.errata(one.name, f"{code}.html").name, code, LANGUAGES[code]) for code in others]


def _names(project: Project, language: str) -> dict[str, str]:
    known, say = project.read_csv(project.reference("indicators.csv")), words.load(project, language)
    return {code: say.translated(name) for code, name in zip(known["code"], known["name"], strict=True)}
