"""The registry as a text: lists of rounds change, and nothing else of what people wrote."""

from __future__ import annotations

import difflib

import pytest
import yaml
from conftest import ROOT

from pipeline import registry_text
from pipeline.errors import RegistryError

ROUND = "demo-2025"


def changed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def registry(*rounds: str) -> str:
    """This project's registry with comments, as far as some of its rounds."""
    text = ROOT.joinpath("data/registry.yml").read_text(encoding="utf-8")
    for name in set(yaml.safe_load(text)["open"]) - set(rounds):
        text = registry_text.without_round(text, name)
    return text


def test_a_round_leaves_lists_and_maps_and_every_comment_stays() -> None:
    before = registry("demo-2023", "demo-2024", ROUND)
    after = registry_text.without_round(before, ROUND)
    assert sorted(changed(before, after)) == sorted([f"-   - {ROUND}"] * 2 + [f"-   {ROUND}: demo-2024"] * 2)
    assert registry_text.with_round(after, ROUND, "demo-2024") == before


def test_the_last_round_leaves_empty_lists() -> None:
    before = registry("demo-2023")
    after = registry_text.without_round(before, "demo-2023")
    item = "-   - demo-2023"
    assert sorted(changed(before, after)) == sorted(
        ["- open:", item, "+ open: []", "- simulated:", item, "+ simulated: []"]
    )
    assert registry_text.with_round(after, "demo-2023", None) == before


def test_other_rounds_keep_their_lines_with_what_was_written_behind_them() -> None:
    before = registry("demo-2023", ROUND).replace(f"  - {ROUND}\n", f"  - {ROUND}  # until May\n")
    after = registry_text.without_round(before, "demo-2023")
    assert changed(before, after) == ["-   - demo-2023"] * 2
    assert f"  - {ROUND}  # until May\n" in after
    assert yaml.safe_load(registry_text.with_round(after, "demo-2023", None))["open"] == ["demo-2023", ROUND]


def test_a_list_in_brackets_may_be_written_too() -> None:
    before = registry("demo-2023").replace("open:\n  - demo-2023\n", "open: [demo-2023]  # now\n")
    assert "open: []  # now\n" in registry_text.without_round(before, "demo-2023")


def test_a_key_that_is_written_in_another_way_is_refused_and_not_guessed() -> None:
    before = registry("demo-2023").replace("\nopen:\n", "\n? open\n:\n")
    with pytest.raises(RegistryError, match="no 'open' at the beginning of a line"):
        registry_text.without_round(before, "demo-2023")
