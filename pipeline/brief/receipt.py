"""The receipt of a round's briefs: the link between a page's receipt, which names its brief, and tables and verdicts.

It lies beside the briefs, not in them: a brief changes only when its page would, and this whenever the round does.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pipeline import verdict
from pipeline.project import TABLES, Project

NAME = "receipt.json"


def document(project: Project, round_name: str, place: Path, draft: Path) -> dict[str, Any]:
    """What the briefs in a draft folder were cut from, and the SHA-256 of each file as it will lie in its place."""
    files = sorted(path for path in draft.rglob("*") if path.is_file())
    final = project.relative(place)
    return {
        "round": round_name,
        "inputs": verdict.input_hashes(project, _inputs(project, round_name)),
        "outputs": {
            f"{final}/{path.relative_to(draft).as_posix()}": hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
    }


def _inputs(project: Project, round_name: str) -> list[Path]:
    tables = [project.table(round_name, table) for table in TABLES]
    verdicts = [of(round_name, table) for table in TABLES for of in (project.verdict, project.findings)]
    people = [project.decisions(round_name), project.revisits(round_name), project.baseline(round_name)]
    return [project.account(round_name), *tables, *verdicts, *people]
