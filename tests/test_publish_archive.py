"""Archives: the same bytes each time, nothing personal in them, and a verifier that names exactly what was touched."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import contacts
import pandas as pd
import pytest
import yaml
from published import DAY, ROUND, published
from sealed_round import git, other_bytes

from pipeline import ledger
from pipeline.page.checks import faults
from pipeline.project import Project
from pipeline.publish import archive, crate
from pipeline.publish.ready import Ready
from pipeline.review import core, seen_of_round
from pipeline.verify import verify

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen")
Files = dict[str, bytes]
PAGE = f"outputs/{ROUND}/kirkuk/overview.ar.html"
RECEIPT = f"outputs/{ROUND}/kirkuk/overview.receipt.json"
OTHER = f"outputs/{ROUND}/erbil/overview.receipt.json"
BRIEF = f"data/briefs/{ROUND}/kirkuk/overview/measures.csv"
LEDGER = "data/ledger.jsonl"


def place() -> Path:
    return next(published().archives().glob("*.zip"))


@cache
def files() -> Files:
    with zipfile.ZipFile(place()) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def verified(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, set[str], str]:
    """The exit code of the verifier, the files that it names, and all that it says."""
    capsys.readouterr()
    code = runpy.run_path(str(published().archive_part("verify.py")))["main"]([str(path)])
    said = capsys.readouterr().out
    return code, {line.partition(": ")[0] for line in said.partition(" files read")[0].splitlines()[:-1]}, said


def packed(folder: Path, changed: Files, is_forged: bool) -> Path:
    """An archive packed again; forged: with a manifest that fits."""
    if is_forged:
        changed = changed | {"manifest.json": manifest(changed)}
    with zipfile.ZipFile(folder / "again.zip", "w") as made:
        for name, content in changed.items():
            made.writestr(name, content)
    return folder / "again.zip"


def manifest(of: Files) -> bytes:
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in of.items() if name != "manifest.json"}
    return json.dumps({"files": digests}).encode()


def edited(name: str, was: bytes, now: bytes) -> Callable[[Files], Files]:
    def edit(before: Files) -> Files:
        assert was in before[name] and was != now
        return before | {name: before[name].replace(was, now, 1)}

    return edit


def signature(before: Files) -> str:
    return sorted(name for name in before if name.endswith(".sig"))[0]


def signature_edited(before: Files) -> Files:
    name = signature(before)
    middle = len(before[name]) // 2
    other = b"A" if before[name][middle : middle + 1] != b"A" else b"B"
    return before | {name: before[name][:middle] + other + before[name][middle + 1 :]}


def line_gone(before: Files) -> Files:
    lines = before[LEDGER].splitlines(keepends=True)
    return before | {LEDGER: b"".join([*lines[:2], *lines[3:]])}


def lines_swapped(before: Files) -> Files:
    first, second, *rest = before[LEDGER].splitlines(keepends=True)
    return before | {LEDGER: b"".join([second, first, *rest])}


def end_cut(before: Files) -> Files:
    return before | {LEDGER: b"".join(before[LEDGER].splitlines(keepends=True)[:-1])}


def parameters_swapped(before: Files) -> Files:
    return before | {RECEIPT: before[OTHER], OTHER: before[RECEIPT]}


def added(before: Files) -> Files:
    return before | {"outputs/extra.sig": b"x"}


def approved_by_nobody(before: Files) -> Files:
    """A page, and with it what the archive says that offices approved."""
    page = before[PAGE].replace(b"46%", b"47%", 1)
    told, receipt = json.loads(before["publication.json"]), json.loads(before[RECEIPT])
    parts = {name: hashlib.sha256(before[name]).hexdigest() for name in receipt["outputs"]}
    parts |= {name: core.page(before[name]) for name in parts if name.endswith(".html")} | {PAGE: core.page(page)}
    forged = hashlib.sha256(ledger.canonical(receipt | {"outputs": parts})).hexdigest()
    told["reports"]["kirkuk/overview"] = {"core": forged, "offices": []}
    return before | {PAGE: page, "publication.json": json.dumps(told).encode()}


def test_a_page_that_nobody_approved_is_named_whatever_the_archive_says_of_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(packed(tmp_path, approved_by_nobody(files()), True), capsys)[:2] == (4, {PAGE})


def said_again(before: Files) -> Files:
    """An approval by another office with a signature that is there, in a chain and an archive that fit."""
    lines, told = before[LEDGER].splitlines(), json.loads(before["publication.json"])
    entry = next(one for one in map(json.loads, lines) if one["kind"] == "approve")
    entry |= {"number": len(lines) + 1, "before": hashlib.sha256(lines[-1]).hexdigest(), "office": "kurdistan"}
    line = json.dumps(entry, ensure_ascii=False, sort_keys=True).encode()
    told["ledger_head"] = hashlib.sha256(line).hexdigest()
    return before | {LEDGER: before[LEDGER] + line + b"\n", "publication.json": json.dumps(told).encode()}


def test_an_approval_with_the_signature_of_another_names_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, named, said = verified(packed(tmp_path, said_again(files()), True), capsys)
    assert (code, named) == (4, {LEDGER}) and "not signed by a key of kurdistan" in said


# What somebody does, and the files that must be named: where the manifest was left, and where it was made anew.
TOUCHED: dict[str, tuple[Callable[[Files], Files], set[str]]] = {
    "a byte of a page": (edited(PAGE, b"46%", b"47%"), {PAGE}),
    "its banner": (edited(PAGE, b"/internal/1", b"/internal/2"), {PAGE}),
    "a receipt": (edited(RECEIPT, b'"reported": ', b'"reported": 1'), {RECEIPT}),
    "a hash in a receipt": (edited(RECEIPT, b'.xlsx": "', b'.xlsx": "f'), {RECEIPT}),
    "a brief": (edited(BRIEF, b"U_LISTED,all,,facilities,", b"U_LISTED,all,,facilities,1"), {BRIEF}),
    "a signature": (signature_edited, {"signature"}),
    "an approval's name": (edited(LEDGER, b'"office": "kirkuk"', b'"office": "erbil1"'), {LEDGER}),
    "the signature that a line names": (edited(LEDGER, b'"signature": "', b'"signature": "f'), {LEDGER}),
    "a line of the ledger gone": (line_gone, {LEDGER}),
    "the last line gone": (end_cut, {LEDGER}),
    "two lines in another order": (lines_swapped, {LEDGER}),
    "the parameters of two reports": (parameters_swapped, {RECEIPT, OTHER}),
}


def test_an_archive_that_lies_in_the_project_is_held_by_its_manifest_and_one_that_nobody_published_is_named() -> None:
    project, stray = published(), published().archives() / f"{ROUND}-internal-9.zip"
    name = project.relative(place())
    with other_bytes(project, name, place().read_bytes()[-1:], b"x"):
        assert {(one.state, one.path) for one in verify(project).found} == {("altered", name)}
    stray.write_bytes(b"x")
    try:
        assert {(one.state, one.path) for one in verify(project).found} == {("unreceipted", project.relative(stray))}
    finally:
        stray.unlink()


def test_a_file_of_dvc_add_that_contradicts_the_manifest_is_named_and_not_what_it_speaks_of() -> None:
    project = published()
    mark = project.tracked(project.findings(ROUND, "records"))
    md5 = yaml.safe_load(mark.read_bytes())["outs"][0]["md5"].encode()
    with other_bytes(project, project.relative(mark), md5, md5[::-1]):
        assert {(one.state, one.path) for one in verify(project).found} == {("altered", project.relative(mark))}


@pytest.mark.parametrize("is_forged", [False, True], ids=["repacked", "with a manifest that fits"])
@pytest.mark.parametrize("what", TOUCHED)
def test_what_somebody_touched_is_named_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, is_forged: bool
) -> None:
    change, named = TOUCHED[what]
    code, found, said = verified(packed(tmp_path, change(files()), is_forged), capsys)
    assert (code, found) == (4, {signature(files()) if one == "signature" else one for one in named}), said


def test_a_file_that_was_added_or_taken_away_or_stands_twice_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(packed(tmp_path, added(files()), False), capsys)[:2] == (4, {"outputs/extra.sig"})
    less = {name: content for name, content in files().items() if name != PAGE}
    assert verified(packed(tmp_path, less, False), capsys)[:2] == (4, {PAGE})
    again = packed(tmp_path, files(), False)
    with zipfile.ZipFile(again, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("README.txt", b"other words")
    assert verified(again, capsys)[:2] == (4, {"README.txt"})


def test_a_damaged_archive_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = bytearray(place().read_bytes())
    with zipfile.ZipFile(place()) as made:
        content[made.getinfo(PAGE).header_offset + 30 + len(PAGE) + 40] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(content)
    assert verified(tmp_path / "damaged.zip", capsys)[:2] == (4, {PAGE})


def test_it_needs_only_python_and_runs_where_it_was_unpacked_and_on_the_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(place()) as made:
        made.extractall(tmp_path)
    for words in ([], [str(place())]):
        command = [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert "all as published" in done.stdout
    # What it prints is to be compared; of an archive that was packed again it must not say that anybody names it.
    assert f"must name this one: {hashlib.sha256(place().read_bytes()).hexdigest()}" in done.stdout
    assert sorted(path.name for path in tmp_path.rglob("*.pyc")) == []


def test_without_ssh_keygen_it_says_that_signatures_are_not_checked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    code, _, said = verified(place(), capsys)
    assert code == 0 and "not checked: signatures" in said


def test_the_verifier_imports_nothing_but_the_standard_library() -> None:
    source = published().read_text(published().archive_part("verify.py"))
    imported = set(re.findall(r"^(?:import|from) (\w+)", source, re.MULTILINE))
    assert imported <= set(sys.stdlib_module_names)
    ast.parse(source, feature_version=(3, 9))
    assert len([line for line in source.splitlines() if line]) <= 160, "an auditor reads it from top to bottom"


# --- what is in it ---------------------------------------------------------------------------------------------------


def ready(project: Project, edition: str = "internal") -> Ready:
    """What was published, told again."""
    line = next(one for one in ledger.load(project) if isinstance(one, ledger.Publication))
    return Ready(ROUND, edition, 1, line.commit, line.runs, tuple(seen_of_round(project, ROUND)), (), None, "")


def test_the_same_publication_gives_the_same_bytes_whatever_the_umask_and_the_folder(tmp_path: Path) -> None:
    shutil.copytree(published().root, tmp_path / "elsewhere", symlinks=True)
    project = Project(tmp_path / "elsewhere")
    lines = project.read_bytes(project.ledger()).splitlines(keepends=True)
    told = ready(project)
    git(project, "reset", "-q", "--soft", "HEAD^")
    before = os.umask(0o077)
    try:
        project.write_bytes(project.ledger(), b"".join(lines[:-1]))
        assert archive.archive(project, told, DAY) == place().read_bytes()
    finally:
        os.umask(before)


def test_nothing_that_stood_in_the_contact_columns_is_in_it() -> None:
    known = contacts.contacts(published(), ROUND)
    assert len(known) > 300
    wanted = re.compile("|".join(map(re.escape, sorted(known))).encode())
    for name, content in files().items():
        told = pd.read_parquet(io.BytesIO(content)).to_csv().encode() if name.endswith(".parquet") else content
        assert not wanted.search(told), name
    assert not any(name.startswith("data/raw/") for name in files())


def test_a_published_page_is_the_approved_one_but_for_its_banner() -> None:
    project = published()
    for language, word in (("en", "Published"), ("ar", "منشور"), ("ckb", "بڵاوکراوە")):
        name = f"outputs/{ROUND}/kirkuk/overview.{language}.html"
        draft, told = (project.root / name).read_bytes(), files()[name]
        assert core.page(draft) == core.page(told) and draft != told
        banner = core.BANNER.findall(told)[0].decode()
        assert word in banner and f"published/{ROUND}/internal/1" in banner and DAY in banner
        assert not faults(files()[f"outputs/index{'' if language == 'en' else f'.{language}'}.html"].decode(), False)


def test_the_crate_names_every_file_its_profile_and_the_run() -> None:
    told = json.loads(files()[crate.NAME])
    graph = {one["@id"]: one for one in told["@graph"]}
    root = graph["./"]
    assert root["conformsTo"] == {"@id": crate.PROFILE} and crate.PROFILE in graph
    assert graph[crate.NAME]["about"] == {"@id": "./"} and graph[crate.NAME]["conformsTo"] == {"@id": crate.CRATE}
    parts = {one["@id"] for one in root["hasPart"]}
    assert parts == set(files()) - {crate.NAME, "manifest.json"}
    action = graph[root["mentions"][0]["@id"]]
    assert action["@type"] == "CreateAction" and graph[action["instrument"]["@id"]]["@type"] == "SoftwareApplication"
    assert all(one["@id"] in graph for one in (*action["object"], *action["result"], root["license"]))


def test_a_public_archive_holds_no_table_no_verdict_and_no_words_of_remarks(tmp_path: Path) -> None:
    shutil.copytree(published().root, tmp_path / "copy", symlinks=True)
    project = Project(tmp_path / "copy")
    remark = {"kind": "answer", "date": DAY, "round": ROUND, "scope": "kirkuk", "report": "overview", "remark": 1}
    said = ledger.drafted(project, {**remark, "text": "Daquq hospital was shut", "role": "x", "office": "y"})
    ledger.append(project, said)
    made = archive.contents(project, ready(project, "public"), DAY)
    assert not [name for name in made if re.match(r"data/(tables|verdicts|raw)/|measures\.csv", name)]
    assert not any(b"Daquq hospital" in content for content in made.values())
    assert b'"withheld"' in made[LEDGER]
    packed(tmp_path, made, True)
    archive.require_verified(project, tmp_path / "again.zip")
