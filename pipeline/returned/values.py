"""Answers as people write them, to answers as the records have them: digits, dates, numbers, options."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from pipeline.decisions import expected
from pipeline.enquiry import Enquiry
from pipeline.enquiry.form import Tongue
from pipeline.spelling import fold, western_digits

ISO = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})")
THOUSANDS = re.compile(r"-?\d{1,3}(?:[,٬ \u00a0\u202f]\d{3})+")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
DATE = "date"


def date(text: str) -> str | None:
    """A day in ISO form, from dd/mm/yyyy, dd-mm-yyyy, yyyy-mm-dd, with any digits; None where it is none.

    The day comes first, as in Iraq: 02/05/2023 is the second of May.
    """
    plain = western_digits(text).strip()
    found = ISO.fullmatch(plain) or DAY_FIRST.fullmatch(plain)
    try:
        return datetime.date(*(int(found[part]) for part in ("year", "month", "day"))).isoformat() if found else None
    except ValueError:
        return None


def number(text: str) -> str | None:
    """A number as the records write it, from any digits and separators of thousands; None where it is none."""
    plain = western_digits(text).strip().replace("\u2212", "-")
    if THOUSANDS.fullmatch(plain):
        plain = re.sub(r"[^\d-]", "", plain)
    if not NUMBER.fullmatch(plain):
        return None
    whole, point, fraction = plain.partition(".")
    fraction = fraction.rstrip("0")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{digits.lstrip('0') or '0'}" + (f"{point}{fraction}" if fraction else "")


def answer(text: str, one: Enquiry, spoken: Tongue) -> tuple[str, str]:
    """What the records are to hold for an answer, and what is wrong with it (blank if nothing is)."""
    question = spoken.codebook.by_column[one.column]
    options = spoken.options(one)
    if options:
        known = {fold(label): code for code, label in options.items()} | {fold(code): code for code in options}
        code = known.get(fold(text)) or (
            spoken.codebook.code_of_text(question.list_name, text) if question.canonical else None
        )
        return (code, "") if code else ("", f"{text!r} is none of the answers: {listed(tuple(options.values()))}")
    if question.type in ("integer", "decimal"):
        told = number(text)
        fault = expected(question, one.column, told) if told is not None else "a number"
        return (told or "", f"{text!r} is not {fault}" if fault else "")
    if one.column == DATE:
        day = date(text)
        return (day or "", "" if day else f"{text!r} is no date such as 31/12/2023")
    return text, ""


def listed(words: Sequence[str], most: int = 8) -> str:
    """The first few words of a list, and how many more there are."""
    return ", ".join(words[:most]) + (f" … and {len(words) - most} more" if len(words) > most else "")
