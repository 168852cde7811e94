"""The drafted codebook as sheets, and what a person must complete: sheet, rows, reason."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from pipeline.codebook import LANGUAGES
from pipeline.form.choices import DraftedChoice, language_of
from pipeline.form.relevance import Stop
from pipeline.form.shape import Drafted

SURVEY = (
    "type", "name", *(f"label::{language}" for language in LANGUAGES.values()), "relevant", "constraint", "required",
    "calculation", "columns", "module", "field", "item", "rule", "personal", "sensitivity", "review",
)  # fmt: skip
CHOICES = (
    "list_name", "name", *(f"label::{language}" for language in LANGUAGES.values()), "canonical", "aliases",
    *(f"short::{language}" for language in LANGUAGES.values()), "tier", "note", "review",
)  # fmt: skip
SETTINGS = ("form_title", "form_id", "version", "default_language")
DRAFT = "draft: "
# How ticks are written in exports with answers as text; the reader of exports looks here.
TICKED = {"1": ("Yes", "yes", "Y|Oui|1.0"), "0": ("No", "no", "N|Non|0.0")}
_DETAIL = re.compile(r"“[^”]*”|\$\{[^}]*\}|\d+|\([^)]*\)")


def survey_sheet(questions: Sequence[Drafted], stops: Sequence[Stop]) -> pd.DataFrame:
    """survey.csv: a row for each question, and rows that begin and end the stops around them."""
    places = {question.name: index for index, question in enumerate(questions)}
    begins, ends = defaultdict(list), defaultdict(list)
    end_of_outer = len(questions)
    for stop in stops:
        end_of_outer = min(places[stop.last], end_of_outer)
        begins[places[stop.first]].append(stop)
        ends[end_of_outer].append(stop)
    rows: list[dict[str, str]] = []
    for index, question in enumerate(questions):
        rows += [_begin(stop) for stop in begins[index]]
        rows.append(_question(question))
        rows += [{"type": "end_group", "name": stop.name} for stop in reversed(ends[index])]
    return _sheet(rows, SURVEY)


def choices_sheet(options: Sequence[DraftedChoice], has_ticks: bool) -> pd.DataFrame:
    """choices.csv: a row for each option, and the list that says how ticks are written."""
    rows = [_choice(option) for option in options]
    if has_ticks:
        rows += [
            {"list_name": "ticked", "name": code, f"label::{LANGUAGES['en']}": text, "canonical": word,
             "aliases": aliases, "note": "how ticks are written; blank is not ticked", "review": "proposal"}
            for code, (text, word, aliases) in TICKED.items()
        ]  # fmt: skip
    return _sheet(rows, CHOICES)


def settings_sheet(form: str) -> pd.DataFrame:
    """settings.csv: the form's name; its title and version are left to a person."""
    values = (f"{form} (draft)", form, "draft", LANGUAGES["en"])
    return _sheet([dict(zip(SETTINGS, values, strict=True))], SETTINGS)


def to_complete(sheets: Mapping[str, pd.DataFrame]) -> list[str]:
    """For each sheet and reason a line with the rows to look at, as a spreadsheet numbers them."""
    lines = []
    for name, sheet in sheets.items():
        rows: dict[str, list[int]] = defaultdict(list)
        told: dict[str, list[str]] = defaultdict(list)
        for number, text in enumerate(sheet["review"], start=2):
            for reason in text.removeprefix(DRAFT).split("; ") if text.startswith(DRAFT) else ():
                kind = _DETAIL.sub("…", reason)
                rows[kind].append(number)
                told[kind].append(reason)
        for kind, numbers in rows.items():
            more = ", and so on" if len(set(told[kind])) > 1 else ""
            lines.append(f"{name}, {_rows(numbers)}: {told[kind][0]}{more}")
    return lines


def _rows(numbers: Sequence[int]) -> str:
    """Row numbers, neighbours as ranges: rows 2, 5-9."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number <= ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in ranges]
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(texts)}"


def _begin(stop: Stop) -> dict[str, str]:
    return {
        "type": "begin_group",
        "name": stop.name,
        "relevant": stop.relevant,
        "rule": _text(stop.rule),
        "review": DRAFT + stop.mark,
    }


def _question(question: Drafted) -> dict[str, str]:
    kind = f"{question.type} {question.list_name}" if question.list_name else question.type
    return {
        "type": kind,
        "name": question.name,
        f"label::{LANGUAGES[language_of(question.label)]}": question.label or question.name,
        "relevant": question.relevant,
        "constraint": question.constraint,
        "calculation": question.calculation,
        "columns": question.pattern,
        "module": question.module,
        "field": question.field,
        "item": " ".join(question.items),
        "rule": _text(question.rule),
        "personal": "yes" if question.is_personal else "",
        "sensitivity": question.sensitivity,
        "review": _review(question.marks),
    }


def _choice(option: DraftedChoice) -> dict[str, str]:
    return {
        "list_name": option.list_name,
        "name": option.code,
        **{f"label::{LANGUAGES[language]}": text for language, text in option.labels.items()},
        "canonical": option.canonical,
        "aliases": "|".join(alias.replace("|", "/") for alias in option.aliases),
        **{f"short::{LANGUAGES[language]}": text for language, text in option.short.items()},
        "tier": option.tier,
        "note": option.note,
        "review": _review(option.marks),
    }


def _review(marks: Iterable[str]) -> str:
    unique = list(dict.fromkeys(mark.replace(";", ",") for mark in marks))
    return DRAFT + "; ".join(unique) if unique else "proposal"


def _sheet(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame([[row.get(name, "") for name in columns] for row in rows], columns=list(columns), dtype=str)


def _text(rule: int | None) -> str:
    return "" if rule is None else str(rule)
