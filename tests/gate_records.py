"""Records without a fault: six directorates, every facility answers as a plain health centre does."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import shapely
from conftest import ROOT, blank_records

from pipeline import baseline, relevance
from pipeline import codebook as codebooks
from pipeline import places as places_of
from pipeline.codebook import Codebook, Question
from pipeline.gate import earlier, shape_problems
from pipeline.gate.case import Case
from pipeline.places import Places
from pipeline.project import Project
from pipeline.registry import Round

SIZES = {"kirkuk": 100, "erbil": 60, "karbala": 60, "najaf": 60, "wasit": 60, "basra": 60}
ROUND = Round(
    form="iraq-2022", source="export", window=["2022-03-17", "2023-04-25"], report_date="2023-11-30", simulate=None
)
# The whole country for each governorate, so that every place in Iraq is in its governorate.
BOUNDARIES = {f"IQG{number:02d}": shapely.box(38.7, 29, 48.8, 37.5) for number in range(1, 19)}
# Answers other than the first option: nothing is damaged or supported, nobody stays overnight.
ANSWERS = {"MoSD3": "A2", "HFSUP1": "A3", "BAINP1_SQ001": "A4", "BAINP1_SQ002": "A4", "BAINP1_SQ003": "A4"}


def six(codebook: Codebook) -> Places:
    whole = places_of.load(Project(ROOT))
    return Places(
        whole.directorates[whole.directorates["slug"].isin(SIZES)].reset_index(drop=True),
        whole.sectors[whole.sectors["directorate"].isin(SIZES)].reset_index(drop=True),
    )


@lru_cache
def healthy() -> Case:
    codebook = codebooks.load(Project(ROOT), "iraq-2022")
    places = six(codebook)
    return case_of(_answered(_named(codebook, places), codebook), codebook, places)


def case_of(records: pd.DataFrame, codebook: Codebook, places: Places, **more: object) -> Case:
    account = {
        "responses": len(records),
        "kept": len(records),
        "dropped": {},
        "unknown_columns": [],
        "missing_columns": [],
    }
    given = {"account": account, "boundaries": BOUNDARIES} | more
    case = Case("records", records, ROUND, codebook, places, records, **given)  # type: ignore[arg-type]
    return case if "baseline" in more or shape_problems(case) else replace(case, baseline=own_list(case))


def own_list(case: Case) -> pd.DataFrame:
    """The facilities of a case as a list that another round may be held against."""
    texts = {name: case.words(name) for name in ("type", "status", "functionality", "building_condition")}
    names = {name: case.column_of(name) for name in ("ministry_code", "name_en", "name_local", *baseline.PLACE)}
    cells = {name: case.records[column] for name, column in names.items() if column}
    placed = case.placed[["facility_id", "directorate", "sector"]]
    made = placed.assign(**texts, **cells, **earlier.present(case).set_axis(placed.index), tier="")
    listed = baseline.typed(made.reindex(columns=list(baseline.COLUMNS), fill_value=""))
    return listed.drop_duplicates("facility_id", ignore_index=True)


def spoilt(where: dict[int, dict[str, str]]) -> Case:
    """The healthy case with some cells overwritten: row number -> column -> value."""
    case = healthy()
    records = case.records.copy()
    for row, cells in where.items():
        for column, value in cells.items():
            records.loc[row, column] = value
    return case_of(records, case.codebook, case.places)


def rows_of(directorate: str) -> list[int]:
    return np.flatnonzero((healthy().placed["directorate"] == directorate).to_numpy()).tolist()


def _named(codebook: Codebook, places: Places) -> pd.DataFrame:
    names = places.directorates.set_index("slug")
    cells: dict[str, list[str]] = {
        name: []
        for name in ("workspace_id", "subject_id", "date", "MoSD1", "GEO1", "MoSDGPS_SQ001", "MoSDGPS_SQ002", "MoSDPOP")
    }
    for directorate, size in SIZES.items():
        sector = places.sectors[places.sectors["directorate"] == directorate].iloc[0]
        suffix = names.loc[directorate, "facility_code_suffix"]
        for number in range(size):
            cells["workspace_id"].append(f"{sector['name_in_exports']} / {sector['name_ar']}")
            cells["subject_id"].append(f"{directorate[:2].upper()}{number:03d}")
            cells["date"].append("2022-10-05")
            cells["MoSD1"].append(f"HF_CM_{suffix}_{number}" if suffix else f"{directorate}-{number}")
            cells["GEO1"].append(f"{names.loc[directorate, 'name_in_exports']} / {sector['name_in_exports']}")
            cells["MoSDGPS_SQ001"].append(f"33.{len(cells['date']) * 7919 % 100000:05d}1")
            cells["MoSDGPS_SQ002"].append("44.361211")
            cells["MoSDPOP"].append(str(9000 + 37 * number))
    return blank_records(codebook, **cells).sort_values(["workspace_id", "subject_id"], ignore_index=True)


def _answered(records: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """All facilities answer alike, so the first one is asked, question by question."""
    first = records.iloc[:1].copy()
    for question in codebook.questions:
        due = question.required and question.columns and not question.is_personal
        if due and not relevance.given(question, first)[0] and _is_asked(question, first, codebook):
            records[question.columns[0]] = first[question.columns[0]] = _answer(question)
    return records


def _is_asked(question: Question, first: pd.DataFrame, codebook: Codebook) -> bool:
    conditions = [question.relevant, question.required, *(group.relevant for group in question.groups)]
    return all(relevance.holds(condition, first, codebook)[0] for condition in conditions if condition)


def _answer(question: Question) -> str:
    if question.name in ANSWERS:
        return ANSWERS[question.name]
    return {"integer": "2", "select_multiple": "1"}.get(question.type) or next(iter(question.canonical), "text")
