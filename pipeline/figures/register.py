"""Sections about the list of facilities: how many there are, of which type and status, and which are in most need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

from markupsafe import Markup

from pipeline.codebook import rows_of
from pipeline.figures.beside import by_part, is_closed, part_name, part_word, without_numbers
from pipeline.figures.brief import LEVELS, Brief
from pipeline.figures.headlines import card, cards, worst_service
from pipeline.figures.html import Cell, Part, bullets, paragraph, table
from pipeline.figures.parts import level_name, whole_name
from pipeline.figures.section import section
from pipeline.figures.told import facility
from pipeline.indicators import care
from pipeline.words import NONE, number

STATUSES = ("existing", "closed", "planned", "missing")
SHOWN = 50
COLUMNS = ("facility", "type", "directorate", "sector", "status", "functionality", "place", "not_available", "partial")
Counts = Counter[tuple[str, str, str]]


def census(brief: Brief) -> Counts:
    """How many facilities there are of each part, type and status; what is no status of the form counts as missing."""
    found: Counts = Counter()
    for row in rows_of(brief.slices["census"]):
        status = row["status"] if row["status"] in STATUSES else "missing"
        found[row["part"], row["type"], status] += int(row["facilities"])
    return found


def total(counts: Counts, part: str = "", kind: str = "", status: str = "", level: str = "") -> int:
    """The facilities of a part, type, status and kind of care; of all for a blank."""
    return sum(
        size
        for (of_part, of_kind, of_status), size in counts.items()
        if part in ("", of_part)
        and kind in ("", of_kind)
        and status in ("", of_status)
        and level in ("", _level(of_kind))
    )


@cache
def _level(kind: str) -> str:
    """hospital, phc or other."""
    import pandas as pd

    return str(care(pd.Series([kind])).iloc[0])


@section("register_headlines")
def register_headlines(brief: Brief) -> Iterator[Part]:
    """How many facilities are on the list, how many of them exist, and how many are in need."""
    counts = census(brief)
    listed = total(counts)
    of_list = brief.say("register.of_list", n=listed)
    statuses = [card(number(listed), brief.say("register.listed"), of_list)]
    statuses += [
        card(number(total(counts, status=status)), brief.say(f"register.{status}"), of_list) for status in STATUSES[:3]
    ]
    kinds = [
        card(
            number(total(counts, level=level)),
            level_name(brief, level),
            brief.say("headlines.existing", n=total(counts, level=level, status="existing")),
        )
        for level in LEVELS
    ]
    idle = sum(_is_idle(row) for row in _needy(brief))
    yield cards([*statuses, *kinds, card(number(idle), brief.say("register.idle"), brief.say("register.idle.under"))])
    yield bullets(_sentences(brief, counts), "sentences")


def _sentences(brief: Brief, counts: Counts) -> Iterator[str]:
    missing = total(counts, status="missing")
    if missing:
        yield brief.say("register.no_status", n=missing)
    parts = [part for part in brief.told["parts"] if total(counts, part)]
    if len(parts) > 1:
        most = max(parts, key=lambda part: total(counts, part))
        yield brief.say("register.most", part=part_name(brief, most), n=total(counts, most), of=total(counts))
    yield from worst_service(brief)
    yield brief.say("register.whole", n=total(counts))


@section("register_parts")
def register_parts(brief: Brief) -> Iterator[Part]:
    """How many facilities each directorate or sector lists, by status and kind; those of no facility are named too."""
    counts = census(brief)
    columns = [part_word(brief), brief.say("register.listed")]
    columns += [brief.say(f"register.{status}") for status in STATUSES] + [level_name(brief, level) for level in LEVELS]
    rows = [_part(brief, counts, part) for part in brief.told["parts"]]
    whole: list[Cell] = [whole_name(brief), *_counted(counts, "")]
    yield table(brief.say("register_parts.caption", name=by_part(brief)), columns, [*rows, whole], "total")
    yield paragraph(brief.say("register_parts.note"))


def _part(brief: Brief, counts: Counts, part: str) -> list[Cell]:
    """A part's row; a directorate that is closed, absent or left out has the word, for its list is not empty."""
    told, found = brief.told, _counted(counts, part)
    words = {"state.closed": is_closed(brief, part), "directorates.absent": part in told["absent"]}
    words["map.left_out"] = part in told.get("left_out", ())
    word = next((key for key, holds in words.items() if holds), "")
    name = part_name(brief, part)
    return without_numbers(name, brief.say(word), len(found)) if word else [name, *found]


def _counted(counts: Counts, part: str) -> list[str]:
    found = [total(counts, part), *(total(counts, part, status=status) for status in STATUSES)]
    return [number(one) for one in (*found, *(total(counts, part, level=level) for level in LEVELS))]


@section("register_types")
def register_types(brief: Brief) -> Iterator[Part]:
    """How many facilities there are of each type, by status."""
    counts = census(brief)
    kinds = sorted({kind for _, kind, _ in counts}, key=lambda kind: (-total(counts, kind=kind), kind))
    columns = ["type", "listed", *STATUSES]
    heads = [brief.say("column.type"), *(brief.say(f"register.{name}") for name in columns[1:])]
    rows = [[brief.label("type", kind), *_by_status(counts, kind)] for kind in kinds]
    whole = [level_name(brief, ""), *_by_status(counts, "")]
    yield table(brief.say("register_types.caption", name=brief.name), heads, [*rows, whole], "total")


def _by_status(counts: Counts, kind: str) -> list[str]:
    return [number(total(counts, kind=kind, status=status)) for status in ("", *STATUSES)]


@section("register_list")
def register_list(brief: Brief) -> Iterator[Part]:
    """The facilities in most need, one by one, with what they lack; the whole list is beside the page."""
    needy = _needy(brief)
    if not needy:
        yield paragraph(brief.say("register_list.none"), "none")
        return
    yield paragraph(brief.say("register_list.lead"))
    shown = [name for name in COLUMNS if name != "directorate" or brief.told["kind"] == "wider"]
    heads = [brief.say(f"register.column.{name}") for name in shown]
    yield table(brief.say("register_list.caption"), heads, [_facility(brief, row) for row in needy[:SHOWN]], "words")
    rest = len(needy) - SHOWN
    if rest > 0:
        yield paragraph(brief.say.count("register_list.more", rest), "more")


def _needy(brief: Brief) -> list[dict[str, str]]:
    """The facilities that give no service, cannot be reached, or lack a service, as the list has them in order."""
    rows = rows_of(brief.slices["list"])
    return [row for row in rows if _is_idle(row) or _is_cut_off(row) or int(row["partial"]) + int(row["not_available"])]


def _is_idle(row: dict[str, str]) -> bool:
    is_lost = row["building_condition"] == "fully_damaged" or row["functionality"] == "none"
    return row["status"] == "existing" and is_lost


def _is_cut_off(row: dict[str, str]) -> bool:
    return row["status"] == "existing" and row["accessibility"] == "none"


def _facility(brief: Brief, row: dict[str, str]) -> list[Cell]:
    lost = row["building_condition"] == "fully_damaged"
    works = brief.say("register.lost") if lost else brief.label("functionality", row["functionality"]) or NONE
    directorate = [brief.label("scope", row["directorate"])] if brief.told["kind"] == "wider" else []
    return [
        Markup("{} <code>{}</code>").format(facility(brief, row), row["facility_id"]),
        brief.label("type", row["type"]),
        *directorate,
        brief.label("sector", row["sector"]),
        brief.label("status", row["status"]) or NONE,
        works,
        brief.label("urban_rural", row["urban_rural"]) or NONE,
        number(int(row["not_available"])),
        number(int(row["partial"])),
    ]
