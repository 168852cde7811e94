"""What second visits found beside what was reported first, cell by cell.

The first answer is the one that was reported: `records` as received, before any decision. Agreement says how well
answers are collected; a cell that people have mended since would count our mending as their care.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline import places, relevance
from pipeline.codebook import Codebook
from pipeline.errors import RevisitError
from pipeline.indicators import Agreement
from pipeline.places import Places
from pipeline.project import Project
from pipeline.revisits import Revisits, asked_again

UNASKED = ("skipped", "not_asked", "not_in_form")
FOUND = ("facility_id", "question", "part", "state", "same")


def of_round(project: Project, round_name: str, seen: Revisits, codebook: Codebook, reference: Places) -> pd.DataFrame:
    """What the second visits of a round found; its records are read only where there is anything to compare."""
    if not seen.answers:
        return pd.DataFrame(columns=list(FOUND)).astype({"same": bool})
    records = project.read_table(round_name, "records")
    return compared(records, places.facility_ids(records, reference), seen, codebook)


def compared(records: pd.DataFrame, facility_ids: pd.Series[str], seen: Revisits, codebook: Codebook) -> pd.DataFrame:
    """A row for each answer that came back: facility_id, question, part, the first answer's state, whether the same.

    An answer is the same if its code is, or its number, exactly; counts too. It is compared where the first has the
    state *answered*: what was not asked, is missing, or is in no codebook cannot agree.
    """
    rows = np.flatnonzero(facility_ids.isin(list(seen.visited)).to_numpy())
    place = {str(facility): number for number, facility in enumerate(facility_ids.iloc[rows])}
    gone = sorted(seen.visited - place.keys())
    if gone:
        raise RevisitError(
            f"{', '.join(gone)}: visited again, but no response of the round is theirs any more: take their rows out "
            "of the file of second visits, or mend the export"
        )
    first = records.iloc[rows]
    states = relevance.states(first, codebook).astype(str)
    told = asked_again(codebook)
    found = []
    for (facility, column), answer in seen.answers.items():
        part, question = told[column]
        was, state = first[column].iloc[place[facility]], states[question.name].iloc[place[facility]]
        same = state == "answered" and (was == answer or (question.type == "integer" and float(was) == float(answer)))
        found.append((facility, column, part, state, same))
    return pd.DataFrame(found, columns=list(FOUND)).astype({"same": bool})


def by_facility(found: pd.DataFrame) -> Mapping[tuple[str, str], Agreement]:
    """For each facility and part: cells that are the same, compared, missing at first, and not asked at first."""
    counted = found.assign(
        compared=found["state"] == "answered",
        missing=found["state"] == "missing",
        not_asked=found["state"].isin(UNASKED),
    )
    sums = counted.groupby(["facility_id", "part"])[["same", "compared", "missing", "not_asked"]].sum()
    return {(str(one[0]), str(one[1])): Agreement(*map(int, row)) for one, *row in sums.itertuples(name=None)}
