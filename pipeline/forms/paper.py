"""The paper form: print-ready sheets for a pen, blank or with what a facility answered last time beside each question.

One facility: the whole form, pre-filled. Several: a sheet for each (who it is, what it answered last time), and the
blank form once, to be copied. Nothing is ticked beforehand; `last` says what may be printed at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pipeline import codebook as codebooks
from pipeline.errors import UsageError
from pipeline.forms import look, marks
from pipeline.forms.blocks import Printer
from pipeline.forms.conditions import Teller
from pipeline.forms.last import Earlier, Facility, Wanted, answers, earlier
from pipeline.forms.look import Facts, Sheets, isolated
from pipeline.forms.outline import outline
from pipeline.project import Project
from pipeline.words import Words

# What fits onto a sheet, in lines of a column: beneath the facility's identity, and on the next sheets.
FIRST, NEXT = 63, 74
WIDE = 60
# Each takes some 6 MB until all are bound.
MOST = 500
SECTOR_NAMES = {"en": "name_in_exports", "ar": "name_ar", "ckb": "name_ar"}


@dataclass(frozen=True)
class Paper:
    """Forms to be printed, in one language."""

    say: Words
    title: str
    sheets: tuple[Sheets, ...]


@dataclass(frozen=True)
class _Press:
    """What all sheets of one printing have in common."""

    project: Project
    teller: Teller
    known: Earlier | None

    @property
    def say(self) -> Words:
        return self.teller.say

    @property
    def title(self) -> str:
        return self.teller.outline.codebook.settings.get("form_title", "") or self.teller.outline.codebook.form

    @property
    def edition(self) -> str:
        codebook = self.teller.outline.codebook
        edition = self.say("paper.edition", edition=isolated(codebook.settings.get("version", "")))
        return f"{isolated(codebook.form)} · {edition}"


def paper(
    project: Project, form: str, language: str, round_name: str | None = None, wanted: Wanted | None = None
) -> Paper:
    """The paper of a form: blank without a round, else with the last answers of the wanted facilities of that round."""
    codebook = codebooks.load(project, form)
    if wanted and round_name is None:
        raise UsageError("name the round that knows these facilities: --round ROUND")
    known = earlier(project, round_name, wanted or Wanted()) if round_name else None
    say = look.words(project, language)
    press = _Press(project, Teller(say, outline(codebook)), known)
    if known is None:
        return Paper(say, press.title, (_form(press, None),))
    if len(known.facilities) > MOST:
        raise UsageError(
            f"{len(known.facilities):,} facilities are more than are printed at once, {MOST}: choose by --directorate, "
            "--type or --facilities"
        )
    marks.numbers(form, (facility.facility_id for facility in known.facilities))
    if len(known.facilities) == 1:
        return Paper(say, press.title, (_form(press, known.facilities[0]),))
    sheets = (_sheet(press, known, facility) for facility in known.facilities)
    return Paper(say, press.title, (*sheets, _form(press, None)))


def _form(press: _Press, facility: Facility | None) -> Sheets:
    """The whole form: blank, or for one facility."""
    shown = None if facility is None or press.known is None else _facility(press, press.known, facility)
    printer = Printer(press.teller, _last(press, facility))
    parts = [
        {"title": press.say(f"module.{part.module}"), "blocks": printer.part(part)}
        for part in press.teller.outline.parts
    ]
    body = look.filled(
        press.project, "form.html.j2", say=press.say, title=press.title, edition=press.edition, facility=shown,
        parts=parts,
    )  # fmt: skip
    return _sheets(press, body, facility)


def _sheet(press: _Press, known: Earlier, facility: Facility) -> Sheets:
    """Who a facility is and what it answered, for use beside a blank form."""
    body = look.filled(
        press.project, "sheet.html.j2", say=press.say, edition=press.edition,
        facility=_facility(press, known, facility), pages=list(_pages(list(_lines(press, facility)))),
    )  # fmt: skip
    return _sheets(press, body, facility)


def _sheets(press: _Press, body: Any, facility: Facility | None) -> Sheets:
    head = f"{press.title} · {press.edition}"
    if facility is None or press.known is None:
        return Sheets(body, head, press.say("paper.blank"))
    digits = marks.grouped(marks.number(press.teller.outline.codebook.form, facility.facility_id))
    foot = press.say("paper.round", round=isolated(press.known.round_name))
    return Sheets(body, head, press.say("paper.number", number=isolated(digits)), foot)


def _last(press: _Press, facility: Facility | None) -> Mapping[str, str] | None:
    if facility is None or press.known is None:
        return None
    return answers(facility, press.teller.outline.codebook, press.known.codebook, press.say)


def _facility(press: _Press, known: Earlier, facility: Facility) -> dict[str, Any]:
    """How a facility is known: its number and barcode, names, code, type and place."""
    digits = marks.number(press.teller.outline.codebook.form, facility.facility_id)
    local, english = (known.of_field(facility, name) for name in ("name_local", "name_en"))
    names = (english, local) if press.say.language == "en" else (local, english)
    label = press.say("paper.barcode", number=marks.grouped(digits))
    return {
        "number": marks.grouped(digits),
        "code_svg": marks.barcode(digits, label),
        "name": next(filter(None, names), facility.facility_id),
        "facts": _facts(press, known, facility, " · ".join(filter(None, dict.fromkeys(names)))),
    }


def _facts(press: _Press, known: Earlier, facility: Facility, names: str) -> Facts:
    kind = known.codebook.of_field("facilities.type")
    codes = {option.code: option.short[press.say.language] for option in kind.options} if kind else {}
    told = {
        "facility": names,
        "code": known.of_field(facility, "ministry_code"),
        "type": codes.get(known.of_field(facility, "type"), ""),
        "place": " / ".join(filter(None, _place(known, facility, press.say.language))),
        "id": facility.facility_id,
    }
    return [(press.say(f"paper.{name}"), value) for name, value in told.items() if value]


def _place(known: Earlier, facility: Facility, language: str) -> Iterator[str]:
    """Directorate and sector by the names of the reference lists; blank where they do not have them."""
    directorates, sectors = known.places.directorates, known.places.sectors
    for table, slug, column in (
        (directorates, facility.directorate, f"name_{language}"),
        (sectors, facility.sector, SECTOR_NAMES[language]),
    ):
        yield next(iter(table.loc[table["slug"] == slug, column]), "")


# --- the lines of a sheet ---------------------------------------------------------------------------------------------


def _lines(press: _Press, facility: Facility) -> Iterator[dict[str, Any]]:
    """A line for each module and answer; the causes of one item stand behind its answer."""
    told = _last(press, facility) or {}
    causes = {q.items[0]: q.name for q in press.teller.outline.codebook.having_field("barriers") if len(q.items) == 1}
    beside = {causes[item] for item in told if item in causes}
    for module, entries in groupby(press.teller.outline.entries, key=lambda entry: entry.question.module):
        lines = []
        for entry in entries:
            name, label = entry.question.name, entry.question.labels[press.say.language]
            if name in told and name not in beside:
                why = told.get(causes.get(name, ""), "")
                answer = press.say("with_causes", answer=told[name], causes=why) if why else told[name]
                lines.append({"title": "", "number": entry.number, "label": label, "answer": answer})
        if lines:
            yield {"title": press.say(f"module.{module}")}
            yield from lines


def _pages(lines: list[dict[str, Any]]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Lines in two columns, sheet by sheet: what lays out columns by itself takes three times as long."""
    room = FIRST
    while lines:
        left, lines = _cut(lines, room)
        right, lines = _cut(lines, room)
        yield left, right
        room = NEXT


def _cut(lines: list[dict[str, Any]], room: int) -> tuple[list[Any], list[Any]]:
    used = 0.0
    for place, line in enumerate(lines):
        text = line["title"] or f"{line['number']}. {line['label']}: {line['answer']}"
        used += (1.5 if line["title"] else 1) + len(text) // WIDE
        if used > room:
            return lines[:place], lines[place:]
    return lines, []
