"""The ledger: what is cut, moved or edited in it is found, and named."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pipeline import ledger
from pipeline.errors import UsageError, VerificationError
from pipeline.project import Project

LINE = {"kind": "withdraw", "date": "2024-01-15", "publication": 1, "reason": "A number was wrong"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with nothing but a ledger of three lines."""
    found = Project(tmp_path)
    for day in ("2024-01-15", "2024-01-16", "2024-01-17"):
        ledger.append(found, ledger.drafted(found, LINE | {"date": day}))
    return found


def commit(project: Project) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "data/ledger.jsonl"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], cwd=project.root, check=True)


def test_lines_are_read_as_they_were_written(project: Project) -> None:
    assert [(line.number, line.date) for line in ledger.load(project)] == [
        (1, "2024-01-15"),
        (2, "2024-01-16"),
        (3, "2024-01-17"),
    ]
    assert ledger.head(project) != ledger.load(project)[-1].before


def test_there_may_be_no_ledger_yet(tmp_path: Path) -> None:
    assert ledger.load(Project(tmp_path)) == []


@pytest.mark.parametrize(
    "order", [(0, 2), (1, 0, 2), (1, 2), (0, 0, 1, 2)], ids=["cut", "moved", "beginning cut", "said twice"]
)
def test_lines_cut_or_moved_are_found(project: Project, order: tuple[int, ...]) -> None:
    lines = project.ledger().read_bytes().splitlines(keepends=True)
    project.ledger().write_bytes(b"".join(lines[place] for place in order))
    with pytest.raises(VerificationError, match=r"data/ledger.jsonl, line \d"):
        ledger.load(project)


def test_an_edited_line_is_found(project: Project) -> None:
    project.ledger().write_bytes(project.ledger().read_bytes().replace(b"01-16", b"01-18"))
    with pytest.raises(VerificationError, match="line 2"):
        ledger.load(project)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [(b'{"before"', None, "lacks its last 1 line"), (b"01-17", b"01-18", "has other lines than were committed")],
)
def test_the_end_is_held_against_what_was_committed(project: Project, was: bytes, now: bytes | None, said: str) -> None:
    commit(project)
    ledger.append(project, ledger.drafted(project, LINE))
    assert len(ledger.load(project)) == 4
    content = b"".join(project.ledger().read_bytes().splitlines(keepends=True)[:3])
    cut = content[: content.rindex(was)] if now is None else content.replace(was, now)
    project.ledger().write_bytes(cut)
    with pytest.raises(VerificationError, match=said):
        ledger.load(project)


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"more": 1}, {"publication": "1"}, {"date": "yesterday"}])
def test_a_line_that_does_not_follow_its_kind_is_not_written(project: Project, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"not written into the ledger: {next(iter(wrong))}"):
        ledger.drafted(project, LINE | wrong)


def test_a_line_of_no_known_kind_is_found(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write_text(project.ledger(), '{"before": "' + "0" * 64 + '", "kind": "bless", "number": 1}\n')
    with pytest.raises(VerificationError, match=r"line 1: .*bless"):
        ledger.load(project)
