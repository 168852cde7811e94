"""The archive as an RO-Crate 1.1 that says which run made it: profile Process Run Crate 0.5.

The root names the profile and mentions one CreateAction; its instrument is this pipeline, its objects are the exports
(by hash only, they are not in the archive) and the codebook, its results all that was made of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from pipeline.project import Project

NAME = "ro-crate-metadata.json"
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
CRATE, PROFILE = "https://w3id.org/ro/crate/1.1", "https://w3id.org/ro/wfrun/process/0.5"
KINDS = {
    "html": "text/html", "json": "application/json", "jsonl": "application/jsonl", "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet", "zip": "application/zip", "py": "text/x-python", "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "lock": "text/plain",
}  # fmt: skip
RESULTS = ("outputs/", "data/tables/", "data/verdicts/", "data/briefs/", "data/more/", "measures.csv")
RIGHTS = (
    "No licence is given by this archive. The data are those of the ministries of health that ran the survey with WHO; "
    "ask them before you use the data for anything else than checking this publication."
)


def document(project: Project, about: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The metadata of an archive with these files, which are all but this one and the manifest."""
    exports = [f"#export-{one['sha256'][:16]}" for one in about["exports"]]
    graph = [
        {"@id": NAME, "@type": "CreativeWork", "conformsTo": {"@id": CRATE}, "about": {"@id": "./"}},
        _root(project, about, names),
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {"@id": "#rights", "@type": "CreativeWork", "name": "Rights", "description": RIGHTS},
        _action(about, names, exports),
        _software(about),
        *_exports(about, exports),
        *(_file(name) for name in names),
    ]
    return {"@context": CONTEXT, "@graph": graph}


def _root(project: Project, about: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    window = project.round(about["round"]).window
    return {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": PROFILE},
        "identifier": about["tag"],
        "name": f"HeRAMS Iraq, round {about['round']}, {about['edition']} edition, publication {about['number']}",
        "description": (
            f"Reports on the health facilities of Iraq that were visited from {window[0]} to {window[1]}: what was "
            "published, what it was made of, who approved it, and a script that checks all of it."
        ),
        "datePublished": about["date"],
        "temporalCoverage": "/".join(window),
        "license": {"@id": "#rights"},
        "hasPart": [{"@id": name} for name in names],
        "mentions": [{"@id": "#run"}],
    }


def _action(about: Mapping[str, Any], names: Sequence[str], exports: Sequence[str]) -> dict[str, Any]:
    inputs = [*exports, *(name for name in names if name.startswith("data/codebooks/"))]
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"The run that made round {about['round']}",
        "description": f"herams run --round {about['round']}; the head of the record of runs is {about['runs_head']}",
        "instrument": {"@id": "#herams-iraq"},
        "object": [{"@id": name} for name in inputs],
        "result": [{"@id": name} for name in names if name.startswith(RESULTS)],
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }


def _software(about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@id": "#herams-iraq",
        "@type": "SoftwareApplication",
        "name": "herams-iraq",
        "softwareVersion": f"{version('herams-iraq')}, commit {about['commit']}",
        "softwareRequirements": {"@id": "requirements.lock"},
    }


def _exports(about: Mapping[str, Any], ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    for one, place in zip(about["exports"], ids, strict=True):
        told = "An export as received. It holds contacts of staff, so it is not in the archive; this is its SHA-256."
        yield {
            "@id": place, "@type": "CreativeWork", "name": one["name"], "description": told, "sha256": one["sha256"],
        }  # fmt: skip


def _file(name: str) -> dict[str, Any]:
    kind = KINDS.get(name.rpartition(".")[2])
    return {"@id": name, "@type": "File", "name": name, **({"encodingFormat": kind} if kind else {})}
