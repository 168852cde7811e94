"""Sections about staff: who is there, where nobody is, which cadres suffice, and what cannot be said without names.

The form of Phase I numbers its cadres and does not name them. So nothing is said of doctors, nurses or midwives, and
each section that would speak of them says that it cannot, and why.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from pipeline.figures.beside import Column, Concern, by_part, parts_word, set_beside, worst, worst_sentence
from pipeline.figures.brief import LEVELS, Brief
from pipeline.figures.headlines import card, cards, share_card
from pipeline.figures.html import Cell, Part, bullets, paragraph, table
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import (
    ALL_LEVELS,
    Single,
    amount,
    bar_chart,
    cell,
    compared,
    level_name,
    of,
    rate,
    shaded,
)
from pipeline.figures.population import benchmark, sources
from pipeline.figures.section import section
from pipeline.words import number, percent

LEAST = 3
WORKERS, DOCTOR = "POP_DNM_10K", "HR_PHC_DOCTOR"


@section("workforce_headlines")
def workforce_headlines(brief: Brief) -> Iterator[Part]:
    """Heads, women among them, and facilities without staff; then what stands out, in sentences."""
    yield cards(_cards(brief))
    yield bullets(_sentences(brief), "sentences")


def _cards(brief: Brief) -> Iterator[Markup]:
    for level in ALL_LEVELS:
        total = brief.level("HR_TOTAL", level)
        figure = brief.say("headlines.unknown") if total.reason else number(total.numerator)
        name = brief.say("workforce.staff", level=level_name(brief, level))
        yield card(figure, name, brief.say("workforce.lacking", n=total.missing))
    yield share_card(brief, "HR_WOMEN", brief.say("workforce.HR_WOMEN"))
    yield share_card(brief, "HR_NOSTAFF", brief.say("workforce.HR_NOSTAFF"))
    yield card(*_computable(brief, DOCTOR, brief.say("workforce.HR_PHC_DOCTOR")))
    yield card(*_computable(brief, WORKERS, brief.say(f"population.{WORKERS}")))


def _computable(brief: Brief, indicator: str, name: str) -> tuple[str, str, str]:
    """A figure that needs the names of cadres; until there are any, a dash with the reason."""
    found = brief.measure(indicator) if brief.has(indicator) else _at_home(brief, indicator)
    if found.value is None:
        return brief.say("headlines.unknown"), name, brief.say(f"reason.{found.reason or 'missing'}")
    shown = percent(found.value) if indicator == DOCTOR else str(rate(brief, found))
    return shown, name, of(brief, found)


def _at_home(brief: Brief, indicator: str) -> Measure:
    """A directorate is told the figure of the governorate that it is at home in."""
    return brief.measure(indicator, "governorate", brief.told["governorates"][0])


def _sentences(brief: Brief) -> Iterator[str]:
    yield from _least_sufficient(brief)
    nobody = brief.measure("HR_NOSTAFF")
    if nobody.denominator:
        yield brief.say("staff.nobody", n=nobody.numerator, of=nobody.denominator)
    for concern in concerns(brief):
        yield from worst_sentence(brief, concern)
    total = brief.measure("HR_TOTAL")
    if not (total.numerator or total.reason):
        yield brief.say("staff_by_type.caution")
    is_named = brief.measure(DOCTOR).value is not None
    yield brief.say("workforce.named" if is_named else "workforce.unnamed", n=len(brief.items("cadre")))


def _sufficient(brief: Brief, level: str = "") -> dict[str, Measure]:
    return {cadre: brief.level(f"HR_SUFFICIENT_{cadre}", level) for cadre in sorted(brief.items("cadre"))}


def _least_sufficient(brief: Brief) -> Iterator[str]:
    """The cadre that suffices least often where it is expected, in primary care and in hospitals."""
    for level in ("phc", "hospital"):
        found = _sufficient(brief, level)
        known = {cadre: one for cadre, one in found.items() if one.value is not None and not one.is_few}
        if known:
            cadre = min(known, key=lambda cadre: known[cadre].value or 0.0)
            told = {"a": known[cadre].numerator, "b": known[cadre].denominator or 0}
            told_of = {"level": level_name(brief, level), "name": brief.items("cadre")[cadre]}
            yield brief.say("workforce.least", share=percent(known[cadre].value), **told_of, **told)


def concerns(brief: Brief) -> list[Concern]:
    """What may be worst in some directorate or sector; the form asks for no causes."""
    return [
        Concern(brief.say("workforce.HR_NOSTAFF"), "HR_NOSTAFF", is_bad_high=True),
        Concern(brief.say("workforce.HR_WOMEN"), "HR_WOMEN"),
    ]


@section("workforce_worst")
def workforce_worst(brief: Brief) -> Iterator[Part]:
    """Where most facilities have nobody, and where the three cadres suffice least that suffice least in the whole."""
    names, found = brief.items("cadre"), _sufficient(brief)
    known = sorted((one.value, cadre) for cadre, one in found.items() if one.value is not None)
    of_cadres = [Concern(names[cadre], f"HR_SUFFICIENT_{cadre}") for _, cadre in known[:LEAST]]
    # Whether a cadre suffices is counted for directorates, not for their sectors.
    wider = of_cadres if brief.told["kind"] == "wider" else []
    yield from worst(
        brief,
        brief.say("workforce_worst.caption", parts=parts_word(brief)),
        [*concerns(brief)[:1], *wider],
        has_causes=False,
    )


@section("cadres")
def cadres(brief: Brief) -> Iterator[Part]:
    """Whether each cadre suffices where it is expected, for each kind of facility apart."""
    names = brief.items("cadre")
    for level in LEVELS:
        found = _sufficient(brief, level)
        rows = [
            Single(names[cadre], one, compared(brief, f"HR_SUFFICIENT_{cadre}", level)) for cadre, one in found.items()
        ]
        if any(row.measure.denominator for row in rows):
            yield bar_chart(brief, f"cadres.{level}", rows)
        else:
            yield paragraph(brief.say("cadres.none", level=level_name(brief, level)), "none")


@section("staff_by_type")
def staff_by_type(brief: Brief) -> Iterator[Part]:
    """Heads, women and facilities without staff for each type of facility."""
    kinds = sorted(brief.groups("HR_TOTAL", "type").items(), key=lambda one: (-one[1].numerator, one[0]))
    if not kinds:
        yield paragraph(brief.say("staff_by_type.none"), "none")
        return
    columns = [brief.say("column.type"), *(brief.say(f"workforce.{name}") for name in _SHOWN)]
    whole: list[Cell] = [level_name(brief, ""), *_of(brief, "all", "")]
    rows: list[list[Cell]] = [[brief.label("type", kind), *_of(brief, "type", kind)] for kind, _ in kinds]
    yield table(brief.say("staff_by_type.caption"), columns, [*rows, whole], "total")
    yield paragraph(brief.say("staff_by_type.caution"), "caution")


_SHOWN = ("HR_TOTAL", "HR_WOMEN", "HR_NOSTAFF")


def _of(brief: Brief, dimension: str, group: str) -> list[Cell]:
    total, *shares = (brief.measure(name, dimension, group) for name in _SHOWN)
    return [amount(brief, total), *map(cell, shares)]


@section("workforce_beside")
def workforce_beside(brief: Brief) -> Iterator[Part]:
    """Staff of every directorate or sector, and how often each cadre suffices there."""
    heads = Column(brief.say("workforce.HR_TOTAL"), "HR_TOTAL", is_count=True)
    women = Column(brief.say("workforce.HR_WOMEN"), "HR_WOMEN")
    nobody = Column(brief.say("workforce.HR_NOSTAFF"), "HR_NOSTAFF")
    listed = Column(brief.say("beside.U_LISTED"), "U_LISTED", is_count=True)
    is_wider = brief.told["kind"] == "wider"
    # Women are counted for directorates, not for their sectors.
    columns = [listed, heads, *([women] if is_wider else []), nobody]
    if brief.measure(DOCTOR).value is not None:
        columns.append(Column(brief.say(f"workforce.{DOCTOR}"), DOCTOR))
    yield from set_beside(brief, brief.say("workforce_beside.caption", name=by_part(brief)), columns)
    if is_wider:
        names = brief.items("cadre")
        counts = [Column(names[cadre], f"HR_CADRE_{cadre}", is_count=True) for cadre in sorted(names)]
        yield from set_beside(brief, brief.say("workforce_beside.heads", name=by_part(brief)), counts)
        tiles = [Column(names[cadre], f"HR_SUFFICIENT_{cadre}") for cadre in sorted(names)]
        caption = brief.say("workforce_beside.cadres", name=by_part(brief))
        yield from set_beside(brief, caption, tiles, shaded, "tiles")


@section("health_workers")
def health_workers(brief: Brief) -> Iterator[Part]:
    """Doctors, nurses and midwives per 10,000, or why not; the benchmarks, and the population they would be held to."""
    areas = {code: brief.label("governorate", code) for code in brief.told["governorates"]}
    found = {code: brief.measure(WORKERS, "governorate", code) for code in areas}
    if any(one.value is not None for one in found.values()):
        columns = [brief.say("population.column.area"), brief.say(f"population.{WORKERS}")]
        rows = [[name, rate(brief, found[code])] for code, name in areas.items()]
        yield table(brief.say("population.table"), columns, rows, "rates")
    else:
        reasons = sorted({one.reason for one in found.values() if one.reason}) or ["no_population"]
        why = brief.say(f"reason.{reasons[0]}")
        yield paragraph(brief.say("health_workers.none", name=brief.say(f"population.{WORKERS}"), why=why))
    yield paragraph(brief.say("health_workers.held"))
    benchmarks = [row for row in brief.told["benchmarks"] if row["indicator"] == WORKERS]
    yield bullets((benchmark(brief, row) for row in benchmarks), "points")
    yield from sources(brief)
