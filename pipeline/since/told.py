"""What two rounds are beside each other, for the screen and for a program: one scope, the indicators that say most."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline import indicators
from pipeline.change import Change, apart
from pipeline.indicators import Entry, share
from pipeline.since import Found
from pipeline.since.changes import BREAK, COLUMNS

SHOWN = (
    "U_LISTED", "U_EXISTING", "OPS_OPERATIONAL", "FUN_FULL", "BLD_DAMAGED", "EQP_DAMAGED", "ACC_FULL", "AMN_WASH",
    "BED_COUNT_all", "HR_TOTAL", "SVC_DOMAIN_",
)  # fmt: skip
PARTS = ("before", "", "panel_before", "panel")


def rows(found: Found, scope: str, round_name: str) -> list[dict[str, Any]]:
    """The changes of a scope as a whole, every indicator, without blanks; none where it showed no number."""
    if why_silent(found, scope, round_name):
        return []
    table = found.changes
    mine = table[(table["scope"] == scope) & (table["dimension"] == "all")][COLUMNS]
    told = mine.drop(columns=["dimension", "group"]).astype(object)
    return [{str(name): value for name, value in row.items() if not pd.isna(value)} for row in told.to_dict("records")]


def lines(
    found: Found, scope: str, round_name: str, members: Collection[str], entries: Mapping[str, Entry]
) -> Iterator[str]:
    """A few lines for the screen."""
    stood = {found.told["previous"]: found.told, round_name: found.stands}
    if silent := why_silent(found, scope, round_name):
        yield silent
        return
    # A directorate that is left out by name has numbers of its own all the same.
    out = {name: _out(told, members) if len(members) > 1 else [] for name, told in stood.items()}
    yield from (
        f"the totals of {name} lack {', '.join(slugs)}: its change is told as coverage"
        for name, slugs in out.items()
        if slugs
    )
    yield _happened(found, set(members).difference(*out.values()))
    told = rows(found, scope, round_name)
    listed = next(row for row in told if row["indicator"] == "U_LISTED")
    then, now, both = (listed[name] for name in ("before_numerator", "numerator", "linked"))
    yield f"listed {then:,} then, {now:,} now, {both:,} in both rounds"
    yield head(list(stood))
    for row in told:
        if row["indicator"].startswith(SHOWN):
            yield _line(row, indicators.entry(row["indicator"], entries).unit)


def why_silent(found: Found, scope: str, round_name: str) -> str:
    """Why nothing of a scope is compared: it showed no number in one of the rounds; blank where it did in both."""
    for name, told in ((found.told["previous"], found.told), (round_name, found.stands)):
        if scope in told["closed"]:
            return f"{scope} showed no number in {name}: nothing is compared"
    return ""


def _out(told: Mapping[str, Any], members: Collection[str]) -> list[str]:
    """The directorates of a wider scope that a round's totals lack: closed, silent, or left out by name."""
    return [slug for slug in dict.fromkeys([*told["closed"], *told["left_out"]]) if slug in members]


def _happened(found: Found, members: Collection[str]) -> str:
    counted = found.events.loc[found.events["directorate"].isin(members), "event"].value_counts()
    return ", ".join(f"{event} {counted[event]}" for event in sorted(counted.index)) or "nothing happened to facilities"


def _line(row: dict[str, Any], unit: str) -> str:
    name = f"{row['indicator']:36}"
    if row["ruling"] == BREAK:
        return f"{name} not compared: {row['reason']}"
    change = apart(*(_value(row, part, unit) for part in PARTS))
    if change is None:
        return f"{name} not known in both rounds"
    values = f"{_told(change.before, unit):>10} {_told(change.now, unit):>10}"
    return f"{name} {values} {_parts(change, unit)}  n {row['linked']:,}"


def _parts(change: Change, unit: str) -> str:
    total, real, coverage = (_signed(part, unit) for part in (change.total, change.real, change.coverage))
    return f"{total:>9}  real {real:>8}  coverage {coverage:>8}"


def _value(row: dict[str, Any], part: str, unit: str) -> float | None:
    above, below = (row.get(f"{part}_{name}".lstrip("_")) for name in ("numerator", "denominator"))
    if unit in indicators.SCALES:
        return share(above, below, unit)
    return None if above is None else float(above)


def _told(tenths: int, unit: str) -> str:
    return f"{tenths / 10:.1f}%" if unit == "percent" else f"{tenths / 10:,.0f}"


def _signed(tenths: int | None, unit: str) -> str:
    if tenths is None:
        return "-"
    return f"{tenths / 10:+.1f}" if unit in indicators.SCALES else f"{tenths / 10:+,.0f}"


def head(names: Sequence[str]) -> str:
    """The line above the figures."""
    return f"{'indicator':36} {names[0]:>10} {names[1]:>10} {'change':>9}"
