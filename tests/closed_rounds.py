"""Two rounds, one after the other, that a test closes and opens again: what a run and git would have left of them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import followed
import sealed_round
import yaml
from conftest import ROOT, ROUND
from followed import LATER

from pipeline import brief, publish, verdict
from pipeline.project import TABLES, Project
from pipeline.run import lock, plan

DAY = "2025-02-01"


def both_open(folder: Path) -> Project:
    """Both rounds open and up to date, with pages of a few words, all committed; three reports stand for all."""
    project = _in_order(followed.copy(folder))
    brief.brief(project, ROUND)
    for name in (ROUND, LATER):
        judged_by(project, name)
        for scope in project.scopes:
            for report in project.registry.due(name, scope):
                sealed_round.write_page(project, name, scope, report)
    sealed_round.write_lock(project)
    path = project.root / "dvc.lock"
    project.write_text(path, lock.updated("", plan.stages_of(project.read_text(path))))
    sealed_round.git(project, "init", "-q")
    commit(project)
    return project


def _in_order(project: Project) -> Project:
    told = yaml.safe_load(project.read_text(project.registry_file()))
    told |= {"open": [ROUND, LATER], "simulated": [ROUND, LATER], "subjects": ["summary"], "domains": []}
    told["reports"] = {name: told["reports"][name] for name in ("summary", "overview", "annual-review")}
    text = yaml.safe_dump(told, sort_keys=False, allow_unicode=True)
    # Lists of rounds as people write them, with a margin.
    project.write_text(project.registry_file(), re.sub(f"^(?=- ({ROUND}|{LATER})$)", "  ", text, flags=re.MULTILINE))
    shutil.copy(ROOT / ".gitignore", project.root)
    project.write_text(project.root / ".dvc/config", "[core]\n    analytics = false\n    check_update = false\n")
    project.write_text(project.root / ".dvc/.gitignore", "/config.local\n/tmp\n/cache\n")
    for path in (project.since_last(LATER), project.baseline(LATER)):  # As DVC writes it when a stage makes them.
        project.write_text(path.parent / ".gitignore", f"/{path.name}\n")
    return Project(project.root)


def judged_by(project: Project, round_name: str) -> None:
    """The verdicts of a round name suites and decisions as they lie there now, as those of a gate do."""
    for table in TABLES:
        told = project.read_json(project.verdict(round_name, table))
        told["inputs"] |= verdict.input_hashes(project, [project.suite(table), project.decisions(round_name)])
        project.write_json(project.verdict(round_name, table), told)


def commit(project: Project) -> None:
    sealed_round.git(project, "add", "--all")
    sealed_round.git(project, "commit", "--allow-empty", "-qm", "As it lies there")


def close(project: Project, round_name: str) -> Project:
    publish.close(project, round_name, "Kept to be compared with", DAY)
    commit(project)
    return Project(project.root)


def reopen(project: Project, round_name: str) -> Project:
    publish.reopen(project, round_name, "A letter came", DAY)
    return Project(project.root)


def standing(project: Project) -> dict[str, bytes]:
    """The registry, the lock, what DVC tracks beside it, and what changed since the round before."""
    files = [project.registry_file(), project.root / "dvc.lock", *project.root.glob("[do]*/**/*.dvc")]
    files += [*project.since_last(LATER).iterdir(), project.baseline(LATER)]
    return {project.relative(path): path.read_bytes() for path in sorted(files)}
