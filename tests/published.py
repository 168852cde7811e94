"""A small round that may be published: sealed, its reports approved by offices with throw-away keys, all committed.

Six reports stand for all: Iraq's summary, and the overviews of its parts.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import made
import reviewed
import sealed_round
import yaml
from conftest import ROOT

from pipeline import publish, review
from pipeline.brief import receipt as brief_receipt
from pipeline.ledger import Which
from pipeline.project import Project
from pipeline.run import record

ROUND = "small-2023"
DAY = "2024-02-01"
OFFICES = ("kirkuk", "erbil", "peoples-clinics", "federal", "kurdistan")
PAGE = '<title>x</title><!-- banner --><p class="banner">Draft</p><!-- /banner --><p>{0}</p>'
WHO = {"GIT_AUTHOR_NAME": "Tester", "GIT_AUTHOR_EMAIL": "tester@invalid", "GIT_COMMITTER_NAME": "Tester"}
os.environ |= WHO | {"GIT_COMMITTER_EMAIL": "tester@invalid"}


@cache
def _approved() -> Path:
    root = Path(tempfile.mkdtemp(prefix="herams-published-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    project = _small(made.copy(root))
    for which in reports(project):
        page(project, which)
    sealed_round.write_lock(project)
    with record.recorded(project) as run:
        run.made.append("everything")
    signers = [f"{office} {reviewed.public(office)}" for office in OFFICES]
    project.write_text(project.signers(), "\n".join(signers) + "\n")
    sealed_round.git(project, "init", "-q")
    sealed_round.git(project, "add", ".")
    sealed_round.git(project, "commit", "-qm", "A round")
    approve(project)
    return project.root


def approved(folder: Path) -> Project:
    """A copy of the round, each report approved, that a test may change."""
    shutil.copytree(_approved(), folder / "project", symlinks=True)
    return Project(folder / "project")


def _small(project: Project) -> Project:
    """Two reports of the catalogue: the others change nothing here."""
    registry = yaml.safe_load(project.read_text(project.registry_file()))
    registry |= {"subjects": ["summary"], "domains": []}
    registry["reports"] = {name: registry["reports"][name] for name in ("summary", "overview")}
    project.write_text(project.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    shutil.copy(ROOT / ".gitignore", project.root)
    project.write_text(project.root / ".dvc/config", "[core]\n    analytics = false\n    check_update = false\n")
    project.write_text(project.root / ".dvc/.gitignore", "/config.local\n/tmp\n/cache\n")
    return Project(project.root)


def reports(project: Project) -> list[Which]:
    return [(ROUND, scope, name) for scope in project.scopes for name in project.registry.reports_of(scope)]


def page(project: Project, which: Which, text: str = "46%") -> None:
    sealed_round.write_page(project, *which, lambda told: PAGE.format(f"{told} {text}").encode())


def relock(project: Project) -> None:
    """The lock and the receipt of the briefs, as a run would leave them."""
    place = project.briefs(ROUND)
    (place / brief_receipt.NAME).unlink()
    project.write_json(place / brief_receipt.NAME, brief_receipt.document(project, ROUND, place, place))
    sealed_round.write_lock(project)


def approve(project: Project) -> None:
    """Every office that is asked approves what lies there; all is committed."""
    for which in reports(project):
        for office in review.offices(project, which[1]):
            kind = "accept" if office == which[1] and office in project.registry.directorates else "approve"
            review.say(project, kind, which, office, reviewed.key(office), "2024-01-15")
    sealed_round.git(project, "add", "--all")
    sealed_round.git(project, "commit", "-qm", "Approved")


def herams(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    """A command as a person gives it, with the code of this project."""
    settings = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pipeline", *words]
    return subprocess.run(command, cwd=project.root, env=settings, capture_output=True, text=True, check=False)


@cache
def _once() -> Path:
    """The round, published once for all tests that only look at it."""
    folder = Path(tempfile.mkdtemp(prefix="herams-archive-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    publish.publish(approved(folder), ROUND, None, DAY)
    return folder / "project"


def published() -> Project:
    """The published round, to be read only."""
    return Project(_once())


def state(project: Project) -> dict[str, bytes]:
    """What git shows, and every file that git or DVC speaks for, by its bytes."""
    files = [path for path in sorted(project.root.rglob("*")) if path.is_file() and ".git" not in path.parts]
    kept = {
        project.relative(path): path.read_bytes()
        for path in files
        if ".dvc" not in path.relative_to(project.root).parts
    }
    words = (("status", "--porcelain"), ("rev-parse", "HEAD"), ("tag",), ("diff", "--cached"))
    asked = [subprocess.run(["git", *one], cwd=project.root, check=True, capture_output=True) for one in words]
    return kept | {" ".join(word): done.stdout for word, done in zip(words, asked, strict=True)}
