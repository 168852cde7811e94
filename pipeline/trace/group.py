"""Which facilities stand behind a scope and a group: those that a sum counts, and those that belong there besides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import indicators
from pipeline.errors import UsageError, unknown
from pipeline.indicators import PHC, Count, Rate
from pipeline.indicators.definition import Result
from pipeline.indicators.facts import Flags
from pipeline.measure.groups import ALL, IRAQ, Groups
from pipeline.registry import WIDER_SCOPES
from pipeline.trace.ground import Ground

CARE = "care"
# How a dimension begins along which primary care centres alone are cut.
OF_CENTRES = "phc_"


@dataclass(frozen=True)
class Group:
    """A scope, or a part of it: the rows of `measures` that make the number, and its facilities."""

    scope: str
    dimension: str
    group: str
    measured: tuple[tuple[str, str, str], ...]
    """scope, dimension and group of the rows of `measures`: of care those of its types, otherwise one."""
    counted: Flags
    belongs: Flags

    @property
    def inner(self) -> str:
        """The group, where it is one of a dimension that the indicator itself has."""
        return self.group if self.measured[0][1] == self.dimension and self.dimension in ("cadre", "module") else ""


def group_of(ground: Ground, scope: str, result: Result, code: str, word: str | None) -> Group:
    """The group that a word names in a scope; what does not exist is a UsageError with a near match."""
    if scope not in ground.project.scopes:
        raise unknown("scope", scope, ground.project.scopes)
    named = known_groups(ground, scope, result, code)
    dimension, group = _asked(word, named, scope)
    if isinstance(result, Count) and result.within and dimension == result.within[0]:
        counted, belongs = _facilities(ground, ground.reported, scope, ALL, [""])
        return Group(scope, dimension, group, ((scope, dimension, group),), counted, belongs)
    groups = ground.placed if isinstance(result, Rate) else ground.reported
    # A governorate is everybody's who stands there, whosever page prints it.
    where = IRAQ if isinstance(result, Rate) and dimension == "governorate" else scope
    own, names = (dimension, [group]) if dimension != CARE else ("type", _types(named["type"], group))
    counted, belongs = _facilities(ground, groups, where, own, names)
    return Group(scope, dimension, group, tuple((where, own, name) for name in names), counted, belongs)


def known_groups(ground: Ground, scope: str, result: Result, code: str) -> dict[str, tuple[str, ...]]:
    """The groups of each dimension that an indicator is cut along in a scope."""
    if isinstance(result, Rate):
        own = [groups for groups in ground.placed if scope in WIDER_SCOPES and scope in groups.scopes]
        return {groups.dimension: _names(groups, scope) for groups in own} | {
            "governorate": _governorates(ground, scope)
        }
    levels = ground.entries[code].levels | {ALL, "region", "directorate"}
    found = {}
    for groups in ground.reported:
        if groups.dimension in levels and scope in groups.scopes:
            found[groups.dimension] = _names(groups, scope)
    if "type" in found:
        found[CARE] = tuple(sorted({str(care) for care in _care(found["type"])}))
    if isinstance(result, Count) and result.within:
        found[result.within[0]] = result.within[1]
    return found


def _governorates(ground: Ground, scope: str) -> tuple[str, ...]:
    """All governorates, first those where a scope has facilities."""
    near = set(ground.facts.facilities.loc[_of_scope(ground, scope), "governorate"])
    names = [name for groups in ground.placed if groups.dimension == "governorate" for name in _names(groups, IRAQ)]
    return tuple(sorted(names, key=lambda name: (name not in near, name)))


def _names(groups: Groups, scope: str) -> tuple[str, ...]:
    pairs = zip(groups.scopes, groups.groups, strict=True)
    return tuple(group for where, group in pairs if where == scope)


def _asked(word: str | None, named: dict[str, tuple[str, ...]], scope: str) -> tuple[str, str]:
    if word is None or word in ("", ALL):
        if ALL not in named:
            example = next(iter(named["governorate"]), "IQG13")
            raise UsageError(f"figures per population exist by governorate: name one, as in governorate={example}")
        return ALL, ""
    dimension, separator, group = word.partition("=")
    cuts = {name: groups for name, groups in named.items() if name != ALL}
    if separator:
        if dimension not in cuts:
            raise unknown("dimension", dimension, cuts)
        if group not in cuts[dimension]:
            raise unknown(f"{dimension} of {scope}", group, cuts[dimension])
        return dimension, group
    where = [name for name, groups in cuts.items() if word in groups]
    if not where:
        raise unknown(f"group of {scope}", word, {group for groups in cuts.values() for group in groups})
    if len(where) > 1:
        raise UsageError(f"{word!r} is a group of several dimensions: say {' or '.join(f'{n}={word}' for n in where)}")
    return where[0], word


def _care(types: Sequence[str]) -> list[str]:
    return [str(care) for care in indicators.care(pd.Series(list(types), dtype=str))]


def _types(types: Sequence[str], care: str) -> list[str]:
    return [name for name, of in zip(types, _care(types), strict=True) if of == care]


def _facilities(
    ground: Ground, along: Iterable[Groups], scope: str, dimension: str, names: Sequence[str]
) -> tuple[Flags, Flags]:
    """The facilities that the sums of some groups are made of, and those that belong there whether counted or not."""
    counted = np.zeros(len(ground.facts), dtype=bool)
    for groups in along:
        if groups.dimension == dimension and scope in groups.scopes:
            pairs = enumerate(zip(groups.scopes, groups.groups, strict=True))
            mine = [place for place, (where, group) in pairs if where == scope and group in names]
            counted |= np.isin(groups.places, mine)
    inside = _of_scope(ground, scope)
    if dimension != ALL:
        facilities, column = ground.facts.facilities, dimension.removeprefix(OF_CENTRES)
        inside = inside & facilities[column].astype(str).isin(list(names)).to_numpy(dtype=bool)
        if column != dimension:
            inside = inside & facilities["type"].isin(PHC).to_numpy(dtype=bool)
    return counted, inside


def _of_scope(ground: Ground, scope: str) -> Flags:
    """Who reports within a scope, left out or not."""
    facilities = ground.facts.facilities
    if scope == IRAQ:
        return np.ones(len(facilities), dtype=bool)
    column = "region" if scope in WIDER_SCOPES else "directorate"
    return (facilities[column].astype(str) == scope).to_numpy(dtype=bool)
