"""Where and when: a point near the centre of each facility's sector, its catchment, and the days of its response.

The centre points and radii are ours, from general knowledge; no boundary is copied. A circle lies inside the
governorate of its sector, so a point in it does too.
"""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from pipeline.simulate.tables import Assumptions, Dice, Numbers, Texts

KM_PER_DEGREE = 111.2
TOWN_SHARE = 0.45  # of the radius: facilities in town lie nearer to its centre
SECONDS_PER_DAY = 86_400


def with_places(facilities: pd.DataFrame, tables: Assumptions, dice: Dice) -> pd.DataFrame:
    """The facilities with latitude and longitude (degrees, six decimals) and catchment_population."""
    sectors = tables.sectors.loc[facilities["sector"]]
    chance = dice.stream("coordinates")
    reach = np.where(facilities["urban_rural"] == "rural", 1.0, TOWN_SHARE) * sectors["radius_km"].to_numpy(dtype=float)
    away, angle = reach * np.sqrt(chance.random(len(facilities))), 2 * np.pi * chance.random(len(facilities))
    latitude = sectors["latitude"].to_numpy(dtype=float) + away * np.sin(angle) / KM_PER_DEGREE
    longitude = sectors["longitude"].to_numpy(dtype=float) + away * np.cos(angle) / (
        KM_PER_DEGREE * np.cos(np.radians(latitude))
    )
    found = facilities.assign(latitude=latitude.round(6), longitude=longitude.round(6))
    twice = found.duplicated(["latitude", "longitude"])
    found.loc[twice, "latitude"] += 1e-6 * np.arange(1, int(twice.sum()) + 1)
    mean = facilities["type"].map(tables.types["catchment"]).to_numpy(dtype=float)
    country = np.where(facilities["urban_rural"] == "rural", 0.55, 1.25)
    people = mean * country * np.exp(0.45 * facilities["size"].to_numpy(dtype=float) - 0.1)
    found["catchment_population"] = _heaped(people)
    found["MoSDGPS1"] = np.where(chance.random(len(found)) < 0.06, "yes", "no")
    found["MoSDGPS2"] = np.where(chance.random(len(found)) < 0.7, "yes", "no")
    return found


def with_dates(facilities: pd.DataFrame, window: tuple[str, str], report_date: str, dice: Dice) -> pd.DataFrame:
    """The facilities with `day` of the response, within the window, and `last_synced`, before the report date.

    A directorate is visited within some weeks; an export shows a made-up time that is the same for a whole workspace.
    """
    first, last = (datetime.date.fromisoformat(day) for day in window)
    days = (last - first).days
    start = facilities["directorate"].map(_by_name(facilities["directorate"], "start", dice)).to_numpy(dtype=float)
    later = facilities["sector"].map(_by_name(facilities["sector"], "later", dice)).to_numpy(dtype=float)
    chance = dice.stream("date").random(len(facilities))
    offset = np.minimum(np.floor((0.1 + 0.65 * start + 0.1 * later + 0.14 * chance) * days), days).astype(int)
    synced = dice.stream("last_synced").random(len(facilities)) * 20
    return facilities.assign(day=days_after(first, offset), last_synced=synced_at(report_date, 5.0 + synced))


def dated(day: pd.Series[str], workspace: pd.Series[str], dice: Dice) -> Texts:
    """The export's dates: the day, and the constant time of the workspace."""
    hours = {name: 7 * 3600 + int(share * 8 * 3600) for name, share in _by_name(workspace, "time", dice).items()}
    times = {name: f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for name, s in hours.items()}
    return (day + " " + workspace.map(times)).to_numpy(dtype=object)


def days_after(first: datetime.date, offsets: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Texts:
    """ISO dates, so many days after the first."""
    return np.datetime_as_string(np.datetime64(first) + offsets.astype("timedelta64[D]"), unit="D").astype(object)


def synced_at(report_date: str, days_before: Numbers) -> Texts:
    """Times of synchronisation, so many days (with fractions) before the report date."""
    seconds = (days_before * SECONDS_PER_DAY).astype(int).astype("timedelta64[s]")
    text = np.datetime_as_string(np.datetime64(f"{report_date}T00:00:00") - seconds, unit="s").astype(object)
    return (pd.Series(text, dtype=str).str.replace("T", " ", regex=False)).to_numpy(dtype=object)


def _by_name(names: pd.Series[str], what: str, dice: Dice) -> dict[str, float]:
    """A number between 0 and 1 for each name."""
    return {str(name): float(dice.stream(f"{what}/{name}").random()) for name in sorted(names.unique())}


def _heaped(people: Numbers) -> Numbers:
    """Counts as people tell them: rounded to two or three digits."""
    step = np.power(10.0, np.maximum(1.0, np.floor(np.log10(np.maximum(people, 1.0))) - 1.0))
    return np.maximum(step, np.round(people / step) * step)
