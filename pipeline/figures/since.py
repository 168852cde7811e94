"""The section about change since the round before: what changed, what of it is real, and what nobody can compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from pipeline.change import Change
from pipeline.figures.brief import LEVELS, Brief
from pipeline.figures.compared import Compared, compared, name, now, signed, tenth, then, told
from pipeline.figures.html import Cell, Part, bullets, paragraph, table
from pipeline.figures.parts import FEW_MARK, level_name
from pipeline.figures.section import section
from pipeline.words import NONE, number

COLUMNS = ("what", "before", "now", "change", "real", "coverage", "linked")
# Pages about one level of care: their table is of that level alone.
OF_LEVEL = {"hospitals": "hospital", "primary-care": "phc"}
# Two printed pages have room for sentences only.
IN_SENTENCES = ("summary",)
WORTH = 10  # a change of one percentage point, in tenths
TOLD = 2


@section("since", needs="since")
def since(brief: Brief) -> Iterator[Part]:
    """How many facilities are in both rounds, what changed most, and every figure then and now with its parts."""
    if told(brief)["is_closed"]:
        yield paragraph(brief.say("since.closed", round=told(brief)["previous"], name=brief.name), "none")
        return
    level = OF_LEVEL.get(brief.told["report"], "")
    rows = compared(brief, level)
    yield bullets([*_who(brief), *_most(brief, rows), *_broken(brief, rows)], "sentences")
    if brief.told["report"] in IN_SENTENCES or not rows:
        return
    yield from beside(brief, rows, brief.say("since.caption", name=brief.name, level=level_name(brief, level)))
    shares = [one for one in rows if one.is_share]
    if not level and shares:
        yield from _by_level(brief, shares)
    yield paragraph(brief.say("since.meaning"), "caution")


def beside(brief: Brief, rows: Sequence[Compared], caption: str) -> Iterator[Part]:
    """Figures then and now, the change, its parts, and how many are behind it."""
    columns = [brief.say(f"since.column.{column}") for column in COLUMNS]
    yield from marked_table(brief, caption, columns, [_row(brief, one) for one in rows])
    if why := list(_why(brief, rows)):
        yield bullets(why)


def marked_table(brief: Brief, caption: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[Part]:
    """A table, and below it what the mark of a small number means, where one stands in it."""
    yield table(caption, columns, rows, "tight")
    if any(FEW_MARK in str(cell) for row in rows for cell in row):
        yield paragraph(brief.say("chart.few", mark=FEW_MARK), "few")


def _who(brief: Brief) -> Iterator[str]:
    """The round before, how many of the facilities listed now were listed then, and who was not in it."""
    before, of = told(brief), told(brief)["listed"]
    first, last = map(brief.say.date, before["window"])
    yield brief.say("since.round", round=before["previous"], first=first, last=last)
    if None not in of.values():
        yield brief.say("since.listed", now=of["now"], both=of["both"], before=of["before"])
    for key in ("absent", "left_out"):
        if before[key]:
            names = brief.say.listed(brief.label("scope", slug) for slug in before[key])
            yield brief.say(f"since.{key}", names=names)
    yield from _out_now(brief)


def _out_now(brief: Brief) -> Iterator[str]:
    """Who counted in the round before and does not in this one: a total of less is then no loss."""
    before = {*told(brief)["absent"], *told(brief)["left_out"]}
    out = {*brief.told["absent"], *brief.told.get("left_out", ())} - before
    if brief.told["kind"] == "wider" and out:
        names = [brief.label("scope", slug) for slug in brief.told["members"] if slug in out]
        yield brief.say("since.out_now", names=brief.say.listed(names))


def _most(brief: Brief, rows: Sequence[Compared]) -> Iterator[str]:
    """The shares that changed most in the facilities of both rounds, for better and for worse."""
    found = [(gain, one, change) for one in rows if (change := one.change()) and (gain := _gain(one, change))]
    for is_better in (False, True):
        order = sorted((-abs(gain), place) for place, (gain, _, _) in enumerate(found) if (gain > 0) is is_better)
        for _, place in order[:TOLD]:
            _, one, change = found[place]
            yield brief.say(
                "since.better" if is_better else "since.worse",
                what=name(brief, one.indicator),
                before=tenth(change.before / 10),
                now=tenth(change.now / 10),
                real=signed(one, change.real),
            )


def _gain(one: Compared, change: Change) -> int:
    """How much better a share became in the facilities of both rounds; 0 for less than a point, or for few."""
    if not one.is_share or one.is_few or change.real is None or abs(change.real) < WORTH:
        return 0
    return -change.real if one.is_bad_high else change.real


def _broken(brief: Brief, rows: Sequence[Compared]) -> Iterator[str]:
    broken = sum(one.is_broken for one in rows)
    if broken:
        yield brief.say.count("since.broken", broken)


def _why(brief: Brief, rows: Sequence[Compared]) -> Iterator[str]:
    """Why figures are not compared, each reason once."""
    for reason in dict.fromkeys(one.reason for one in rows if one.is_broken):
        names = [name(brief, one.indicator) for one in rows if one.is_broken and one.reason == reason]
        yield brief.say(
            "since.not_compared", what=brief.say.joined(names, "semicolon"), why=brief.say.translated(reason)
        )


def _row(brief: Brief, one: Compared) -> list[Cell]:
    head: list[Cell] = [name(brief, one.indicator), then(brief, one), now(brief, one)]
    if one.is_broken:
        return [*head, brief.say("review.tier.break"), NONE, NONE, NONE]
    change = one.change()
    if change is None:
        return [*head, *[NONE] * 4]
    mark = FEW_MARK if one.is_few else ""
    parts = (signed(one, part) for part in (change.total, change.real, change.coverage))
    return [*head, *(f"{text}{mark}" if text != NONE else text for text in parts), number(one.linked)]


def _by_level(brief: Brief, rows: Sequence[Compared]) -> Iterator[Part]:
    """Hospitals, primary care and other facilities apart: then, now, and the real change."""
    found = {level: {one.indicator: one for one in compared(brief, level)} for level in LEVELS}
    columns = [brief.say("since.column.what"), *(level_name(brief, level) for level in LEVELS)]
    lines = [
        [name(brief, one.indicator), *(_short(brief, found[level].get(one.indicator)) for level in LEVELS)]
        for one in rows
        if not one.is_broken
    ]
    yield from marked_table(brief, brief.say("since.levels", name=brief.name), columns, lines)


def _short(brief: Brief, one: Compared | None) -> Cell:
    """From one value to the other, and below it the real change; a dash where there is none."""
    change = one.change() if one else None
    if one is None or change is None:
        return now(brief, one) if one and one.is_withheld else NONE
    text = brief.say("since.from_to", before=tenth(change.before / 10), now=tenth(change.now / 10))
    real = brief.say("since.real", real=signed(one, change.real), n=one.linked)
    return Markup("{}{} <small>{}</small>").format(text, FEW_MARK if one.is_few else "", real)
