"""The harmless dirt of real exports: what a reader must get used to, and a gate only warns of or counts.

Each kind was seen in the real export of 5,205 facilities, as often as stated here; other sizes have their share.
Dates outside the window, ids that two facilities share and places outside Iraq were seen too: they close a directorate,
so they are not among this.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.simulate.tables import Assumptions, Dice, Places, Texts, share_of

PLACEHOLDERS = {  # ministry codes that are none; the last two read the same in Arabic letters, "none" in two spellings
    "0": 34,
    "0000": 21,
    "doh": 17,
    "\u0644\u0627\u064a\u0648\u062c\u062f": 24,
    "\u0644\u0627\u06cc\u0648\u062c\u062f": 19,
}
COPIED_CODES = 223  # with the placeholders, 338 rows that share their code with another
WRONG_CLASS = 30
POINTS, TRIPLES = 39, 5  # points that several facilities share, and those that three do: 83 rows
TWO_DECIMALS, NO_POINT, NOT_VALIDATED = 60, 24, 1900
NO_CATCHMENT, COPIED_CATCHMENT, HUGE_CATCHMENT = 210, 13, 17_400_000
OTHER_SECTOR, NOT_MOBILE, GENERIC = 25, 35, 60
GENERIC_NAME = {"name_en": "Mobile team", "name_local": "\u0645\u0641\u0631\u0632\u0629 \u0637\u0628\u064a\u0629"}
FARSI = str.maketrans({"\u064a": "\u06cc", "\u0643": "\u06a9"})  # yeh, kaf
JOINER, TATWEEL, NO_BREAK = "\u200d", "\u0640", "\u00a0"
SEVEN_METRES = 7 / 111_200  # in degrees
MAKHMOUR = ("nineveh-in-makhmour", "erbil-deshesti-haholgarh")


def dirty(found: pd.DataFrame, tables: Assumptions, report_date: str, dice: Dice) -> pd.DataFrame:
    """The facilities with dirt in codes, names, points, catchments, sectors, buildings; the national totals hold."""
    found = found.reset_index(drop=True).copy()
    own = dice.salted("dirt")
    found = _points(_codes(found, own), own)
    found = _twice_reported(_names(found, own))
    found = _catchments(found, tables, own)
    found = _buildings(_sectors(found, tables, own), own)
    if len(found) > 1:
        # One row of the real export had not been synchronised for a year.
        year_before = pd.Timestamp(report_date) - pd.Timedelta(days=372)
        found.loc[own.stream("late").integers(0, len(found)), "last_synced"] = f"{year_before:%Y-%m-%d} 10:20:30"
    return found


def _codes(found: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    """Placeholders for ministry codes, codes copied from another facility, classes that do not fit the type."""
    order, at = dice.stream("codes").permutation(len(found)), 0
    codes = found["ministry_code"].to_numpy(dtype=object)
    for code, seen in PLACEHOLDERS.items():
        count = _group(seen, len(found))
        codes[order[at : at + count]] = code
        at += count
    copied = _in_company(order[at : at + _group(COPIED_CODES, len(found))], order[at:], found["directorate"])
    codes[copied] = codes[_heads(found["directorate"].to_numpy(dtype=object)[copied], copied)]
    rest = order[at:][~np.isin(order[at:], copied)]
    centres = [row for row in rest if str(codes[row]).startswith("HF_CM_")]
    for number, row in enumerate(centres[: share_of(WRONG_CLASS, len(found))], start=9001):
        codes[row] = f"HF_CS_{str(codes[row]).split('_')[2]}_{number}"
    return found.assign(ministry_code=codes)


def _in_company(copied: Places, free: Places, directorates: pd.Series) -> Places:
    """The rows, in order, with those that are alone in their directorate exchanged for others where several are.

    A code that another directorate's facility has names the wrong directorate, and closes it: that is no harmless dirt.
    """
    several = directorates.iloc[copied].value_counts().sort_index()
    lonely = (directorates.iloc[copied].map(several) == 1).to_numpy(dtype=bool)
    if lonely.all():
        return copied[:0]
    spare = free[~np.isin(free, copied) & (directorates.iloc[free] == several.idxmax()).to_numpy(dtype=bool)]
    return np.sort(np.concatenate([copied[~lonely], spare[: int(lonely.sum())]]))


def _heads(directorates: Texts, copied: Places) -> Places:
    """Whose code each row has: in pairs within a directorate; one left over makes the last group three."""
    heads = np.empty_like(copied)
    for directorate in np.unique(directorates.astype(str)):
        at = np.flatnonzero(directorates == directorate)
        heads[at] = copied[at[np.minimum(np.arange(len(at)) // 2, len(at) // 2 - 1) * 2]]
    return heads


def _names(found: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    """Generic names; letters of two alphabets; joiners, tatweel and odd blanks."""
    teams = np.flatnonzero(found["type"] == "mobile_team")
    plain = dice.stream("generic").permutation(teams)[: share_of(GENERIC, len(found))]
    for column, name in GENERIC_NAME.items():
        found.loc[plain, column] = name
    chance = dice.stream("letters").random((4, len(found)))
    local, english = found["name_local"], found["name_en"]
    local = local.where(chance[0] >= 0.06, local.map(lambda name: name.translate(FARSI)))
    local = local.where(chance[1] >= 0.015, local.str[:2] + JOINER + local.str[2:])
    local = local.where(chance[1] < 0.985, local.str[:2] + TATWEEL + local.str[2:])
    local = local.where(chance[2] >= 0.05, local + " ")
    english = english.where(chance[3] >= 0.03, english.str.replace(" ", "  ", n=1))
    english = english.where(chance[3] < 0.98, english.str.replace(" ", NO_BREAK, n=1))
    return found.assign(name_local=local, name_en=english, MoSD2=english + " / " + local)


def _points(found: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    """Points that several facilities share, points with two decimals, none at all; many not validated."""
    together = _neighbours(found, dice)[: _group(POINTS, len(found))]
    triples = share_of(TRIPLES, len(found))
    followers = np.concatenate([together[:, 1], together[:triples, 2]])
    leaders = np.concatenate([together[:, 0], together[:triples, 0]])
    point = ["latitude", "longitude"]
    found.loc[followers, point] = found.loc[leaders, point].to_numpy()
    free = np.setdiff1d(np.arange(len(found)), together)
    order = dice.stream("points").permutation(free)
    rough = order[: share_of(TWO_DECIMALS, len(found))]
    rounded = found.loc[rough, point].round(2)
    rounded = rounded[~rounded.duplicated(keep=False)]
    found.loc[rounded.index, point] = rounded
    found.loc[rough, "MoSDGPS1"] = "yes"
    found.loc[order[len(rough) :][: share_of(NO_POINT, len(found))], point] = np.nan
    unseen = dice.stream("validated").permutation(len(found))[: share_of(NOT_VALIDATED, len(found))]
    found.loc[unseen, "MoSDGPS2"] = ""
    return found


def _neighbours(found: pd.DataFrame, dice: Dice) -> Places:
    """Rows in threes of one sector, no row twice, in random order."""
    by_sector = np.argsort(found["sector"].to_numpy(dtype=str), kind="stable")
    threes = by_sector[: len(by_sector) // 3 * 3].reshape(-1, 3)
    sector = found["sector"].to_numpy(dtype=object)
    same = (sector[threes] == sector[threes[:, [0]]]).all(axis=1)
    return dice.stream("neighbours").permutation(threes[same])


def _twice_reported(found: pd.DataFrame) -> pd.DataFrame:
    """One centre of Makhmour that two directorates report, seven metres apart and under the same English name."""
    centre = (found["type"] == "phc_main") & found["latitude"].notna()
    both = [found.index[centre & (found["sector"] == sector)] for sector in MAKHMOUR]
    if len(both[0]) and len(both[1]):
        one, other = both[0][0], both[1][0]
        found.loc[other, "latitude"] = round(float(found.loc[one, "latitude"]) + SEVEN_METRES, 6)
        found.loc[other, "longitude"] = found.loc[one, "longitude"]
        found.loc[other, "name_en"] = found.loc[one, "name_en"]
        found.loc[other, "MoSD2"] = f"{found.loc[other, 'name_en']} / {found.loc[other, 'name_local']}"
    return found


def _catchments(found: pd.DataFrame, tables: Assumptions, dice: Dice) -> pd.DataFrame:
    """Zero for unknown, a governorate's whole population on several facilities, an absurd number on one centre."""
    chance = dice.stream("catchments")
    order = chance.permutation(len(found))
    found.loc[order[: share_of(NO_CATCHMENT, len(found))], "catchment_population"] = 0.0
    copies = share_of(COPIED_CATCHMENT, len(found))
    crowds = [rows for _, rows in found.groupby("directorate", sort=True) if len(rows) > 2 * copies]
    if crowds:
        rows = crowds[int(chance.integers(0, len(crowds)))]
        place = tables.sectors.loc[rows["sector"].iloc[0], "governorate"]
        at = chance.permutation(rows.index.to_numpy())[:copies]
        found.loc[at, "catchment_population"] = float(tables.population[place])
    centres = found.index[found["type"] == "phc_main"]
    if len(centres) > 1:
        found.loc[chance.choice(centres), "catchment_population"] = float(HUGE_CATCHMENT)
    return found


def _sectors(found: pd.DataFrame, tables: Assumptions, dice: Dice) -> pd.DataFrame:
    """Answers `directorate / sector` that name another sector of the directorate than the workspace does."""
    crowded = found.groupby("sector")["sector"].transform("size") > 2
    several = found["directorate"].map(tables.sectors["directorate"].value_counts()) > 1
    movable = np.flatnonzero(crowded & several)
    chance = dice.stream("sectors")
    for row in chance.permutation(movable)[: share_of(OTHER_SECTOR, len(found))]:
        own = tables.sectors[tables.sectors["directorate"] == found.loc[row, "directorate"]]
        other = own.drop(index=found.loc[row, "sector"])["name_in_exports"]
        office = tables.directorates.loc[found.loc[row, "directorate"], "name_in_exports"]
        found.loc[row, "directorate_sector"] = f"{office} / {other.iloc[int(chance.integers(0, len(other)))]}"
    return found


def _buildings(found: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    """Buildings that are not mobile as "not relevant (mobile)": exchanged with mobile ones, so that the totals hold."""
    mobile = found["type"].isin(["mobile_team", "mobile_clinic"])
    chance = dice.stream("buildings")
    without = chance.permutation(np.flatnonzero(mobile & (found["building_condition"] == "not_relevant")))
    whole = chance.permutation(np.flatnonzero(~mobile & (found["building_condition"] == "not_damaged")))
    count = min(share_of(NOT_MOBILE, len(found)), len(without), len(whole))
    found.loc[without[:count], "building_condition"] = "not_damaged"
    found.loc[whole[:count], "building_condition"] = "not_relevant"
    return found


def _group(seen: int, size: int) -> int:
    """The share of a group whose members are alike: never one alone."""
    count = share_of(seen, size)
    return count if count > 1 else 0
