"""What would run, and why: from dvc.yaml, dvc.lock and the files as they lie there, without DVC, which takes longer.

It is used to say that nothing is to be done and to explain (`--dry`). It reads no more of DVC's formats than this
project's dvc.yaml uses: `vars` with files, `matrix`, `foreach` over a map, `${…}`, files and folders with their MD5.
What it cannot read it leaves to DVC. When something is to be done, DVC itself decides what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from pipeline.project import Project
from pipeline.run.files import Files

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CODE, VERSIONS = "pipeline", "requirements.lock"


@dataclass(frozen=True)
class Stage:
    """A stage as dvc.yaml declares it, everything filled in."""

    name: str
    command: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    uncached: frozenset[str]
    parameters: Mapping[str, tuple[str, ...]]


@dataclass
class Plan:
    """The stages in the order of dvc.yaml, and why each one that must run must."""

    stages: list[Stage]
    reasons: dict[str, list[str]] = field(default_factory=dict)
    follow: dict[str, str] = field(default_factory=dict)
    """Stages that may run because one before them does: by the name of that one."""


def plan(project: Project, targets: Sequence[str] = ()) -> Plan:
    """What must run for all stages, or for the targets and what they need."""
    stages = _needed(declared(project), targets)
    is_locked = (project.root / "dvc.lock").is_file()
    entries = locked(project)
    look = Files(project)
    found = Plan(stages)
    makers = {path: stage.name for stage in stages for path in stage.outputs}
    for stage in stages:
        why = list(_reasons(project, stage, entries.get(stage.name), look)) if is_locked else ["there is no dvc.lock"]
        if why:
            found.reasons[stage.name] = why
    for stage in in_order(stages, makers):
        before = sorted({name for path in stage.inputs if (name := maker_of(path, makers)) and _runs(found, name)})
        if before and stage.name not in found.reasons:
            found.follow[stage.name] = before[0]
    return found


def locked(project: Project) -> dict[str, Any]:
    """What dvc.lock says of each stage; nothing where there is none."""
    return dict(_yaml(project, "dvc.lock").get("stages", {})) if (project.root / "dvc.lock").is_file() else {}


def stages_of(lock: str) -> dict[str, Any]:
    """What the text of a lock says of each stage."""
    return dict(yaml.load(lock, Loader=Loader)["stages"])


def without(project: Project, found: Plan) -> list[str]:
    """The inputs that no stage makes and that are not there, of the stages that must run."""
    makers = {path: stage.name for stage in declared(project) for path in stage.outputs}
    wanted = {path for stage in found.stages if stage.name in found.reasons for path in stage.inputs}
    return sorted(path for path in wanted if not maker_of(path, makers) and not (project.root / path).exists())


def _runs(found: Plan, name: str) -> bool:
    return name in found.reasons or name in found.follow


def declared(project: Project) -> list[Stage]:
    """The stages of dvc.yaml, a matrix and a map unfolded into their members."""
    told = _yaml(project, "dvc.yaml")
    values: dict[str, Any] = {}
    for name in told.get("vars", []):
        values |= _yaml(project, name)
    return [stage for name, entry in told["stages"].items() for stage in _unfolded(name, entry, values)]


def _unfolded(name: str, entry: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Stage]:
    if "foreach" in entry:
        for key, item in _filled(entry["foreach"], values).items():
            yield _stage(f"{name}@{key}", entry["do"], {**values, "key": key, "item": item})
        return
    if "matrix" not in entry:
        yield _stage(name, entry, values)
        return
    axes = {axis: _filled(options, values) for axis, options in entry["matrix"].items()}
    for chosen in product(*axes.values()):
        item = dict(zip(axes, chosen, strict=True))
        yield _stage(f"{name}@{'-'.join(map(str, chosen))}", entry, {**values, "item": item})


def _stage(name: str, entry: Mapping[str, Any], values: Mapping[str, Any]) -> Stage:
    outputs = [_with_settings(_filled(out, values)) for out in entry.get("outs", [])]
    parameters: dict[str, tuple[str, ...]] = {}
    for one in entry.get("params", []):
        parameters |= {file: tuple(keys) for file, keys in _filled(one, values).items()}
    return Stage(
        name,
        _filled(entry["cmd"], values),
        tuple(_filled(entry.get("deps", []), values)),
        tuple(path for path, _ in outputs),
        frozenset(path for path, settings in outputs if settings.get("cache") is False),
        parameters,
    )


def _with_settings(out: Any) -> tuple[str, dict[str, Any]]:
    return (out, {}) if isinstance(out, str) else next(iter(out.items()))


def _filled(told: Any, values: Mapping[str, Any]) -> Any:
    """The same with every `${a.b}` replaced; a text that is nothing else becomes the value itself."""
    if isinstance(told, str):
        whole = re.fullmatch(r"\$\{([^}]+)\}", told)
        if whole:
            return _value(whole[1], values)
        return re.sub(r"\$\{([^}]+)\}", lambda found: str(_value(found[1], values)), told)
    if isinstance(told, list):
        return [_filled(one, values) for one in told]
    if isinstance(told, dict):
        return {_filled(key, values): _filled(one, values) for key, one in told.items()}
    return told


def _value(path: str, values: Mapping[str, Any]) -> Any:
    found: Any = values
    for key in path.strip().split("."):
        found = found[key]
    return found


def _needed(stages: list[Stage], targets: Sequence[str]) -> list[Stage]:
    if not targets:
        return stages
    by_name = {stage.name: stage for stage in stages}
    makers = {path: stage.name for stage in stages for path in stage.outputs}
    wanted, open_ = set(), [name for name in targets if name in by_name]
    while open_:
        name = open_.pop()
        if name not in wanted:
            wanted.add(name)
            open_ += [maker for path in by_name[name].inputs if (maker := maker_of(path, makers))]
    return [stage for stage in stages if stage.name in wanted]


def maker_of(path: str, makers: Mapping[str, str]) -> str | None:
    """The stage that makes a path, or a folder around it."""
    for one in (path, *map(str, Path(path).parents)):
        if one in makers:
            return makers[one]
    return None


def in_order(stages: list[Stage], makers: Mapping[str, str]) -> list[Stage]:
    """Each stage after those that make its inputs."""
    by_name = {stage.name: stage for stage in stages}
    order: dict[str, Stage] = {}

    def add(stage: Stage) -> None:
        if stage.name not in order:
            for path in stage.inputs:
                maker = maker_of(path, makers)
                if maker and maker != stage.name:
                    add(by_name[maker])
            order[stage.name] = stage

    for stage in stages:
        add(stage)
    return list(order.values())


def _reasons(project: Project, stage: Stage, lock: Mapping[str, Any] | None, look: Files) -> Iterator[str]:
    if lock is None:
        yield "it has never run"
        return
    if lock["cmd"] != stage.command:
        yield "its command is another now"
    known = {entry["path"]: entry for entry in lock.get("deps", [])}
    for path in stage.inputs:
        yield from _difference(path, known.get(path), look, _kind(path))
    yield from parameters(project, stage, lock.get("params", {}))
    made = {entry["path"]: entry for entry in lock.get("outs", [])}
    for path in stage.outputs:
        yield from _difference(path, made.get(path), look, "output")
        if path in made and path not in stage.uncached and not look.cached(made[path]["md5"]):
            yield f"output is not in DVC's cache: {path}"


def _kind(path: str) -> str:
    """What an input is for the person who reads why a stage must run."""
    if path == VERSIONS:
        return "the lock of library versions"
    return "code" if path.split("/")[0] == CODE else "input"


def _difference(path: str, entry: Mapping[str, Any] | None, look: Files, kind: str) -> Iterator[str]:
    if entry is None:
        yield f"{kind} is new in dvc.yaml: {path}"
    elif (found := look.md5(path)) != entry.get("md5"):
        yield f"{kind} {'changed' if found else 'is not there'}: {path}"


def parameters(project: Project, stage: Stage, locked: Mapping[str, Any]) -> Iterator[str]:
    """The parameters of a stage that are other values now than the lock has."""
    for file, keys in stage.parameters.items():
        values, known = _yaml(project, file), locked.get(file, {})
        for key in keys:
            if key not in known:
                yield f"parameter is new in dvc.yaml: {key}"
            elif _value(key, values) != known[key]:
                yield f"parameter changed: {key}"


def _yaml(project: Project, name: str) -> dict[str, Any]:
    return dict(_parsed((project.root / name).read_bytes()))


@lru_cache(maxsize=8)
def _parsed(text: bytes) -> Any:
    return yaml.load(text, Loader=Loader) or {}
