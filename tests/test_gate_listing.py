"""`herams gate --list`: every rule in full, and the derived ones in the very words of their findings."""

from __future__ import annotations

import json

import fault_matrix as matrix
import pytest
from test_cli import ends

from pipeline.errors import UsageError
from pipeline.gate.derived import UNFOLDED
from pipeline.gate.listing import entries
from pipeline.gate.rules import EXPECTATIONS
from pipeline.gate.suite import table_of_rule
from pipeline.project import Project

SAID_IN_NUMBERS = {"columns", "modules_complete", "available_is_not_zero"}


def test_every_rule_is_listed_with_its_reason(here: Project) -> None:
    listed = entries(here, [])
    assert [rule["rule"] for rule in listed] == list(table_of_rule(here))
    assert all(rule[name] for rule in listed for name in ("severity", "finds", "why", "what_to_do"))
    assert {rule["expectation"] for rule in listed if rule["questions"]} == set(UNFOLDED)
    assert set(UNFOLDED) < set(EXPECTATIONS)


def test_what_a_finding_expects_of_a_question_stands_in_the_list(here: Project) -> None:
    draft = matrix.spoilt(matrix.of_each(2))
    _, found = matrix.judged(matrix.case_of(draft.spoilt_cells()))
    codebook = matrix.codebook()
    listed = {
        (rule["rule"], told["question"], told["expected"])
        for rule in entries(here, ["records"])
        for told in rule["questions"]
    }
    derived = {rule for rule, *_ in listed} - SAID_IN_NUMBERS
    told = {
        (rule, codebook.by_column[column].name, expected)
        for rule, column, expected in found.loc[
            found["rule"].isin(derived), ["rule", "question", "expected"]
        ].itertuples(index=False)
    }
    assert {rule for rule, *_ in told} > {
        "value_sets",
        "skip_logic",
        "barriers",
        "ranks",
        "exclusive_choices",
        "numbers",
    }
    assert told <= listed


def test_a_derived_rule_is_unfolded_by_the_form_that_is_named(here: Project) -> None:
    values = next(rule for rule in entries(here, ["records"]) if rule["rule"] == "value_sets")
    assert values["form"] == "iraq-2022"
    ownership = next(told for told in values["questions"] if told["question"] == "MoSD7")
    assert ownership == {"question": "MoSD7", "label": "Ownership", "expected": "one of A1, A2, A3, A4, -oth-"}
    with pytest.raises(UsageError, match="did you mean 'iraq-2022'"):
        entries(here, [], "irak-2022")


def test_the_list_is_for_a_person_or_a_program(
    here: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(monkeypatch, here.root, "gate", "--list", "staff", "measures") == 0
    text = capsys.readouterr().out
    assert text.startswith("staff: staff_columns (critical)\n  finds   Columns that the table lacks")
    assert ends(monkeypatch, here.root, "gate", "--list", "--json", "staff", "measures") == 0
    assert [
        f"{rule['table']}: {rule['rule']} ({rule['severity']})" for rule in json.loads(capsys.readouterr().out)
    ] == [line for line in text.splitlines() if line and not line.startswith(" ")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gate", "--list", "record"), "unknown table 'record': did you mean 'records'?"),
        (("gate", "--list", "--form", "irak-2022"), "did you mean 'iraq-2022'?"),
        (("gate", "demo-2023"), "name a round and its tables"),
        (("gate",), "or use --list"),
        (("gate", "demo-2023", "records", "--json"), "or use --list"),
    ],
)
def test_a_list_that_cannot_be_given_ends_with_2(
    here: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    assert ends(monkeypatch, here.root, *words) == 2
    assert said in capsys.readouterr().err
