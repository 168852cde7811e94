"""Facilities, beds and staff per population: of a directorate's governorate, or of every governorate of a wider report.

Population is known by governorate and never by directorate; the page says so, and names source and year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from markupsafe import Markup

from pipeline.figures.brief import Brief
from pipeline.figures.html import Part, bullets, paragraph, table
from pipeline.figures.numbers import NOTHING, Measure
from pipeline.figures.parts import rate
from pipeline.figures.section import section
from pipeline.words import NONE

RATES = (
    "POP_PHC_10K", "POP_HOSP_250K", "POP_BED_10K", "POP_BEDALL_10K", "POP_ICU_100K", "POP_DNM_10K", "POP_EMONC_500K",
    "POP_CEMONC_500K",
)  # fmt: skip
# Reasons that lie in the form, and so hold for every area.
NOWHERE = {"cadres_unnamed", "not_in_form"}


def known_rates(brief: Brief) -> list[str]:
    """The figures per population that a page shows."""
    return [indicator for indicator in RATES if indicator in brief.numbers.indicators]


def rate_sentences(brief: Brief, indicator: str) -> Iterator[str]:
    """A figure per population of the page's own area beside its benchmarks; nothing where it cannot be given."""
    wider = brief.told["kind"] == "wider"
    areas = (
        {"": brief.name} if wider else {code: brief.label("governorate", code) for code in brief.told["governorates"]}
    )
    for code, name in areas.items():
        found = _of(brief, indicator, code)
        if found.value is not None:
            told = brief.say("population.sentence", name=brief.say(f"population.{indicator}"), area=name)
            yield f"{told} {rate(brief, found)}{_beside(brief, indicator)}."


def _beside(brief: Brief, indicator: str) -> str:
    rows = [row for row in brief.told["benchmarks"] if row["indicator"] == indicator]
    texts = [
        brief.say("population.beside", value=row["value"], purpose=brief.say.translated(row["purpose"])) for row in rows
    ]
    return f" ({brief.say.joined(texts, 'semicolon')})" if texts else ""


@section("population", speaks_of="POP")
def population(brief: Brief) -> Iterator[Part]:
    """Facilities, beds and staff per population, with the benchmarks, their purpose and the population's source."""
    wider = brief.told["kind"] == "wider"
    places = brief.say.listed(brief.label("governorate", code) for code in brief.told["governorates"])
    key = "population.wider" if wider else "population.directorate"
    yield paragraph(brief.say(key, name=brief.name, places=places))
    yield _by_area(brief) if wider else _by_indicator(brief)
    yield paragraph(brief.say("population.benchmarks"))
    known = [row for row in brief.told["benchmarks"] if row["indicator"] in brief.numbers.indicators]
    yield bullets((benchmark(brief, row) for row in known), "points")
    yield from sources(brief)


def sources(brief: Brief) -> Iterator[Part]:
    """Whose population the figures rest on, and of which day."""
    known = {(row["date"], row["source"].partition(";")[0]) for row in brief.told["population"]}
    for date, source in sorted(known):
        yield paragraph(
            brief.say("population.source", date=brief.say.date(date), source=brief.say.translated(source)), "source"
        )


def benchmark(brief: Brief, row: dict[str, str]) -> str:
    """A benchmark with its value, purpose and source."""
    told = {part: brief.say.translated(row[part]) for part in ("name", "purpose", "source")}
    return brief.say("population.benchmark", value=row["value"], **told)


def _by_indicator(brief: Brief) -> Part:
    """A row for each indicator: few areas, long names."""
    areas = brief.told["governorates"]
    columns = [brief.say("population.column.indicator"), *(brief.label("governorate", code) for code in areas)]
    rows = [
        [_name(brief, indicator), *_cells(brief, [_of(brief, indicator, code) for code in areas])]
        for indicator in known_rates(brief)
    ]
    return table(brief.say("population.table"), columns, rows, "rates")


def _by_area(brief: Brief) -> Part:
    """A row for each governorate, the whole scope last."""
    areas = {code: brief.label("governorate", code) for code in brief.told["governorates"]} | {"": brief.name}
    columns = [brief.say("population.column.area"), *(_name(brief, one) for one in known_rates(brief))]
    rows = [
        [name, *_cells(brief, [_of(brief, one, code) for one in known_rates(brief)])] for code, name in areas.items()
    ]
    return table(brief.say("population.table"), columns, rows, "rates total")


def _of(brief: Brief, indicator: str, area: str) -> Measure:
    """A figure of a governorate, or of the scope; where a governorate has none, whoever works there is left out."""
    found = brief.measure(indicator, "governorate", area) if area else brief.measure(indicator)
    country = brief.told["iraq"]
    has_people = any(row["area"] == area for row in brief.told["population"])
    is_left_out = found == NOTHING and has_people and country["reported"] < country["of"]
    return replace(found, reason="left_out") if is_left_out else found


def _cells(brief: Brief, found: list[Measure]) -> list[Markup | str]:
    """The figures; what is computable nowhere stays blank, since its name says why."""
    return [NONE if one.reason in NOWHERE else rate(brief, one) for one in found]


def _name(brief: Brief, indicator: str) -> str:
    """The indicator's name; where it cannot be computed at all, with the reason."""
    reasons = {_of(brief, indicator, code).reason for code in brief.told["governorates"]}
    name = brief.say(f"population.{indicator}")
    nowhere = sorted(reasons & NOWHERE)
    return f"{name}: {brief.say(f'reason.{nowhere[0]}')}" if nowhere else name
