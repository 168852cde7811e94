"""Freezing: a round leaves the graph, and all that was made of it stays as tracked data; and the way back.

The registry keeps the round's entry, so that later rounds read its tables at the same paths. Of each folder DVC keeps
the hash in a file beside it; dvc.lock drops the round's stages. Its verdicts are in git as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline import lineage, registry_text, run
from pipeline.errors import HeramsError, unknown
from pipeline.project import TABLES, Project
from pipeline.publish import repository
from pipeline.run import plan


def require_current(project: Project, round_name: str) -> None:
    """Refuses a round that is not open, or something of which must be made anew."""
    project.round(round_name)
    if round_name not in project.registry.open:
        raise unknown("open round", round_name, project.registry.open)
    found = plan.plan(project)
    mine = _stages(project, round_name)
    due = [f"{name}: {why[0]}" for name, why in found.reasons.items() if name in mine]
    due += [f"{name}: {before} must run first" for name, before in found.follow.items() if name in mine]
    if due:
        more = [f"… and {len(due) - 12} more"] if len(due) > 12 else []
        raise HeramsError("\n  ".join([f"not up to date, so `herams run` first ({len(due)}):", *due[:12], *more]))


def touched(project: Project, round_name: str) -> list[Path]:
    """The files that freezing a round writes."""
    marks = [project.tracked(path) for path in held(project, round_name)]
    return [project.registry_file(), _lock(project), *marks]


def held(project: Project, round_name: str) -> list[Path]:
    """The files and folders of a round that DVC shall hold; an export that was given, it holds already."""
    folders = [project.tables(round_name), project.briefs(round_name), project.outputs() / round_name]
    findings = [project.findings(round_name, table) for table in TABLES]
    others = [project.more_briefs(round_name), project.raw(round_name)]
    wanted = [path for path in others if path.is_dir() and not _is_given(project, round_name, path)]
    return [*folders, *findings, *wanted, *_of_the_round_before(project, round_name)]


def _of_the_round_before(project: Project, round_name: str) -> list[Path]:
    """What stages made of the round before; of a first round a file in git says that there is none."""
    since, baseline = project.since_last(round_name), project.baseline(round_name)
    made = ((since, project.registry.follows), (baseline, project.registry.baselines))
    return [path for path, rounds in made if round_name in rounds or project.tracked(path).is_file()]


def freeze(project: Project, round_name: str) -> None:
    """Takes a round out of the graph; the caller puts the files of `touched` back if this fails."""
    paths, gone = held(project, round_name), _stages(project, round_name)
    text = registry_text.without_round(project.read_text(project.registry_file()), round_name)
    project.write_text(project.registry_file(), text)
    run.track(project, *paths)
    from pipeline.run import lock

    project.write_text(_lock(project), lock.without(project.read_text(_lock(project)), gone))


def thaw(project: Project, round_name: str) -> None:
    """Takes a round into the graph again, with what the lock last said of it if a commit has that."""
    _require_here(project, round_name)
    previous = lineage.before(project, round_name)
    text = registry_text.with_round(project.read_text(project.registry_file()), round_name, previous)
    for path in held(project, round_name):
        project.tracked(path).unlink(missing_ok=True)
    project.write_text(project.registry_file(), text)
    _lock_again(Project(project.root), round_name)


def _require_here(project: Project, round_name: str) -> None:
    """Refuses a round that could not go on: nothing else knows which round it followed, and no stage makes exports."""
    since, raw = project.since_last(round_name), project.raw(round_name)
    if project.tracked(since).is_file() and not since.is_dir():
        raise HeramsError(
            f"{project.relative(since)} is not on this disk, and says which round {round_name} followed: `dvc pull "
            f"{project.relative(project.tracked(since))}`, then open the round again"
        )
    if project.round(round_name).source == "export" and not (raw.is_dir() and project.tracked(raw).is_file()):
        mark = project.relative(project.tracked(raw))
        raise HeramsError(
            f"{project.relative(raw)} or {mark} is not on this disk, and no stage makes the exports of {round_name}: "
            f"`git checkout {mark}` and `dvc pull {mark}`, then open the round again"
        )


def _lock_again(project: Project, round_name: str) -> None:
    """What the last commit with the round in its lock says of it; where bytes are others now, a run makes them anew."""
    from pipeline.run import lock

    mine, path = _stages(project, round_name), _lock(project)
    then = repository.last_with(project, path, [f"\n  {name}:\n" for name in sorted(mine)])
    if then:
        now = project.read_text(path) if path.is_file() else ""
        project.write_text(path, lock.again(now, plan.stages_of(then), mine))


def files(project: Project, round_name: str) -> Iterator[Path]:
    """Every file of a round that stays: exports, tables, verdicts with findings, briefs, pages, and its last list."""
    for folder in (*_folders(project, round_name), project.outputs() / round_name):
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".dvc")
    # The last list that the round was held against: a file of its own, beside those of other rounds.
    yield from (path for path in (project.baseline(round_name),) if path.is_file())


def _is_given(project: Project, round_name: str, path: Path) -> bool:
    return path == project.raw(round_name) and project.round(round_name).source == "export"


def _stages(project: Project, round_name: str) -> set[str]:
    """The round's stages by their names in DVC: those that write into its folders."""
    mine = (*_folders(project, round_name), project.outputs() / round_name, project.baseline(round_name))
    places = {project.relative(one) for one in mine}
    return {
        stage.name
        for stage in plan.declared(project)
        if any(out in places or any(out.startswith(f"{place}/") for place in places) for out in stage.outputs)
    }


def _folders(project: Project, round_name: str) -> tuple[Path, ...]:
    verdicts = project.verdict(round_name, "records").parent
    of = (project.raw, project.tables, project.briefs, project.more_briefs, project.since_last)
    return (*(one(round_name) for one in of), verdicts)


def _lock(project: Project) -> Path:
    return project.root / "dvc.lock"
