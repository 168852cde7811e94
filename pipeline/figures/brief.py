"""A brief as the figures see it: what one report may know, read once and asked by name.

data/briefs/<round>/<scope>/<report>/ holds brief.json (who, when, state, evidence) and slices as CSV:
measures      indicator, dimension, group, unit, numerator, denominator, not_asked, missing, reason
comparison    indicator, group, percent: Iraq's shares as they are displayed, in whole percent
areas         the measures of single directorates, with `scope`, for a wider report; of sectors, for a directorate
sectors       the measures of the primary care centres of each sector, for a wider report about primary care
labels        list, code, en, ar, ckb
items         item, kind, module, asked (inpatient, or blank), sensitivity, en, ar, ckb: in the order of the form
methods       code, name, numerator, denominator, source, note
findings      as beside the verdicts;  facilities   list, place, facility_id, …, whole lists
declared      which facilities lack which services of a domain: see `pipeline.brief.declared`
list, census  every facility, and how many of each part, type and status: see `pipeline.brief.register`
The collection report has slices of its own: see `pipeline.brief.collection`. brief.json names those that there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from pipeline.codebook import rows_of
from pipeline.errors import BriefError
from pipeline.figures.numbers import NOTHING, Measure, Numbers
from pipeline.project import Project
from pipeline.words import DIRECTIONS, Words, load_all

# Hospitals, primary care and other facilities are always shown apart.
LEVELS = ("hospital", "phc", "other")
# A page prints so many facilities of a list; the whole list is in the tables beside it.
LISTED = 15


@dataclass(frozen=True)
class Brief:
    """All that one report may know, and the words it is told in."""

    told: Mapping[str, Any]
    slices: Mapping[str, pd.DataFrame]
    say: Words
    others: tuple[Words, ...] = ()
    """The words of the other languages that the report is told in."""

    @cached_property
    def translations(self) -> tuple[Brief, ...]:
        """The same brief in each of its languages, this one first; what was read of the numbers is not read again."""
        return (self, *(self._told_in(say) for say in self.others))

    def _told_in(self, say: Words) -> Brief:
        other = Brief(self.told, self.slices, say)
        vars(other)["numbers"] = self.numbers
        return other

    @cached_property
    def numbers(self) -> Numbers:
        """The measures, which are the same in every language."""
        return Numbers(self.slices)

    @property
    def language(self) -> str:
        """The language of its words."""
        return self.say.language

    @property
    def direction(self) -> str:
        """How the language is read: ltr or rtl."""
        return DIRECTIONS[self.language]

    @property
    def name(self) -> str:
        """The scope's name in the reader's language."""
        return str(self.told["names"][self.language])

    @property
    def edition(self) -> str:
        """For whom the brief was cut: internal, or public, which holds nothing that may not go out."""
        return str(self.told.get("edition", "internal"))

    @property
    def is_closed(self) -> bool:
        """Whether the gate has closed the scope, so that the brief holds no number; counts of answers are none."""
        return bool(self.told["state"] == "closed" and self.told["kind"] != "collection")

    @property
    def behind(self) -> tuple[int, int]:
        """How many of the scope's directorates stand behind its totals, and of how many; who is left out does not."""
        coverage, left_out = self.told["coverage"], set(self.told.get("left_out", ()))
        return coverage["reported"] - len(left_out - set(self.told.get("absent", ()))), coverage["of"]

    def has(self, indicator: str) -> bool:
        """Whether the brief has the indicator for the scope as a whole."""
        return (indicator, "all", "") in self.numbers.measures

    def measure(self, indicator: str, dimension: str = "all", group: str = "") -> Measure:
        """A measure; nothing (0 of 0) for a group without facilities.

        An indicator that the brief does not have, or does not have along the dimension, is a BriefError: it must not
        pass for a zero.
        """
        found = self.numbers.measures.get((indicator, dimension, group))
        if found is not None:
            return found
        whole = self.numbers.measures.get((indicator, "all", ""))
        if whole and dimension.startswith("phc_"):
            # A cut of primary care alone; where nobody gives any, there is none.
            whole = self.numbers.measures.get((indicator, "care", "phc"), NOTHING)
        counted = whole and (whole.numerator or whole.denominator or whole.missing)
        if whole is None or (counted and (indicator, dimension) not in self.numbers.cuts):
            where = f"the brief of {self.told['scope']} has no {indicator} by {dimension}"
            raise BriefError(f"{where}: run `herams brief {self.told['round']}`")
        return NOTHING

    def level(self, indicator: str, level: str) -> Measure:
        """A measure of hospitals, of primary care or of the other facilities; of all for an empty text."""
        return self.measure(indicator, "care", level) if level else self.measure(indicator)

    def count(self, indicator: str, level: str = "") -> int:
        """A measure that is a count."""
        return self.level(indicator, level).numerator

    def groups(self, indicator: str, dimension: str) -> dict[str, Measure]:
        """The measures of an indicator over the groups of a dimension, in the brief's order."""
        wanted = (indicator, dimension)
        return {group: found for (name, dim, group), found in self.numbers.measures.items() if (name, dim) == wanted}

    def keys(self, template: str) -> tuple[str, ...]:
        """What stands behind a template's name in each of its indicators: the causes of BAR_FAC_BAWA1, for instance."""
        return self.numbers.keys(template)

    def area(self, indicator: str, directorate: str, level: str = "") -> Measure:
        """A measure of a directorate; nothing (0 of 0) where it has none."""
        return self.numbers.areas.get((indicator, directorate, level), NOTHING)

    def label(self, list_name: str, code: str) -> str:
        """The word for a code in the reader's language; the code itself where the form has no word."""
        return self.say.names.get((list_name, code), code)

    def items(self, kind: str, module: str = "") -> dict[str, str]:
        """The items of a kind, or of one module of it, with their names, in the order of the form."""
        items = self.slices["items"]
        rows = items[(items["kind"] == kind) & ((items["module"] == module) | (module == ""))]
        return dict(zip(rows["item"], rows[self.language], strict=True))

    def inpatient_services(self) -> dict[str, str]:
        """The services that only facilities with beds are asked about, with their names, in the order of the form."""
        items = self.slices["items"]
        rows = items[(items["kind"] == "service") & (items["asked"] == "inpatient")]
        return dict(zip(rows["item"], rows[self.language], strict=True))

    def modules(self, kind: str) -> tuple[str, ...]:
        """The modules that items of a kind belong to, in the order of the form."""
        items = self.slices["items"]
        return tuple(dict.fromkeys(items.loc[items["kind"] == kind, "module"]))

    def listed(self, name: str) -> list[dict[str, str]]:
        """The beginning of a list of facilities, as the page prints it; the rest is in the tables beside it."""
        rows = self.slices["facilities"]
        return rows_of(rows[rows["list"] == name].head(LISTED))


def read(project: Project, round_name: str, scope: str, report: str, languages: Sequence[str]) -> Brief:
    """The brief of a report in these languages, checked to be the one asked for."""
    folder = project.brief(round_name, scope, report)
    told = project.read_json(folder / "brief.json")
    asked = {"round": round_name, "scope": scope, "report": report}
    if {name: told.get(name) for name in asked} != asked:
        raise BriefError(f"{project.relative(folder)} is about another report: run `herams brief {round_name}`")
    slices = {name: project.read_csv(folder / f"{name}.csv") for name in told["slices"]}
    first, *others = words_of(project, languages, slices["labels"])
    return Brief(told, slices, first, tuple(others))


def words_of(project: Project, languages: Sequence[str], labels: pd.DataFrame) -> tuple[Words, ...]:
    """The words of these languages, with those of the brief for its codes."""
    return tuple(
        say.knowing(dict(zip(zip(labels["list"], labels["code"], strict=True), labels[say.language], strict=True)))
        for say in load_all(project, languages)
    )
