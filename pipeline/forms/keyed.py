"""What comes back on paper: the sheet that it is keyed into, and two keyings of the same papers beside each other.

The sheet has the columns of the export, so that `ingest` reads it as any other; above each code stands the number of
the question on paper. `external_id`, by which the platform knows a response, is the number of the paper: its last two
digits show a slip, and it belongs to one facility only. Rows that were not keyed are taken out. Two people key the same
papers; nothing passes until they agree.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline import codebook as codebooks
from pipeline import export, ingest, places
from pipeline.codebook import Codebook
from pipeline.errors import FormError
from pipeline.forms import look, marks
from pipeline.forms.last import Earlier, Facility, Wanted, earlier
from pipeline.forms.outline import Outline, outline
from pipeline.project import Project

ID, UNCOMPARED = "external_id", ("external_id", "last_synced")
COLUMNS = ("number", "facility_id", "question", "column", "label", "first", "second")
# A spreadsheet takes a CSV for UTF-8 if it begins so.
MARK = "\ufeff"
SHOWN = 20


@dataclass(frozen=True)
class Compared:
    """Two keyings: what is wrong with the papers' numbers, the cells that differ, how many papers both have."""

    faults: tuple[str, ...]
    differences: pd.DataFrame
    papers: int

    @property
    def doubts(self) -> pd.DataFrame:
        """What is wrong with the papers' numbers, as a table."""
        return pd.DataFrame({"fault": list(self.faults)}, dtype=str)

    @property
    def agree(self) -> bool:
        """Whether they may pass."""
        return not self.faults and self.differences.empty


def sheet(project: Project, form: str, language: str, round_name: str | None, wanted: Wanted) -> tuple[str, int]:
    """The empty sheet of a form as CSV, with a row for each wanted facility of a round, and how many these are."""
    codebook = codebooks.load(project, form)
    known = earlier(project, round_name, wanted) if round_name else None
    numbered = outline(codebook)
    rows = list(_rows(form, codebook.columns, known)) if known else []
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(_texts(numbered, look.words(project, language).language))
    writer.writerow(codebook.columns)
    writer.writerows(rows)
    return MARK + written.getvalue(), len(rows)


def compare(project: Project, form: str, first: Path, second: Path) -> Compared:
    """Two keyings of the papers of a form, cell by cell as `ingest` reads them; contacts are not compared."""
    codebook = codebooks.load(project, form)
    reference = places.load(project)
    one, other = (_read(path, codebook, reference) for path in (first, second))
    faults = [*_faults(form, first.name, one), *_faults(form, second.name, other)]
    for name, mine, theirs in ((first.name, one, other), (second.name, other, one)):
        missing = sorted(set(mine["number"]) - set(theirs["number"]))
        faults += [f"{name}: only here is the paper {marks.grouped(digits)}" for digits in missing if len(digits) == 14]
    both = sorted((set(one["number"]) & set(other["number"])) - {""})
    is_single = all(frame["number"].is_unique for frame in (one, other))
    rows = list(_differences(outline(codebook), one, other, both)) if is_single else []
    return Compared(tuple(faults), pd.DataFrame(rows, columns=list(COLUMNS)), len(both))


def text(found: Compared) -> str:
    """A comparison as a person reads it on the screen."""
    lines = list(found.faults)
    lines += [
        f"{marks.grouped(row['number'])}  {row['facility_id']}  {row['question']} {row['column']}: "
        f"{row['first'] or 'blank'} | {row['second'] or 'blank'}"
        for row in found.differences.head(SHOWN).to_dict("records")
    ]
    if len(found.differences) > SHOWN:
        lines.append(f"… and {len(found.differences) - SHOWN} more")
    rest = f"{found.papers} papers keyed twice: {len(found.differences)} cells differ"
    return "\n".join([*lines, rest + ("" if found.agree else "; look at the papers, mend both files, compare again")])


def _rows(form: str, columns: Sequence[str], known: Earlier) -> Iterator[list[str]]:
    marks.numbers(form, (facility.facility_id for facility in known.facilities))
    for facility in known.facilities:
        told = _keys(form, facility)
        yield [told.get(column, "") for column in columns]


def _keys(form: str, facility: Facility) -> Mapping[str, str]:
    # With hyphens it is a text to every spreadsheet; of fourteen digits alone it would keep a power of ten.
    return {
        ID: marks.grouped(marks.number(form, facility.facility_id)).replace(" ", "-"),
        "workspace_id": facility.workspace,
        "subject_id": facility.subject,
    }


def _texts(numbered: Outline, language: str) -> list[str]:
    """What stands above each code: the number on paper, the question, its rank or option."""
    found = []
    for column, question in numbered.codebook.by_column.items():
        place = question.columns.index(column)
        part = question.options[place].labels[language] if question.type == "select_multiple" else ""
        part = str(place + 1) if question.ranks else part
        number = numbered.number.get(question.name)
        label = f"{number}. {question.labels[language]}" if number else question.labels[language]
        found.append(f"{label} ({part})" if part else label)
    return found


def _read(path: Path, codebook: Codebook, reference: places.Places) -> pd.DataFrame:
    """The rows that were keyed: cells as `ingest` understands them, facility, number, and the row of the file."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise FormError(f"{path.name} cannot be read: {problem.strerror}") from problem
    read = export.read(path.name, content, codebook.personal_columns)
    placed = ingest.place(read, codebook)
    if placed.unknown_columns or placed.missing_columns:
        strange = [*placed.unknown_columns, *placed.missing_columns]
        raise FormError(
            f"{path.name} has other columns than the sheet of {codebook.form} ({', '.join(strange[:5])}): "
            f"write it anew with `herams form {codebook.form} --keying`"
        )
    cells = {name: list(placed.cells[name].column.texts().to_pylist()) for name in codebook.table_columns}
    keyed = pd.DataFrame(cells, dtype=str).assign(_row=read.rows)
    numbers = [marks.read(given) or "" for given in keyed[ID]]
    return keyed.assign(number=numbers, facility_id=places.facility_ids(keyed, reference))


def _faults(form: str, name: str, keyed: pd.DataFrame) -> Iterator[str]:
    """What is wrong with the numbers of one keying, by its rows."""
    seen: dict[str, int] = {}
    for row, given, digits, facility in zip(
        keyed["_row"], keyed[ID], keyed["number"], keyed["facility_id"], strict=True
    ):
        where = f"{name}, row {row}"
        if not digits:
            yield f"{where}: {given or 'a blank'} is no number of a paper: its last two digits do not fit; look again"
        elif digits != marks.number(form, facility):
            yield f"{where}: the paper {marks.grouped(digits)} is not that of {facility}; look at both"
        elif digits in seen:
            yield f"{where}: the paper {marks.grouped(digits)} stands in row {seen[digits]} already"
        else:
            seen[digits] = row


def _differences(
    numbered: Outline, one: pd.DataFrame, other: pd.DataFrame, both: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    mine, theirs = (frame.set_index("number").loc[list(both)].reset_index() for frame in (one, other))
    for column in numbered.codebook.table_columns:
        if column in UNCOMPARED:
            continue
        question = numbered.codebook.by_column[column]
        number = str(numbered.number.get(question.name, ""))
        cells = zip(mine["number"], mine["facility_id"], mine[column], theirs[column], strict=True)
        for digits, facility, first, second in cells:
            if first != second:
                yield digits, facility, number, column, question.labels["en"], first, second
