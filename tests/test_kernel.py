"""The engine room: parameters kept verbatim, a kernel of its own, and nothing believed that did not run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from made import ECHO, notebook

from pipeline.errors import ReportError, UsageError
from pipeline.kernel import UnfinishedRunError, environment, execute
from pipeline.kernel.checks import check_parameters, faults, read_notebook

ASKED = {"round": "007", "scope": "NO", "report": "1e5"}


def ran(made: Any, count: int = 3) -> Any:
    """The notebook as if it had run, with the parameters asked for."""
    injected = {"cell_type": "code", "id": "x", "metadata": {"tags": ["injected-parameters"]}, "outputs": []}
    injected["source"] = "\n".join(f'{name} = "{value}"' for name, value in ASKED.items())
    made.cells.insert(1, type(made.cells[0])(injected))
    for place, cell in enumerate(made.cells[:count], start=1):
        cell["execution_count"] = place
    return made


@pytest.mark.parametrize("value", ["007", "1e5", "NO", "null", "2023-11-30"])
def test_a_parameter_is_kept_verbatim(tmp_path: Path, value: str) -> None:
    asked = dict.fromkeys(("round", "scope", "report"), value)
    executed = execute(notebook(ECHO), asked, tmp_path)
    assert executed.cells[-1].outputs[0].data["application/vnd.herams.parameters+json"] == asked


@pytest.mark.parametrize(
    ("parameters", "hint"),
    [
        ({**ASKED, "scop": "anbar"}, "did you mean 'scope'"),
        ({"round": "x", "scope": "y"}, "missing parameter 'report'"),
        ({**ASKED, "round": 7}, "must be str, not int"),
        ({**ASKED, "scope": None}, "must be str, not NoneType"),
    ],
)
def test_a_wrong_parameter_is_refused_before_any_kernel_starts(parameters: dict, hint: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=hint):
        execute(notebook(ECHO), parameters, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_notebook_without_a_cell_of_parameters_is_refused() -> None:
    made = notebook()
    made.cells[0].metadata.tags = []
    with pytest.raises(ReportError, match="0 cells tagged `parameters`"):
        check_parameters(made, ASKED)


def test_a_failing_cell_fails_the_report_with_its_cause(tmp_path: Path) -> None:
    with pytest.raises(UnfinishedRunError, match=r"'cell-2' ended with ZeroDivisionError.*1 of 5 cells did not run"):
        execute(notebook(ECHO, "1 / 0", "2"), ASKED, tmp_path)
    assert "ZeroDivisionError" in (tmp_path / "notebook.ipynb").read_text(encoding="utf-8")


def test_a_killed_kernel_is_a_failure_whatever_papermill_writes(tmp_path: Path) -> None:
    with pytest.raises(UnfinishedRunError, match="the kernel died"):
        execute(notebook(ECHO, "import os; os.kill(os.getpid(), 9)"), ASKED, tmp_path)


def test_a_cell_that_leaves_early_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(UnfinishedRunError):
        execute(notebook(ECHO, "raise SystemExit(0)", "1"), ASKED, tmp_path)


def test_a_cell_that_may_fail_by_its_tag_fails_all_the_same(tmp_path: Path) -> None:
    made = notebook(ECHO, "1 / 0")
    made.cells[-1].metadata["tags"] = ["raises-exception"]
    with pytest.raises(UnfinishedRunError, match="ZeroDivisionError"):
        execute(made, ASKED, tmp_path)


def test_a_cell_that_is_skipped_by_its_tag_is_a_failure(tmp_path: Path) -> None:
    made = notebook(ECHO, "1")
    made.cells[-1].metadata["tags"] = ["skip-execution"]
    with pytest.raises(UnfinishedRunError, match="did not run"):
        execute(made, ASKED, tmp_path)


def test_a_cell_that_warns_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(UnfinishedRunError, match=r"wrote to stderr: <cell>:1: UserWarning: odd"):
        execute(notebook(ECHO, 'import warnings; warnings.warn("odd")'), ASKED, tmp_path)


def test_a_notebook_that_changes_its_parameters_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(UnfinishedRunError, match="worked with other parameters"):
        execute(notebook('scope = "erbil"', ECHO), ASKED, tmp_path)


def test_a_notebook_that_opens_no_brief_is_found_out() -> None:
    assert "opened no brief" in " ".join(faults(ran(notebook("1")), ASKED))


def test_cells_out_of_order_are_found_out() -> None:
    made = ran(notebook("1"))
    made.cells[0]["execution_count"] = 5
    assert "ran as number 5 instead of 1" in " ".join(faults(made, ASKED))


def test_injected_parameters_that_are_not_those_asked_for_are_found_out() -> None:
    assert "not those asked for" in " ".join(faults(ran(notebook("1")), {**ASKED, "round": "7"}))


def test_nothing_of_the_user_reaches_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_MINE", "x")
    monkeypatch.setenv("TZ", "Asia/Baghdad")
    tell = (
        "import json, os, sys, time\nfrom IPython.display import display\n"
        "told = [sys.executable, os.environ.get('SECRET_OF_MINE'), time.tzname[0], os.environ['PYTHONHASHSEED'],"
        " get_ipython().history_manager.enabled, os.path.samefile(os.environ['HOME'], os.environ['MPLCONFIGDIR'])]\n"
        "display({'application/json': told}, raw=True)"
    )
    import sys

    executed = execute(notebook(ECHO, tell), ASKED, tmp_path)
    assert executed.cells[-1].outputs[0].data["application/json"] == [sys.executable, None, "UTC", "0", False, True]


def test_a_kernel_of_the_same_name_elsewhere_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps({"argv": ["false"], "display_name": "x", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    (tmp_path / "draft").mkdir()
    assert execute(notebook(ECHO), ASKED, tmp_path / "draft").cells[-1].execution_count == 3


def test_a_folder_with_braces_in_its_name_does_no_harm(tmp_path: Path) -> None:
    odd = tmp_path / "of {scope} and {nobody}"
    odd.mkdir()
    execute(notebook(ECHO), ASKED, odd)
    assert (odd / "notebook.ipynb").is_file()


def test_the_kernel_has_one_thread_for_linear_algebra(tmp_path: Path) -> None:
    told = environment(tmp_path)
    assert told["OPENBLAS_NUM_THREADS"] == told["OMP_NUM_THREADS"] == told["MKL_NUM_THREADS"] == "1"


@pytest.mark.parametrize(
    "text", ["", "{}", "not json", '{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}']
)
def test_a_file_that_is_no_notebook_is_refused(text: str) -> None:
    with pytest.raises(ReportError):
        read_notebook(text, "x.ipynb")


def test_a_notebook_with_saved_outputs_is_refused() -> None:
    import nbformat

    made = notebook("1")
    made.cells[1]["execution_count"] = 1
    with pytest.raises(ReportError, match=r"has saved outputs \(cell 'cell-1'\)"):
        read_notebook(nbformat.writes(made), "x.ipynb")
