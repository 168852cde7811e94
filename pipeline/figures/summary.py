"""Sections of the two pages for decision makers: parts side by side, where it is worst, what is not known."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.figures.beside import Column, Concern, by_part, parts_word, set_beside, worst
from pipeline.figures.brief import Brief
from pipeline.figures.headlines import cards, least, main_cards, sentences
from pipeline.figures.html import Part, bullets
from pipeline.figures.numbers import NOTHING, Measure
from pipeline.figures.parts import rate, shaded
from pipeline.figures.section import section
from pipeline.words import percent

TILES = ("OPS_OPERATIONAL", "FUN_FULL", "ACC_FULL", "AMN_WASH")
CARE = "phc"
RATES = ("POP_PHC_10K", "POP_BED_10K")
GUIDE = ("reported", "gap", "denominator", "few")


@section("summary_headlines")
def summary_headlines(brief: Brief) -> Iterator[Part]:
    """The numbers that matter most, then five to eight sentences, the last about figures per population."""
    yield cards(main_cards(brief))
    yield bullets([*sentences(brief), *_rates(brief)], "sentences")


def _rates(brief: Brief) -> Iterator[str]:
    """Centres and beds per population beside their benchmarks; of a directorate, its governorate's, and so named."""
    people = {row["area"]: row["date"] for row in brief.told["population"]}
    is_whole, area = brief.told["kind"] == "wider", _area(brief)
    told = {"place": brief.name if is_whole else brief.label("governorate", area)}
    told["date"] = brief.say.date(people.get(area, ""))
    for row, found in _rates_of(brief):
        if found.value is not None:
            name, purpose = brief.say(f"population.{row['indicator']}"), brief.say.translated(row["purpose"])
            held = {"name": name, "purpose": purpose, "value": row["value"], "rate": rate(brief, found)}
            yield brief.say(f"summary_headlines.rate.{'wider' if is_whole else 'governorate'}", **told, **held)


def _area(brief: Brief) -> str:
    """Whose population counts: the scope's own, or that of the governorate that a directorate works in."""
    is_whole = brief.told["kind"] == "wider"
    return str(brief.told["scope"] if is_whole else next(iter(brief.told["governorates"]), ""))


def _rates_of(brief: Brief) -> list[tuple[dict[str, str], Measure]]:
    """The benchmarks of the rates that the page may give, each with what was found; nothing without a population."""
    known = {row["area"] for row in brief.told["population"]}
    asked = [row for row in brief.told["benchmarks"] if row["indicator"] in RATES]
    return [(row, _rate(brief, row["indicator"], known)) for row in asked]


def _rate(brief: Brief, indicator: str, known: set[str]) -> Measure:
    area = _area(brief)
    if area not in known:
        return NOTHING
    is_whole = brief.told["kind"] == "wider"
    return brief.measure(indicator) if is_whole else brief.measure(indicator, "governorate", area)


@section("summary_beside")
def summary_beside(brief: Brief) -> Iterator[Part]:
    """Every directorate or sector in tiles, darker for more."""
    listed = Column(brief.say("beside.U_LISTED"), "U_LISTED", is_count=True)
    shares = [Column(brief.say(f"directorates.{name}"), name) for name in TILES]
    caption = brief.say("summary_beside.caption", name=by_part(brief))
    yield from set_beside(brief, caption, [listed, *shares, *_care(brief)], shaded, "tiles brief")


def _care(brief: Brief) -> list[Column]:
    """Services of primary care in the two domains where least is available; of sectors nothing is known by kind."""
    found = {domain: brief.level(f"SVC_DOMAIN_{domain}", CARE) for domain in brief.modules("service")}
    known = {domain: one.value for domain, one in found.items() if one.value is not None and not one.is_few}
    lowest = sorted(known, key=lambda domain: (known[domain] or 0.0, domain))[:2]
    if brief.told["kind"] != "wider":
        return []
    named = {domain: brief.say(f"domain.short.{domain}") for domain in lowest}
    return [
        Column(brief.say("summary_beside.care", name=named[domain]), f"SVC_DOMAIN_{domain}", CARE) for domain in lowest
    ]


@section("summary_worst")
def summary_worst(brief: Brief) -> Iterator[Part]:
    """The three places where fewest function, and the three where the scarcest amenity suffices least, with causes."""
    works = Concern(brief.say("directorates.FUN_FULL"), "FUN_FULL", causes="CAU_FAC_HFFUNCTx", words="HFFUNCTx")
    names = brief.items("amenity")
    item = least({item: brief.measure(f"AMN_FULL_{item}") for item in names})
    scarce = [Concern(names[item], f"AMN_FULL_{item}", causes=f"BAR_FAC_{item}")] if item else []
    yield from worst(brief, brief.say("summary_worst.caption", parts=parts_word(brief)), [works, *scarce])


@section("unknown")
def unknown(brief: Brief) -> Iterator[Part]:
    """What the numbers do not say: who is missing, what was not given, cannot be computed, was not checked."""
    yield bullets(_unknown(brief), "points")


def _unknown(brief: Brief) -> Iterator[str]:
    (behind, of), items = brief.behind, brief.measure("COV_ITEMS")
    if behind < of:
        yield brief.say("unknown.coverage", a=behind, b=of)
    yield from _silent(brief)
    if items.denominator:
        missing = items.denominator - items.numerator
        yield brief.say("unknown.items", share=percent(items.value), n=missing, of=items.denominator)
    beds, staff = brief.measure("BED_COUNT_all").missing, brief.measure("HR_TOTAL").missing
    if beds or staff:
        yield brief.say("unknown.numbers", beds=beds, staff=staff)
    if any(brief.measure("POP_DNM_10K", "governorate", code).reason for code in brief.told["governorates"]):
        yield brief.say("unknown.cadres")
    yield from _without_rates(brief)
    rules = brief.told["rules"]
    questions = sum(row["findings"] - row["settled"] for row in rules if row["severity"] == "warning")
    if questions:
        yield brief.say.count("unknown.findings", questions)
    if any(row["rule"] == "boundaries_known" for row in rules):
        yield brief.say("unknown.boundaries")


def _silent(brief: Brief) -> Iterator[str]:
    """How many facilities of the last list did not answer; without such a list, that nobody knows."""
    found = brief.measure("COV_RESPONSE")
    if found.reason == "no_baseline":
        yield brief.say("unknown.response")
    elif found.denominator:
        silent = found.denominator - found.numerator
        yield brief.say("unknown.silent", n=silent, of=found.denominator, share=percent(found.value))


def _without_rates(brief: Brief) -> Iterator[str]:
    """The day of the population that the rates rest on; where the page gives no rate, why."""
    dates = sorted({row["date"] for row in brief.told["population"]})
    found = [one for _, one in _rates_of(brief)]
    if any(one.value is not None for one in found):
        yield brief.say("unknown.population", date=brief.say.date(dates[-1]))
    elif not any(one.is_withheld for one in found):
        reason = next((one.reason for one in found if one.reason), "no_population")
        yield brief.say("unknown.rates", reason=brief.say(f"reason.{reason}"))


@section("reading")
def reading(brief: Brief) -> Iterator[Part]:
    """How to read the two pages, in four points."""
    yield bullets((brief.say(f"guide.{name}") for name in GUIDE), "points")
