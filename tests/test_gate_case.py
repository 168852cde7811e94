"""What a case knows of its records: found out once, shared with the cases of other tables, never kept for others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from gate_records import healthy, spoilt

from pipeline import relevance
from pipeline.gate.case import Offences


def test_the_case_of_another_table_knows_what_that_of_the_records_does() -> None:
    case = healthy()
    assert replace(case, table="staff", frame=pd.DataFrame()).filled is case.filled
    assert replace(case, table="staff", frame=pd.DataFrame()).placed is case.placed


def test_what_was_known_of_other_records_is_forgotten() -> None:
    case, other = healthy(), spoilt({0: {"QHeRAMS100": "", "subject_id": "X9X9X"}})
    mixed = replace(case, records=other.records)
    assert mixed.placed["facility_id"].iloc[0].endswith("/X9X9X")
    assert not mixed.filled["QHeRAMS100"][0]
    assert case.filled["QHeRAMS100"][0]


def test_filled_and_unknown_cells_are_those_of_the_records() -> None:
    case = spoilt({3: {"QHeRAMS100": "A9"}, 5: {"QHeRAMS100": " "}, 7: {"QHeRAMS100": ""}})
    question = case.codebook.question("QHeRAMS100")
    assert np.flatnonzero(~case.filled["QHeRAMS100"]).tolist() == [7]
    assert np.flatnonzero(case.unknown(question, "QHeRAMS100")).tolist() == [3, 5]
    assert (case.unknown(question, "QHeRAMS100") == relevance.unknown_cells(question, "QHeRAMS100", case.records)).all()


def test_offences_are_the_texts_of_the_rows_that_offend_and_what_is_missing_is_blank() -> None:
    found = Offences()
    where = np.array([False, True, True])
    found.add(where, "b", pd.Series([1, None, 3], dtype="Int64"), pd.Series(["x", "y", None], dtype="category"))
    found.add(where, ["a", "b", "c"], np.array([1.5, 2.5, 3.5]), "z")
    assert found.frame().to_numpy().tolist() == [
        [1, "b", "", "y"],
        [1, "b", "2.5", "z"],
        [2, "b", "3", ""],
        [2, "c", "3.5", "z"],
    ]
