"""Names, codes and ids of simulated facilities: none of them belongs to a real facility or person.

Ministry codes of federal facilities read <class>_<directorate's suffix>_<number>; Kurdistan has codes of its own, or
bare digits. Platform ids are mostly like X1R0B in federal workspaces, like 7057vR in Kurdistan; not always, so no rule.
"""

from __future__ import annotations

import string

import numpy as np
import pandas as pd

from pipeline.simulate.tables import Assumptions, Dice, Flags, Places, Texts

OTHER_STYLE = 0.03  # share of platform ids in the style of the other region
BARE_DIGITS = 0.3  # share of Kurdistan's ministry codes
SORANI = ("erbil", "sulaymaniyah")  # Duhok writes Badini: its names are given in Arabic
OTHER_TYPES = ("Dental center", "Physiotherapy center", "Training center", "Medical store", "Rehabilitation center")
OTHER_OWNERS = ("Religious endowment", "University", "Municipality")


def with_names(facilities: pd.DataFrame, tables: Assumptions, dice: Dice) -> pd.DataFrame:
    """The facilities with names, ministry_code, subject_id, workspace, place names and the people to ask (invented)."""
    found = facilities.copy()
    region = found["directorate"].map(tables.directorates["region"]).to_numpy(dtype=object)
    english, local = _place_names(found, region, tables, dice)
    towns = tables.sectors.loc[found["sector"], ["town_en", "town_local"]].to_numpy(dtype=object)
    types = tables.types.loc[found["type"]]
    sorani = found["directorate"].isin(SORANI).to_numpy(dtype=bool)
    found["name_en"] = _filled(types["name_en"].to_numpy(dtype=object), english, towns[:, 0])
    patterns = np.where(sorani, types["name_ckb"], types["name_ar"])
    found["name_local"] = _filled(patterns.astype(object), local, towns[:, 1])
    found["MoSD2"] = found["name_en"] + " / " + found["name_local"]
    found["GEO3"], found["GEO6"] = towns[:, 0], english
    found["ministry_code"] = _codes(found, region, tables, dice)
    found["subject_id"] = subject_ids(region == "kurdistan", dice)
    sectors = tables.sectors.loc[found["sector"]]
    found["workspace_id"] = (sectors["name_in_exports"] + " / " + sectors["name_ar"]).to_numpy(dtype=object)
    office = found["directorate"].map(tables.directorates["name_in_exports"])
    found["directorate_sector"] = office + " / " + sectors["name_in_exports"].to_numpy(dtype=object)
    return _with_rest(found, dice)


def _with_rest(found: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    """The facilities with structure, ownership, opening days, and contacts that are plainly invented."""
    size = len(found)
    numbers = np.char.mod("%04d", np.arange(1, size + 1)).astype(object)
    for column, ending in (("EMAIL", "-mail"), ("PHONE", "-telephone"), ("FUNCT", "-function"), ("NAME", "")):
        found[f"HFCONTACT_{column}"] = "contact-" + numbers + ending
    chance = dice.stream("ownership").random(size)
    rare = [chance < 0.003, chance < 0.006, chance < 0.009]
    found["ownership"] = np.select(rare, ["ngo", "other", "private"], "public")
    found["management"] = np.where(dice.stream("management").random(size) < 0.012, "ngo", found["ownership"])
    told = _picked(OTHER_OWNERS, size, dice.stream("owners"))
    found["MoSD7x"] = np.where(found["ownership"] == "other", told, "")
    found["MoSD8x"] = np.where(found["management"] == "other", told, "")
    found["MoSD6"] = np.where(found["ownership"] == "private", "owner-" + numbers, "")
    mobile = found["type"].isin(["mobile_clinic", "mobile_team"])
    found["MoSD3other"] = np.where(found["type"] == "other", _picked(OTHER_TYPES, size, dice.stream("types")), "")
    found["OPRDAYS"] = np.where(mobile, dice.stream("OPRDAYS").integers(1, 7, size).astype(str), "")
    tent = np.where(dice.stream("structure").random(size) < 0.01, "temporary", "permanent")
    found["MoSD5"] = np.where(found["type"] == "mobile_clinic", "not_relevant", tent)
    camp = np.where(found["directorate"].isin(["duhok", "nineveh", "anbar", "erbil"]), 0.03, 0.004)
    found["location_type"] = np.where(dice.stream("camp").random(size) < camp, "idp_camp", "settlement")
    return found


def _place_names(found: pd.DataFrame, region: Texts, tables: Assumptions, dice: Dice) -> tuple[Texts, Texts]:
    """Names of quarters and villages, English and local, no two alike in a sector: a number follows where names end."""
    english, local = np.empty(len(found), dtype=object), np.empty(len(found), dtype=object)
    sorani = found["directorate"].isin(SORANI).to_numpy(dtype=bool)
    known = {
        place: {name: rows[name].to_numpy(dtype=object) for name in rows}
        for place, rows in tables.names.groupby(level="region")
    }
    for sector, rows in found.groupby("sector")["sector"]:
        at = rows.index.to_numpy()
        names = known[region[at[0]]]
        order = dice.stream(f"names/{sector}").permutation(len(names["name_en"]))
        turn, pick = np.divmod(np.arange(len(at)), len(order))
        again = np.where(turn > 0, " " + (turn + 1).astype(str).astype(object), "")
        english[at] = names["name_en"][order[pick]] + again
        local[at] = names["name_ckb" if sorani[at[0]] else "name_ar"][order[pick]] + again
    return english, local


def _filled(patterns: Texts, names: Texts, towns: Texts) -> list[str]:
    return [p.format(name=name, town=town) for p, name, town in zip(patterns, names, towns, strict=True)]


def _codes(found: pd.DataFrame, region: Texts, tables: Assumptions, dice: Dice) -> Texts:
    """Ministry codes: a running number within suffix and class, in no order that a reader could use."""
    suffix = found["directorate"].map(tables.directorates["facility_code_suffix"])
    prefix = np.where(
        region == "kurdistan",
        found["directorate"].str[:3].str.upper(),
        found["type"].map(tables.types["code_class"]) + "_" + suffix,
    )
    order = dice.stream("codes").permutation(len(found))
    number = np.zeros(len(found), dtype=np.int64)
    number[order] = pd.Series(prefix[order]).groupby(prefix[order]).cumcount().to_numpy() + 1
    code = prefix.astype(object) + "_" + number.astype(str).astype(object)
    bare = (region == "kurdistan") & (dice.stream("bare").random(len(found)) < BARE_DIGITS)
    # Three directorates count each for itself: bare digits begin with a digit of the directorate's.
    first = found["directorate"].map({"duhok": 10_000, "erbil": 20_000, "sulaymaniyah": 30_000}).fillna(40_000)
    return np.where(bare, (first.to_numpy(dtype=np.int64) + number).astype(str), code).astype(object)


def subject_ids(kurdistan: Flags, dice: Dice) -> Texts:
    """Platform ids, unique in the country."""
    chance = dice.stream("subject_id")
    other = chance.random(len(kurdistan)) < OTHER_STYLE
    letters, digits, lower = string.ascii_uppercase, string.digits, string.ascii_lowercase
    federal = _spelt([letters, digits, letters, digits, letters], len(kurdistan), chance)
    regional = _spelt([digits, digits, digits, digits, lower, letters], len(kurdistan), chance)
    return np.where(kurdistan ^ other, regional, federal).astype(object)


def _spelt(alphabets: list[str], count: int, chance: np.random.Generator) -> Texts:
    """`count` different words, one sign from each alphabet in turn."""
    rest: Places = chance.choice(int(np.prod([len(signs) for signs in alphabets])), count, replace=False)
    words = np.full(count, "", dtype=object)
    for signs in alphabets:
        rest, at = np.divmod(rest, len(signs))
        words = words + np.array(list(signs), dtype=object)[at]
    return words


def _picked(words: tuple[str, ...], count: int, chance: np.random.Generator) -> Texts:
    return np.array(words, dtype=object)[chance.integers(0, len(words), count)]
