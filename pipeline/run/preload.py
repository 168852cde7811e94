"""What the preloaded process imports and parses, once for all workers and kernels of a run."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from contextlib import suppress
from pathlib import Path

# First what stages need, then what kernels need.
NAMES = (
    "pipeline.run.work",
    "pipeline.cli",
    "pipeline.rounds",
    "pipeline.ingest",
    "pipeline.clean",
    "pipeline.gate",
    "pipeline.measure",
    "pipeline.brief",
    "pipeline.report",
    "pipeline.index",
    "great_expectations",
    "papermill",
    "nbconvert.exporters",
    "nbclient.client",
)

# Nothing of what is imported is ever collected: looking for it takes a fifth of the time, and the pages that the
# collector marks would be copied at each fork.
gc.disable()

# jsonschema asks for it at its import, and it then builds a grammar of addresses for nearly a second; no schema that is
# checked here speaks of addresses.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

for _name in NAMES:
    importlib.import_module(_name)

from pipeline import kernel, page, receipt, words  # noqa: E402
from pipeline.kernel import checks, warm  # noqa: E402
from pipeline.project import Project  # noqa: E402
from pipeline.run.work import READY_MARK  # noqa: E402


def _parse() -> None:
    """Parses what is the same for all reports of a project; a stage takes it only where it reads the same text."""
    project = Project.find()
    for say in words.load_all(project, project.registry.languages):
        say.translated(say.date("2023-11-30"))
    page.exporter(project.read_text(project.look("report.html.j2"))).template  # noqa: B018 - nbconvert compiles it then
    receipt.checker(project.read_text(project.look(receipt.SCHEMA)))


warm.preload()
# What each report would find out anew, the same each time.
kernel.provisioner()
receipt.loaded()
checks.compile_schema()
# It only saves time. Whatever is wrong with a table or the template, the stage that reads it fails and says so; here it
# would end the process that all stages are forked from.
with suppress(Exception):
    _parse()
gc.freeze()
gc.enable()
if READY_MARK in os.environ:
    Path(os.environ[READY_MARK]).touch()
