"""The figures, as one table from one session on one machine: each a time, and a ratio to something measured beside it.

    make bench

The country as simulated, 5,205 facilities × 830 columns, in a temporary folder. Times are of the best of the runs
named; CPU is user and system time of the process; memory its peak. Nothing here is asserted: tests never time.
"""

from __future__ import annotations

import io
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bench_run
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("pandas", "pyarrow", "great-expectations", "matplotlib", "papermill", "nbconvert", "dvc")
FACTS = ["facilities", "answers", "choices", "staff"]


def main() -> None:
    """Prints the table; with a word, measures that part in this process and prints it as JSON."""
    if len(sys.argv) > 1:
        print(json.dumps(PARTS[sys.argv[1]](Path(sys.argv[2]))))  # noqa: T201
        return
    with tempfile.TemporaryDirectory() as folder:
        project, bare = country(Path(folder) / "country"), country(Path(folder) / "bare")
        # The data stages first and by themselves: they are told even where the whole round then fails.
        Console().print(table("data stages and a report", rows(project)))
        Console().print(table("the whole round", bench_run.rows(bare)))


def country(root: Path) -> Path:
    """A copy of the project with nothing made yet."""
    for name in ("data/codebooks", "data/reference", "data/decisions", "expectations", "notebooks", "pipeline"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dvc.yaml", "requirements.lock", "data/registry.yml"):
        shutil.copy(ROOT / name, root / name)
    return root


def table(part: str, measured: Iterator[tuple[str, float, str, float]]) -> Table:
    """The rows of a part, measured one after another."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, " + ", ".join(
        f"{name} {version(name)}" for name in VERSIONS
    )
    found = Table("what", "seconds", "against", "ratio", title=f"{part}: {machine}", title_justify="left")
    for what, seconds, against, beside in measured:
        found.add_row(what, f"{seconds:.2f}", against, f"{seconds / beside:.2f}")
    return found


def rows(project: Path) -> Iterator[tuple[str, float, str, float]]:
    """What was measured, its seconds, what it is set against, and the seconds of that."""
    start = wall("-c", "pass")
    simulated = wall("-m", "pipeline", "round", "simulate", "demo-2023", folder=project)
    yield "simulate to CSV, whole command (wall)", simulated, "starting Python", start
    made = part("data", project)
    yield "simulate to CSV, without imports (CPU)", made["simulate"], "pandas reads that CSV", made["read"]
    for name in ("ingest", "gate records", "clean", "gate facts", "measure", "gate measures"):
        yield f"  {name} (CPU)", made[name], "pandas reads that CSV", made["read"]
    yield "ingest → measures, with gates (CPU)", made["whole"], "pandas reads that CSV", made["read"]
    yield "ingest → measures, without gates (CPU)", made["bare"], "pandas reads that CSV", made["read"]
    yield "brief, all scopes (CPU)", made["brief"], "pandas reads that CSV", made["read"]
    yield "peak memory of these stages, in GB", made["memory"], "the CSV's size in GB", made["size"]
    for scope, report in (("anbar", "overview"), ("iraq", "national")):
        told = part(f"report {scope} {report}", project)
        for name in ("kernel", "imports", "cells", "html"):
            yield f"report {scope}: {name} (wall)", told[name], "its cells", told["cells"]


def wall(*words: str, folder: Path = ROOT) -> float:
    """The best of two runs of a Python command, in seconds."""
    times = []
    for _ in range(2):
        begun = time.perf_counter()
        subprocess.run([sys.executable, *words], cwd=folder, check=True)
        times.append(time.perf_counter() - begun)
    return min(times)


def part(words: str, project: Path) -> dict[str, float]:
    """What a part of the bench measured in a process of its own."""
    name, _, rest = words.partition(" ")
    command = [sys.executable, __file__, name, str(project), *rest.split()]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(run.stdout.splitlines()[-1]))


def data_stages(root: Path) -> dict[str, float]:
    """CPU seconds of each data stage with everything imported before, and the peak memory in GB."""
    import pandas as pd

    from pipeline import brief, clean, gate, ingest, measure, simulate
    from pipeline.gate import expectations  # noqa: F401 - Great Expectations itself, imported beforehand
    from pipeline.project import Project

    project, name = Project(root), "demo-2023"
    export = project.exports(name)[0]
    content = export.read_bytes()
    found = {
        "simulate": cpu(lambda: simulate.simulate_round(project, name)),
        "read": cpu(lambda: pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)),
        "ingest": cpu(lambda: ingest.ingest(project, name)),
        "gate records": cpu(lambda: gate.gate(project, name, ["records"])),
        "clean": cpu(lambda: clean.clean(project, name)),
        "gate facts": cpu(lambda: gate.gate(project, name, FACTS)),
        "measure": cpu(lambda: measure.measure(project, name)),
        "gate measures": cpu(lambda: gate.gate(project, name, ["measures"])),
        "brief": cpu(lambda: brief.brief(project, name)),
        "size": len(content) / 1e9,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }
    stages = ("ingest", "gate records", "clean", "gate facts", "measure", "gate measures")
    found["whole"] = sum(found[stage] for stage in stages)
    found["bare"] = found["ingest"] + found["clean"] + found["measure"]
    return found


def one_report(root: Path) -> dict[str, float]:
    """The seconds of a report: its kernel, the imports in it, its other cells, the page."""
    from pipeline import report
    from pipeline.project import Project

    scope, name = sys.argv[3:5]
    return dict(report.report(Project(root), "demo-2023", scope, name).seconds)


def cpu(work: Callable[[], Any]) -> float:
    """The CPU seconds of a piece of work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


PARTS: dict[str, Callable[[Path], dict[str, float]]] = {"data": data_stages, "report": one_report}

if __name__ == "__main__":
    main()
