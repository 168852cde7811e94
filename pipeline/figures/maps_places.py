"""Maps of places: where facilities are and how they function, and where in the country a governorate is."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.figures import maps_words as words
from pipeline.figures.brief import Brief
from pipeline.figures.html import Chart, Part, paragraph
from pipeline.figures.maps_svg import Frame, located, places, squares
from pipeline.figures.section import section

KINDS = ("available", "partial", "not_available", "unknown")


@section("point_map")
def point_map(brief: Brief) -> Iterator[Part]:
    """Where the existing facilities are and how they function, and where in the country a directorate is."""
    told = brief.told["map"]
    rows = brief.slices["map"]
    if told["points"] == "leave_out":
        yield paragraph(brief.say("points.left_out"), "none")
    elif not rows["layer"].isin(("point", "cell")).any():
        yield paragraph(brief.say("points.none"), "none")
    else:
        yield _exact(brief) if told["points"] == "exact" else _coarse(brief)
    yield from located_chart(brief)


def _exact(brief: Brief) -> Chart:
    rows = brief.slices["map"]
    rows = rows[rows["layer"] == "point"]
    counts = {str(code): int(one) for code, one in zip(rows["code"], rows["numerator"], strict=True)}
    legend = [
        (kind, brief.say("points.kind", name=brief.say(f"points.{kind}"), n=counts[kind]))
        for kind in KINDS
        if kind in counts
    ]
    paths = dict(zip(rows["code"], rows["path"], strict=True))
    base = [path for _, path in words.outlines(brief, "ground").values()]
    title = brief.say("points.caption")
    alt = f"{title} {brief.say.joined((text for _, text in legend), by='semicolon')}. {_unseen(brief)}".strip()
    drawn = places(words.frame(brief), base, paths, legend, brief.language)
    return Chart(drawn, alt, title, words.note(brief, (), _unseen(brief), *words.sources(brief, words.base(brief))))


def _coarse(brief: Brief) -> Chart:
    rows = brief.slices["map"]
    rows = rows[rows["layer"] == "cell"]
    above, below = (rows[name].astype(int) for name in ("numerator", "denominator"))
    cells = list(zip(rows["at"], below / below.max(), above / below, strict=True))
    base = [path for _, path in words.outlines(brief, "ground").values()]
    title = brief.say("points.coarse")
    counted = brief.say("points.square", cells=len(rows), n=int(below.sum()), full=int(above.sum()))
    drawn = squares(words.frame(brief), base, cells, words.shares(), brief.language)
    few = brief.told["map"]["hidden"]
    hidden = brief.say("points.hidden", hidden=few) if few else ""
    return Chart(
        drawn,
        f"{title} {counted}.",
        title,
        words.note(brief, (), _unseen(brief), hidden, *words.sources(brief, words.base(brief))),
    )


def _unseen(brief: Brief) -> str:
    """How many facilities a map does not show, where there are any."""
    told = {name: brief.told["map"][name] for name in ("unplaced", "outside")}
    return brief.say("points.missing", **told) if any(told.values()) else ""


def located_chart(brief: Brief) -> Iterator[Chart]:
    """Where in the country a directorate is at home; nothing for a wider scope, or without outlines."""
    outlines = {code: path for code, (_, path) in words.outlines(brief, "locator").items()}
    here = [code for code in brief.told["map"]["home"] if code in outlines]
    if not here:
        return
    names = brief.say.listed(brief.label("governorate", code) for code in here)
    whole: Frame = tuple(brief.told["map"]["paper"])
    drawn = located(whole, outlines, here, brief.language)
    title = brief.say("locator.caption", names=names)
    yield Chart(
        drawn,
        brief.say("locator.alt", names=names),
        title,
        words.note(brief, (), *words.sources(brief, words.base(brief))),
    )
