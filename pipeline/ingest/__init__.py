"""Exports to `records`: for each facility its last response on or before the report date, in one spelling.

Each export is read (export), its columns are found in the codebook, its cells are read (ingest.cells) and its responses
placed (ingest.keys). Of the same response in two files one is kept; of a facility's responses the last that counts.
Beside the table lies an account: what was read and how, what was dropped and why, what was left at the door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline import codebook as codebooks
from pipeline import export as exports
from pipeline.codebook import Codebook, Question
from pipeline.column import TEXT, Column, Ints
from pipeline.errors import ExportError
from pipeline.export import Export
from pipeline.ingest.cells import Cells, ranks, rule_for
from pipeline.ingest.keys import days, doubts, keys
from pipeline.ingest.responses import Chosen, choose, responses
from pipeline.project import Project

COMMA_SEPARATORS = ("semicolon", "tab")


@dataclass(frozen=True)
class Placed:
    """An export whose columns and cells have been found in the codebook."""

    export: Export
    cells: Mapping[str, Cells]
    unknown_columns: list[str]
    missing_columns: list[str]
    rank_layouts: list[str]
    doubts: list[str]

    @property
    def answers(self) -> str:
        """Whether answers are given as codes or as text; both where each is more than one in twenty."""
        codes, texts = (sum(cells.count(how) for cells in self.cells.values()) for how in ("code", "text"))
        if not codes + texts:
            return "none"
        share = texts / (codes + texts)
        return "codes" if share < 0.05 else "text" if share > 0.95 else "codes and text"

    def counted(self, how: str, rows: Ints) -> dict[str, int]:
        """How many cells of each column were understood in some way, in some rows."""
        return {name: cells.taken(rows).count(how) for name, cells in self.cells.items() if cells.has(how)}


def ingest(project: Project, round_name: str) -> None:
    """Makes `records` and its account from the exports of a round; an unfit file ends it, and nothing is written."""
    entry = project.round(round_name)
    codebook = codebooks.load(project, entry.form)
    paths = project.exports(round_name)
    if not paths:
        raise ExportError(f"{project.relative(project.raw(round_name))} has no export; add one with `herams round add`")
    placed = [
        place(exports.read(path.name, project.read_bytes(path), codebook.personal_columns), codebook) for path in paths
    ]
    records, account = assemble(placed, codebook, entry.report_date)
    project.write_table(round_name, "records", records)
    project.write_json(project.account(round_name), {"round": round_name, "form": entry.form, **account})


def place(export: Export, codebook: Codebook) -> Placed:
    """The cells of an export under the columns of `records`; what the form does not have is named and left out."""
    written = days(export, ["date", *(q.name for q in codebook.questions if q.type == "date"), "last_synced"])
    decimal_comma = export.reading.get("separator") in COMMA_SEPARATORS
    cells: dict[str, Cells] = {}
    missing: list[str] = []
    layouts: set[str] = set()
    known = set(codebook.personal_columns)
    for question in codebook.questions:
        if question.is_personal or not question.columns:
            continue
        layout, expected = _layout(question, export)
        layouts |= {layout} if layout and question.ranks else set()
        known |= set(expected)
        missing += [name for name in expected if name not in export.columns]
        if layout == "newer":
            cells |= dict(zip(question.columns, ranks(question, export.columns), strict=True))
            continue
        rule = rule_for(question, codebook, written.read, decimal_comma)
        for name in question.columns:
            present = export.columns.get(name)
            cells[name] = Cells.read(present, rule) if present else Cells.blank(len(export.rows))
    cells |= {name: Cells.plain(column) for name, column in keys(export, written).items()}
    unknown = sorted(set(export.columns) - known)
    return Placed(export, cells, unknown, missing, sorted(layouts), doubts(export, written))


def assemble(placed: Sequence[Placed], codebook: Codebook, report_date: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The records of some placed exports, sorted by workspace and facility, and the account of them."""
    answers = _answers(codebook)
    received = responses([part.export for part in placed], [part.cells for part in placed], answers)
    chosen = choose(received, report_date)
    kept = received.loc[chosen.rows]
    rows = [kept.loc[kept["file"] == number, "row"].to_numpy() for number in range(len(placed))]
    # `received` counts the rows of all files through, one file after another, and so do joined columns.
    columns = {
        name: Column.joined([part.cells[name].column for part in placed]).taken(chosen.rows).texts()
        for name in codebook.table_columns
    }
    files = np.array([part.export.name for part in placed], dtype=object)[kept["file"].to_numpy()]
    columns |= {"source_file": pa.array(files, TEXT), "source_row": pa.array(kept["source_row"], pa.int64())}
    account = _account(placed, rows, chosen)
    for name, found in (("followed", chosen.following), ("copied_forward", chosen.copied)):
        rows_of_files = received.loc[found, ["file", "source_row"]].sort_values(["file", "source_row"])
        account[name] = [
            {"file": placed[file].export.name, "row": row} for file, row in rows_of_files.itertuples(index=False)
        ]
    return pa.table(columns).to_pandas(), account


def _answers(codebook: Codebook) -> list[str]:
    """The columns of what a facility says of its state: from its building on. Who and where it is stays for years."""
    first = codebook.of_field("facilities.building_condition")
    questions = codebook.questions[codebook.questions.index(first) :] if first else codebook.items
    known = set(codebook.table_columns)
    return [name for question in questions for name in question.columns if name in known]


def _layout(question: Question, export: Export) -> tuple[str, tuple[str, ...]]:
    """Whether a question stands in the older or the newer layout (blank if it is not there), and its columns in it."""
    older = [name for name in question.columns if name in export.columns]
    newer = [name for name in question.option_columns if name in export.columns and name not in question.columns]
    if not question.ranks or not newer:
        return "older" if older else "", question.columns
    if older:
        raise ExportError(
            f"{export.name}, header: {question.name} stands there in two layouts, {older[0]} in column "
            f"{export.places[older[0]]} and {newer[0]} in column {export.places[newer[0]]}; export again in one"
        )
    return "newer", question.option_columns


def _account(placed: Sequence[Placed], rows: Sequence[Ints], chosen: Chosen) -> dict[str, Any]:
    """What was read and dropped; `rows` are those kept of each file."""
    dropped = {**chosen.dropped, "empty": sum(part.export.empty for part in placed)}
    return {
        "files": [_file_account(part) for part in placed],
        "responses": len(chosen.rows) + sum(dropped.values()),
        "kept": len(chosen.rows),
        "following": len(chosen.following),
        "dropped": dropped,
        "repeated_with_other_answers": chosen.repeated_otherwise,
        "personal_cells": _summed([part.export.personal for part in placed]),
        "masked_texts": _summed([part.counted("masked", kept) for part, kept in zip(placed, rows, strict=True)]),
        "unknown_values": sum(
            count for part, kept in zip(placed, rows, strict=True) for count in part.counted("unknown", kept).values()
        ),
        "unknown_columns": sorted({name for part in placed for name in part.unknown_columns}),
        "missing_columns": sorted({name for part in placed for name in part.missing_columns}),
        "doubts": [doubt for part in placed for doubt in part.doubts],
    }


def _file_account(part: Placed) -> dict[str, Any]:
    return {
        "name": part.export.name,
        **part.export.reading,
        "rows": len(part.export.rows) + part.export.empty,
        "answers": part.answers,
        "ranks": " and ".join(part.rank_layouts) or "none",
        "unknown_columns": part.unknown_columns,
        "missing_columns": part.missing_columns,
    }


def _summed(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in counts:
        for name, count in part.items():
            total[name] = total.get(name, 0) + count
    return {name: total[name] for name in sorted(total) if total[name]}
