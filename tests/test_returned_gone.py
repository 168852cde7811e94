"""What the last list has is asked of the directorate, and its answer settles the finding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from asked_round import KARBALA, Filling, facility, make, sent
from conftest import ROUND
from gate_records import healthy, own_list

from pipeline import baseline, gate, returned, verdict
from pipeline.enquiry.form import COLUMNS, HEAD_ROW
from pipeline.errors import DecisionError
from pipeline.project import Project

LOST = "karbala-x/LOST1"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A round whose list has one facility more, and another population of one."""
    found = make(tmp_path_factory.mktemp("gone") / "project")
    listed = own_list(healthy())
    twin = {facility(KARBALA[7]), facility(KARBALA[7] - 60)}
    lost = listed[listed["facility_id"] == facility(KARBALA[8])].assign(
        facility_id=LOST, ministry_code="HF_CM_XXX_7", name_local="مركز قديم", name_en="Old centre"
    )
    listed.loc[listed["facility_id"] == facility(KARBALA[9]), "catchment_population"] = 99_000.0
    listed = pd.concat([listed[~listed["facility_id"].isin(twin)], lost])
    found.write_text(found.baseline(ROUND), baseline.text(baseline.typed(listed)))
    gate.gate(found, ROUND, ["records"])
    return found


def cell(filling: Filling, facility_id: str, column: str, name: str) -> Any:
    """A cell of the row about a facility and a column."""
    at = {heading: place + 1 for place, heading in enumerate(COLUMNS)}
    for row in range(HEAD_ROW + 1, filling.page.max_row + 1):
        if [filling.page.cell(row, at[key]).value for key in ("facility_id", "column")] == [facility_id, column]:
            return filling.page.cell(row, at[name])
    raise AssertionError(f"no row about {facility_id}, {column}")


def test_a_facility_that_is_gone_is_asked_by_its_name_and_settled_by_the_answer(
    project: Project, tmp_path: Path
) -> None:
    filling = Filling(sent(project))
    assert "Old centre" in str(cell(filling, LOST, "subject_id", "facility").value)
    assert "no answer of this round came" in str(cell(filling, LOST, "subject_id", "why").value)
    population = str(cell(filling, facility(KARBALA[9]), "MoSDPOP", "why").value)
    assert "On the last list: 99000." in population
    cell(filling, LOST, "subject_id", "what").value = "It is right"
    cell(filling, LOST, "subject_id", "remark").value = "Closed in 2021"
    imported = returned.returned(project, filling.save(tmp_path / "back.xlsx"))
    assert [(one.decision, one.facility, one.rule) for one in imported.new] == [("accept", LOST, "facilities_gone")]
    gate.gate(project, ROUND, ["records"])
    found = verdict.read_findings(project, ROUND, "records")
    assert found.loc[found["facility_id"] == LOST, "settled_by"].tolist() == ["accept 1"]
    # The next list no longer has it: what was accepted is about nothing.
    before = project.read_text(project.baseline(ROUND))
    project.write_text(project.baseline(ROUND), "".join(line for line in before.splitlines(True) if LOST not in line))
    with pytest.raises(DecisionError, match="no longer there: remove it"):
        gate.gate(project, ROUND, ["records"])
