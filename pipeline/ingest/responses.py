"""Which of all responses count: each once, and of a facility the last on or before the report date.

Two rows are the same response if workspace, facility, response id and day agree; the one synchronised last counts.
Of a facility's responses the latest day counts, ties by the greater response id (as a number, if it is one). Nothing
here depends on the order of rows or files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.column import Column, Ints
from pipeline.export import Export
from pipeline.export.grid import KEYS
from pipeline.ingest.cells import Cells
from pipeline.spelling import fold, western_digits

TIME = re.compile(r"\d\d:\d\d(:\d\d)?")
RESPONSE = ["facility", "id_order", "date"]


@dataclass(frozen=True)
class Chosen:
    """The responses that count, by their label in the frame of responses, and how many were dropped for what reason.

    `following` of them come after another response of the facility, and `copied` repeat all of its answers.
    """

    rows: Ints
    following: Ints
    copied: Ints
    dropped: Mapping[str, int]
    repeated_otherwise: int


def responses(
    exports: Sequence[Export], cells: Sequence[Mapping[str, Cells]], answers: Sequence[str] = ()
) -> pd.DataFrame:
    """What places each response of all files, and `content`: a number that differs where repeated answers differ.

    `answered` is such a number for the columns named in `answers` alone, 0 where all of them are blank.

    `file` and `row` are the place in memory, `source_row` the row of the file; `facility` is the workspace, spelt in
    one way, and the subject; `id_order` sorts response ids, numbers before words.
    """
    parts = []
    for number, (export, columns) in enumerate(zip(exports, cells, strict=True)):
        keys = pd.DataFrame({name: _texts(columns[name].column) for name in KEYS})
        keys = keys.assign(synced=_synced(export, columns), file=number)
        keys = keys.assign(row=np.arange(len(keys)), source_row=export.rows)
        parts.append(keys)
    found = pd.concat(parts, ignore_index=True)
    workspaces = found["workspace_id"].map({text: fold(text) for text in found["workspace_id"].unique()})
    found["facility"] = workspaces + "\n" + found["subject_id"]
    found["id_order"] = found["external_id"].map(lambda text: text.rjust(40) if text.isdecimal() else "~" + text)
    found["content"] = np.uint64(0)
    if found.duplicated(RESPONSE).any():
        found["content"] = np.concatenate([_content(columns, set(columns) - {"last_synced"}) for columns in cells])
    found["answered"] = np.uint64(0)
    if found.duplicated("facility").any():
        found["answered"] = np.concatenate([_answered(columns, answers) for columns in cells])
    return found


def choose(received: pd.DataFrame, report_date: str) -> Chosen:
    """The responses that count, in the order of workspace and facility."""
    # Of equal ones the first file and row stays.
    in_order = received.sort_values(["file", "row"], ascending=False).sort_values(
        [*RESPONSE, "synced", "content"], kind="stable"
    )
    single = in_order.drop_duplicates(RESPONSE, keep="last")
    in_time = single[single["date"] <= report_date]
    last = _beside_the_one_before(in_time).drop_duplicates("facility", keep="last")
    dropped = {
        "repeated": len(received) - len(single),
        "after_report_date": len(single) - len(in_time),
        "superseded": len(in_time) - len(last),
    }
    otherwise = len(received.drop_duplicates([*RESPONSE, "content"])) - len(single)
    rows = last.sort_values(["workspace_id", "subject_id"])
    following, copied = (rows.index[rows[name]].to_numpy() for name in ("follows", "copies"))
    return Chosen(rows.index.to_numpy(), following, copied, dropped, otherwise)


def _beside_the_one_before(received: pd.DataFrame) -> pd.DataFrame:
    """The responses of each facility in their order; whether one came before, and whether it has the same answers."""
    found = received.sort_values(["facility", "date", "id_order"])
    follows = found["facility"] == found["facility"].shift(fill_value="")
    same = (found["answered"] == found["answered"].shift(fill_value=0)) & (found["answered"] != 0)
    return found.assign(follows=follows, copies=follows & same)


def _texts(column: Column) -> pd.Series[str]:
    return pd.Series(column.texts().to_pandas(), dtype="str")


def _synced(export: Export, columns: Mapping[str, Cells]) -> pd.Series[str]:
    """Day and time of the last synchronisation; `records` has the day alone, but two of one day have their order."""
    if "last_synced" not in columns or "last_synced" not in export.columns:
        return pd.Series("", index=range(len(export.rows)), dtype="str")
    return _texts(columns["last_synced"].column) + _texts(export.columns["last_synced"].mapped(_time))


def _time(text: str) -> str:
    found = TIME.search(western_digits(text))
    return found[0] if found else ""


def _answered(columns: Mapping[str, Cells], names: Sequence[str]) -> npt.NDArray[np.uint64]:
    """A hash of each row's cells in some columns, 0 where all of them are blank."""
    blank = {name: Cells.blank(1) for name in (*names, "date")}
    found = _content(columns, names)
    return np.where(found == _content(blank, names), np.uint64(0), found)


def _content(columns: Mapping[str, Cells], names: Iterable[str]) -> npt.NDArray[np.uint64]:
    """A hash of each row's cells in some columns, whatever file they stand in."""
    total = np.zeros(len(columns["date"].column.codes), dtype=np.uint64)
    for name in sorted(names):
        column = columns[name].column
        hashed = pd.util.hash_array(column.values.to_numpy(zero_copy_only=False), categorize=False)
        total = total * np.uint64(1_000_003) + hashed[column.codes]
    return total
