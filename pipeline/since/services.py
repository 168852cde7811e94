"""Services lost and won, by who reports the facility and by service: what the balance of SVC_ANY is made of.

services   directorate, item, gave, lost, won: pairs of facility and service, of the facilities that answered in both
           rounds and may deliver services in both; `gave` at least in part before
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.indicators import DEFINITIONS, Count, Facts
from pipeline.since.panel import Pairs, results

GIVES = "SVC_ANY"
COLUMNS = ["directorate", "item", "gave", "lost", "won"]


def services(before: Facts, now: Facts, linked: Pairs) -> pd.DataFrame:
    """The table, directorates by name and services in the order of the form; only what somebody gave or gives."""
    definition = DEFINITIONS[GIVES]
    then, today = next(results(before, now, linked, [definition]))
    if not isinstance(then, Count) or not isinstance(today, Count):
        return pd.DataFrame(columns=COLUMNS)
    gave, gives = then.numerator.astype(bool), today.numerator.astype(bool)
    home, directorates = pd.factorize(now.facilities["directorate"].iloc[linked.now].astype(str), sort=True)
    items = now.vocabulary.of_kind("service")
    at = home[:, None] * len(items) + np.arange(len(items))[None, :]
    size = len(directorates) * len(items)
    counts = [np.bincount(at[cells], minlength=size) for cells in (gave, gave & ~gives, ~gave & gives)]
    told = pd.DataFrame(
        {
            "directorate": np.repeat(np.asarray(directorates, dtype=object), len(items)),
            "item": list(items) * len(directorates),
            **dict(zip(COLUMNS[2:], counts, strict=True)),
        }
    )
    return told[(told["gave"] > 0) | (told["won"] > 0)].reset_index(drop=True)
