"""Pages as a reader has them, for `make bench`: how large, how soon open in Chromium, how long a PDF takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import made
from browser import chromium, opened, reason_to_skip

from pipeline import pdf, report

HEADS = ("page", "bytes", "open after (wall)", "PDF (CPU)", "sheets")
MADE = (("kirkuk", "overview"), ("iraq", "summary"), ("iraq", "operations"))
TIMES = 5


def rows(_: Path) -> Iterator[tuple[str, ...]]:
    """Each page of a small round: its size, the median of its openings, and its PDF."""
    project = made.whole()
    name = made.round_of(project)
    for scope, told in MADE:
        report.report(project, name, scope, told)
    which = [(scope, told, language) for scope, told in MADE for language in project.registry.languages]
    seconds = opening([project.page(name, *one) for one in which])
    for one, soon in zip(which, seconds, strict=True):
        begun = time.process_time()
        printed = pdf.pdf(project, name, *one)
        spent = time.process_time() - begun
        size = project.page(name, *one).stat().st_size
        yield " ".join(one), f"{size:,}", soon, f"{spent:.1f}", str(printed.sheets)


def opening(pages: list[Path]) -> list[str]:
    """The median seconds from asking for a page to its last letter and picture, or why that cannot be known."""
    if reason_to_skip():
        return [reason_to_skip()] * len(pages)
    with chromium() as browser:
        return [f"{statistics.median(_open(browser, page) for _ in range(TIMES)):.2f}" for page in pages]


def _open(browser: Any, page: Path) -> float:
    """Seconds from asking for a page until it is painted whole: its first contents, and the end of loading."""
    with opened(browser, page) as found:
        loaded = found.says("performance.getEntriesByType('navigation')[0].loadEventEnd")
        painted = found.says(
            "new Promise(done => new PerformanceObserver(list => done(list.getEntries()[0].startTime))"
            ".observe({type: 'paint', buffered: true}))"
        )
        return max(float(loaded), float(painted)) / 1000
