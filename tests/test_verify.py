"""Verification names exactly the file that somebody has touched, whatever its size and time, and changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner
from sealed_round import git, other_bytes, sealed, state

from pipeline import audit, chain
from pipeline.errors import UsageError, VerificationError
from pipeline.project import Project
from pipeline.verify import Result, told, verify
from pipeline.verify.claims import claims, place

ROUND = "small-2023"
PAGE = f"outputs/{ROUND}/kirkuk/overview.ar.html"
RECEIPT = f"outputs/{ROUND}/kirkuk/overview.receipt.json"
BRIEF = f"data/briefs/{ROUND}/kirkuk/overview/measures.csv"
VERDICT = f"data/verdicts/{ROUND}/records.json"
TABLE = f"data/tables/{ROUND}/measures.parquet"


@pytest.fixture
def project() -> Project:
    return sealed()


def touched(result: Result) -> set[tuple[str, str]]:
    """The files that are named: those touched, and instead of what is stale the file that made it so."""
    return {(one.state, one.because or one.path) for one in result.found}


def of(project: Project) -> set[tuple[str, str]]:
    before = state(project)
    result = verify(project)
    assert state(project) == before, "verification changed something"
    return touched(result)


def flipped(project: Project, name: str) -> AbstractContextManager[None]:
    """One byte in the middle of a file is another."""
    content = (project.root / name).read_bytes()
    place_ = len(content) // 2
    was = content[place_:]
    return other_bytes(project, name, was, bytes([was[0] ^ 1]) + was[1:])


def test_what_was_made_and_not_touched_is_intact(project: Project) -> None:
    assert of(project) == set()
    assert verify(project).files > 400


@pytest.mark.parametrize("name", [PAGE, BRIEF, TABLE, RECEIPT, VERDICT])
def test_one_byte_of_a_made_file_with_its_size_and_time_kept_names_that_file(project: Project, name: str) -> None:
    with flipped(project, name):
        assert of(project) == {("altered", name)}


def test_a_hash_in_a_receipt_names_the_receipt_and_not_the_page(project: Project) -> None:
    digest = project.read_json(project.root / RECEIPT)["outputs"][PAGE]
    with other_bytes(project, RECEIPT, digest.encode(), b"0" * 64):
        assert of(project) == {("altered", RECEIPT)}


def test_a_page_forged_together_with_its_receipt_is_found(project: Project) -> None:
    forged = (project.root / PAGE).read_bytes().replace(b"kirkuk", b"erbill")
    old, new = project.sha256(project.root / PAGE), hashlib.sha256(forged).hexdigest()
    with other_bytes(project, PAGE, b"kirkuk", b"erbill"), other_bytes(project, RECEIPT, old.encode(), new.encode()):
        assert of(project) == {("altered", PAGE), ("altered", RECEIPT)}


def test_a_byte_of_a_raw_export_names_the_export(project: Project) -> None:
    name = project.relative(project.exports(ROUND)[0])
    with flipped(project, name):
        assert of(project) == {("altered", name)}


def test_a_byte_of_an_object_in_the_cache_names_the_object(project: Project) -> None:
    for path in (PAGE, BRIEF):
        name = place(claims(project).files[path].md5)
        with flipped(project, name):
            assert of(project) == {("altered", name)}


def test_a_list_in_the_cache_is_an_object_too(project: Project) -> None:
    name = place(claims(project).folders[f"data/briefs/{ROUND}"].md5)
    with flipped(project, name):
        assert ("altered", name) in of(project)


def test_files_are_named_where_the_cache_is_gone(project: Project, tmp_path: Path) -> None:
    other = copied(project, tmp_path)
    shutil.rmtree(other.root / ".dvc")
    assert of(other) == set()
    for name in (BRIEF, project.relative(project.exports(ROUND)[0])):
        with flipped(other, name):
            assert of(other) == {("altered", name)}


def test_a_changed_lock_makes_everything_stale_and_is_named_itself(project: Project) -> None:
    with other_bytes(project, "requirements.lock", b"pandas==", b"pandos=="):
        found = verify(project)
        assert touched(found) == {("stale", "requirements.lock"), ("unreceipted", "requirements.lock")}
        assert PAGE in {one.path for one in found.found}


def test_code_that_is_not_committed_is_named_and_all_that_it_made_is_stale(project: Project) -> None:
    with other_bytes(project, "pipeline/measure/rows.py", b'"""', b'""" '):
        found = touched(verify(project))
    assert found == {("stale", "pipeline/measure/rows.py"), ("unreceipted", "pipeline/measure/rows.py")}


def test_code_that_git_is_told_to_leave_out_is_named_too(project: Project, tmp_path: Path) -> None:
    other = copied(project, tmp_path)
    # Python takes the package, not the module of that name.
    hidden = other.root / "pipeline/spelling/__init__.py"
    other.write_text(hidden, "")
    other.write_text(other.root / ".git/info/exclude", "pipeline/spelling/\n")
    other.write_text(hidden.parent / "__pycache__/spelling.cpython-313.pyc", "")
    assert of(other) == {("unreceipted", "pipeline/spelling/__init__.py")}


def test_a_decision_after_the_run_makes_what_follows_stale(project: Project) -> None:
    name = f"data/decisions/{ROUND}.yml"
    with other_bytes(project, name, b"[]", b"# Later\n[]"):
        found = verify(project)
        assert touched(found) == {("stale", name), ("unreceipted", name)}
        old = {one.path for one in found.found if one.state == "stale"}
    assert {PAGE, VERDICT, TABLE} <= old and project.relative(project.exports(ROUND)[0]) not in old


def test_parameters_swapped_between_two_reports_name_both_receipts(project: Project) -> None:
    other = RECEIPT.replace("kirkuk", "erbil")
    first, second = (project.root / name for name in (RECEIPT, other))
    mine, theirs = first.read_bytes(), second.read_bytes()
    try:
        first.write_bytes(theirs)
        second.write_bytes(mine)
        assert of(project) == {("altered", RECEIPT), ("altered", other)}
    finally:
        first.write_bytes(mine)
        second.write_bytes(theirs)


def test_a_receipt_that_dvc_does_not_know_must_fit_its_place_and_its_id(project: Project, tmp_path: Path) -> None:
    other = copied(project, tmp_path)
    more = other.receipt(ROUND, "erbil", "workforce")
    more.write_bytes((other.root / RECEIPT).read_bytes())
    found = verify(other).found
    assert [(one.state, one.path) for one in found] == [("altered", other.relative(more))]
    assert "kirkuk, overview" in found[0].why


@pytest.mark.parametrize(("cut", "line"), [(0, "line 1"), (1, "line 1")])
def test_a_line_taken_out_of_the_record_of_runs_is_named_by_its_number(project: Project, cut: int, line: str) -> None:
    name = project.relative(project.runs())
    told = chain.lines(project.runs().read_bytes())
    with other_bytes(project, name, told[cut] + b"\n", b""):
        [found] = verify(project).found
    assert (found.state, found.path) == ("altered", name)
    assert line in found.why


def test_a_cut_ledger_is_found(project: Project, tmp_path: Path) -> None:
    other = copied(project, tmp_path)
    for number in range(3):
        chain.append(other.ledger(), {"approved": number})
    told = chain.lines(other.ledger().read_bytes())
    other.ledger().write_bytes(told[0] + b"\n" + told[2] + b"\n")
    git(other, "add", ".")
    git(other, "commit", "-qm", "A ledger")
    assert of(other) == {("altered", "data/ledger.jsonl")}


def test_the_note_of_which_tables_other_briefs_were_cut_of_needs_no_receipt(project: Project, tmp_path: Path) -> None:
    other = copied(project, tmp_path)
    other.write_text(other.more_briefs_note(ROUND), "abc")
    assert of(other) == of(project)


def test_what_is_gone_is_missing_and_what_nobody_speaks_for_is_unreceipted(project: Project, tmp_path: Path) -> None:
    other = copied(project, tmp_path)
    (other.root / PAGE).unlink()
    strange = f"outputs/{ROUND}/kirkuk/secret.en.html"
    (other.root / strange).write_text("<p>?</p>")
    assert of(other) == {("missing", PAGE), ("unreceipted", strange)}


def test_another_hash_in_the_lock_of_dvc_names_that_lock(project: Project) -> None:
    md5 = claims(project).files[PAGE].md5
    with other_bytes(project, "dvc.lock", md5.encode(), b"a" * 32):
        assert of(project) == {("altered", "dvc.lock")}


def test_one_round_is_looked_at_alone_and_an_unknown_one_is_refused(project: Project) -> None:
    with other_bytes(project, PAGE, b"kirkuk", b"kirkup"):
        assert len(verify(project, ROUND).found) == 1
    with pytest.raises(UsageError, match="did you mean"):
        verify(project, "small-2032")


def test_the_command_ends_with_4_and_says_what_and_why(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    whole = CliRunner().invoke(audit.verify, [])
    assert whole.exit_code == 0 and "all intact" in whole.output
    with other_bytes(project, PAGE, b"kirkuk", b"kirkup"):
        result = CliRunner().invoke(audit.verify, ["--json"])
        text = CliRunner().invoke(audit.verify, [ROUND]).output
    assert isinstance(result.exception, VerificationError) and result.exception.exit_code == 4
    found = json.loads(result.output)
    assert found["counts"] == {"altered": 1, "missing": 0, "unreceipted": 0, "stale": 0}
    assert [one["path"] for one in found["found"]] == [PAGE]
    assert f"altered      {PAGE}: " in text and "1 altered" in text


def test_without_git_the_rest_is_checked_and_it_is_said(project: Project, tmp_path: Path) -> None:
    other = copied(project, tmp_path)
    shutil.rmtree(other.root / ".git")
    result = verify(other)
    assert touched(result) == set()
    assert "not checked: what the last commit has" in told.text(result)


def copied(project: Project, folder: Path) -> Project:
    shutil.copytree(project.root, folder / "copy")
    return Project(folder / "copy")
