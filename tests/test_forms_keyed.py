"""Paper that comes back: the keying sheet goes through `ingest`, and two keyings pass only if they agree."""

from __future__ import annotations

import csv
from pathlib import Path

import made
import pytest
from test_cli import ends

from pipeline import codebook as codebooks
from pipeline import export, ingest
from pipeline.errors import FormError
from pipeline.forms import keyed, marks
from pipeline.forms.last import Wanted, earlier
from pipeline.project import Project

FORM = "iraq-2022"
HOSPITALS = Wanted(type="hospital", directorate="kirkuk")


@pytest.fixture(scope="module")
def project() -> Project:
    return made.whole()


@pytest.fixture(scope="module")
def papers(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sheet of some hospitals, keyed as they answered last time."""
    text, count = keyed.sheet(project, FORM, "ar", made.round_of(project), HOSPITALS)
    known = earlier(project, made.round_of(project), HOSPITALS)
    texts, codes, *rows = list(csv.reader(text.lstrip("\ufeff").splitlines()))
    assert count == len(rows) == len(known.facilities) > 1
    for row, facility in zip(rows, known.facilities, strict=True):
        row[2:] = [facility.cells.get(code, "") for code in codes[2:]]
    return write(tmp_path_factory.mktemp("keyed") / "first.csv", [texts, codes, *rows])


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def changed(papers: Path, row: int, column: str, value: str) -> Path:
    rows = read(papers)
    rows[row + 1][rows[1].index(column)] = value
    return write(papers.with_name("second.csv"), rows)


def test_a_keyed_sheet_is_read_by_ingest_as_the_export_was(project: Project, papers: Path) -> None:
    codebook = codebooks.load(project, FORM)
    placed = ingest.place(export.read(papers.name, papers.read_bytes(), codebook.personal_columns), codebook)
    assert not placed.unknown_columns and not placed.missing_columns
    records, _ = ingest.assemble([placed], codebook, "2030-01-01")
    before = project.read_table(made.round_of(project), "records")
    answers = [name for name in codebook.table_columns if name not in ("external_id", "last_synced")]
    keys = ["workspace_id", "subject_id"]
    both = records[answers].merge(before[answers], how="left", on=answers, indicator=True)
    assert (both["_merge"] == "both").all() and len(both) == len(records) == len(records[keys].drop_duplicates())


def test_above_each_code_stands_the_number_on_paper(project: Project) -> None:
    text, rows = keyed.sheet(project, FORM, "en", None, Wanted())
    texts, codes = list(csv.reader(text.lstrip("\ufeff").splitlines()))
    assert rows == 0 and texts[codes.index("CONDBx_2")] == "30. Building condition: causes (2)"
    assert codes == list(codebooks.load(project, FORM).columns)


def test_two_keyings_that_mean_the_same_agree(project: Project, papers: Path) -> None:
    found = keyed.compare(project, FORM, papers, changed(papers, 1, "MoSD5", "Permeant structure (designated HF)"))
    assert found.agree and found.papers > 1


def test_a_cell_that_differs_is_named_with_paper_question_and_both_values(project: Project, papers: Path) -> None:
    found = keyed.compare(project, FORM, papers, changed(papers, 1, "MoSDPOP", "123457"))
    row = found.differences.to_dict("records")[0]
    assert len(found.differences) == 1 and not found.agree
    assert (row["question"], row["column"], row["second"]) == ("23", "MoSDPOP", "123457")
    assert marks.number(FORM, row["facility_id"]) == row["number"]


@pytest.mark.parametrize("slip", ["1", "other", "twice"])
def test_a_number_that_is_wrong_is_told_with_its_row(project: Project, papers: Path, slip: str) -> None:
    rows = read(papers)
    own, next_one = rows[2][0], rows[3][0]
    wrong = {
        "1": own[:-1] + str((int(own[-1]) + 1) % 10),
        "other": next_one, "twice": own,
    }[slip]  # fmt: skip
    second = changed(papers, 2 if slip == "twice" else 1, "external_id", wrong)
    found = keyed.compare(project, FORM, papers, second)
    assert not found.agree and any("second.csv, row" in fault for fault in found.faults)


def test_a_paper_that_only_one_has_keyed_is_told(project: Project, papers: Path) -> None:
    rows = read(papers)
    found = keyed.compare(project, FORM, papers, write(papers.with_name("second.csv"), rows[:-1]))
    assert found.faults == (f"first.csv: only here is the paper {marks.grouped(marks.read(rows[-1][0]) or '')}",)


def test_a_sheet_of_another_form_is_refused(project: Project, papers: Path) -> None:
    rows = [[*row[:-1], "x"] for row in read(papers)]
    with pytest.raises(FormError, match="other columns"):
        keyed.compare(project, FORM, papers, write(papers.with_name("second.csv"), rows))


def test_one_keying_named_twice_is_no_agreement(
    project: Project, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = papers.with_name("agreed.csv")
    words = ("form", "compare-keyed", FORM, str(papers), str(papers), "--agreed", str(agreed))
    assert ends(monkeypatch, project.root, *words) == 2 and not agreed.exists()


def test_nothing_passes_until_both_agree(project: Project, papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other, out, agreed = (papers.with_name(name) for name in ("second.csv", "differs.xlsx", "agreed.csv"))
    changed(papers, 1, "MoSDPOP", "123457")
    words = ("form", "compare-keyed", FORM, str(papers), str(other), "--out", str(out), "--agreed", str(agreed))
    assert ends(monkeypatch, project.root, *words) == 1 and out.is_file() and not agreed.exists()
    other.write_bytes(papers.read_bytes())
    assert ends(monkeypatch, project.root, *words) == 0 and agreed.read_bytes() == papers.read_bytes()
