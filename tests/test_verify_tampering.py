"""The rest of the matrix of tampering: each names exactly the file that somebody touched, and changes nothing.

One byte of page, brief, table, receipt, verdict, export, an object of the cache; locks, code, decisions and swapped
parameters are in `test_verify`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from published_round import ROUND, approved, commit, copy_of
from sealed_round import other_bytes
from test_verify import PAGE, flipped, of

from pipeline import chain, receipt
from pipeline.project import Project
from pipeline.run import more
from pipeline.verify import verify
from pipeline.verify.claims import claims

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen")
LEDGER = "data/ledger.jsonl"
Lines = list[bytes]


@pytest.fixture
def project() -> Project:
    return approved()


def signature(project: Project) -> str:
    return project.relative(min(project.approvals().glob("*.sig")))


def copied(project: Project) -> str:
    return project.relative(min(project.approvals().glob("*.json")))


@contextmanager
def rewritten(project: Project, name: str, change: Callable[[Lines], Lines]) -> Iterator[None]:
    """A chain with other lines for a while."""
    path = project.root / name
    before = path.read_bytes()
    try:
        path.write_bytes(b"".join(line + b"\n" for line in change(chain.lines(before))))
        yield
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("what", [signature, copied])
def test_a_byte_of_a_signature_or_of_the_copy_of_what_was_approved(
    project: Project, what: Callable[[Project], str]
) -> None:
    name = what(project)
    with flipped(project, name):
        assert of(project) == {("altered", name)}


def test_a_signature_by_another_name(tmp_path: Path, project: Project) -> None:
    other = copy_of(project, tmp_path)
    name, strange = signature(other), f"data/approvals/{'0' * 64}.sig"
    (other.root / name).rename(other.root / strange)
    assert of(other) == {("missing", name), ("unreceipted", strange)}
    commit(other, "Renamed")
    assert of(other) == {("missing", name), ("unreceipted", strange)}


CHANGES: dict[str, Callable[[Lines], Lines]] = {
    "removed": lambda told: told[1:],
    "removed from the middle": lambda told: [told[0], *told[2:]],
    "removed at the end": lambda told: told[:-1],
    "edited": lambda told: [told[0].replace(b"2024-01-15", b"2024-01-16"), *told[1:]],
    "edited at the end": lambda told: [*told[:-1], told[-1].replace(b"2024-01-15", b"2024-01-16")],
    "another office": lambda told: [told[0], told[1].replace(b'"federal"', b'"kurdistan"'), *told[2:]],
    "reordered": lambda told: [told[1], told[0], *told[2:]],
    "said twice": lambda told: [*told, told[0]],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_line_of_the_ledger(project: Project, change: str) -> None:
    with rewritten(project, LEDGER, CHANGES[change]):
        assert of(project) == {("altered", LEDGER)}


@pytest.mark.parametrize("change", [name for name in CHANGES if name != "removed at the end"])
def test_a_line_of_the_ledger_in_a_commit_of_its_own(tmp_path: Path, project: Project, change: str) -> None:
    other = copy_of(project, tmp_path)
    with rewritten(other, LEDGER, CHANGES[change]):
        commit(other, "Nothing to see")
        assert of(other) == {("altered", LEDGER)}


def test_the_end_of_the_ledger_cut_in_a_commit_leaves_the_signature_that_it_named(
    tmp_path: Path, project: Project
) -> None:
    other = copy_of(project, tmp_path)
    with rewritten(other, LEDGER, CHANGES["removed at the end"]):
        commit(other, "Nothing to see")
        [found] = verify(other).found
    assert found.state == "unreceipted" and found.path.endswith(".sig") and "the line was cut" in found.why


def test_the_record_of_runs_cut_together_with_its_kept_head(tmp_path: Path, project: Project) -> None:
    other = copy_of(project, tmp_path)
    told = chain.lines(other.runs().read_bytes())
    assert len(told) > 1
    with rewritten(other, "outputs/logs/runs.jsonl", lambda lines: lines[:-1]):
        assert of(other) == {("altered", "outputs/logs/runs.jsonl")}
        other.write_text(other.runs_head(), chain.head(other.runs().read_bytes()) + "\n")
        assert "or its end was cut" in " ".join(verify(other).unchecked)


def test_the_record_of_runs_cut_and_its_kept_head_taken_away(tmp_path: Path, project: Project) -> None:
    other = copy_of(project, tmp_path)
    with rewritten(other, "outputs/logs/runs.jsonl", lambda lines: lines[:-1]):
        other.runs_head().unlink()
        assert of(other) == {("missing", "outputs/logs/runs.head")}


def test_a_notebook_changed_after_approval(project: Project) -> None:
    name = "notebooks/overview.ipynb"
    with other_bytes(project, name, b'"cells"', b' "cells"'):
        assert of(project) == {("unreceipted", name), ("stale", name)}


def test_an_object_of_a_remote_that_is_a_folder(tmp_path: Path, project: Project) -> None:
    other = copy_of(project, tmp_path)
    store = tmp_path / "store"
    shutil.copytree(other.root / ".dvc/cache", store)
    settings = f"['remote \"office\"']\n    url = {store}\n['remote \"far\"']\n    url = ssh://office.invalid/srv\n"
    (other.root / ".dvc/config.local").write_text(settings)
    assert of(other) == set()
    md5 = claims(other).files[PAGE].md5
    place = store / "files/md5" / md5[:2] / md5[2:]
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    assert of(other) == {("altered", f"remote office: {md5[:2]}/{md5[2:]}")}


# --- reports that DVC does not know ----------------------------------------------------------------------------------

WORKFORCE = (ROUND, "kirkuk", "workforce")
MORE = f"outputs/{ROUND}/kirkuk/workforce.receipt.json"


@pytest.fixture
def with_more(tmp_path: Path, project: Project) -> Project:
    """A report that only `run --all` makes, noted in the record of runs."""
    other = copy_of(project, tmp_path)
    shutil.copytree(other.brief(ROUND, "kirkuk", "overview"), other.brief(*WORKFORCE))
    page = other.page(*WORKFORCE)
    other.write_text(page, "<p>kirkuk workforce</p>")
    brief = other.read_json(other.brief(*WORKFORCE) / "brief.json")
    told = receipt.document(receipt.declare(other, *WORKFORCE), brief, {other.relative(page): page.read_bytes()})
    other.write_json(other.receipt(*WORKFORCE), told)
    more.note(other, WORKFORCE)
    assert of(other) == set()
    return other


def test_a_page_of_run_all_forged_with_its_receipt_is_told_by_the_record_of_runs(with_more: Project) -> None:
    page = with_more.page(*WORKFORCE)
    old = with_more.sha256(page)
    page.write_bytes(page.read_bytes().replace(b"kirkuk", b"erbill"))
    text = with_more.read_text(with_more.receipt(*WORKFORCE))
    with_more.write_text(with_more.receipt(*WORKFORCE), text.replace(old, with_more.sha256(page)))
    assert of(with_more) == {("altered", MORE)}


@pytest.mark.parametrize("what", ["inputs", "evidence"])
def test_without_a_record_such_a_receipt_must_still_be_what_can_be_told_again(with_more: Project, what: str) -> None:
    for path in (with_more.runs(), with_more.runs_head()):
        path.unlink()
    assert of(with_more) == set()
    told = with_more.read_json(with_more.receipt(*WORKFORCE))
    if what == "inputs":
        del told["inputs"]["requirements.lock"]
    else:
        told["evidence"]["decisions"] += 1
    told["id"] = receipt.Declaration(told["parameters"], told["inputs"]).id
    with_more.write_json(with_more.receipt(*WORKFORCE), told)
    assert of(with_more) == {("altered", MORE)}
