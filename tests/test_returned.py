"""The way back: a spreadsheet that a directorate filled in becomes decisions, all of them or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
import yaml
from asked_round import COMMENT, KARBALA, NAJAF, Filling, facility, make, sent
from conftest import ROUND

from pipeline import decisions, gate, returned
from pipeline.decisions import Decision
from pipeline.enquiry.form import headings, tongue
from pipeline.errors import DecisionError, UsageError
from pipeline.project import Project
from pipeline.returned.answers import Asked, Told, answers
from pipeline.returned.read import read
from pipeline.returned.trial import Judged, Trial

POPULATION, CODE = (KARBALA[0], "MoSDPOP"), (KARBALA[2], "MoSD1")
SERVICE, BARRIER = (KARBALA[1], "QHeRAMS100"), (KARBALA[3], "QHeRAMS100x_1")
TWIN = (KARBALA[7], "subject_id")
SHARED = [(KARBALA[4], "MoSD1"), (KARBALA[5], "MoSD1")]
FOREIGN = (KARBALA[8], "MoSD1")
MISSING = [(KARBALA[6], "QHeRAMS101"), (KARBALA[6], "QHeRAMS102")]

BY_HAND = f"""# First letter
-   {{decision: correct, facility: {facility(KARBALA[0])}, question: MoSDPOP, was: '17400000', now: '17400',
     reason: By telephone, role: Officer, office: Karbala, date: 2023-05-01}}   # see the file
"""


class Made(NamedTuple):
    """The round, judged, and what was sent about it."""

    project: Project
    sheets: dict[str, bytes]
    trial: Trial
    now: Judged


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    project = make(tmp_path_factory.mktemp("returned") / "project")
    trial = Trial(project, ROUND)
    return Made(
        project, {code: sent(project, "karbala", code) for code in ("en", "ar", "ckb")}, trial, trial.judged(())
    )


@pytest.fixture(scope="module", autouse=True)
def judged_once() -> Iterator[None]:
    """The same records with the same decisions are judged once for all imports."""
    known: dict[tuple[str, tuple[Decision, ...]], Judged] = {}
    judge = Trial._judge

    def judged(trial: Trial, decided: tuple[Decision, ...]) -> Judged:
        key = (trial.project.sha256(trial.project.table(ROUND, "records")), decided)
        if key not in known:
            known[key] = judge(trial, decided)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trial, "_judge", judged)
        yield


@pytest.fixture
def project(made: Made) -> Project:
    """The round with nothing decided yet."""
    made.project.write_text(made.project.decisions(ROUND), COMMENT)
    return made.project


@pytest.fixture
def filling(made: Made) -> Filling:
    return Filling(made.sheets["en"])


def imported(project: Project, filling: Filling, folder: Path) -> returned.Imported:
    return returned.returned(project, filling.save(folder / "back.xlsx"))


def told_by(made: Made, filling: Filling, language: str = "en") -> Told:
    """The answers of a spreadsheet and what is wrong with them, before anything is judged by them."""
    now = made.now
    known = {one.key: one for one in now.enquiries}
    rows = read("back.xlsx", filling.content(), headings(made.project)).rows
    spoken = tongue(made.project, language, now.source.codebook, made.trial.case.places)
    return answers(rows, Asked(ROUND, "karbala", known, now.source, {}), spoken)


def faults(made: Made, filling: Filling) -> str:
    return "\n".join(told_by(made, filling).faults)


def entries(project: Project) -> list[dict[str, str]]:
    return yaml.safe_load(project.read_text(project.decisions(ROUND)))


def refused(project: Project, filling: Filling, folder: Path) -> str:
    """What is told about a spreadsheet of which nothing may be taken."""
    before = project.read_bytes(project.decisions(ROUND))
    with pytest.raises(DecisionError) as told:
        imported(project, filling, folder)
    assert project.read_bytes(project.decisions(ROUND)) == before
    assert "back.xlsx" in str(told.value)
    return str(told.value)


def test_answers_become_decisions_with_role_office_letter_and_day(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    filling.say(POPULATION, answer="١٧٬٤٠٠", remark="Counted again").say(SERVICE, "Correct it", "not  available")
    filling.say(BARRIER, "Make it blank").say(CODE, "Make it blank")
    imported(project, filling, tmp_path)
    text = project.read_text(project.decisions(ROUND))
    assert text.startswith("# Who decides signs by role and office.\n- decision: correct\n")
    found = {(entry["facility"], entry["question"]): entry for entry in entries(project)}
    assert found[facility(KARBALA[0]), "MoSDPOP"] == {
        "decision": "correct", "facility": facility(KARBALA[0]), "question": "MoSDPOP", "was": "17400000",
        "now": "17400", "reason": "Counted again", "role": "Head of statistics", "office": "Karbala Health Department",
        "letter": "41 of 2023-05-02", "date": "2023-05-02",
    }  # fmt: skip
    assert found[facility(KARBALA[1]), "QHeRAMS100"]["now"] == "A3"
    # A rank that is made blank takes those after it along.
    assert [found[facility(KARBALA[3]), f"QHeRAMS100x_{rank}"]["was"] for rank in (1, 2)] == ["A1", "A2"]
    assert len(decisions.load(project, ROUND)) == 5


@pytest.mark.parametrize(("language", "partly"), [("ar", "متوفر جزئيا"), ("ckb", "بە شێوەیەکی بەشەكي بەردەستە")])
def test_answers_are_understood_in_the_language_and_spelling_they_come_in(
    made: Made, language: str, partly: str
) -> None:
    told = told_by(made, Filling(made.sheets[language]).say(SERVICE, answer=partly), language)
    assert [(one.action, one.now) for one in told.answers] == [("correct", "A2")]
    assert not told.faults


def test_a_dry_import_shows_what_it_would_change_and_writes_nothing(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    path = filling.say(POPULATION, answer=17400).save(tmp_path / "back.xlsx")
    told = returned.text(returned.returned(project, path, dry=True), dry=True)
    assert f"correct  {facility(KARBALA[0])} MoSDPOP  '17400000' -> '17400'" in told
    assert "1 decision would be written" in told
    assert project.read_text(project.decisions(ROUND)) == COMMENT


def test_a_letter_may_have_a_long_number_and_a_role_no_telephone(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    filling.sign(role="call 0000 000 0000", letter="12345/2023")
    told = refused(project, filling.say(POPULATION, answer=17400), tmp_path)
    assert told.count("\n") == 1
    assert f"cell {filling.entries['role'].coordinate}: Value error, no telephone numbers" in told


def test_a_blank_spreadsheet_decides_nothing(project: Project, filling: Filling, tmp_path: Path) -> None:
    told = imported(project, filling, tmp_path)
    assert told.new == ()
    assert told.unanswered > 8
    assert project.read_text(project.decisions(ROUND)) == COMMENT


def test_what_is_confirmed_is_accepted_until_the_report_date(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    imported(project, filling.say(POPULATION, "It is right", remark="A camp"), tmp_path)
    (entry,) = entries(project)
    assert (entry["decision"], entry["rule"], entry["until"]) == ("accept", "catchment_usual", "2023-11-30")
    judged = gate.gate(project, ROUND, ["records"])["records"]
    assert next(rule.settled for rule in judged.rules if rule.rule == "catchment_usual") == 1


def test_a_critical_finding_is_accepted_with_a_reason_where_its_rule_may_be_wrong(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    right = "It is right, because (see remark)"
    with pytest.raises(DecisionError, match="needs a reason"):
        imported(project, filling.say(FOREIGN, right), tmp_path)
    imported(project, filling.say(FOREIGN, right, remark="Taken over in 2021, the code stayed"), tmp_path)
    (entry,) = entries(project)
    assert (entry["decision"], entry["rule"], entry["facility"]) == (
        "accept",
        "code_of_directorate",
        facility(FOREIGN[0]),
    )
    judged = gate.gate(project, ROUND, ["records"])["records"]
    assert next(rule.settled for rule in judged.rules if rule.rule == "code_of_directorate") == 1


def test_any_facility_may_be_said_not_to_exist_with_a_reason(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    told = imported(project, filling.say(MISSING[0], "Take the facility off the list", remark="Never built"), tmp_path)
    assert [(one.decision, getattr(one, "facility", "")) for one in told.new] == [("exclude", facility(KARBALA[6]))]
    assert told.left_behind.empty


def test_nothing_is_accepted_that_the_other_answers_settle(project: Project, filling: Filling, tmp_path: Path) -> None:
    told = imported(project, filling.say(SHARED[0], answer="K-1").say(SHARED[1], "It is right"), tmp_path)
    assert [one.decision for one in told.new] == ["correct"]
    assert "needs no acceptance" in told.notes[0]


def test_a_module_is_accepted_once_all_that_is_missing_has_an_answer(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    half = imported(project, filling.say(MISSING[0], "It is right"), tmp_path)
    assert half.new == ()
    assert "QHeRAMS102 of the same part has no answer" in half.notes[0]
    told = imported(project, filling.say(MISSING[1], answer="Available"), tmp_path)
    assert [one.decision for one in told.new] == ["correct", "accept"]


def test_a_correction_that_leaves_a_barrier_behind_is_told_at_once(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    told = imported(project, filling.say(SERVICE, answer="Partially available"), tmp_path)
    left = told.left_behind[["rule", "facility_id", "question"]].to_numpy().tolist()
    assert left == [["barriers", facility(KARBALA[1]), "QHeRAMS100x_1"]]
    assert "left behind: critical barriers" in returned.text(told, dry=False)


def test_a_double_report_is_merged_into_the_facility_that_it_repeats(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    told = imported(
        project, filling.say(TWIN, "Same facility as …", facility(NAJAF[0]), "Both banks of the river"), tmp_path
    )
    (merge,) = told.new
    assert (merge.decision, getattr(merge, "into", "")) == ("merge", facility(NAJAF[0]))


def test_the_same_spreadsheet_twice_decides_once(project: Project, filling: Filling, tmp_path: Path) -> None:
    filling.say(POPULATION, answer="17400").say(TWIN, "Take the facility off the list", remark="Closed years ago")
    imported(project, filling, tmp_path)
    before = project.read_text(project.decisions(ROUND))
    again = imported(project, filling, tmp_path)
    assert again.new == ()
    assert sorted(note.partition(": ")[2] for note in again.notes) == [
        "decided already (correct 1)", "decided already (exclude 2)"
    ]  # fmt: skip
    assert project.read_text(project.decisions(ROUND)) == before


def test_what_people_wrote_in_the_file_stays_as_it_is(project: Project, filling: Filling, tmp_path: Path) -> None:
    project.write_text(project.decisions(ROUND), BY_HAND)
    imported(project, filling.say(CODE, "Make it blank"), tmp_path)
    assert project.read_text(project.decisions(ROUND)).startswith(BY_HAND)
    assert len(entries(project)) == 2


def test_an_answer_against_a_decision_that_exists_is_a_fault(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    # 16,400,000 is in doubt as well: the question is still open, and yet it has been decided about.
    project.write_text(project.decisions(ROUND), BY_HAND.replace("'17400'", "'16400000'"))
    told = refused(project, filling.say(POPULATION, answer="18000").say(CODE, "Make it blank"), tmp_path)
    assert "correct '18000', but correct 1 of the decisions says otherwise (correct 16400000)" in told


def test_two_people_who_answer_differently_are_both_named(made: Made, filling: Filling) -> None:
    last = filling.page.max_row + 1
    filling.say(POPULATION, answer="17400")
    for cell in filling.page[filling.cell(POPULATION, "number").row]:
        filling.page.cell(last, cell.column).value = cell.value
    filling.say(POPULATION, answer="18000")
    told = faults(made, filling)
    assert f"Answers, cell H{last}: {facility(KARBALA[0])}, MoSDPOP is answered otherwise in Answers, cell H" in told


def test_all_faults_are_told_at_once_with_sheet_and_cell(project: Project, filling: Filling, tmp_path: Path) -> None:
    filling.say(POPULATION, answer="many").say(SERVICE, answer="Perhaps").say(BARRIER, "It is right")
    filling.say(CODE, "Correct it").say(SHARED[0], "It is right", "K-1").say(TWIN, "Take the facility off the list")
    filling.say(SHARED[1], "Mend it").say(MISSING[0], remark="closed on Fridays").say(MISSING[1], "x")
    filling.sign(role="", day="2 May")
    told = refused(project, filling, tmp_path)
    for about, column, said in (
        (POPULATION, "answer", "'many' is not a number"),
        (SERVICE, "answer", "'Perhaps' is none of the answers: Available, "),
        (BARRIER, "what", "'It is right' is not possible here"),
        (CODE, "answer", "No answer is given"),
        (SHARED[0], "answer", "and yet an answer 'K-1'"),
        (SHARED[1], "what", "'Mend it' is not possible here"),
        (TWIN, "remark", "needs a reason"),
    ):
        assert f"Answers, cell {filling.cell(about, column).coordinate}: " in told
        assert said in told
    assert f"Letter, cell {filling.entries['role'].coordinate}: Answered by (role, no name) is blank" in told
    assert f"Letter, cell {filling.entries['date'].coordinate}: '2 May' is no date" in told


def test_a_number_that_the_form_does_not_allow_and_a_telephone_number_are_refused(
    project: Project, filling: Filling, tmp_path: Path
) -> None:
    filling.say(POPULATION, answer="-5").say(CODE, answer="K-1", remark="call 0000 000 0000")
    told = refused(project, filling, tmp_path)
    assert "'-5' breaks what the form demands: . >= 0" in told
    assert "reason: Value error, no telephone numbers" in told


def test_ids_that_were_changed_are_told(made: Made, filling: Filling) -> None:
    filling.say(POPULATION, answer="1").say(CODE, answer="K-1").say(SERVICE, answer="Available")
    filling.cell(POPULATION, "facility_id").value = "karbala/nowhere"
    filling.cell(CODE, "column").value = "MoSD5"
    other = filling.cell(SERVICE, "facility_id")
    other.value = facility(KARBALA[3])
    told = faults(made, filling)
    assert "'karbala/nowhere' with 'MoSDPOP' is no question" in told
    assert "with 'MoSD5' is no question" in told
    assert f"cell {other.coordinate}: " in told


def test_a_row_that_took_the_ids_of_another_question_is_told(made: Made, filling: Filling) -> None:
    filling.say(SHARED[0], answer="K-1")
    cell = filling.cell(SHARED[0], "facility_id")
    cell.value = facility(KARBALA[5])
    assert f"cell {cell.coordinate}: this row was about another facility" in faults(made, filling)


def test_an_export_that_has_changed_since_is_told(project: Project, filling: Filling, tmp_path: Path) -> None:
    filling.say(POPULATION, answer="17400")
    records = project.read_table(ROUND, "records")
    newer: pd.DataFrame = records.copy()
    newer.loc[KARBALA[0], "MoSDPOP"] = "16400000"
    project.write_table(ROUND, "records", newer)
    try:
        assert "the export has changed since" in refused(project, filling, tmp_path)
    finally:
        project.write_table(ROUND, "records", records)


def test_a_round_that_is_not_open_takes_no_answers(project: Project, filling: Filling, tmp_path: Path) -> None:
    registry = project.read_text(project.registry_file())
    closed = yaml.safe_load(registry) | {"open": [], "simulated": []}
    project.write_text(project.registry_file(), yaml.safe_dump(closed))
    try:
        with pytest.raises(UsageError, match="is not open"):
            imported(Project(project.root), filling, tmp_path)
    finally:
        project.write_text(project.registry_file(), registry)
