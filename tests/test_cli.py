from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pipeline import cli
from pipeline.project import Project


def ends(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> int:
    """Runs a command in a folder, in this process; gives its exit code."""
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
        sys.exit(0)
    return int(ended.value.code or 0)


def commands(group: click.Group, *path: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found += commands(command, *path, name) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("words", commands(cli.herams), ids=" ".join)
def test_every_command_has_help_with_a_line_for_each_option(words: tuple[str, ...]) -> None:
    command: click.Command = cli.herams
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))
    shown = CliRunner().invoke(cli.herams, [*words, "--help"])
    # The mark that keeps lines apart is for click alone.
    assert shown.exit_code == 0 and r"\b" not in shown.output


@pytest.mark.parametrize("words", commands(cli.herams), ids=" ".join)
def test_every_command_stands_in_the_readme(here: Project, words: tuple[str, ...]) -> None:
    table = here.read_text(here.root / "README.md").partition("## Commands")[2].partition("## ")[0]
    assert re.search(rf"`(herams )?{' '.join(words)}\b", table), (
        f"the README's table of commands lacks {' '.join(words)}"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rum",), "unknown command 'rum': did you mean 'run'?"),
        (("round", "ad"), "did you mean 'add'?"),
        (("ingest", "small-2032"), "unknown round 'small-2032': did you mean 'small-2023'?"),
        (("gate", "small-2023", "facilites"), "did you mean 'facilities'?"),
        (("report", "small-2023", "kirkukk", "overview"), "did you mean 'kirkuk'?"),
        (("report", "small-2023", "kirkuk", "overveiw"), "did you mean 'overview'?"),
        (("run", "--round", "nowhere"), "unknown open round 'nowhere'"),
        (("run", "--cluster", "nonsense"), "'nonsense' is no address of a scheduler"),
        (("run", "--cluster", "nonsense", "--dry"), "'nonsense' is no address of a scheduler"),
        (("simulate", "irak-2022", "--out", "x.csv"), "did you mean 'iraq-2022'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_ends_with_2_and_says_what_was_meant(
    small: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    assert ends(monkeypatch, small.root, *words) == 2
    assert said in capsys.readouterr().err
    assert not (small.root / "x.csv").exists()


@pytest.mark.parametrize(
    "words",
    [("ingest",), ("run", "--jbos", "2"), ("simulate", "iraq-2022"), ("simulate", "iraq-2022", "--dirt", "some")],
)
def test_a_missing_or_strange_option_ends_with_2(
    small: Project, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    assert ends(monkeypatch, small.root, *words) == 2


def test_a_stage_without_its_input_ends_with_1_and_says_what_to_run(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(monkeypatch, small.root, "clean", "small-2023") == 1
    assert "run" in capsys.readouterr().err


def test_a_run_names_what_is_not_there_and_no_stage_makes(
    small: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small.revisits("small-2023").unlink()
    assert ends(monkeypatch, small.root, "run") == 1
    said = capsys.readouterr().err
    assert "data/revisits/small-2023.csv" in said and "records" not in said


def test_outside_of_a_project_a_command_ends_with_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ends(monkeypatch, tmp_path, "run") == 2


def test_help_loads_nothing_heavy() -> None:
    heavy = ("matplotlib", "seaborn", "great_expectations", "papermill", "nbconvert", "dvc", "distributed")
    script = f"import sys, pipeline.cli; print([name for name in {heavy!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"
