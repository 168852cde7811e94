"""Sections of the collection report about how far answers can be believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from pipeline.codebook import rows_of
from pipeline.figures.brief import Brief
from pipeline.figures.html import Cell, Part, paragraph, table
from pipeline.figures.numbers import FEW, Measure
from pipeline.figures.parts import FEW_MARK, Single, bar_chart, cell, few
from pipeline.figures.section import section
from pipeline.indicators import share
from pipeline.words import number

GONE = "gone"
Rows = list[dict[str, str]]


@section("revisits", has_numbers=False)
def revisits(brief: Brief) -> Iterator[Part]:
    """How many facilities were visited a second time, how far the two visits agree, and where they do not."""
    rows = rows_of(brief.slices["revisits"])
    drawn, visited = (sum(int(row[name]) for row in rows) for name in ("drawn", "visited"))
    if not visited:
        yield paragraph(brief.say.count("revisits.waiting", drawn) if drawn else brief.say("revisits.none"), "none")
        return
    few_visits = brief.say("revisits.few") if visited < FEW else ""
    yield paragraph(f"{brief.say('revisits.lead', drawn=drawn, visited=visited)} {few_visits}".strip())
    found = rows_of(brief.slices["agreement"])
    parts = [row for row in found if row["scope"] == brief.told["scope"] and row["part"]]
    if parts:
        bars = [Single(brief.say(f"module.{row['part']}"), _share(row)) for row in _worst_first(parts)]
        yield bar_chart(brief, "revisits", bars)
    yield from _by_directorate(brief, rows, [row for row in found if not row["part"]])
    yield from _differing(brief)
    yield paragraph(brief.say("revisits.meaning"))


def _by_directorate(brief: Brief, rows: Rows, found: Rows) -> Iterator[Part]:
    whole = {row["scope"]: _share(row) for row in found}
    columns = [brief.say("column.directorate"), *(brief.say(f"revisits.column.{name}") for name in COLUMNS)]
    lines = [_visited(brief, row, whole.get(row["directorate"], NONE)) for row in rows]
    total = {name: str(sum(int(row[name]) for row in rows)) for name in ("drawn", "visited")}
    scope = brief.told["scope"]
    lines.append(_visited(brief, {"directorate": scope, **total}, whole.get(scope, NONE)))
    yield table(brief.say("revisits.table"), columns, lines, "tight")
    if any(0 < int(row["visited"]) < FEW for row in rows):
        yield paragraph(brief.say("chart.few", mark=FEW_MARK))


COLUMNS = ("drawn", "visited", "agreement")
NONE = Measure(0, 0)


def _visited(brief: Brief, row: dict[str, str], agreed: Measure) -> list[Cell]:
    slug = row["directorate"]
    name = brief.say("revisits.gone") if slug == GONE else brief.label("scope", slug)
    # Hundreds of answers about three facilities are still three facilities.
    mark = FEW_MARK if agreed.denominator and not agreed.is_few and int(row["visited"]) < FEW else ""
    share_with_mark = Markup("{}{}").format(cell(agreed), mark)
    return [name, number(int(row["drawn"])), number(int(row["visited"])), share_with_mark]


def _differing(brief: Brief) -> Iterator[Part]:
    """The questions that the two visits answered differently most often."""
    rows = rows_of(brief.slices["disagreements"])
    if not rows:
        yield paragraph(brief.say("revisits.same"))
        return
    columns = [brief.say(f"revisits.column.{name}") for name in ("question", "part", "differing")]
    lines: list[list[Cell]] = [
        [
            brief.label("question", row["question"]),
            brief.say(f"module.{row['part']}"),
            brief.say("chart.of", a=int(row["differing"]), b=int(row["compared"])),
        ]
        for row in rows
    ]
    yield table(brief.say("revisits.questions"), columns, lines, "words")


@section("copied", has_numbers=False)
def copied(brief: Brief) -> Iterator[Part]:
    """How many facilities sent the answers of the response before once more, under a new date."""
    rows = rows_of(brief.slices["copied"])
    if not rows:
        yield paragraph(brief.say("copied.none"), "none")
        return
    found = [(row["directorate"], _share(row)) for row in rows]
    columns = [brief.say("column.directorate"), brief.say("copied.column.share")]
    lines: list[list[Cell]] = [[brief.label("scope", slug), cell(one)] for slug, one in found]
    yield table(brief.say("copied.table"), columns, lines, "tight")
    marked = few(brief, (one for _, one in found))
    if marked:
        yield paragraph(marked)
    yield paragraph(brief.say("copied.meaning"))


def _share(row: dict[str, str]) -> Measure:
    above, below = int(row["numerator"]), int(row["denominator"])
    return Measure(above, below, share(above, below, "percent"))


def _worst_first(rows: Iterable[dict[str, str]]) -> Rows:
    return sorted(rows, key=lambda row: (_share(row).value or 0.0, row["part"]))
