"""`--fault NAME=N`: what may be asked for, and what the export is then."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from conftest import THREE
from test_cli import ends

from pipeline import simulate
from pipeline.codebook import Codebook
from pipeline.errors import UsageError
from pipeline.project import Project
from pipeline.simulate import Options, faults
from pipeline.simulate.tables import Dice

FORM = "iraq-2022"


def made(project: Project, **wanted: object) -> bytes:
    return simulate.simulate(project, FORM, 60, 3, Options(dirt="none", directorates=THREE, **wanted))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("old-dates=3", "unknown fault 'old-dates=3'|did you mean 'old-date'"),
        ("old-date", "write old-date=3 for three responses of 2009"),
        ("old-date=", "has no number"),
        ("old-date=0", "has no number"),
        ("old-date=-1", "has no number"),
        ("old-date=some", "has no number"),
    ],
)
def test_a_fault_that_is_not_understood_is_refused(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        faults.parse([text])


def test_a_fault_may_be_asked_for_twice() -> None:
    assert faults.parse(["old-date=1", "no-code=2", "old-date=3"]) == {"old-date": 4, "no-code": 2}


def test_the_same_seed_spoils_the_same_cells_and_no_others(here: Project) -> None:
    clean, spoilt = made(here).splitlines(), made(here, faults={"old-date": 2}).splitlines()
    assert spoilt == made(here, faults={"old-date": 2}).splitlines()
    differ = [(one, other) for one, other in zip(clean, spoilt, strict=True) if one != other]
    assert len(differ) == 2
    assert all(other.split(b",")[4] == b"2009-01-01" for _, other in differ)


def test_faults_stand_under_two_header_rows_too(here: Project) -> None:
    rows = made(here, headers="two", faults={"renamed-column": 1, "absent-directorate": 1}).splitlines()
    clean = made(here, headers="two").splitlines()
    new = set(rows[1].split(b",")) - set(clean[1].split(b","))
    assert {name[:-1] for name in new} == set(clean[1].split(b",")) - set(rows[1].split(b","))
    assert len(rows) < len(clean)


def test_a_fault_of_ranks_wants_the_older_layout(here: Project) -> None:
    with pytest.raises(UsageError, match="use `--ranks older`"):
        made(here, ranks="newer", faults={"rank-twice": 1})


def test_a_form_that_lacks_what_a_fault_needs_is_told_so(codebook: Codebook) -> None:
    """Another country's form, as it were: without any service, and without the ministry's code."""
    kept = tuple(q for q in codebook.questions if q.field not in ("answers.service", "facilities.ministry_code"))
    other = Codebook("other", kept, codebook.lists, codebook.settings)
    cells = pd.DataFrame({name: ["", ""] for name in other.columns})
    for name, told in (
        ("unknown-code", "other does not have a service that is asked of all"),
        ("answer-of-inpatients", "a service of inpatient facilities"),
        ("no-code", "does not ask for ministry_code"),
    ):
        with pytest.raises(UsageError, match=told):
            faults.inject(cells, other, {name: 1}, Dice(1))


def test_the_faults_are_listed_with_the_rules_that_find_them(
    here: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(monkeypatch, here.root, "simulate", "--faults") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(faults.FAULTS)
    assert all(line.endswith(f"({fault.rule})") for line, fault in zip(lines, faults.FAULTS.values(), strict=True))


def test_the_command_writes_the_faults_or_nothing(
    small: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = ("simulate", FORM, "--facilities", "40", "--out", "x.csv", "--fault")
    assert ends(monkeypatch, small.root, *words, "old-date=400") == 2
    assert not (small.root / "x.csv").exists()
    assert ends(monkeypatch, small.root, *words, "old-date=4") == 0
    assert (small.root / "x.csv").read_text("utf-8").count("2009-01-01") == 4
