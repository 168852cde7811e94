"""A report: one notebook run for one scope, whole, and its page with a receipt beside it.

The work happens in a draft folder. A page and its receipt are moved to their places only when every cell ran and the
page is fit to be shown; otherwise the last good report stays as it is, and the notebook, the log and the cause of the
failure lie in outputs/failed/ until the report succeeds again.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import kernel, page, receipt, tables, words
from pipeline.errors import BriefError, HeramsError, ReportError, unknown
from pipeline.kernel import checks as kernel_checks
from pipeline.page.style import sheet
from pipeline.project import Project

FRAME_WORDS = ("skip", "draft", "contents", "footer", "receipt", "beside")
NAMES = {"en": "English", "ar": "العربية", "ckb": "کوردی"}


@dataclass(frozen=True)
class Made:
    """A report that was made: its pages, the id printed on them, and how long each part took in seconds."""

    pages: tuple[Path, ...]
    id: str
    seconds: Mapping[str, float]


def report(project: Project, round_name: str, scope: str, report_name: str) -> Made:
    """Makes a report's pages and their receipt, or leaves the last good ones untouched and keeps the evidence."""
    _require_known(project, round_name, scope, report_name)
    declared = receipt.declare(project, round_name, scope, report_name)
    entry = project.registry.reports[report_name]
    notebook_path = project.notebook(entry.notebook)
    notebook = kernel_checks.read_notebook(project.read_text(notebook_path), project.relative(notebook_path))
    kernel_checks.check_parameters(notebook, declared.parameters)
    project.outputs().mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=project.outputs()))
    try:
        return _made(project, declared, notebook, draft)
    except HeramsError as failure:
        kept = _keep(project, declared, draft, failure)
        raise ReportError(f"{round_name}, {scope}, {report_name}: {failure}\n  {kept}") from failure
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _require_known(project: Project, round_name: str, scope: str, report_name: str) -> None:
    project.round(round_name)
    if scope not in project.scopes:
        raise unknown("scope", scope, project.scopes)
    known = (*project.registry.due(round_name, scope), *project.registry.more_reports_of(scope))
    if report_name not in known:
        raise unknown(f"report of {scope}", report_name, known)
    folder = project.brief(round_name, scope, report_name)
    if not folder.is_dir():
        makes = project.registry.making(round_name, scope, report_name)
        raise BriefError(f"{project.relative(folder)} is not there: `{makes}` makes it, and its report")


def _made(project: Project, declared: receipt.Declaration, notebook: Any, draft: Path) -> Made:
    started = time.perf_counter()
    # Of the registry a page shows a few entries, which the stage declares as parameters.
    may_read = (*declared.inputs, project.relative(project.registry_file()))
    executed = kernel.execute(notebook, declared.parameters, draft, (project.root, may_read))
    ran = time.perf_counter()
    told = project.read_json(project.brief(**_places(declared)) / "brief.json")
    languages = project.registry.languages
    frames = [_frame(project, declared, told, say) for say in words.load_all(project, languages)]
    made = page.render(executed, frames, project.read_text(project.look("report.html.j2")))
    targets = [project.page(**_places(declared), language=language) for language in languages]
    files = {target: html.encode("utf-8") for target, html in zip(targets, made, strict=True)}
    files |= tables.beside(project, **_places(declared), receipt_id=declared.printed_id)
    _publish(project, declared, files, told)
    seconds = _seconds(executed, ran - started) | {"html": time.perf_counter() - ran}
    return Made(tuple(targets), declared.id, seconds)


def _places(declared: receipt.Declaration) -> dict[str, str]:
    told = declared.parameters
    return {"round_name": told["round"], "scope": told["scope"], "report": told["report"]}


def _frame(project: Project, declared: receipt.Declaration, told: Mapping[str, Any], say: words.Words) -> page.Frame:
    name, parameters = told["names"][say.language], declared.parameters
    subject = say(f"report.{parameters['report']}")
    return page.Frame(
        title=say("page_title", report=subject, scope=name, round=parameters["round"]),
        language=say.language,
        state=told["state"],
        receipt_id=declared.printed_id,
        style=sheet(project),
        words={word: say(f"frame_{word}") for word in FRAME_WORDS},
        report=parameters["report"],
        links=tuple(_links(project, say, parameters["report"])),
    )


def _links(project: Project, say: words.Words, report_name: str) -> Iterator[tuple[str, str, str]]:
    """What lies beside a page: the front page, the same page in other languages, its tables."""
    yield f"../../{project.front_page(say.language).name}", say("frame_front"), ""
    for language in project.registry.languages:
        if language != say.language:
            yield f"{report_name}.{language}.html", NAMES[language], language
    for suffix in tables.SUFFIXES:
        yield f"{report_name}.{suffix}", say("frame_tables", kind=suffix), ""


def _publish(
    project: Project, declared: receipt.Declaration, pages: Mapping[Path, bytes], brief: Mapping[str, Any]
) -> None:
    """Moves the pages and their receipt to their places; all of it is written before anything is moved."""
    place = project.receipt(**_places(declared))
    told = receipt.document(declared, brief, {project.relative(path): content for path, content in pages.items()})
    receipt.check(project, told)
    drafts = {path: path.with_name(f".{path.name}.draft") for path in (*pages, place)}
    try:
        for path, content in pages.items():
            project.write_bytes(drafts[path], content)
        project.write_json(drafts[place], told)
        for path, written in drafts.items():
            written.replace(path)
    finally:
        for written in drafts.values():
            written.unlink(missing_ok=True)
    # What failed before has been made good: the evidence would only mislead.
    shutil.rmtree(project.failed(**_places(declared)), ignore_errors=True)


def _keep(project: Project, declared: receipt.Declaration, draft: Path, failure: HeramsError) -> str:
    """Keeps what is left of a failed report, for whoever has to mend it; says where, or why that could not be done."""
    place = project.failed(**_places(declared))
    try:
        _write_evidence(project, declared, draft, failure)
    except OSError as problem:
        return f"no evidence could be kept in {project.relative(place)}: {problem.strerror}"
    return f"evidence: {project.relative(place)}"


def _write_evidence(project: Project, declared: receipt.Declaration, draft: Path, failure: HeramsError) -> None:
    """The notebook as far as it ran, its log and the cause."""
    with project.replacing_folder(project.failed(**_places(declared))) as kept:
        for name in ("notebook.ipynb", "log.txt"):
            if (draft / name).is_file():
                shutil.copyfile(draft / name, kept / name)
        if isinstance(failure, page.UnfitPageError):
            (kept / "unfit-page.txt").write_text(failure.html, encoding="utf-8")
        cause = [str(failure), "", f"receipt: {declared.id}", ""]
        if isinstance(failure, kernel.UnfinishedRunError):
            cause += _traceback(failure.notebook)
        (kept / "cause.txt").write_text("\n".join(cause), encoding="utf-8")


def _traceback(executed: Any) -> list[str]:
    outputs = [output for cell in executed.cells if cell.cell_type == "code" for output in cell.outputs]
    return ["\n".join(output.traceback) for output in outputs if output.output_type == "error"]


def _seconds(executed: Any, whole: float) -> dict[str, float]:
    """How long the kernel, the imports and the cells took; papermill notes each cell's time."""
    cells = [cell for cell in executed.cells if cell.cell_type == "code"]
    times = {cell.id: float(cell.metadata.papermill.duration) for cell in cells}
    imports = sum(times[cell.id] for cell in cells if "imports" in kernel_checks.tags(cell))
    ran = sum(times.values())
    return {"kernel": whole - ran, "imports": imports, "cells": ran - imports}
