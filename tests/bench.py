"""The figures that the changelog and the README quote: one table for each part, each row also as a ratio.

    make bench                         all parts
    python tests/bench.py sizes        one of them

stages   the data stages and a report, on the country as simulated: 5,205 facilities × 830 columns
sizes    the data stages on 1, 10 and 40 times as many facilities
gate     the gate on `records`, beside the same checks in pandas, in polars and as one built-in expectation a column
faults   the fault matrix: what each rule tells of what was spoilt
sound    what the gate says of a country without faults
match    links between two rounds against the truth: precision, recall, time, by size
front    the front page and the tables behind reports
verify   herams verify over three rounds of 36 reports
reproduce  a small round made again elsewhere, otherwise, by another Python, and by `herams verify --rebuild`
run      the whole round, by each way of making it
all      every subject for every directorate and ministry
forms    the electronic forms of 830 columns, written and read back
languages  three languages of a report beside the bare drawing of its charts in one
paper    the blank form, the handbook and the pre-filled sheets of all hospitals, as PDF
pages    how large the pages of a small round are, how soon open in Chromium, how long their PDF takes

All in temporary folders. CPU is user and system time of the process; memory its peak. Nothing here is asserted: tests
never time.
"""

from __future__ import annotations

import compileall
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import bench_faults
import bench_forms
import bench_front
import bench_gate
import bench_languages
import bench_match
import bench_pages
import bench_paper
import bench_reproduce
import bench_run
import bench_sizes
import bench_stages
import bench_verify
import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("pandas", "pyarrow", "great-expectations", "matplotlib", "papermill", "nbconvert", "dvc")
Rows = Iterator[tuple[str, ...]]


def main(parts: Sequence[str]) -> None:
    """Prints the tables of some parts."""
    strangers = [part for part in parts if part not in PARTS]
    if strangers:
        raise SystemExit(f"no part {strangers[0]!r} of the bench; there are {', '.join(PARTS)}")
    for part in parts:
        with tempfile.TemporaryDirectory() as folder:
            title, heads, rows = PARTS[part]
            # In a file every word is to be read; a terminal has its own width.
            console = Console(width=None if sys.stdout.isatty() else 140)
            console.print(table(title, heads, rows(country(Path(folder) / "country"))))


def country(root: Path) -> Path:
    """A copy of the project with nothing made yet."""
    for name in (
        "data/codebooks",
        "data/reference",
        "data/decisions",
        "data/remarks",
        "data/revisits",
        "data/baselines",
        "data/reviews",
        "data/links",
        "data/since/demo-2023",
        "expectations",
        "notebooks",
        "pipeline",
    ):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dvc.yaml", ".dvcignore", "requirements.lock", "data/registry.yml"):
        shutil.copy(ROOT / name, root / name)
    _with_one_round(root / "data" / "registry.yml")
    # As an installed package is: a process that has to compile first would be slower by what it imports of ours.
    compileall.compile_dir(root / "pipeline", quiet=1)
    return root


def _with_one_round(registry: Path) -> None:
    """Leaves only the first round of the demonstration: a figure of a round stands for one of the country."""
    told = yaml.safe_load(registry.read_text(encoding="utf-8"))
    first = bench_run.ROUND
    told |= {"open": [first], "simulated": [first], "rounds": {first: told["rounds"][first]}}
    told |= {"follows": {}, "baselines": {}, "calendar": {}}
    registry.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")


def table(title: str, heads: Sequence[str], rows: Rows) -> Table:
    """The rows of a part, measured one after another."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, " + ", ".join(
        f"{name} {version(name)}" for name in VERSIONS
    )
    found = Table(*heads, title=f"{title}: {machine}", title_justify="left")
    for row in rows:
        found.add_row(*row)
    return found


def beside(rows: Callable[[Path], Iterator[tuple[str, float, str, float]]]) -> Callable[[Path], Rows]:
    """Rows of a figure and what it is set against, as words."""
    return lambda project: ((what, f"{s:.2f}", against, f"{s / b:.2f}") for what, s, against, b in rows(project))


# The data stages first and by themselves: they are told even where the whole round then fails.
PARTS: dict[str, tuple[str, Sequence[str], Callable[[Path], Rows]]] = {
    "stages": ("data stages and a report", bench_stages.HEADS, beside(bench_stages.rows)),
    "sizes": ("data stages by size", bench_sizes.HEADS, bench_sizes.rows),
    "gate": ("the gate", bench_stages.HEADS, beside(bench_gate.rows)),
    "faults": ("the fault matrix, 1,500 facilities of five directorates", bench_faults.HEADS, bench_faults.rows),
    "sound": ("5,205 facilities without faults", bench_faults.COUNTRY_HEADS, bench_faults.country),
    "pages": ("pages of a small round", bench_pages.HEADS, bench_pages.rows),
    "match": ("links between two rounds", bench_match.HEADS, bench_match.rows),
    "front": ("the front page and the tables behind reports", bench_front.HEADS, bench_front.rows),
    "paper": ("forms on paper, as PDF", bench_paper.HEADS, bench_paper.rows),
    "forms": ("forms, CPU", bench_stages.HEADS, beside(bench_forms.rows)),
    "languages": ("three languages of a report, CPU", bench_stages.HEADS, beside(bench_languages.rows)),
    "all": ("every subject for every scope", bench_stages.HEADS, beside(bench_run.all_rows)),
    "verify": ("verification", bench_verify.HEADS, bench_verify.rows),
    "reproduce": ("reports reproduced to the byte, a small round", bench_reproduce.HEADS, bench_reproduce.rows),
    "run": ("the whole round", bench_stages.HEADS, beside(bench_run.rows)),
}

if __name__ == "__main__":
    main(sys.argv[1:] or list(PARTS))
