"""A round in which reports of Kirkuk and of Iraq stand in for real ones, with offices that have throw-away keys."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import made

from pipeline import receipt, review
from pipeline.ledger import Entry, Which
from pipeline.project import Project

KIRKUK: Which = ("small-2023", "kirkuk", "overview")
IRAQ: Which = ("small-2023", "iraq", "summary")
FEDERAL: Which = ("small-2023", "federal", "overview")
OFFICES = ("kirkuk", "federal", "kurdistan", "analysts")
PAGE = "<title>x</title><!-- banner --><p>Draft</p><!-- /banner --><p>Operational: {percent}%</p><p>In {language}</p>"
DAY = "2024-01-15"


@cache
def key(office: str) -> Path:
    """The private key of an office, made once for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="herams-keys-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    place = folder / office
    made_key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(place)]
    subprocess.run(made_key, check=True)
    return place


def public(office: str) -> str:
    return key(office).with_suffix(".pub").read_text(encoding="ascii").strip()


def project(folder: Path) -> Project:
    """The round, with two reports, whose offices are known by their keys."""
    found = Project(folder / "project")
    for path in _needed():
        found.write_bytes(found.root / path, (made.whole().root / path).read_bytes())
    for which in (KIRKUK, IRAQ):
        report(found, which)
    signers = [f'{office} valid-after="20200101" {public(office)}' for office in OFFICES]
    found.write_text(found.signers(), "# offices\n" + "\n".join(signers) + "\n")
    return found


@cache
def _needed() -> list[Path]:
    """The files of a made round that a receipt or a review reads."""
    whole = made.whole()
    briefs = [whole.brief(*which) for which in (KIRKUK, IRAQ, FEDERAL)]
    folders = [*briefs, whole.root / "notebooks", whole.root / "data/codebooks", whole.root / "data/reference"]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    files += [whole.root / "dvc.yaml", whole.registry_file(), whole.lock()]
    return [path.relative_to(whole.root) for path in files]


def report(found: Project, which: Which, percent: int = 46, state: str = "open") -> None:
    """Writes the pages, the table and the receipt of a report."""
    pages = {found.page(*which, language=code): code for code in ("en", "ar", "ckb")}
    files = {path: PAGE.format(percent=percent, language=code).encode() for path, code in pages.items()}
    files[found.page(*which).with_name(f"{which[2]}.xlsx")] = b"table"
    for path, content in files.items():
        found.write_bytes(path, content)
    named = {found.relative(path): content for path, content in files.items()}
    told = receipt.document(receipt.declare(found, *which), made.told(state), named)
    found.write_json(found.receipt(*which), told)


def say(found: Project, kind: str, office: str, which: Which = KIRKUK, *remarks: str) -> Entry | None:
    return review.say(found, kind, which, office, key(office), DAY, remarks)
