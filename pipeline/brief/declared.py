"""What facilities declare of some services: which of them say that a service is expected there, and lacks.

declared   place, facility_id, name_en, name_local, type, directorate, sector, not_available, partial: the services by
           code, one after the other, in the order of the form; the facilities that lack most of them first
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.brief.material import Material

COLUMNS = [
    "place", "facility_id", "name_en", "name_local", "type", "directorate", "sector", "not_available", "partial",
]  # fmt: skip
WORDS = ("not_available", "partial")
Flags = npt.NDArray[np.bool_]


def declared(material: Material, scope: str, services: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """The facilities of a scope that lack any of some services, and how many they are; none set aside or twice."""
    facts = material.facts
    cells, inside = facts.items(*services), facts.delivery & _mine(material, scope)
    lacking = {word: cells.is_in(word) & inside[:, None] for word in WORDS}
    counts = {word: found.sum(axis=1) for word, found in lacking.items()}
    rows = np.flatnonzero(counts["not_available"] + counts["partial"])
    # The facilities of the facts stand in the order of their ids: equals keep it.
    worst = rows[np.lexsort((-counts["partial"][rows], -counts["not_available"][rows]))]
    told = facts.facilities.iloc[worst].assign(
        place=range(1, len(worst) + 1),
        **{word: _named(found[worst], services) for word, found in lacking.items()},
    )
    return told[COLUMNS].reset_index(drop=True), len(rows)


def _mine(material: Material, scope: str) -> Flags:
    """The facilities that a scope's page may list."""
    left_out = material.standing.iraq.left_out if scope == "iraq" else ()
    members = [slug for slug in material.members(scope) if slug not in left_out]
    facilities = material.facts.facilities
    return np.asarray(facilities["directorate"].isin(members) & facilities["same_as"].isna(), dtype=np.bool_)


def _named(lacking: Flags, services: Sequence[str]) -> list[str]:
    return [" ".join(_chosen(services, row)) for row in lacking]


def _chosen(services: Iterable[str], row: Flags) -> list[str]:
    return [service for service, lacks in zip(services, row, strict=True) if lacks]
