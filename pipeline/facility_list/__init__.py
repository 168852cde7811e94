"""The country's list of public facilities, in an internal and a public edition, as other systems read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline import codebook as codebooks
from pipeline import places, verdict
from pipeline.codebook import Codebook
from pipeline.errors import GateClosedError, UsageError
from pipeline.facility_list import crosswalk, dhis2, edition, fhir, geojson
from pipeline.facility_list.rows import listing, restricted
from pipeline.match import decided, kept
from pipeline.places import Places
from pipeline.project import Project
from pipeline.tables.csv import csv
from pipeline.tables.xlsx import workbook

TABLES = ("facilities", "answers", "staff")
SUFFIXES = {"csv": ".csv", "xlsx": ".xlsx", "geojson": ".geojson", "dhis2": ".json", "fhir": ".json"}


@dataclass(frozen=True)
class FacilityList:
    """The list of a round in one edition, with all that explains it."""

    round: str
    report_date: str
    edition: str
    is_simulated: bool
    rows: pd.DataFrame
    history: pd.DataFrame
    codebook: Codebook
    places: Places
    left_out: int
    is_kept: bool
    closed: tuple[str, ...]
    """Directorates that a gate has closed: their rows stand there as they were reported."""

    @property
    def once(self) -> pd.DataFrame:
        """The rows without double reports: each facility counted once."""
        doubled = self.rows["same_as"].notna() if "same_as" in self.rows else pd.Series(False, index=self.rows.index)
        return self.rows[~doubled].reset_index(drop=True)

    @property
    def about(self) -> dict[str, Any]:
        """What the list is, for a program to read."""
        return {
            "round": self.round, "report_date": self.report_date, "edition": self.edition,
            "simulated": self.is_simulated, "facilities": len(self.once),
        }  # fmt: skip


def facilities(project: Project, round_name: str, for_whom: str, kind: str, out: Path) -> list[str]:
    """Writes the list in a format; lines about what is in it, and what a reader must know."""
    if out.suffix.lower() != SUFFIXES[kind]:
        raise UsageError(f"{out.name}: the format {kind} is written as *{SUFFIXES[kind]}")
    listed = of_round(project, round_name, for_whom)
    if kind != "dhis2":
        project.write_bytes(out, FORMATS[kind](listed))
        return _told(listed, out)
    path = project.crosswalk("dhis2")
    known = project.read_csv(path) if path.is_file() else crosswalk.empty()
    walk = crosswalk.Crosswalk(known, project.relative(path))
    project.write_bytes(out, dhis2.text(listed, walk).encode("utf-8"))
    project.write_csv(path, walk.table())
    new = len(walk.table()) - len(known)
    return [*_told(listed, out), f"  {project.relative(path)} has {new:,} uids more: it belongs into git"]


def of_round(project: Project, round_name: str, for_whom: str) -> FacilityList:
    """The list of a round, from its tables and the rounds that are kept before it."""
    entry = project.round(round_name)
    closed = _closed(project, round_name)
    if closed and for_whom == "public":
        raise GateClosedError(f"no public list: {', '.join(closed)} is closed by a gate; settle its findings first")
    tables = {name: project.read_table(round_name, name) for name in TABLES}
    chain = kept.rounds_before(project, round_name)
    made, _ = kept.step(chain, round_name, tables["facilities"], decided.load(project, round_name))
    whole = [*chain, made]
    entries = [project.round(one.round) for one in whole]
    found, left_out = listing(**tables, chain=whole, rounds=entries)
    history = kept.history(whole, kept.decisions_of(project, whole))
    codebook = codebooks.load(project, entry.form)
    if for_whom == "public":
        found, history = edition.public(found, history, project.registry, restricted(codebook), withheld(project))
    return FacilityList(
        round_name, entry.report_date, for_whom, entry.source == "simulated", found, history, codebook,
        places.load(project), left_out, _is_kept(project, made), closed,
    )  # fmt: skip


def _as_csv(listed: FacilityList) -> bytes:
    return csv(listed.rows)


def _as_xlsx(listed: FacilityList) -> bytes:
    about = pd.DataFrame({"what": list(listed.about), "is": [str(told) for told in listed.about.values()]}, dtype="str")
    services = {"services": _services(listed)} if "services" in listed.rows else {}
    return workbook({"facilities": listed.rows, "history": listed.history, **services, "about": about})


def _as_geojson(listed: FacilityList) -> bytes:
    return geojson.text(listed.once, listed.about).encode("utf-8")


def _as_fhir(listed: FacilityList) -> bytes:
    return fhir.text(listed).encode("utf-8")


FORMATS: dict[str, Callable[[FacilityList], bytes]] = {
    "csv": _as_csv, "xlsx": _as_xlsx, "geojson": _as_geojson, "fhir": _as_fhir,
}  # fmt: skip


def _services(listed: FacilityList) -> pd.DataFrame:
    """What the services' codes stand for, in three languages: those that this edition may tell of."""
    hidden = restricted(listed.codebook) if listed.edition == "public" else frozenset()
    items = [one for one in listed.codebook.items if one.field == "answers.service" and one.name not in hidden]
    rows = [{"service": one.name, "module": one.module, **one.labels} for one in items]
    return pd.DataFrame(rows, columns=["service", "module", *codebooks.LANGUAGES], dtype="str")


def _closed(project: Project, round_name: str) -> tuple[str, ...]:
    """The directorates that a verdict about one of the tables closes; a table without a verdict is refused."""
    told = [verdict.require(project, round_name, table) for table in ("records", *TABLES)]
    return tuple(sorted({slug for one in told for slug, is_ in one.directorates.items() if is_.state == "closed"}))


def withheld(project: Project) -> frozenset[str]:
    """The lasting ids of facilities that never go out by name; none where no list says so."""
    path = project.reference("withheld.csv")
    return frozenset(project.read_csv(path)["lasting_id"]) if path.is_file() else frozenset()


def _is_kept(project: Project, made: kept.Kept) -> bool:
    path = project.kept_facilities(made.round)
    return path.is_file() and project.read_text(path) == kept.text(made)


def _told(listed: FacilityList, out: Path) -> list[str]:
    lines = [f"{out.name}: {len(listed.once):,} public facilities of {listed.round}, {listed.edition} edition"]
    doubles = len(listed.rows) - len(listed.once)
    if doubles:
        lines.append(f"  double reports, with `same_as` in the tables and in no other format: {doubles:,}")
    if listed.left_out:
        lines.append(f"  left out, since not publicly owned: {listed.left_out:,}")
    if listed.closed:
        lines.append(f"  closed by a gate, so as reported and not to be relied on: {', '.join(listed.closed)}")
    if listed.is_simulated:
        lines.append("  simulated: the facilities are invented")
    if not listed.is_kept:
        lines.append(f"  their lasting ids are not kept yet: `herams link {listed.round}`, before they are handed on")
    return lines
