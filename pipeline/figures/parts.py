"""What sections are made of: cells, rows, captions, and two charts, each with its words computed from the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.figures.brief import LEVELS, Brief
from pipeline.figures.draw import Row, bars, stacked
from pipeline.figures.html import Chart, Tile
from pipeline.figures.numbers import Measure
from pipeline.words import WITHHELD, decimal, number, percent

ALL_LEVELS = ("", *LEVELS)
AVAILABILITY = ("available", "partial", "not_available")
FEW_MARK = "†"
Fractions = tuple[float | None, ...]


@dataclass(frozen=True)
class Parted:
    """A whole and its parts: a label, the measure whose denominator is the whole, and the fractions in order."""

    label: str
    whole: Measure
    fractions: Fractions


@dataclass(frozen=True)
class Single:
    """One share with its label, and Iraq's in whole percent where it stands beside it."""

    label: str
    measure: Measure
    compared: str = ""


# --- words for numbers ---------------------------------------------------------------------------------------------


def level_name(brief: Brief, level: str) -> str:
    """Hospitals, primary care centres, other facilities; all facilities for an empty text."""
    return brief.say(f"level.{level or 'all'}")


def cell(measure: Measure) -> Markup:
    """A share with what it is a share of, marked where that is few; a dash where there is nothing to divide by."""
    if measure.is_withheld:
        return Markup('<span class="none">{}</span>').format(WITHHELD)
    if not measure.denominator:
        return Markup("{}").format(percent(None))
    text = Markup("{}{} <small>{}/{}</small>")
    mark = FEW_MARK if measure.is_few else ""
    return text.format(percent(measure.value), mark, number(measure.numerator), number(measure.denominator))


def shaded(measure: Measure) -> Tile | Markup:
    """A share as `cell` shows it, on a ground that is darker for more."""
    return cell(measure) if measure.value is None else Tile(cell(measure), measure.value)


def amount(brief: Brief, measure: Measure) -> Markup:
    """A count; where it is not known, the reason."""
    if measure.reason:
        return Markup('<span class="none">{}</span>').format(brief.say(f"reason.{measure.reason}"))
    return Markup("{}").format(number(measure.numerator))


def rate(brief: Brief, measure: Measure) -> Markup:
    """A figure per population, to one or two decimals; where it is not computable, the reason."""
    if measure.value is None:
        return Markup('<span class="none">{}</span>').format(brief.say(f"reason.{measure.reason or 'no_population'}"))
    return Markup("{}").format(decimal(measure.value, 1 if measure.value >= 10 else 2))


def note(brief: Brief, measure: Measure) -> str:
    """What stands at the end of a chart's row: how many facilities the bar speaks of."""
    if measure.is_withheld:
        return WITHHELD
    if not measure.denominator:
        return brief.say("chart.none")
    return brief.say("chart.n", n=measure.denominator) + (FEW_MARK if measure.is_few else "")


def of(brief: Brief, measure: Measure) -> str:
    """`12 of 27`."""
    return brief.say("chart.of", a=measure.numerator, b=measure.denominator or 0)


def few(brief: Brief, measures: Iterable[Measure]) -> str:
    """What the mark means, where a small denominator carries it; blank elsewhere."""
    is_marked = any(measure.is_few and measure.denominator for measure in measures)
    return brief.say("chart.few", mark=FEW_MARK) if is_marked else ""


# --- rows ----------------------------------------------------------------------------------------------------------


def availability(full: Measure, some: Measure) -> Fractions:
    """The parts available, partially and not, from the share available and the share available at least in part."""
    if full.fraction is None or some.fraction is None:
        return (None, None, None)
    return (full.fraction, some.fraction - full.fraction, 1 - some.fraction)


def by_level(brief: Brief, parts: Mapping[str, tuple[Measure, Fractions]]) -> list[Parted]:
    """A row for all facilities and for each kind, from a whole and its fractions for each level."""
    return [Parted(level_name(brief, level), *parts[level]) for level in ALL_LEVELS]


def causes(brief: Brief, template: str, list_name: str) -> list[Single]:
    """The causes or barriers that facilities name, most often named first, else in the order of the form."""
    found = [Single(brief.label(list_name, key), brief.measure(f"{template}_{key}")) for key in brief.keys(template)]
    named = [row for row in found if row.measure.numerator or row.measure.is_withheld]
    return sorted(named, key=lambda row: -(row.measure.value or 0))


# --- charts --------------------------------------------------------------------------------------------------------


def stacked_chart(
    brief: Brief, key: str, rows: Sequence[Parted], kinds: Sequence[str] = AVAILABILITY, shown: str = "half"
) -> Chart:
    """Parts of a whole; `key` is the sentence of the caption, the kinds' words stand under `kind.<key>` or `kind`."""
    legend = {kind: _kind_word(brief, key, kind) for kind in kinds}
    drawn = [Row(row.label, note(brief, row.whole), row.fractions) for row in rows]
    title = brief.say(f"{key}.caption")
    spoken = brief.say.joined((_spoken_parts(brief, row, kinds, legend) for row in rows), "semicolon")
    return Chart(
        stacked(drawn, kinds, brief.direction),
        f"{title} {spoken}.",
        title,
        few(brief, (row.whole for row in rows)),
        shown,
        tuple(legend.items()),
    )


def bar_chart(brief: Brief, key: str, rows: Sequence[Single], shown: str = "half", **values: object) -> Chart:
    """Shares, with Iraq's beside them where they are known."""
    drawn = [
        Row(row.label, _single_note(brief, row.measure), (row.measure.fraction,), _mark(row.compared)) for row in rows
    ]
    marked = (("mark", brief.say("chart.mark", name=iraq_name(brief))),) if any(row.compared for row in rows) else ()
    title = brief.say(f"{key}.caption", **values)
    spoken = brief.say.joined((_spoken_single(brief, row) for row in rows), "semicolon")
    noted = few(brief, (row.measure for row in rows))
    return Chart(bars(drawn, brief.direction), f"{title} {spoken}.", title, noted, shown, marked)


def iraq_name(brief: Brief) -> str:
    """Iraq; with the number of directorates behind it while some have not reported, or are left out."""
    told = brief.told["iraq"]
    return _name_of(brief, brief.label("scope", "iraq"), told["reported"], told["of"])


def whole_name(brief: Brief) -> str:
    """The scope's name; of a total from which a directorate is absent or left out, with how many are behind it."""
    is_total = brief.told["kind"] == "wider" and not brief.is_closed
    return _name_of(brief, brief.name, *brief.behind) if is_total else brief.name


def of_answers(brief: Brief, key: str) -> str:
    """The sentence's key; on the page about the answers themselves, which leaves nobody out, that of its own."""
    own = f"answers.{key}"
    is_there = brief.told["kind"] == "collection" and {own, f"{own}.other"} & brief.say.sentences.keys()
    return own if is_there else key


def _name_of(brief: Brief, name: str, behind: int, of: int) -> str:
    return name if behind == of else brief.say("iraq.part", name=name, a=behind, b=of)


def compared(brief: Brief, indicator: str, level: str = "") -> str:
    """Iraq's share as it is displayed, in whole percent; blank where it is not known."""
    return brief.numbers.compared.get((indicator, level), "")


def _kind_word(brief: Brief, key: str, kind: str) -> str:
    special = f"kind.{key}.{kind}"
    return brief.say(special if special in brief.say.sentences else f"kind.{kind}")


def _single_note(brief: Brief, measure: Measure) -> str:
    if measure.is_withheld:
        return WITHHELD
    if not measure.denominator:
        return brief.say("chart.none")
    return f"{percent(measure.value)}  ({of(brief, measure)}){FEW_MARK if measure.is_few else ''}"


def _mark(text: str) -> float | None:
    digits = "".join(letter for letter in text if letter.isdigit())
    return int(digits) / 100 if digits else None


def _spoken_parts(brief: Brief, row: Parted, kinds: Sequence[str], legend: Mapping[str, str]) -> str:
    if not row.whole.denominator:
        return f"{row.label}: {note(brief, row.whole)}"
    parts = (
        f"{legend[kind]} {percent(None if part is None else 100 * part)}"
        for kind, part in zip(kinds, row.fractions, strict=True)
    )
    return f"{row.label}: {brief.say.joined(parts)} ({note(brief, row.whole)})"


def _spoken_single(brief: Brief, row: Single) -> str:
    text = f"{row.label}: {_single_note(brief, row.measure)}"
    return brief.say.joined([text, f"{iraq_name(brief)} {row.compared}"]) if row.compared else text
