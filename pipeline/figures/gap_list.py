"""The list of gaps: which facility says that a service is expected of it, and partially available or missing."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from pipeline.codebook import rows_of
from pipeline.figures.areas import is_wider
from pipeline.figures.brief import Brief
from pipeline.figures.domain import short
from pipeline.figures.facilities import more
from pipeline.figures.html import Cell, Part, paragraph, table
from pipeline.figures.section import section
from pipeline.figures.told import facility
from pipeline.plain import plain
from pipeline.words import number

# A page prints so many facilities; the whole list is in the tables beside it.
SHOWN = 50


@section("gap_list")
def gap_list(brief: Brief) -> Iterator[Part]:
    """The facilities that lack most of the services that they say are expected of them, with the services."""
    if brief.edition != "internal":
        yield paragraph(brief.say("gap_list.withheld"), "source")
        return
    rows = rows_of(brief.slices["declared"].head(SHOWN))
    if not rows:
        yield paragraph(brief.say("gap_list.none"), "none")
        return
    length = brief.told["lengths"]["declared"]
    yield paragraph(brief.say.count("gap_list.lead", length, shown=number(len(rows))))
    place = "directorate" if is_wider(brief) else "sector"
    columns = [brief.say(f"column.{name}") for name in ("facility", place, "not_available", "partial")]
    names = {item: short(name) for item, name in brief.items("service").items()}
    yield table(brief.say("gap_list.table"), columns, (_row(brief, row, place, names) for row in rows), "words")
    yield from more(brief, "declared", len(rows))


def _row(brief: Brief, row: dict[str, str], place: str, names: dict[str, str]) -> list[Cell]:
    head = Markup("{} <small>{}<br><code>{}</code></small>").format(
        facility(brief, row),
        brief.label("type", row["type"]),
        plain(row["facility_id"]),
    )
    where = brief.label("scope" if place == "directorate" else "sector", row[place])
    return [head, where, *(_services(row[word], names) for word in ("not_available", "partial"))]


def _services(codes: str, names: dict[str, str]) -> Markup:
    """How many services, and which."""
    found = codes.split()
    if not found:
        return Markup("{}").format(number(0))
    return Markup("<b>{}</b> {}").format(number(len(found)), " · ".join(names[code] for code in found))
