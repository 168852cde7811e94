"""What JupyterLab saves of a notebook: what a person wrote, and nothing that running it left behind.

A page's id hashes its notebook: with outputs or other parameters in it, every page of that notebook would be made anew,
and another machine could not make the same. `make lab` starts JupyterLab with `bare` as its hook before saving.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from pipeline.kernel.checks import tags
from pipeline.project import Project

PARAMETERS = "parameters"


def bare(model: dict[str, Any], path: str, **_: Any) -> None:
    """Takes outputs, counts and marks of running out of a notebook; its parameters stay as they are on the disk."""
    if model["type"] != "notebook":
        return
    content, kept = model["content"], _on_disk(PurePosixPath(path).stem)
    for cell in content["cells"]:
        cell["metadata"] = {name: value for name, value in cell["metadata"].items() if name == "tags"}
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
        if kept is not None and PARAMETERS in cell["metadata"].get("tags", ()):
            cell["source"] = _parameters(kept)
    if kept is not None:
        content["metadata"] = kept.metadata


def _on_disk(name: str) -> Any:
    """The notebook as it lies there, whatever another editor has saved in it; None for a new one."""
    import nbformat

    project = Project.find()
    place = project.notebook(name)
    return nbformat.reads(project.read_text(place), as_version=4) if place.is_file() else None  # type: ignore[no-untyped-call]


def _parameters(notebook: Any) -> str:
    return next(str(cell.source) for cell in notebook.cells if PARAMETERS in tags(cell))
