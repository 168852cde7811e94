"""The lists of facilities that a page of the internal edition prints, and the comparison with known totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from pipeline.brief.material import Material
from pipeline.codebook import rows_of

COLUMNS = [
    "list", "place", "facility_id", "name_en", "name_local", "type", "directorate", "sector", "partial",
    "not_available",
]  # fmt: skip

Lists = Mapping[str, pd.DataFrame]


def gaps(material: Material) -> pd.DataFrame:
    """How many services each facility says are expected of it and only partially available, or not at all."""
    facts = material.facts
    services, inside = facts.kind("service"), facts.delivery
    counted = {word: services.is_in(word).sum(axis=1) * inside for word in ("partial", "not_available")}
    return facts.facilities.assign(**counted)


def lists(material: Material, declared: pd.DataFrame) -> Lists:
    """The lists of the whole country, in the order of their pages; facilities set aside or told twice are in none."""
    mine = declared[declared["same_as"].isna() & ~declared["facility_id"].isin(material.standing.set_aside)]
    lost = mine[(mine["status"] == "existing") & (mine["building_condition"] == "fully_damaged")]
    lacking = mine[mine["partial"] + mine["not_available"] > 0]
    worst = lacking.sort_values(
        ["not_available", "partial", "facility_id"], ascending=[False, False, True], kind="stable"
    )
    found = {"fully_damaged": lost.sort_values(["directorate", "facility_id"], kind="stable"), "gaps": worst}
    return {name: rows[COLUMNS[2:]] for name, rows in found.items()}


def facilities(material: Material, scope: str, whole: Lists) -> tuple[pd.DataFrame, dict[str, int]]:
    """The lists of a scope in full, and how long each of them is: a page prints their beginning."""
    left_out = material.standing.iraq.left_out if scope == "iraq" else ()
    members = [slug for slug in material.members(scope) if slug not in left_out]
    mine = {name: rows[rows["directorate"].isin(members)] for name, rows in whole.items()}
    found = [_listed(name, rows) for name, rows in mine.items()]
    return pd.concat([pd.DataFrame(columns=COLUMNS), *found], ignore_index=True), {
        name: len(rows) for name, rows in mine.items()
    }


def _listed(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(list=name, place=range(1, len(rows) + 1))[COLUMNS]


def reconciliation(material: Material) -> list[dict[str, Any]]:
    """Known totals of the real export beside those of this round, line by line; empty where none are known."""
    totals = material.reference.get("totals")
    if totals is None:
        return []
    counts = _counts(material)
    rows = rows_of(totals)
    return [_compared(material, counts, row) for row in rows]


def _compared(material: Material, counts: Mapping[str, Mapping[str, int]], row: Mapping[str, str]) -> dict[str, Any]:
    item, value = row["item"], row["value"]
    word = _canonical(material, item, value) if value else ""
    found = counts[item].get(word, 0) if word else counts["whole"][item]
    return {"item": item, "value": value, "word": word, "known": int(row["count"]), "found": found}


def _counts(material: Material) -> dict[str, dict[str, int]]:
    table = material.tables["facilities"]
    fields = {name: name for name in ("status", "building_condition", "functionality")} | {"facility_type": "type"}
    missing, unknown = (len(material.account[f"{name}_columns"]) for name in ("missing", "unknown"))
    whole = {"rows": len(table), "columns": len(material.codebook.columns) - missing + unknown}
    counted = {item: dict(_of(table[field])) for item, field in fields.items()}
    return {"whole": whole, **counted}


def _of(values: pd.Series[str]) -> Iterable[tuple[str, int]]:
    return ((str(word), int(count)) for word, count in values.astype(str).value_counts().items())


def _canonical(material: Material, item: str, value: str) -> str:
    """Our word for a value as the real export writes it; its words before a colon are enough."""
    if value == "blank":
        return "missing"
    question = material.codebook.of_field(f"facilities.{'type' if item == 'facility_type' else item}")
    if question is None:
        return value
    for option in question.options:
        spellings = (*option.labels.values(), *option.short.values(), *option.aliases)
        if any(text.split(":")[0].strip().casefold() == value.casefold() for text in spellings):
            return option.canonical
    return value
