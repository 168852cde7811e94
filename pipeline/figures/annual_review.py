"""Sections of the annual review: what was lost and won, what changed by directorate, what became of facilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from pipeline.codebook import rows_of
from pipeline.figures.brief import LISTED, Brief
from pipeline.figures.cards import cards
from pipeline.figures.compared import Compared, name, of_areas, signed, told
from pipeline.figures.html import Cell, Part, named, paragraph, table
from pipeline.figures.parts import FEW_MARK
from pipeline.figures.section import section
from pipeline.figures.since import marked_table
from pipeline.figures.told import facility
from pipeline.words import LEFT_TO_RIGHT, NONE, number

WON = "services_won"
LOST = ("gone", "closed", "stopped", "services_lost", WON)
# Each part of a review in the order of its tiers: status, condition, staff, services.
BESIDE = (
    "U_EXISTING",
    "OPS_OPERATIONAL",
    "FUN_FULL",
    "BLD_DAMAGED",
    "ACC_FULL",
    "AMN_WASH",
    "BED_COUNT_all",
    "HR_TOTAL",
)
NAMED = ("gone", "opened", "closed", "back", "renamed", "moved", "retyped")
ITEMS = 15
WORTH = 10


@section("review_cards", needs="since")
def review_cards(brief: Brief) -> Iterator[Part]:
    """How many facilities are gone, new, closed, and how many services were lost and won, in seven numbers."""
    if told(brief)["is_closed"]:
        yield paragraph(brief.say("since.closed", round=told(brief)["previous"], name=brief.name), "none")
        return
    listed = told(brief)["listed"]
    lost = _sums(brief, "lost", "what", "count")
    happened = _sums(brief, "happened", "event", "facilities")
    both = brief.say("review.of", n=listed["both"] or 0)
    found = [(number(listed["now"] or 0), brief.say("review.listed"), both)]
    found += [(_head(happened, event), brief.say(f"review.event.{event}"), "") for event in ("gone", "opened")]
    found += [(_head(lost, what), brief.say(f"review.lost.{what}"), "") for what in LOST[1:]]
    yield cards(found)
    yield paragraph(brief.say("review.tiers"), "caution")


def _head(counts: Mapping[str, int], what: str) -> str:
    """A number of a card: red where it was lost, whose word stands beside it."""
    text = number(counts.get(what, 0))
    is_red = counts.get(what) and what in LOST and what != WON
    return Markup('<span class="lost">{}</span>').format(text) if is_red else text


@section("review_lost", needs="since")
def review_lost(brief: Brief) -> Iterator[Part]:
    """What was there and is no more: facilities and services, by directorate, then by service. Always red."""
    rows = rows_of(brief.slices["lost"]) if "lost" in brief.slices else []
    if not rows:
        yield paragraph(brief.say("review_lost.none"), "none")
        return
    columns = [brief.say("column.directorate"), *(brief.say(f"review.lost.{what}") for what in LOST)]
    slugs = dict.fromkeys(row["directorate"] for row in rows)
    lines = [_lost_of(brief, slug, [row for row in rows if row["directorate"] == slug]) for slug in slugs]
    yield table(brief.say("review_lost.caption"), columns, lines, "tight")
    items = sorted(rows_of(brief.slices["lost_items"]), key=lambda row: -int(row["lost"]))
    columns = [brief.say("review_lost.service"), *(brief.say(f"review_lost.{column}") for column in ("lost", "won"))]
    shown = [row for row in items if int(row["lost"])][:ITEMS]
    if shown:
        yield table(brief.say("review_lost.items"), columns, [_item(brief, row) for row in shown], "tight")


def _lost_of(brief: Brief, slug: str, rows: Sequence[Mapping[str, str]]) -> list[Cell]:
    found = {row["what"]: row for row in rows}
    cells = [_lost(found[what], what) if what in found else "" for what in LOST]
    return [brief.label("scope", slug), *cells]


def _lost(row: Mapping[str, str], what: str) -> Cell:
    """A number that was lost is red, in bold and with a sign, so that nobody needs the colour to see it."""
    count = int(row["count"])
    if not count:
        return "0"
    if what == WON:
        return Markup('<span class="won">{}+{}</span>').format(LEFT_TO_RIGHT, number(count))
    text = Markup('<span class="lost">{}-{}</span> <small>{}</small>')
    return text.format(LEFT_TO_RIGHT, number(count), number(int(row["of"])))


def _sums(brief: Brief, slice_name: str, by: str, counted: str) -> dict[str, int]:
    """The numbers of a slice added up over directorates."""
    found: dict[str, int] = {}
    for row in rows_of(brief.slices[slice_name]):
        found[row[by]] = found.get(row[by], 0) + int(row[counted])
    return found


def _item(brief: Brief, row: Mapping[str, str]) -> list[Cell]:
    services = brief.items("service")
    lost = _lost({"count": row["lost"], "of": row["of"] or "0"}, "services_lost")
    return [services.get(row["item"], row["item"]), lost, _lost({"count": row["won"]}, WON)]


@section("review_beside", needs="since")
def review_beside(brief: Brief) -> Iterator[Part]:
    """The real change of status, condition, access, amenities, beds and staff in every directorate, in tiers."""
    found = of_areas(brief)
    compared = {area for _, area in found}
    slugs = [slug for slug in brief.told["members"] if slug in compared]
    if not slugs:
        yield paragraph(brief.say("review_beside.none"), "none")
        return
    columns = [brief.say("column.directorate"), *(name(brief, indicator) for indicator in BESIDE)]
    lines = [
        [brief.label("scope", slug), *(_tier(brief, found.get((indicator, slug))) for indicator in BESIDE)]
        for slug in slugs
    ]
    yield from marked_table(brief, brief.say("review_beside.caption"), columns, lines)
    left = [slug for slug in brief.told["members"] if slug not in slugs]
    if left:
        names = brief.say.listed(brief.label("scope", slug) for slug in left)
        yield paragraph(brief.say("review_beside.left", names=names), "none")


def _tier(brief: Brief, one: Compared | None) -> Cell:
    """The real change with its tier as a word and a colour; nothing is ranked over fewer than ten."""
    change = one.change() if one else None
    if one is None or change is None or change.real is None:
        return brief.say("review.tier.break") if one and one.is_broken else NONE
    text = signed(one, change.real)
    if one.is_few:
        return f"{text}{FEW_MARK}"
    gain = -change.real if one.is_bad_high else change.real
    if not gain or (one.is_share and abs(gain) < WORTH):
        return text
    is_lost = gain < 0 and one.indicator in ("U_EXISTING", "BED_COUNT_all")
    tier = "lost" if is_lost else "better" if gain > 0 else "worse"
    return Markup('<span class="{}">{}</span> <small>{}</small>').format(tier, text, brief.say(f"review.tier.{tier}"))


@section("review_facilities", needs="since")
def review_facilities(brief: Brief) -> Iterator[Part]:
    """What became of facilities: how many by directorate, and the first of each kind by name."""
    rows = rows_of(brief.slices["happened"]) if "happened" in brief.slices else []
    if not rows:
        yield paragraph(brief.say("review_facilities.none"), "none")
        return
    kinds = [event for event in NAMED if any(row["event"] == event for row in rows)]
    columns = [brief.say("column.directorate"), *(brief.say(f"review.event.{event}") for event in kinds)]
    counts = {(row["directorate"], row["event"]): int(row["facilities"]) for row in rows}
    slugs = [slug for slug in brief.told["members"] if any((slug, event) in counts for event in kinds)]
    lines = [[brief.label("scope", slug), *(number(counts.get((slug, event), 0)) for event in kinds)] for slug in slugs]
    yield table(brief.say("review_facilities.caption"), columns, lines, "tight")
    events = rows_of(brief.slices["events"])
    for event in kinds:
        mine = [row for row in events if row["event"] == event]
        if mine:
            yield _listed(brief, event, mine)
            if len(mine) > LISTED:
                yield paragraph(brief.say.count("more", len(mine) - LISTED), "more")


def _listed(brief: Brief, event: str, rows: Sequence[Mapping[str, str]]) -> Part:
    """Who, of what type, reported by whom; and what was and is, where there is anything to say of it."""
    columns = [brief.say(f"column.{column}") for column in ("facility", "type", "directorate")]
    lines = [_befell(brief, row) for row in rows[:LISTED]]
    told = [_what(brief, row) for row in rows[:LISTED]]
    if any(told):
        columns.append(brief.say("review_facilities.what"))
        lines = [[*line, what] for line, what in zip(lines, told, strict=True)]
    return table(brief.say(f"review.event.{event}"), columns, lines, "words")


def _befell(brief: Brief, row: Mapping[str, str]) -> list[Cell]:
    """The facility, its type, and who reports it."""
    return [facility(brief, row), brief.label("type", row["type"]), brief.label("scope", row["directorate"])]


def _what(brief: Brief, row: Mapping[str, str]) -> Cell:
    """What it was and is; how far it moved; that people should look at the link."""
    doubt = "" if row["certain"] == "True" else brief.say("review_facilities.doubt")
    if row["event"] == "moved" and row["km"]:
        return Markup("{} {}").format(brief.say("review_facilities.km", km=row["km"]), doubt)
    if not row["was"] or not row["now"]:
        return doubt
    lists = {"retyped": "type", "closed": "status", "back": "status", "opened": "status"}
    told_ = [named(brief.label(lists.get(row["event"], ""), row[side])) for side in ("was", "now")]
    arrow = "→" if brief.direction == "ltr" else "←"
    return Markup("{} {} {} {}").format(told_[0], arrow, told_[1], doubt)
