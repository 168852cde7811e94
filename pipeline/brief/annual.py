"""The ministry's own annual figures beside those of the round, and why the two differ.

data/reference/annual_report.csv, where somebody has given it: year, area, item, value, source. An area is a scope
(iraq, federal, kurdistan, a directorate); an item is an indicator that is a count, or a type of facility, of which
the existing ones are counted. A row that this project cannot place is an error: it must not vanish from a page.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from pipeline import indicators
from pipeline.brief.material import Material
from pipeline.codebook import rows_of
from pipeline.errors import BriefError, unknown
from pipeline.registry import WIDER_SCOPES

NAME = "data/reference/annual_report.csv"
COLUMNS = ("year", "area", "item", "value", "source")
OF_TYPES = "U_EXISTING"
# A type that nobody has counts nothing; an indicator that the page does not have is not known.
NOTHING: Mapping[Hashable, Any] = {"numerator": 0, "missing": 0}
UNKNOWN: Mapping[Hashable, Any] = {"numerator": None, "missing": 0}
Key = tuple[str, str, str]


def annual(material: Material, scope: str, measures: pd.DataFrame) -> list[dict[str, Any]]:
    """The annual figures of a scope, each with ours, its definition and what it lacks; in the file's order."""
    told = material.reference.get("annual_report")
    if told is None:
        return []
    _check(material, told)
    keys = zip(measures["indicator"], measures["dimension"], measures["group"], strict=True)
    ours = dict(zip(keys, measures.to_dict("records"), strict=True))
    return [_beside(material, row, ours) for row in rows_of(told[told["area"] == scope])]


def _beside(material: Material, row: Mapping[str, str], ours: Mapping[Key, Mapping[Hashable, Any]]) -> dict[str, Any]:
    item = row["item"]
    is_type = item in _types(material)
    key = (OF_TYPES, "type", item) if is_type else (item, "all", "")
    found = ours.get(key, NOTHING if is_type else UNKNOWN)
    definition = indicators.DEFINITIONS[_code(OF_TYPES if is_type else item)].parts
    return {
        **{name: row[name] for name in ("year", "item", "source")},
        "is_type": is_type,
        "value": int(row["value"]),
        "found": None if pd.isna(found["numerator"]) else int(found["numerator"]),
        "missing": int(found["missing"]),
        "name": definition["name"],
        "definition": definition["numerator"],
    }


def _types(material: Material) -> set[str]:
    question = material.codebook.of_field("facilities.type")
    return {option.canonical for option in question.options} if question else set()


def _code(indicator: str) -> str:
    """The definition that an indicator is of; blank for none."""
    code = indicator
    while code and code not in indicators.DEFINITIONS:
        code = code.rpartition("_")[0]
    return code


def _check(material: Material, told: pd.DataFrame) -> None:
    """Refuses a file with other columns, and every row that cannot be placed."""
    if tuple(told.columns) != COLUMNS:
        raise BriefError(f"{NAME} has the columns {', '.join(told.columns)}; it needs {', '.join(COLUMNS)}")
    areas = {*WIDER_SCOPES, *material.directorates}
    counts = {name for name, unit in material.units.items() if unit not in indicators.SCALES}
    items = _types(material) | counts
    for line, row in enumerate(rows_of(told), start=2):
        if row["area"] not in areas:
            raise unknown(f"area in {NAME}, line {line}", row["area"], areas)
        if row["item"] not in items:
            raise unknown(f"item in {NAME}, line {line}: a count or a type of facility", row["item"], items)
        if not (row["value"].isascii() and row["value"].isdecimal() and row["year"].isdecimal()):
            raise BriefError(f"{NAME}, line {line}: year and value are whole numbers without signs, as 2022 and 4783")
