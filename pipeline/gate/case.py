"""The case before the gate: one table, and all that a rule may look at to judge it.

Rules return offences: a frame with `row` (the place in the table, from 0; -1 for the table as a whole), `question`
(a column of the export, or of the table), `value` (what stands there) and `expected` (what should). Offences about what
stands in no row say besides whom they are about: `facility_id`, `directorate` and `sector`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import baseline as baselines
from pipeline import relevance
from pipeline.codebook import Codebook, Question
from pipeline.decisions import Decision
from pipeline.places import Places, place
from pipeline.registry import Round

OFFENCE_COLUMNS = ("row", "question", "value", "expected")
ABOUT = ("facility_id", "directorate", "sector")
WHOLE_TABLE = -1

Flags = npt.NDArray[np.bool_]


class Known:
    """What has been found out about some records; forgotten as soon as it is about others."""

    def __init__(self) -> None:
        self._about: tuple[object, ...] = ()
        self._facts: dict[str, Any] = {}

    def of(self, about: tuple[object, ...], name: str, make: Callable[[], Any]) -> Any:
        """A fact about these very objects, made at the first question for it."""
        if len(about) != len(self._about) or any(
            one is not other for one, other in zip(about, self._about, strict=True)
        ):
            self._about, self._facts = about, {}
        if name not in self._facts:
            self._facts[name] = make()
        return self._facts[name]


@dataclass(frozen=True)
class Case:
    """A table to be judged, the round it belongs to, and what explains it.

    `records` are those after decisions; for the table `records` they are the table itself. `others` holds the other
    tables of the round that exist by now, by name; `boundaries` governorates' polygons by P-code, once there are any;
    `baseline` the facilities that the round should cover, none where there is no earlier list.
    """

    table: str
    frame: pd.DataFrame
    round: Round
    codebook: Codebook
    places: Places
    records: pd.DataFrame
    account: Mapping[str, Any] = field(default_factory=dict)
    decisions: Sequence[Decision] = ()
    others: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    indicators: pd.DataFrame = field(default_factory=pd.DataFrame)
    set_aside: frozenset[str] = frozenset()
    boundaries: Mapping[str, Any] = field(default_factory=dict)
    baseline: pd.DataFrame = field(default_factory=baselines.empty)
    known: Known = field(default_factory=Known, repr=False, compare=False)
    known_of_table: Known = field(default_factory=Known, repr=False, compare=False)

    @property
    def placed(self) -> pd.DataFrame:
        """facility_id, directorate, sector and workspace_sector of each record."""
        found: pd.DataFrame = self._once("placed", lambda: place(self.records, self.codebook, self.places))
        return found

    @property
    def reach(self) -> dict[str, npt.NDArray[np.int8]]:
        """For each question and record whether it was relevant, not asked or skipped."""
        found: dict[str, npt.NDArray[np.int8]] = self._once(
            "reach", lambda: relevance.reach(self.records, self.codebook)
        )
        return found

    @property
    def filled(self) -> dict[str, Flags]:
        """For each column of the records where it is not blank."""
        found: dict[str, Flags] = self._once("filled", lambda: _filled(self.records))
        return found

    def unknown(self, question: Question, column: str) -> Flags:
        """Where a column of a question holds what the codebook does not have."""
        found: Flags = self._once(f"unknown/{column}", lambda: relevance.unknown_cells(question, column, self.records))
        return found

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What several rules want to know of the table, made once."""
        return self.known_of_table.of((self.frame, self.indicators, self.baseline), name, make)

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        """What is known of the records, made once: a case of another table, made from this one, knows it too."""
        return self.known.of((self.records, self.codebook, self.places), name, make)

    @cached_property
    def roll(self) -> pd.DataFrame:
        """facility_id, directorate and sector for each row of the table; blank where a row is about no facility."""
        if self.table == "records":
            return self.placed[["facility_id", "directorate", "sector"]].reset_index(drop=True)
        if "facility_id" in self.frame:
            by_facility = self.placed.drop_duplicates("facility_id").set_index("facility_id")
            found = by_facility.reindex(self.frame["facility_id"].astype(str))[["directorate", "sector"]]
            return found.fillna("unknown").rename_axis("facility_id").reset_index()
        directorates = set(self.places.directorates["slug"])
        scope = self.frame["scope"].astype(str).reset_index(drop=True)
        return pd.DataFrame({"facility_id": "", "directorate": scope.where(scope.isin(directorates), ""), "sector": ""})

    def given(self, question: Question) -> Flags:
        """Where a question has any answer."""
        found, filled = np.zeros(len(self.records), dtype=bool), self.filled
        for column in question.columns:
            if column in filled:
                found |= filled[column]
        return found

    def answered(self, question: Question) -> Sequence[str]:
        """The columns of a question that the records have."""
        filled = self.filled
        return [column for column in question.columns if column in filled]

    def column_of(self, name: str) -> str | None:
        """The export's column behind a field of `facilities`, or None where the form has none."""
        question = self.codebook.of_field(f"facilities.{name}")
        return question.columns[0] if question and question.columns[0] in self.filled else None

    def words(self, name: str) -> pd.Series[str]:
        """Our word for each record's answer behind a field of `facilities`; blank where there is none."""
        question = self.codebook.of_field(f"facilities.{name}")
        if question is None or question.columns[0] not in self.filled:
            return pd.Series("", index=self.records.index, dtype=str)
        return self.records[question.columns[0]].map(question.canonical).fillna("").astype(str)

    def numbers(self, column: str) -> npt.NDArray[np.float64]:
        """The numbers in a column of the records; NaN where there is none."""
        return pd.to_numeric(self.records[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


class Offences:
    """Gathers offences column by column."""

    def __init__(self) -> None:
        self._parts: list[pd.DataFrame] = []

    def add(self, where: Flags, question: str | Sequence[str], value: Any, expected: Any) -> None:
        """The rows where a flag stands; `question`, `value` and `expected` for all rows, or one text for all."""
        if not where.any():
            return
        rows = np.flatnonzero(where)
        cells = {"question": question, "value": value, "expected": expected}
        self._parts.append(pd.DataFrame({"row": rows, **{name: _taken(given, rows) for name, given in cells.items()}}))

    def add_whole(self, question: str, value: str, expected: str) -> None:
        """One offence about the table as a whole."""
        row = {"row": [WHOLE_TABLE], "question": [question], "value": [value], "expected": [expected]}
        self._parts.append(pd.DataFrame(row))

    def add_absent(self, about: pd.DataFrame, question: str, value: Any, expected: str) -> None:
        """Offences about what stands in no row of the table: facility_id, directorate and sector of each."""
        told = np.asarray(value, dtype=object)  # not aligned by the index of the list that it comes from
        cells: dict[str, Any] = {"row": WHOLE_TABLE, "question": question, "value": told, "expected": expected}
        if len(about):
            self._parts.append(about[list(ABOUT)].reset_index(drop=True).assign(**cells))

    def frame(self) -> pd.DataFrame:
        """All that was gathered, by row and question; what is told twice stands once."""
        empty = pd.DataFrame({"row": np.array([], dtype=np.int64)} | {name: [] for name in OFFENCE_COLUMNS[1:]})
        found = pd.concat(self._parts, ignore_index=True) if self._parts else empty.astype({"row": np.int64})
        by = [*OFFENCE_COLUMNS, *(name for name in ABOUT if name in found)]
        return found.drop_duplicates().sort_values(by, kind="stable", ignore_index=True)


def _taken(given: Any, rows: npt.NDArray[np.intp]) -> Any:
    """The texts of some rows, what is missing as a blank; one text for all of them stays one."""
    if isinstance(given, str):
        return given
    cells = given.iloc[rows] if isinstance(given, pd.Series) else np.asarray(given, dtype=object)[rows]
    return pd.Series(np.asarray(cells, dtype=object)).fillna("").astype(str).to_numpy(dtype=object)


def _filled(records: pd.DataFrame) -> dict[str, Flags]:
    texts = [name for name in records.columns if name != "source_row"]
    return {name: np.asarray(pc.not_equal(pa.array(records[name]), ""), dtype=bool) for name in texts}
