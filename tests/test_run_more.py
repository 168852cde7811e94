"""The reports beyond a round's own: what their receipts say decides what is made anew."""

from __future__ import annotations

from pathlib import Path

import made
import pytest

from pipeline import brief, report
from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run import more
from pipeline.run.graph import Begun

WHICH = ("small-2023", "kirkuk", "workforce")
STEP, BRIEFS = "report-more@small-2023-kirkuk-workforce", "brief-more@small-2023"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return made.copy(tmp_path)


def wanted(project: Project, scope: str | None = "kirkuk") -> more.More:
    return more.more(project, ["small-2023"], scope)


def test_every_subject_is_there_for_every_directorate_and_ministry(project: Project) -> None:
    parts = len(project.scopes) - 1
    assert len(wanted(project, None).steps) == 1 + 13 * parts
    assert len(wanted(project).steps) == 1 + 13
    assert wanted(project, "iraq").steps == [BRIEFS]


def test_a_report_waits_for_the_briefs_of_its_round(project: Project) -> None:
    found = wanted(project)
    assert found.upstream[STEP] == {BRIEFS} and found.upstream[BRIEFS] == set()
    assert found.command(STEP).lines == ("herams report small-2023 kirkuk workforce",)
    assert found.command(BRIEFS).lines == ("herams brief small-2023 --all",)


def test_briefs_are_cut_again_only_if_the_lock_names_other_tables(project: Project) -> None:
    found = wanted(project)
    assert found.begin(BRIEFS) is Begun.READY
    brief.more(project, "small-2023")
    found.finish(BRIEFS)
    assert found.begin(BRIEFS) is Begun.UNCHANGED
    project.write_text(project.root / "dvc.lock", "stages:\n  brief@small-2023:\n    deps: [{path: a, md5: b}]\n")
    assert found.begin(BRIEFS) is Begun.READY


def test_a_report_is_made_again_if_its_receipt_or_its_page_says_so(project: Project) -> None:
    found = wanted(project)
    brief.more(project, "small-2023")
    with pytest.raises(HeramsError, match="left no page"):
        found.finish(STEP)
    report.report(project, *WHICH)
    found.finish(STEP)
    assert found.begin(STEP) is Begun.UNCHANGED and STEP not in found.stale()
    page = project.page(*WHICH)
    whole = page.read_bytes()
    page.write_bytes(whole + b"<!-- changed -->")
    assert found.begin(STEP) is Begun.READY
    page.write_bytes(whole)
    brief_file = project.brief(*WHICH) / "labels.csv"
    project.write_text(brief_file, project.read_text(brief_file) + "a,b,c,d,e\n")
    assert found.begin(STEP) is Begun.READY and STEP in found.stale()
