"""A small round that follows another, made as far as its briefs: three directorates, verdicts written by hand, open."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import made
import yaml
from conftest import ROUND, make_small

from pipeline import baseline, brief, clean, ingest, measure, revisits, simulate, since
from pipeline.match import decided
from pipeline.project import Project

LATER = "small-2024"


@cache
def whole() -> Project:
    """The later round with what changed since the earlier one and with its briefs, to be read only."""
    root = Path(tempfile.mkdtemp(prefix="herams-followed-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    project = make_small(root / "project", facilities=240)
    _made(project, ROUND)
    project = _followed(project)
    _made(project, LATER)
    since.since(project, LATER)
    brief.brief(project, LATER)
    return project


def copy(folder: Path) -> Project:
    """A copy of the round that a test may change."""
    shutil.copytree(whole().root, folder / "project")
    return Project(folder / "project")


def _followed(project: Project) -> Project:
    """The project with the later round, which stands first among the open ones: `made` speaks of that."""
    told = yaml.safe_load(project.read_text(project.registry_file()))
    told["rounds"][LATER] = {
        "form": "iraq-2022", "source": "simulated", "window": ["2024-03-01", "2024-04-30"],
        "report_date": "2024-11-30", "simulate": {"previous": ROUND, "seed": 7, "new_ids": 10},
    }  # fmt: skip
    told |= {
        "open": [LATER, ROUND],
        "simulated": [LATER, ROUND],
        "follows": {LATER: ROUND},
        "baselines": {LATER: ROUND},
    }
    project.write_text(project.registry_file(), yaml.safe_dump(told, sort_keys=False, allow_unicode=True))
    project.write_text(project.decisions(LATER), "[]\n")
    project.write_text(project.links(LATER), decided.NOTHING)
    project.write_text(project.remarks(LATER), "{}\n")
    project.write_text(project.revisits(LATER), revisits.EMPTY)
    project.write_text(project.baseline(LATER), baseline.text(baseline.empty()))
    return Project(project.root)


def _made(project: Project, round_name: str) -> None:
    simulate.simulate_round(project, round_name)
    ingest.ingest(project, round_name)
    made.judge(project, "records")
    clean.clean(project, round_name)
    for table in made.FACTS:
        made.judge(project, table)
    measure.measure(project, round_name)
    made.judge(project, "measures")
