"""What may not stand in a page: anything that runs, loads or leads outside, and anything a screen reader trips over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

PAGE_BYTES = 300_000
BANNER = re.compile(r"<!-- banner -->.*?<!-- /banner -->", re.DOTALL)
# No address at all, not even as text: `figures` breaks those that stand in data.
ADDRESS = re.compile(r"(?<=[a-z0-9+.-])://", re.IGNORECASE)
LOADING = re.compile(r"javascript:|@import|expression\(|url\(\s*(?![#'\"]?#)", re.IGNORECASE)
# The font of a page stands in its style; whatever else a style loads is refused.
FONT = re.compile(r"url\(data:font/woff2;base64,[A-Za-z0-9+/=]+\)")
# Files that a page leads to: the front page to any below it, a report to the front page and to its own files.
ANY_FILE = r"(?!/)[\w./-]+"
OF_REPORT = r"\.\./\.\./index(\.[a-z]+)?\.html|[A-Za-z0-9-]+\.([a-z]+\.html|xlsx|csv\.zip)"
SPOKEN = ("aria-label", "alt", "title")
RUNNING = {
    "script", "iframe", "frame", "object", "embed", "applet", "base", "form", "input", "button", "link", "audio",
    "video", "source", "track", "portal", "foreignobject", "animate", "set", "template",
}  # fmt: skip
# Attributes that name something to load or to go to; inside a page they may only name a place of the page.
LEADING = {
    "href", "src", "xlink:href", "action", "formaction", "poster", "srcset", "data", "background", "cite", "ping",
    "manifest",
}  # fmt: skip


class _Reader(HTMLParser):
    """Walks through a page once and notes what is wrong with it."""

    def __init__(self, may_link: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.may_link = may_link
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.targets: set[str] = set()
        self.headings: list[int] = []
        self.tables: list[bool] = []
        self.language = ""
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        where = f"<{tag}> in line {self.getpos()[0]}"
        self.faults += [
            f"{where}: {fault}"
            for fault in (*_running(tag, told), *_leading(told, self.may_link), *_unreadable(tag, told))
        ]
        self.inside = tag
        if "id" in told:
            self.ids[told["id"]] += 1
        self.targets |= {told["href"][1:]} if told.get("href", "").startswith("#") else set()
        self.targets |= set(told.get("aria-labelledby", "").split())
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "table":
            self.tables.append(False)
        if tag == "caption" and self.tables:
            self.tables[-1] = True
        if tag == "html":
            self.language = told.get("lang", "")

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        if self.inside == "style" and LOADING.search(FONT.sub("", data)):
            self.faults.append(f"the style in line {self.getpos()[0]} loads something")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""
        if tag == "table" and self.tables and not self.tables.pop():
            self.faults.append(f"<table> that ends in line {self.getpos()[0]} has no caption")


def _running(tag: str, told: dict[str, str]) -> Iterator[str]:
    if tag in RUNNING:
        yield "has no place in a page"
    if tag == "meta" and told.get("http-equiv", "").casefold() == "refresh":
        yield "leads elsewhere"
    for name in told:
        if name.startswith("on"):
            yield f"{name} would run"


def _leading(told: dict[str, str], may_link: bool) -> Iterator[str]:
    for name, value in told.items():
        is_beside = name == "href" and re.fullmatch(ANY_FILE if may_link else OF_REPORT, value)
        if name in LEADING and not is_beside and not value.startswith(("#", "data:image/")):
            yield f"{name}={value[:60]!r} leads out of the page"
        elif name not in SPOKEN and LOADING.search(value):
            yield f"{name}={value[:60]!r} loads something"


def _unreadable(tag: str, told: dict[str, str]) -> Iterator[str]:
    if tag == "svg" and (told.get("role") != "img" or not told.get("aria-label")):
        yield "a picture without alternative text"
    if tag == "img" and not told.get("alt"):
        yield "a picture without alternative text"
    if tag == "th" and told.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
        yield "a table's head without scope"


def faults(page: str, is_report: bool = True, most: int = PAGE_BYTES) -> list[str]:
    """Everything that is wrong with a page, in words; an empty list for one that is fit to be shown.

    A report has a banner, and leads only to the front page, to its other languages and to its tables; the front page
    has none, and leads to any file beside it.
    """
    reader = _Reader(may_link=not is_report)
    reader.feed(page)
    reader.close()
    return [*_addresses(page), *reader.faults, *_frame(page, reader, is_report, most), *_order(reader.headings)]


def _addresses(page: str) -> Iterator[str]:
    for found in ADDRESS.finditer(page):
        yield f"an address: {page[max(0, found.start() - 20) : found.end() + 40]!r}"


def _frame(page: str, reader: _Reader, is_report: bool, most: int) -> Iterator[str]:
    if len(BANNER.findall(page)) != int(is_report):
        yield "the banner must stand at one marked place"
    if not reader.language:
        yield "no language"
    if "Content-Security-Policy" not in page:
        yield "no content-security policy"
    for name, times in sorted(reader.ids.items()):
        if times > 1:
            yield f"the id {name!r} stands there {times} times"
    for name in sorted(reader.targets - set(reader.ids)):
        yield f"a link leads to #{name}, which is not there"
    if len(page.encode("utf-8")) > most:
        yield f"{len(page.encode('utf-8')):,} bytes: a page has at most {most:,}; shorten a list"


def _order(headings: list[int]) -> Iterator[str]:
    if headings.count(1) != 1 or headings[0] != 1:
        yield f"a page has one h1, before all other headings: {headings[:8]}"
    for before, after in pairwise(headings):
        if after > before + 1:
            yield f"a heading h{after} follows h{before}"
