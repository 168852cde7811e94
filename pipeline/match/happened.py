"""What became of facilities between two rounds, a row for each event; most facilities have none.

opened           not there before, or planned then          closed           existing or planned before, closed now
gone             not there any more                         back             closed before, or not there the last time
renamed          another name, not another spelling of it   moved            by two kilometres, or so decided
retyped          of another type                            merged           went into another facility, by a decision
split            came out of another facility               double_reported  the same one as another, by a decision
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.match.evidence import Flags, Rows, Seen, distance, seen
from pipeline.match.lasting import NOT_GOING_ON, carried, first_seen
from pipeline.match.renamed import is_renamed

EVENTS = (
    "opened", "gone", "closed", "back", "renamed", "moved", "retyped", "merged", "split", "double_reported",
)  # fmt: skip
COLUMNS = ("lasting_id", "event", "other_id", "previous_id", "facility_id", "was", "now", "km", "certain")
MOVED_METRES = 2_000  # more than what a point with two decimals, or the wrong corner of a town, makes of it
MOBILE = ("mobile_clinic", "mobile_team")
CLOSED, PLANNED, EXISTING = "closed", "planned", "existing"
UNKNOWN = ("", "unknown", "missing", "skipped", "not_asked", "not_in_form")


def events(links: pd.DataFrame, before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The events by facility: lasting_id, event, other_id, previous_id, facility_id, was, now, km, certain.

    Both may have `lasting_id` (else `before` is taken for the first round of all), and `before` may have `was_there`:
    False for a facility that the last round did not have. `other_id` is the lasting id of the facility that one went
    into (merged), came out of (split) or repeats (double_reported). What an event has nothing to say of is missing.
    Sorted by lasting id.
    """
    lasting = _lasting(before)
    became = _lasting(now) if "lasting_id" in now else carried(links, lasting)
    pairs = _Pairs(links, before, now)
    found = [_alone(links, before, lasting, became), *_of_pairs(pairs, lasting), _of_others(links, lasting, became)]
    found.append(_doubles(now, became))
    kept = [part for part in found if len(part)]
    rows = (pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()).reindex(columns=list(COLUMNS))
    texts = {name: "str" for name in COLUMNS if name not in ("km", "certain")}
    rows = rows.astype(texts | {"km": float, "certain": bool})
    order = rows["event"].map({event: place for place, event in enumerate(EVENTS)})
    ordered = rows.assign(order=order).sort_values(["lasting_id", "order"], kind="stable", ignore_index=True)
    return ordered[list(COLUMNS)]


class _Pairs:
    """The links that go on, with what both rounds say of each."""

    def __init__(self, links: pd.DataFrame, before: pd.DataFrame, now: pd.DataFrame) -> None:
        both = links["previous_id"].notna() & links["facility_id"].notna()
        self.rows = links[both & ~links["how"].isin(NOT_GOING_ON)].reset_index(drop=True)
        then, later = before.drop_duplicates("facility_id"), now.drop_duplicates("facility_id")
        self.then = then.set_index("facility_id").loc[self.rows["previous_id"]].reset_index()
        self.now = later.set_index("facility_id").loc[self.rows["facility_id"]].reset_index()
        self.known: Seen = seen(self.then, self.now)
        self.one: Rows = np.arange(len(self.rows))
        self.other: Rows = self.one + len(self.rows)

    def told(self, name: str) -> tuple[pd.Series[str], pd.Series[str]]:
        """What both rounds say of a field; blank where a frame does not have it, or nobody knows."""
        return _words(self.then, name), _words(self.now, name)


def _of_pairs(pairs: _Pairs, lasting: dict[str, str]) -> list[pd.DataFrame]:
    """What changed about facilities that are there in both rounds."""
    status, type_ = pairs.told("status"), pairs.told("type")
    absent = ~_was_there(pairs.then)
    apart = distance(pairs.known, pairs.one, pairs.other)
    fixed = ~type_[0].isin(MOBILE) & ~type_[1].isin(MOBILE)
    moved = (fixed & (apart >= MOVED_METRES)) | pairs.rows["how"].eq("moved")
    names = _name(pairs.then), _name(pairs.now)
    there = status[1].eq(EXISTING)
    return [
        _changed(pairs, lasting, "opened", there & status[0].eq(PLANNED), status),
        _changed(pairs, lasting, "closed", status[1].eq(CLOSED) & status[0].isin([EXISTING, PLANNED]), status),
        _changed(pairs, lasting, "back", (there & status[0].eq(CLOSED)) | absent, status),
        _changed(pairs, lasting, "renamed", is_renamed(pairs.known, pairs.one, pairs.other), names),
        _changed(pairs, lasting, "moved", moved).assign(km=(apart / 1000).round(1)[moved.to_numpy(dtype=bool)]),
        _changed(pairs, lasting, "retyped", type_[0].ne(type_[1]) & type_[0].ne("") & type_[1].ne(""), type_),
    ]


def _changed(
    pairs: _Pairs, lasting: dict[str, str], event: str, where: Any, told: tuple[pd.Series, pd.Series] | None = None
) -> pd.DataFrame:
    mine: Flags = np.asarray(where, dtype=bool)
    rows = pairs.rows.loc[mine, ["previous_id", "facility_id", "certain"]]
    found = rows.assign(lasting_id=rows["previous_id"].map(lasting), event=event)
    return found.assign(was=told[0][mine], now=told[1][mine]) if told else found


def _alone(links: pd.DataFrame, before: pd.DataFrame, lasting: dict[str, str], became: dict[str, str]) -> pd.DataFrame:
    """Facilities without a partner: opened, or gone since the last round."""
    there = set(before.loc[_was_there(before).to_numpy(dtype=bool), "facility_id"])
    opened = links[links["previous_id"].isna()]
    gone = links[links["facility_id"].isna() & links["previous_id"].isin(there)]
    parts = [
        opened.assign(lasting_id=opened["facility_id"].map(became), event="opened"),
        gone.assign(lasting_id=gone["previous_id"].map(lasting), event="gone"),
    ]
    return pd.concat(parts, ignore_index=True)


def _of_others(links: pd.DataFrame, lasting: dict[str, str], became: dict[str, str]) -> pd.DataFrame:
    """Facilities that went into another, and those that came out of one."""
    rows = links[links["how"].isin(NOT_GOING_ON)]
    before, now = rows["previous_id"].map(lasting), rows["facility_id"].map(became)
    merged = rows["how"].eq("merged")
    return rows.assign(lasting_id=before.where(merged, now), event=rows["how"], other_id=now.where(merged, before))


def _doubles(now: pd.DataFrame, became: dict[str, str]) -> pd.DataFrame:
    """Facilities that a decision of the round calls double reports: counted once, as the one that they repeat."""
    same_as = _words(now, "same_as")
    rows = now.loc[same_as.isin(list(became)).to_numpy(dtype=bool), ["facility_id"]].reset_index(drop=True)
    other = same_as[same_as.isin(list(became))].map(became).reset_index(drop=True)
    return rows.assign(
        lasting_id=rows["facility_id"].map(became), event="double_reported", other_id=other, certain=True
    )


def _lasting(before: pd.DataFrame) -> dict[str, str]:
    if "lasting_id" in before:
        return dict(zip(before["facility_id"], before["lasting_id"], strict=True))
    return first_seen(before["facility_id"].unique())


def _was_there(before: pd.DataFrame) -> pd.Series[bool]:
    return before["was_there"].astype(bool) if "was_there" in before else pd.Series(True, index=before.index)


def _words(frame: pd.DataFrame, name: str) -> pd.Series[str]:
    if name not in frame:
        return pd.Series("", index=range(len(frame)), dtype="str")
    words = frame[name].astype(object).where(frame[name].notna(), "").astype("str").reset_index(drop=True)
    return words.where(~words.isin(UNKNOWN), "")


def _name(frame: pd.DataFrame) -> pd.Series[str]:
    local = _words(frame, "name_local")
    return local.where(local != "", _words(frame, "name_en"))
