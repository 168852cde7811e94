"""What a brief holds of the round before: how it stood, and what changed of the indicators that its page shows.

since        indicator, group (blank for all facilities, or a level of care), unit; numerators and denominators then,
             now and in the panel (`pipeline.since.changes`), linked, ruling, reason
since_areas  the same for the directorates of a wider scope, with `scope`
Of a scope that showed no number then, brief.json says so, and there are no slices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from pipeline import indicators
from pipeline.project import Project

NUMBERS = [
    "first_numerator", "first_denominator", "before_numerator", "before_denominator", "numerator", "denominator",
    "panel_before_numerator", "panel_before_denominator", "panel_numerator", "panel_denominator", "linked",
]  # fmt: skip
COLUMNS = ["indicator", "group", "unit", *NUMBERS, "ruling", "reason"]
AREA_COLUMNS = ["indicator", "scope", *COLUMNS[1:]]
TEXTS = dict.fromkeys(("indicator", "scope", "dimension", "group", "ruling", "reason"), str)
DIMENSIONS = ("all", "type")
COUNTS = {
    "services": ["gave", "lost", "won"], "signs": ["numerator", "denominator"], "written": ["facilities"],
}  # fmt: skip
TOLD = ("previous", "window", "report_date", "forms")


@dataclass(frozen=True)
class Since:
    """What the stage `since` has made of a round and the one before."""

    told: Mapping[str, Any]
    changes: pd.DataFrame
    events: pd.DataFrame
    links: pd.DataFrame
    answered: pd.DataFrame
    services: pd.DataFrame
    signs: pd.DataFrame
    written: pd.DataFrame

    def of(self, scope: str, names: Iterable[str]) -> pd.DataFrame:
        """The changes of a scope in some indicators, as a whole and by type."""
        rows = self._by_scope[scope]
        return rows[rows["indicator"].isin(list(names))].astype(TEXTS)

    def whole(self, scope: str) -> pd.DataFrame:
        """The changes of a scope as a whole, every indicator."""
        rows = self._by_scope[scope]
        return rows[rows["dimension"] == "all"].astype(TEXTS)

    @cached_property
    def _by_scope(self) -> dict[str, pd.DataFrame]:
        kept = self.changes[self.changes["dimension"].isin(DIMENSIONS)]
        return {str(scope): rows for scope, rows in kept.groupby("scope", observed=True)}


def load(project: Project, round_name: str) -> Since | None:
    """What changed since the round before; None where there is no such round."""
    folder = project.since_last(round_name)
    if not (folder / "since.json").is_file() and round_name not in project.registry.follows:
        return None
    told = project.read_json(folder / "since.json")
    if told["previous"] is None:
        return None
    tables = {
        name: project.read_parquet(folder / f"{name}.parquet") for name in ("changes", "events", "links", "answered")
    }
    sheets = {
        name: project.read_csv(folder / f"{name}.csv").astype(dict.fromkeys(counts, "int64"))
        for name, counts in COUNTS.items()
    }
    return Since(told=told, **tables, **sheets)


def told(since: Since, scope: str, members: tuple[str, ...]) -> dict[str, Any]:
    """What brief.json says of the round before, and how many facilities of a scope are in both."""
    found = {name: since.told[name] for name in TOLD}
    if scope in since.told["closed"]:
        return found | {"is_closed": True}
    return found | {
        "is_closed": False,
        "listed": _listed(since, scope),
        "absent": [slug for slug in members if slug in since.told["absent"]],
        "left_out": [slug for slug in members if slug in since.told["left_out"]],
    }


def _listed(since: Since, scope: str) -> dict[str, int | None]:
    """How many facilities of a scope are listed now, then, and in both rounds."""
    row = since.of(scope, ["U_LISTED"]).set_index("dimension").loc["all"]
    named = {"now": "numerator", "before": "before_numerator", "both": "linked"}
    return {name: None if pd.isna(row[column]) else int(row[column]) for name, column in named.items()}


def slices(since: Since, scope: str, units: Mapping[str, str], areas: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
    """The two slices of a scope, of some indicators in their order; `areas` are the directorates to set beside it."""
    mine = since.of(scope, units)
    whole = mine[mine["dimension"] == "all"]
    rows = pd.concat([whole, _by_care(mine[mine["dimension"] == "type"])], ignore_index=True)
    found = {"since": _ordered(rows, units)[COLUMNS]}
    if areas:
        theirs = pd.concat([since.of(area, units) for area in areas], ignore_index=True)
        theirs = theirs[theirs["dimension"] == "all"]
        found["since_areas"] = _ordered(theirs, units)[AREA_COLUMNS]
    return found


def _by_care(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows by type added up to hospitals, primary care and other; what no type knows stays blank."""
    level = indicators.care(rows["group"])
    groups = rows.assign(group=level).groupby(["indicator", "group"], sort=False)
    sums = groups[NUMBERS].sum(min_count=1)
    return sums.join(groups[["ruling", "reason"]].first()).reset_index()


def _ordered(rows: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """In the order of the indicators' own list, all facilities before their levels."""
    order = {name: place for place, name in enumerate(units)}
    levels = {"": 0, "hospital": 1, "phc": 2, "other": 3}
    made = rows.assign(
        unit=rows["indicator"].map(units), _order=rows["indicator"].map(order), _level=rows["group"].map(levels)
    )
    keys = ["_order", "scope", "_level"] if "scope" in made else ["_order", "_level"]
    told = made.sort_values(keys, kind="stable", ignore_index=True)
    return told.astype(dict.fromkeys(NUMBERS, "Int64"))
