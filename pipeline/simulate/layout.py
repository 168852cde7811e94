"""How answers are written in an export: codes or English text, one or two header rows, older or newer ranks, CSV, XLSX.

older  one column for each rank, holding the option (`CONDBx_1`); ticks are `1` or blank
newer  one column for each option, holding its rank (`CONDBx_A1`), 0 where it is not chosen; ticks are `1` or `0`

Numbers are written as LimeSurvey does, `3.0000000000`. A question that was not shown is blank throughout.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from openpyxl import Workbook  # type: ignore[import-untyped]

from pipeline.codebook import Codebook, Question
from pipeline.relevance import given

DECIMALS = 10
LANGUAGE = "en"
SHEET = "Export"
FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip archive can name
PROPERTIES = "docProps/core.xml"
FIXED_PROPERTIES = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>simulated</dc:creator></cp:coreProperties>'
)


@dataclass(frozen=True)
class Sheet:
    """A layout: how the questions of a codebook stand in the columns of an export."""

    codebook: Codebook
    answers: str = "text"
    ranks: str = "older"
    look: Mapping[str, Mapping[str, str]] | None = None  # question, code: the wording it has there instead of its label

    def titles(self) -> dict[str, str]:
        """The columns of the export in form order, each with the text of its question."""
        found: dict[str, str] = {}
        for question in self.codebook.questions:
            text = question.labels[LANGUAGE]
            if self._by_option(question):
                labels = [option.labels[LANGUAGE] for option in question.options]
                found |= {c: f"{text} [{label}]" for c, label in zip(question.option_columns, labels, strict=True)}
            elif question.ranks:
                found |= {c: f"{text} [Rank {rank}]" for rank, c in enumerate(question.columns, start=1)}
            else:
                found |= dict.fromkeys(question.columns, text)
        return found

    def columns(self, cells: pd.DataFrame) -> dict[str, list[str]]:
        """The cells as this layout writes them, by column, in form order."""
        found: dict[str, list[str]] = {}
        for question in self.codebook.questions:
            if self.ranks == "newer" and question.ranks:
                found.update(_ranks_by_option(question, cells))
            elif self.ranks == "newer" and question.type == "select_multiple":
                found.update(_ticks_and_zeros(question, cells))
            else:
                found.update({column: self._written(question, cells[column]) for column in question.columns})
        return found

    def _by_option(self, question: Question) -> bool:
        return question.type == "select_multiple" or (bool(question.ranks) and self.ranks == "newer")

    def _written(self, question: Question, answers: pd.Series[str]) -> list[str]:
        if question.type in ("select_one", "rank") and self.answers == "text":
            words = {option.code: option.labels[LANGUAGE] for option in question.options}
            words |= (self.look or {}).get(question.name, {})
        elif question.type in ("integer", "decimal"):
            words = {number: _decimals(number) for number in answers.unique()}
        else:
            return answers.tolist()
        return list(map({"": "", **words}.__getitem__, answers))


def rows(sheet: Sheet, cells: pd.DataFrame, headers: str) -> list[tuple[str, ...]]:
    """All rows of the export: one or two header rows (texts of the questions, then codes), then the responses."""
    columns = sheet.columns(cells)
    titles = sheet.titles()
    heads = [tuple(columns)] if headers == "one" else [tuple(titles[name] for name in columns), tuple(columns)]
    return [*heads, *zip(*columns.values(), strict=True)]


def as_csv(table: list[tuple[str, ...]]) -> bytes:
    """A CSV: UTF-8, commas, line feeds."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().encode("utf-8")


def as_xlsx(table: list[tuple[str, ...]]) -> bytes:
    """A spreadsheet of text cells, without any time in it."""
    book = Workbook(write_only=True)
    page = book.create_sheet(SHEET)
    for row in table:
        page.append([cell or None for cell in row])
    written = io.BytesIO()
    book.save(written)
    return _without_times(written)


def _without_times(archive: io.BytesIO) -> bytes:
    """The same archive with fixed times and properties: a spreadsheet otherwise holds the moment it was saved."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            content = FIXED_PROPERTIES.encode() if name == PROPERTIES else old.read(name)
            new.writestr(zipfile.ZipInfo(name, FIXED_TIME), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _ranks_by_option(question: Question, cells: pd.DataFrame) -> dict[str, list[str]]:
    shown = given(question, cells)
    found: dict[str, list[str]] = {}
    for option, name in zip(question.options, question.option_columns, strict=True):
        rank = np.where(shown, "0", "").astype(object)
        for number, column in enumerate(question.columns, start=1):
            rank[(cells[column] == option.code).to_numpy(dtype=bool)] = str(number)
        found[name] = rank.tolist()
    return found


def _ticks_and_zeros(question: Question, cells: pd.DataFrame) -> dict[str, list[str]]:
    shown = given(question, cells)
    return {column: cells[column].where((cells[column] != "") | ~shown, "0").tolist() for column in question.columns}


def _decimals(number: str) -> str:
    whole, _, fraction = number.partition(".")
    return f"{whole}.{fraction:0<{DECIMALS}}" if number else ""
