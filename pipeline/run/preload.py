"""What the preloaded process imports, once for all workers and kernels of a run."""

from __future__ import annotations

import gc
import importlib

# First what stages need, then what kernels need.
NAMES = (
    "pipeline.run.work",
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

for _name in NAMES:
    importlib.import_module(_name)

from pipeline.kernel import warm  # noqa: E402

warm.preload()
# Nothing imported is ever collected: without this each fork would copy the pages that the collector marks.
gc.collect()
gc.freeze()
