"""Suppression of small cells: what speaks of few facilities is blanked, and so is what it could be computed from.

A cell is small where its denominator, or the number of facilities it speaks of, lies between 1 and the floor. Beds and
staff are counted by the existing facilities of their group, of which few may have any: no rule here looks for that.
Tables add up, so a single hidden part is known to whoever subtracts: in every sum at least two parts are hidden, of
the floor together, and what a sum does not show (`rest`) counts as hidden. The smallest parts go first.

A local rule, sum by sum: it is no proof against somebody who solves all sums of several pages at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pipeline import indicators

REASON = "suppressed"
BLANKED = ["numerator", "denominator", "not_asked", "missing"]
# What facilities there are is public, and so are figures per population; the rural gap is blank below ten anyway.
OPEN = ("U_", "POP_", "EQU_")
# The figures that add up, over services, to one about their domain.
WHOLES = {"SVC_FULL": "SVC_DOMAIN", "BAR_FAC": "BAR_DOMAIN"}
Slices = Mapping[str, pd.DataFrame]
Place = tuple[str, str]
"""Dimension and group of the page itself; of a directorate `areas:<slug>`, of a map's area `map_values:<code>`."""
Key = tuple[str, Place]
Floor = Callable[[str], int]


@dataclass
class Cell:
    """A figure that may be hidden: its denominator, and the existing facilities of its group, where they are known."""

    denominator: int | None
    facilities: int | None
    reach: int | None = None
    """Of pairs of facility and service: how many facilities they are of at least, where the services are known."""
    is_hidden: bool = False

    @property
    def size(self) -> int:
        """How much it speaks of: the smallest of these."""
        return min(_known(self.denominator, self.facilities, self.reach), default=0)


@dataclass
class Sums:
    """The cells of a brief, and the sums that they stand in: a total and its parts."""

    cells: dict[Key, Cell]
    floor: Floor
    equations: list[tuple[Key, list[Key]]] = field(default_factory=list)

    def hide(self) -> None:
        """Hides the small cells, then whatever would give one of them away."""
        for (indicator, _), cell in self.cells.items():
            cell.is_hidden = 0 < cell.size < self.floor(indicator)
        while sum(self._mend(total, parts) for total, parts in self.equations):
            pass

    def _mend(self, total: Key, parts: list[Key]) -> bool:
        """Hides one more cell of a sum that would give a hidden one away; whether there was one to hide."""
        if not self._tells(total, parts):
            return False
        shown = [key for key in (*parts, total) if not self.cells[key].is_hidden and self.cells[key].size]
        if not shown:
            return False
        # The total is the last to go, and of parts that are alike the first.
        chosen = min(shown, key=lambda key: (key == total, self.cells[key].size, key))
        self.cells[chosen].is_hidden = True
        return True

    def _tells(self, total: Key, parts: list[Key]) -> bool:
        whole, found = self.cells[total], [self.cells[key] for key in parts]
        hidden = [cell for cell in found if cell.is_hidden and cell.size]
        if whole.is_hidden:
            return not hidden and any(cell.size for cell in found)
        rest = _rest(whole, found)
        size = _summed([*hidden, rest])
        floor = max(self.floor(key[0]) for key in (total, *parts))
        return (len(hidden) == 1 and not rest.size) or 0 < size < floor


def suppressed(slices: Slices, modules: Mapping[str, str], floor: Floor) -> dict[str, pd.DataFrame]:
    """Measures, areas and values of maps with small cells blanked, and those from which they could be computed.

    `modules` has the module of each service, `floor` the number below which a cell of an indicator is small.
    """
    sums = sums_of(slices, modules, floor)
    sums.hide()
    return {name: _blanked(rows, _keys(rows, name), sums.cells) for name, rows in slices.items()}


def sums_of(slices: Slices, modules: Mapping[str, str], floor: Floor) -> Sums:
    """The cells of a brief with all sums that they stand in, nothing hidden yet."""
    sums = Sums({key: cell for name, rows in slices.items() for key, cell in _cells(rows, name).items()}, floor)
    services = list(_by_service(sums.cells, modules))
    for total, parts in services:
        sums.cells[total].reach = max(_known(*(sums.cells[key].denominator for key in parts)), default=None)
    sums.equations = [*_by_place(sums.cells), *services]
    return sums


def _keys(rows: pd.DataFrame, name: str) -> list[Key]:
    """The keys of the rows of a slice: of areas and of maps with their scope."""
    places = rows["dimension"].astype(str) if name == "measures" else f"{name}:" + rows["scope"].astype(str)
    return [(name, (place, group)) for name, place, group in zip(rows["indicator"], places, rows["group"], strict=True)]


def _cells(rows: pd.DataFrame, name: str) -> dict[Key, Cell]:
    keys = _keys(rows, name)
    counts = {key: _number(count) for key, count in zip(keys, rows["numerator"], strict=True)}
    existing = {place: count for (indicator, place), count in counts.items() if indicator == "U_EXISTING"}
    return {
        key: Cell(_number(denominator), existing.get(key[1]))
        for key, denominator in zip(keys, rows["denominator"], strict=True)
        if not key[0].startswith(OPEN) and counts[key] is not None
    }


def _number(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _by_place(cells: Mapping[Key, Cell]) -> Iterator[tuple[Key, list[Key]]]:
    """A figure as the sum of its groups: levels of care, types, town and country, sectors, cadres, directorates."""
    sums: dict[tuple[Key, str], list[Key]] = {}
    for indicator, place in cells:
        for total, kind in _totals(place):
            if (indicator, total) in cells:
                sums.setdefault(((indicator, total), kind), []).append((indicator, place))
    yield from ((total, parts) for (total, _), parts in sums.items())


def _totals(place: Place) -> list[tuple[Place, str]]:
    """What a group is a part of, each with a word for the way that this is parted."""
    dimension, group = place
    kind, _, area = dimension.partition(":")
    if area:
        # Directorates, governorates and districts part the same whole, each in their own way.
        by = kind if kind == "areas" else f"{kind} of {len(area)}"
        of_all = (("care", group) if group else ("all", ""), by)
        return [of_all, ((dimension, ""), "level")] if group else [of_all]
    if dimension == "type":
        level = str(indicators.care(pd.Series([group])).iloc[0])
        return [(("care", level), dimension), (("all", ""), dimension)]
    if dimension.startswith("phc_"):
        return [(("care", "phc"), dimension)]
    return [] if dimension == "all" else [(("all", ""), dimension)]


def _by_service(cells: Mapping[Key, Cell], modules: Mapping[str, str]) -> Iterator[tuple[Key, list[Key]]]:
    """The availability of a domain as the sum of its services in the same group, and so its barriers."""
    sums: dict[Key, list[Key]] = {}
    for indicator, place in cells:
        for family, whole in WHOLES.items():
            item, _, cause = indicator.removeprefix(f"{family}_").partition("_")
            if indicator.startswith(f"{family}_") and item in modules:
                total = "_".join(part for part in (whole, modules[item], cause) if part)
                sums.setdefault((total, place), []).append((indicator, place))
    yield from ((total, parts) for total, parts in sums.items() if total in cells)


def _rest(total: Cell, parts: list[Cell]) -> Cell:
    """What a sum has beyond the parts that are there."""
    return Cell(
        _beyond(total.denominator, [part.denominator for part in parts]),
        _beyond(total.facilities, [part.facilities for part in parts]),
    )


def _beyond(total: int | None, parts: list[int | None]) -> int | None:
    if total is None or any(part is None for part in parts):
        return None
    return max(total - sum(_known(*parts)), 0)


def _summed(cells: list[Cell]) -> int:
    sums = [
        None if any(value is None for value in values) else sum(_known(*values))
        for values in ([cell.denominator for cell in cells], [cell.facilities for cell in cells])
    ]
    return min(_known(*sums), default=0)


def _known(*values: int | None) -> list[int]:
    return [value for value in values if value is not None]


def _blanked(rows: pd.DataFrame, keys: list[Key], cells: Mapping[Key, Cell]) -> pd.DataFrame:
    hidden = pd.Series([key in cells and cells[key].is_hidden for key in keys], index=rows.index, dtype=bool)
    blanked = rows.copy()
    blanked.loc[hidden, BLANKED[:2]] = pd.NA
    blanked.loc[hidden, BLANKED[2:]] = 0
    blanked.loc[hidden, "reason"] = REASON
    return blanked
