"""Verification, for `make bench`: three rounds of a country's size, 36 reports each, as a run leaves them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import reviewed
import sealed_round

from pipeline import review
from pipeline.project import Project
from pipeline.review import core

OFFICES = ("federal", "kurdistan")
HEADS = ("what", "figure", "unit")
ROUNDS = ("small-2023", "small-2024", "small-2025")
REPORTS = 36
# Of a page, of records and of an export, as the demonstration round has them.
SIZES = (210_000, 1_100_000, 20_500_000)


def rows(_: Path) -> Iterator[tuple[str, str, str]]:
    """What was measured, its figure, and the figure's unit."""
    project = sealed_round.as_large_as_a_country(sealed_round.sealed(), ROUNDS, REPORTS, SIZES)
    files = [path for path in project.root.rglob("*") if path.is_file() and ".git" not in path.parts]
    yield "reports of three rounds", str(len(list(project.outputs().glob("*/*/*.receipt.json")))), ""
    yield "files, with DVC's cache", f"{len(files):,}", f"{sum(one.stat().st_size for one in files) / 1e6:.0f} MB"
    yield from _measured("herams verify, whole command", project)
    if shutil.which("ssh-keygen"):
        yield from _measured(f"herams verify, with {_sign(project)} signatures", project)


def _measured(what: str, project: Project) -> Iterator[tuple[str, str, str]]:
    told = [_command(project) for _ in range(3)]
    yield what, f"{min(wall for wall, _ in told):.2f}", "s"
    yield "  the same", f"{min(spent for _, spent in told):.2f}", "s of CPU"


def _sign(project: Project) -> int:
    """Has each report approved by both ministries; the number of signatures."""
    signers = [f"{office} {reviewed.public(office)}" for office in OFFICES]
    project.write_text(project.signers(), "\n".join(signers) + "\n")
    for path in sorted(project.outputs().glob("*/*/*.receipt.json")):
        which = (path.parent.parent.name, path.parent.name, path.name.split(".")[0])
        found = core.of(project, which)
        about = dict(zip(("round", "scope", "report"), which, strict=True))
        kept = {project.approved_copy(found.digest): b"{}\n"}
        said = {"core": found.digest, "receipt": found.receipt["id"], "copied": hashlib.sha256(b"{}\n").hexdigest()}
        for office in OFFICES:
            told = {"kind": "approve", "date": reviewed.DAY, **about, "office": office, **said}
            review._signed(project, told, reviewed.key(office), kept)
    sealed_round.git(project, "add", ".")
    sealed_round.git(project, "commit", "-qm", "Approved")
    return len(list(project.approvals().glob("*.sig")))


def _command(project: Project) -> tuple[float, float]:
    before, begun = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-m", "pipeline", "verify"], cwd=project.root, check=True, capture_output=True)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - begun, spent
