"""What a notebook must be before it runs, and what shows that it ran whole: checks that need no kernel."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import ReportError, UsageError, unknown

# What figures.open_brief publishes: the parameters as the kernel has them.
ECHO = "application/vnd.herams.parameters+json"


# --- before -----------------------------------------------------------------------------------------------------------


def read_notebook(text: str, name: str) -> Any:
    """A notebook of ours from its text: format 4.5 and up, stable cell ids, no saved outputs."""
    import nbformat
    from nbformat.validator import NotebookValidationError

    try:
        nbformat.validate(json.loads(text), version=4)
        notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    # What is no notebook at all makes the validator itself stumble.
    except (NotebookValidationError, ValueError, TypeError, AttributeError) as problem:
        raise ReportError(f"{name} is no notebook: {problem}") from problem
    if notebook.nbformat_minor < 5:
        raise ReportError(
            f"{name} has format 4.{notebook.nbformat_minor}: save it as 4.5 or newer, so that its cells have ids"
        )
    saved = [cell.id for cell in notebook.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)]
    if saved:
        raise ReportError(
            f"{name} has saved outputs (cell {saved[0]!r}): clear them, so that a page never shows an old run"
        )
    return notebook


def compile_schema() -> None:
    """Makes nbformat compile its schema of notebooks, which it otherwise does at the first one that a process reads."""
    import nbformat

    nbformat.validate(nbformat.v4.new_notebook())  # type: ignore[no-untyped-call]


def tags(cell: Any) -> tuple[str, ...]:
    """The tags of a cell."""
    return tuple(cell.metadata.get("tags", ()))


def assignments(source: str) -> dict[str, Any]:
    """Name and value of each `name = literal` of a cell; anything else in it is an error."""
    found = {}
    for statement in ast.parse(source).body:
        if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
            raise ReportError(f'line {statement.lineno} of the parameters cell is no `name = "text"`')
        found[statement.targets[0].id] = ast.literal_eval(statement.value)
    return found


def own_parameters(notebook: Any) -> dict[str, Any]:
    """The parameters that a notebook declares, with its defaults."""
    cells = [cell for cell in notebook.cells if "parameters" in tags(cell)]
    if len(cells) != 1:
        raise ReportError(f"the notebook has {len(cells)} cells tagged `parameters`; give it exactly one")
    return assignments(cells[0].source)


def check_parameters(notebook: Any, parameters: Mapping[str, Any]) -> None:
    """Refuses parameters that are not exactly the notebook's own, in name and in type; no kernel has started yet."""
    own = own_parameters(notebook)
    for name, value in parameters.items():
        if name not in own:
            raise unknown("parameter", name, own)
        if type(value) is not type(own[name]):
            raise UsageError(
                f"parameter {name!r} must be {type(own[name]).__name__}, not {type(value).__name__}: {value!r}"
            )
    missing = sorted(set(own) - set(parameters))
    if missing:
        raise UsageError(f"missing parameter {missing[0]!r}: the notebook needs {', '.join(sorted(own))}")


# --- after ------------------------------------------------------------------------------------------------------------


def faults(executed: Any, parameters: Mapping[str, str]) -> list[str]:
    """Whatever shows that an executed notebook did not run whole, in the order of its cells."""
    cells = [cell for cell in executed.cells if cell.cell_type == "code"]
    return [*_errors(cells), *_counts(cells), *_injected(cells, parameters), *_echoed(cells, parameters)]


def _counts(cells: list[Any]) -> Iterator[str]:
    idle = [cell.id for cell in cells if cell.execution_count is None]
    if idle:
        yield f"{len(idle)} of {len(cells)} cells did not run, from {idle[0]!r} on"
    for place, cell in enumerate(cells, start=1):
        if cell.execution_count not in (None, place):
            yield f"cell {cell.id!r} ran as number {cell.execution_count} instead of {place}"


def _errors(cells: list[Any]) -> Iterator[str]:
    for cell in cells:
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {cell.id!r} ended with {output.ename}: {output.evalue}"
            elif output.output_type == "stream" and output.name == "stderr":
                yield f"cell {cell.id!r} wrote to stderr: {output.text.strip()[:300]}"


def _injected(cells: list[Any], parameters: Mapping[str, str]) -> Iterator[str]:
    injected = [cell for cell in cells if "injected-parameters" in tags(cell)]
    if len(injected) != 1:
        yield f"{len(injected)} cells of injected parameters instead of one"
    elif assignments(injected[0].source) != dict(parameters):
        yield "the injected parameters are not those asked for"


def _echoed(cells: list[Any], parameters: Mapping[str, str]) -> Iterator[str]:
    echoes = [output.data[ECHO] for cell in cells for output in cell.outputs if ECHO in output.get("data", {})]
    if not echoes:
        yield "the notebook opened no brief (figures.open_brief), so nothing shows which parameters the kernel had"
    elif any(echo != dict(parameters) for echo in echoes):
        yield f"the kernel worked with other parameters: {echoes}"
