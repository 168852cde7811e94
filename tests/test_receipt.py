"""Receipts: every byte that a page is made of, an id that is the same everywhere, and no clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import made
import pytest

from pipeline import receipt
from pipeline.errors import ReportError
from pipeline.project import Project


def declared(project: Project, scope: str = "kirkuk") -> receipt.Declaration:
    return receipt.declare(project, made.round_of(project), scope, "overview")


def whole(project: Project) -> dict[str, Any]:
    brief = project.read_json(project.brief(made.round_of(project), "kirkuk", "overview") / "brief.json")
    return receipt.document(declared(project), brief, {"outputs/x.html": b"x"})


def test_the_id_is_the_same_in_another_folder(tmp_path: Path) -> None:
    assert declared(made.copy(tmp_path)).id == declared(made.whole()).id


@pytest.mark.parametrize(
    "name",
    [
        "data/briefs/small-2023/kirkuk/overview/measures.csv",
        "notebooks/overview.ipynb",
        "notebooks/template/style.css",
        "data/codebooks/iraq-2022/choices.csv",
        "requirements.lock",
    ],
)
def test_a_changed_byte_of_an_input_changes_the_id(tmp_path: Path, name: str) -> None:
    project = made.copy(tmp_path)
    path = project.root / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert declared(project).id != declared(made.whole()).id
    assert receipt.changed(project, whole(made.whole())) == [name]


def test_another_scope_is_another_id() -> None:
    assert declared(made.whole(), "kirkuk").id != declared(made.whole(), "erbil").id


def test_an_input_that_is_gone_is_a_change(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    project.lock().unlink()
    assert receipt.changed(project, whole(made.whole())) == ["requirements.lock"]


def test_the_code_that_a_kernel_loads_is_declared() -> None:
    listed = "print(*(m.__file__ for n, m in sys.modules.items() if n[:9] == 'pipeline.'))"
    script = f"import sys; from pipeline import figures; {listed}"
    command = [sys.executable, "-c", script]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, cwd=receipt.CODE.parent)
    files = {Path(file).relative_to(receipt.CODE).as_posix() for file in loaded.stdout.split()}
    assert files <= set(receipt.modules(["figures"]))
    assert {f"pipeline/{file}" for file in files} <= set(declared(made.whole()).inputs)


def test_a_receipt_follows_its_schema() -> None:
    receipt.check(made.whole(), whole(made.whole()))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "abc"),
        ("state", "fine"),
        ("outputs", {}),
        ("made_at", "2026-01-01"),
        ("scope", "Kirkuk"),
        ("evidence", {}),
        ("inputs", {"/etc": "0"}),
    ],
)
def test_a_receipt_that_does_not_follow_its_schema_is_refused(key: str, value: object) -> None:
    with pytest.raises(ReportError, match=r"receipt\.schema\.json"):
        receipt.check(made.whole(), {**whole(made.whole()), key: value})


def test_a_receipt_tells_no_time_user_or_machine() -> None:
    told = str(whole(made.whole()))
    assert str(made.whole().root) not in told
    assert set(whole(made.whole())) == {
        "receipt", "round", "scope", "report", "parameters", "state", "id", "inputs", "evidence", "outputs",
    }  # fmt: skip


def test_a_receipt_tells_what_its_numbers_rest_on(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    made.close(project, "kirkuk")
    told = whole(project)["evidence"]
    account = project.read_json(project.account(made.round_of(project)))
    assert told["exports"] == [{"name": one["name"], "sha256": one["sha256"]} for one in account["files"]]
    assert told["findings"]["critical"] == 1 and told["rules"][0]["rule"] == "no_blank_key"


def test_hashes_lead_from_a_page_to_the_exports(tmp_path: Path) -> None:
    project = made.whole()
    name = made.round_of(project)
    links = project.read_json(project.brief_receipt(name, "kirkuk", "overview"))
    briefs = {path: digest for path, digest in declared(project).inputs.items() if path.startswith("data/briefs/")}
    assert briefs and briefs.items() <= links["outputs"].items()
    for path, digest in links["inputs"].items():
        assert digest == project.sha256(project.root / path), path
    assert {project.relative(project.verdict(name, "measures")), project.relative(project.decisions(name))} <= set(
        links["inputs"]
    )
    [raw] = project.read_json(project.account(name))["files"]
    assert raw["sha256"] == project.sha256(project.exports(name)[0])
