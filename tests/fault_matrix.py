"""What faults of a simulated export do to its gate: which facilities they spoil, and which of them each rule finds.

A small round of five directorates without dirt; the boundaries are circles around the sectors it was simulated from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import shapely
from conftest import ROOT
from gate_records import own_list

from pipeline import codebook as codebooks
from pipeline import export, gate, ingest, places
from pipeline.codebook import Codebook
from pipeline.column import Columns
from pipeline.gate import suite as gate_suite
from pipeline.gate.case import Case, Known
from pipeline.gate.findings import Outcome, evaluated, findings
from pipeline.gate.findings import verdict as verdict_of
from pipeline.gate.rules import EXPECTATIONS
from pipeline.gate.suite import Suite
from pipeline.places import Places
from pipeline.project import Project
from pipeline.registry import Round
from pipeline.simulate import Options, layout, simulated_cells
from pipeline.simulate import tables as simulate_tables
from pipeline.simulate.faults import FAULTS, inject
from pipeline.simulate.faults.draft import Draft
from pipeline.simulate.tables import Assumptions, Dice
from pipeline.verdict import Verdict

PROJECT = Project(ROOT)
FIVE = ("nineveh", "kirkuk", "erbil", "najaf", "wasit")
FACILITIES, SEED = 500, 7
ROUND = Round(
    form="iraq-2022", source="export", window=["2022-03-17", "2023-04-25"], report_date="2023-11-30", simulate=None
)
# What concerns no facility, but columns, responses, or who is absent.
OF_THE_WHOLE = (
    "missing-column",
    "new-column",
    "renamed-column",
    "renamed-option",
    "response-twice",
    "copied-forward",
    "absent-directorate",
)
# What only the last list shows: a case that is held against itself has none of it.
SINCE = (
    "gone", "new", "closed", "retyped", "moved", "fewer-people", "more-beds", "more-staff", "lost-services",
)  # fmt: skip
# A whole module that is missing is a missing answer as well.
TOLD_BY_TWO = {"required_answers": "module-missing"}
LEAST = {"copied-catchment": 3}
Judged = tuple[Verdict, pd.DataFrame]


@lru_cache
def codebook() -> Codebook:
    return codebooks.load(PROJECT, ROUND.form)


@lru_cache
def suite() -> Suite:
    return gate_suite.load(PROJECT, "records")


@lru_cache
def of_critical_rules() -> Suite:
    return suite().model_copy(
        update={"expectations": [line for line in suite().expectations if line.severity == "critical"]}
    )


@lru_cache
def tables() -> Assumptions:
    return simulate_tables.load(PROJECT, codebook())


@lru_cache
def five() -> Places:
    whole = places.load(PROJECT)
    mine, sectors = whole.directorates["slug"].isin(FIVE), whole.sectors["directorate"].isin(FIVE)
    return Places(whole.directorates[mine].reset_index(drop=True), whole.sectors[sectors].reset_index(drop=True))


@lru_cache
def boundaries() -> dict[str, object]:
    """Circles somewhat wider than those that the simulator puts facilities into."""
    known = tables().sectors
    circles = shapely.buffer(shapely.points(known["longitude"], known["latitude"]), known["radius_km"] * 1.4 / 111.2)
    return {
        str(code): shapely.union_all(circles[(known["governorate"] == code).to_numpy()])
        for code in known["governorate"].unique()
    }


@lru_cache
def cells(dirt: str = "none", facilities: int = FACILITIES, seed: int = SEED) -> pd.DataFrame:
    return simulated_cells(codebook(), tables(), facilities, seed, Options(dirt=dirt, directorates=FIVE)).frame()


def spoilt(wanted: Mapping[str, int], seed: int = SEED, facilities: int = FACILITIES) -> Draft:
    return inject(cells(facilities=facilities), codebook(), wanted, Dice(seed))


def of_each(count: int) -> dict[str, int]:
    """So many of every fault that concerns facilities."""
    return {name: max(count, LEAST.get(name, 1)) for name in FAULTS if name not in (*OF_THE_WHOLE, *SINCE)}


def since(draft: Draft, case: Case) -> Case:
    """The case held against the facilities as they were before any fault."""
    return replace(case, baseline=case_of(draft.cells).baseline)


def spoilt_in(where: Mapping[str, tuple[str, int]]) -> Draft:
    """Faults in so many facilities of one directorate each."""
    draft = Draft(cells(), codebook(), Dice(SEED))
    for fault, (directorate, count) in where.items():
        draft.is_taken = (reporters() != directorate).to_numpy(dtype=bool, copy=True)
        FAULTS[fault].do(draft, fault, count)
    return draft


@lru_cache
def reporters() -> pd.Series:
    """The directorate of each facility, before any fault."""
    return case_of(cells()).placed["directorate"]


def told(draft: Draft) -> dict[str, set[str]]:
    """The facilities that each fault should be told of, by their keys in the spoilt export."""
    ids = places.facility_ids(draft.all_cells(), five())
    return {fault: {str(ids.iloc[row]) for row in rows} for fault, rows in draft.told.items()}


def case_of(spoilt_cells: pd.DataFrame, account: Mapping[str, object] | None = None) -> Case:
    """The case of an export's cells as `ingest` would read them."""
    records = spoilt_cells[list(codebook().table_columns)].astype(str)
    records = records.assign(date=records["date"].str[:10], source_file="export.csv")
    return case_of_records(records.assign(source_row=np.arange(2, len(records) + 2)), account)


def case_of_records(records: pd.DataFrame, account: Mapping[str, object] | None = None) -> Case:
    received = {"responses": len(records), "kept": len(records), "dropped": {}}
    told_of = account or received | {"unknown_columns": [], "missing_columns": []}
    case = Case("records", records, ROUND, codebook(), five(), records, account=told_of, boundaries=boundaries())
    # Held against itself: what changed since the last round is a matter of its own.
    return replace(case, baseline=own_list(case))


def case_of_country(content: bytes) -> Case:
    """The case of an export of all directorates, as its bytes are read."""
    read = export.read("export.csv", content, codebook().personal_columns)
    made = case_of_records(*ingest.assemble([ingest.place(read, codebook())], codebook(), ROUND.report_date))
    whole = replace(made, places=places.load(PROJECT), known=Known())
    return replace(whole, baseline=own_list(whole))


def through_an_export(draft: Draft) -> Case:
    """The case of an export that was written with its faults, and read again."""
    table = layout.table(layout.Sheet(codebook()), Columns.of(draft.cells), headers="one")
    spoilt_table = layout.of_rows(draft.spoil(list(table.rows()), heads=1), heads=1)
    read = export.read("export.csv", layout.as_csv(spoilt_table), codebook().personal_columns)
    return case_of_records(*ingest.assemble([ingest.place(read, codebook())], codebook(), ROUND.report_date))


def judged(case: Case, by: Suite | None = None) -> Judged:
    """The verdict and the findings by the rules themselves, without Great Expectations, which costs far more here."""
    by = by or suite()
    outcomes = {line.rule: Outcome(EXPECTATIONS[line.expectation](case, **line.kwargs)) for line in by.expectations}
    found = findings(case, by, outcomes)
    return verdict_of(case, by, found, len(evaluated(by, outcomes))), found


def judged_by_the_gate(case: Case) -> Judged:
    return gate.judge(case, suite())


def of_rules(told: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The facilities that each rule should tell for its faults."""
    found: dict[str, set[str]] = {}
    for fault, facilities in told.items():
        found.setdefault(FAULTS[fault].rule, set()).update(facilities)
    return found


def due(told: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The facilities that each rule should tell, for its faults and for those that it cannot but tell too."""
    found = of_rules(told)
    for rule, fault in TOLD_BY_TWO.items():
        found[rule] |= told[fault]
    return found


def severity(fault: str) -> str:
    return next(line.severity for line in suite().expectations if line.rule == FAULTS[fault].rule)


def found_of(found: pd.DataFrame, rule: str) -> set[str]:
    return set(found.loc[found["rule"] == rule, "facility_id"])
