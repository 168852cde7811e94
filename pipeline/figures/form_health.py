"""Sections about the form itself: which questions show signs of not being understood, and what workshops agreed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from pipeline.codebook import rows_of
from pipeline.figures.brief import Brief
from pipeline.figures.html import Cell, Part, bullets, named, paragraph, table
from pipeline.figures.section import section
from pipeline.indicators import share
from pipeline.words import number, percent

# What is proposed for the next form, by the sign that is bad; the first that applies comes first.
PROPOSALS = ("other", "closed", "contradicted", "missing", "turned", "corrected", "alike")
TEXTS = 2


@section("form_health", needs="since")
def form_health(brief: Brief) -> Iterator[Part]:
    """The questions with most bad signs, each sign with its numbers, and what the next form could do about it."""
    rows = rows_of(brief.slices["signs"]) if "signs" in brief.slices else []
    if not rows:
        yield paragraph(brief.say("form_health.none"), "none")
        return
    yield paragraph(brief.say("form_health.lead"))
    columns = [brief.say(f"form_health.column.{column}") for column in ("question", "signs", "proposal")]
    names = dict.fromkeys(row["question"] for row in rows)
    lines = [_question(brief, name, [row for row in rows if row["question"] == name]) for name in names]
    yield table(brief.say("form_health.caption"), columns, lines, "words")
    yield paragraph(brief.say("form_health.order"), "caution")


def _question(brief: Brief, name: str, rows: Sequence[Mapping[str, str]]) -> list[Cell]:
    worst = [row for row in rows if row["is_worst"] == "True"]
    head = Markup("{} <small><code>{}</code></small>").format(brief.label("question", name), name)
    signs = Markup("<br>").join(_sign(brief, row) for row in worst)
    bad = {row["sign"]: row for row in worst}
    proposals = [text for sign in PROPOSALS if sign in bad for text in _proposals(brief, name, bad[sign])]
    return [head, signs, Markup("<br>").join(Markup("{}").format(text) for text in proposals)]


def _sign(brief: Brief, row: Mapping[str, str]) -> Markup:
    above, below = int(row["numerator"]), int(row["denominator"])
    shown = percent(share(above, below, "percent"))
    text = brief.say("form_health.sign", sign=brief.say(f"form_health.sign.{row['sign']}"), share=shown)
    return Markup("{} <small>{}/{}</small>").format(text, number(above), number(below))


def _proposals(brief: Brief, name: str, row: Mapping[str, str]) -> Iterator[str]:
    """A sentence about a sign; of *other* one for each text that many wrote."""
    written = [one for one in rows_of(brief.slices["written"]) if one["question"] == name]
    if row["sign"] == "other" and written:
        for one in written[:TEXTS]:
            yield brief.say("form_health.option", text=one["text"], n=int(one["facilities"]))
        return
    counts = {"a": int(row["numerator"]), "b": int(row["denominator"])}
    yield brief.say(f"form_health.propose.{row['sign']}", **counts)


@section("issues", needs="since")
def issues(brief: Brief) -> Iterator[Part]:
    """What workshops agreed on and is open, and what this round has settled."""
    rows = rows_of(brief.slices["issues"]) if "issues" in brief.slices else []
    if not rows:
        yield paragraph(brief.say("issues.none"), "none")
        return
    yield bullets([brief.say("issues.counts", open=_of(rows, "open"), settled=_of(rows, "settled"))], "sentences")
    columns = [brief.say(f"issues.column.{column}") for column in ("issue", "owner", "due", "state")]
    yield table(brief.say("issues.caption"), columns, [_issue(brief, row) for row in rows], "words")


def _of(rows: Sequence[Mapping[str, str]], state: str) -> int:
    return sum(row["state"] == state for row in rows)


def _issue(brief: Brief, row: Mapping[str, str]) -> list[Cell]:
    about = Markup("{} <small><code>{}</code></small>").format(named(row["issue"]), row["questions"])
    if row["is_overdue"] == "True":
        state: Cell = Markup('<span class="lost">{}</span>').format(brief.say("issues.overdue"))
    else:
        state = brief.say(f"issues.{row['state']}")
    return [about, named(row["owner"]), named(row["due"]), state]
