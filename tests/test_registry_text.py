"""The registry as a text: lists of rounds change, and nothing else of what people wrote."""

from __future__ import annotations

import difflib

import pytest
import yaml

from pipeline import registry_text
from pipeline.errors import RegistryError
from pipeline.project import Project

ROUND = "demo-2023"


def changed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_a_round_leaves_both_lists_and_every_comment_stays(here: Project) -> None:
    before = here.read_text(here.registry_file())
    after = registry_text.without_round(before, ROUND)
    item = f"-   - {ROUND}"
    assert sorted(changed(before, after)) == sorted(
        ["- open:", item, "+ open: []", "- simulated:", item, "+ simulated: []"]
    )
    assert registry_text.with_round(after, ROUND) == before


def test_other_rounds_keep_their_lines_with_what_was_written_behind_them(here: Project) -> None:
    before = here.read_text(here.registry_file())
    entry = yaml.safe_load(before)["rounds"][ROUND]
    told = before.replace(f"  - {ROUND}\n", f"  - {ROUND}\n  - next  # until May\n").replace(
        "\nrounds:\n", f"\nrounds:\n  next: {entry}\n"
    )
    after = registry_text.without_round(told, ROUND)
    assert changed(told, after) == [f"-   - {ROUND}"] * 2
    assert "  - next  # until May\n" in after
    assert yaml.safe_load(registry_text.with_round(after, ROUND))["open"] == ["next", ROUND]


def test_a_list_in_brackets_may_be_written_too(here: Project) -> None:
    before = here.read_text(here.registry_file()).replace(f"open:\n  - {ROUND}\n", f"open: [{ROUND}]  # now\n")
    assert "open: []  # now\n" in registry_text.without_round(before, ROUND)


def test_a_list_that_is_written_in_another_way_is_refused_and_not_guessed(here: Project) -> None:
    before = here.read_text(here.registry_file()).replace(f"open:\n  - {ROUND}\n", f"open: [\n  {ROUND}]\n")
    with pytest.raises((RegistryError, yaml.YAMLError)):
        registry_text.without_round(before, ROUND)
