"""Reminders: who is sent one, what it counts, and in which language."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import made
import pytest
from click.testing import CliRunner
from test_project import change_registry

from pipeline import baseline, places, reminder
from pipeline.cli import herams
from pipeline.errors import UsageError
from pipeline.project import Project

DATES = {"due": {"erbil": "2022-06-30"}, "reminders": ["2022-05-01", "2022-06-01"]}
DAY = datetime.date(2022, 6, 1)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A round with tables, held against its own facilities: on the list one is closed, one is gone since."""
    found = made.copy(tmp_path_factory.mktemp("reminder"))
    name = made.round_of(found)
    listed = baseline.of_round(found, name)
    kirkuk = listed.index[listed["directorate"].eq("kirkuk") & listed["status"].eq("existing")]
    listed.loc[kirkuk[0], "status"] = "closed"
    gone = listed.loc[[kirkuk[1]]].assign(facility_id="kirkuk/gone", ministry_code="")
    found.write_text(found.baseline(name), baseline.text(baseline.typed(baseline.pd.concat([listed, gone]))))
    return change_registry(found, calendar={name: DATES})


def sent(project: Project, day: datetime.date = DAY) -> dict[str, reminder.Reminder]:
    return {one.directorate: one for one in reminder.reminders(project, made.round_of(project), day)}


def test_what_lacks_is_what_the_list_expects_and_nobody_has_answered_until_that_day(project: Project) -> None:
    name = made.round_of(project)
    facilities = project.read_table(name, "facilities")
    mine = facilities[facilities["directorate"].astype(str) == "kirkuk"]
    listed = baseline.load(project, name, places.load(project))
    expected = listed.loc[listed["directorate"].eq("kirkuk") & listed["status"].ne("closed"), "facility_id"]
    came = mine.loc[mine["response_date"].astype(str).str[:10].between("2022-03-17", "2022-06-01"), "facility_id"]
    found = sent(project)["kirkuk"]
    assert (found.expected, found.missing) == (len(expected), len(set(expected) - set(came)))
    last = sent(project, datetime.date(2023, 4, 25))["kirkuk"]
    assert last.missing is not None and found.missing is not None and 0 < last.missing < found.missing


def test_each_is_reminded_in_its_language_with_its_own_day(project: Project) -> None:
    found = sent(project)
    assert (found["erbil"].language, found["kirkuk"].language) == ("ckb", "ar")
    assert "30ی حوزەیران 2022" in found["erbil"].text
    assert "25 نيسان 2023" in found["kirkuk"].text
    assert f": {found['kirkuk'].expected}. " in found["kirkuk"].text


def test_nobody_is_reminded_before_the_first_day_or_after_the_end(project: Project) -> None:
    assert sent(project, datetime.date(2022, 4, 30)) == {}
    assert "erbil" not in sent(project, datetime.date(2022, 7, 1))
    assert sent(project, datetime.date(2023, 4, 26)) == {}


def test_without_a_table_nobody_has_answered_and_without_a_list_nothing_is_counted(small: Project) -> None:
    name = made.round_of(small)
    dated = change_registry(small, calendar={name: DATES})
    assert {(one.expected, one.missing) for one in sent(dated).values()} == {(None, None)}
    assert len(sent(dated)) == 3
    listed = baseline.empty().reindex([0]).assign(facility_id="erbil/a", directorate="erbil", status="existing")
    small.write_text(small.baseline(name), baseline.text(listed))
    assert {slug: (one.expected, one.missing) for slug, one in sent(dated).items()} == {"erbil": (1, 1)}


def test_the_command_writes_a_text_for_each_directorate(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = made.round_of(project)
    told = reminder.told(project, name, "2022-06-01", False, tmp_path / "out")
    assert told.endswith(f"reminders written to {tmp_path / 'out'}")
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    assert written == {f"reminder-{name}-{slug}.txt": one.text for slug, one in sent(project).items()}
    document = json.loads(reminder.told(project, None, "2022-06-01", True, None))
    assert [one["directorate"] for one in document["reminders"]] == list(sent(project))
    with pytest.raises(UsageError, match="a day is written as"):
        reminder.told(project, name, "1.6.2022", False, None)
    assert CliRunner().invoke(herams, ["round", "calendar", "--help"]).exit_code == 0
