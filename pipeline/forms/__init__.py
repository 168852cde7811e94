"""Forms from a codebook: XLSForm for ODK and Kobo, LimeSurvey's structure; and a codebook from an edited XLSForm.

One codebook gives every form. It is checked first, and nothing is written while a fault is left.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline import places as places_of
from pipeline.codebook import LANGUAGES
from pipeline.errors import UsageError
from pipeline.forms.book import book
from pipeline.forms.check import faults
from pipeline.forms.read import imported
from pipeline.forms.sheets import NAMES, Sheets, refuse, sheets
from pipeline.forms.tsv import tsv
from pipeline.forms.xlsform import Material, xlsform
from pipeline.project import Project
from pipeline.words import Words


def write(project: Project, form: str, kind: str, out: Path) -> str:
    """Writes a form, once it has no fault; gives the line that says what was written."""
    checked = sheets(project, form)
    refuse(faults(checked), form)
    project.write_bytes(out, MAKERS[kind](checked, material(project)))
    return f"{out.name}: {told(checked)}"


def check(project: Project, form: str) -> str:
    """The line that says that a form has no fault; all that it has are a CodebookError."""
    checked = sheets(project, form)
    refuse(faults(checked), form)
    return f"{form}: {told(checked)}; no fault"


def take_in(project: Project, path: Path, out: Path) -> str:
    """Writes the codebook of an edited XLSForm into a new folder; gives the line that says what was found."""
    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out.name} is not empty: an import never takes the place of a codebook; name a new folder")
    found = imported(out.name, path.name, project.read_bytes(path), material(project))
    with project.replacing_folder(out) as folder:
        for name in NAMES:
            project.write_csv(folder / f"{name}.csv", found.frame(name))
    return f"{out.name}: {told(found)}"


def material(project: Project) -> Material:
    """What forms are made of besides their codebook: the reference lists, and the words of forms."""
    table = project.read_csv(project.form_words())
    words = {code: Words(code, dict(zip(table["key"], table[code], strict=True))) for code in LANGUAGES}
    return Material(places_of.load(project), words)


def told(form: Sheets) -> str:
    """How much a form asks, in words."""
    codebook = form.codebook()
    return f"{len(codebook.questions)} questions, {len(codebook.columns)} columns, {len(codebook.lists)} lists"


def _xlsform(form: Sheets, given: Material) -> bytes:
    return book(xlsform(form, given))


def _limesurvey(form: Sheets, given: Material) -> bytes:
    return tsv(form.codebook(), given.words).encode("utf-8")


MAKERS: dict[str, Callable[[Sheets, Material], bytes]] = {"xlsform": _xlsform, "limesurvey": _limesurvey}
