"""The drop-downs and bounds of the cells to be filled in; each list of options stands once on the hidden sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet.cell_range import MultiCellRange  # type: ignore[import-untyped]
from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

from pipeline.enquiry import Enquiry
from pipeline.enquiry.form import COLUMNS, SHEETS, Tongue
from pipeline.workbook import put

BOUNDS = re.compile(r"\. >= (-?[\d.]+)(?: and \. <= (-?[\d.]+))?")
MOST = 10**9
KINDS = {"integer": ("whole", "prompt.whole"), "decimal": ("decimal", "prompt.number")}


class Menus:
    """What may be chosen or typed in the rows of a sheet of answers."""

    def __init__(self, page: Any, lists: Any, spoken: Tongue, columns: Sequence[str] = COLUMNS) -> None:
        self._page, self._lists, self._spoken, self._columns = page, lists, spoken, columns
        self._rules: dict[tuple[str, ...], DataValidation] = {}
        self._cells: dict[tuple[str, ...], list[str]] = {}
        self._width = 0

    def add(self, row: int, one: Enquiry) -> None:
        """The menus of an enquiry's row."""
        question = self._spoken.codebook.by_column[one.column]
        # A double report is answered by the other facility's id, which stands below the options.
        options = (*self._spoken.options(one).values(), *one.same_as)
        if "what" in self._columns:
            self._choose("what", row, tuple(self._spoken.words(f"what.{action}") for action in one.actions))
        if options and (question.type not in ("text", "hidden") or one.column == self._spoken.sector_column):
            self._choose("answer", row, options)
        elif "correct" not in one.actions and one.same_as:
            self._choose("answer", row, one.same_as)
        elif question.type in KINDS:
            self._number(row, question.type, *bounds(question.constraint))

    def finish(self) -> None:
        """Puts all menus on the sheet."""
        for key, rule in self._rules.items():
            # At once: added one by one, each cell would be compared with all before it.
            rule.sqref = MultiCellRange(" ".join(self._cells[key]))
            self._page.add_data_validation(rule)

    def _choose(self, column: str, row: int, options: tuple[str, ...]) -> None:
        if options not in self._rules:
            self._width += 1
            for place, option in enumerate(options, start=1):
                put(self._lists.cell(place, self._width), option)
            name = get_column_letter(self._width)
            formula = f"{SHEETS[2]}!${name}$1:${name}${len(options)}"
            self._rules[options] = self._rule(self._spoken.words("prompt.list"), type="list", formula1=formula)
        self._cells.setdefault(options, []).append(self._place(column, row))

    def _number(self, row: int, kind: str, low: str, high: str) -> None:
        if (kind, low, high) not in self._rules:
            word, prompt = KINDS[kind]
            told = self._spoken.words(prompt, low=low, high=high)
            self._rules[kind, low, high] = self._rule(told, type=word, operator="between", formula1=low, formula2=high)
        self._cells.setdefault((kind, low, high), []).append(self._place("answer", row))

    def _place(self, column: str, row: int) -> str:
        return f"{get_column_letter(self._columns.index(column) + 1)}{row}"

    def _rule(self, told: str, **what: str) -> DataValidation:
        return DataValidation(
            allow_blank=True, showErrorMessage=True, showInputMessage=True, error=told, prompt=told, **what
        )


def bounds(constraint: str) -> tuple[str, str]:
    """The least and the most that a constraint of the codebook allows."""
    found = BOUNDS.search(constraint)
    return (found[1], found[2] or str(MOST)) if found else (str(-MOST), str(MOST))
