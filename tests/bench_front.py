"""The front page and the tables behind reports, for `make bench`: the country as simulated, opened in Chromium."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bench_stages
from browser import chromium, reason_to_skip

HEADS = ("what", "figure", "unit")
SEARCHES = ("نور", "HF_CM_", "al-noor")


def rows(root: Path) -> Iterator[tuple[str, str, str]]:
    """What was measured, its figure, and the figure's unit."""
    from pipeline import index
    from pipeline.index.standing import LANGUAGES
    from pipeline.project import Project

    bench_stages.wall("-m", "pipeline", "round", "simulate", "demo-2023", folder=root)
    bench_stages.part("data", root)
    project = Project(root)
    index.index(project)
    yield "the front page in three languages", f"{bench_stages.cpu(lambda: index.index(project)):.2f}", "s of CPU"
    for language in LANGUAGES:
        yield f"its size, {language}", f"{project.front_page(language).stat().st_size / 1000:.0f}", "kB"
    yield from tables(project)
    for language in LANGUAGES:
        yield from opened(project.front_page(language), language)


def tables(project: Any) -> Iterator[tuple[str, str, str]]:
    """The files of two reports, beside openpyxl's time for the same cells."""
    from pipeline import words
    from pipeline.index.standing import LANGUAGES
    from pipeline.tables import tables
    from pipeline.tables.labels import labelled
    from pipeline.tables.xlsx import workbook

    say = {code: words.load(project, code, [project.look("words") / "tables.csv"]) for code in LANGUAGES}
    for scope in ("kirkuk", "iraq"):
        folder = project.brief("demo-2023", scope, project.registry.reports_of(scope)[0])
        told = project.read_json(folder / "brief.json")
        slices = {name: project.read_csv(folder / f"{name}.csv") for name in told["slices"]}
        sheets = labelled(slices, say)
        cells = sum(frame.size for frame in sheets.values())
        for what, of in (
            ("both files", lambda told=told, slices=slices: tables(told, slices, say, "")),
            ("the spreadsheet alone", lambda sheets=sheets: workbook(sheets)),
            ("by openpyxl", lambda sheets=sheets: by_openpyxl(sheets)),
        ):
            yield f"tables of {scope}, {cells:,} cells: {what}", f"{bench_stages.cpu(of):.2f}", "s of CPU"


def by_openpyxl(sheets: Any) -> bytes:
    """The same sheets by openpyxl, which writes row after row."""
    from openpyxl import Workbook

    book, made = Workbook(write_only=True), io.BytesIO()
    for name, frame in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(list(frame.columns))
        for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
            sheet.append(row)
    book.save(made)
    return made.getvalue()


def opened(page: Path, language: str) -> Iterator[tuple[str, str, str]]:
    """How long Chromium takes to open the page, and to search in it: the first time it folds all names."""
    if reason_to_skip():
        yield f"opened in Chromium, {language}", "–", f"not measured: {reason_to_skip()}"
        return
    with chromium() as browser:
        sheet = browser.new_page(viewport={"width": 390, "height": 800})
        yield f"opened in Chromium, {language}", f"{milliseconds(lambda: sheet.goto(page.as_uri())):.0f}", "ms"
        for number, text in enumerate(SEARCHES):
            took = sheet.evaluate(
                "(text) => { const t = performance.now(); search.value = text; show(); return performance.now() - t }",
                text,
            )
            yield f"  search {number + 1}: {text}", f"{took:.0f}", "ms"


def milliseconds(act: Callable[[], object]) -> float:
    """The wall time of one call."""
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000
