"""Forms, for `make bench`: CPU seconds of writing and reading the form of 830 columns, beside its cells bare."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from openpyxl import Workbook, load_workbook

from pipeline import forms
from pipeline.forms.book import book
from pipeline.forms.check import faults
from pipeline.forms.read import imported
from pipeline.forms.sheets import sheets
from pipeline.forms.tsv import tsv
from pipeline.forms.xlsform import xlsform
from pipeline.project import Project

FORM = "iraq-2022"
TIMES = 3


def rows(root: Path) -> Iterator[tuple[str, float, str, float]]:
    """Each form from its codebook on the disk to the bytes of a file, checked as the command does."""
    project = Project(root)
    given = forms.material(project)
    tables = xlsform(sheets(project, FORM), given)
    content = book(tables)
    text = tsv(sheets(project, FORM).codebook(), given.words)
    cells = list(csv.reader(io.StringIO(text), delimiter="\t"))
    bare, bare_csv, opened = (
        _least(lambda: _bare(tables)),
        _least(lambda: _written(cells)),
        _least(lambda: _read(content)),
    )
    made = _least(lambda: forms.MAKERS["xlsform"](_checked(project), given))
    yield "the form of 830 columns as XLSForm", made, "its cells by openpyxl, bare", bare
    made = _least(lambda: forms.MAKERS["limesurvey"](_checked(project), given))
    yield "the same for LimeSurvey", made, "its cells by the module csv, bare", bare_csv
    made = _least(lambda: imported(FORM, "form.xlsx", content, given))
    yield "the XLSForm back as a codebook", made, "its cells read by openpyxl, bare", opened


def _checked(project: Project) -> forms.Sheets:
    form = sheets(project, FORM)
    assert not faults(form)
    return form


def _bare(tables: dict[str, list[list[str]]]) -> bytes:
    made = Workbook(write_only=True)
    for name, lines in tables.items():
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append(line)
    saved = io.BytesIO()
    made.save(saved)
    return saved.getvalue()


def _written(cells: list[list[str]]) -> str:
    saved = io.StringIO()
    csv.writer(saved, delimiter="\t").writerows(cells)
    return saved.getvalue()


def _read(content: bytes) -> int:
    return sum(1 for sheet in load_workbook(io.BytesIO(content), read_only=True) for _ in sheet.iter_rows())


def _least(job: Callable[[], object]) -> float:
    spent = []
    for _ in range(TIMES):
        begun = time.process_time()
        job()
        spent.append(time.process_time() - begun)
    return min(spent)
