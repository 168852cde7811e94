"""A report's page as PDF, for the paper and the mail: tagged, made of the page as it lies there and of nothing else.

WeasyPrint lays out what the browser would print. Of the letters in a chart it draws one by one, which breaks Arabic;
so each text of a chart is handed to it as one letter, with the direction that the page has. The same page gives the
same bytes on one machine; on another, letters that the page's font lacks may come from another font.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from pipeline import receipt
from pipeline.errors import HeramsError, ReportError, VerificationError, unknown
from pipeline.project import Project
from pipeline.words import DIRECTIONS

# For readers that speak: headings, tables and pictures are named as such, and so is the language.
VARIANT = "pdf/ua-1"
SVG = "{http://www.w3.org/2000/svg}"
# On each sheet of paper: which page this is, which bytes it was made of, and how far one has read.
FOOT = """@page { font: 7pt Vazirmatn; color: #4c5a67;
  @bottom-left { direction: ltr; content: "%s" }
  @bottom-right { direction: ltr; content: counter(page) " / " counter(pages) } }"""
NO_PANGO = (
    "a PDF needs the system's Pango, which was not found ({}): on Debian and Ubuntu "
    "`apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0`, on macOS `brew install pango`; "
    "the page itself can be printed from any browser"
)


@dataclass(frozen=True)
class Printed:
    """A PDF, how many sheets it has, and the inputs that are others now than when its page was made."""

    content: bytes
    sheets: int
    older_than: tuple[str, ...] = ()


class _Letter(str):
    """A whole text that passes for one letter."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        yield str(self)


class _Text(Element):
    """A text of a chart whose letters are drawn at once, so that they join and run as they must."""

    said = ""

    @property
    def text(self) -> _Letter:
        """What the text says."""
        return _Letter(self.said)

    @text.setter
    def text(self, said: str | None) -> None:
        self.said = said or ""


def pdf(project: Project, round_name: str, scope: str, report: str, language: str = "en") -> Printed:
    """The PDF of a report's page in a language; a page that is not the one of its receipt is refused."""
    _require_known(project, round_name, scope, report, language)
    page = project.page(round_name, scope, report, language)
    place = project.receipt(round_name, scope, report)
    missing = next((path for path in (page, place) if not path.is_file()), None)
    if missing is not None:
        makes = project.registry.making(round_name, scope, report)
        raise ReportError(f"{project.relative(missing)} is not there: make the report first (`{makes}`)")
    told = project.read_json(place)
    _require_own_bytes(project, page, told)
    foot = f"{round_name} · {scope} · {report} · {told['id'][: receipt.PRINTED]}"
    content, sheets = printed(project.read_text(page), foot)
    return Printed(content, sheets, tuple(receipt.changed(project, told)))


def printed(page: str, foot: str, **options: Any) -> tuple[bytes, int]:
    """A page as PDF with a line at the foot of each sheet, and how many; what could not be drawn is a ReportError."""
    return bound([page], FOOT % foot, **options)


def bound(pages: Iterable[str], style: str, **options: Any) -> tuple[bytes, int]:
    """Pages bound into one PDF, each with its own count of sheets, and how many these are in all."""
    weasyprint = _weasyprint()
    with _complaints() as complaints:
        # Read once for all pages: what is in their fonts takes longer than a page of text.
        fonts = weasyprint.text.fonts.FontConfiguration()
        sheet = weasyprint.CSS(string=style, font_config=fonts)
        first, *others = (_laid_out(weasyprint, page, sheet, fonts) for page in pages)
        made = first.copy([one for made in (first, *others) for one in made.pages]) if others else first
        content = made.write_pdf(pdf_variant=VARIANT, **options)
    if complaints:
        raise ReportError("the PDF would not show what the page says: " + "; ".join(complaints[:12]))
    return content, len(made.pages)


def _laid_out(weasyprint: Any, page: str, sheet: Any, fonts: Any) -> Any:
    html = weasyprint.HTML(string=page, url_fetcher=weasyprint.URLFetcher(allowed_protocols=("data",)))
    root = html.etree_element
    for chart in root.iter(f"{SVG}svg"):
        _prepare(chart, root.get("dir", "ltr"))
    return html.render(stylesheets=[sheet], font_config=fonts, pdf_variant=VARIANT)


def _prepare(chart: Any, direction: str) -> None:
    """Says to a chart what it would take over from the page in a browser: font, direction, alternative text."""
    chart.set("font-family", "Vazirmatn")
    chart.set("direction", direction)
    title = chart.makeelement(f"{SVG}title", {})
    title.text = chart.get("aria-label", "")
    chart.insert(0, title)
    for parent in list(chart.iter()):
        parent[:] = [_joined(child) if child.tag == f"{SVG}text" else child for child in parent]


def _joined(text: Any) -> _Text:
    joined = _Text(text.tag, text.attrib)
    joined.text = "".join(text.itertext())
    return joined


def _require_known(project: Project, round_name: str, scope: str, report: str, language: str) -> None:
    project.round(round_name)
    known = (("scope", scope, project.scopes), ("report", report, project.registry.reports))
    for kind, word, words in (*known, ("language", language, DIRECTIONS)):
        if word not in words:
            raise unknown(kind, word, words)


def _require_own_bytes(project: Project, page: Path, told: Mapping[str, Any]) -> None:
    name = project.relative(page)
    if told["outputs"].get(name) != hashlib.sha256(project.read_bytes(page)).hexdigest():
        raise VerificationError(
            f"{name} is not the page that its receipt is about: somebody changed it, or it is another edition's; "
            "make the report again"
        )


@contextlib.contextmanager
def _complaints() -> Iterator[list[str]]:
    """What WeasyPrint says that it could not draw; it would only log it, and leave a gap."""
    found: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)


def _weasyprint() -> Any:
    """WeasyPrint; where the libraries are missing that it finds in the system, how to get them."""
    told = io.StringIO()
    try:
        # It prints what is missing, with an address, before it raises; what it can do without, it warns of.
        with contextlib.redirect_stdout(told), warnings.catch_warnings(action="ignore"):
            import weasyprint
    except OSError as problem:
        raise HeramsError(NO_PANGO.format(str(problem).partition("\n")[0])) from problem
    return weasyprint
