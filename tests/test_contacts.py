"""What stood in the contact columns of an export stands nowhere else, in nothing that is made, signed or packed."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from contacts import contacts, told_in
from published_round import KIRKUK, ROUND, approved, copy_of

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen")


def test_nothing_that_was_made_or_signed_tells_a_contact() -> None:
    project = approved()
    assert len(contacts(project, ROUND)) > 300
    assert list(project.approvals().glob("*.json")) and project.ledger().is_file()
    assert told_in(project, ROUND) == {}


def test_a_contact_would_be_found_wherever_something_is_kept(tmp_path: Path) -> None:
    project = copy_of(approved(), tmp_path)
    contact = max(contacts(project, ROUND))
    packed = project.page(*KIRKUK).with_name("overview.csv.zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("findings.csv", f"name\n{contact}\n")
    kept = [
        *sorted(project.approvals().glob("*.json")),
        project.ledger(),
        project.receipt(*KIRKUK),
        project.brief(*KIRKUK) / "brief.json",
        project.failed(*KIRKUK) / "executed.ipynb",
        project.failed(*KIRKUK) / "log.txt",
        project.runs(),
        project.findings(ROUND, "records"),
        project.front_page(),
    ]
    for path in kept:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        project.write_text(path, f"{text}{contact}\n")
    assert set(told_in(project, ROUND)) == set(map(project.relative, [*kept, packed]))
