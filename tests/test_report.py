"""Reports: a page with its receipt, whole and the same bytes each time, or the last good one and the evidence."""

from __future__ import annotations

import re
from pathlib import Path

import made
import pytest
from contacts import told_in

from pipeline import receipt, report
from pipeline.errors import BriefError, HeramsError, ReportError, UsageError
from pipeline.figures.brief import read
from pipeline.page.checks import PAGE_BYTES
from pipeline.project import Project
from pipeline.words import percent


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A round with the page of Kirkuk, for all tests that only read it."""
    return made.copy(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def of_kirkuk(project: Project) -> report.Made:
    return again(project)


def again(project: Project, scope: str = "kirkuk") -> report.Made:
    return report.report(project, made.round_of(project), scope, project.registry.reports_of(scope)[0])


def places(project: Project) -> tuple[Path, Path, Path]:
    name = made.round_of(project)
    return (
        project.page(name, "kirkuk", "overview"),
        project.receipt(name, "kirkuk", "overview"),
        project.failed(name, "kirkuk", "overview"),
    )


@pytest.fixture
def broken(tmp_path: Path) -> Project:
    """A project with a page that stands for a good one, and no way to make it anew until a test says how."""
    project = made.copy(tmp_path)
    page, told, _ = places(project)
    project.write_text(page, "the last good page")
    project.write_text(told, "its receipt")
    return project


def fails(project: Project, *cells: str) -> str:
    """Runs a report of the given cells, checks that the last good one survived, and gives the message."""
    made.write_notebook(project, "overview", made.notebook(*cells))
    with pytest.raises(ReportError) as failure:
        again(project)
    page, told, _ = places(project)
    assert (project.read_text(page), project.read_text(told)) == ("the last good page", "its receipt")
    assert not list(project.outputs().glob(".draft-*"))
    return str(failure.value)


def test_a_page_is_small_and_opens_no_connection(of_kirkuk: report.Made) -> None:
    page = of_kirkuk.pages[0].read_text(encoding="utf-8")
    assert of_kirkuk.pages[0].stat().st_size < PAGE_BYTES
    assert "://" not in page and "<script" not in page and "<link" not in page


def test_a_page_prints_the_id_of_its_receipt(project: Project, of_kirkuk: report.Made) -> None:
    told = project.read_json(places(project)[1])
    assert told["id"] == of_kirkuk.id
    assert f"<code>{told['id'][:12]}</code>" in of_kirkuk.pages[0].read_text(encoding="utf-8")


def test_the_numbers_on_a_page_are_those_of_its_brief(project: Project, of_kirkuk: report.Made) -> None:
    page = of_kirkuk.pages[0].read_text(encoding="utf-8")
    brief = read(project, made.round_of(project), "kirkuk", "overview", ["en"])
    for item in brief.items("service"):
        found = brief.measure(f"SVC_FULL_{item}")
        if found.denominator:
            assert f"<small>{found.numerator}/{found.denominator}</small>" in page
    assert percent(brief.measure("FUN_FULL").value) in page


def test_the_directorate_stands_in_title_heading_and_file_name(of_kirkuk: report.Made) -> None:
    page = of_kirkuk.pages[0].read_text(encoding="utf-8")
    assert "<h1>Kirkuk</h1>" in page and re.search(r"<title>[^<]*Kirkuk", page)
    assert of_kirkuk.pages[0].parent.name == "kirkuk"


def test_two_runs_in_two_folders_zones_and_locales_give_the_same_bytes(
    project: Project, of_kirkuk: report.Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"TZ": "Asia/Baghdad", "LC_ALL": "ar_IQ.UTF-8", "PYTHONHASHSEED": "77"}.items():
        monkeypatch.setenv(name, value)
    elsewhere = made.copy(tmp_path / "another place")
    second = again(elsewhere)
    assert second.pages[0].read_bytes() == of_kirkuk.pages[0].read_bytes()
    assert places(elsewhere)[1].read_bytes() == places(project)[1].read_bytes()


def test_a_closed_directorate_has_a_page_that_says_so_and_holds_no_number(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    made.close(project, "kirkuk")
    page = again(project).pages[0].read_text(encoding="utf-8")
    assert '<body class="closed overview">' in page and "Why no_blank_key." in page
    assert "<svg" not in page and "%" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert project.read_json(places(project)[1])["state"] == "closed"


def test_a_killed_kernel_leaves_the_last_good_report_and_the_evidence(broken: Project) -> None:
    said = fails(broken, made.ECHO, "import os; os.kill(os.getpid(), 9)")
    assert "the kernel died" in said and "outputs/failed/" in said
    kept = {path.name for path in places(broken)[2].iterdir()}
    assert kept == {"notebook.ipynb", "log.txt", "cause.txt"}


def test_a_failing_cell_is_told_with_its_traceback(broken: Project) -> None:
    fails(broken, made.ECHO, "lost = 1\nlost / 0")
    cause = broken.read_text(places(broken)[2] / "cause.txt")
    assert "ZeroDivisionError" in cause.partition("\n")[0] and "lost / 0" in cause
    assert told_in(broken, made.round_of(broken)) == {}, "evidence of what failed tells a contact"


def test_a_figure_that_is_missing_fails_the_report(broken: Project) -> None:
    said = fails(broken, made.ECHO, "class figures:\n    beds = staticmethod(print)\nbrief = 1\nfigures.beds(brief)")
    assert "names beds and shows nothing" in said


def test_an_output_that_a_page_cannot_show_fails_the_report(broken: Project) -> None:
    assert "application/javascript" in fails(broken, made.ECHO, 'display({"application/javascript": "1"}, raw=True)')


def test_a_notebook_with_other_parameters_is_refused_before_it_runs(broken: Project) -> None:
    made.write_notebook(broken, "overview", made.notebook(made.ECHO, parameters='round = "a"\nscop = "b"'))
    with pytest.raises(UsageError, match="unknown parameter 'scope': did you mean 'scop'"):
        again(broken)
    assert not places(broken)[2].exists()


@pytest.mark.parametrize(
    ("round_name", "scope", "name", "hint"),
    [
        ("small-2033", "kirkuk", "overview", "did you mean 'small-2023'"),
        ("small-2023", "kirkuuk", "overview", "did you mean 'kirkuk'"),
        ("small-2023", "kirkuk", "overviews", "did you mean 'overview'"),
        ("small-2023", "iraq", "overview", "known: .*collection.*summary"),
    ],
)
def test_an_unknown_word_is_refused_with_a_hint(round_name: str, scope: str, name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint) as failure:
        report.report(made.whole(), round_name, scope, name)
    assert failure.value.exit_code == 2


def test_a_brief_that_is_not_there_names_what_makes_it(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    (project.brief(made.round_of(project), "kirkuk", "overview") / "measures.csv").unlink()
    with pytest.raises(HeramsError, match=r"measures\.csv is not there"):
        again(project)


def test_a_report_that_is_made_only_when_asked_for_names_the_command_that_makes_it() -> None:
    project = made.whole()
    with pytest.raises(BriefError, match=r"is not there: `herams run --round small-2023 --all --directorate kirkuk`"):
        report.report(project, made.round_of(project), "kirkuk", "hospitals")
    assert project.registry.making("small-2023", "kirkuk", "overview") == "herams run --round small-2023"


def test_a_success_takes_the_evidence_of_an_earlier_failure_away(broken: Project) -> None:
    notebook = broken.read_text(broken.notebook("overview"))
    fails(broken, made.ECHO, "1 / 0")
    broken.write_text(broken.notebook("overview"), notebook)
    again(broken)
    page, told, failed = places(broken)
    assert not failed.exists()
    assert broken.sha256(page) == broken.read_json(told)["outputs"][broken.relative(page)]
    assert receipt.changed(broken, broken.read_json(told)) == []
