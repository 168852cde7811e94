"""What offices signed and published is held: ledger, signatures, keys, record of runs, manifests, tags, numbers."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import yaml
from published_round import (
    KIRKUK,
    MANIFEST,
    ROUND,
    TAG,
    approved,
    commit,
    copy_of,
    files,
    manifest,
    publish,
    published,
    say,
)
from sealed_round import git, other_bytes, write_page
from test_verify import flipped, of

from pipeline import chain, index
from pipeline.index.standing import line, look
from pipeline.project import Project
from pipeline.verify import verify
from pipeline.verify.moved import KEYS, families, moved, told_numbers, untold

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen")
MEASURES = f"data/tables/{ROUND}/measures.parquet"
BASELINE = f"data/baselines/{ROUND}.csv"
PAGE = f"outputs/{ROUND}/kirkuk/overview.ar.html"


@pytest.fixture
def other(tmp_path: Path) -> Project:
    """A copy of the published round."""
    return copy_of(published(), tmp_path)


def test_what_was_signed_and_published_is_intact(monkeypatch: pytest.MonkeyPatch) -> None:
    assert of(approved()) == of(published()) == set()
    assert verify(published()).unchecked == ()
    monkeypatch.setenv("PATH", "/nowhere")
    assert "signatures: ssh-keygen is not installed here" in " ".join(verify(approved()).unchecked)


def test_a_signature_that_no_key_of_the_office_made_names_the_ledger_or_the_list_of_keys(tmp_path: Path) -> None:
    project = copy_of(approved(), tmp_path)
    keys = project.read_text(project.signers()).replace("federal ", "erbil ")
    project.write_text(project.signers(), keys)
    assert of(project) == {("unreceipted", "data/signers"), ("stale", "data/signers")}
    commit(project, "Other keys")
    [found] = verify(project).found
    assert (found.state, found.path) == ("altered", "data/ledger.jsonl") and "line 2" in found.why


def test_a_list_of_keys_in_which_a_key_is_two_offices_is_named(tmp_path: Path) -> None:
    project = copy_of(approved(), tmp_path)
    line_ = project.read_text(project.signers()).splitlines()[0]
    project.write_text(project.signers(), project.read_text(project.signers()) + line_.replace("kirkuk", "erbil"))
    assert of(project) == {("altered", "data/signers")}


def test_a_record_of_runs_must_have_the_heads_that_the_ledger_names(other: Project) -> None:
    told = chain.lines(other.runs().read_bytes())
    chain.append(other.runs(), {"run": "began", "at": 1.0}, other.runs_head())
    publish(other, 2)
    commit(other, "Published again")
    assert of(other) == set()
    cut = b"\n".join(told) + b"\n"
    other.runs().write_bytes(cut)
    other.write_text(other.runs_head(), chain.head(cut) + "\n")
    [found] = verify(other).found
    assert (found.state, found.path) == ("altered", "outputs/logs/runs.jsonl") and "ledger.jsonl names" in found.why


def test_another_machines_record_of_runs_is_not_taken_for_a_cut_one_and_it_is_said(other: Project) -> None:
    for path in (other.runs(), other.runs_head()):
        path.unlink()
    assert of(other) == set() and "record of runs" in " ".join(verify(other).unchecked)
    chain.append(other.runs(), {"run": "began", "at": 1.0}, other.runs_head())
    assert of(other) == set() and "another machine's, or its end was cut" in " ".join(verify(other).unchecked)


@pytest.mark.parametrize("name", [PAGE, MEASURES, f"outputs/{ROUND}/kirkuk/overview.receipt.json", BASELINE])
def test_a_byte_of_a_published_file_names_that_file(name: str) -> None:
    with flipped(published(), name):
        assert of(published()) == {("altered", name)}


def test_page_receipt_and_commit_made_anew_are_found_by_the_manifest(other: Project) -> None:
    receipt = f"outputs/{ROUND}/kirkuk/overview.receipt.json"
    old = other.sha256(other.root / PAGE)
    (other.root / PAGE).write_bytes((other.root / PAGE).read_bytes().replace(b"kirkuk", b"erbill"))
    told = other.read_text(other.root / receipt).replace(old, other.sha256(other.root / PAGE))
    other.write_text(other.root / receipt, told)
    commit(other, "Nothing to see")
    assert of(other) == {("altered", PAGE), ("altered", receipt)}


def test_a_round_that_was_opened_again_and_closed_is_what_it_is_now_and_not_altered(other: Project) -> None:
    write_page(other, *KIRKUK, lambda told: f"{told}, corrected".encode())
    commit(other, "Corrected without a word")
    assert ("altered", PAGE) in of(other)
    say(other, "reopen")
    commit(other, "Opened again")
    assert of(other) == set()
    say(other, "close")
    commit(other, "Closed")
    assert of(other) == set()
    with flipped(other, PAGE):
        assert of(other) == {("altered", PAGE)}


def test_a_round_that_only_the_registry_has_opened_again_is_still_what_was_published(other: Project) -> None:
    write_page(other, *KIRKUK, lambda told: f"{told}, corrected".encode())
    registry = yaml.safe_load(other.read_bytes(other.registry_file()))
    other.write_text(other.registry_file(), yaml.safe_dump(registry | {"open": [ROUND], "simulated": [ROUND]}))
    commit(other, "Opened again by hand")
    assert ("altered", PAGE) in of(Project(other.root))


def test_code_moves_on_and_a_closed_round_was_made_by_that_of_its_commit(other: Project) -> None:
    code = other.root / "pipeline/figures/html.py"
    code.write_bytes(code.read_bytes() + b"# Later\n")
    commit(other, "Later code")
    assert of(other) == set()
    index.index(other)
    assert line(look(other, {}), KIRKUK).standing == "current"
    project = copy_of(approved(), other.root.parent / "open")
    code = project.root / "pipeline/figures/html.py"
    code.write_bytes(code.read_bytes() + b"# Later\n")
    commit(project, "Later code")
    assert ("stale", "pipeline/figures/html.py") in of(project)


def test_a_round_that_was_closed_and_never_published_is_not_stale_by_later_code(other: Project) -> None:
    (other.root / MANIFEST).unlink()
    ledger_ = chain.lines(other.ledger().read_bytes())[:-1]
    other.ledger().write_bytes(b"\n".join(ledger_) + b"\n")
    code = other.root / "pipeline/figures/html.py"
    code.write_bytes(code.read_bytes() + b"# Later\n")
    commit(other, "Closed only, and later code")
    assert "stale" not in {one.state for one in verify(other).found}


def test_a_manifest_that_contradicts_its_commit_its_ledger_or_itself_is_named(other: Project) -> None:
    told = manifest(other)
    judged = f"data/verdicts/{ROUND}/records.json"
    wrong = [
        ({**told, "files": {**told["files"], judged: "0" * 64}}, f"has other bytes of {judged}"),
        ({**told, "edition": "public"}, "publishes it, and no manifest names its files"),
        ({"round": 1}, "it is no manifest: round"),
    ]
    for document, why in wrong:
        other.write_json(other.root / MANIFEST, document)
        commit(other, "Another manifest")
        assert any(why in one.why for one in verify(other).found), why


def test_a_manifest_that_is_gone_is_missing(other: Project) -> None:
    (other.root / MANIFEST).unlink()
    assert ("missing", MANIFEST) in of(other)
    commit(other, "No manifest")
    assert ("missing", f"data/publications/{ROUND}-internal-*.json") in of(other)


def test_a_tag_that_is_gone_or_moved_is_named(other: Project) -> None:
    git(other, "tag", "-f", "-a", TAG, "-m", "Published", "HEAD")
    assert of(other) == {("altered", f"tag {TAG}")}
    git(other, "tag", "-d", TAG)
    assert of(other) == {("missing", f"tag {TAG}")}


def test_a_publication_cut_from_ledger_and_commit_is_told_by_its_manifest(other: Project) -> None:
    other.ledger().write_bytes(b"\n".join(chain.lines(other.ledger().read_bytes())[:-1]) + b"\n")
    commit(other, "One line less")
    assert of(other) == {("altered", "data/ledger.jsonl")}


def test_a_commit_that_git_lacks_is_missing(tmp_path: Path) -> None:
    whole = published()
    shutil.copytree(whole.root, tmp_path / "copy", ignore=shutil.ignore_patterns(".git"))
    shallow = Project(tmp_path / "copy")
    git(shallow, "init", "-q")
    commit(shallow, "A copy without its history")
    made_from = str(manifest(whole)["commit"])
    assert of(shallow) == {("missing", f"tag {TAG}"), ("missing", f"commit {made_from}")}


# --- the back test ---------------------------------------------------------------------------------------------------


def measures(**numbers: list[float | None]) -> pd.DataFrame:
    keys = dict(zip(KEYS, (["A", "B"], ["iraq"] * 2, ["all"] * 2, [""] * 2), strict=True))
    blank = {"numerator": [1, 2], "denominator": [3, None], "not_asked": [0, 0], "missing": [0, 0]}
    return pd.DataFrame({**keys, **blank, **numbers})


def test_a_number_moved_where_it_is_another_blank_now_or_gone() -> None:
    before = measures()
    assert moved(before, before).empty
    assert list(moved(before, measures(numerator=[1, 5]))["indicator"]) == ["B"]
    assert list(moved(before, measures(denominator=[None, None]))["indicator"]) == ["A"]
    assert list(moved(before, before.iloc[:1])["indicator"]) == ["B"]
    assert moved(before.iloc[:1], before).empty


def test_only_words_written_since_under_numbers_tell_an_indicator_with_its_round() -> None:
    old = "# Changelog\n## Unreleased\n### Numbers\n\n`A` of small-2023 fell.\n### The pipeline\n- `B` small-2023\n"
    assert told_numbers(old) == ["`A` of small-2023 fell."]
    assert untold(["A", "B"], ROUND, old, old) == ["A", "B"]
    new = old.replace("fell.\n", "fell.\n`B`: small-2023, by 2.\n")
    assert untold(["A", "B"], ROUND, old, new) == ["A"]
    assert untold(["B"], "small-2024", old, new) == ["B"]


def test_a_line_may_name_a_family_of_indicators_and_what_it_does_not_name_is_told_by_families() -> None:
    new = f"### Numbers\n`BAR_FAC_*` and `U_LISTED` of {ROUND} fell.\n"
    names = ["BAR_FAC_A", "BAR_MEN_A", "BAR_MEN_B", "BARE", "U_LISTED", "U_OTHER"]
    assert untold(names, ROUND, "", new) == ["BARE", "BAR_MEN_A", "BAR_MEN_B", "U_OTHER"]
    assert untold(names, ROUND, "", new.replace("BAR_FAC_*", "*")) == sorted(set(names) - {"U_LISTED"})
    assert families(["BAR_MEN_A", "BAR_MEN_B", "U_OTHER"]) == ["BAR_* (2)", "U_OTHER"]


def test_a_number_of_a_published_round_moves_only_with_a_line_in_the_changelog(tmp_path: Path) -> None:
    project = copy_of(approved(), tmp_path)
    project.write_text(project.changelog(), "# Changelog\n\n### Numbers\n\nNone.\n")
    commit(project, "A changelog")
    publish(project)
    say(project, "reopen")
    commit(project, "Published, and open again")
    assert of(project) == set()
    table = project.read_table(ROUND, "measures")
    name = str(table.loc[0, "indicator"])
    table.loc[0, "numerator"] = 12345
    project.write_table(ROUND, "measures", table)
    relock(project, MEASURES)
    [found] = [one for one in verify(project).found if one.path == MEASURES]
    assert found.state == "unreceipted" and f"does not name {name} with the round" in found.why
    with other_bytes(project, "CHANGELOG.md", b"None.", f"None.\n`{name}` of {ROUND}: one facility more.".encode()):
        assert MEASURES not in {one.path for one in verify(project).found}
    shutil.rmtree(project.root / ".dvc/cache")
    assert "which numbers of small-2023 moved" in " ".join(verify(project).unchecked)


def relock(project: Project, path: str) -> None:
    """DVC's lock names a file by the bytes that lie there."""
    lock = yaml.safe_load((project.root / "dvc.lock").read_bytes())
    md5 = hashlib.md5((project.root / path).read_bytes()).hexdigest()
    for stage in lock["stages"].values():
        for entry in (*stage["deps"], *stage["outs"]):
            entry["md5"] = md5 if entry["path"] == path else entry["md5"]
    project.write_text(project.root / "dvc.lock", yaml.safe_dump(lock, sort_keys=False))


def test_the_files_of_a_publication_are_those_that_lie_there() -> None:
    asked = ["git", "show", f"HEAD:{MANIFEST}"]
    shown = subprocess.run(asked, cwd=published().root, check=True, capture_output=True).stdout
    assert hashlib.sha256(shown).hexdigest() == published().sha256(published().root / MANIFEST)
    assert files(published()) == manifest(published())["files"]
