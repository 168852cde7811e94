"""The data stages and a report, each beside what it is set against, for `make bench`: the country as simulated."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FACTS = ["facilities", "answers", "choices", "staff"]
HEADS = ("what", "seconds", "against", "ratio")


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
    for scope, report in (("anbar", "overview"), ("iraq", "operations")):
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
    print(json.dumps(PARTS[sys.argv[1]](Path(sys.argv[2]))))  # noqa: T201
