"""From the tables of facts to measures: every indicator for every scope, cut along its dimensions.

measures   indicator, scope, dimension, group, numerator, denominator, not_asked, missing, reason

No share is stored: `indicators.share` divides where a page needs one. A group in which nothing is counted, missing or
unasked has no row, except that each indicator has one for each whole scope. Where a number cannot be given, numerator
and denominator are blank and `reason` says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from pipeline import baseline, decisions, indicators, places, verdict
from pipeline import codebook as codebooks
from pipeline.codebook import Codebook
from pipeline.indicators import (
    Absent,
    Count,
    Definition,
    Earlier,
    Entry,
    Facts,
    Gap,
    Judgement,
    Rate,
    Result,
    Vocabulary,
)
from pipeline.measure import visits
from pipeline.measure.groups import ALL, Entries, Groups, Kinds, Numbers, by_place, by_report, incomplete_areas
from pipeline.measure.rows import BLANK, Block, Rows, why
from pipeline.places import Places
from pipeline.project import Project

FACTS = ("facilities", "answers", "choices", "staff")
# What is found in records sets facilities aside too.
JUDGED = ("records", *FACTS)
SMALL = 10


@dataclass(frozen=True)
class Country:
    """What measures need to know of the country: who reports, and who lives where."""

    directorates: tuple[str, ...]
    home: Mapping[str, str]
    """The region of each governorate that some directorate is at home in."""
    population: Mapping[str, int]
    """The population of each area: iraq, federal, kurdistan, and governorates by P-code."""
    governorates: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The governorates that each directorate has facilities in, as the reference list says."""


def measure(project: Project, round_name: str) -> None:
    """Makes the measures of a round; refuses tables that no verdict judged."""
    entries_of_list = indicators.catalogue(project.read_csv(project.reference("indicators.csv")))
    found = measures(facts(project, round_name), entries_of_list, country_of(project))
    project.write_table(round_name, "measures", found)


def facts(project: Project, round_name: str) -> Facts:
    """The facts that a round's measures are made of; refuses tables that no verdict judged."""
    codebook = codebooks.load(project, project.round(round_name).form)
    tables = {name: project.read_table(round_name, name) for name in FACTS}
    judged = judged_of(project, round_name, tables["facilities"])
    return indicators.gather(tables, indicators.vocabulary(codebook), judged)


def judged_of(project: Project, round_name: str, facilities: pd.DataFrame) -> Judgement:
    """What gates and people said of a round's facilities; refuses tables that no verdict judged."""
    standing = verdict.combined([verdict.require(project, round_name, table) for table in JUDGED])
    codebook = codebooks.load(project, project.round(round_name).form)
    findings = pd.concat([verdict.read_findings(project, round_name, table) for table in JUDGED])
    reference, decided = places.load(project), decisions.load(project, round_name)
    judged = judgement(findings, decided, standing, recoded(project, round_name, decided, reference, codebook))
    judged = replace(judged, **visits.told(project, round_name, codebook, reference))
    window = project.round(round_name).window
    listed = earlier(facilities, baseline.load(project, round_name, reference), window, decided, reference)
    return replace(judged, earlier=listed)


def country_of(project: Project) -> Country:
    """The country in a project's reference lists."""
    people = project.read_csv(project.reference("population.csv"))
    return country(project.registry.directorates, places.load(project), people)


def recoded(
    project: Project, round_name: str, decided: Sequence[decisions.Decision], reference: Places, form: Codebook
) -> frozenset[str]:
    """The facilities of which a text was recoded; the records are read only where some decision recodes."""
    if not any(isinstance(one, decisions.Recode) for one in decided):
        return frozenset()
    received = project.read_table(round_name, "records")
    ids = places.facility_ids(received, reference)
    found = decisions.recoded_rows(received, decided, ids, form)
    return frozenset(str(ids.iloc[row]) for _, rows in found for row in rows)


def judgement(
    findings: pd.DataFrame,
    decided: Sequence[decisions.Decision],
    standing: verdict.Standing,
    recoded: frozenset[str] = frozenset(),
) -> Judgement:
    """What findings, decisions and verdicts say of facilities; `recoded` are those of which a text was recoded."""
    open_ones = findings[(findings["severity"] == "critical") & (findings["settled_by"] == "")]
    changed = [one.facility for one in decided if isinstance(one, decisions.Correct | decisions.Merge)]
    return Judgement(
        set_aside=frozenset(standing.set_aside),
        critical=frozenset(open_ones["facility_id"]) - {""},
        corrected=frozenset(changed) | recoded,
        excluded=decisions.excluded(decided),
        left_out=tuple(standing.iraq.left_out),
    )


def earlier(
    facilities: pd.DataFrame,
    listed: pd.DataFrame,
    window: Sequence[str],
    decided: Sequence[decisions.Decision],
    reference: Places,
) -> Earlier | None:
    """What the last list expects of the round; None where there is no list."""
    if listed.empty:
        return None
    excluded = decisions.excluded(decided)
    found = baseline.coverage(facilities, listed, (window[0], window[1]), excluded)
    is_excluded = found.gone["facility_id"].isin(list(excluded))
    gone = found.gone.loc[~is_excluded, ["facility_id", "directorate", "sector", "type", "tier"]]
    placed = gone.assign(
        region=gone["directorate"].map(reference.region), governorate=gone["sector"].map(reference.governorate)
    )
    named = placed.mask(placed == "", "unknown").fillna("unknown").astype(str)
    return Earlier(found.expected | frozenset(found.gone.loc[is_excluded, "facility_id"]), found.came, named)


def country(directorates: Sequence[str], reference: Places, population: pd.DataFrame) -> Country:
    """The country in the reference lists; a governorate belongs to the region of those who are at home in it."""
    home = {code: reference.region[slug] for slug, codes in reference.at_home.items() for code in codes}
    people = dict(zip(population["area"], population["population"].astype(int), strict=True))
    listed = {slug: frozenset(codes) for slug, codes in reference.governorates.items()}
    return Country(tuple(directorates), home, people, listed)


def measures(facts: Facts, catalogue: Mapping[str, Entry], land: Country) -> pd.DataFrame:
    """The table of measures; see the module."""
    grouped = by_report(facts, land.directorates), by_place(facts, land.home)
    incomplete = incomplete_areas(facts, land.home, land.governorates)
    results = ((one, one.compute(facts)) for one in indicators.DEFINITIONS.values())
    return cut(results, facts.vocabulary, grouped, catalogue, land.population, incomplete)


def cut(
    results: Iterable[tuple[Definition, Result]],
    vocabulary: Vocabulary,
    grouped: tuple[list[Groups], list[Groups]],
    catalogue: Mapping[str, Entry],
    population: Mapping[str, int],
    incomplete: set[str],
) -> pd.DataFrame:
    """The table of what definitions have counted; `grouped` are the groups by who reports, and by place."""
    rows = Rows()
    kinds = Kinds.within([*grouped[0], *grouped[1]])
    reported, placed = ([kinds.grouped(groups) for groups in made] for made in grouped)
    for definition, found in results:
        names = definition.indicators(vocabulary)
        levels = catalogue[definition.code].levels | {ALL, "region", "directorate"}
        along = [groups for groups in reported if groups.dimension in levels]
        if isinstance(found, Count):
            _add_counts(rows, found, names, along, kinds)
        elif isinstance(found, Gap):
            _add_gaps(rows, found, names, along, kinds)
        elif isinstance(found, Rate):
            for groups in placed:
                rows.add(_rates(found, groups, kinds, population, incomplete), groups, names)
        else:
            for groups in along:
                if groups.dimension == ALL:
                    rows.add(_absent(found, len(groups.groups), len(names)), groups, names)
    return rows.table()


@dataclass(frozen=True)
class Columns:
    """The arrays of a count as entries; a part that the count lacks is None."""

    numerator: Entries
    denominator: Entries | None
    not_asked: Entries
    missing: Entries
    known: Entries | None

    def block(self, groups: Groups) -> Block:
        """The sums for each group. A sum of which nothing is known is blank, never 0."""
        numerator, not_asked, missing = (groups.total(part) for part in (self.numerator, self.not_asked, self.missing))
        denominator = groups.total(self.denominator) if self.denominator else np.full_like(numerator, BLANK)
        reasons = np.zeros_like(numerator)
        if self.known:
            nothing = groups.total(self.known) == 0
            reasons = np.where(nothing & (missing > 0), why("missing"), reasons)
            reasons = np.where(nothing & (missing == 0) & (not_asked > 0), why("not_in_form"), reasons)
        return Block(np.where(reasons == 0, numerator, BLANK), denominator, not_asked, missing, reasons)


def _columns(count: Count, kinds: Kinds) -> Columns:
    def of(values: object) -> Entries | None:
        return kinds.entries(values) if isinstance(values, np.ndarray) else None

    return Columns(
        kinds.entries(count.numerator),
        of(count.denominator),
        kinds.entries(count.not_asked),
        kinds.entries(count.missing),
        of(count.known),
    )


def _summed(count: Count) -> Count:
    """The columns of a count added up."""
    return count.each(lambda columns: columns.sum(axis=1, dtype=np.int64))


def _add_counts(rows: Rows, count: Count, names: Sequence[str], along: Sequence[Groups], kinds: Kinds) -> None:
    columns = _columns(_summed(count) if count.within else count, kinds)
    for groups in along:
        rows.add(columns.block(groups), groups, names)
    if count.within:
        inside = _columns(count, kinds)
        for groups in along:
            if groups.dimension == ALL:
                rows.add_within(inside.block(groups), groups, names[0], count.within)


def _add_gaps(rows: Rows, gap: Gap, names: Sequence[str], along: Sequence[Groups], kinds: Kinds) -> None:
    first, second = _columns(gap.first, kinds), _columns(gap.second, kinds)
    for groups in along:
        rows.add(_difference(first.block(groups), second.block(groups)), groups, names)


def _difference(first: Block, second: Block) -> Block:
    """n1/d1 - n2/d2 as one exact fraction; blank where either denominator is small."""
    small = (first.denominator < SMALL) | (second.denominator < SMALL)
    numerator = first.numerator * second.denominator - second.numerator * first.denominator
    return Block(
        np.where(small, BLANK, numerator),
        np.where(small, BLANK, first.denominator * second.denominator),
        first.not_asked + second.not_asked,
        first.missing + second.missing,
        np.where(small, why("small"), 0),
    )


def _rates(rate: Rate, groups: Groups, kinds: Kinds, population: Mapping[str, int], incomplete: set[str]) -> Block:
    """A number over the population of each area."""
    if rate.count is None:
        return _absent(Absent(rate.reason), len(groups.groups), 1)
    areas = [group or scope for scope, group in zip(groups.scopes, groups.groups, strict=True)]
    people: Numbers = np.array([[population.get(area, BLANK)] for area in areas], dtype=np.int64).reshape(-1, 1)
    block = _columns(rate.count, kinds).block(groups)
    reasons = np.where(people == BLANK, why("no_population"), block.reasons)
    reasons = np.where(np.isin(np.array(areas), list(incomplete))[:, None], why("left_out"), reasons)
    blank = reasons != 0
    return Block(
        np.where(blank, BLANK, block.numerator), np.where(blank, BLANK, people), block.not_asked, block.missing, reasons
    )


def _absent(absent: Absent, groups: int, columns: int) -> Block:
    blank = np.full((groups, columns), BLANK)
    none = np.zeros_like(blank)
    return Block(blank, blank, none, none, np.full(blank.shape, why(absent.reason)))
