"""The preloaded process has parsed what all reports read, and stands whatever is wrong with that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import make_small

from pipeline.project import Project

# How many languages and templates are parsed once the module is imported.
COUNTED = """
import pipeline.run.preload
from pipeline import page, words
print(words._words_of.cache_info().currsize, page.exporter.cache_info().currsize)
"""


def parsed(project: Project) -> str:
    """The two numbers; an import that fails fails the test with its traceback."""
    run = subprocess.run([sys.executable, "-c", COUNTED], cwd=project.root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_words_and_template_of_the_project_are_parsed(small: Project) -> None:
    assert parsed(small) == "3 1"


@pytest.mark.parametrize(
    ("place", "added", "told"),
    [
        ("notebooks/template/report.html.j2", "{% if %}", "3 1"),
        ("notebooks/template/words/lists.csv", 'list.x,"not closed', "0 0"),
        ("data/registry.yml", "rounds: [", "0 0"),
    ],
)
def test_what_is_broken_is_left_to_the_stage_that_reads_it(tmp_path: Path, place: str, added: str, told: str) -> None:
    project = make_small(tmp_path / "project")
    path = project.root / place
    project.write_text(path, f"{project.read_text(path)}\n{added}\n")
    assert parsed(project) == told
