from __future__ import annotations

from functools import cache

import pandas as pd
import pytest
import yaml
from conftest import ROOT

from pipeline import codebook, decisions
from pipeline.codebook import Codebook
from pipeline.errors import DecisionError
from pipeline.project import Project

WHO = {
    "reason": "Typed wrongly",
    "role": "Statistics officer",
    "office": "Kirkuk Health Department",
    "date": "2023-12-01",
}
RECORDS = pd.DataFrame(
    {
        "workspace_id": ["k", "k", "e"],
        "subject_id": ["A", "B", "A"],
        "MoSDPOP": ["0", "500", "17400000"],
        "source_row": [2, 3, 4],
    }
)
IDS = pd.Series(["kirkuk/A", "kirkuk/B", "erbil/A"], dtype=str)


@cache
def form() -> Codebook:
    return codebook.load(Project(ROOT), "iraq-2022")


def written(*entries: dict[str, str]) -> str:
    return yaml.safe_dump([WHO | entry for entry in entries])


def applied(*entries: dict[str, str]) -> pd.DataFrame:
    return decisions.apply(RECORDS, decisions.parse(written(*entries), "decisions.yml"), IDS, form())


def correct(**changes: str) -> dict[str, str]:
    entry = {"decision": "correct", "facility": "erbil/A", "question": "MoSDPOP", "was": "17400000", "now": "17400"}
    return entry | changes


def refused(project: Project, text: str) -> str:
    project.write_text(project.decisions("small-2023"), text)
    with pytest.raises(DecisionError) as told:
        decisions.load(project, "small-2023")
    return str(told.value)


def test_a_correction_changes_one_cell_and_nothing_else() -> None:
    found = applied(correct())
    assert found["MoSDPOP"].tolist() == ["0", "500", "17400"]
    pd.testing.assert_frame_equal(found.drop(columns="MoSDPOP"), RECORDS.drop(columns="MoSDPOP"))


def test_an_excluded_facility_leaves_the_records() -> None:
    assert applied({"decision": "exclude", "facility": "kirkuk/B"})["source_row"].tolist() == [2, 4]


def test_the_records_that_are_given_stay_as_they_are() -> None:
    before = RECORDS.copy()
    applied(correct(), {"decision": "exclude", "facility": "kirkuk/A"})
    pd.testing.assert_frame_equal(RECORDS, before)


def test_a_was_that_no_longer_holds_fails_with_what_the_export_says_now() -> None:
    with pytest.raises(DecisionError, match="was '18', but the export now says '17400000'"):
        applied(correct(was="18"))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (correct(facility="erbil/B"), "no facility 'erbil/B'"),
        (correct(facility="erbill/A"), "did you mean 'erbil/A'"),
        (correct(question="MoSDPOB"), "did you mean 'MoSDPOP'"),
        (correct(question="subject_id"), "is no answer: exclude the row"),
    ],
)
def test_a_decision_about_what_is_not_there_fails(entry: dict[str, str], said: str) -> None:
    with pytest.raises(DecisionError, match=said):
        applied(entry)


def test_all_problems_are_told_at_once_and_nothing_is_applied() -> None:
    with pytest.raises(DecisionError) as told:
        applied(correct(facility="x/1"), correct(facility="kirkuk/A", question="Q"), correct(was="18"))
    assert "nothing was applied" in str(told.value)
    assert all(said in str(told.value) for said in ("x/1", "'Q'", "was '18'"))


def test_a_merge_names_the_facility_that_is_repeated() -> None:
    text = written({"decision": "merge", "facility": "erbil/A", "into": "kirkuk/A"})
    assert decisions.double_reports(decisions.parse(text, "d")) == {"erbil/A": "kirkuk/A"}


def test_every_key_that_is_missing_is_told_with_its_place() -> None:
    entry = WHO | correct()
    del entry["reason"], entry["office"]
    with pytest.raises(DecisionError) as told:
        decisions.parse(yaml.safe_dump([WHO | correct(facility="erbil/B"), entry]), "decisions.yml")
    assert "decision 2 reason: Field required" in str(told.value)
    assert "decision 2 office: Field required" in str(told.value)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([correct(), correct(now="1")], "the same as decision 1"),
        ([correct(now="17400000")], "changes nothing"),
        ([correct(), {"decision": "exclude", "facility": "erbil/A"}], "which is excluded"),
        ([correct(colour="red")], "colour"),
        ([{"decision": "mend", "facility": "erbil/A"}], "decision 1"),
        ([correct(reason="")], "reason"),
        ([correct(reason="call 0000 000 0000")], "no telephone numbers"),
        ([correct(date="yesterday")], "date"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(entries: list[dict[str, str]], said: str) -> None:
    with pytest.raises(DecisionError, match=said):
        decisions.parse(written(*entries), "decisions.yml")


@pytest.mark.parametrize("value", ["007", "NO", "1e5", "null", "2023-11-30"])
def test_values_stay_the_texts_that_they_are(value: str) -> None:
    text = written(correct(was="x")).replace("now: '17400'", f"now: {value}")
    (decision,) = decisions.parse(text, "decisions.yml")
    assert isinstance(decision, decisions.Correct)
    assert decision.now == value


def test_an_acceptance_that_is_over_fails_with_what_to_do(small: Project) -> None:
    entry = {"decision": "accept", "rule": "value_sets", "until": "2023-01-01", "directorate": "kirkuk"}
    assert "settle the findings, or accept them anew" in refused(small, written(entry))


def test_an_unknown_directorate_is_told_with_the_nearest(small: Project) -> None:
    assert "did you mean 'kirkuk'" in refused(small, written({"decision": "leave_out", "directorate": "kirkukk"}))


def test_a_file_that_is_no_yaml_is_refused(small: Project) -> None:
    assert "no YAML" in refused(small, "- decision: [")


def test_without_a_file_nothing_is_decided(small: Project) -> None:
    small.decisions("small-2023").unlink()
    assert decisions.load(small, "small-2023") == ()
