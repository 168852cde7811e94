"""A small round made as far as its briefs, for tests of what comes after: three directorates, 300 facilities.

Verdicts are written by hand, all open unless a test says otherwise, so that no test here waits for the gates.
"""

from __future__ import annotations

import atexit
import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from conftest import make_small

from pipeline import brief, clean, ingest, measure, simulate, verdict
from pipeline.brief import map as brief_map
from pipeline.brief.material import Material, gather
from pipeline.figures.brief import Brief, words_of
from pipeline.project import Project
from pipeline.verdict import FINDING_COLUMNS, DirectorateState, Evaluated, IraqState, RuleCount, Verdict

FACTS = ("facilities", "answers", "choices", "staff")
OPEN = {"state": "open", "facilities": 100, "critical": 0, "settled": 0, "warnings": 0, "set_aside": []}
ECHO = (
    "from IPython.display import display\n"
    'display({"application/vnd.herams.parameters+json": {"round": round, "scope": scope, "report": report}}, raw=True)'
)


@cache
def whole() -> Project:
    """The round with its briefs, to be read only."""
    root = Path(tempfile.mkdtemp(prefix="herams-made-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    project = make_small(root / "project")
    simulate.simulate_round(project, round_of(project))
    made_from_exports(project)
    return project


def copy(folder: Path) -> Project:
    """A copy of the round that a test may change."""
    assert not whole().outputs().exists(), "a test has written into the round that others only read"
    shutil.copytree(whole().root, folder / "project")
    return Project(folder / "project")


def round_of(project: Project) -> str:
    return project.registry.open[0]


@cache
def brief_for(project: Project, scope: str, report: str, languages: tuple[str, ...] = ("en",)) -> Brief:
    """The brief of any report of the catalogue for any scope, as it would be read from the disk, to be read only."""
    told, slices = brief.cut_of(project.registry.reports[report], material(project), scope, _shared(project))
    texts = {name: pd.read_csv(_csv(rows), dtype=str, keep_default_na=False) for name, rows in slices.items()}
    first, *others = words_of(project, languages, texts["labels"])
    return Brief(json.loads(json.dumps(told | {"report": report})), texts, first, tuple(others))


def _csv(rows: pd.DataFrame) -> io.StringIO:
    return io.StringIO(rows.to_csv(index=False))


@cache
def material(project: Project) -> Material:
    """What the briefs of a round are cut from, read once: a test changes its project before it asks for it."""
    return gather(project, round_of(project))


@cache
def _shared(project: Project) -> brief.Cuts:
    found = material(project)
    return brief.shared(found, project.scopes, brief_map.shared(project, found))


def report_showing(project: Project, scope: str, section: str) -> str:
    """The first report of a scope whose notebook shows a section."""
    reports = {name: project.registry.reports[name].notebook for name in project.registry.reports_of(scope)}
    call = f"figures.{section}(brief)"
    return next(name for name, book in reports.items() if call in project.read_text(project.notebook(book)))


def made_from_exports(project: Project) -> None:
    """Everything between the exports and the briefs, with open verdicts."""
    name = round_of(project)
    ingest.ingest(project, name)
    judge(project, "records")
    clean.clean(project, name)
    for table in FACTS:
        judge(project, table)
    measure.measure(project, name)
    judge(project, "measures")
    brief.brief(project, name)


def judge(
    project: Project, table: str, states: Mapping[str, Mapping[str, Any]] | None = None, findings: list[dict] = ()
) -> None:
    """Writes a verdict: open for every directorate but those named in `states`."""
    known = states or {}
    directorates = {
        slug: DirectorateState.model_validate({**OPEN, **known.get(slug, {})}) for slug in project.registry.directorates
    }
    closed = sorted(slug for slug, state in directorates.items() if state.state == "closed")
    rules = sorted({(row["rule"], row["severity"]) for row in findings})
    told = Verdict(
        round=round_of(project),
        table=table,
        state="closed" if closed else "open",
        inputs=verdict.input_hashes(project, [project.table(round_of(project), table)]),
        expectations=Evaluated(suite=1, evaluated=1),
        rules=[
            RuleCount(rule=rule, severity=severity, why=f"Why {rule}.", findings=1, settled=0, in_doubt=False)
            for rule, severity in rules
        ],
        directorates=directorates,
        iraq=IraqState(state="closed" if closed else "open", left_out=[], closed=closed, absent=[]),
    )
    rows = [dict.fromkeys(FINDING_COLUMNS, "") | row for row in findings]
    verdict.write(project, told, pd.DataFrame(rows, columns=list(FINDING_COLUMNS)))


def close(project: Project, directorate: str) -> None:
    """Closes a directorate by a critical finding, and cuts the briefs again."""
    found = {"rule": "no_blank_key", "severity": "critical", "directorate": directorate, "value": "<b>x</b>"}
    judge(project, "facilities", {directorate: {"state": "closed", "critical": 1}}, [found])
    brief.brief(project, round_of(project))


def set_aside(project: Project, directorate: str) -> str:
    """Sets one facility of a directorate aside, and cuts the briefs again; gives its id."""
    table = project.read_table(round_of(project), "facilities")
    facility = str(table.loc[table["directorate"] == directorate, "facility_id"].iloc[0])
    judge(project, "facilities", {directorate: {"state": "provisional", "critical": 1, "set_aside": [facility]}})
    brief.brief(project, round_of(project))
    return facility


def told(state: str) -> dict[str, Any]:
    """As much of brief.json as a receipt takes from it, of a scope about which nothing was found."""
    nothing: dict[str, Any] = {name: [] for name in ("exports", "rules", "decisions", "set_aside")}
    counts = {"critical": 0, "warning": 0, "info": 0}
    return {"state": state, "findings": counts, "coverage": {"reported": 1, "of": 1}, **nothing}


def notebook(*cells: str, parameters: str = 'round = "a"\nscope = "b"\nreport = "c"') -> Any:
    """A notebook with a cell of parameters and some cells."""
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "x"}}
    )
    made.cells = [nbformat.v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})]
    made.cells += [nbformat.v4.new_code_cell(cell, id=f"cell-{place}") for place, cell in enumerate(cells, start=1)]
    return made


def write_notebook(project: Project, name: str, made: Any) -> None:
    """Puts a notebook in the place of one of the project's."""
    project.write_text(project.notebook(name), nbformat.writes(made))
