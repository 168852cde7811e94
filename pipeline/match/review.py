"""The list for review: links in doubt, and facilities that nobody linked but that may be one.

A person decides about each row in data/links/<round>.yml; what is decided stands in the list no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.match.evidence import distance
from pipeline.match.pairs import POSSIBLE

if TYPE_CHECKING:
    from pipeline.match import Compared

SHOWN = ("ministry_code", "name_en", "name_local", "type", "sector")
COLUMNS = (
    "directorate", "why", "how", "score", "km", "previous_id", "facility_id",
    *(f"{side}_{name}" for name in SHOWN for side in ("previous", "now")),
)  # fmt: skip


def review(found: Compared, before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """A row for each pair to look at, with what both rounds say of it, by directorate and how much speaks for it.

    `why`: `weak` (linked, but little speaks for it), `alike` (as good as linked, but another is just as like), `maybe`
    (not linked: too little speaks for it), `elsewhere` (alike, but another directorate reports it now: never linked
    without a decision).
    """
    told = pd.concat([_weak(found), _asked(found)], ignore_index=True)
    for side, name, frame in (("previous", "previous_id", before), ("now", "facility_id", now)):
        facts = frame.drop_duplicates("facility_id").set_index("facility_id")
        told = told.assign(**{f"{side}_{field}": told[name].map(facts[field]) for field in SHOWN})
    ordered = told.sort_values(
        ["directorate", "score", "previous_id", "facility_id"], ascending=[True, False, True, True], ignore_index=True
    )
    return ordered[list(COLUMNS)]


def _weak(found: Compared) -> pd.DataFrame:
    links = found.links
    rows = links[links["previous_id"].notna() & links["facility_id"].notna() & ~links["certain"]]
    size = found.known.size_before
    row = (
        {one: at for at, one in enumerate(found.known.ids[:size])},
        {one: at + size for at, one in enumerate(found.known.ids[size:])},
    )
    one, other = (rows[name].map(at).to_numpy(dtype=np.intp) for name, at in zip(links.columns[:2], row, strict=True))
    km = (distance(found.known, one, other) / 1000).round(1)
    return rows.drop(columns="certain").assign(why="weak", km=km, directorate=found.known.directorate[other])


def _asked(found: Compared) -> pd.DataFrame:
    known, pairs = found.known, found.asked
    stays = known.directorate[pairs.one] == known.directorate[pairs.other]
    return pd.DataFrame(
        {
            "directorate": known.directorate[pairs.other],
            "why": np.where(stays, np.where(pairs.score >= POSSIBLE, "alike", "maybe"), "elsewhere"),
            "how": "",
            "score": pairs.score,
            "km": (distance(known, pairs.one, pairs.other) / 1000).round(1),
            "previous_id": known.ids[pairs.one],
            "facility_id": known.ids[pairs.other],
        }
    )
