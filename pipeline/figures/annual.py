"""The ministry's own annual figures beside those of the round, each with what makes the two differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.figures.brief import Brief
from pipeline.figures.html import Cell, Part, named, paragraph, table
from pipeline.figures.section import section
from pipeline.plain import plain
from pipeline.words import number

COLUMNS = ("item", "year", "value", "found", "difference", "why")


@section("annual", needs="annual")
def annual(brief: Brief) -> Iterator[Part]:
    """Each figure of the annual statistical report, ours, and the difference: definition, coverage, date."""
    yield paragraph(brief.say("annual.lead"))
    rows = [_beside(brief, row) for row in brief.told["annual"]]
    columns = [brief.say(f"annual.column.{name}") for name in COLUMNS]
    yield table(brief.say("annual.caption", name=brief.name), columns, rows, "words")
    for source in sorted({row["source"] for row in brief.told["annual"]}):
        yield paragraph(named(source), "source")


def _beside(brief: Brief, row: dict[str, Any]) -> list[Cell]:
    found, value = row["found"], row["value"]
    difference = "" if found is None else f"{found - value:+,d}" if found != value else "0"
    name = brief.label("type", row["item"]) if row["is_type"] else brief.say.translated(row["name"])
    ours = brief.say("headlines.unknown") if found is None else number(found)
    return [plain(name), row["year"], number(value), ours, difference, _why(brief, row)]


def _why(brief: Brief, row: dict[str, Any]) -> str:
    """What the figure of this round counts, over how much of the scope, and as of when."""
    told, (behind, of) = brief.told, brief.behind
    reasons = [brief.say("annual.definition", definition=brief.say.translated(row["definition"]))]
    if told["kind"] == "wider" and behind < of:
        reasons.append(brief.say("annual.coverage", a=behind, b=of))
    if row["missing"]:
        reasons.append(brief.say.count("annual.missing", row["missing"]))
    first, last = map(brief.say.date, told["window"])
    reasons.append(brief.say("annual.date", first=first, last=last, year=row["year"]))
    return " ".join(reasons)
