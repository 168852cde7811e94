"""Second visits: draws who is visited again, writes the lists to go by, and takes in what was found there.

Showing a draw changes nothing. Writing its lists keeps it in the file of second visits: who was sent out stays drawn,
whatever is drawn later beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline import codebook as codebooks
from pipeline import places, revisits, verdict
from pipeline.codebook import Codebook, rows_of
from pipeline.enquiry.form import default_language, tongue
from pipeline.errors import UsageError, unknown
from pipeline.places import Places
from pipeline.project import Project
from pipeline.revisit import book
from pipeline.revisit.form import in_visits
from pipeline.revisits import Revisits, sample

TABLE = "facilities"


@dataclass(frozen=True)
class Drawn:
    """Who is to be visited again in a round, by directorate, and what is known of all its facilities."""

    round_name: str
    share: int
    by_directorate: Mapping[str, tuple[dict[str, str], ...]]
    """The rows of the facilities drawn, in the order of sector and id."""
    listed: Mapping[str, int]
    """How many facilities of each directorate can be visited."""
    codebook: Codebook
    reference: Places


def drawn(project: Project, round_name: str, directorate: str | None = None, share: int = sample.SHARE) -> Drawn:
    """The draw of a round, or of one directorate: a share in percent, and those who were drawn before."""
    known = project.registry.directorates
    if directorate is not None and directorate not in known:
        raise unknown("directorate", directorate, known)
    verdict.require(project, round_name, TABLE)
    facilities = project.read_table(round_name, TABLE)
    before = frozenset(revisits.load(project, round_name).drawn)
    wanted = [directorate] if directorate else list(known)
    found = {slug: _rows(facilities, slug, before, sample.draw(facilities, round_name, slug, share)) for slug in wanted}
    listed = {slug: len(sample.frame(facilities, slug)) for slug in wanted}
    form = codebooks.load(project, project.round(round_name).form)
    return Drawn(
        round_name, share, {slug: rows for slug, rows in found.items() if rows}, listed, form, places.load(project)
    )


def _rows(
    facilities: pd.DataFrame, directorate: str, before: frozenset[str], now: Sequence[str]
) -> tuple[dict[str, str], ...]:
    ids = facilities["facility_id"]
    mine = facilities[(facilities["directorate"] == directorate) & (ids.isin(list(now)) | ids.isin(list(before)))]
    columns = ["facility_id", "ministry_code", "name_local", "name_en", "type", "sector"]
    return tuple(rows_of(mine.sort_values(["sector", "facility_id"])[columns].astype(object).fillna("").astype(str)))


def text(told: Drawn) -> str:
    """The draw as a person reads it on the screen."""
    lines = []
    for slug, rows in told.by_directorate.items():
        lines += ["", f"{slug}: {len(rows)} of {told.listed[slug]} facilities that can be visited"]
        lines += [f"  {row['facility_id']}  {row['type']}  {row['name_local'] or row['name_en']}" for row in rows]
    total = sum(map(len, told.by_directorate.values()))
    rest = f"{total} facilities, {told.share} % of each directorate and at least one"
    return "\n".join([*lines, "", f"{rest}; write the lists with --out FOLDER"]).strip()


def write(
    project: Project, round_name: str, directorate: str | None, share: int, out: Path, language: str | None
) -> Iterator[str]:
    """Keeps who was drawn, and writes the list of each directorate into a folder; a line about each as it is done."""
    if round_name not in project.registry.open:
        raise UsageError(f"{round_name} is not open: nothing that comes back would be in a report")
    told = drawn(project, round_name, directorate, share)
    yield _keep(project, told)
    for slug, rows in told.by_directorate.items():
        spoken = in_visits(
            tongue(project, language or default_language(told.reference, slug), told.codebook, told.reference)
        )
        path = project.revisit_list(out, round_name, slug)
        about = (round_name, project.round(round_name))
        project.write_bytes(path, book.book(rows, told.listed[slug], slug, spoken, about))
        yield f"{path.name}: {len(rows)} of {told.listed[slug]} facilities"


def _keep(project: Project, told: Drawn) -> str:
    """Adds those drawn to the file of second visits; what came back stays there."""
    before = revisits.load(project, told.round_name)
    ids = {row["facility_id"] for rows in told.by_directorate.values() for row in rows}
    every = tuple(sorted(ids | set(before.drawn)))
    if every != before.drawn:
        save(project, told.round_name, Revisits(every, before.answers), told.codebook)
    where = project.relative(project.revisits(told.round_name))
    return f"{len(every) - len(before.drawn)} newly drawn, {len(every)} in all, are kept in {where}: commit it"


def save(project: Project, round_name: str, seen: Revisits, codebook: Codebook) -> None:
    """Writes the file of second visits of a round, read again and checked before anything is written."""
    path = project.revisits(round_name)
    rows = revisits.table(seen.drawn, seen.answers, codebook.columns)
    revisits.parse(rows, codebook, project.relative(path))
    project.write_csv(path, rows)
