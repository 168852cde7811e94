"""What maps have in common: what a brief says of outlines and frames, and a map told in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from pipeline.figures.brief import Brief
from pipeline.figures.maps_svg import Frame, Scale
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import FEW_MARK
from pipeline.plain import plain
from pipeline.words import NONE, decimal, number, percent

ENDS = 3


def frame(brief: Brief) -> Frame:
    """The part of the paper that the page shows."""
    left, top, right, bottom = brief.told["map"]["frame"]
    return left, top, right, bottom


def base(brief: Brief) -> str:
    """The outlines that others are drawn on: the official ones, or else the sketch."""
    return "governorate" if "governorate" in brief.told["map"]["sets"] else "sketch"


def outlines(brief: Brief, level: str) -> dict[str, tuple[str, str]]:
    """Middle and path of each area of a level."""
    rows = brief.slices["map"]
    rows = rows[rows["layer"] == level]
    return {str(row["code"]): (str(row["at"]), str(row["path"])) for row in rows.to_dict("records")}


def sources(brief: Brief, level: str) -> list[str]:
    """Where the outlines come from, and what they do not say."""
    known = brief.told["map"]["sets"].get(level)
    if known is None:
        return []
    sketch = [brief.say("map.sketch")] if level == "sketch" else []
    return [*sketch, brief.say("map.source", text=plain(known["attribution"])), brief.say("map.note")]


def note(brief: Brief, measures: Iterable[Measure], *sentences: str) -> str:
    """What stands below a map: what the mark means, where a small denominator carries it, and some sentences."""
    few = any(mark(one) for one in measures)
    marked = brief.say("chart.few", mark=FEW_MARK) if few else ""
    return " ".join(sentence for sentence in (marked, *sentences) if sentence)


def alt(
    brief: Brief, title: str, found: Mapping[str, Measure | None], without: Mapping[str, str], indicator: str = ""
) -> str:
    """A map in words: the highest and the lowest, then all from high to low, then those without a number.

    Only shares of ten facilities or more are called highest or lowest; the public edition ranks nobody.
    """
    known = {name: one for name, one in found.items() if one is not None and one.value is not None}
    is_ranked = brief.edition == "internal"
    order = sorted(known, key=lambda name: (-(known[name].value or 0.0), name)) if is_ranked else [*known]
    told = {name: f"{name} {value(indicator, known[name])} ({fraction(known[name])})" for name in order}
    blank = {**{name: brief.say("chart.none") for name in found if name not in known}, **without}
    listed = partial(brief.say.joined, by="semicolon")
    ends = [told[name] for name in order if is_ranked and not known[name].is_few]
    sentences = [title]
    if len(ends) > ENDS:
        highest, lowest = ends[:ENDS], ends[: -ENDS - 1 : -1]
        sentences.append(brief.say("map.extremes", highest=listed(highest), lowest=listed(lowest)))
    if told:
        sentences.append(brief.say("map.all" if is_ranked else "map.in_order", all=listed(told.values())))
    if blank:
        sentences.append(brief.say("map.without", names=listed(f"{name} ({why})" for name, why in blank.items())))
    return " ".join(sentences)


def fraction(found: Measure) -> str:
    """`12/27`; blank where there is nothing to divide by."""
    return f"{number(found.numerator)}/{number(found.denominator)}" if found.denominator else ""


def mark(found: Measure) -> str:
    """The mark of a small denominator; blank elsewhere."""
    return FEW_MARK if found.is_few and found.denominator else ""


def what(brief: Brief, indicator: str) -> str:
    """What a share is about, in words."""
    if f"map.{indicator}" in brief.say.sentences:
        return brief.say(f"map.{indicator}")
    if indicator.startswith("SVC_DOMAIN_"):
        return brief.say("map.domain", name=brief.label("module", indicator.removeprefix("SVC_DOMAIN_")))
    if indicator.startswith("POP_"):
        return brief.say(f"population.{indicator}")
    kind = "amenity" if indicator.startswith("AMN_") else "service"
    item = indicator.split("_", 2)[2]
    return brief.say("map.item", name=brief.items(kind).get(item, item))


def value(indicator: str, found: Measure) -> str:
    """The number of an area or tile as it stands there; a dash where there is none."""
    if found.value is None:
        return NONE
    return decimal(found.value) if indicator.startswith("POP_") else percent(found.value) + mark(found)


def shares() -> Scale:
    """The scale of shares."""
    return Scale(percent(0), percent(50), percent(100))
