"""Columns by their distinct texts: the same cells, asked once for each text."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.column import Column, Columns

CELLS = st.lists(st.sampled_from(["", "A1", "A2", "3", "3.5", "١", "سامراء", " x"]), max_size=12)


@given(CELLS)
def test_a_column_holds_the_cells_it_was_made_of(cells: list[str]) -> None:
    column = Column.of(cells)
    assert column.texts().to_pylist() == column.series().tolist() == cells
    assert column.distinct() == sorted(set(cells))


@given(CELLS, st.booleans())
def test_what_is_asked_of_a_text_holds_of_every_cell_with_it(cells: list[str], as_series: bool) -> None:
    column = Column.of(pd.Series(cells, dtype=str) if as_series else cells)
    assert column.where(str.isdigit).tolist() == [text.isdigit() for text in cells]
    assert column.coded({"A1": 7}, otherwise=-1).tolist() == [7 if text == "A1" else -1 for text in cells]
    assert column.mapped(str.upper).texts().to_pylist() == [text.upper() for text in cells]


@given(CELLS, CELLS)
def test_columns_are_joined_in_their_order(first: list[str], second: list[str]) -> None:
    assert Column.joined([Column.of(first), Column.of(second)]).texts().to_pylist() == first + second


def test_each_text_is_asked_once() -> None:
    asked: list[str] = []
    Column.of(["A1", "", "A1", "A1"]).where(lambda text: asked.append(text) is None)
    assert asked == ["A1", ""]


def test_a_number_is_one_and_anything_else_is_missing() -> None:
    assert np.array_equal(Column.of(["3", "", "1E+05x", "2.5"]).numbers(), [3, np.nan, np.nan, 2.5], equal_nan=True)


def test_columns_of_a_table_come_in_the_order_asked_for() -> None:
    table = pd.DataFrame({"a": ["x", "y", "x"]}, dtype=str)
    columns = Columns.of(table, np.array([2, 1]))
    assert (columns.rows, "a" in columns, "b" in columns) == (2, True, False)
    assert columns["a"].texts().to_pylist() == ["x", "y"]
    assert columns["a"] is columns["a"]


@given(CELLS.filter(bool), st.data())
def test_a_text_is_put_into_some_rows_and_the_others_stay(cells: list[str], data: st.DataObject) -> None:
    rows = np.array(data.draw(st.lists(st.booleans(), min_size=len(cells), max_size=len(cells))))
    found = Columns({"a": Column.of(cells)}, len(cells)).with_changed({"a": Column.of(cells).put("0", rows)})
    assert found.frame()["a"].tolist() == ["0" if put else text for text, put in zip(cells, rows, strict=True)]


@given(CELLS)
def test_ranks_are_those_of_the_sorted_texts(cells: list[str]) -> None:
    order = np.argsort(Column.of(cells).ranks(), kind="stable")
    assert [cells[place] for place in order] == sorted(cells)
