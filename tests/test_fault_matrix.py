"""The fault matrix: each rule has a fault, and finds exactly the facilities it spoilt, which closes no one else."""

from __future__ import annotations

import fault_matrix as matrix
import pandas as pd
import pytest

from pipeline.errors import UsageError
from pipeline.simulate.faults import FAULTS
from pipeline.verdict import PROVISIONAL_SHARE

# What an export cannot have, since ingest refuses it or makes it: tested by spoiling the table.
NOT_IN_AN_EXPORT = {"no_personal_column", "rows_accounted", "keys", "boundaries_known", "earlier_list_known"}
CRITICAL = [
    name for name in FAULTS if name not in (*matrix.OF_THE_WHOLE, *matrix.SINCE) and matrix.severity(name) == "critical"
]
ALONE = [name for name in CRITICAL if name not in ("shared-id", "unknown-directorate")]
TWICE = [*ALONE, *ALONE[1:], ALONE[0]]


def have(found: pd.DataFrame) -> dict[str, set[str]]:
    return {
        str(rule): set(rows["facility_id"]) for rule, rows in found[found["rule"] != "rule_in_doubt"].groupby("rule")
    }


def test_every_rule_on_records_has_a_fault_or_is_tested_on_a_spoilt_table() -> None:
    assert {fault.rule for fault in FAULTS.values()} == set(matrix.suite().rules) - NOT_IN_AN_EXPORT


def test_every_fault_that_was_written_into_an_export_and_read_again_is_found_and_nothing_else() -> None:
    draft = matrix.spoilt(matrix.of_each(2))
    _, found = matrix.judged_by_the_gate(matrix.through_an_export(draft))
    assert have(found) == matrix.due(matrix.told(draft))


@pytest.mark.parametrize(("count", "seed"), [(1, 11), (5, 12)])
def test_faults_of_other_sizes_and_in_other_places_are_found_and_nothing_else(count: int, seed: int) -> None:
    draft = matrix.spoilt(matrix.of_each(count) | {"one-answer": 1}, seed)
    _, found = matrix.judged(matrix.case_of(draft.spoilt_cells()))
    assert have(found) == matrix.due(matrix.told(draft))


@pytest.mark.parametrize(("count", "seed"), [(2, 13), (5, 14)])
def test_what_changed_since_the_last_list_is_found_and_nothing_else(count: int, seed: int) -> None:
    draft = matrix.spoilt(dict.fromkeys(matrix.SINCE, count), seed)
    _, found = matrix.judged(matrix.since(draft, matrix.case_of(draft.spoilt_cells())))
    assert have(found) == matrix.of_rules(matrix.told(draft))


def test_what_changed_since_the_last_list_is_found_in_an_export_that_was_written_and_read_again() -> None:
    draft = matrix.spoilt(dict.fromkeys(matrix.SINCE, 3))
    _, found = matrix.judged(matrix.since(draft, matrix.through_an_export(draft)))
    assert have(found) == matrix.of_rules(matrix.told(draft))


@pytest.mark.parametrize("turn", range(len(TWICE) // 3))
def test_a_critical_fault_closes_its_directorate_and_no_other(turn: int) -> None:
    """Three at a time, each in a directorate of its own; every fault comes up twice, in another place and size."""
    where = dict(zip(TWICE[3 * turn :][:3], (("nineveh", 1), ("kirkuk", 3), ("wasit", 2)), strict=True))
    draft = matrix.spoilt_in(where)
    verdict, found = matrix.judged(matrix.case_of(draft.spoilt_cells()), matrix.of_critical_rules())
    told = matrix.told(draft)
    assert have(found) == matrix.of_rules(told)
    for fault, (directorate, count) in where.items():
        state = verdict.directorates[directorate]
        few = count <= PROVISIONAL_SHARE * state.facilities
        assert (state.state, state.critical > 0) == ("provisional" if few else "closed", True), fault
        assert state.set_aside == (sorted(told[fault]) if few else [])
    assert {state.state for slug, state in verdict.directorates.items() if slug in ("erbil", "najaf")} == {"open"}


def test_an_id_of_two_directorates_closes_both_or_leaves_both_provisional() -> None:
    draft = matrix.spoilt({"shared-id": 1})
    verdict, found = matrix.judged(matrix.case_of(draft.spoilt_cells()), matrix.of_critical_rules())
    assert len({slug for slug, told in verdict.directorates.items() if told.state != "open"}) == 2
    assert have(found) == {"subject_of_one_directorate": matrix.told(draft)["shared-id"]}


def test_a_facility_of_no_directorate_closes_iraq_only() -> None:
    draft = matrix.spoilt({"unknown-directorate": 2})
    verdict, found = matrix.judged(matrix.case_of(draft.spoilt_cells()), matrix.of_critical_rules())
    assert {told.state for told in verdict.directorates.values()} == {"open"}
    assert (verdict.iraq.state, verdict.iraq.closed) == ("closed", ["unknown"])
    assert have(found) == {"directorate_known": matrix.told(draft)["unknown-directorate"]}


@pytest.mark.parametrize(("fault", "count"), [("missing-column", 2), ("new-column", 3), ("renamed-column", 1)])
def test_other_columns_than_the_codebooks_make_the_table_unfit(fault: str, count: int) -> None:
    draft = matrix.spoilt({fault: count})
    verdict, found = matrix.judged(matrix.through_an_export(draft), matrix.of_critical_rules())
    names = {"", *draft.gone, *draft.new, *draft.renamed, *draft.renamed.values()}
    assert verdict.state == "unfit"
    assert set(found.loc[found["rule"] == "columns", "question"]) == names
    assert found["rule"].iloc[: len(names)].eq("columns").all()


def test_a_response_that_comes_twice_and_differs_is_told() -> None:
    _, found = matrix.judged(matrix.through_an_export(matrix.spoilt({"response-twice": 3})))
    assert found[["rule", "value"]].to_numpy().tolist() == [
        ["export_doubts", "3 responses came twice with different answers"]
    ]


def test_answers_copied_forward_are_told_of_those_facilities_and_no_others() -> None:
    draft = matrix.spoilt({"copied-forward": 4})
    verdict, found = matrix.judged(matrix.through_an_export(draft))
    assert matrix.found_of(found, "copied_forward") == matrix.told(draft)["copied-forward"]
    assert verdict.iraq.state == "open"


def test_directorates_that_are_absent_are_told() -> None:
    draft = matrix.spoilt({"absent-directorate": 2})
    verdict, found = matrix.judged(matrix.case_of(draft.spoilt_cells()))
    assert set(found["rule"]) == {"directorates_present"}
    assert len(found) == len(verdict.iraq.absent) == 2


@pytest.mark.parametrize(("dirt", "share"), [("none", 0.005), ("real", 1.0)])
def test_without_faults_nothing_is_critical_and_without_dirt_hardly_anything_doubtful(dirt: str, share: float) -> None:
    case = matrix.case_of(matrix.cells(dirt, 1500, 3))
    verdict, found = matrix.judged(case)
    assert not (found["severity"] == "critical").any()
    assert (verdict.state, verdict.iraq.state) == ("open", "open")
    doubtful = set(found.loc[found["severity"] == "warning", "facility_id"]) - {""}
    assert len(doubtful) < share * len(case.frame)


def test_a_fault_that_too_few_facilities_can_have_is_refused() -> None:
    with pytest.raises(UsageError, match=r"only \d+ facilities of this export can have the fault 'nobody', not 501"):
        matrix.spoilt({"nobody": 501})
    with pytest.raises(UsageError, match="5 directorates: 5 cannot be absent"):
        matrix.spoilt({"absent-directorate": 5})
    with pytest.raises(UsageError, match="three facilities at least"):
        matrix.spoilt({"copied-catchment": 2})
