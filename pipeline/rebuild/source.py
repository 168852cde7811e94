"""What a rebuild starts from: a commit in a folder of its own, and the exports, by hash, or the records of them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run import plan
from pipeline.run.files import Files
from pipeline.verify.claims import adds

# Stages before the records; without exports the records are given, and nothing makes them.
BEFORE_RECORDS = ("simulate", "ingest")


def clean_commit(project: Project, round_name: str) -> str:
    """The last commit, where nothing is uncommitted; HeramsError where something is."""
    if _git(project, "status", "--porcelain").strip():
        raise HeramsError(
            f"{round_name} was never published, and this folder has what no commit has (`git status`): "
            "commit it, then it can be made again from the last commit"
        )
    return _git(project, "rev-parse", "HEAD").strip()


def lying(project: Project, round_name: str) -> dict[str, str]:
    """The SHA-256 of each file of a round that lies here."""
    folders = (
        project.raw(round_name),
        project.tables(round_name),
        project.verdict(round_name, "records").parent,
        project.briefs(round_name),
        project.since_last(round_name),
        project.outputs() / round_name,
    )
    found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return {project.relative(path): project.sha256(path) for path in found if not path.name.startswith(".")}


def own(project: Project, files: Mapping[str, str], round_name: str) -> dict[str, str]:
    """The files that a run makes of a round: not its decisions and lists, which the commit has, and not `--all`."""
    made = ("data/raw/", "data/tables/", "data/verdicts/", "data/briefs/", "data/since/", "outputs/")
    more = {f"outputs/{round_name}/{one}/{name}." for one, name in _more(project)}
    return {
        path: digest
        for path, digest in sorted(files.items())
        if path.startswith(made)
        and round_name in path.split("/")
        and not path.endswith(".dvc")
        and not path.startswith(tuple(more))
    }


def _more(project: Project) -> Iterator[tuple[str, str]]:
    for scope in project.scopes:
        yield from ((scope, report) for report in project.registry.more_reports_of(scope))


@contextmanager
def worktree(project: Project, commit: str, place: Path) -> Iterator[Project]:
    """The project as a commit has it, in a folder of its own, which git forgets afterwards."""
    below = _git(project, "rev-parse", "--show-prefix").strip()
    _git(project, "worktree", "add", "--detach", "--quiet", str(place), commit)
    try:
        yield Project(place / below)
    finally:
        _git(project, "worktree", "remove", "--force", str(place))


def fetch(project: Project, again: Project, round_name: str, files: Mapping[str, str]) -> str:
    """Puts there what no stage makes; gives what the rebuild starts from: exports, or records."""
    _fetch_frozen(project, again)
    if again.round(round_name).source == "simulated":
        return "exports"
    exports = {path: digest for path, digest in files.items() if path.startswith("data/raw/")}
    if exports and _put(project, again, exports):
        return "exports"
    made = (again.table(round_name, "records"), again.account(round_name))
    records = {path: files[path] for path in map(again.relative, made) if path in files}
    if len(records) < len(made) or not _put(project, again, records):
        raise HeramsError(
            f"neither the exports of {round_name} nor its records lie here as they were (`dvc pull` brings them)"
        )
    graph = again.root / "dvc.yaml"
    told = yaml.safe_load(graph.read_text(encoding="utf-8"))
    told["stages"] = {name: stage for name, stage in told["stages"].items() if name not in BEFORE_RECORDS}
    graph.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    return "records"


def _fetch_frozen(project: Project, again: Project) -> None:
    """Copies what the graph reads of rounds that had left it by then, with the bytes that the commit names."""
    files, read = Files(project), {path for stage in plan.declared(again) for path in stage.inputs}
    raw = again.relative(again.raw(""))
    for path, md5, by, _ in adds(again):
        # Exports are no such thing: records may stand in for them.
        if path.startswith(f"{raw}/") or not any(one == path or one.startswith(f"{path}/") for one in read):
            continue
        if files.md5(path) != md5:
            raise HeramsError(f"{path} does not lie here as {by} of that commit names it (`dvc pull` brings it)")
        _copy(project.root / path, again.root / path)


def _copy(old: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    if old.is_dir():
        shutil.copytree(old, new)
    else:
        shutil.copyfile(old, new)


def _put(project: Project, again: Project, files: Mapping[str, str]) -> bool:
    """Copies files of the project, if all are there with these bytes."""
    if any(not (project.root / path).is_file() for path in files):
        return False
    if any(project.sha256(project.root / path) != digest for path, digest in files.items()):
        return False
    for path in files:
        again.write_bytes(again.root / path, project.read_bytes(project.root / path))
    return True


def _git(project: Project, *words: str) -> str:
    try:
        asked = subprocess.run(["git", *words], cwd=project.root, capture_output=True, check=True)
    except FileNotFoundError as problem:
        raise HeramsError("a rebuild starts from a commit: git is not installed here") from problem
    except subprocess.CalledProcessError as problem:
        said = problem.stderr.decode("utf-8", "replace").strip().splitlines()
        raise HeramsError(f"git {words[0]}: {said[-1] if said else 'it does not say why'}") from problem
    return asked.stdout.decode("utf-8")
