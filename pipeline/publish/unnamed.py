"""Facilities that never go out by name (data/reference/withheld.csv): a public archive that has one is not made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.errors import HeramsError
from pipeline.facility_list import withheld
from pipeline.ledger import Which
from pipeline.match import decided, kept
from pipeline.project import Project

SHOWN = 12


def require_unnamed(project: Project, round_name: str, reports: Iterable[Which]) -> None:
    """Refuses reports whose briefs know a facility that is withheld: a page shows nothing that its brief has not."""
    if ids := _ids(project, round_name):
        found = list(_naming(project, ids, reports))
        if found:
            more = [f"… and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
            what = (
                "facilities that data/reference/withheld.csv keeps back are named; `public: {suppress_below: N}` in the"
            )
            lines = (f"{what} registry leaves all lists of facilities out ({len(found)}):", *found[:SHOWN], *more)
            raise HeramsError("\n  ".join(lines))


def _ids(project: Project, round_name: str) -> dict[str, str]:
    """The platform ids of the withheld facilities of a round, with their lasting ids."""
    kept_back = withheld(project)
    if not kept_back:
        return {}
    chain, rows = kept.rounds_before(project, round_name), project.read_table(round_name, "facilities")
    made, _ = kept.step(chain, round_name, rows, decided.load(project, round_name))
    lasting = zip(made.rows["facility_id"], made.rows["lasting_id"], strict=True)
    return {facility: one for facility, one in lasting if one in kept_back}


def _naming(project: Project, ids: dict[str, str], reports: Iterable[Which]) -> Iterator[str]:
    # Not the facility itself: who reads the message may be who should not know.
    for which in reports:
        for path in sorted(project.brief(*which).rglob("*")):
            content = project.read_bytes(path) if path.is_file() else b""
            yield from (f"{project.relative(path)}: {one}" for id_, one in ids.items() if id_.encode() in content)
