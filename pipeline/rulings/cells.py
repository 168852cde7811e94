"""Columns of words, which tables keep as categories: other words, more rows, and each word once in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Flags = npt.NDArray[np.bool_]


def is_plain(words: Mapping[str, str]) -> bool:
    """Whether every word stays what it is."""
    return all(before == now for before, now in words.items())


def changed(column: pd.Series[str], words: Mapping[str, str], rows: Flags | None = None) -> pd.Series[str]:
    """The column with other words, in some rows or in all; a word that is not among them stays."""
    found = pd.Categorical(column)
    known = [str(word) for word in found.categories]
    present = list(dict.fromkeys([*known, *words.values()]))
    place = {word: number for number, word in enumerate(present)}
    other = np.array([place[words.get(word, word)] for word in known] + [-1])[found.codes]
    codes = other if rows is None else np.where(rows, other, found.codes)
    made = pd.Categorical.from_codes(codes, pd.Index(present, dtype=str))
    return _as(column, pd.Series(made, index=column.index, name=column.name))


def blanked(column: pd.Series[str], rows: Flags) -> pd.Series[str]:
    """The column without its words in some rows."""
    return column.mask(pd.Series(rows, index=column.index))


def told(about: pd.Series[str], known: Mapping[str, str], stood: pd.Series[str]) -> pd.Series[str]:
    """What is known about each thing of a column; what stood there, where that says the same."""
    found = about.astype(str).map(known)
    if len(found) == len(stood) and bool((found == stood.astype(str)).all()):
        return stood
    return _as(stood, pd.Series(pd.Categorical(found, list(dict.fromkeys(known.values()))), index=about.index))


def joined(table: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """The rows of both tables, facility by facility in the order in which the facilities come first."""
    columns: dict[str, pd.Series[str]] = {}
    for name in table:
        parts = [table[name], more[name]]
        if isinstance(table[name].dtype, pd.CategoricalDtype):
            words = [str(word) for part in parts for word in part.dropna().unique()]
            kind = pd.CategoricalDtype(list(dict.fromkeys([*table[name].cat.categories, *words])))
            parts = [part.astype(kind) for part in parts]
        columns[str(name)] = pd.concat([parts[0], parts[1].astype(parts[0].dtype)], ignore_index=True)
    order = np.argsort(pd.factorize(columns["facility_id"])[0], kind="stable")
    return pd.DataFrame(columns).iloc[order].reset_index(drop=True)


def each_once(table: pd.DataFrame, columns: Sequence[str], rows: Flags) -> pd.DataFrame:
    """The table with each word once in some rows: where two became one, the first stands and others move up."""
    cells = table.loc[rows, list(columns)].astype(object)
    once = [list(dict.fromkeys(word for word in row if isinstance(word, str))) for row in cells.itertuples(index=False)]
    found = pd.DataFrame(
        [[*words, *[None] * len(columns)][: len(columns)] for words in once], cells.index, list(columns)
    )
    mended = {name: _as(table[name], table[name].astype(object).where(~rows, found[name])) for name in columns}
    return table.assign(**mended)


def _as(before: pd.Series[str], now: pd.Series[str]) -> pd.Series[str]:
    """A column kept in the way that it was kept before: as categories of the same words, or as texts."""
    if isinstance(before.dtype, pd.CategoricalDtype):
        known = list(before.dtype.categories)
        words = [word for word in now.dropna().unique() if word not in known]
        made = pd.Categorical(now.astype(object), pd.Index([*known, *words], dtype=str))
        return pd.Series(made, index=now.index, name=before.name)
    return now.astype(before.dtype)
