"""What a brief says of the round before, as figures see it: values then and now, the change and its parts, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from pipeline.change import Change, apart
from pipeline.codebook import rows_of
from pipeline.figures.brief import Brief
from pipeline.figures.html import Cell
from pipeline.figures.numbers import FEW, SUPPRESSED
from pipeline.figures.parts import FEW_MARK
from pipeline.indicators import SCALES, share
from pipeline.words import LEFT_TO_RIGHT, NONE, WITHHELD, number

BREAK = "break"
PARTS = ("first", "before", "", "panel_before", "panel")
# Of these more is worse; of all others it is better.
BAD_HIGH = ("BLD_DAMAGED", "BLD_FULL", "EQP_DAMAGED", "HR_NOSTAFF", "WST_UNSAFE")
# What the name of these indicators says is in what they are about.
OF_ITEMS = ("SVC_FULL", "SVC_DOMAIN", "AMN_FULL", "INF_FULL", "HR_CADRE")
Pair = tuple[int | None, int | None]


@dataclass(frozen=True)
class Compared:
    """An indicator then and now: numerators and denominators of each part, and what was ruled."""

    indicator: str
    level: str
    area: str
    unit: str
    parts: Mapping[str, Pair]
    linked: int
    ruling: str
    reason: str

    @property
    def is_share(self) -> bool:
        """Whether it is a share in percent; else it is a number or a rate."""
        return self.unit == "percent"

    @property
    def is_withheld(self) -> bool:
        """Whether the public edition suppresses it."""
        return self.reason == SUPPRESSED

    @property
    def is_broken(self) -> bool:
        """Whether the form was changed so that nothing may be compared."""
        return self.ruling == BREAK

    def value(self, part: str) -> float | None:
        """The value of a part in the indicator's unit."""
        above, below = self.parts[part]
        if self.unit in SCALES:
            return share(above, below, self.unit)
        return None if above is None else float(above)

    def change(self) -> Change | None:
        """By how much it changed, and its parts; None where there is nothing to compare."""
        if self.is_broken or self.is_withheld:
            return None
        panel = (None, None) if not self.linked else (self.value("panel_before"), self.value("panel"))
        return apart(self.value("before"), self.value(""), *panel)

    @property
    def is_few(self) -> bool:
        """Whether one of the shares behind it is of fewer than ten."""
        below = (self.parts[part][1] for part in ("before", "", "panel_before", "panel"))
        return self.is_share and any(one is not None and one < FEW for one in below)

    @property
    def is_bad_high(self) -> bool:
        """Whether more of it is worse."""
        return self.indicator.startswith(BAD_HIGH)


def compared(brief: Brief, level: str = "") -> list[Compared]:
    """The indicators of a level of care (blank: of all facilities) beside the round before, in their own order."""
    return [one for one in _read(brief, "since") if one.level == level]


def of_areas(brief: Brief) -> dict[tuple[str, str], Compared]:
    """The indicators of the directorates of a wider scope, by indicator and directorate."""
    return {(one.indicator, one.area): one for one in _read(brief, "since_areas")}


def _read(brief: Brief, name: str) -> Iterator[Compared]:
    for row in rows_of(brief.slices[name]) if name in brief.slices else ():
        parts = {part: (_number(row, part, "numerator"), _number(row, part, "denominator")) for part in PARTS}
        about = (row["indicator"], row["group"], row.get("scope", ""), row["unit"])
        yield Compared(*about, parts, int(row["linked"] or 0), row["ruling"], row["reason"])


def _number(row: Mapping[str, str], part: str, name: str) -> int | None:
    text = row[f"{part}_{name}".lstrip("_")]
    return int(text) if text else None


# --- words ---------------------------------------------------------------------------------------------------------


def name(brief: Brief, indicator: str) -> str:
    """What an indicator is called: its definition's name, or what it is about, or both."""
    family = _family(indicator, tuple(brief.slices["methods"]["code"]))
    methods = dict(zip(brief.slices["methods"]["code"], brief.slices["methods"]["name"], strict=True))
    key = indicator.removeprefix(family).removeprefix("_")
    if not key:
        return brief.say.translated(methods[family])
    about = _about(brief, key)
    return (
        about if family in OF_ITEMS else brief.say("since.about", name=brief.say.translated(methods[family]), of=about)
    )


@cache
def _family(indicator: str, codes: tuple[str, ...]) -> str:
    """The definition that an indicator is made by: the longest beginning of its name that is one."""
    words = indicator.split("_")
    names = ("_".join(words[:length]) for length in range(len(words), 0, -1))
    return next((one for one in names if one in codes), indicator)


def _about(brief: Brief, key: str) -> str:
    items = brief.slices["items"]
    rows = items.loc[items["item"] == key, brief.language]
    if len(rows):
        return str(rows.iloc[0])
    return brief.say(f"beds.{key}") if f"beds.{key}" in brief.say.sentences else brief.label("module", key)


def then(brief: Brief, one: Compared) -> Cell:
    """The value of the round before; where nothing may be compared, as that round's own report had it."""
    return _value(brief, one, "first" if one.is_broken else "before")


def now(brief: Brief, one: Compared) -> Cell:
    """The value of this round."""
    return _value(brief, one, "")


def _value(brief: Brief, one: Compared, part: str) -> Cell:
    above, below = one.parts[part]
    value = one.value(part)
    if one.is_withheld:
        return Markup('<span class="none">{}</span>').format(WITHHELD)
    if value is None:
        return _nothing(brief, one)
    if not one.is_share:
        return number(value)
    mark = FEW_MARK if below is not None and below < FEW else ""
    return Markup("{}{} <small>{}/{}</small>").format(tenth(value), mark, number(above or 0), number(below or 0))


def _nothing(brief: Brief, one: Compared) -> Cell:
    key = f"reason.{one.reason}"
    return Markup('<span class="none">{}</span>').format(brief.say(key) if key in brief.say.sentences else NONE)


def tenth(value: float) -> str:
    """A share in percent to one decimal, as the changes beside it are."""
    return f"{round(value * 10) / 10:.1f}%"


def signed(one: Compared, tenths: int | None) -> str:
    """A change with its sign: percentage points to one decimal, or a number; a dash where it is not known."""
    if tenths is None:
        return NONE
    if not tenths:
        return "0"
    return f"{LEFT_TO_RIGHT}{tenths / 10:+,.1f}" if one.unit in SCALES else f"{LEFT_TO_RIGHT}{tenths // 10:+,d}"


def told(brief: Brief) -> Mapping[str, Any]:
    """What brief.json says of the round before."""
    found: Mapping[str, Any] = brief.told["since"]
    return found
