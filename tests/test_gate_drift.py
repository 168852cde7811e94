"""An export that another form made is described as a whole: new, gone, renamed, changed."""

from __future__ import annotations

from pathlib import Path

import fault_matrix as matrix
import pytest
from conftest import ROUND, make_small
from gate_records import SIZES, case_of, healthy, rows_of, spoilt

from pipeline import gate
from pipeline.errors import GateClosedError
from pipeline.gate.drift import columns_of_codebook, options_of_codebook


def told(gone: list[str], new: list[str]) -> dict[str, str]:
    case = healthy()
    account = dict(case.account) | {"missing_columns": gone, "unknown_columns": new}
    found = columns_of_codebook(case_of(case.records, case.codebook, case.places, account=account))
    return dict(zip(found["question"], found["value"], strict=True))


def test_columns_are_told_in_one_line_and_then_one_by_one() -> None:
    found = told(["HFACC", "QHeRAMS106"], ["QHeRAMS106n", "NEW"])
    assert found[""] == "1 gone: HFACC; 1 new: NEW; 1 renamed?: QHeRAMS106 -> QHeRAMS106n"
    assert found["QHeRAMS106"] == "no such column in the export, renamed QHeRAMS106n?"
    assert found["QHeRAMS106n"] == "a column that the codebook does not have, QHeRAMS106 before?"
    assert (found["HFACC"], found["NEW"]) == (
        "no such column in the export",
        "a column that the codebook does not have",
    )


def test_a_long_line_is_cut_with_a_count() -> None:
    columns = [f"NEW{number:03d}" for number in range(30)]
    assert told([], columns)[""] == "30 new: NEW000, NEW001, NEW002, NEW003 … (+26)"
    assert len(told([], columns)) == 31


def test_a_column_is_renamed_to_one_only() -> None:
    assert "QHeRAMS106 -> QHeRAMS106n" in told(["QHeRAMS106", "QHeRAMS107"], ["QHeRAMS106n"])[""]


@pytest.mark.parametrize(
    ("column", "value", "count", "said"),
    [
        ("QHeRAMS100", "A9", 200, "new options in 200 cells of 400 answers: A9 (200); never chosen: A2, A3, A4"),
        ("QHeRAMS100", "12", 40, "numbers, not options, in 40 cells of 400 answers: 12 (40); never chosen: A2, A3, A4"),
        ("MoSDPOP", "many", 40, "texts, not numbers, in 40 cells of 400 answers: many (40)"),
        ("MoSDPOP", "2.5", 40, "no whole numbers in 40 cells of 400 answers: 2.5 (40)"),
        ("BASA3_SQ002", "Y", 40, "new options in 40 cells of 400 answers: Y (40)"),
        ("BAEN2_1", "A9", 40, "new options in 40 cells of 400 answers: A9 (40); never chosen: A2, A3, A4"),
        ("QHeRAMS100", "A9", 19, None),
        ("MoSD2en", "A9", 400, None),
    ],
)
def test_what_many_have_and_the_codebook_does_not_is_a_change_of_the_form(
    column: str, value: str, count: int, said: str | None
) -> None:
    found = options_of_codebook(spoilt({row: {column: value} for row in range(count)}), 3, 5)
    assert found["value"].tolist() == ([said] if said else [])


def test_an_option_under_another_code_is_told_at_the_top_beside_the_rule_in_doubt() -> None:
    verdict, found = matrix.judged(matrix.through_an_export(matrix.spoilt({"renamed-option": 2})))
    assert found["rule"].tolist()[:3] == ["rule_in_doubt", "options", "options"]
    assert found["value"].iloc[1].startswith("new options in ")
    assert verdict.state == "open"


def test_the_command_says_what_is_wrong_as_a_whole(tmp_path: Path) -> None:
    project = make_small(tmp_path / "project", directorates=tuple(SIZES))
    account = dict(healthy().account) | {"responses": 400, "kept": 400, "unknown_columns": ["NEW1", "NEW2"]}
    project.write_table(ROUND, "records", healthy().records)
    project.write_json(project.account(ROUND), account)
    with pytest.raises(GateClosedError) as stopped:
        gate.gate(project, ROUND, ["records"])
    assert str(stopped.value).splitlines() == [
        f"records of {ROUND} cannot be used as a whole:",
        "- columns: 2 new: NEW1, NEW2 … and 2 more",
        f"  read data/verdicts/{ROUND}/records.findings.csv",
    ]


def test_a_slip_in_a_small_directorate_stays_a_slip() -> None:
    cells = {row: {"QHeRAMS100": "A9"} for row in rows_of("wasit")[:2]}
    assert options_of_codebook(spoilt(cells), 3, 0).empty
