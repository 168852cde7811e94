"""What is wrong with a form: all of it at once, each fault with its sheet, row and column.

A form without a fault is one that XLSForm tools and LimeSurvey take, and whose codebook the rest of the project reads.
What a condition may say is `pipeline.forms.logic`; which names LimeSurvey takes, `pipeline.forms.limesurvey`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from pipeline.codebook import CHOICE_TYPES, LANGUAGES, OPTION, RANKS, TYPES, Codebook, parse
from pipeline.forms.limesurvey import ANSWER, OTHER, planned
from pipeline.forms.logic import logic
from pipeline.forms.sheets import HEADS, HINTS, LABELS, MAY_BE_ABSENT, MESSAGES, NAMES, Fault, Sheets
from pipeline.spelling import fold

XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
GROUPS = ("begin_group", "end_group")
# LimeSurvey reads what stands in them as an expression.
BRACES = ("{", "}")
# How the platform writes ranks into an export of the form; blank for the older way.
LAYOUTS = ("", "older", "newer")
Rows = Sequence[tuple[int, Mapping[str, str]]]


def faults(sheets: Sheets) -> list[Fault]:
    """All faults of a form, in the order of its sheets and rows; none where it may be written."""
    found = [
        Fault(name, 1, head, "this column is missing")
        for name in NAMES
        for head in HEADS[name]
        if head not in sheets.frame(name) and head not in MAY_BE_ABSENT
    ]
    if found:
        return found
    survey, choices = list(sheets.rows("survey")), list(sheets.rows("choices"))
    twice = list(_twice("survey", survey, _named))
    kinds = _kinds(survey, {row["list_name"] for _, row in choices})
    offered = {row["type"].partition(" ")[2] for _, row in survey}
    found = [*twice, *kinds, *_groups(survey), *_choices(choices, offered), *_settings(list(sheets.rows("settings")))]
    found += [*_texts("survey", [row for row in survey if row[1]["type"] != "end_group"]), *_items(survey)]
    once = [row for row in survey if row[0] not in {fault.row for fault in twice}]
    found += _twice("survey", once, _columns(choices), "columns")
    unplaced = {fault.row for fault in found if fault.sheet == "survey" and fault.column in ("type", "name", "columns")}
    sound = _sound(sheets, survey, unplaced)
    places = {row["name"]: number for number, row in reversed(survey) if row["type"] != "end_group"}
    found += [Fault("survey", places[question.name], "name", f"{question.name} {why}")
              for question, why in planned(sound).refused]  # fmt: skip
    found += logic(survey, sound)
    order = {name: place for place, name in enumerate(NAMES)}
    return sorted(dict.fromkeys(found), key=lambda fault: (order[fault.sheet], fault.row, fault.column))


def _kinds(survey: Rows, lists: set[str]) -> Iterator[Fault]:
    """Unknown types and lists, and names that XML does not take."""
    for number, row in survey:
        kind, _, list_name = row["type"].partition(" ")
        if kind not in (*TYPES, *GROUPS):
            yield Fault("survey", number, "type", f"unknown type {row['type']!r}; known: {', '.join(TYPES)}")
        elif kind in CHOICE_TYPES and list_name not in lists:
            yield Fault("survey", number, "type", f"the sheet choices has no list {list_name!r}")
        if kind != "end_group" and not XML_NAME.fullmatch(row["name"]):
            what = (
                f"{row['name']!r} is no name for a form: a letter, then letters, digits, _ - ."
                if row["name"]
                else "is blank"
            )
            yield Fault("survey", number, "name", what)
        if kind == "rank" and row["constraint"]:
            yield Fault(
                "survey", number, "constraint", "a ranked question can have none: its ranks are asked one by one"
            )


def _groups(survey: Rows) -> Iterator[Fault]:
    open_ones: list[tuple[int, str]] = []
    for number, row in survey:
        if row["type"] == "begin_group":
            open_ones.append((number, row["name"]))
        elif row["type"] == "end_group" and not open_ones:
            yield Fault("survey", number, "type", "end_group without begin_group")
        elif row["type"] == "end_group":
            begin, name = open_ones.pop()
            if row["name"] not in ("", name):
                yield Fault("survey", number, "name", f"ends {row['name']!r}, but {name!r} of row {begin} is open")
    for number, name in open_ones:
        yield Fault("survey", number, "type", f"the group {name!r} has no end_group")


def _twice(
    sheet: str, rows: Rows, keys: Callable[[Mapping[str, str]], Sequence[str]], column: str = "name"
) -> Iterator[Fault]:
    """What stands there twice and may stand there once."""
    seen: dict[str, int] = {}
    for number, row in rows:
        for key in keys(row):
            if key and seen.setdefault(key, number) != number:
                yield Fault(sheet, number, column, f"{key!r} stands in row {seen[key]} already")
                break


def _named(row: Mapping[str, str]) -> Sequence[str]:
    return () if row["type"] == "end_group" else (row["name"],)


def _columns(choices: Rows) -> Callable[[Mapping[str, str]], Sequence[str]]:
    """The columns of the export that a row of the survey makes."""

    def columns(row: Mapping[str, str]) -> Sequence[str]:
        pattern = row["columns"] or row["name"]
        if row["type"] in (*GROUPS, "calculate"):
            return ()
        if found := RANKS.search(pattern):
            return [RANKS.sub(str(rank), pattern) for rank in range(1, int(found[1]) + 1)]
        options = [c["name"] for _, c in choices if c["list_name"] == row["type"].partition(" ")[2]]
        return list(dict.fromkeys(pattern.replace(OPTION, option) for option in options or [""]))

    return columns


def _choices(choices: Rows, offered: set[str]) -> Iterator[Fault]:
    """Faults of options; a list that no question offers is of our own codes, and in no form."""
    yield from _texts("choices", choices)
    codes: dict[tuple[str, str], int] = {}
    words: dict[tuple[str, str], tuple[int, str]] = {}
    for number, row in choices:
        name, code = row["list_name"], row["name"]
        if codes.setdefault((name, code), number) != number:
            yield Fault(
                "choices",
                number,
                "name",
                f"{code!r} stands in the list {name!r} twice, first in row {codes[name, code]}",
            )
            continue
        if name in offered and not ANSWER.fullmatch(code) and code != OTHER:
            yield Fault(
                "choices",
                number,
                "name",
                f"{code!r} is no code for LimeSurvey: five letters and digits at most, or {OTHER}",
            )
        if not row["canonical"]:
            yield Fault("choices", number, "canonical", "is blank: our word for the option, in English letters")
        for column in (*LABELS, "aliases"):
            for text in row[column].split("|") if column == "aliases" else [row[column]]:
                first = words.setdefault((name, fold(text)), (number, code))
                if text and first[1] != code:
                    yield Fault("choices", number, column, f"{text!r} stands for {first[1]} too, in row {first[0]}")


def _texts(sheet: str, rows: Rows) -> Iterator[Fault]:
    """Labels that a language lacks, hints and messages in some languages only, and braces."""
    for number, row in rows:
        for heads in (LABELS, HINTS, MESSAGES) if sheet == "survey" else (LABELS,):
            is_told = heads is LABELS or any(row[head] for head in heads)
            for head, language in zip(heads, LANGUAGES, strict=True):
                if is_told and not row[head].strip():
                    yield Fault(sheet, number, head, f"{row['name']} has no text in the language {language!r}")
                if any(brace in row[head] for brace in BRACES):
                    yield Fault(
                        sheet, number, head, "LimeSurvey takes what stands in { } for an expression; write it otherwise"
                    )


def _items(survey: Rows) -> Iterator[Fault]:
    names = {row["name"] for _, row in survey}
    for number, row in survey:
        for stranger in (item for item in row["item"].split() if item not in names):
            yield Fault("survey", number, "item", f"{stranger!r} is no question of the form")


def _settings(settings: Rows) -> Iterator[Fault]:
    if len(settings) != 1:
        yield Fault("settings", 2, "form_id", f"one row is expected below the headings, {len(settings)} are there")
    for number, row in settings:
        for head in HEADS["settings"]:
            if not row[head] and head not in MAY_BE_ABSENT:
                yield Fault("settings", number, head, "is blank")
        if row["layout"] not in LAYOUTS:
            yield Fault("settings", number, "layout", f"{row['layout']!r} is none of older, newer")
        if row["default_language"] and row["default_language"] not in LANGUAGES.values():
            known = ", ".join(LANGUAGES.values())
            yield Fault("settings", number, "default_language", f"{row['default_language']!r} is none of {known}")


def _sound(sheets: Sheets, survey: Rows, faulty: set[int]) -> Codebook:
    """The codebook of what has no fault so far, so that conditions can be judged beside other faults."""
    kept: list[dict[str, str]] = []
    depth = 0
    names: set[str] = set()
    for number, row in survey:
        is_end = row["type"] == "end_group"
        is_fit = row["type"] in GROUPS or number not in faulty
        if not is_fit or (is_end and not depth) or (not is_end and row["name"] in names):
            continue
        depth += {"begin_group": 1, "end_group": -1}.get(row["type"], 0)
        names.add(row["name"])
        kept.append({**row, "item": "", "rule": ""})
    kept += [{**dict.fromkeys(map(str, sheets.survey), ""), "type": "end_group"} for _ in range(depth)]
    frame = sheets.survey.iloc[:0].reindex(range(len(kept)))
    for head in frame:
        frame[head] = [row[str(head)] for row in kept]
    choices = sheets.choices.drop_duplicates(["list_name", "name"])
    return parse(sheets.form, frame, choices, sheets.settings)
