"""Slices of a brief as tables for people: what a code stands for beside it, in three languages; numbers as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import repeat
from typing import Any

import pandas as pd

from pipeline import indicators
from pipeline.words import Words

NAMES = ("en", "ar", "ckb")
# The list of labels that a column's codes are from; those of `group` are told by its dimension.
# A part is a directorate or a sector: the blank list has both.
LISTS = {"type": "type", "directorate": "scope", "scope": "scope", "sector": "sector", "part": ""}
NUMBER = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?"
# Texts, whatever they look like: identifiers, and cells of an export as they stand there.
TEXTS = ("facility_id", "ministry_code", "code", "group", "value", "expected", "was", "now", "name_en", "name_local")
Labels = Mapping[tuple[str, str], Mapping[str, str]]


def labelled(slices: Mapping[str, pd.DataFrame], say: Mapping[str, Words]) -> dict[str, pd.DataFrame]:
    """The slices with what their codes stand for, and what each measure comes to."""
    labels = _labels(slices, say)
    found = {name: _labelled(frame, labels, slices.get("methods")) for name, frame in slices.items()}
    return found | {name: _defined(found[name], say) for name in found if name == "methods"}


def _labels(slices: Mapping[str, pd.DataFrame], say: Mapping[str, Words]) -> dict[tuple[str, str], Mapping[str, str]]:
    """What each code of a list stands for, by language; the blank list has those of all lists, items first."""
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for level in ("hospital", "phc", "other"):
        found["care", level] = {code: say[code](f"tables.care.{level}") for code in NAMES}
    for slice_name, key in (("items", "item"), ("labels", "code")):
        for row in slices[slice_name].to_dict("records") if slice_name in slices else ():
            told = {code: str(row[code]) for code in NAMES}
            found.setdefault((str(row.get("list", "item")), str(row[key])), told)
            found.setdefault(("", str(row[key])), told)
    return found


def _labelled(frame: pd.DataFrame, labels: Labels, methods: pd.DataFrame | None) -> pd.DataFrame:
    found: dict[str, Any] = {str(name): _numbers(frame[name]) for name in frame.columns}
    if "indicator" in found and methods is not None:
        found |= _about(frame["indicator"], labels, dict(zip(methods["code"], methods["name"], strict=True)))
    if {"numerator", "denominator", "unit"} <= set(found):
        found["value"] = _values(frame)
    for column in (*LISTS, "group"):
        if column in frame:
            found |= _told(column, frame, labels)
    return pd.DataFrame(found, index=frame.index)


def _numbers(column: pd.Series[str]) -> pd.Series[Any]:
    """The column as numbers if it holds nothing else."""
    filled = column[column != ""]
    if column.name in TEXTS or not len(filled) or not filled.str.fullmatch(NUMBER).all():
        return column
    numbers = pd.to_numeric(column)
    is_whole = not filled.str.contains(".", regex=False).any()
    return numbers.astype("Int64") if is_whole else numbers


def _values(frame: pd.DataFrame) -> pd.Series[float]:
    """What each measure comes to in its unit, to two decimals; none for a count, or over nothing."""
    above, below = (pd.to_numeric(frame[name]).astype("Int64") for name in ("numerator", "denominator"))
    value = pd.Series(float("nan"), index=frame.index)
    for unit in sorted(set(frame["unit"]) & set(indicators.SCALES)):
        rows = frame["unit"] == unit
        value[rows] = indicators.share(above[rows], below[rows], unit).round(2)
    return value


def _told(column: str, frame: pd.DataFrame, labels: Labels) -> dict[str, list[str]]:
    """Columns with what the codes of a column stand for; none where no code of it is known."""
    by = frame["dimension"] if column == "group" and "dimension" in frame else repeat(LISTS.get(column, "care"))
    found = [labels.get(key) for key in zip(by, frame[column], strict=False)]
    if not any(found):
        return {}
    return {f"{column}_{code}": [told[code] if told else "" for told in found] for code in NAMES}


def _about(column: pd.Series[str], labels: Labels, methods: Mapping[str, str]) -> dict[str, pd.Series[str]]:
    """The definition of each indicator, and what it is about beside that: an item, a cause, an item and its barrier."""
    definitions, abouts = {}, {}
    for name in column.unique():
        family = _family(name, methods)
        definitions[name] = methods.get(family, "")
        abouts[name] = _parts(name.removeprefix(family).removeprefix("_"), labels)
    told = {"definition": column.map(definitions)}
    return told | {
        f"about_{code}": column.map({name: " – ".join(part[code] for part in parts) for name, parts in abouts.items()})
        for code in NAMES
    }


def _defined(methods: pd.DataFrame, say: Mapping[str, Words]) -> pd.DataFrame:
    """The definitions of the indicators with each of their sentences in the other languages beside it."""
    columns: dict[str, Any] = {}
    for part in methods.columns:
        columns[part] = methods[part]
        if part != "code":
            columns |= {f"{part}_{code}": methods[part].map(say[code].translated) for code in NAMES[1:]}
    return pd.DataFrame(columns, index=methods.index)


def _family(name: str, methods: Mapping[str, str]) -> str:
    """The definition that an indicator is made by: the longest beginning of its name that is one."""
    words = name.split("_")
    names = ("_".join(words[:length]) for length in range(len(words), 0, -1))
    return next((one for one in names if one in methods), name)


def _parts(rest: str, labels: Labels) -> list[Mapping[str, str]]:
    """What the rest of an indicator's name stands for: one code, or two."""
    if ("", rest) in labels:
        return [labels["", rest]]
    words = rest.split("_")
    for cut in range(len(words) - 1, 0, -1):
        one, two = "_".join(words[:cut]), "_".join(words[cut:])
        if ("", two) in labels:
            return [labels[key] for key in (("", one), ("", two)) if key in labels]
    return []
