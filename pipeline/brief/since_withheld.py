"""The public edition of what changed: a change is withheld with the small figures that it could give away.

A change is told by numbers of this round, of the round before and of those in both; the difference of two of these may
speak of one facility. So a row is withheld whole where any of them, or any such difference, is small, or where the
figure of this round is suppressed; and with a level of care, or a directorate, all the others of its indicator.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.brief.since import NUMBERS
from pipeline.brief.suppression import OPEN, REASON, Floor

Slices = Mapping[str, pd.DataFrame]
SIZES = ("before_denominator", "denominator", "panel_before_denominator", "panel_denominator", "linked")
REST = (("denominator", "panel_denominator"), ("before_denominator", "panel_before_denominator"))


def withheld(slices: Slices, floor: Floor) -> dict[str, pd.DataFrame]:
    """The slices about changes without what is small; `measures` and `areas` are suppressed already."""
    found = {}
    if "since" in slices:
        found["since"] = _hidden(slices["since"], "group", _suppressed(slices["measures"], "group"), floor)
    if "since_areas" in slices:
        found["since_areas"] = _hidden(slices["since_areas"], "scope", set(), floor)
    if "lost_items" in slices:
        found["lost_items"] = _few(slices["lost_items"], floor)
    if "lost" in slices:
        rows = slices["lost"]
        is_few = rows["what"].str.startswith("services") & rows["count"].between(1, floor("SVC_ANY") - 1)
        found["lost"] = rows[~is_few].reset_index(drop=True)
    return found


def _suppressed(measures: pd.DataFrame, by: str) -> set[tuple[str, str]]:
    rows = measures[(measures["reason"] == REASON) & measures["dimension"].isin(("all", "care"))]
    return set(zip(rows["indicator"], rows[by], strict=True))


def _hidden(rows: pd.DataFrame, by: str, known: set[tuple[str, str]], floor: Floor) -> pd.DataFrame:
    """The rows without those that are small, and without the other parts of a figure of which one is."""
    keys = list(zip(rows["indicator"], rows[by], strict=True))
    small = pd.Series([key in known for key in keys], index=rows.index) | _is_small(rows, floor)
    is_part = rows[by] != ""
    parts = set(rows.loc[small & is_part, "indicator"])
    whole = set(rows.loc[small & ~is_part, "indicator"])
    hide = rows["indicator"].isin(whole) | (rows["indicator"].isin(parts) & is_part)
    told = rows.copy()
    told.loc[hide, NUMBERS] = pd.NA
    told.loc[hide, "reason"] = REASON
    return told


def _is_small(rows: pd.DataFrame, floor: Floor) -> pd.Series[bool]:
    least = rows["indicator"].map({name: floor(name) for name in rows["indicator"].unique()})
    sizes = [rows[name] for name in SIZES] + [(rows[one] - rows[other]).abs() for one, other in REST]
    small = pd.concat([size.gt(0) & size.lt(least) for size in sizes], axis=1).fillna(False).any(axis=1)
    return small & ~rows["indicator"].str.startswith(OPEN)


def _few(rows: pd.DataFrame, floor: Floor) -> pd.DataFrame:
    """Services lost or won without those of which fewer facilities speak than the floor."""
    least = rows["item"].map({item: floor(f"SVC_ANY_{item}") for item in rows["item"].unique()})
    counts = [rows[name].gt(0) & rows[name].lt(least) for name in ("lost", "won", "of")]
    return rows[~pd.concat(counts, axis=1).fillna(False).any(axis=1)].reset_index(drop=True)
