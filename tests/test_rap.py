from __future__ import annotations

import re

from pipeline.project import Project


def named(project: Project) -> set[str]:
    return set(re.findall(r"`([^`]+)`", project.read_text(project.root / "docs" / "rap.md")))


def test_every_test_that_the_page_names_is_there(here: Project) -> None:
    tests = "".join(here.read_text(path) for path in sorted((here.root / "tests").glob("test_*.py")))
    asked = {name for name in named(here) if name.startswith("test_")}
    assert asked and not [name for name in asked if f"def {name}(" not in tests]


def test_every_file_that_the_page_names_is_there(here: Project) -> None:
    words = {name for name in named(here) if " " not in name and not name.startswith(("test_", "figures.", "herams"))}
    assert len(words) > 20 and not [name for name in words if not (here.root / name).exists()]


def test_every_criterion_has_a_state_and_a_place(here: Project) -> None:
    text = here.read_text(here.root / "docs" / "rap.md")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) > 30 and all(len(row) == 3 and all(row) for row in rows)
    states = {row[1] for row in rows if row[1].startswith(("met", "partly", "not"))}
    assert states == {"met", "partly", "not met", "not shown", "not met, by intent"}
