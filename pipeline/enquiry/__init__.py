"""Enquiries: what a directorate is asked about the findings of its facilities, one for each cell that is in doubt.

A finding about a module as a whole is asked cell by cell; several findings about one cell are one enquiry. Findings of
a rule in doubt are no enquiries: there the rule is to be settled, not the facilities. Neither are facilities that stand
twice: a decision could not say which of the two rows it means.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from pipeline import relevance
from pipeline.codebook import Codebook, rows_of
from pipeline.decisions import NOT_ANSWERS, expected

ACTIONS = ("correct", "blank", "confirm", "insist", "double", "exclude")
RIGHT = ("confirm", "insist")  # that an answer is right as it is; of a critical finding only with a reason
PLATFORM = "platform"
IN_DOUBT = "rule in doubt"  # how the gate marks findings of a rule that is itself to be settled
BARRIERS = 5  # the skip rule by which a cause is asked
COORDINATES = ("facilities.latitude", "facilities.longitude")
# Rules whose finding stands for all that is missing in a module of a facility.
OF_MODULE = ("required_answers", "modules_complete")
# Rules about an answer that should be one facility's own: whom else it is given for.
OF_SEVERAL = ("codes_of_one_facility", "coordinates_of_one_facility", "catchment_of_one_facility")
MOST_SHARING = 5  # more is no help to anybody
BETWEEN = re.compile(r"(\d[\d,.-]*) to (\d[\d,.-]*)")
BEFORE = re.compile(r"was (.+) on the last list")
# The rule about facilities of the last list that stand in no row: nothing can be corrected, only confirmed.
GONE = "facilities_gone"


@dataclass(frozen=True)
class Enquiry:
    """A cell of the records that a directorate is asked about, and what it may answer."""

    facility_id: str
    directorate: str
    sector: str
    name_local: str
    name_en: str
    column: str
    value: str
    findings: tuple[tuple[str, str], ...]  # (rule, the column that the finding names)
    severity: str
    between: tuple[str, str] | None
    actions: tuple[str, ...]
    same_as: tuple[str, ...]  # the facilities that this one may be a double report of
    sharing: tuple[str, ...]  # others that give the very same answer, where that is what is in doubt
    before: tuple[str, str] | None = None  # what the last list says, and what is so now: of this cell, or in all

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that the cell breaks."""
        return tuple(dict.fromkeys(rule for rule, _ in self.findings))

    @property
    def key(self) -> tuple[str, str]:
        """What the enquiry is about."""
        return self.facility_id, self.column


@dataclass(frozen=True)
class Source:
    """The records after decisions, who reports each of them, the form; the rules that a merge settles, and the critical
    ones whose finding may be right all the same.

    `listed` has the names, local and English, of the facilities of the last list.
    """

    records: pd.DataFrame
    placed: pd.DataFrame
    codebook: Codebook
    settled_by_merge: Collection[str]
    may_be_right: Collection[str] = ()
    listed: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def cell(self, row: int, column: str) -> str:
        """What stands in a cell; blank where the records have no such column."""
        return str(self.records[column].iloc[row]) if column in self.records else ""

    def of_field(self, row: int, name: str) -> str:
        """The answer behind a field of `facilities`."""
        question = self.codebook.of_field(f"facilities.{name}")
        return self.cell(row, question.columns[0]) if question else ""


def enquiries(found: pd.DataFrame, source: Source) -> list[Enquiry]:
    """The enquiries that follow from findings, by directorate, sector, facility and in the order of the form."""
    ids = source.placed["facility_id"].reset_index(drop=True)
    doubled = ids.duplicated(keep=False).to_numpy()
    rows = {str(facility): row for row, facility in enumerate(ids) if not doubled[row]}
    open_ones = found[is_open(found) & (found["settled_by"] != IN_DOUBT)]
    asked = open_ones[open_ones["facility_id"].isin(list(rows)) & (open_ones["rule"] != GONE)]
    missing = _Missing(source, {rows[facility] for facility in asked["facility_id"][asked["rule"].isin(OF_MODULE)]})
    merged: dict[tuple[str, str], Enquiry] = {}
    for finding in rows_of(asked):
        row = rows[finding["facility_id"]]
        for column in _columns(finding, row, source, missing):
            one = _enquiry(finding, row, column, source, rows)
            merged[one.key] = _both(merged[one.key], one) if one.key in merged else one
    merged |= {one.key: one for one in _gone(open_ones, source)}
    form = {column: place for place, column in enumerate(source.codebook.columns)}
    every = sorted(
        merged.values(), key=lambda one: (one.directorate, one.sector, one.facility_id, form.get(one.column, -1))
    )
    return [one for one in every if one.actions]


def is_open(found: pd.DataFrame) -> pd.Series[bool]:
    """Where a finding is more than counted, and no decision settles it."""
    return found["severity"].isin(["critical", "warning"]) & found["settled_by"].isin(["", IN_DOUBT])


def names(baseline: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """The names, local and English, of the facilities of a list."""
    columns = (baseline[name].astype(str) for name in ("facility_id", "name_local", "name_en"))
    return {facility: (local, english) for facility, local, english in zip(*columns, strict=True)}


def _gone(found: pd.DataFrame, source: Source) -> Iterator[Enquiry]:
    """An enquiry for each facility of the last list that stands in no row."""
    for finding in rows_of(found[(found["rule"] == GONE) & found["facility_id"].isin(list(source.listed))]):
        local, english = source.listed[finding["facility_id"]]
        yield Enquiry(
            facility_id=finding["facility_id"], directorate=finding["directorate"], sector=finding["sector"],
            name_local=local, name_en=english, column=finding["question"], value="",
            findings=((GONE, finding["question"]),), severity=finding["severity"], between=None, actions=("confirm",),
            same_as=(), sharing=(),
        )  # fmt: skip


class _Missing:
    """What is missing in some rows of the records."""

    def __init__(self, source: Source, rows: Collection[int]) -> None:
        self._codebook = source.codebook
        self._rows = sorted(rows)
        self._states = relevance.states(source.records.iloc[self._rows], source.codebook) if rows else pd.DataFrame()

    def of(self, row: int, module: str) -> Iterator[str]:
        """The columns of a module whose answer is missing in a row, in the order of the form."""
        state = self._states.iloc[self._rows.index(row)]
        for question in self._codebook.questions:
            inside = question.name in state and question.module == module and question.field not in COORDINATES
            if inside and question.rule != BARRIERS and state[question.name] == "missing":
                yield question.columns[0]


def _columns(finding: Mapping[str, str], row: int, source: Source, missing: _Missing) -> Sequence[str]:
    """The cells that a finding is about."""
    question = source.codebook.by_column.get(finding["question"])
    if question is None:
        return ()
    if finding["rule"] in OF_MODULE:
        return list(missing.of(row, question.module))
    if question.type == "select_multiple":
        ticked = [column for column in question.columns if source.cell(row, column)]
        return ticked or [finding["question"]]
    if question.field in COORDINATES:  # half a place cannot be judged, and often the two are exchanged
        both = [source.codebook.of_field(field) for field in COORDINATES]
        return [one.columns[0] for one in both if one]
    return [finding["question"]]


def _enquiry(finding: Mapping[str, str], row: int, column: str, source: Source, rows: Mapping[str, int]) -> Enquiry:
    between = BETWEEN.search(finding["expected"])
    before = BEFORE.search(finding["expected"])
    merges = finding["rule"] in source.settled_by_merge
    same_as = tuple(_same_as(finding, row, source, rows)) if merges else ()
    return Enquiry(
        facility_id=finding["facility_id"],
        directorate=finding["directorate"],
        sector=finding["sector"],
        name_local=source.of_field(row, "name_local"),
        name_en=source.of_field(row, "name_en"),
        column=column,
        value=source.cell(row, column),
        findings=((finding["rule"], finding["question"]),),
        severity=finding["severity"],
        between=(between[1], between[2]) if between else None,
        actions=tuple(_actions(finding, column, source, row, bool(same_as))),
        same_as=same_as,
        sharing=_sharing(finding, column, source) if finding["rule"] in OF_SEVERAL else (),
        before=(before[1], finding["value"]) if before else None,
    )


def _actions(finding: Mapping[str, str], column: str, source: Source, row: int, has_twin: bool) -> Iterator[str]:
    """What may be answered. A critical finding is mended, unless its rule can be wrong: then there must be a reason, as
    there must be for a facility to leave the list.
    """
    question = source.codebook.by_column[column]
    value = source.cell(row, column)
    if column not in NOT_ANSWERS and not question.is_personal:
        yield "correct"
        if value and question.module != PLATFORM:
            yield "blank"
    is_named = column == finding["question"] or finding["rule"] in OF_MODULE
    if is_named and not expected(question, column, value):
        if finding["severity"] == "warning":
            yield "confirm"
        elif finding["rule"] in source.may_be_right:
            yield "insist"
    if has_twin:
        yield "double"
    yield "exclude"


def _same_as(finding: Mapping[str, str], row: int, source: Source, rows: Mapping[str, int]) -> list[str]:
    """The other facilities that a finding names, or that have the same id on the platform."""
    named = [word.strip(",;()") for word in f"{finding['value']} {finding['expected']}".split()]
    same = source.records["subject_id"].to_numpy() == source.cell(row, "subject_id")
    twins = source.placed["facility_id"].to_numpy()[same]
    return sorted({str(one) for one in (*named, *twins) if one in rows} - {finding["facility_id"]})


def _sharing(finding: Mapping[str, str], column: str, source: Source) -> tuple[str, ...]:
    """The other facilities with the very same answer, unless they are many."""
    ids = source.placed["facility_id"].to_numpy()
    own = source.records[column].to_numpy()[ids == finding["facility_id"]]
    others = {str(one) for one in ids[source.records[column].isin(own).to_numpy()]} - {finding["facility_id"]}
    return tuple(sorted(others)) if len(others) <= MOST_SHARING else ()


def _both(one: Enquiry, other: Enquiry) -> Enquiry:
    """Two findings about one cell as one enquiry: what both allow, except that either may doubt the whole row."""
    allowed = (set(one.actions) | set(other.actions)) - set(RIGHT)
    sure = [set(RIGHT) & set(each.actions) for each in (one, other)]
    if all(sure):
        allowed.add("confirm" if sure == [{"confirm"}] * 2 else "insist")
    return replace(
        one,
        findings=tuple(dict.fromkeys((*one.findings, *other.findings))),
        severity="critical" if "critical" in (one.severity, other.severity) else one.severity,
        between=one.between or other.between,
        actions=tuple(action for action in ACTIONS if action in allowed),
        same_as=tuple(sorted({*one.same_as, *other.same_as})),
        sharing=tuple(sorted({*one.sharing, *other.sharing})),
        before=one.before or other.before,
    )
