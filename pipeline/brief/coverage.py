"""The slice that holds a round against the facilities it should cover, sector by sector.

expected   directorate, sector, expected, came, silent, new, reopened: no row where there is no earlier list

expected   facilities of the last list but for the closed ones
came       those of them whose answers date from inside the window
silent     those of them of which there is no answer at all
new        facilities that the list does not have
reopened   facilities that are closed on the list and answered nevertheless
A facility that answered stands with the directorate that reports it now, one that did not with that of the list.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from pipeline import baseline, decisions
from pipeline.brief.material import Material

NUMBERS = ("expected", "came", "silent", "new", "reopened")
PLACED = ["directorate", "sector"]


def expected(material: Material, members: tuple[str, ...]) -> pd.DataFrame:
    """The slice for some directorates, in the registry's order."""
    if material.baseline.empty:
        return pd.DataFrame(columns=[*PLACED, *NUMBERS])
    facilities = material.tables["facilities"]
    window = (material.entry.window[0], material.entry.window[1])
    found = baseline.coverage(facilities, material.baseline, window, decisions.excluded(material.decided))
    counts = {name: _by_place(facilities, getattr(found, name)) for name in ("expected", "came", "new", "reopened")}
    counts["silent"] = found.gone.groupby(PLACED).size()
    table = pd.DataFrame(counts).fillna(0).astype(int).rename_axis(PLACED).reset_index()
    table["expected"] += table["silent"]
    mine = table[table["directorate"].isin(members)]
    order = mine.assign(_place=mine["directorate"].map({slug: place for place, slug in enumerate(members)}))
    return order.sort_values(["_place", "sector"], kind="stable", ignore_index=True)[[*PLACED, *NUMBERS]]


def _by_place(facilities: pd.DataFrame, ids: Collection[str]) -> pd.Series[int]:
    mine = facilities.loc[facilities["facility_id"].isin(list(ids)), PLACED].astype(str)
    return mine.groupby(PLACED).size()
