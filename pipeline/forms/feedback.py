"""Feedback to those who collected: a page for each workspace, beside its directorate, in the directorate's language.

How many facilities came and how complete, what was most often missing or in doubt, and what was done well.
Completeness is counted by the very definition that reports have (COV_ITEMS). Where a gate has closed the directorate
the page holds no number, as its reports do not: it says so, and what has to be settled first. A page names questions
and rules, never a person, and no single facility.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.brief import coverage, state
from pipeline.brief.material import Material, gather
from pipeline.errors import FormError, unknown
from pipeline.forms import look
from pipeline.forms.look import Sheets, isolated
from pipeline.forms.manual import RULES
from pipeline.forms.outline import Outline, outline
from pipeline.forms.paper import SECTOR_NAMES, Paper
from pipeline.indicators.definition import Count
from pipeline.indicators.quality import completeness
from pipeline.project import Project
from pipeline.words import NONE, Words, number, percent

MOST = 5
# Of a module with fewer answers due nobody is praised.
ENOUGH = 10
SEVERITIES = ("critical", "warning")

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Collected:
    """A round as its collectors left it: facilities, completeness, findings, by workspace and directorate."""

    material: Material
    outline: Outline

    @cached_property
    def facilities(self) -> pd.DataFrame:
        """facility_id, directorate, sector of each facility of the round."""
        columns = ["facility_id", "directorate", "sector"]
        return self.material.tables["facilities"][columns].astype(str)

    @cached_property
    def complete(self) -> tuple[tuple[str, ...], pd.DataFrame, pd.DataFrame]:
        """The modules; answers that are there, and that are due, by facility (index) and module."""
        facts = self.material.facts
        count = completeness.compute(facts)
        if not isinstance(count, Count) or count.within is None or count.denominator is None:
            raise FormError("COV_ITEMS is not counted by module any more: feedback must be told how it is")
        modules, ids, due = count.within[1], facts.facilities["facility_id"].astype(str), count.denominator
        frames = [pd.DataFrame(part, index=ids, columns=list(modules)) for part in (count.numerator, due)]
        return tuple(modules), frames[0], frames[1]

    @cached_property
    def expected(self) -> pd.DataFrame:
        """What the last list expects of each sector; no row where there is no list."""
        return coverage.expected(self.material, self.material.directorates)

    @cached_property
    def missing(self) -> pd.DataFrame:
        """facility_id and item of each answer that is missing."""
        answers = self.material.tables["answers"]
        rows = answers.loc[answers["state"] == "missing", ["facility_id", "item"]]
        return rows.astype(str)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """The open findings about facilities that people are asked about."""
        found = self.material.findings
        is_asked = found["severity"].isin(SEVERITIES) & (found["settled_by"] == "") & (found["facility_id"] != "")
        return found[is_asked]


@dataclass(frozen=True)
class _Group:
    """The facilities of a workspace or of a directorate, and what is known of them."""

    collected: Collected
    ids: frozenset[str]
    came: int
    expected: int

    def doubted(self, severities: Sequence[str]) -> int:
        """How many facilities have an open finding."""
        found = self.collected.findings
        return int(found.loc[found["severity"].isin(severities) & self._mine(found), "facility_id"].nunique())

    @cached_property
    def answers(self) -> tuple[Numbers, Numbers]:
        """Answers that are there and that are due, by module."""
        _, there, due = self.collected.complete
        mine = there.index.isin(list(self.ids))
        return there[mine].sum().to_numpy(dtype=np.int64), due[mine].sum().to_numpy(dtype=np.int64)

    @property
    def share(self) -> float | None:
        """Percent of the answers due that are there; None where none was due."""
        there, due = (int(part.sum()) for part in self.answers)
        return 100 * there / due if due else None

    def missing(self) -> list[tuple[str, int]]:
        """The items most often missing, with the number of facilities."""
        found = self.collected.missing
        return _most(found.loc[self._mine(found), ["item", "facility_id"]], self.collected.outline.number)

    def doubts(self, severities: Sequence[str] = SEVERITIES) -> list[tuple[str, int]]:
        """The rules most often broken, with the number of facilities."""
        found = self.collected.findings
        mine = found["severity"].isin(severities) & self._mine(found)
        return _most(found.loc[mine, ["rule", "facility_id"]], {})

    def _mine(self, rows: pd.DataFrame) -> pd.Series[bool]:
        return rows["facility_id"].isin(list(self.ids))


def feedback(
    project: Project, round_name: str, workspace: str | None = None, directorate: str | None = None
) -> Iterator[tuple[str, Paper]]:
    """The page of each workspace of a round, of a directorate or one alone, by the workspace's name."""
    material = gather(project, round_name)
    collected = Collected(material, outline(material.codebook))
    for slug, sector in _wanted(collected, workspace, directorate):
        say = look.words(project, material.places.default_language[slug], RULES)
        yield sector, _page(project, collected, say, slug, sector)


def _wanted(collected: Collected, workspace: str | None, directorate: str | None) -> list[tuple[str, str]]:
    known = collected.material.places.default_language
    if directorate is not None and directorate not in known:
        raise unknown("directorate", directorate, known)
    facilities = collected.facilities
    rows = facilities[facilities["directorate"].isin(list(known))].drop_duplicates(["directorate", "sector"])
    if workspace is not None and workspace not in set(rows["sector"]):
        raise unknown("workspace", workspace, set(rows["sector"]))
    mine = rows[
        (rows["directorate"] == (directorate or rows["directorate"]))
        & (rows["sector"] == (workspace or rows["sector"]))
    ]
    if mine.empty:
        raise FormError(f"nothing came from {workspace or directorate}: there is nobody to write to")
    order = {slug: place for place, slug in enumerate(collected.material.directorates)}
    pairs = zip(mine["directorate"], mine["sector"], strict=True)
    return sorted(pairs, key=lambda pair: (order.get(pair[0], len(order)), pair[1]))


def _page(project: Project, collected: Collected, say: Words, directorate: str, sector: str) -> Paper:
    office = collected.material.names(directorate)[say.language]
    name = office if sector == directorate else _name(collected.material, sector, say.language)
    title = say("feedback.title", sector=name)
    lead = say("feedback.lead", directorate=office, round=isolated(collected.material.round_name))
    here, whole = _group(collected, directorate, sector), _group(collected, directorate, None)
    is_closed = state.state(collected.material, directorate) == "closed"
    told = _to_settle(collected, say, whole) if is_closed else _told(collected, say, here, whole)
    body = look.filled(project, "feedback.html.j2", say=say, title=title, lead=lead, is_closed=is_closed, **told)
    return Paper(say, title, (Sheets(body, office, isolated(collected.material.round_name)),))


def _told(collected: Collected, say: Words, here: _Group, whole: _Group) -> dict[str, Any]:
    return {
        "numbers": list(_numbers(say, here, whole)),
        "missing": [(_question(collected, item, say.language), times) for item, times in here.missing()],
        "doubts": [(_why(collected.material, rule, say), times) for rule, times in here.doubts()],
        "well": list(_well(say, here, whole)),
    }


def _to_settle(collected: Collected, say: Words, whole: _Group) -> dict[str, Any]:
    """What is said where the directorate is closed: why, be it in this workspace or in another, and no number."""
    return {"doubts": [_why(collected.material, rule, say) for rule, _ in whole.doubts(("critical",))]}


def _name(material: Material, sector: str, language: str) -> str:
    """A sector by its name, which no list has in Kurdish; by its word where it is in no list."""
    names = material.places.sectors.set_index("slug")[SECTOR_NAMES[language]]
    return str(names.get(sector, sector))


def _group(collected: Collected, directorate: str, sector: str | None) -> _Group:
    facilities, expected = collected.facilities, collected.expected
    mine = facilities[facilities["directorate"] == directorate]
    due = expected[expected["directorate"] == directorate]
    if sector is not None:
        mine, due = mine[mine["sector"] == sector], due[due["sector"] == sector]
    return _Group(collected, frozenset(mine["facility_id"]), int(due["came"].sum()), int(due["expected"].sum()))


def _numbers(say: Words, here: _Group, whole: _Group) -> Iterator[tuple[str, str, str]]:
    """Each figure of the workspace, and beside it that of the directorate."""
    told, beside = _figures(say, here), _figures(say, whole)
    for name, figure in told.items():
        if name != "expected" or whole.expected:
            yield say(f"feedback.{name}"), figure, beside[name]


def _figures(say: Words, group: _Group) -> dict[str, str]:
    there, due = (int(part.sum()) for part in group.answers)
    return {
        "facilities": number(len(group.ids)),
        "expected": _of(say, group.came, group.expected),
        "complete": _of(say, there, due),
        "doubted": _of(say, group.doubted(SEVERITIES), len(group.ids)),
        "critical": _of(say, group.doubted(("critical",)), len(group.ids)),
    }


def _well(say: Words, here: _Group, whole: _Group) -> Iterator[str]:
    """What was done well, as far as numbers say it."""
    told = []
    there, due = here.answers
    modules = here.collected.complete[0]
    full = [say(f"module.{module}") for module, a, b in zip(modules, there, due, strict=True) if a == b >= ENOUGH]
    if full:
        told.append(say("feedback.well.complete", modules=say.listed(full)))
    if here.share is not None and whole.share is not None and here.share > whole.share:
        told.append(say("feedback.well.better"))
    if not here.doubted(("critical",)):
        told.append(say("feedback.well.critical"))
    if here.expected and here.came == here.expected:
        told.append(say("feedback.well.all"))
    yield from told or [say("feedback.well.none")]


def _of(say: Words, part: int, whole: int) -> str:
    return say("feedback.of", a=part, b=whole, share=percent(100 * part / whole)) if whole else NONE


def _most(rows: pd.DataFrame, order: dict[str, int]) -> list[tuple[str, int]]:
    """What stands most often in the first column, counted by facility; the same number in the form's order."""
    counted = rows.drop_duplicates().groupby(rows.columns[0]).size()
    ranked = sorted(counted.items(), key=lambda one: (-one[1], order.get(str(one[0]), 0), str(one[0])))
    return [(str(name), int(times)) for name, times in ranked[:MOST]]


def _question(collected: Collected, item: str, language: str) -> str:
    number = collected.outline.number.get(item, "")
    return f"{number}. {collected.material.codebook.by_name[item].labels[language]}"


def _why(material: Material, rule: str, say: Words) -> Any:
    """Why a rule is there, in the reader's language."""
    why: str = next(told.why for verdict in material.verdicts for told in verdict.rules if told.rule == rule)
    return say.translated(why)
