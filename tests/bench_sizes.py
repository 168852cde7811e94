"""The data stages on 1, 10 and 40 times the country's facilities, for `make bench`: each in a process of its own.

Every size is one simulated country of so many facilities, all of them different. A stage that costs the same for each
facility shows it in the column *ms a facility*: it falls with the size, as the fixed cost is spread, and must not rise.
CPU is without imports; memory is the peak of the process, with them.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

SIZES = (1, 10, 40)
FACILITIES = 5205
HEADS = ("stage", "facilities", "CPU seconds", "ratio to 1×", "ms a facility", "peak GB")
FACTS = ("facilities", "answers", "choices", "staff")
ROUND = "demo-2023"
STAGES = (
    "simulate", "ingest", "gate records", "clean", f"gate {' '.join(FACTS)}", "measure", "gate measures", "brief",
)  # fmt: skip


def rows(project: Path) -> Iterator[tuple[str, ...]]:
    """Stage, facilities, CPU seconds, their ratio to those of the country, milliseconds a facility, peak memory."""
    first: dict[str, float] = {}
    for size in SIZES:
        grown = of_size(project, size)
        for stage in STAGES:
            seconds, memory = measured(stage, grown)
            ratio = seconds / first.setdefault(stage, seconds)
            each = 1000 * seconds / (size * FACILITIES)
            yield stage, f"{size * FACILITIES:,}", f"{seconds:.1f}", f"{ratio:.1f}", f"{each:.3f}", f"{memory:.2f}"
        shutil.rmtree(grown)


def of_size(project: Path, size: int) -> Path:
    """A copy of a project whose simulated round has so many times as many facilities."""
    grown = project.with_name(f"{project.name}-{size}")
    shutil.copytree(project, grown)
    registry = grown / "data" / "registry.yml"
    told = registry.read_text(encoding="utf-8")
    wanted = told.replace(f"facilities: {FACILITIES}\n", f"facilities: {size * FACILITIES}\n")
    registry.write_text(wanted, encoding="utf-8")
    return grown


def measured(stage: str, project: Path) -> tuple[float, float]:
    """CPU seconds and peak memory in GB of a stage in a new process."""
    command = [sys.executable, __file__, str(project), *stage.split()]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory = json.loads(run.stdout.splitlines()[-1])
    return seconds, memory


def stage_of(root: Path, name: str, *tables: str) -> tuple[float, float]:
    """CPU seconds of a stage with everything imported before, and the peak memory of this process in GB."""
    import pyarrow.parquet  # noqa: F401 - what pandas imports late, imported beforehand

    from pipeline import brief, clean, gate, ingest, measure, simulate
    from pipeline.project import Project

    project = Project(root)
    works = {
        "simulate": lambda: simulate.simulate_round(project, ROUND),
        "ingest": lambda: ingest.ingest(project, ROUND),
        "gate": lambda: gate.gate(project, ROUND, list(tables)),
        "clean": lambda: clean.clean(project, ROUND),
        "measure": lambda: measure.measure(project, ROUND),
        "brief": lambda: brief.brief(project, ROUND),
    }
    if name == "gate":
        from pipeline.gate import expectations  # noqa: F401 - Great Expectations itself, imported beforehand
    begun = time.process_time()
    works[name]()
    return time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    print(json.dumps(stage_of(Path(sys.argv[1]), *sys.argv[2:])))  # noqa: T201
