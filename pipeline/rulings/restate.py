"""The facts of an earlier round in the terms of a present form, as ruled: so that present indicators can be measured.

What cannot stand beside a present answer is *not in form*, never a guess: a question that is new, or whose series was
ruled a break; barriers and options of such a question are left out. So is what the present form does not ask any more.
Ids, places and texts stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.codebook import Codebook, Question
from pipeline.rulings import Rulings
from pipeline.rulings.cells import blanked, changed, each_once, is_plain, joined, told
from pipeline.rulings.counts import counts

NOT_IN_FORM = "not_in_form"
BARRIERS = ("barrier_1", "barrier_2", "barrier_3")
NUMBERS = ("integer", "decimal")


class Restated(NamedTuple):
    """The four tables of an earlier round in present terms, and what was done to them."""

    tables: dict[str, pd.DataFrame]
    counts: pd.DataFrame
    """table, question, before, now, rows: how many rows had an answer that is told otherwise now, or not at all."""


def restate(
    tables: Mapping[str, pd.DataFrame], rulings: Rulings, codebook_previous: Codebook, codebook: Codebook
) -> Restated:
    """An earlier round's facilities, answers, choices and staff as the present form would have them told."""
    made = {
        "facilities": _facilities(tables["facilities"], rulings, codebook_previous, codebook),
        "answers": _answers(tables["answers"], rulings, codebook),
        "choices": _choices(tables["choices"], rulings, codebook),
        "staff": _staff(tables["staff"], rulings, codebook),
    }
    return Restated(made, counts(tables, rulings, codebook))


def _facilities(table: pd.DataFrame, rulings: Rulings, before: Codebook, now: Codebook) -> pd.DataFrame:
    found = table.copy()
    for field in dict.fromkeys(one.field for form in (before, now) for one in form.having_field("facilities")):
        asked, name = now.of_field(field), field.partition(".")[2]
        kind = next(one.type for one in (asked, before.of_field(field)) if one is not None)
        if name not in table or kind not in ("select_one", *NUMBERS):
            continue
        earlier = rulings.source(asked.name) if asked else None
        if asked is None or earlier is None or earlier.field != field:
            found[name] = (
                NOT_IN_FORM if kind == "select_one" else pd.Series(np.nan, table.index).astype(table[name].dtype)
            )
        elif kind == "select_one" and not is_plain(words := rulings.words(asked.name)):
            found[name] = changed(table[name], words)
    return found.assign(tier=_tiers(found["type"], table["tier"], now))


def _tiers(types: pd.Series[str], stood: pd.Series[str], now: Codebook) -> pd.Series[str]:
    """The tier of each type by the present form."""
    asked = now.of_field("facilities.type")
    known = {option.canonical: option.tier for option in asked.options if option.tier} if asked else {}
    return pd.Series([known.get(name, "unknown") for name in types], types.index, stood.dtype)


def _answers(table: pd.DataFrame, rulings: Rulings, now: Codebook) -> pd.DataFrame:
    sources = _sources(rulings, now.items)
    found = _renamed(table, "item", sources)
    for item in sources:
        found = _in_rows(found, "item", [item], ("answer",), rulings.words(item))
    found = _barriers(found, rulings, now.having_field("barriers"))
    found = _with_rows(found, table["facility_id"], "item", [one.name for one in now.items if one.name not in sources])
    kinds = {one.name: one.field.partition(".")[2] for one in now.items}
    modules = {one.name: one.module for one in now.items}
    return found.assign(
        kind=told(found["item"], kinds, found["kind"]), module=told(found["item"], modules, found["module"])
    )


def _barriers(table: pd.DataFrame, rulings: Rulings, asked: Iterable[Question]) -> pd.DataFrame:
    """The table with the barriers that the present questions about its items would have; none where there is none."""
    merged: list[str] = []
    for question in asked:
        words = rulings.words(question.name)
        if rulings.source(question.name) is None:
            rows = table["item"].isin(list(question.items)).to_numpy(dtype=bool)
            table = table.assign(**{name: blanked(table[name], rows) for name in BARRIERS})
        elif not is_plain(words):
            table = _in_rows(table, "item", question.items, BARRIERS, words)
            merged += question.items
    return each_once(table, BARRIERS, table["item"].isin(merged).to_numpy(dtype=bool)) if merged else table


def _choices(table: pd.DataFrame, rulings: Rulings, now: Codebook) -> pd.DataFrame:
    sources = _sources(rulings, now.having_field("choices"))
    found = _renamed(table, "question", sources)
    for name in sources:
        if not is_plain(words := rulings.words(name)):
            found = _in_rows(found, "question", [name], ("option",), words)
            # Two options may have become one: its better rank stands, and ranks are not closed up.
            again = found["question"].eq(name) & found["option"].isin(list(words.values()))
            again &= found.duplicated(["facility_id", "question", "option"])
            found = found[~again].reset_index(drop=True)
    return found


def _staff(table: pd.DataFrame, rulings: Rulings, now: Codebook) -> pd.DataFrame:
    counted = {sex: {one.items[0]: one for one in now.having_field(f"staff.{sex}")} for sex in ("women", "men")}
    cadres = [one for one in now.items if all(one.name in known for known in counted.values())]
    asked = {one.name: [one, *(known[one.name] for known in counted.values())] for one in cadres}
    whole = [one for one in cadres if len(_sources(rulings, asked[one.name])) == len(asked[one.name])]
    sources = _sources(rulings, whole)
    found = _renamed(table, "cadre", sources)
    return _with_rows(found, table["facility_id"], "cadre", [one.name for one in cadres if one.name not in sources])


def _sources(rulings: Rulings, asked: Iterable[Question]) -> dict[str, str]:
    """The earlier name of each question whose earlier answers may stand for the present ones."""
    found = {one.name: rulings.source(one.name) for one in asked}
    return {name: source.name for name, source in found.items() if source is not None}


def _renamed(table: pd.DataFrame, column: str, sources: Mapping[str, str]) -> pd.DataFrame:
    """The rows about what has a present name, under that name."""
    present = {earlier: name for name, earlier in sources.items()}
    found = table[table[column].isin(list(present))].reset_index(drop=True)
    return found if is_plain(present) else found.assign(**{column: changed(found[column], present)})


def _in_rows(
    table: pd.DataFrame, about: str, names: Iterable[str], columns: Iterable[str], words: Mapping[str, str]
) -> pd.DataFrame:
    """The table with other words in some columns of the rows about some things."""
    if is_plain(words):
        return table
    rows = table[about].isin(list(names)).to_numpy(dtype=bool)
    return table.assign(**{column: changed(table[column], words, rows) for column in columns})


def _with_rows(table: pd.DataFrame, facilities: pd.Series[str], about: str, names: list[str]) -> pd.DataFrame:
    """The table with a row for each facility and thing that no earlier answer may stand for."""
    if not names:
        return table
    ids = facilities.drop_duplicates().astype(str)
    rows = {"facility_id": ids.repeat(len(names)).tolist(), about: names * len(ids), "state": NOT_IN_FORM}
    return joined(table, pd.DataFrame(rows).reindex(columns=table.columns))
