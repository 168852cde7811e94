"""Cards at the head of a subject's page: a figure, what it is, and what it is a part of."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from pipeline.figures.brief import Brief
from pipeline.figures.html import Html, joined
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import few, iraq_name, of
from pipeline.words import number, percent

Card = tuple[str, str, str]


def cards(found: Iterable[Card]) -> Html:
    """The cards side by side: figure, name and what stands below."""
    texts = (Markup("<li><b>{}</b><span>{}</span><small>{}</small></li>").format(*card) for card in found)
    return Html(Markup('<ul class="cards">{}</ul>').format(joined(texts)))


def share_card(brief: Brief, name: str, measure: Measure, compared: str = "") -> Card:
    """A share with what it is a share of, and Iraq's where it is known."""
    under = " · ".join(text for text in (_under(brief, measure), few(brief, [measure])) if text)
    if compared:
        under = brief.say("headlines.beside", under=under, name=iraq_name(brief), share=compared)
    return (percent(measure.value), name, under)


def count_card(brief: Brief, name: str, measure: Measure, under: str = "") -> Card:
    """A count; how many facilities did not give their number, unless something else is to be said."""
    if measure.reason:
        return (brief.say("headlines.unknown"), name, brief.say(f"reason.{measure.reason}"))
    told = brief.say.count("headlines.missing", measure.missing) if measure.missing else brief.say("headlines.complete")
    return (number(measure.numerator), name, under or told)


def _under(brief: Brief, measure: Measure) -> str:
    if measure.reason:
        return brief.say(f"reason.{measure.reason}")
    return of(brief, measure) if measure.denominator else brief.say("chart.none")
