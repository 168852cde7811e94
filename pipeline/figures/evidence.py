"""The end of a page: what was doubtful, what people decided, what was set aside, and what all this rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from pipeline.codebook import rows_of
from pipeline.figures.brief import Brief
from pipeline.figures.html import Part, bullets, named, paragraph, table
from pipeline.figures.parts import Single, bar_chart, compared, of_answers
from pipeline.figures.section import section
from pipeline.figures.told import facility, sentence, table_name, value
from pipeline.plain import plain
from pipeline.words import number

QUALITY = ("COV_RESPONSE", "COV_ITEMS", "COV_WINDOW", "DQ_COORD", "DQ_CODE", "DQ_CRITICAL", "DQ_CORRECTED")
GUIDE = ("reported", "full", "gap", "denominator", "few", "conditional", "mean", "barriers", "public", "place")


@section("quality")
def quality(brief: Brief) -> Iterator[Part]:
    """How complete and how usable the answers are."""
    known = [name for name in QUALITY if brief.has(name) and not brief.measure(name).reason]
    for name in (name for name in QUALITY if brief.has(name) and name not in known):
        reason = brief.say(f"reason.{brief.measure(name).reason}")
        yield paragraph(brief.say("quality.absent", name=brief.say(f"quality.{name}"), reason=reason), "none")
    yield bar_chart(
        brief,
        "quality",
        [Single(brief.say(f"quality.{name}"), brief.measure(name), compared(brief, name)) for name in known],
    )


@section("findings", has_numbers=False)
def findings(brief: Brief) -> Iterator[Part]:
    """What the gates found that touches these numbers: by rule, then one by one, the worst first."""
    every = brief.told["rules"]
    rules = brief.told.get("touching", every)
    apart = _found(every) - _found(rules)
    if apart:
        yield paragraph(brief.say("findings.apart", n=apart))
    if not rules:
        yield paragraph(brief.say("findings.none"), "none")
        return
    columns = [brief.say(f"findings.column.{name}") for name in ("why", "severity", "found", "settled")]
    yield table(
        brief.say("findings.rules"),
        columns,
        [
            [
                sentence(brief, rule["why"]),
                brief.say(f"severity.{rule['severity']}"),
                number(rule["findings"]),
                number(rule["settled"]),
            ]
            for rule in rules
        ],
        "words counts",
    )
    if brief.edition != "internal":
        yield paragraph(brief.say("findings.withheld"), "source")
        return
    rows = rows_of(brief.slices["findings"])
    names = ("facility", "question", "value", "expected", "to_do")
    yield table(
        brief.say("findings.list"),
        [brief.say(f"findings.column.{name}") for name in names],
        [
            [
                _facility(brief, row),
                Markup("<code>{}</code>").format(plain(row["question"])),
                value(brief, row),
                sentence(brief, row["expected"]),
                _to_do(brief, row),
            ]
            for row in rows
        ],
        "words",
    )
    rest = _found(rules) - len(rows)
    if rest > 0:
        yield paragraph(brief.say.count("more", rest), "more")


def _found(rules: list[dict[str, Any]]) -> int:
    """How many findings some rules have."""
    return sum(rule["findings"] for rule in rules)


def _facility(brief: Brief, row: dict[str, str]) -> Markup:
    if not row["facility_id"]:
        return Markup("{}").format(brief.say("findings.table", table=table_name(brief, row["table"])))
    return Markup('<code>{}</code> <span class="severity {}">{}</span>').format(
        plain(row["facility_id"]), row["severity"], brief.say(f"severity.{row['severity']}")
    )


def _to_do(brief: Brief, row: dict[str, str]) -> Markup | str:
    if row["settled_by"]:
        return brief.say("findings.settled", by=plain(brief.say.translated(row["settled_by"])))
    return sentence(brief, row["what_to_do"])


@section("decisions")
def decisions(brief: Brief) -> Iterator[Part]:
    """What people decided about findings, with reason, role and office."""
    rows = brief.told["decisions"]
    if not rows:
        yield paragraph(brief.say("decisions.none"), "none")
        return
    columns = [brief.say(f"decisions.column.{name}") for name in ("decision", "about", "change", "reason", "by")]
    yield table(brief.say("decisions.table"), columns, [_decision(brief, row) for row in rows], "words")


def _decision(brief: Brief, row: dict[str, str]) -> list[Markup | str]:
    about = " · ".join(plain(row[name]) for name in ("facility", "question", "rule", "directorate") if name in row)
    change = brief.say("decisions.change", was=plain(row.get("was", "")), now=plain(row.get("now", "")))
    what = {
        "correct": change,
        "merge": brief.say("decisions.into", into=plain(row.get("into", ""))),
        "recode": change,
        "accept": brief.say("decisions.until", until=brief.say.date(row.get("until", ""))),
    }
    by = brief.say(
        "decisions.by", role=plain(row["role"]), office=plain(row["office"]), date=brief.say.date(row["date"])
    )
    return [
        brief.say(f"decisions.{row['decision']}"),
        named(about),
        what.get(row["decision"], ""),
        named(row["reason"]),
        named(by),
    ]


@section("set_aside")
def set_aside(brief: Brief) -> Iterator[Part]:
    """The facilities that count in no number of this page until their findings are settled."""
    rows = brief.told["set_aside"]
    if not rows:
        yield paragraph(brief.say("set_aside.none"), "none")
        return
    if brief.edition != "internal":
        yield paragraph(brief.say.count(of_answers(brief, "reason.set_aside"), len(rows)))
        return
    columns = [brief.say(f"column.{name}") for name in ("facility", "directorate", "code")]
    yield table(
        brief.say(of_answers(brief, "set_aside.table")),
        columns,
        [
            [
                facility(brief, row),
                brief.label("scope", row["directorate"]),
                Markup("<code>{}</code>").format(plain(row["facility_id"])),
            ]
            for row in rows
        ],
        "words",
    )


@section("evidence", has_numbers=False)
def evidence(brief: Brief) -> Iterator[Part]:
    """Which exports the numbers come from, with their hashes, and how the receipt proves it."""
    yield paragraph(brief.say("evidence.lead"))
    columns = [brief.say("evidence.column.file"), brief.say("evidence.column.sha256")]
    yield table(
        brief.say("evidence.exports"),
        columns,
        [
            [named(file["name"]), Markup('<code class="hash">{}</code>').format(file["sha256"])]
            for file in brief.told["exports"]
        ],
        "words",
    )
    account = brief.told.get("account")
    if account:
        dropped = account["dropped"]
        yield paragraph(
            brief.say(
                "evidence.account",
                responses=account["responses"],
                kept=account["kept"],
                superseded=dropped.get("superseded", 0),
                late=dropped.get("after_report_date", 0),
                personal=sum(account["personal_cells"].values()),
            )
        )
    yield paragraph(brief.say("evidence.receipt"))


@section("guide")
def guide(brief: Brief) -> Iterator[Part]:
    """How to read the page."""
    yield bullets((brief.say(f"guide.{name}") for name in GUIDE), "points")


@section("methods")
def methods(brief: Brief) -> Iterator[Part]:
    """The definition of every indicator on the page, as the code that computes it states it."""
    yield paragraph(brief.say("methods.lead"))
    columns = [brief.say(f"methods.{name}") for name in ("name", "numerator", "denominator", "note")]
    yield table(
        brief.say("methods.table"), columns, [_method(brief, row) for row in rows_of(brief.slices["methods"])], "words"
    )


def _method(brief: Brief, row: dict[str, str]) -> list[Markup | str]:
    told = {part: sentence(brief, row[part]) for part in ("name", "numerator", "denominator", "note", "source")}
    return [
        Markup("{} <code>{}</code>").format(told["name"], row["code"]),
        told["numerator"],
        told["denominator"],
        Markup("{} <small>{}</small>").format(told["note"], told["source"]),
    ]
