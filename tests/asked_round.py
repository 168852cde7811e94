"""A round of six directorates with a few faults, and the spreadsheets about it, to be filled in by tests."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from conftest import ROUND, make_small
from gate_records import SIZES, healthy, rows_of
from openpyxl import Workbook, load_workbook

from pipeline import findings, gate
from pipeline.enquiry.form import COLUMNS, ENTRIES, HEAD_ROW
from pipeline.project import Project
from pipeline.verdict import FINDING_COLUMNS

KARBALA, NAJAF, ERBIL = (rows_of(name) for name in ("karbala", "najaf", "erbil"))
FAULTS: dict[int, dict[str, str]] = {
    KARBALA[0]: {"MoSDPOP": "17400000"},
    KARBALA[1]: {"QHeRAMS100": "A9"},
    KARBALA[2]: {"MoSD1": "doh"},
    KARBALA[3]: {"QHeRAMS100x_1": "A1", "QHeRAMS100x_2": "A2"},
    KARBALA[4]: {"MoSD1": "=HYPERLINK(1)"},
    KARBALA[5]: {"MoSD1": "=HYPERLINK(1)"},
    KARBALA[6]: {"QHeRAMS101": "", "QHeRAMS102": ""},
    KARBALA[7]: {"subject_id": "TWIN"},
    KARBALA[8]: {"MoSD1": "HF_CM_NJJ_900"},
    NAJAF[0]: {"subject_id": "TWIN"},
    ERBIL[0]: {"MoSDPOP": "17400000", "MoSDGPS_SQ001": "44.36", "MoSDGPS_SQ002": "36.2"},
}
COMMENT = "# Who decides signs by role and office.\n[]\n"


@cache
def records() -> pd.DataFrame:
    found = healthy().records.copy()
    for row, cells in FAULTS.items():
        for column, value in cells.items():
            found.loc[row, column] = value
    return found


def facility(row: int) -> str:
    workspace = str(healthy().placed["facility_id"][row]).partition("/")[0]
    return f"{workspace}/{records()['subject_id'][row]}"


def finding(row: int, rule: str, question: str, **more: str) -> dict[str, str]:
    """A finding as the gate writes it: a warning about a facility of Karbala, unless told otherwise."""
    about = {"facility_id": facility(row), "rule": rule, "question": question}
    return dict.fromkeys(FINDING_COLUMNS, "") | {"severity": "warning", "directorate": "karbala"} | about | more


def make(root: Path) -> Project:
    """The project with its records judged."""
    project = make_small(root, directorates=tuple(SIZES))
    project.write_table(ROUND, "records", records())
    project.write_json(project.account(ROUND), dict(healthy().account) | {"responses": 400, "kept": 400})
    project.write_text(project.decisions(ROUND), COMMENT)
    gate.gate(project, ROUND, ["records"])
    return project


def sent(project: Project, directorate: str = "karbala", language: str | None = "en") -> bytes:
    """The spreadsheet for a directorate, as it is sent."""
    folder = project.root / "sent"
    findings.write(project, ROUND, directorate, folder / "questions.xlsx", language)
    return (folder / "questions.xlsx").read_bytes()


class Filling:
    """A spreadsheet in the hands of a directorate."""

    def __init__(self, content: bytes) -> None:
        self.book: Workbook = load_workbook(io.BytesIO(content))
        self.letter, self.page = self.book.worksheets[:2]
        self.entries = dict(zip(ENTRIES, self._open_cells(), strict=True))
        self.sign()

    def sign(self, role: str = "Head of statistics", letter: str = "٤١", day: str = "٠٢/٠٥/٢٠٢٣") -> None:
        said = {"role": role, "letter": letter, "letter_date": day if letter else "", "date": day}
        for name, cell in self.entries.items():
            cell.value = said[name]

    def cell(self, about: tuple[int, str], name: str) -> Any:
        """A cell of the row about a facility (its row in the records) and a column of the export."""
        wanted = (facility(about[0]), about[1])
        ids = [COLUMNS.index(column) + 1 for column in ("facility_id", "column")]
        for row in range(HEAD_ROW + 1, self.page.max_row + 1):
            if tuple(self.page.cell(row, place).value for place in ids) == wanted:
                return self.page.cell(row, COLUMNS.index(name) + 1)
        raise AssertionError(f"no row about {wanted}")

    def say(self, about: tuple[int, str], what: str = "", answer: Any = "", remark: str = "") -> Filling:
        for name, text in (("what", what), ("answer", answer), ("remark", remark)):
            self.cell(about, name).value = text or None
        return self

    def save(self, path: Path) -> Path:
        self.book.save(path)
        return path

    def content(self) -> bytes:
        written = io.BytesIO()
        self.book.save(written)
        return written.getvalue()

    def _open_cells(self) -> list[Any]:
        return [row[1] for row in self.letter.iter_rows(max_col=2) if not row[1].protection.locked]
