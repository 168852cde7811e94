"""A small round as a run leaves it: pages with receipts, DVC's lock and cache, the record of runs, a commit.

Its pages are a few words, and its lock is written here, so that no test of verification waits for a run.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import made
import yaml
from conftest import ROOT

from pipeline import receipt, verdict
from pipeline.brief import receipt as brief_receipt
from pipeline.project import TABLES, Project
from pipeline.run import plan, record
from pipeline.run.files import Files
from pipeline.verify.claims import place


@cache
def sealed() -> Project:
    """The round; whoever changes it puts it back (`other_bytes`)."""
    root = Path(tempfile.mkdtemp(prefix="herams-sealed-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    project = made.copy(root)
    shutil.copy(ROOT / ".gitignore", project.root)
    for scope in project.scopes:
        for name in project.registry.reports_of(scope):
            write_page(project, made.round_of(project), scope, name)
    write_lock(project)
    with record.recorded(project) as run:
        run.made.append("everything")
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "A round")
    return project


def write_page(
    project: Project, round_name: str, scope: str, name: str, of: Callable[[str], bytes] = str.encode
) -> None:
    """Pages of a few words, or made of them, and their receipt."""
    which = (round_name, scope, name)
    pages = {project.page(*which, language=code): of(f"<p>{scope} {name} {code}</p>") for code in ("en", "ar", "ckb")}
    stem = project.page(*which).with_name(name)
    pages |= {stem.with_name(f"{name}.{end}"): f"{scope}.{end}".encode() for end in ("xlsx", "csv.zip")}
    for path, content in pages.items():
        project.write_bytes(path, content)
    brief = project.read_json(project.brief(*which) / "brief.json")
    told = receipt.document(
        receipt.declare(project, *which), brief, {project.relative(path): content for path, content in pages.items()}
    )
    project.write_json(project.receipt(*which), told)


def write_lock(project: Project) -> None:
    """dvc.lock of what lies there, and the cache that belongs to it."""
    files, stages = Files(project), {}
    values = yaml.safe_load(project.read_bytes(project.registry_file()))
    for stage in plan.declared(project):
        outs = list(stage.outputs)
        for out in outs:
            if out not in stage.uncached:
                _keep(project, files, out)
        stages[stage.name] = {
            "cmd": stage.command,
            "deps": [{"path": path, "md5": files.md5(path)} for path in stage.inputs],
            "params": {file: {key: _value(values, key) for key in keys} for file, keys in stage.parameters.items()},
            "outs": [{"path": path, "md5": files.md5(path)} for path in outs],
        }
    project.write_text(project.root / "dvc.lock", yaml.safe_dump({"schema": "2.0", "stages": stages}, sort_keys=False))


def as_large_as_a_country(project: Project, rounds: Sequence[str], reports: int, sizes: Sequence[int]) -> Project:
    """The same with several rounds, each of so many reports; pages, tables and exports of these sizes."""
    first = made.round_of(project)
    registry = yaml.safe_load(project.read_text(project.registry_file()))
    there = len(list(project.outputs().glob("*/*/*.receipt.json")))
    extra = [f"part-{letter}" for letter in ascii_lowercase[: reports - there]]
    registry |= {"open": list(rounds), "simulated": list(rounds), "directorates": [*registry["directorates"], *extra]}
    registry["rounds"] = dict.fromkeys(rounds, registry["rounds"][first])
    project.write_text(project.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    large, dice = Project(project.root), random.Random(2023)
    page, table, export = sizes
    for name in rounds:
        _copy_round(large, first, name)
        for path, size in ((large.table(name, "records"), table), (large.exports(name)[0], export)):
            large.write_bytes(path, dice.randbytes(size))
        _witnesses(large, name)
        for scope in extra:
            shutil.copytree(
                large.brief(first, "kirkuk", "overview"), large.brief(name, scope, "overview"), dirs_exist_ok=True
            )
        _brief_receipt(large, name)
        for scope in large.scopes:
            for report in large.registry.reports_of(scope):
                write_page(large, name, scope, report, lambda _: dice.randbytes(page))
    write_lock(large)
    git(large, "add", ".")
    git(large, "commit", "-qm", "Rounds of a country")
    return large


def beside(project: Project, first: str, name: str) -> Project:
    """The same with a second open round, which has the files of the first; nothing is locked yet."""
    registry = yaml.safe_load(project.read_text(project.registry_file()))
    registry |= {"open": [first, name], "simulated": [first, name]}
    registry["rounds"] |= {name: registry["rounds"][first]}
    project.write_text(project.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    both = Project(project.root)
    _copy_round(both, first, name)
    _witnesses(both, name)
    _brief_receipt(both, name)
    return both


def _copy_round(project: Project, first: str, name: str) -> None:
    """All files of a round under another name."""
    if name != first:
        for of in (project.raw, project.tables, project.briefs, project.since_last):
            shutil.copytree(of(first), of(name))
        shutil.copytree(project.verdict(first, "records").parent, project.verdict(name, "records").parent)
        for of in (project.decisions, project.remarks, project.revisits, project.baseline):
            shutil.copy(of(first), of(name))


def _witnesses(project: Project, name: str) -> None:
    """Verdicts and the account name what lies there."""
    account = project.read_json(project.account(name))
    account["files"] = [{**one, "sha256": project.sha256(project.exports(name)[0])} for one in account["files"]]
    project.write_json(project.account(name), account)
    for table in TABLES:
        told = project.read_json(project.verdict(name, table))
        told["inputs"] = verdict.input_hashes(project, [project.table(name, table)])
        project.write_json(project.verdict(name, table), told)


def _brief_receipt(project: Project, name: str) -> None:
    place = project.briefs(name)
    (place / brief_receipt.NAME).unlink()
    project.write_json(place / brief_receipt.NAME, brief_receipt.document(project, name, place, place))


def _value(values: Any, key: str) -> Any:
    for word in key.split("."):
        values = values[word]
    return values


def _keep(project: Project, files: Files, out: str) -> None:
    path = project.root / out
    if path.is_dir():
        names = sorted(one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file())
        listed = [{"md5": files.md5(f"{out}/{name}"), "relpath": name} for name in names]
        project.write_bytes(project.root / place(str(files.md5(out))), json.dumps(listed, sort_keys=True).encode())
        for name in names:
            _keep(project, files, f"{out}/{name}")
    else:
        project.write_bytes(project.root / place(str(files.md5(out))), path.read_bytes())


def git(project: Project, *words: str) -> None:
    """A git command, by nobody in particular."""
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@invalid"]
    subprocess.run(["git", *who, *words], cwd=project.root, check=True, capture_output=True)


@contextmanager
def other_bytes(project: Project, name: str, was: bytes, now: bytes) -> Iterator[None]:
    """A file with other bytes for a while, its size and its time kept as far as that can be."""
    path = project.root / name
    before, told = path.read_bytes(), path.stat()
    assert was in before and was != now
    try:
        path.write_bytes(before.replace(was, now, 1))
        os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
        yield
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))


def state(project: Project) -> dict[str, tuple[str, int]]:
    """Each file's hash and time."""
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(project.root.rglob("*"))
        if path.is_file()
    }
