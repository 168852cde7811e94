"""What a directorate says to its numbers, in its own words and its own language."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from pipeline.figures.brief import Brief
from pipeline.figures.html import Html, Part, joined, paragraph
from pipeline.figures.section import section
from pipeline.plain import plain
from pipeline.words import DIRECTIONS


@section("remark", of_one=True)
def remark(brief: Brief) -> Iterator[Part]:
    """The directorate's own remark, word for word, with the office that sent it; or that it has sent none."""
    found = brief.told["remark"]
    if not found:
        yield paragraph(brief.say("remark.withheld" if brief.edition != "internal" else "remark.none"), "none")
        return
    texts = [plain(" ".join(lines.split())) for lines in found["text"].split("\n\n")]
    quoted = Markup('<blockquote lang="{}" dir="{}">{}</blockquote>')
    paragraphs = joined(Markup("<p>{}</p>").format(text) for text in texts if text)
    yield Html(quoted.format(found["language"], DIRECTIONS[found["language"]], paragraphs))
    yield paragraph(brief.say("remark.by", office=plain(found["office"]), date=brief.say.date(found["date"])), "source")
