"""A second small project: another country's form, its own registry and reference lists, nothing of Iraq's but the look.

The export lies outside this repository, and nothing of it is written here: the codebook is drafted from it in a
temporary folder and completed by `complete`, as a person would do it by hand.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import yaml
from conftest import ROOT

from pipeline import baseline, form, revisits
from pipeline.project import Project

SHARED = ROOT.parent / "shared" / "data"
CODES, TEXT = SHARED / "herams_export_codes.csv", SHARED / "herams_export_text_two_headers.csv"
FORM, ROUND, DIRECTORATE = "other-2021", "other-2021-12", "switzerland"
WINDOW = ("2019-12-01", "2021-12-31")

FIELDS = {
    "MoSD1": "facilities.ministry_code", "MoSD2": "facilities.name_en", "MoSD4": "facilities.status",
    "GEO1": "facilities.directorate_sector", "MoSDGPS_SQ001": "facilities.latitude",
    "MoSDGPS_SQ002": "facilities.longitude", "BAINP2_SQ003": "facilities.beds_other",
}  # fmt: skip
ITEMS = {"BAINP2_SQ003": "BAINP1_SQ003"}
# What is asked here for its causes is how sharps are disposed of: its codes go up to A9, and it is asked of all.
NO_BARRIERS = ("BAWM2x",)
WORDS = {
    ("MoSD3", "cabinet"): ("cabinet", "primary"),
    ("MoSD3", "clinic"): ("clinic", "primary"),
    ("MoSD3", "community-health-center"): ("phc_main", "primary"),
    ("MoSD3", "centre-medical-inter-enterprise"): ("company_clinic", "primary"),
    ("MoSD3", "garrison-infirmary"): ("garrison_infirmary", "primary"),
    ("MoSD3", "reference-health-center"): ("phc_main_specialized", "secondary"),
    ("HFSUP4_SQ001", "SQ001"): ("governance", ""),
    ("BASA3", "SQ005"): ("none", ""),
    ("HFFUNCTx", "A4"): ("finance", ""),
}


def make(root: Path) -> Project:
    """The project without a round's tables: registry, reference lists, suites, look, and Iraq's form for a guide."""
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "simulation")
    for name in ("data/codebooks", "expectations", "notebooks", "pipeline"):
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    for name in ("dvc.yaml", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    project = Project(root)
    _write_registry(project)
    _write_reference(project)
    project.write_text(project.decisions(ROUND), "[]\n")
    project.write_text(project.remarks(ROUND), "{}\n")
    project.write_text(project.revisits(ROUND), revisits.EMPTY)
    project.write_text(project.baseline(ROUND), baseline.text(baseline.empty()))
    return project


def draft(project: Project) -> list[str]:
    """Drafts the codebook from both files; the lines that were printed."""
    return form.draft(project, CODES, TEXT, project.codebook_sheet(FORM, "survey").parent)


def complete(project: Project) -> None:
    """Completes the draft by hand: fields, words, what must be answered; and takes the marks away."""
    survey = project.read_csv(project.codebook_sheet(FORM, "survey")).set_index("name", drop=False)
    for name, field in FIELDS.items():
        survey.loc[name, ["field", "item"]] = [field, ITEMS.get(name, "")]
    survey.loc[list(NO_BARRIERS), ["field", "item"]] = ""
    survey.loc[survey["field"].str.startswith("answers."), "required"] = "yes"
    survey["review"] = "proposal"
    project.write_csv(project.codebook_sheet(FORM, "survey"), survey)
    choices = project.read_csv(project.codebook_sheet(FORM, "choices")).set_index(["list_name", "name"], drop=False)
    for place, words in WORDS.items():
        choices.loc[place, ["canonical", "tier"]] = words
    choices["review"] = "proposal"
    project.write_csv(project.codebook_sheet(FORM, "choices"), choices)


def register(project: Project, *exports: Path) -> None:
    """Puts exports where a round's raw data lie."""
    shutil.rmtree(project.raw(ROUND), ignore_errors=True)
    for path in exports:
        project.write_bytes(project.raw(ROUND) / path.name, path.read_bytes())


def _write_registry(project: Project) -> None:
    known = yaml.safe_load((ROOT / "data/registry.yml").read_text(encoding="utf-8"))
    entry = {"form": FORM, "source": "export", "window": list(WINDOW), "report_date": WINDOW[1]}
    lists = {
        "directorates": [DIRECTORATE],
        "open": [ROUND],
        "simulated": [],
        "follows": {},
        "baselines": {},
        "calendar": {},
        "rounds": {ROUND: entry},
    }
    project.write_text(project.registry_file(), yaml.safe_dump(known | lists, sort_keys=False))


def _write_reference(project: Project) -> None:
    row = {"slug": DIRECTORATE, "name_en": "Switzerland", "name_ar": "سويسرا", "name_ckb": "سویسرا"}
    row |= {"name_in_exports": "Switzerland", "region": "federal", "governorates": "CH", "default_language": "en"}
    sector = {"slug": DIRECTORATE, "directorate": DIRECTORATE, "name_in_exports": "Switzerland", "governorate": "CH"}
    source = {"date": "2021-12-31", "source": "a number for a test"}
    areas = [{"area": area, "population": "8700000", **source} for area in ("iraq", "federal", "CH")]
    place = {"pcode": "CH", "iso": "CH", "name_en": "Switzerland", "name_ar": "سويسرا", "name_ckb": "سویسرا"}
    rows = {"directorates": [row], "sectors": [sector], "population": areas, "governorates": [place]}
    for name, found in rows.items():
        columns = pd.read_csv(ROOT / f"data/reference/{name}.csv", dtype=str, nrows=0).columns
        project.write_csv(project.reference(f"{name}.csv"), pd.DataFrame(found, columns=columns))
    for name in ("indicators", "benchmarks", "labels"):
        shutil.copy(ROOT / f"data/reference/{name}.csv", project.reference(f"{name}.csv"))
