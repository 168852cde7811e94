"""The section of the collection report that holds the round against the facilities it should cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.codebook import rows_of
from pipeline.figures.brief import Brief
from pipeline.figures.html import Cell, Part, paragraph, table
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import cell
from pipeline.figures.section import section
from pipeline.indicators import share
from pipeline.words import number

SHOWN = 50
OTHERS = ("silent", "new", "reopened")
Rows = list[dict[str, str]]


@section("expected", has_numbers=False)
def expected(brief: Brief) -> Iterator[Part]:
    """How many of the facilities of the last list came, by directorate and where some are missing or new, by sector."""
    rows = rows_of(brief.slices["expected"])
    if not rows:
        yield paragraph(brief.say("expected.none"), "none")
        return
    whole = _came(rows)
    lead = brief.say("expected.lead", a=whole.numerator, b=whole.denominator or 0)
    yield paragraph(f"{lead} {brief.say.count('expected.new', _sum(rows, 'new'))}")
    names = [brief.say(f"expected.column.{name}") for name in ("came", *OTHERS)]
    lines = [
        _line(brief.label("scope", slug), [row for row in rows if row["directorate"] == slug])
        for slug in brief.told["members"]
    ]
    yield table(brief.say("expected.table"), [brief.say("column.directorate"), *names], lines, "tight")
    yield paragraph(brief.say("expected.meaning"))
    yield from _sectors(brief, names, [row for row in rows if row["came"] != row["expected"] or row["new"] != "0"])


def _sectors(brief: Brief, names: list[str], rows: Rows) -> Iterator[Part]:
    """The sectors that lack a facility of the list or have a new one, those that lack most first."""
    if not rows:
        yield paragraph(brief.say("expected.whole"))
        return
    first = sorted(rows, key=lambda row: int(row["came"]) - int(row["expected"]))
    lines = [_line(_sector(brief, row), [row]) for row in first[:SHOWN]]
    yield table(brief.say("expected.sectors"), [brief.say("column.sector"), *names], lines, "tight")
    if len(rows) > SHOWN:
        yield paragraph(brief.say.count("more", len(rows) - SHOWN), "more")


def _sector(brief: Brief, row: dict[str, str]) -> str:
    directorate = brief.label("scope", row["directorate"])
    sector = brief.label("sector", row["sector"]) if row["sector"] else brief.say("coverage.unknown")
    return brief.say("coverage.sector", directorate=directorate, sector=sector)


def _line(name: str, rows: Rows) -> list[Cell]:
    return [name, cell(_came(rows)), *(number(_sum(rows, column)) for column in OTHERS)]


def _came(rows: Rows) -> Measure:
    """Facilities that came, of those expected."""
    above, below = _sum(rows, "came"), _sum(rows, "expected")
    return Measure(above, below, share(above, below, "percent"))


def _sum(rows: Iterable[dict[str, str]], column: str) -> int:
    return sum(int(row[column]) for row in rows)
