"""Published editions of pages: the page that was approved, with another banner at its one marked place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import escape

from pipeline.errors import ReportError
from pipeline.project import Project
from pipeline.publish.parts import isolated, say_in
from pipeline.publish.ready import Ready
from pipeline.review.core import BANNER

OPENS, CLOSES = "<!-- banner -->", "<!-- /banner -->"


def banners(project: Project, ready: Ready, date: str) -> dict[str, str]:
    """What stands at the marked place of published pages, by language: the edition, the number, the day, the tag."""
    found: dict[str, str] = {}
    for language in project.registry.languages:
        say = say_in(project, language)
        told = say("banner", edition=say(f"edition.{ready.edition}"), number=ready.number, date=isolated(date))
        found[language] = f'<p class="banner">{escape(told)} · <bdi dir="ltr">{escape(ready.tag)}</bdi></p>'
    return found


def draft_banners(pages: Mapping[str, bytes]) -> dict[str, str]:
    """What stood there before, by language; ReportError where two pages of a language differ."""
    found: dict[str, str] = {}
    for name, html in pages.items():
        marked = [one.decode("utf-8") for one in BANNER.findall(html)]
        banner = marked[0].removeprefix(OPENS).removesuffix(CLOSES) if len(marked) == 1 else None
        if banner is None or found.setdefault(language_of(name), banner) != banner:
            raise ReportError(f"{name}: the banner does not stand at one marked place, as on the other pages")
    return found


def published(html: bytes, banner: str) -> bytes:
    """A page with a banner at its marked place, and no other byte changed."""
    marked = f"{OPENS}{banner}{CLOSES}".encode()
    return BANNER.sub(lambda _: marked, html, count=1)


def language_of(name: str) -> str:
    """The language in the name of a page."""
    return name.split(".")[-2]


def pages(names: Iterable[str]) -> list[str]:
    """Those of some files that are pages."""
    return [name for name in names if name.endswith(".html")]
