"""Rules on `records` about who reports, where and when: keys, places, dates, codes, sums."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from pipeline.decisions import excluded
from pipeline.gate.case import Case, Flags, Offences
from pipeline.places import UNKNOWN, is_placeholder
from pipeline.spelling import fold

# A class of two or three pairs of letters, the directorate's three, a number: HF_CM_RSS_12, HS_HM_SS_KHH_1.
FEDERAL_CODE = re.compile(r"[A-Z]{2}(?:_[A-Z]{2}){1,2}_([A-Z]{3})_\d+")
CLASS_OF_CODE = r"^([A-Z]{2}(?:_[A-Z]{2}){1,2})_[A-Z]{3}_\d+$"


def no_personal_column(case: Case) -> pd.DataFrame:
    """Contact columns, which must not have come further than the reader of the raw file."""
    found = Offences()
    for column in sorted(set(case.frame.columns) & set(case.codebook.personal_columns)):
        found.add_whole(column, "a personal column", "left at the door")
    return found.frame()


def rows_accounted(case: Case) -> pd.DataFrame:
    """Responses received that are neither kept nor dropped for a reason, and rows that no decision took away."""
    found = Offences()
    if not case.account:
        found.add_whole("", "no account of the responses", "ingest.json beside the table")
        return found.frame()
    received, kept = int(case.account["responses"]), int(case.account["kept"])
    dropped = sum(int(count) for count in case.account["dropped"].values())
    if received != kept + dropped:
        found.add_whole("", f"{received} received, {kept} kept, {dropped} dropped", "received = kept + dropped")
    gone = len(excluded(case.decisions))
    if len(case.frame) != kept - gone:
        found.add_whole("", f"{len(case.frame)} rows", f"{kept} kept less {gone} excluded by decisions")
    return found.frame()


def export_read_without_doubt(case: Case) -> pd.DataFrame:
    """What the reader of an export was not sure of, and responses that came twice with different answers."""
    found = Offences()
    for doubt in case.account.get("doubts", []):
        found.add_whole("", doubt, "an export as the platform gives it")
    repeated = case.account.get("repeated_with_other_answers", 0)
    if repeated:
        found.add_whole(
            "", f"{repeated} responses came twice with different answers", "one response, one set of answers"
        )
    return found.frame()


def answers_given_anew(case: Case) -> pd.DataFrame:
    """Facilities whose answers are all those of their response before, under a new date."""
    copied = {(one["file"], one["row"]) for one in case.account.get("copied_forward", [])}
    places = zip(case.records["source_file"], case.records["source_row"], strict=True)
    found = Offences()
    found.add(np.array([place in copied for place in places], dtype=bool), "date", case.records["date"],
              "answers given anew: all are those of the response before")  # fmt: skip
    return found.frame()


def keys_present_and_unique(case: Case) -> pd.DataFrame:
    """Rows without workspace or facility id, and facilities that stand there twice."""
    found = Offences()
    for column in ("workspace_id", "subject_id"):
        found.add((case.records[column].str.strip() == "").to_numpy(dtype=bool), column, "", "the platform's id")
    ids = case.placed["facility_id"]
    found.add(ids.duplicated(keep=False).to_numpy(), "subject_id", ids, "one row for each facility")
    return found.frame()


def subject_of_one_directorate(case: Case) -> pd.DataFrame:
    """Platform ids that stand in several directorates: both are told."""
    subjects = case.records["subject_id"]
    pairs = pd.DataFrame({"subject": subjects, "directorate": case.placed["directorate"]}).drop_duplicates()
    several = pairs[pairs.duplicated("subject", keep=False) & (pairs["subject"] != "")].sort_values("directorate")
    reporters = several.groupby("subject")["directorate"].agg(", ".join).to_dict()
    found = Offences()
    shared = subjects.isin(list(reporters)).to_numpy(dtype=bool)
    expected = [f"one of {reporters.get(subject, '')}, or a declared double report" for subject in subjects]
    found.add(shared, "subject_id", subjects, expected)
    return found.frame()


def directorate_known(case: Case) -> pd.DataFrame:
    """Rows that no directorate of the list reports."""
    found = Offences()
    unknown = (case.placed["directorate"] == UNKNOWN).to_numpy()
    column = case.column_of("directorate_sector") or "workspace_id"
    found.add(unknown, column, case.records[column], "a directorate of data/reference/directorates.csv")
    return found.frame()


def directorates_present(case: Case) -> pd.DataFrame:
    """Directorates of the list that have reported no facility."""
    found = Offences()
    for slug in sorted(set(case.places.directorates["slug"]) - set(case.placed["directorate"])):
        found.add_whole("", f"no facility of {slug}", "rows of every directorate")
    return found.frame()


def sector_known(case: Case) -> pd.DataFrame:
    """Rows whose sector is not on the list, which is known to be incomplete."""
    found = Offences()
    unknown = ((case.placed["sector"] == UNKNOWN) & (case.placed["directorate"] != UNKNOWN)).to_numpy()
    column = case.column_of("directorate_sector") or "workspace_id"
    found.add(unknown, column, case.records[column], "a sector of data/reference/sectors.csv")
    return found.frame()


def directorate_as_workspace(case: Case) -> pd.DataFrame:
    """Rows whose answer `directorate / sector` is not that of the workspace they were entered in."""
    found = Offences()
    column = case.column_of("directorate_sector")
    if column:
        placed = case.placed
        known = (placed["workspace_sector"] != UNKNOWN) & (placed["sector"] != UNKNOWN) & (case.records[column] != "")
        differs = (known & (placed["workspace_sector"] != placed["sector"])).to_numpy(dtype=bool)
        found.add(differs, column, case.records[column], "the workspace's: " + case.records["workspace_id"])
    return found.frame()


def date_in_window(case: Case) -> pd.DataFrame:
    """Responses dated before or after the round, or with no date that can be read."""
    first, last = case.round.window
    dates = case.records["date"]
    readable = dates.str.fullmatch(r"\d{4}-\d{2}-\d{2}")
    inside = readable & (dates >= first) & (dates <= last)
    found = Offences()
    found.add(~inside.to_numpy(dtype=bool), "date", dates, f"a date from {first} to {last}")
    return found.frame()


def code_of_directorate(case: Case) -> pd.DataFrame:
    """Federal ministry codes that name another directorate than the one that reports the facility."""
    found = Offences()
    column = case.column_of("ministry_code")
    if column:
        suffix = case.records[column].str.strip().str.extract(f"^{FEDERAL_CODE.pattern}$", expand=False)
        own = dict(zip(case.places.directorates["slug"], case.places.directorates["facility_code_suffix"], strict=True))
        due = case.placed["directorate"].map(own).fillna("")
        differs = (suffix.notna() & (due != "") & (suffix != due)).to_numpy(dtype=bool)
        found.add(differs, column, case.records[column], "a code with _" + due + "_")
    return found.frame()


def codes_filled_in(case: Case) -> pd.DataFrame:
    """Words that stand in place of a ministry code."""
    found = Offences()
    column = case.column_of("ministry_code")
    if column:
        found.add(_placeholder(_folded(case, column)), column, case.records[column], "the ministry's code, or blank")
    return found.frame()


def codes_of_one_facility(case: Case) -> pd.DataFrame:
    """Ministry codes that several facilities have, however they are spelt."""
    found = Offences()
    column = case.column_of("ministry_code")
    if column:
        codes = _folded(case, column)
        times = codes.map(codes.value_counts()).astype(int)
        shared = ((times > 1) & (codes != "")).to_numpy(dtype=bool) & ~_placeholder(codes)
        told = case.records[column] + " (" + times.astype(str) + " facilities)"
        found.add(shared, column, told, "a code of its own")
    return found.frame()


def _folded(case: Case, column: str) -> pd.Series:
    return case.records[column].map({text: fold(text) for text in case.records[column].unique()})


def _placeholder(codes: pd.Series) -> Flags:
    """Where a folded code is none: zeros only, or a word for "none"."""
    return is_placeholder(codes).to_numpy(dtype=bool)
