"""What is wrong with a file of rulings, each with its row and column."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Sequence

import pandas as pd

from pipeline.codebook import Codebook
from pipeline.differences import FORMAL, KINDS, Change
from pipeline.errors import unknown
from pipeline.rulings.row import BREAK, RECODE, RULINGS, SAME, Row, rows_of

COLUMNS = ("previous_form", "item", "change", "ruling", "map", "reason", "role", "office", "date")
TOLD = ("reason", "role", "office", "date")
# What may be ruled about a change; of all others that it is the same, or a break.
MAY = {
    "question_new": (RECODE, BREAK),
    "question_gone": (RECODE, BREAK),
    "choice_gone": (RECODE, BREAK),
    "choice_code": (RECODE, BREAK),
    "choice_reused": (RECODE, BREAK),
}
WHY_NOT = {
    "question_new": "nobody was asked before, so there is nothing that could be the same",
    "question_gone": "nobody is asked now, so there is nothing that could be the same",
    "choice_gone": "earlier answers have it, and it is no answer now",
    "choice_code": "earlier answers have the earlier code",
    "choice_reused": "one code has two meanings: a series over it would be none",
}
# Numbers stay numbers, texts stay texts; of any other change of type no answer could stand beside another.
ALIKE = ({"integer", "decimal"}, {"text", "hidden", "date"})


def faults(
    before: Codebook, now: Codebook, changes: Sequence[Change], table: pd.DataFrame, forms: Collection[str]
) -> Iterator[str]:
    """What is wrong with the rows that stand there, and that they stand there."""
    strangers = sorted({str(name) for name in table} ^ set(COLUMNS))
    if strangers:
        yield f"row 1: the columns must be {','.join(COLUMNS)}; {strangers[0]!r} is too many or lacks"
        return
    by_key = {change.key: change for change in changes}
    seen: set[tuple[str, str]] = set()
    for row in rows_of(table):
        if row.previous_form not in forms or row.previous_form == now.form:
            yield f"row {row.number}, column previous_form: {unknown('form before', row.previous_form, forms)}"
        elif row.previous_form == before.form and row.key in seen:
            yield f"row {row.number}, column item: {row.item}, {row.change} is ruled twice: take one row away"
        elif row.previous_form == before.form:
            seen.add(row.key)
            change = by_key.get(row.key)
            found = _of_row(before, now, row, change) if change else [_nothing(before, now, row, by_key)]
            yield from (f"row {row.number}, column {one}" for one in found)


def missing(before: Codebook, now: Codebook, changes: Sequence[Change], table: pd.DataFrame) -> list[str]:
    """The changes that no row speaks of, in one sentence."""
    if set(table) != set(COLUMNS):
        return []
    ruled = {row.key for row in rows_of(table) if row.previous_form == before.form}
    lacking = [change for change in changes if change.key not in ruled]
    named = ", ".join(f"{change.item} ({change.kind})" for change in lacking[:5])
    more = ", …" if len(lacking) > 5 else ""
    what = f"{len(lacking)} changes since {before.form} are not ruled: {named}{more}"
    do = f"`herams form diff {before.form} {now.form} --rulings --out FILE` writes the rows to fill in"
    return [f"{what}; {do}"] if lacking else []


def _nothing(before: Codebook, now: Codebook, row: Row, known: Collection[tuple[str, str]]) -> str:
    """Why a row speaks of nothing: no such change, no such item, or the item did not change."""
    if row.change not in KINDS:
        return f"change: {unknown('kind of change', row.change, KINDS)}"
    mine = sorted(kind for item, kind in known if item == row.item)
    if mine:
        return f"change: {row.item} did not change so, but as {', '.join(mine)}"
    if row.item.partition("/")[0] not in {*before.by_name, *now.by_name, *before.lists, *now.lists, *_stops(now)}:
        return f"item: {unknown('item', row.item, {*now.by_name, *now.lists, *_stops(now)})}"
    return f"item: {row.item} is the same in {before.form} and {now.form}: take the row away"


def _stops(codebook: Codebook) -> set[str]:
    return {group.name for question in codebook.questions for group in question.groups}


def _of_row(before: Codebook, now: Codebook, row: Row, change: Change) -> Iterator[str]:
    allowed = MAY.get(change.kind, (SAME, BREAK))
    if not row.ruling:
        yield f"ruling: {row.item} ({row.change}) has none yet; may be {' or '.join(allowed)}"
        return
    if row.ruling not in RULINGS:
        yield f"ruling: {unknown('ruling', row.ruling, RULINGS)}"
        return
    if row.ruling not in allowed:
        yield f"ruling: {row.item} ({row.change}) cannot be {row.ruling}: {_why_not(row, change)}"
    elif row.ruling == SAME and change.kind == "question_type" and not _are_alike(change):
        yield f"ruling: {row.item} was {change.before[FORMAL]} and is {change.now[FORMAL]}: that can only be a break"
    yield from _of_map(before, now, row, change)
    for name in TOLD:
        if not getattr(row, name):
            yield f"{name}: blank; who ruled so, why and when must be known"
    if row.date and not _is_date(row.date):
        yield f"date: {row.date!r} is no date such as 2024-02-15"


def _why_not(row: Row, change: Change) -> str:
    if row.ruling == SAME:
        why = WHY_NOT.get(change.kind, "")
        words = f" ({change.before[FORMAL]}, {change.now[FORMAL]})" if change.kind == "choice_reused" else ""
        return f"{why}{words}; rule it recode, with a map, or break"
    return "there is no code to map; rule it same or break"


def _are_alike(change: Change) -> bool:
    return any({change.before[FORMAL], change.now[FORMAL]} <= kinds for kinds in ALIKE)


def _of_map(before: Codebook, now: Codebook, row: Row, change: Change) -> Iterator[str]:
    if row.ruling != RECODE:
        if row.map_text:
            yield f"map: only a recode has one, and {row.item} is ruled {row.ruling}"
    elif change.kind in ("question_new", "question_gone"):
        yield from _of_name(before, now, row)
    elif change.code:
        yield from _of_codes(before, now, row, change)


def _of_codes(before: Codebook, now: Codebook, row: Row, change: Change) -> Iterator[str]:
    name = change.questions[0]
    then, since = ([option.code for option in form.by_name[name].options] for form in (before, now))
    if change.code not in row.map:
        yield f"map: says nothing of {change.code}: write {change.code}=CODE, a code of {now.form}"
    for code, found in row.map.items():
        if code not in then:
            yield f"map: {unknown(f'code of {change.list_name} in {before.form}', code, then)}"
        if found not in since:
            yield f"map: {unknown(f'code of {change.list_name} in {now.form}', found, since)}"


def _of_name(before: Codebook, now: Codebook, row: Row) -> Iterator[str]:
    """A question that is called otherwise: one that is gone, and one that is new, with the same words for answers."""
    if len(row.map) != 1 or row.item not in {*row.map, *row.map.values()}:
        yield f"map: one pair EARLIER=PRESENT is wanted, of which {row.item} is one"
        return
    earlier, present = next(iter(row.map.items()))
    old, new = before.by_name.get(earlier), now.by_name.get(present)
    if old is None or earlier in now.by_name:
        yield f"map: {earlier} is no question that only {before.form} has"
    elif new is None or present in before.by_name:
        yield f"map: {present} is no question that only {now.form} has"
    elif (old.type, set(old.canonical.values())) != (new.type, set(new.canonical.values())):
        yield f"map: {earlier} and {present} have not the same answers"


def _is_date(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
