"""A sealed round whose offices have signed (`approved`), and the same published and closed (`published`)."""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import reviewed
import yaml
from reviewed import DAY, key
from sealed_round import git, sealed

from pipeline import chain, ledger, review
from pipeline.project import Project
from pipeline.publish import freeze

ROUND = "small-2023"
KIRKUK = (ROUND, "kirkuk", "overview")
TAG = f"published/{ROUND}/internal/1"
MANIFEST = f"data/publications/{ROUND}-internal-1.json"
ARCHIVE = "d" * 64


@cache
def approved() -> Project:
    """The round, Kirkuk's overview approved, the record of its runs signed; whoever changes it puts it back."""
    project = _copy(sealed())
    signers = [f"{office} {reviewed.public(office)}" for office in reviewed.OFFICES]
    project.write_text(project.signers(), "\n".join(signers) + "\n")
    reviewed.say(project, "accept", "kirkuk", KIRKUK)
    reviewed.say(project, "approve", "federal", KIRKUK)
    review.sign_runs(project, ROUND, "analysts", key("analysts"), DAY)
    commit(project, "Kirkuk's overview is approved")
    return project


@cache
def published() -> Project:
    """The round published: line, manifest and tag, then taken out of the open ones and out of DVC's lock."""
    project = _copy(approved())
    publish(project)
    registry = yaml.safe_load(project.read_bytes(project.registry_file()))
    project.write_text(project.registry_file(), yaml.safe_dump(registry | {"open": [], "simulated": []}))
    (project.root / "dvc.lock").unlink()
    commit(project, "The round is closed")
    return Project(project.root)


def publish(project: Project, number: int = 1) -> None:
    """The line, the tag and the manifest of a publication of what lies there."""
    made_from = head(project)
    runs = chain.head(project.runs().read_bytes())
    told = {"kind": "publish", "date": DAY, "round": ROUND, "edition": "internal", "archive": ARCHIVE}
    ledger.append(project, ledger.drafted(project, told | {"commit": made_from, "runs": runs}))
    known = ledger.head(project)
    tag = f"published/{ROUND}/internal/{number}"
    git(project, "tag", "-a", tag, "-m", f"Published\n\nledger {known}", made_from)
    document = {"round": ROUND, "edition": "internal", "number": number, "commit": made_from, "tag": tag}
    document |= {"ledger_head": known, "runs_head": runs, "archive": ARCHIVE, "files": files(project)}
    project.write_json(project.publications() / f"{ROUND}-internal-{number}.json", document)


def say(project: Project, kind: str) -> None:
    """The line that opens the round again (`reopen`) or closes it (`close`)."""
    told = {"kind": kind, "date": DAY, "round": ROUND, "reason": "A letter came"}
    ledger.append(project, ledger.drafted(project, told))


def files(project: Project) -> dict[str, str]:
    """All files of the round as its manifest names them: by their SHA-256."""
    return {project.relative(path): project.sha256(path) for path in freeze.files(project, ROUND)}


def head(project: Project) -> str:
    """The last commit."""
    asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=project.root, check=True, capture_output=True, text=True)
    return asked.stdout.strip()


def commit(project: Project, message: str) -> None:
    git(project, "add", "-A", ".")
    git(project, "commit", "-qm", message, "--allow-empty")


def copy_of(project: Project, folder: Path) -> Project:
    """A copy that a test may change as it likes."""
    shutil.copytree(project.root, folder / "copy", symlinks=True)
    return Project(folder / "copy")


def manifest(project: Project) -> dict[str, object]:
    return dict(json.loads((project.root / MANIFEST).read_bytes()))


def _copy(project: Project) -> Project:
    root = Path(tempfile.mkdtemp(prefix="herams-published-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return copy_of(project, root)
