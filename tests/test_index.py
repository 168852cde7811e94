"""The front page: honest about what is missing, failed, altered or older than its inputs."""

from __future__ import annotations

import re
from pathlib import Path

import made
import pytest

from pipeline import index, receipt, words
from pipeline.index import line
from pipeline.page.checks import faults
from pipeline.project import Project

WHICH = ("small-2023", "kirkuk", "overview")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A round in which one report is made: its page is a stand-in, its receipt is real."""
    found = made.copy(tmp_path)
    page = found.page(*WHICH)
    found.write_text(page, "<p>page</p>")
    told = receipt.document(receipt.declare(found, *WHICH), "provisional", {found.relative(page): b"<p>page</p>"})
    found.write_json(found.receipt(*WHICH), told)
    return found


def standing(project: Project) -> tuple[str, str]:
    found = line(project, words.load(project, "en"), WHICH, "Kirkuk")
    return found.standing, found.why


def written(project: Project) -> str:
    index.index(project)
    return project.read_text(project.front_page())


def test_the_front_page_names_every_report_once(project: Project) -> None:
    page = written(project)
    assert len(re.findall("<tr><th scope=.row.>", page)) == len(project.scopes) - 1 + 13
    assert 'href="small-2023/kirkuk/overview.en.html"' in page
    assert "17 not made yet" in page


def test_a_report_up_to_date_is_shown_with_its_state_and_receipt(project: Project) -> None:
    assert standing(project) == ("current", "")
    page = written(project)
    assert '<span class="state provisional">provisional</span>' in page
    assert receipt.declare(project, *WHICH).printed_id in page


def test_a_report_that_was_not_made_is_missing(project: Project) -> None:
    project.page(*WHICH).unlink()
    assert standing(project)[0] == "missing"
    assert "overview.en.html" not in written(project)


def test_a_page_changed_after_it_was_made_is_told(project: Project) -> None:
    project.page(*WHICH).write_text("<p>PAGE</p>")
    assert standing(project)[0] == "altered"


def test_a_page_older_than_its_inputs_is_told_with_their_names(project: Project) -> None:
    brief = project.brief(*WHICH) / "brief.json"
    brief.write_bytes(brief.read_bytes() + b"\n")
    assert standing(project) == ("stale", "data/briefs/small-2023/kirkuk/overview/brief.json")


def test_a_failed_run_is_told_with_its_cause(project: Project) -> None:
    project.write_text(project.failed(*WHICH) / "cause.txt", "the kernel died <b>\nmore")
    assert standing(project) == ("failed", "the kernel died <b>")
    assert "the kernel died &lt;b&gt;" in written(project)


@pytest.mark.parametrize("text", ["", "{}", "no json", '{"id": 1}'])
def test_a_receipt_that_cannot_be_read_is_told(project: Project, text: str) -> None:
    project.receipt(*WHICH).write_text(text)
    assert standing(project)[0] == "unreadable"


def test_the_front_page_has_no_script_and_no_address(project: Project) -> None:
    page = written(project)
    assert "<script" not in page and "://" not in page and "Content-Security-Policy" in page
    assert faults(page, is_report=False) == []


def test_the_front_page_is_the_same_bytes_each_time(project: Project) -> None:
    assert written(project) == written(project)


def test_the_front_page_can_be_made_when_nothing_else_was(small: Project) -> None:
    assert "18 not made yet" in written(small)
