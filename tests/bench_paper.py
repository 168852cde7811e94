"""Forms on paper, for `make bench`: the sheets of the country's hospitals with the blank form, as one PDF."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline import ingest, simulate
from pipeline.forms import look
from pipeline.forms.last import Wanted
from pipeline.forms.manual import manual
from pipeline.forms.paper import Paper, paper
from pipeline.project import Project

HEADS = ("what", "sheets", "MB", "CPU s", "wall s", "peak MB")
FORM, ROUND = "iraq-2022", "demo-2023"
HOSPITALS = Wanted(type="hospital")


def rows(root: Path) -> Iterator[tuple[str, ...]]:
    """Blank form, handbook, and all hospitals, each from its sources to the bytes of a PDF."""
    project = Project(root)
    simulate.simulate_round(project, ROUND)
    ingest.ingest(project, ROUND)
    yield _timed("the blank form, Arabic", project, lambda: paper(project, FORM, "ar"))
    yield _timed("the handbook, Arabic", project, lambda: manual(project, FORM, "ar"))
    hospitals = paper(project, FORM, "ar", ROUND, HOSPITALS)
    what = f"{len(hospitals.sheets) - 1} hospitals pre-filled and the blank form, Arabic"
    yield _timed(what, project, lambda: paper(project, FORM, "ar", ROUND, HOSPITALS))


def _timed(what: str, project: Project, job: Callable[[], Paper]) -> tuple[str, ...]:
    wall, begun = time.perf_counter(), time.process_time()
    made = job()
    content, sheets = look.printed(project, made.say, made.title, made.sheets)
    spent, waited = time.process_time() - begun, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return what, str(sheets), f"{len(content) / 1e6:.1f}", f"{spent:.1f}", f"{waited:.1f}", f"{peak:.0f}"
