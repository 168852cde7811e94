"""A real browser for tests, Debian's Chromium driven by playwright, and Pango; where one is missing, tests say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline import pdf
from pipeline.errors import HeramsError

PHONE, DESK = 390, 1280


@dataclass
class Opened:
    """A page that is open in the browser, what it asked for besides itself, and what went wrong in it."""

    page: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def says(self, script: str) -> Any:
        """What a piece of JavaScript gives in the page."""
        return self.page.evaluate(script)


def complaints_of_axe(page: Any) -> list[tuple[str, list[str]]]:
    """What axe finds in a page of the browser: the rule, and the first places that break it."""
    from axe_playwright_python.sync_playwright import Axe

    told = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"][:90] for node in one["nodes"][:3]]) for one in told]


def reason_to_skip() -> str:
    """Why there is no browser here; blank where there is one."""
    if shutil.which("chromium") is None:
        return "no chromium: apt-get install chromium"
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "no playwright: it is in the extra `browser`"
    return ""


def _has_pango() -> bool:
    try:
        pdf._weasyprint()
    except HeramsError:
        return False
    return True


needs_pango = pytest.mark.skipif(not _has_pango(), reason="no Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0")
needs_browser = pytest.mark.skipif(bool(reason_to_skip()), reason=reason_to_skip() or "there is one")


# What of a page stands outside of the window, besides what may be scrolled for itself.
OUTSIDE = """[...document.querySelectorAll('main *')]
  .filter(one => !one.closest('.scroll') && !one.closest('svg'))
  .filter(one => { const box = one.getBoundingClientRect(); return box.left < -1 || box.right > innerWidth + 1 })
  .map(one => one.outerHTML.slice(0, 80))"""


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, closed at the end: its event loop would be in the way of notebooks that run in this process."""
    from playwright.sync_api import sync_playwright

    # Root has no sandbox; the pages are ours.
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Any, path: Path, width: int = DESK) -> Iterator[Opened]:
    """A page from the disk in a window of a width."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    found = Opened(page)
    page.on("request", lambda request: found.asked.append(request.url))
    page.on("console", lambda message: found.complaints.append(message.text))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.goto(path.as_uri())
    found.asked = [url[:80] for url in found.asked if not url.startswith(("data:", path.as_uri()))]
    try:
        yield found
    finally:
        page.close()
