"""Linking a round with the rounds before it: lasting ids, what is for review, and the rounds after it, linked anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline import match, verdict
from pipeline.errors import UsageError
from pipeline.match import Compared, decided, kept
from pipeline.match.kept import Kept
from pipeline.project import Project
from pipeline.spelling import counted
from pipeline.tables.csv import csv
from pipeline.tables.xlsx import workbook

WORDS = {
    "id": "by id", "code": "by code", "name": "by name, type and place", "same": "by decision", "moved": "by decision",
    "merged": "merged", "split": "split",
}  # fmt: skip


def link(project: Project, round_name: str, review: Path | None, dry: bool = False) -> list[str]:
    """Keeps the lasting ids of a round, and writes what is for review; lines about what was linked, and how."""
    if review and review.suffix.lower() not in (".csv", ".xlsx"):
        raise UsageError(f"{review.name}: the list for review is written as .csv or .xlsx")
    verdict.require(project, round_name, "facilities")
    chain = kept.rounds_before(project, round_name)
    facilities = project.read_table(round_name, "facilities")
    made, found = kept.step(chain, round_name, facilities, decided.load(project, round_name))
    later = kept.rounds_after(project, round_name)
    others = kept.again([*chain, made], list(zip(later, kept.decisions_of(project, later), strict=True)))
    if not dry:
        for one in (made, *others):
            project.write_text(project.kept_facilities(one.round), kept.text(one))
    asked = match.review(found, kept.known(chain), facilities)
    if review:
        project.write_bytes(review, _sheet(asked, review.suffix.lower()))
    return [*_told(project, chain, made, found), *_about(asked, review), *_changed(later, others)]


def _sheet(asked: pd.DataFrame, suffix: str) -> bytes:
    return csv(asked) if suffix == ".csv" else workbook({"review": asked})


def _told(project: Project, chain: Sequence[Kept], made: Kept, found: Compared) -> list[str]:
    lines = [f"{project.relative(project.kept_facilities(made.round))}: {len(made.rows):,} facilities"]
    if not chain:
        return [*lines, "the first round that is kept: every facility has a lasting id of its own"]
    links = found.links
    counts = links["how"].map(WORDS).value_counts()
    lines.append(f"linked with {', '.join(one.round for one in chain)}:")
    lines += [f"  {counts[word]:,} {word}" for word in dict.fromkeys(WORDS.values()) if word in counts]
    new, gone = links["previous_id"].isna().sum(), links["facility_id"].isna().sum()
    return [*lines, f"  {new:,} new, {gone:,} known before and not in this round"]


def _about(asked: pd.DataFrame, review: Path | None) -> list[str]:
    if not len(asked):
        return ["nothing is for review"]
    where = review.name if review else "write them with --review FILE.xlsx"
    return [f"{counted(len(asked), 'pair')} for review: {where}"]


def _changed(later: Sequence[Kept], others: Sequence[Kept]) -> list[str]:
    """What became of the rounds after this one, which rest on it."""
    lines = []
    for old, new in zip(later, others, strict=True):
        before = old.rows.set_index("facility_id")["lasting_id"]
        other = new.rows.set_index("facility_id")["lasting_id"].ne(before.reindex(new.rows["facility_id"])).sum()
        lines.append(
            f"{new.round}: {other:,} facilities have another lasting id now"
            if other
            else f"{new.round}, linked anew: as before"
        )
    return lines
