"""What came back from second visits: read, checked cell by cell, and put beside what is there; all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline import codebook as codebooks
from pipeline import places, relevance, revisits
from pipeline.codebook import Codebook
from pipeline.enquiry.form import Tongue, headings, tongue
from pipeline.errors import RevisitError, UsageError, unknown
from pipeline.project import Project
from pipeline.returned.read import Row, Sheet, read
from pipeline.returned.values import answer
from pipeline.revisit import TABLE, save
from pipeline.revisit.form import SHAPE, check, in_visits, of_visits, question
from pipeline.revisits import Key, Revisits, asked_again
from pipeline.spelling import counted


@dataclass(frozen=True)
class Found:
    """What an import adds: new answers, answers that were there already, facilities of which nothing came back yet."""

    round_name: str
    where: str
    new: Mapping[Key, str]
    again: int
    unvisited: tuple[str, ...]


@dataclass(frozen=True)
class _Asked:
    """What the rows of a file may be about."""

    round_name: str
    directorate: str
    seen: Revisits
    home: Mapping[str, str]
    """The directorate of each facility."""
    spoken: Tongue


def back(project: Project, round_name: str, path: Path, dry: bool = False) -> Found:
    """Takes in a spreadsheet that came back, unless `dry`; a RevisitError lists all that is wrong, cell by cell."""
    words = {language: of_visits(sentences) for language, sentences in headings(project).items()}
    sheet = read(path.name, path.read_bytes(), words, SHAPE)
    asked = _asked(project, round_name, path.name, sheet)
    codebook = asked.spoken.codebook
    found, faults = _answers(sheet.rows, asked)
    before = asked.seen.answers
    faults = [*sheet.faults, *faults, *_differing(found, before), *_constraints(found, codebook)]
    if faults:
        told = "\n".join(f"- {fault}" for fault in faults)
        raise RevisitError(f"{path.name}: nothing was taken in; mend what is listed, and import it again\n{told}")
    new = {key: said for key, (said, _) in found.items() if key not in before}
    whole = Revisits(asked.seen.drawn, {**before, **new})
    if new and not dry:
        save(project, round_name, whole, codebook)
    mine = (facility for facility in whole.drawn if asked.home.get(facility) == asked.directorate)
    unvisited = tuple(facility for facility in mine if facility not in whole.visited)
    return Found(round_name, project.relative(project.revisits(round_name)), new, len(found) - len(new), unvisited)


def text(found: Found, dry: bool) -> str:
    """What an import changes, as a person reads it."""
    if not found.new and not found.again:
        return "no answer was filled in: nothing was taken in"
    facilities = len({facility for facility, _ in found.new})
    verb = "would be written to" if dry else "written to"
    about = counted(facilities, "facility", "facilities")
    lines = [f"{counted(len(found.new), 'answer')} about {about} {verb} {found.where}"]
    lines += [f"{counted(found.again, 'answer was', 'answers were')} there already"] if found.again else []
    lines += [f"nothing came back of {', '.join(found.unvisited)}"] if found.unvisited else []
    if found.new and not dry:
        lines.append(f"now run: herams run --round {found.round_name}")
    return "\n".join(lines)


def _asked(project: Project, round_name: str, name: str, sheet: Sheet) -> _Asked:
    about, directorate = sheet.about, sheet.about["directorate"]
    if about["round"] != round_name:
        raise UsageError(f"{name} is about {about['round']}, not about {round_name}")
    if round_name not in project.registry.open:
        raise UsageError(f"{name} is about {round_name}, which is not open: nothing is added to it any more")
    if directorate not in project.registry.directorates:
        raise unknown("directorate", directorate, project.registry.directorates)
    codebook = codebooks.load(project, project.round(round_name).form)
    spoken = in_visits(tongue(project, about["language"], codebook, places.load(project)))
    facilities = project.read_table(round_name, TABLE, ["facility_id", "directorate"]).astype(str)
    home = dict(zip(facilities["facility_id"], facilities["directorate"], strict=True))
    return _Asked(round_name, directorate, revisits.load(project, round_name), home, spoken)


def _answers(rows: Sequence[Row], asked: _Asked) -> tuple[dict[Key, tuple[str, str]], list[str]]:
    """The answers that were filled in, each with the place where it stands, and what is wrong with them."""
    found: dict[Key, tuple[str, str]] = {}
    faults: list[str] = []
    known = asked_again(asked.spoken.codebook)
    for row in rows:
        key = (row["facility_id"], row["column"])
        if not row["answer"]:
            continue
        now, fault, column = "", _stranger(row, asked, frozenset(known)), "facility_id"
        if not fault and key in found:
            fault = f"{key[0]}, {key[1]} stands there twice: it was answered in {found[key][1]}; take one row out"
        elif not fault:
            (now, fault), column = (
                answer(row["answer"], question(key[0], asked.directorate, key[1]), asked.spoken),
                "answer",
            )
        if fault:
            faults.append(f"{row.where(column)}: {fault}")
        else:
            found[key] = (now, row.where("answer"))
    return found, faults


def _stranger(row: Row, asked: _Asked, known: frozenset[str]) -> str:
    """What is wrong with the ids of a row, blank if nothing is."""
    facility, column = row["facility_id"], row["column"]
    if facility not in asked.seen.drawn:
        return f"{facility!r} was not drawn for a second visit: take its rows out"
    if asked.home.get(facility, asked.directorate) != asked.directorate:
        return f"{facility!r} is reported by {asked.home[facility]}, not by {asked.directorate}"
    if column not in known:
        return f"{column!r} is nothing that a second visit asks"
    if row["check"] != check(asked.round_name, facility, column):
        return f"this row was about another facility or question: {SHAPE.sent_again}"
    return ""


def _differing(found: Mapping[Key, tuple[str, str]], before: Mapping[Key, str]) -> list[str]:
    return [
        f"{where}: {key[0]}, {key[1]} came back as {before[key]!r} before, and is {said!r} now: ask which holds; if "
        "this one does, take the other out of the file of second visits"
        for key, (said, where) in found.items()
        if before.get(key, said) != said
    ]


def _constraints(found: Mapping[Key, tuple[str, str]], codebook: Codebook) -> list[str]:
    """Numbers that break what the form demands of them, column by column."""
    faults = []
    for column in sorted({column for _, column in found}):
        asked = codebook.by_column[column]
        said = [one for key, one in found.items() if key[1] == column]
        if asked.constraint and asked.type == "integer":
            rows = pd.DataFrame({column: [now for now, _ in said]}, dtype=str)
            fit = relevance.holds(asked.constraint, rows, codebook, asked)
            faults += [
                f"{where}: {now!r} breaks what the form demands: {asked.constraint}"
                for (now, where), is_fit in zip(said, fit, strict=True)
                if not is_fit
            ]
    return faults
