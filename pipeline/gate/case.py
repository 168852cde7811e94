"""The case before the gate: one table, and all that a rule may look at to judge it.

Rules return offences: a frame with `row` (the place in the table, from 0; -1 for the table as a whole), `question`
(a column of the export, or of the table), `value` (what stands there) and `expected` (what should).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline import relevance
from pipeline.codebook import Codebook, Question
from pipeline.decisions import Decision
from pipeline.places import Places, place
from pipeline.registry import Round

OFFENCE_COLUMNS = ("row", "question", "value", "expected")
WHOLE_TABLE = -1

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Case:
    """A table to be judged, the round it belongs to, and what explains it.

    `records` are those after decisions; for the table `records` they are the table itself. `others` holds the other
    tables of the round that exist by now, by name; `boundaries` governorates' polygons by P-code, once there are any.
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

    @cached_property
    def placed(self) -> pd.DataFrame:
        """facility_id, directorate, sector and workspace_sector of each record."""
        return place(self.records, self.codebook, self.places)

    @cached_property
    def reach(self) -> dict[str, npt.NDArray[np.int8]]:
        """For each question and record whether it was relevant, not asked or skipped."""
        return relevance.reach(self.records, self.codebook)

    @cached_property
    def filled(self) -> dict[str, Flags]:
        """For each column of the records where it is not blank."""
        texts = [name for name in self.records.columns if name != "source_row"]
        return {name: (self.records[name] != "").to_numpy(dtype=bool) for name in texts}

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
        found = np.zeros(len(self.records), dtype=bool)
        for column in question.columns:
            if column in self.filled:
                found |= self.filled[column]
        return found

    def answered(self, question: Question) -> Sequence[str]:
        """The columns of a question that the records have."""
        return [column for column in question.columns if column in self.filled]

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
        cells = {"question": question, "value": value, "expected": expected}
        taken = {
            name: given if isinstance(given, str) else np.asarray(given, dtype=object)[where].astype(str)
            for name, given in cells.items()
        }
        self._parts.append(pd.DataFrame({"row": np.flatnonzero(where), **taken}))

    def add_whole(self, question: str, value: str, expected: str) -> None:
        """One offence about the table as a whole."""
        row = {"row": [WHOLE_TABLE], "question": [question], "value": [value], "expected": [expected]}
        self._parts.append(pd.DataFrame(row))

    def frame(self) -> pd.DataFrame:
        """All that was gathered, by row and question; what is told twice stands once."""
        empty = pd.DataFrame({"row": np.array([], dtype=np.int64)} | {name: [] for name in OFFENCE_COLUMNS[1:]})
        found = pd.concat(self._parts, ignore_index=True) if self._parts else empty.astype({"row": np.int64})
        return found.drop_duplicates().sort_values(list(OFFENCE_COLUMNS), kind="stable", ignore_index=True)
