"""Makes the facts of a round out of its tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.errors import HeramsError
from pipeline.indicators.facts import CODED, STATES, Array, Cells, Facts, Judgement
from pipeline.indicators.vocabulary import Vocabulary

PLACES = ("directorate", "sector", "region", "governorate", "tier", *CODED)
BARRIERS = ("barrier_1", "barrier_2", "barrier_3")


def gather(tables: Mapping[str, pd.DataFrame], vocabulary: Vocabulary, judgement: Judgement) -> Facts:
    """The facts in the tables facilities, answers, choices and staff; a facility that stands twice is an error."""
    facilities = _facilities(tables["facilities"], judgement)
    ids = pd.Index(facilities["facility_id"])
    if not ids.is_unique:
        raise HeramsError(f"the table facilities has {ids[ids.duplicated()][0]!r} twice: run `herams clean` again")
    items, causes = pd.Index(vocabulary.all_items), pd.Index(vocabulary.all_causes)
    at = _row(tables["answers"]["facility_id"], ids), _places(tables["answers"]["item"], items)
    staff, cadres = tables["staff"], pd.Index(vocabulary.of_kind("cadre"))
    counted = _row(staff["facility_id"], ids), _places(staff["cadre"], cadres)
    named = [_barriers(tables["answers"][name], at, causes, (len(ids), len(items))) for name in BARRIERS]
    return Facts(
        facilities=facilities,
        vocabulary=vocabulary,
        judgement=judgement,
        fields={name: _field(facilities[name]) for name in CODED},
        answers=_with_stranger(_matrix(tables["answers"], "answer", at, (len(ids), len(items)))),
        mentions=np.sum(named, axis=0, dtype=np.int8),
        first_barrier=np.asarray(named[0].any(axis=2)),
        women=_counts(staff["women"], counted, len(ids), cadres),
        men=_counts(staff["men"], counted, len(ids), cadres),
        staff=_matrix(staff, None, counted, (len(ids), len(cadres))),
        choices=tables["choices"].assign(row=_row(tables["choices"]["facility_id"], ids)),
    )


def _facilities(facilities: pd.DataFrame, judgement: Judgement) -> pd.DataFrame:
    """The facilities in order, then a row for each excluded one, then one for each that is gone since the last list."""
    ordered = facilities.sort_values("facility_id", kind="stable", ignore_index=True)
    if judgement.excluded:
        out = pd.DataFrame({"facility_id": pd.Series(sorted(judgement.excluded), dtype=str)})
        # Its id tells the sector, and so the directorate.
        out["sector"] = out["facility_id"].str.partition("/")[0]
        places = ordered[["sector", "directorate", "region", "governorate"]].drop_duplicates("sector")
        ordered = _with_rows(ordered, out.merge(places, on="sector", how="left", validate="many_to_one"))
    if judgement.earlier is not None:
        ordered = _with_rows(ordered, judgement.earlier.gone.sort_values("facility_id", kind="stable"))
    return ordered.fillna(dict.fromkeys(PLACES, "unknown"))


def _with_rows(ordered: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """The table with rows at its end of which some columns are known."""
    rows = more.set_index(pd.RangeIndex(len(ordered), len(ordered) + len(more)))
    longer = ordered.reindex(pd.RangeIndex(len(ordered) + len(more)))
    longer.loc[rows.index, rows.columns] = rows
    return longer


def _places(values: pd.Series[str], words: pd.Index[str]) -> npt.NDArray[np.int64]:
    """The place of each value in the words, -1 where it is none of them."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        known = np.append(words.get_indexer(values.cat.categories), -1)
        return np.asarray(known[values.cat.codes.to_numpy()], dtype=np.int64)
    return np.asarray(words.get_indexer(pd.Index(values)), dtype=np.int64)


def _row(facility_ids: pd.Series[str], ids: pd.Index[str]) -> npt.NDArray[np.int64]:
    rows = _places(facility_ids, ids)
    if (rows < 0).any():
        stranger = facility_ids[rows < 0].iloc[0]
        raise HeramsError(f"a table of facts has {stranger!r}, which facilities lacks: run `herams clean` again")
    return rows


def _field(values: pd.Series[str]) -> Cells:
    """A coded field of facilities: where there is no answer it holds the state's word."""
    found = pd.Categorical(values)
    words = tuple(str(word) for word in found.categories)
    states = np.array([STATES.index(word) if word in STATES else 0 for word in words], dtype=np.int8)
    return Cells(found.codes.astype(np.int16), words, states[found.codes])


def _matrix(table: pd.DataFrame, answer: str | None, at: tuple[Array, Array], shape: tuple[int, int]) -> Cells:
    """Answers and states of a long table as a matrix. A cell that no row speaks of is missing."""
    words = tuple(sorted(str(word) for word in table[answer].dropna().unique())) if answer else ()
    codes = np.full((shape[0], shape[1] + 1), -1, dtype=np.int16)
    states = np.full((shape[0], shape[1] + 1), STATES.index("missing"), dtype=np.int8)
    # An item that the vocabulary lacks has place -1: the spare last column takes it, and is cut off.
    states[at] = _places(table["state"], pd.Index(STATES))
    if answer:
        codes[at] = _places(table[answer], pd.Index(words))
    return Cells(codes[:, :-1], words, states[:, :-1])


def _with_stranger(cells: Cells) -> Cells:
    """The cells with a last column for any item that the form does not have."""
    absent = np.full((len(cells.codes), 1), STATES.index("not_in_form"), dtype=np.int8)
    codes = np.append(cells.codes, np.full_like(absent, -1, dtype=np.int16), axis=1)
    return Cells(codes, cells.words, np.append(cells.states, absent, axis=1))


def _barriers(
    barrier: pd.Series[str], at: tuple[Array, Array], causes: pd.Index[str], shape: tuple[int, int]
) -> npt.NDArray[np.int8]:
    """Facilities × items × causes: 1 where the barrier of this rank is the cause."""
    found = np.zeros((shape[0], shape[1] + 1, len(causes) + 1), dtype=np.int8)
    found[at[0], at[1], _places(barrier, causes)] = 1
    return found[:, :-1, :-1]


def _counts(numbers: pd.Series[int], at: tuple[Array, Array], n: int, cadres: pd.Index[str]) -> pd.DataFrame:
    """Facilities × cadres, missing where there is no count."""
    found = np.full((n, len(cadres) + 1), np.nan)
    found[at] = numbers.to_numpy(dtype=float, na_value=np.nan)
    return pd.DataFrame(found[:, :-1], columns=cadres)
