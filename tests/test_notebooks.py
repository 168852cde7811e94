"""The notebooks: thin, clean, with stable ids; they choose and arrange, and make no number."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from pipeline import figures
from pipeline.figures.section import Section
from pipeline.kernel.checks import own_parameters, read_notebook, tags
from pipeline.project import Project

NAMES = tuple(sorted(path.stem for path in (Path(__file__).parents[1] / "notebooks").glob("*.ipynb")))
SECTIONS = {name for name, found in vars(figures).items() if isinstance(found, Section)}


def notebook(project: Project, name: str) -> Any:
    return read_notebook(project.read_text(project.notebook(name)), name)


def code(project: Project, name: str) -> list[Any]:
    return [cell for cell in notebook(project, name).cells if cell.cell_type == "code"]


def shown(project: Project, name: str) -> list[str]:
    calls = [
        node for cell in code(project, name) for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)
    ]
    return [call.func.attr for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr != "open_brief"]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_has_three_parameters_and_no_saved_output(here: Project, name: str) -> None:
    assert set(own_parameters(notebook(here, name))) == {"round", "scope", "report"}
    assert all(isinstance(value, str) for value in own_parameters(notebook(here, name)).values())


@pytest.mark.parametrize("name", NAMES)
def test_a_notebooks_own_parameters_are_a_report_of_the_registry(here: Project, name: str) -> None:
    own = own_parameters(notebook(here, name))
    assert own["round"] in here.registry.rounds
    assert own["report"] in here.registry.due(own["round"], own["scope"])
    assert here.registry.reports[own["report"]].notebook == name


@pytest.mark.parametrize("name", NAMES)
def test_cells_have_ids_that_a_person_can_read(here: Project, name: str) -> None:
    cells = notebook(here, name).cells
    ids = [cell.id for cell in cells]
    assert len(set(ids)) == len(ids)
    for cell in cells[4:]:
        assert cell.source == f"figures.{cell.id.replace('-', '_')}(brief)"


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_makes_no_number(here: Project, name: str) -> None:
    for cell in code(here, name):
        tree = ast.parse(cell.source)
        assert not [
            node for node in ast.walk(tree) if isinstance(node, ast.BinOp | ast.AugAssign | ast.For | ast.FunctionDef)
        ]
        assert not [
            node for node in ast.walk(tree) if isinstance(node, ast.Constant) and not isinstance(node.value, str)
        ]
    imports = [cell.source for cell in code(here, name) if "imports" in tags(cell)]
    assert imports == ["from pipeline import figures"]


def test_no_section_is_forgotten(here: Project) -> None:
    assert {name for one in NAMES for name in shown(here, one)} == SECTIONS


def test_every_notebook_is_that_of_a_report_and_every_report_has_one(here: Project) -> None:
    assert {report.notebook for report in here.registry.reports.values()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_section_of_a_notebook_is_there_once_and_the_title_first(here: Project, name: str) -> None:
    found = shown(here, name)
    assert set(found) <= SECTIONS and len(set(found)) == len(found)
    assert found[0] == "title"
