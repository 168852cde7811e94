"""The front page, with what only a run knows: which pages are older than what their inputs are made from.

A receipt names the inputs of its report: the brief, the notebook, the code. That the brief itself comes of an export or
a decision that has changed since, DVC's lock tells: it names the bytes that each stage was made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run import plan

# Reasons of `plan` that make what follows old. Others say that something is not here, or was never run by DVC; of an
# output that changed, the stages that read it say so themselves.
CHANGED, OUTPUT = " changed: ", "output "


def make(project: Project) -> None:
    """Makes the front page anew. What it takes is imported here: a run with nothing to do needs none of it."""
    from pipeline import index

    index.index(project, outdated(project))


def is_older(project: Project) -> bool:
    """Whether a page is missing, or something that it shows was put there later: by `dvc pull`, or an update."""
    pages = list(project.outputs().glob("index*.html"))
    if project.front_page() not in pages:
        return True
    shown = [project.registry_file(), project.signers(), project.ledger()]
    shown += [*project.front("words.csv").parent.iterdir()]
    shown += [*project.outputs().glob("*/*/*.receipt.json"), *project.outputs().glob("failed/*/*/*/cause.txt")]
    oldest = min(page.stat().st_mtime_ns for page in pages)
    return any(path.is_file() and path.stat().st_mtime_ns > oldest for path in shown)


@contextmanager
def made_after(project: Project) -> Iterator[None]:
    """Makes the front page anew when the block ends, whether it is done, fails or is stopped.

    What ended the block is what is told in the end; that the page could not be made is told before.
    """
    try:
        yield
    except BaseException:
        try:
            make(project)
        except HeramsError as problem:
            click.echo(f"herams: {problem}", err=True)
        raise
    make(project)


def outdated(project: Project) -> dict[str, str]:
    """For each output before which something changed in an earlier stage: what changed first, and where."""
    if not (project.root / "dvc.lock").is_file():
        return {}
    found = plan.plan(project)
    makers = {path: stage.name for stage in found.stages for path in stage.outputs}
    causes: dict[str, str] = {}
    for stage in plan.in_order(found.stages, makers):
        before = [maker for path in stage.inputs if (maker := plan.maker_of(path, makers)) and maker != stage.name]
        why = [one for name in before for one in _causes(found, causes, name)]
        if why:
            causes[stage.name] = why[0]
    return {path: causes[stage.name] for stage in found.stages if stage.name in causes for path in stage.outputs}


def _causes(found: plan.Plan, causes: dict[str, str], name: str) -> Iterator[str]:
    """What changed before a stage, then what changed in it."""
    if name in causes:
        yield causes[name]
    yield from (f"{name}: {reason}" for reason in found.reasons.get(name, ()) if _is_change(reason))


def _is_change(reason: str) -> bool:
    return CHANGED in reason and not reason.startswith(OUTPUT)
