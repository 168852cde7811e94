"""The collection report on second visits and on answers carried forward."""

from __future__ import annotations

import shutil
from pathlib import Path

import made
import pytest
from test_collection import brief_of, shown

from pipeline import brief as briefs
from pipeline import codebook, measure, places, relevance, revisits
from pipeline.brief import truth
from pipeline.project import Project

QUESTION = "QHeRAMS100"


def first_answers(project: Project) -> dict[str, str]:
    """What the facilities of Kirkuk said of a service, by facility."""
    form, records = codebook.load(project, "iraq-2022"), project.read_table(made.round_of(project), "records")
    placed = places.place(records, form, places.load(project))
    said = (relevance.states(records, form)[QUESTION] == "answered") & (placed["directorate"] == "kirkuk")
    return dict(sorted(zip(placed["facility_id"][said], records[QUESTION][said], strict=True)))


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A round of which four facilities of Kirkuk were visited again, of five; one of them now says something else."""
    project = made.copy(tmp_path_factory.mktemp("visited"))
    first = first_answers(project)
    drawn = tuple(first)[:5]
    answers = {(facility, QUESTION): first[facility] for facility in drawn[:-1]}
    answers[drawn[0], QUESTION] = "A1" if first[drawn[0]] == "A3" else "A3"
    name = made.round_of(project)
    order = codebook.load(project, "iraq-2022").columns
    project.write_csv(project.revisits(name), revisits.table(drawn, answers, order))
    measured(project)
    return project


def measured(project: Project) -> None:
    measure.measure(project, made.round_of(project))
    made.judge(project, "measures")
    briefs.brief(project, made.round_of(project))


def test_drawn_visited_and_agreeing_are_counted(visited: Project) -> None:
    slices = truth.slices(briefs.gather(visited, made.round_of(visited)), "iraq")
    assert slices["revisits"].to_dict("records") == [{"directorate": "kirkuk", "drawn": 5, "visited": 4}]
    found = {(row["scope"], row["part"]): (row["numerator"], row["denominator"])
             for row in slices["agreement"].to_dict("records")}  # fmt: skip
    assert found[("iraq", "")] == found[("iraq", "services")] == found[("kirkuk", "")] == (3, 4)
    (row,) = slices["disagreements"].to_dict("records")
    assert row == {"question": QUESTION, "part": "services", "differing": 1, "compared": 4}


def test_the_page_marks_what_rests_on_few_facilities(visited: Project) -> None:
    page = shown(brief_of(visited), "revisits")
    assert "did not know the first answers: 5." in page and "Answers have come back of 4." in page
    assert "75" in page and "3/4" in page and "†" in page
    assert "So few facilities say little of the country." in page
    assert "Request for ambulance services by the patient" in page and "1 of 4" in page


def test_a_facility_taken_off_the_list_since_is_told_apart(visited: Project, tmp_path: Path) -> None:
    shutil.copytree(visited.root, tmp_path / "project")
    project, name = Project(tmp_path / "project"), made.round_of(visited)
    gone = revisits.load(project, name).drawn[0]
    facilities = project.read_table(name, "facilities")
    project.write_table(name, "facilities", facilities[facilities["facility_id"] != gone])
    made.judge(project, "facilities")
    slices = truth.slices(briefs.gather(project, name), "iraq")
    assert slices["revisits"].set_index("directorate")["visited"].to_dict() == {"kirkuk": 3, "gone": 1}
    assert slices["disagreements"].empty


@pytest.mark.parametrize(
    ("rows", "said"), [("", "No facility of this round was drawn"), ("x/1,,\n", "One facility was")]
)
def test_before_anything_came_back_the_page_says_so(tmp_path: Path, rows: str, said: str) -> None:
    project = made.copy(tmp_path)
    project.write_text(project.revisits(made.round_of(project)), revisits.EMPTY + rows)
    measured(project)
    assert said in shown(brief_of(project), "revisits")


def test_answers_carried_forward_are_told_by_directorate(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    name = made.round_of(project)
    records = project.read_table(name, "records", ["source_file", "source_row"])
    where = [{"file": file, "row": int(row)} for file, row in records.head(12).itertuples(index=False)]
    account = project.read_json(project.account(name))
    project.write_json(project.account(name), account | {"followed": where, "copied_forward": where[:3]})
    measured(project)
    rows = truth.copied(briefs.gather(project, name), ("kirkuk", "erbil", "peoples-clinics"))
    assert (rows["numerator"].sum(), rows["denominator"].sum()) == (3, 12)
    assert f"{rows['numerator'].iloc[0]}/{rows['denominator'].iloc[0]}" in shown(brief_of(project), "copied")


def test_the_account_of_an_export_names_both() -> None:
    account = made.whole().read_json(made.whole().account(made.round_of(made.whole())))
    assert len(account["followed"]) == account["following"]
