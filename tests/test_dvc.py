"""The graph and the ladder: what dvc.yaml and pyproject.toml say of the code is what the code is."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import PurePosixPath
from typing import Any

import grimp
import pytest
import yaml

from pipeline.project import Project

# The verb behind each command; a report's kernel loads what its notebook imports as well.
VERBS = {"round simulate": "simulate", "round baseline": "baseline"}


def stages(project: Project) -> dict[str, Any]:
    told = yaml.safe_load(project.read_text(project.root / "dvc.yaml"))["stages"]
    return {name: entry.get("do", entry) for name, entry in told.items()}


def verbs(project: Project, command: str) -> list[str]:
    words = re.sub(r"\$\{[^}]+\}", "", command).removeprefix("herams ").split()
    verb = VERBS.get(" ".join(words[:2]), words[0])
    return [verb, *notebook_imports(project)] if verb == "report" else [verb]


def notebook_imports(project: Project) -> list[str]:
    found = set()
    for path in (project.root / "notebooks").glob("*.ipynb"):
        for cell in project.read_json(path)["cells"]:
            if cell["cell_type"] == "code":
                for node in ast.walk(ast.parse("".join(cell["source"]))):
                    if isinstance(node, ast.ImportFrom) and node.module == "pipeline":
                        found |= {name.name for name in node.names}
    return sorted(found)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("pipeline")


@pytest.mark.parametrize(
    "stage",
    [
        "simulate",
        "ingest",
        "baseline",
        "gate-records",
        "clean",
        "gate-facts",
        "measure",
        "gate-measures",
        "since",
        "brief",
        "report-directorate",
        "report-ministry",
        "report-subject",
        "report-domain",
        "report-review",
    ],
)
def test_a_stage_names_the_modules_that_it_imports(here: Project, graph: grimp.ImportGraph, stage: str) -> None:
    entry = stages(here)[stage]
    loaded = set()
    for verb in verbs(here, entry["cmd"]):
        loaded |= {f"pipeline.{verb}"} | graph.find_upstream_modules(f"pipeline.{verb}")
    names = {name.split(".")[1] for name in loaded - {"pipeline", "pipeline.cli"}}
    places = {
        f"pipeline/{name}" if (here.root / "pipeline" / name).is_dir() else f"pipeline/{name}.py" for name in names
    }
    assert {path for path in entry["deps"] if path.startswith("pipeline/")} == places


@pytest.mark.parametrize("stage", ["clean", "gate-facts", "measure", "gate-measures", "since", "brief"])
def test_a_stage_that_holds_a_verdict_against_what_was_judged_declares_all_of_that(here: Project, stage: str) -> None:
    rounds = {"item.round": "demo-2025", "key": "demo-2025", "item": "demo-2024"}
    entry = stages(here)[stage]
    declared = {re.sub(r"\$\{([^}]+)\}", lambda found: rounds[found[1]], path) for path in entry["deps"]}
    verdicts = [path for path in declared if re.fullmatch(r"data/verdicts/[^/]+/[a-z]+\.json", path)]
    assert f"data/verdicts/{rounds['key']}/records.json" in verdicts
    for path in verdicts:
        for judged in here.read_json(here.root / path)["inputs"]:
            assert declared & {judged, *map(str, PurePosixPath(judged).parents)}, f"{stage}: {path} reads {judged}"


def test_every_stage_depends_on_the_lock(here: Project) -> None:
    assert all("requirements.lock" in entry["deps"] for entry in stages(here).values())


def test_pages_survive_a_failed_run(here: Project) -> None:
    for name, entry in stages(here).items():
        outputs = [out for out in entry["outs"] if "outputs/" in str(out)]
        assert all(settings == {"persist": True} for out in outputs for settings in out.values()), name


def test_the_ladder_has_a_rung_for_every_module(here: Project, graph: grimp.ImportGraph) -> None:
    contracts = tomllib.loads(here.read_text(here.root / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    rungs = {name.strip() for layer in contracts[0]["layers"] for name in re.split(r"[|:]", layer)}
    assert rungs == {".".join(name.split(".")[:2]) for name in graph.modules} - {"pipeline", "pipeline.__main__"}


def test_every_module_says_what_it_is_for(here: Project) -> None:
    for path in sorted((here.root / "pipeline").rglob("*.py")):
        assert ast.get_docstring(ast.parse(here.read_text(path))), path


def test_no_module_is_much_over_250_lines(here: Project) -> None:
    sizes = {here.relative(path): here.read_text(path).count("\n") for path in (here.root / "pipeline").rglob("*.py")}
    assert not {name: size for name, size in sizes.items() if size > 290}
