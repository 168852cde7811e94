"""How much speaks for two facilities being one: a score from 0 to 1 of name, place, type, sector, code and platform id.

Each part counts only where both sides have it; what nobody knows speaks neither for nor against. The score does not
depend on which of the two is asked first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

from pipeline.likeness import metres, sounds, telling_words
from pipeline.places import is_no_code
from pipeline.spelling import fold

NAMES = ("name_local", "name_en")
PLACE = ("latitude", "longitude")
GENERIC_PERCENT = 20
# What each part weighs where it is known; the rest is what a part that is not known is taken for.
NAME, POINT, TYPE, SECTOR = 0.55, 0.25, 0.12, 0.08
NO_NAME, SAME_GENERIC, NO_POINT, COPIED_POINT, OTHER_SECTOR, SAME_TIER = 0.5, 0.6, 0.4, 0.6, 0.2, 0.5
OTHER_NUMBER = 0.5  # of what words say, where "Salam 1" stands beside "Salam 2"
HEARD, HEARD_LETTERS = 0.9, 3  # what a name that only sounds alike is worth, and from how many consonants on
OTHER_TIER, SAME_CODE, OTHER_CODE, SAME_SUBJECT = -0.3, 0.1, -0.1, 0.25
# A neighbour of the same type is no candidate by name as long as its name is another one; and a facility that is alike
# in everything but has a code of its own, as the other has, is never linked without a question.
LEAST_NAME, UNLIKE, CODED_APART = 0.6, 0.69, 0.79
# How near is how good: a point taken with a telephone, the yard, the village, the next one.
NEARNESS = ((200, 1.0), (1_000, 0.9), (3_000, 0.6), (10_000, 0.35), (30_000, 0.1))

Rows = npt.NDArray[np.intp]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Name:
    """One of the names of each facility: as it is, its telling words, its numbers, its consonants."""

    whole: Texts
    words: Texts
    numbers: Texts
    heard: Texts


@dataclass(frozen=True)
class Seen:
    """The facilities of two rounds as matching sees them: those before first, then those now."""

    size_before: int
    ids: Texts
    directorate: Texts
    sector: Texts
    type: Texts
    tier: Texts
    code: Texts
    """The folded ministry code; blank where there is none."""
    is_single: Flags
    """Whether nobody else in its directorate and round has its code."""
    subject: Texts
    """The platform's id without its workspace."""
    point: Numbers
    is_copied: Flags
    """Whether another facility of its round stands on the very same point."""
    names: tuple[Name, ...]

    @property
    def is_before(self) -> Flags:
        """Which of them belong to the round before."""
        return np.arange(len(self.ids)) < self.size_before


def seen(before: pd.DataFrame, now: pd.DataFrame) -> Seen:
    """Both sides together; a missing text is a blank."""
    both = pd.concat([_plain(before), _plain(now)], ignore_index=True)
    side = pd.Series(np.arange(len(both)) < len(before))
    code = both["ministry_code"].map({one: fold(one) for one in both["ministry_code"].unique()}).astype(str)
    code = code.where(~is_no_code(code), "")
    point = both[list(PLACE)].to_numpy(dtype=float)
    found = {name: both[name].to_numpy(dtype=object) for name in ("directorate", "sector", "type", "tier")}
    return Seen(
        size_before=len(before),
        ids=both["facility_id"].to_numpy(dtype=object),
        **found,
        code=code.to_numpy(dtype=object),
        is_single=~_twice(side, both["directorate"], code),
        subject=both["facility_id"].str.split("/").str[-1].to_numpy(dtype=object),
        point=point,
        is_copied=_twice(side, both["latitude"], both["longitude"]),
        names=tuple(_name(both, name) for name in NAMES),
    )


def score(known: Seen, one: Rows, other: Rows) -> Numbers:
    """How much speaks for each pair of facilities being one, from 0 to 1, to four decimals."""
    name = name_likeness(known, one, other)
    found = NAME * name + POINT * _nearness(known, one, other)
    same_type = known.type[one] == known.type[other]
    same_tier = known.tier[one] == known.tier[other]
    found += np.where(same_type, TYPE, np.where(same_tier, TYPE * SAME_TIER, OTHER_TIER))
    found += np.where(known.sector[one] == known.sector[other], SECTOR, SECTOR * OTHER_SECTOR)
    found += np.where(known.subject[one] == known.subject[other], SAME_SUBJECT, 0.0)
    coded = (known.code[one] != "") & (known.code[other] != "")
    single = known.is_single[one] & known.is_single[other]
    same_code = known.code[one] == known.code[other]
    apart = coded & single & ~same_code
    found += np.where(coded & same_code, SAME_CODE, np.where(apart, OTHER_CODE, 0.0))
    most = np.where(name < LEAST_NAME, UNLIKE, np.where(apart, CODED_APART, 1.0))
    return np.asarray(found.clip(0, most).round(4), dtype=float)


def name_likeness(known: Seen, one: Rows, other: Rows) -> Numbers:
    """How alike the names of each pair are, from 0 to 1: mostly the name that is more so, a little the other one."""
    each = np.stack([_spelt_alike(name, one, other) for name in known.names])
    best = np.where(np.isnan(each).all(axis=0), np.nan, np.nanmax(np.nan_to_num(each, nan=-1.0), axis=0))
    worst = np.nanmin(np.nan_to_num(each, nan=2.0), axis=0)
    spelt = 0.75 * best + 0.25 * np.minimum(worst, best)
    heard = np.max([_heard_alike(a, b, one, other) for a in known.names for b in known.names], axis=0)
    found = np.fmax(spelt, np.where(heard > 0, heard, np.nan))
    same = np.any([(n.whole[one] == n.whole[other]) & (n.whole[one] != "") for n in known.names], axis=0)
    return np.where(np.isnan(found), np.where(same, SAME_GENERIC, NO_NAME), found)


def distance(known: Seen, one: Rows, other: Rows) -> Numbers:
    """The metres between the facilities of each pair; NaN where a place is not known."""
    return metres(known.point[one], known.point[other])


def _spelt_alike(name: Name, one: Rows, other: Rows) -> Numbers:
    told = (name.words[one] != "") & (name.words[other] != "")
    # A facility of another type has other telling words under the same name.
    same = (name.whole[one] == name.whole[other]) & ((name.words[one] != "") | (name.words[other] != ""))
    ratio = np.where(same, 1.0, _ratio(name.words[one], name.words[other]))
    numbered = np.where(name.numbers[one] == name.numbers[other], ratio, OTHER_NUMBER * ratio)
    return np.where(told | same, numbered, np.nan)


def _heard_alike(first: Name, second: Name, one: Rows, other: Rows) -> Numbers:
    """How alike one name of a facility sounds to one of another; 0 where too little is heard or numbers differ."""
    a, b = first.heard[one], second.heard[other]
    letters = np.minimum(*(np.fromiter(map(len, words), dtype=np.int64, count=len(words)) for words in (a, b)))
    fits = (letters >= HEARD_LETTERS) & (first.numbers[one] == second.numbers[other])
    found = np.zeros(len(one))
    found[fits] = HEARD * _ratio(a[fits], b[fits])
    return found


def _ratio(one: Texts, other: Texts) -> Numbers:
    return np.asarray(process.cpdist(one, other, scorer=fuzz.ratio), dtype=float) / 100 if len(one) else np.zeros(0)


def _nearness(known: Seen, one: Rows, other: Rows) -> Numbers:
    apart = distance(known, one, other)
    near = np.select([apart <= far for far, _ in NEARNESS], [worth for _, worth in NEARNESS], default=0.0)
    near = np.where(known.is_copied[one] | known.is_copied[other], np.minimum(near, COPIED_POINT), near)
    return np.where(np.isnan(apart), NO_POINT, near)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    columns = ("facility_id", "directorate", "sector", "type", "tier", "ministry_code", *NAMES)
    texts = {name: frame[name].astype(object).where(frame[name].notna(), "").astype(str) for name in columns}
    return pd.DataFrame({**texts, **{name: frame[name].astype(float) for name in PLACE}})


def _twice(*columns: pd.Series[Any]) -> Flags:
    rows = pd.DataFrame({number: column.reset_index(drop=True) for number, column in enumerate(columns)})
    return rows.duplicated(keep=False).to_numpy(dtype=bool)


def _name(both: pd.DataFrame, column: str) -> Name:
    told = telling_words(
        both[column].tolist(), both["type"].tolist(), both["directorate"].tolist(), GENERIC_PERCENT
    )  # fmt: skip
    folded = {text: fold(text) for text in both[column].unique()}
    heard = {words: sounds(words) for words in dict.fromkeys(words for words, _ in told)}
    return Name(
        whole=both[column].map(folded).to_numpy(dtype=object),
        words=np.array([words for words, _ in told], dtype=object),
        numbers=np.array([numbers for _, numbers in told], dtype=object),
        heard=np.array([heard[words] for words, _ in told], dtype=object),
    )
