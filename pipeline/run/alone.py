"""A stage that `dvc repro` runs: it is watched for files that it reads and does not declare, as under `herams run`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.kernel import opened
from pipeline.project import Project
from pipeline.run import plan

# The variable by which DVC tells a command its stage: the name, behind the place of dvc.yaml if that is elsewhere.
STAGE = "DVC_STAGE"


@contextmanager
def watched(project: Project) -> Iterator[None]:
    """Watches a block if DVC runs it; an undeclared read is an error in the end, also where the block swallowed it."""
    declared = _declared(project, os.environ.get(STAGE, "").rpartition(":")[2])
    if not declared:
        yield
        return
    strays: list[str] = []
    net = opened.Net(project.root, declared, strays.append)
    net.spread()
    try:
        yield
    finally:
        # The front page, which is made after a report, reads all that lies there.
        net.lift()
    if strays:
        raise opened.UndeclaredError(opened.said(strays))


def _declared(project: Project, name: str) -> tuple[str, ...]:
    """What a stage may read: inputs, parameters, and what it makes; nothing for what is no stage."""
    mine = [one for one in plan.declared(project) if one.name == name] if name else []
    return tuple(path for one in mine for path in (*one.inputs, *one.parameters, *one.outputs))
