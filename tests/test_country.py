"""The whole simulated country, once: 5,205 facilities from export to briefs, in this process."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from browser import needs_pango
from conftest import ROOT

from pipeline import brief, clean, gate, ingest, measure, pdf, report, simulate
from pipeline.project import TABLES, Project

pytestmark = pytest.mark.slow
ROUND = "demo-2023"
CHROMIUM = shutil.which("chromium")
FACTS = ["facilities", "answers", "choices", "staff"]


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("country")
    inputs = ("data/codebooks", "data/reference", "data/decisions", "data/remarks", "data/revisits", "data/baselines")
    for name in (*inputs, "expectations", "notebooks", "pipeline"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dvc.yaml", "requirements.lock", "data/registry.yml"):
        shutil.copy(ROOT / name, root / name)
    project = Project(root)
    simulate.simulate_round(project, ROUND)
    ingest.ingest(project, ROUND)
    gate.gate(project, ROUND, ["records"])
    clean.clean(project, ROUND)
    gate.gate(project, ROUND, FACTS)
    measure.measure(project, ROUND)
    gate.gate(project, ROUND, ["measures"])
    brief.brief(project, ROUND)
    return project


@pytest.fixture(scope="module")
def summary(country: Project) -> report.Made:
    """The summary of Iraq, made once for all that print it."""
    return report.report(country, ROUND, "iraq", "summary")


def test_the_national_brief_reconciles_to_every_line_of_the_real_totals(country: Project) -> None:
    lines = country.read_json(country.brief(ROUND, "iraq", "operations") / "brief.json")["reconciliation"]
    known = country.read_csv(country.reference("national_totals_2023-11.csv"))
    assert [(line["item"], line["value"], line["known"]) for line in lines] == [
        (row["item"], row["value"], int(row["count"])) for row in known.to_dict("records")
    ]
    assert len(lines) == 33
    assert [line for line in lines if line["found"] != line["known"]] == []


def test_every_scope_is_open_and_has_a_brief(country: Project) -> None:
    for scope in country.scopes:
        for name in country.registry.reports_of(scope):
            assert country.read_json(country.brief(ROUND, scope, name) / "brief.json")["state"] == "open", scope


def test_all_core_indicators_are_measured_or_say_why_not(country: Project) -> None:
    measures = country.read_table(ROUND, "measures")
    iraq = measures[(measures["scope"] == "iraq") & (measures["dimension"] == "all")]
    catalogue = country.read_csv(country.reference("indicators.csv"))
    for code in catalogue.loc[catalogue["core"] == "yes", "code"]:
        rows = iraq[iraq["indicator"].astype(str).str.startswith(code.partition("<")[0])]
        assert len(rows), code
        assert (rows["numerator"].notna() | (rows["reason"].astype(str) != "")).all(), code


@needs_pango
def test_the_summary_takes_two_sheets_of_paper_in_every_language(country: Project, summary: report.Made) -> None:
    assert len(summary.pages) == len(country.registry.languages)
    for language in country.registry.languages:
        assert pdf.pdf(country, ROUND, "iraq", "summary", language).sheets <= 2, language


def test_nothing_of_the_contact_columns_goes_further_than_the_export(country: Project) -> None:
    assert b"contact-0001" in country.exports(ROUND)[0].read_bytes()
    for name in TABLES:
        table = country.read_table(ROUND, name)
        texts = table.select_dtypes(["str", "category"]).astype(str)
        assert not texts.apply(lambda column: column.str.contains("contact-", regex=False).any()).any(), name
    for folder in ("tables", "verdicts", "briefs"):
        for path in sorted(Path(country.root / "data" / folder).rglob("*.[jc]s*")):
            assert b"contact-" not in path.read_bytes(), path


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_the_summary_of_the_country_prints_on_two_pages(summary: report.Made, tmp_path: Path) -> None:
    printed = tmp_path / "summary.pdf"
    command = [CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    own = [f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={printed}", summary.pages[0].as_uri()]
    subprocess.run([*command, *own], check=True, capture_output=True, timeout=120)
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == 2
