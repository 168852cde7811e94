"""The public edition of a brief: what may not go out is cut here, so that no page can show it.

Never public for a single facility: its place, partners' names (no brief has them), what it said of a restricted
service, that conflict or security hinders it, and, on a page about restricted services, its name. What is restricted
says the codebook (`sensitivity`). So lists of what facilities lack, findings and decisions lose their facilities, a
remark stays inside, and a figure about a restricted matter that speaks of one or two facilities is always suppressed.

`public: {suppress_below: N}` in the registry suppresses all small cells, see `pipeline.brief.suppression`; then no list
of facilities is left, since a list beside a suppressed share protects nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.brief.since_withheld import withheld
from pipeline.brief.subjects import Subject
from pipeline.brief.suppression import Floor, suppressed
from pipeline.errors import BriefError
from pipeline.registry import Public

Slices = Mapping[str, pd.DataFrame]
# With three facilities, none of them can compute another's answer from its own.
RESTRICTED_BELOW = 3
RESTRICTED_CAUSES = ("conflict", "security")
# Lists whose rows say what single facilities lack, findings, which quote their answers, and what only ranks sectors.
INTERNAL_SLICES = ("declared", "findings", "list", "events", "written", "issues", "sectors")
INTERNAL_LISTS = ("gaps",)
# The place of a single facility on a map; squares with several may go out (`brief.map`).
PLACES = "point"
KNOWN_SLICES = {
    "measures", "comparison", "areas", "labels", "items", "methods", "facilities", *INTERNAL_SLICES, "coverage",
    "progress", "completeness", "workspaces", "answered", "changed", "gates", "expectations",
    "since", "since_areas", "happened", "lost", "lost_items", "signs", "tiles", "map", "map_values", "map_names",
    "census", "expected", "revisits", "agreement", "disagreements", "copied",
}  # fmt: skip
# What is told of a decision without saying about which facility, and what it answered.
OF_DECISIONS = ("decision", "rule", "directorate", "until", "role", "office", "date")


def public(
    told: Mapping[str, Any], slices: Slices, subject: Subject, settings: Public
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """The content of a public brief, from that of the internal one; a slice that it does not know is an error."""
    strangers = sorted(set(slices) - KNOWN_SLICES)
    if strangers:
        raise BriefError(
            f"no public edition of the slice {strangers[0]!r}: say in pipeline/brief/edition.py what goes out"
        )
    cut = {name: rows.head(0) if name in INTERNAL_SLICES else rows for name, rows in slices.items()}
    if "facilities" in cut:
        cut["facilities"] = _named(cut["facilities"], names_facilities(slices, subject, settings))
    if "map" in cut:
        cut["map"] = cut["map"][cut["map"]["layer"] != PLACES].reset_index(drop=True)
    if "measures" in cut:
        floor = _floor(cut, settings)
        cut |= _suppressed(cut, floor)
        cut |= withheld(cut, floor)
    return {**_told(told), "edition": "public", "suppress_below": settings.suppress_below}, cut


def names_facilities(slices: Slices, subject: Subject, settings: Public) -> bool:
    """Whether the public edition may name a facility: not beside suppressed figures, nor about restricted services."""
    return not settings.suppress_below and not (subject.modules and _restricted(slices))


def _named(rows: pd.DataFrame, may_name: bool) -> pd.DataFrame:
    return rows[~rows["list"].isin(INTERNAL_LISTS)].reset_index(drop=True) if may_name else rows.head(0)


def _told(told: Mapping[str, Any]) -> dict[str, Any]:
    """brief.json without what it says of single facilities."""
    nobody = dict.fromkeys(("facility_id", "name_en", "name_local"), "")
    decisions = [{name: row[name] for name in OF_DECISIONS if name in row} for row in told["decisions"]]
    return {
        **told,
        "decisions": [{**row, "reason": ""} for row in decisions],
        "set_aside": [row | nobody for row in told["set_aside"]],
        # Free text may name anybody.
        **({"remark": {}} if "remark" in told else {}),
        **({"map": _map(told["map"])} if "map" in told else {}),
    }


def _map(told: Mapping[str, Any]) -> dict[str, Any]:
    """What brief.json says of maps: exact places are left out, squares stay as they were cut."""
    if told["points"] != "exact":
        return dict(told)
    counts = ("unplaced", "outside", "hidden")
    return {name: value for name, value in told.items() if name not in counts} | {"points": "leave_out"}


def _restricted(slices: Slices) -> dict[str, str]:
    """The restricted services that the brief speaks of, with their modules."""
    items = slices["items"]
    rows = items[items["sensitivity"] == "restricted"]
    return dict(zip(rows["item"], rows["module"], strict=True))


def _suppressed(slices: Slices, floor: Floor) -> dict[str, pd.DataFrame]:
    names = [name for name in ("measures", "areas", "map_values") if name in slices]
    return suppressed({name: slices[name] for name in names}, _modules(slices), floor)


def _modules(slices: Slices) -> dict[str, str]:
    services = slices["items"][slices["items"]["kind"] == "service"]
    return dict(zip(services["item"], services["module"], strict=True))


def _floor(slices: Slices, settings: Public) -> Floor:
    """Below how many a figure about an indicator is small."""
    restricted, modules = _restricted(slices), _modules(slices)
    # A domain is restricted if all of it is: the average over others hides what one of them says.
    whole = {name for name in restricted.values() if all(one in restricted for one in modules if modules[one] == name)}

    def floor(indicator: str) -> int:
        is_cause = indicator.startswith("CAU_") and indicator.endswith(RESTRICTED_CAUSES)
        about = f"_{indicator}_"
        if is_cause or any(f"_{name}_" in about for name in (*restricted, *whole)):
            return max(settings.suppress_below, RESTRICTED_BELOW)
        return settings.suppress_below

    return floor
