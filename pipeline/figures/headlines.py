"""The head of a page: who and when, the state of the numbers and why, and what a reader in a hurry has to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from pipeline.figures.brief import Brief
from pipeline.figures.html import Html, Part, bullets, joined, named, paragraph, terms
from pipeline.figures.numbers import Measure
from pipeline.figures.parts import causes, compared, iraq_name, of, of_answers, whole_name
from pipeline.figures.section import section
from pipeline.words import WITHHELD, number, percent

SHARES = ("OPS_OPERATIONAL", "FUN_FULL", "BLD_DAMAGED", "AMN_WASH")
# Reports whose subtitle is a sentence with the scope's name; those of the other subjects carry the subject.
SUBTITLES = {"overview": "title.subtitle.overview", "collection": "title.subtitle.collection"}
COUNTS = ("BED_COUNT_all", "HR_TOTAL", "GAP_COUNT")


@section("title", has_numbers=False, has_heading=False)
def title(brief: Brief) -> Iterator[Part]:
    """Who reports, for which round and day, and how far the gate lets the numbers go."""
    told = brief.told
    eyebrow = Markup('<p class="eyebrow">{}</p>').format(brief.say("title.eyebrow"))
    line = Markup('<h1>{}</h1><p class="subtitle">{}</p>').format(whole_name(brief), _subtitle(brief))
    yield Html(eyebrow + line)
    if told["source"] == "simulated":
        yield paragraph(brief.say("title.simulated"), "simulated")
    yield terms(
        [
            (
                brief.say("title.state"),
                Markup('<span class="state {0}">{1}</span>').format(told["state"], brief.say(f"state.{told['state']}")),
            ),
            (brief.say("title.round"), named(told["round"])),
            (brief.say("title.window"), _window(brief)),
            (brief.say("title.report_date"), brief.say.date(told["report_date"])),
            (brief.say("title.edition"), brief.say(f"title.{brief.edition}")),
        ],
        "facts",
    )
    if told.get("suppress_below"):
        yield paragraph(brief.say("title.suppressed", n=told["suppress_below"], mark=WITHHELD), "caution")
    if told["state"] != "open":
        yield bullets(_reasons(brief), f"reasons {told['state']}")


def _subtitle(brief: Brief) -> str:
    report = brief.told["report"]
    return brief.say(SUBTITLES.get(report, f"report.{report}"), name=brief.name)


def _window(brief: Brief) -> str:
    first, last = map(brief.say.date, brief.told["window"])
    return brief.say("title.between", first=first, last=last)


def _reasons(brief: Brief) -> Iterator[Markup | str]:
    """Why the numbers are provisional or withheld."""
    told = brief.told
    closed = of_answers(brief, "state.closed.meaning")
    yield brief.say(closed if told["state"] == "closed" else f"state.{told['state']}.meaning")
    for group in ("absent", "closed", "left_out"):
        names = [brief.label("scope", slug) for slug in told.get(group, ())]
        if names:
            yield brief.say(of_answers(brief, f"reason.scope.{group}"), names=brief.say.listed(names))
    for rule in told["rules"]:
        if rule["severity"] == "critical" and rule["findings"] > rule["settled"]:
            key = "reason.rule.doubt" if rule["in_doubt"] else "reason.rule"
            yield brief.say.count(key, rule["findings"] - rule["settled"], why=brief.say.translated(rule["why"]))
    if told["set_aside"]:
        yield brief.say.count(of_answers(brief, "reason.set_aside"), len(told["set_aside"]))


@section("headlines")
def headlines(brief: Brief) -> Iterator[Part]:
    """The numbers that matter most, then sentences computed from the measures."""
    yield cards(main_cards(brief))
    yield bullets(sentences(brief), "sentences")


def cards(found: Iterable[Markup]) -> Html:
    """The numbers that matter most, side by side."""
    return Html(Markup('<ul class="cards">{}</ul>').format(joined(found)))


def main_cards(brief: Brief) -> Iterator[Markup]:
    """Facilities, what works, damage, amenities, beds, staff and gaps in eight numbers."""
    existing = brief.say("headlines.existing", n=brief.count("U_EXISTING"))
    yield card(number(brief.count("U_LISTED")), brief.say("headlines.U_LISTED"), existing)
    for name in SHARES:
        yield share_card(brief, name, brief.say(f"headlines.{name}"))
    for name in COUNTS:
        found = brief.measure(name)
        text = brief.say("headlines.unknown") if found.reason else number(found.numerator)
        yield card(text, brief.say(f"headlines.{name}"), _under(brief, name, found))


def share_card(brief: Brief, indicator: str, name: str, level: str = "") -> Markup:
    """A share as one of the numbers that matter most, with Iraq's where it stands beside."""
    found, beside = brief.level(indicator, level), compared(brief, indicator, level)
    under = of(brief, found)
    if beside:
        under = brief.say("headlines.beside", under=under, name=iraq_name(brief), share=beside)
    return card(percent(found.value), name, under)


def _under(brief: Brief, name: str, measure: Measure) -> str:
    """What a count means, or how many facilities did not give their number."""
    if name == "GAP_COUNT":
        return brief.say("headlines.GAP_COUNT.under")
    return brief.say.count("headlines.missing", measure.missing) if measure.missing else brief.say("headlines.complete")


def card(figure: str, name: str, under: str) -> Markup:
    """One of the numbers that matter most, its name, and what stands behind it."""
    return Markup("<li><b>{}</b><span>{}</span><small>{}</small></li>").format(figure, name, under)


def sentences(brief: Brief) -> Iterator[str]:
    """What works and why not, the scarcest amenity, domains and services, each in a sentence."""
    yield from works(brief)
    yield from main_cause(brief)
    yield from worst_amenity(brief)
    for level in ("phc", "hospital"):
        yield from _domains(brief, level)
    yield from worst_service(brief)


def works(brief: Brief) -> Iterator[str]:
    """How many of the existing facilities work and can be reached."""
    works = brief.measure("OPS_OPERATIONAL")
    if works.denominator:
        yield brief.say(
            "headlines.all_work" if works.numerator == works.denominator else "headlines.works",
            n=works.numerator,
            of=works.denominator,
            share=percent(works.value),
            lost=brief.count("BLD_FULL"),
            still=brief.count("FUN_NONE"),
        )
    elif not works.is_withheld:
        yield brief.say("headlines.no_facility")


def main_cause(brief: Brief) -> Iterator[str]:
    """How many function only in part, and the cause that is named most."""
    named_causes = causes(brief, "CAU_FAC_HFFUNCTx", "HFFUNCTx")
    partly = brief.measure("FUN_PARTIAL")
    if named_causes and named_causes[0].measure.numerator and partly.numerator:
        first = named_causes[0]
        yield brief.say(
            "headlines.cause",
            n=partly.numerator,
            of=partly.denominator or 0,
            share=percent(partly.value),
            cause=first.label,
            a=first.measure.numerator,
            b=first.measure.denominator or 0,
        )


def worst_amenity(brief: Brief) -> Iterator[str]:
    """The amenity that suffices least often, and the barrier that is named most."""
    found = {item: brief.measure(f"AMN_FULL_{item}") for item in brief.items("amenity")}
    item = least(found)
    if item:
        barriers = causes(brief, f"BAR_FAC_{item}", "barrier")
        sentence = brief.say(
            "headlines.amenity",
            name=brief.items("amenity")[item],
            share=percent(found[item].value),
            n=found[item].numerator,
            of=found[item].denominator or 0,
        )
        yield sentence + (
            " " + brief.say("headlines.barrier", cause=barriers[0].label)
            if barriers and barriers[0].measure.numerator
            else ""
        )


def _domains(brief: Brief, level: str) -> Iterator[str]:
    found = {domain: brief.level(f"SVC_DOMAIN_{domain}", level) for domain in brief.modules("service")}
    worst, best = least(found), _most(found)
    if worst and worst != best:
        yield brief.say(
            f"headlines.domains.{level}",
            worst=brief.label("module", worst),
            low=percent(found[worst].value),
            best=brief.label("module", best),
            high=percent(found[best].value),
        )


def worst_service(brief: Brief) -> Iterator[str]:
    """How many gaps are declared, and the service that most facilities lack."""
    items = brief.items("service")
    lacking = {
        item: (one.denominator or 0) - one.numerator for item in items for one in [brief.measure(f"SVC_FULL_{item}")]
    }
    worst = max(lacking, key=lambda item: (lacking[item], item), default="")
    if worst and lacking[worst]:
        yield brief.say("headlines.service", gaps=brief.count("GAP_COUNT"), name=items[worst], n=lacking[worst])


def least(found: dict[str, Measure]) -> str:
    """The key of the lowest share; blank where no share is known. Shares of fewer than ten do not compete."""
    known = {key: one.value for key, one in found.items() if one.value is not None and not one.is_few}
    return min(known, key=lambda key: (known[key], key), default="")


def _most(found: dict[str, Measure]) -> str:
    known = {key: one.value for key, one in found.items() if one.value is not None and not one.is_few}
    return max(known, key=lambda key: (known[key], key), default="")
