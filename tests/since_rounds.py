"""Two rounds by hand, and the change between them, for tests of what changed."""

from __future__ import annotations

import pandas as pd
from small_round import SmallRound, catalogue, country, vocabulary

from pipeline import indicators
from pipeline.indicators import Facts, Judgement
from pipeline.since.changes import changes


def facts(round_: SmallRound, **judged) -> Facts:
    return indicators.gather(round_.tables(), vocabulary(), Judgement(**judged))


def links(before: SmallRound, now: SmallRound, others: dict[str, str] | None = None) -> pd.DataFrame:
    """Links by the same id, or as `others` says: now -> before."""
    then = [one["facility_id"] for one in before.facilities]
    known = {one["facility_id"]: (others or {}).get(one["facility_id"], one["facility_id"]) for one in now.facilities}
    rows = [(was if was in then else None, is_) for is_, was in known.items()]
    rows += [(was, None) for was in then if was not in known.values()]
    return pd.DataFrame(rows, columns=["previous_id", "facility_id"]).assign(how="id", certain=True)


def compared(before: SmallRound, now: SmallRound, linked: pd.DataFrame | None = None, **judged) -> pd.DataFrame:
    """The changes by indicator, scope, dimension and group."""
    told = links(before, now) if linked is None else linked
    found = changes(before.measures(), facts(before), facts(now, **judged), told, catalogue(), country())
    return found.set_index(["indicator", "scope", "dimension", "group"])


def parts(row: pd.Series) -> dict[str, tuple[int | None, int | None]]:
    """Numerator and denominator of each part of a row, None where blank."""
    found = {}
    for part in ("first", "before", "", "panel_before", "panel"):
        pair = (row[f"{part}_{name}".lstrip("_")] for name in ("numerator", "denominator"))
        found[part or "now"] = tuple(None if pd.isna(one) else int(one) for one in pair)
    return found
