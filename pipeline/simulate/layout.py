"""How answers are written in an export: codes or English text, one or two header rows, older or newer ranks, CSV, XLSX.

older  one column for each rank, holding the option (`CONDBx_1`); ticks are `1` or blank
newer  one column for each option, holding its rank (`CONDBx_A1`), 0 where it is not chosen; ticks are `1` or `0`

Numbers are written as LimeSurvey does, `3.0000000000`. A question that was not shown is blank throughout.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from openpyxl import Workbook  # type: ignore[import-untyped]

from pipeline.codebook import Codebook, Question
from pipeline.column import Column, Columns, Flags

DECIMALS = 10
BATCH_ROWS = 4096
SPECIAL = re.compile(r'[,"\r\n]')
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

    def columns(self, cells: Columns) -> dict[str, Column]:
        """The cells as this layout writes them, by column, in form order."""
        found: dict[str, Column] = {}
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

    def _written(self, question: Question, answers: Column) -> Column:
        if question.type in ("select_one", "rank") and self.answers == "text":
            words = {option.code: option.labels[LANGUAGE] for option in question.options}
            words |= (self.look or {}).get(question.name, {})
            return answers.mapped({"": "", **words}.__getitem__)
        return answers.mapped(_decimals) if question.type in ("integer", "decimal") else answers


@dataclass(frozen=True)
class Table:
    """An export as rows of texts: header rows, and the responses column by column."""

    heads: list[tuple[str, ...]]
    columns: list[Column]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """All rows from above."""
        yield from self.heads
        texts = [(np.array(column.words, dtype=np.object_), column.codes) for column in self.columns]
        # In batches, so that never all cells are in memory as texts at once.
        for start in range(0, len(texts[0][1]), BATCH_ROWS):
            part = slice(start, start + BATCH_ROWS)
            yield from zip(*(words[codes[part]].tolist() for words, codes in texts), strict=True)


def table(sheet: Sheet, cells: Columns, headers: str) -> Table:
    """The whole export: one or two header rows (texts of the questions, then codes), then the responses."""
    columns = sheet.columns(cells)
    titles = sheet.titles()
    heads = [tuple(columns)] if headers == "one" else [tuple(titles[name] for name in columns), tuple(columns)]
    return Table(heads, list(columns.values()))


def of_rows(rows: Sequence[Sequence[str]], heads: int) -> Table:
    """The export that these rows make, the first of them header rows."""
    columns = [Column.of(cells) for cells in zip(*rows[heads:], strict=True)]
    return Table([tuple(row) for row in rows[:heads]], columns)


def as_csv(made: Table) -> bytes:
    """A CSV: UTF-8, commas, line feeds."""
    # A text is quoted once, not in each of its cells.
    quoted = Table([tuple(map(_quoted, row)) for row in made.heads], [c.mapped(_quoted) for c in made.columns])
    return b"".join((",".join(row) + "\n").encode("utf-8") for row in quoted.rows())


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if SPECIAL.search(text) else text


def as_xlsx(made: Table) -> bytes:
    """A spreadsheet of text cells, without any time in it."""
    book = Workbook(write_only=True)
    page = book.create_sheet(SHEET)
    for row in made.rows():
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


def _ranks_by_option(question: Question, cells: Columns) -> dict[str, Column]:
    shown = _shown(question, cells)
    found: dict[str, Column] = {}
    for option, name in zip(question.options, question.option_columns, strict=True):
        found[name] = Column.taken_from(["", "0"], shown.astype(np.int32))
        for number, column in enumerate(question.columns, start=1):
            found[name] = found[name].put(str(number), cells[column].where(option.code.__eq__))
    return found


def _ticks_and_zeros(question: Question, cells: Columns) -> dict[str, Column]:
    shown = _shown(question, cells)
    return {name: cells[name].put("0", shown & ~cells[name].where(bool)) for name in question.columns}


def _shown(question: Question, cells: Columns) -> Flags:
    """Where a question has any answer."""
    return np.asarray(np.any([cells[column].where(bool) for column in question.columns], axis=0), dtype=np.bool_)


def _decimals(number: str) -> str:
    whole, _, fraction = number.partition(".")
    return f"{whole}.{fraction:0<{DECIMALS}}" if number else ""
