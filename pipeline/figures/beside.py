"""The parts of a scope beside each other, and where it is worst: its directorates, or the sectors of a directorate.

Parts stand in their official order. They are ranked only where a share has ten facilities or more behind it, and in the
internal edition only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.figures.brief import Brief
from pipeline.figures.html import Cell, Part, paragraph, table
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import FEW_MARK, amount, cell, compared, iraq_name, whole_name
from pipeline.words import NONE, percent

WORST = 3


@dataclass(frozen=True)
class Column:
    """What a table tells of each part: a share, or a count."""

    name: str
    indicator: str
    level: str = ""
    is_count: bool = False


@dataclass(frozen=True)
class Concern:
    """What may be worst somewhere: a share, whether it is bad when high, and what names the causes."""

    name: str
    indicator: str
    level: str = ""
    is_bad_high: bool = False
    causes: str = ""
    """The template of the causes' indicators, such as BAR_FAC_BAWA1."""
    words: str = "barrier"
    """The list that the causes' words stand in."""


def part_name(brief: Brief, slug: str) -> str:
    """The name of a directorate or of a sector."""
    return brief.label("scope" if brief.told["kind"] == "wider" else "sector", slug)


def part_word(brief: Brief) -> str:
    """What the parts are called at the head of a column."""
    return brief.say("column.directorate" if brief.told["kind"] == "wider" else "column.sector")


def parts_word(brief: Brief) -> str:
    """What the parts are called in a sentence: directorates, or sectors."""
    return brief.say("beside.parts.wider" if brief.told["kind"] == "wider" else "beside.parts.directorate")


def by_part(brief: Brief) -> str:
    """The scope's name with what it is set out by: `Iraq, directorate by directorate`."""
    key = "beside.by.wider" if brief.told["kind"] == "wider" else "beside.by.directorate"
    return brief.say(key, name=brief.name)


def reporting(brief: Brief) -> list[str]:
    """The parts that have numbers, in their official order."""
    return [slug for slug in brief.told["parts"] if brief.area("U_LISTED", slug).numerator]


def set_beside(
    brief: Brief,
    caption: str,
    columns: Sequence[Column],
    look: Callable[[Measure], Cell] = cell,
    kind: str = "tight",
) -> Iterator[Part]:
    """A row for each part, one for the whole, and one for Iraq where it is not the whole itself."""
    if len(reporting(brief)) < 2:
        yield paragraph(brief.say("beside.single"), "none")
        return
    rows = [_row(brief, slug, columns, look) for slug in brief.told["parts"]]
    whole: list[Cell] = [whole_name(brief), *(_of_whole(brief, column, look) for column in columns)]
    shares = [_of_iraq(brief, column) for column in columns]
    iraq: list[list[Cell]] = [[iraq_name(brief), *shares]] if any(shares) else []
    heads = [part_word(brief), *(column.name for column in columns)]
    yield table(caption, heads, [*rows, *iraq, whole], f"total {kind}")


def is_closed(brief: Brief, slug: str) -> bool:
    """Whether the gate has closed a part that has reported."""
    told = brief.told
    return told.get("states", {}).get(slug) == "closed" and slug not in told["absent"]


def without_numbers(name: str, word: str, columns: int) -> list[Cell]:
    """A part's row that has a word instead of its numbers."""
    return [name, Markup('<span class="none">{}</span>').format(word), *[""] * (columns - 1)]


def _row(brief: Brief, slug: str, columns: Sequence[Column], look: Callable[[Measure], Cell]) -> list[Cell]:
    """A part's row; a directorate that is closed or absent, and a sector without facilities, has the word instead."""
    name, told = part_name(brief, slug), brief.told
    if is_closed(brief, slug) or not brief.area("U_LISTED", slug).numerator:
        word = brief.say("state.closed" if is_closed(brief, slug) else "directorates.absent")
        return without_numbers(name, word, len(columns))
    label = brief.say("directorates.left_out", name=name) if slug in told.get("left_out", ()) else name
    return [label, *(_shown(brief, brief.area(one.indicator, slug, one.level), one, look) for one in columns)]


def _of_whole(brief: Brief, column: Column, look: Callable[[Measure], Cell]) -> Cell:
    return _shown(brief, brief.level(column.indicator, column.level), column, look)


def _of_iraq(brief: Brief, column: Column) -> str:
    return "" if column.is_count else compared(brief, column.indicator, column.level)


def _shown(brief: Brief, measure: Measure, column: Column, look: Callable[[Measure], Cell]) -> Cell:
    return amount(brief, measure) if column.is_count else look(measure)


# --- where it is worst ---------------------------------------------------------------------------------------------


def ranked(brief: Brief, concern: Concern) -> list[tuple[str, Measure]]:
    """The parts from the worst on, without those of fewer than ten facilities and those where all is well."""
    found = {slug: brief.area(concern.indicator, slug, concern.level) for slug in reporting(brief)}
    known = [(slug, one) for slug, one in found.items() if one.value is not None and not one.is_few]
    lacking = [(slug, one) for slug, one in known if one.value != (0 if concern.is_bad_high else 100)]
    sign = -1 if concern.is_bad_high else 1
    # Sorting keeps the official order among equals.
    return sorted(lacking, key=lambda found: sign * (found[1].value or 0.0))


def worst(brief: Brief, caption: str, concerns: Sequence[Concern], has_causes: bool = True) -> Iterator[Part]:
    """For each concern the parts where it is worst, with the cause named most; the public edition ranks nobody."""
    if brief.edition != "internal":
        yield paragraph(brief.say("areas.no_ranks"), "source")
        return
    rows = [row for concern in concerns for row in _worst_rows(brief, concern)]
    if len(reporting(brief)) < 2 or not rows:
        yield paragraph(brief.say("worst.none", parts=parts_word(brief)), "none")
        return
    heads = [brief.say("worst.column.what"), part_word(brief), brief.say("worst.column.share")]
    if not has_causes:
        yield table(caption, heads, [row[:3] for row in rows], "words")
        return
    yield table(caption, [*heads, brief.say("worst.column.cause")], rows, "words")
    yield from _notes(brief, rows)


def _notes(brief: Brief, rows: Sequence[Sequence[Cell]]) -> Iterator[Part]:
    """What a dash and a mark in the column of causes mean."""
    told = [str(row[3]) for row in rows]
    if brief.told["kind"] != "wider" and NONE in told:
        # Causes of damage and of limited functioning are counted for sectors too; barriers are too many.
        yield paragraph(brief.say("worst.causes_of_whole"), "none")
    if any(FEW_MARK in cause for cause in told):
        yield paragraph(brief.say("chart.few", mark=FEW_MARK), "few")


def _worst_rows(brief: Brief, concern: Concern) -> list[list[Cell]]:
    order = ranked(brief, concern)[:WORST]
    same = Markup('<span class="same">{}</span>').format(concern.name)
    return [
        [
            concern.name if not place else same,
            part_name(brief, slug),
            cell(measure),
            main_cause_in(brief, concern, slug),
        ]
        for place, (slug, measure) in enumerate(order)
    ]


def main_cause_in(brief: Brief, concern: Concern, slug: str) -> str:
    """The cause that is named most in a part, with its share, marked where few are asked; a dash where none is."""
    keys = brief.keys(concern.causes) if concern.causes else ()
    named = {key: brief.area(f"{concern.causes}_{key}", slug) for key in keys}
    first = max(named, key=lambda key: named[key].numerator, default="")
    if not first or not named[first].numerator:
        return NONE
    mark = FEW_MARK if named[first].is_few else ""
    told = brief.say("priorities.named", name=brief.label(concern.words, first), share=percent(named[first].value))
    return f"{told}{mark}"


def worst_sentence(brief: Brief, concern: Concern) -> Iterator[str]:
    """Where a share is worst, beside that of the whole; nothing where no part can be ranked, and nothing outside."""
    order = ranked(brief, concern)
    if brief.edition == "internal" and len(reporting(brief)) > 1 and order:
        slug, found = order[0]
        yield brief.say(
            "worst.sentence.high" if concern.is_bad_high else "worst.sentence.low",
            what=concern.name,
            part=part_name(brief, slug),
            share=percent(found.value),
            a=found.numerator,
            b=found.denominator or 0,
            name=brief.name,
            whole=percent(brief.level(concern.indicator, concern.level).value),
        )
