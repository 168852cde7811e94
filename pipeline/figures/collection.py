"""Sections of the collection report: who has answered, when, how fully, what was doubted, and what came back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import accumulate

from markupsafe import Markup

from pipeline.codebook import rows_of
from pipeline.figures.brief import Brief
from pipeline.figures.draw import marked, rising
from pipeline.figures.html import Cell, Chart, Part, paragraph, table
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import Single, bar_chart, cell
from pipeline.figures.section import section
from pipeline.figures.told import sentence, table_name
from pipeline.words import number, percent

SHOWN = 50
WEAKEST = 3
SEVERITIES = ("critical", "warning")
DECISIONS = ("correct", "exclude", "merge", "accept")
Rows = list[dict[str, str]]


@section("coverage", has_numbers=False)
def coverage(brief: Brief) -> Iterator[Part]:
    """How many facilities of each directorate have answered, and when; the sectors from which nothing came."""
    rows = rows_of(brief.slices["coverage"])
    yield paragraph(brief.say("coverage.lead", n=_sum(rows, "facilities")))
    lines = [_covered(brief, brief.label("scope", slug), _of(rows, slug)) for slug in brief.told["members"]]
    yield table(brief.say("coverage.table"), [brief.say("column.directorate"), *_columns(brief)], lines, "tight")
    silent = [_sector(brief, row) for row in rows if row["facilities"] == "0"]
    told = brief.say.count("coverage.silent", len(silent), names=brief.say.listed(silent))
    yield paragraph(told if silent else brief.say("coverage.all"))


@section("sectors", has_numbers=False)
def sectors(brief: Brief) -> Iterator[Part]:
    """How many facilities have answered, sector by sector, and when."""
    rows = [row for row in rows_of(brief.slices["coverage"]) if row["facilities"] != "0"]
    lines = [_covered(brief, _sector(brief, row), [row]) for row in rows]
    yield table(brief.say("sectors.table"), [brief.say("column.sector"), *_columns(brief)], lines, "tight")


def _columns(brief: Brief) -> list[str]:
    return [brief.say(f"coverage.column.{name}") for name in ("facilities", "window", "first", "last")]


def _of(rows: Rows, directorate: str) -> Rows:
    return [row for row in rows if row["directorate"] == directorate]


def _sum(rows: Iterable[dict[str, str]], column: str) -> int:
    return sum(int(row[column]) for row in rows)


def _sector(brief: Brief, row: dict[str, str]) -> str:
    directorate = brief.label("scope", row["directorate"])
    sector = brief.label("sector", row["sector"]) if row["sector"] else brief.say("coverage.unknown")
    return brief.say("coverage.sector", directorate=directorate, sector=sector)


def _covered(brief: Brief, name: str, rows: Rows) -> list[Cell]:
    """Facilities, how many of them inside the window, the first and the last day."""
    days = [row[end] for row in rows for end in ("first", "last") if row[end]]
    counts = [number(_sum(rows, column)) for column in ("facilities", "in_window")]
    return [name, *counts, *(brief.say.date(end(days, default="")) for end in (min, max))]


@section("progress", has_numbers=False)
def progress(brief: Brief) -> Iterator[Part]:
    """How the answers came in, day by day."""
    rows = rows_of(brief.slices["progress"])
    if not rows:
        yield paragraph(brief.say("progress.none"), "none")
        return
    days = [date.fromisoformat(row["day"]) for row in rows]
    sums = list(accumulate(int(row["facilities"]) for row in rows))
    half = next(day for day, reached in zip(days, sums, strict=True) if 2 * reached >= sums[-1])
    dates = {name: brief.say.date(day) for name, day in (("first", days[0]), ("half", half), ("last", days[-1]))}
    caption = brief.say("progress.caption")
    spoken = brief.say("progress.spoken", n=sums[-1], days=len(days), **dates)
    yield Chart(rising(days, sums, _named(marked(days)), brief.direction), f"{caption} {spoken}", caption)
    months = sorted({row["day"][:7] for row in rows})
    yield table(
        brief.say("progress.table"),
        [brief.say(f"progress.column.{name}") for name in ("month", "facilities", "days")],
        [_month(brief, month, [row for row in rows if row["day"].startswith(month)]) for month in months],
        "tight",
    )


def _named(days: Iterable[date]) -> list[str]:
    """Words for days below a chart: their months, or where two are of one month the days themselves.

    By number: names of months would run into one another there.
    """
    told = [*days]
    months = [f"{day.month}/{day.year}" for day in told]
    return months if len(set(months)) == len(months) else [f"{day.day}/{day.month}/{day:%y}" for day in told]


def _month(brief: Brief, month: str, rows: Rows) -> list[Cell]:
    return [brief.say.month(month), number(_sum(rows, "facilities")), number(len(rows))]


@section("completeness", has_numbers=False)
def completeness(brief: Brief) -> Iterator[Part]:
    """How many of the questions that were due are answered, by module and by directorate."""
    rows = rows_of(brief.slices["completeness"])
    modules = list(dict.fromkeys(row["module"] for row in rows))
    if not modules:
        yield paragraph(brief.say("completeness.none"), "none")
        return
    found = {module: _answered([row for row in rows if row["module"] == module]) for module in modules}
    bars = [Single(_module(brief, module), found[module]) for module in _weakest_first(found)]
    yield bar_chart(brief, "completeness", bars)
    columns = [brief.say(f"completeness.column.{name}") for name in ("all", "weakest")]
    lines = [_complete(brief, slug, _of(rows, slug)) for slug in brief.told["members"]]
    yield table(brief.say("completeness.table"), [brief.say("column.directorate"), *columns], lines, "words")


def _answered(rows: Rows) -> Measure:
    """Questions answered of those due."""
    above, below = _sum(rows, "numerator"), _sum(rows, "denominator")
    return Measure(above, below, 100 * above / below if below else None)


def _weakest_first(found: dict[str, Measure]) -> list[str]:
    return sorted(found, key=lambda module: (found[module].value is None, found[module].value or 0.0, module))


def _module(brief: Brief, module: str) -> str:
    known = f"module.{module}"
    return brief.say(known) if known in brief.say.sentences else brief.label("module", module)


def _complete(brief: Brief, slug: str, rows: Rows) -> list[Cell]:
    """A directorate's share of questions answered, and its weakest modules; the word where the gate has closed it."""
    states = brief.told.get("states", {slug: brief.told["state"]})
    if states[slug] == "closed" and slug not in brief.told["absent"]:
        return [
            brief.label("scope", slug),
            Markup('<span class="none">{}</span>').format(brief.say("state.closed")),
            "",
        ]
    found = {row["module"]: _answered([row]) for row in rows}
    weakest = [name for name in _weakest_first(found) if (found[name].value or 100.0) < 100][:WEAKEST]
    named = (
        brief.say("completeness.module", name=_module(brief, name), share=percent(found[name].value))
        for name in weakest
    )
    return [brief.label("scope", slug), cell(_answered(rows)), brief.say.joined(named)]


@section("workspaces", has_numbers=False)
def workspaces(brief: Brief) -> Iterator[Part]:
    """Where the answers were keyed that the gates doubt most, for each facility."""
    rows = rows_of(brief.slices["workspaces"])
    if not rows:
        yield paragraph(brief.say("workspaces.none"), "none")
        return
    names = ("facilities", *SEVERITIES, "settled")
    columns = [brief.say("column.sector"), *(brief.say(f"workspaces.column.{name}") for name in names)]
    lines = [[_sector(brief, row), *(number(int(row[name])) for name in names)] for row in rows[:SHOWN]]
    yield table(brief.say("workspaces.table"), columns, lines, "tight")
    if len(rows) > SHOWN:
        yield paragraph(brief.say.count("more", len(rows) - SHOWN), "more")


@section("gates", has_numbers=False)
def gates(brief: Brief) -> Iterator[Part]:
    """Which tables were judged, by which expectations, and what became of each, also where nothing was found."""
    columns = [brief.say(f"gates.column.{name}") for name in ("table", "state", "evaluated", "sha256")]
    yield table(
        brief.say("gates.table"), columns, [_gate(brief, row) for row in rows_of(brief.slices["gates"])], "words"
    )
    names = ("rule", "why", "severity", "found", "settled")
    columns = [brief.say(f"gates.column.{name}") for name in names]
    rules = [_rule(brief, row) for row in rows_of(brief.slices["expectations"])]
    yield table(brief.say("gates.rules"), columns, rules, "words")


def _gate(brief: Brief, row: dict[str, str]) -> list[Cell]:
    counted = brief.say("chart.of", a=int(row["evaluated"]), b=int(row["suite"]))
    return [
        table_name(brief, row["table"]),
        brief.say(f"gates.state.{row['state']}"),
        counted,
        _code(row["sha256"], "hash"),
    ]


def _rule(brief: Brief, row: dict[str, str]) -> list[Cell]:
    name = Markup("{}: {}").format(table_name(brief, row["table"]), _code(row["rule"]))
    doubt = brief.say("gates.in_doubt") if row["in_doubt"] == "True" else ""
    counts = [number(int(row[column])) for column in ("findings", "settled")]
    why = Markup("{} {}").format(sentence(brief, row["why"]), doubt)
    return [name, why, brief.say(f"severity.{row['severity']}"), *counts]


def _code(text: str, look: str = "") -> Markup:
    return Markup('<code class="{}">{}</code>').format(look, text) if look else Markup("<code>{}</code>").format(text)


@section("answered", has_numbers=False)
def answered(brief: Brief) -> Iterator[Part]:
    """What was asked of each directorate, what came back, and how many facilities decisions have changed."""
    asked, changed = rows_of(brief.slices["answered"]), rows_of(brief.slices["changed"])
    if not asked and not changed:
        yield paragraph(brief.say("answered.none"), "none")
        return
    columns = [brief.say(f"answered.column.{name}") for name in ("critical", "warning", *DECISIONS)]
    lines = [_came_back(brief, slug, _of(asked, slug), _of(changed, slug)) for slug in brief.told["members"]]
    yield table(brief.say("answered.table"), [brief.say("column.directorate"), *columns], lines, "tight")
    yield paragraph(brief.say("answered.meaning"))


def _came_back(brief: Brief, slug: str, asked: Rows, changed: Rows) -> list[Cell]:
    """For each severity `settled of asked`; for each kind of decision the facilities that it touches."""
    by_severity = {name: [row for row in asked if row["severity"] == name] for name in SEVERITIES}
    told = [
        brief.say("chart.of", a=_sum(rows, "settled"), b=_sum(rows, "asked")) if rows else number(0)
        for rows in by_severity.values()
    ]
    counts = [number(_sum((row for row in changed if row["decision"] == name), "facilities")) for name in DECISIONS]
    return [brief.label("scope", slug), *told, *counts]
