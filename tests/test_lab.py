"""Saving in JupyterLab: a notebook that was only run has the bytes it had, so that no page is older than it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_output

from pipeline.lab import bare
from pipeline.project import Project

NAMES = sorted(path.stem for path in Path(__file__).parents[1].glob("notebooks/*.ipynb"))


def run(project: Project, name: str) -> Any:
    """A notebook as JupyterLab has it after it was run for another directorate."""
    found = nbformat.reads(project.read_text(project.notebook(name)), as_version=4)
    found.metadata.language_info = {"name": "python", "version": "3.99"}
    for count, cell in enumerate((cell for cell in found.cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
        cell.outputs = [new_output("stream", text="62 facilities")]
        cell.metadata["execution"] = {"iopub.status.busy": "2023-01-01T00:00:00Z"}
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace("iraq", "kirkuk")
    return found


def saved(project: Project, found: Any, name: str) -> str:
    """What would be written, as Jupyter writes it."""
    bare({"type": "notebook", "content": found}, f"notebooks/{name}.ipynb")
    return nbformat.writes(found) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_that_was_only_run_is_saved_as_it_was(
    here: Project, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here.root)
    assert saved(here, run(here, name), name) == here.read_text(here.notebook(name))


def test_what_a_person_wrote_is_saved(here: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here.root)
    found = run(here, "summary")
    found.cells[-1].source = "figures.beds(brief)"
    assert "figures.beds(brief)" in saved(here, found, "summary").rpartition('"source"')[2]


def test_a_new_notebook_is_saved_without_what_it_showed(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small.root)
    text = saved(small, run(small, "summary"), "of-my-own")
    assert "62 facilities" not in text and "kirkuk" in text


def test_what_is_no_notebook_is_left_alone() -> None:
    model = {"type": "file", "content": "a text"}
    bare(model, "notes.txt")
    assert model == {"type": "file", "content": "a text"}
