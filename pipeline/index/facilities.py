"""The facilities of all rounds for the search of the front page: as few letters as will find one and name it.

By directorate and sector a line for each facility: what its id has after the sector, ministry code, English name, local
name, separated by tabs; and the places of its rounds in the list of rounds, where it is not in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.plain import plain
from pipeline.project import Project

COLUMNS = ["facility_id", "ministry_code", "name_en", "name_local", "directorate"]
Facilities = dict[str, dict[str, list[str]]]


def facilities(project: Project, rounds: Iterable[str]) -> tuple[list[str], Facilities]:
    """The rounds whose facilities lie there, and the facilities."""
    tables = {name: _rows(project, name) for name in rounds if project.table(name, "facilities").is_file()}
    places: dict[tuple[str, str, str], list[int]] = {}
    for place, rows in enumerate(tables.values()):
        for row in rows:
            places.setdefault(row, []).append(place)
    found: Facilities = {}
    for (directorate, sector, line), mine in sorted(places.items()):
        rest = "" if len(mine) == len(tables) else "\t" + ",".join(map(str, mine))
        found.setdefault(directorate, {}).setdefault(sector, []).append(line + rest)
    return list(tables), found


def _rows(project: Project, round_name: str) -> list[tuple[str, str, str]]:
    """Directorate, sector and line of each facility of a round."""
    table = project.read_table(round_name, "facilities", COLUMNS).astype(str).where(lambda found: found.notna(), "")
    sectors = table["facility_id"].str.partition("/")
    columns = (table["directorate"], sectors[0], sectors[2], *(table[name] for name in COLUMNS[1:4]))
    return [(directorate, sector, _line(rest)) for directorate, sector, *rest in zip(*columns, strict=True)]


def _line(texts: Iterable[str]) -> str:
    """The texts of a facility, each in one line and without what would run over the next."""
    return "\t".join(" ".join(plain(text).split()) for text in texts)
