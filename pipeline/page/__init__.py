"""The look: an executed notebook becomes one HTML page with our own small nbconvert template.

A page shows only pieces of `figures`; whatever else a cell put out (printed text, a repr, a chart without an
alternative text) is refused here rather than dropped. What may not stand in the page itself is in `page.checks`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from pipeline.errors import ReportError
from pipeline.kernel.checks import ECHO, tags
from pipeline.page.checks import faults as page_faults
from pipeline.words import DIRECTIONS

SVG = "image/svg+xml"
HTML = "text/html"
# What nbconvert and matplotlib write where nobody described a picture.
PLACEHOLDERS = ("no description has been provided", "image", "figure", "chart", "plot", "svg")
# <svg xmlns="http://www.w3.org/2000/svg" …>: needed by Jupyter, not by HTML, and an address like any other.
NAMESPACE = re.compile(r'\s+xmlns(?::xlink)?="[^"]*"')


class UnfitPageError(ReportError):
    """A page with something in it that may not be shown; the page is kept as evidence."""

    def __init__(self, message: str, html: str) -> None:
        super().__init__(message)
        self.html = html


@dataclass(frozen=True)
class Frame:
    """What stands around a report's pieces: title, language, state and receipt, look, some words, the report's name."""

    title: str
    language: str
    state: str
    receipt_id: str
    style: str
    words: Mapping[str, str]
    report: str = ""
    links: tuple[tuple[str, str, str], ...] = ()
    """What lies beside the page: where, how it is called, and its language where that is another."""


def render(executed: Any, frames: Iterable[Frame], template: str) -> list[str]:
    """The pages of an executed notebook, one for each frame; what is not fit to be shown is told in one ReportError."""
    frames = tuple(frames)
    found = [*_strangers(executed), *(fault for frame in frames for fault in _unkept(executed, frame.language))]
    if found:
        raise ReportError("the page would not show what the notebook says: " + "; ".join(found))
    return [_fit(_filled(executed, frame, template)) for frame in frames]


def _fit(page: str) -> str:
    found = page_faults(page)
    if found:
        raise UnfitPageError("the page is not fit to be shown: " + "; ".join(found[:12]), page)
    return page


def pieces(cell: Any, language: str) -> list[Any]:
    """The outputs of a cell that the page of a language shows; not what was left out, nor the echo of parameters."""
    return [output for output in cell.outputs if _of(output, language) and "shown" in output.metadata.herams]


def _of(output: Any, language: str) -> bool:
    """Whether a piece is of a language, or of none since it was left out."""
    told = output.get("metadata", {}).get("herams", {})
    return "piece" in told and told.get("language", language) == language


def embedded_svg(output: Any) -> Markup:
    """A chart as it stands in the page: without namespaces, named by its alternative text."""
    root, rest = output.data[SVG].split(">", 1)
    label = Markup(' role="img" aria-label="{}">').format(output.metadata[SVG]["alt"])
    return Markup(NAMESPACE.sub("", root)) + label + Markup(rest)


def _filled(executed: Any, frame: Frame, template: str) -> str:
    page = {
        "title": frame.title,
        "language": frame.language,
        "direction": DIRECTIONS[frame.language],
        "state": frame.state,
        "report": frame.report,
        "receipt_id": frame.receipt_id,
        "style": frame.style,
        "words": dict(frame.words),
        "links": frame.links,
        "contents": list(_contents(executed, frame.language)),
        "first": next((told["piece"] for cell in _code_cells(executed) for told in _told(cell, frame.language)), ""),
    }
    body, _ = exporter(template).from_notebook_node(_in(executed, frame.language), resources={"page": page})
    return str(body).strip() + "\n"


def _in(executed: Any, language: str) -> Any:
    """The notebook with the outputs that a page shows: nbconvert copies twice whatever it is given."""
    only = executed.copy()
    only.cells = [cell.copy() for cell in executed.cells]
    for cell in _code_cells(only):
        cell.outputs = pieces(cell, language)
    return only


@lru_cache(maxsize=4)
def exporter(template: str) -> Any:
    """Nbconvert's exporter with a template, compiled."""
    from nbconvert.exporters.templateexporter import TemplateExporter

    # The plain exporter: the one for HTML would parse the page again and write a placeholder where a text is missing.
    return TemplateExporter(  # type: ignore[no-untyped-call]
        raw_template=template,
        preprocessors=[],
        default_preprocessors=[],
        template_paths=[],
        filters={"embedded_svg": embedded_svg},
    )


# --- the pieces ----------------------------------------------------------------------------------------------------


def _code_cells(executed: Any) -> list[Any]:
    return [cell for cell in executed.cells if cell.cell_type == "code"]


def _told(cell: Any, language: str) -> list[Any]:
    """What the pieces of a cell say of themselves."""
    return [output.metadata.herams for output in pieces(cell, language)]


def _contents(executed: Any, language: str) -> Iterator[tuple[str, str]]:
    """Anchor and heading of each section, for the table of contents."""
    for cell in _code_cells(executed):
        for told in _told(cell, language):
            if told.get("level") == 2:
                yield told["piece"], told["heading"]


def _strangers(executed: Any) -> Iterator[str]:
    """Outputs that no function of `figures` made, or that a page cannot show."""
    for cell in executed.cells:
        if cell.cell_type == "markdown" and "note" not in tags(cell):
            yield f"cell {cell.id!r} is Markdown and not tagged `note`: its words stand in template/words"
    for cell in _code_cells(executed):
        for output in cell.outputs:
            yield from (f"cell {cell.id!r} {fault}" for fault in _output_faults(output))


def _output_faults(output: Any) -> Iterator[str]:
    if output.output_type == "error":
        yield f"ended with {output.ename}: {output.evalue}"
    elif output.output_type == "stream":
        yield f"wrote to {output.name}: {output.text.strip()[:120]!r}; a page shows only pieces of `figures`"
    elif ECHO not in output.data:
        yield from _piece_faults(output)


def _piece_faults(output: Any) -> Iterator[str]:
    told = output.metadata.get("herams", {})
    kinds = [kind for kind in (SVG, HTML) if kind in output.data]
    if "piece" not in told:
        yield f"shows {', '.join(sorted(output.data))}, which no function of `figures` made"
    elif "left_out" not in told and len(kinds) != 1:
        yield f"has a piece of {told['piece']} as {', '.join(sorted(output.data))}: a page shows {SVG} or {HTML}"
    elif kinds == [SVG]:
        yield from _chart_faults(told["piece"], output.metadata.get(SVG, {}))


def _chart_faults(piece: str, told: Mapping[str, str]) -> Iterator[str]:
    alt = str(told.get("alt", "")).strip()
    if not alt or alt.casefold().rstrip(".") in PLACEHOLDERS or alt.casefold().startswith(PLACEHOLDERS[0]):
        yield f"has a chart of {piece} without an alternative text: {alt!r}"
    if not str(told.get("caption", "")).strip():
        yield f"has a chart of {piece} without a caption"


def named_pieces(source: str) -> list[str]:
    """The functions of `figures` that a cell calls, in order, each of which must show something."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [call.func for call in calls if isinstance(call.func, ast.Attribute)]
    named = [name for name in names if isinstance(name.value, ast.Name) and name.value.id == "figures"]
    return [
        name.attr
        for name in sorted(named, key=lambda name: (name.lineno, name.col_offset))
        if name.attr != "open_brief"
    ]


def _unkept(executed: Any, language: str) -> Iterator[str]:
    """Figures and tables that a notebook names and does not show in a language, or shows and does not name."""
    for cell in _code_cells(executed):
        told = [output.metadata.herams["piece"] for output in cell.outputs if _of(output, language)]
        shown = list(dict.fromkeys(told))
        named = named_pieces(cell.source)
        if shown != named:
            names, shows = ", ".join(named) or "nothing", ", ".join(shown) or "nothing"
            yield f"cell {cell.id!r} names {names} and shows {shows} in {language!r}"
