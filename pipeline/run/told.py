"""What a run tells while it works, from what earlier runs took, and what it says at the end."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import click

from pipeline import chain
from pipeline.project import Project
from pipeline.run.plan import Plan

LAST_LINES = 12


@dataclass
class Teller:
    """Tells of each stage as it ends, and how long the rest may take."""

    project: Project
    jobs: int
    left: set[str]
    _earlier: Mapping[str, float] = field(default_factory=dict)
    _count: int = 0
    _shown: int = 0

    @classmethod
    def of(cls, project: Project, jobs: int, steps: Iterable[str]) -> Teller:
        """A teller that knows what earlier runs took."""
        return cls(project, jobs, set(steps), earlier(project))

    def unchanged(self, name: str) -> None:
        """A stage that had nothing to do is not told, only counted."""
        self.left.discard(name)

    def ended(self, name: str, how: str, seconds: float) -> None:
        """Tells of a stage that has ended and notes what it took."""
        self.left.discard(name)
        self._count += 1
        click.echo(f"{self._count:>4}  {seconds:6.1f} s  {name}{'' if how == 'done' else f': {how}'}{self._rest()}")
        note(self.project, {"stage": name, "how": how, "seconds": round(seconds, 3), "ended": round(time.time(), 1)})

    def _rest(self) -> str:
        """The rest by what its stages took last; at most every fifth line."""
        if self._count % 5 != 1 or not self._earlier:
            return ""
        known = [self._earlier.get(name) or self._earlier.get(kind(name)) for name in self.left]
        if not known or None in known:
            return ""
        return f"  (at most about {sum(second or 0 for second in known) / self.jobs:.0f} s to go)"


def shortened(lines: Sequence[str], shown: int = 3) -> str:
    """The first few of several reasons in one line."""
    more = f" … and {len(lines) - shown} more" if len(lines) > shown else ""
    return "; ".join(lines[:shown]) + more


def estimate(project: Project, found: Plan) -> str:
    """How long it may take at most, one stage after another, if earlier runs have shown it of each."""
    known = earlier(project)
    times = [known.get(name) or known.get(kind(name)) for name in (*found.reasons, *found.follow)]
    if not times or None in times:
        return ""
    return f"; at most about {sum(one or 0 for one in times):.0f} s of work"


def kind(stage: str) -> str:
    """The stage without its round and scope."""
    return stage.partition("@")[0]


def earlier(project: Project) -> dict[str, float]:
    """The seconds that each stage, and each kind of stage, took when it last ran to its end."""
    found: dict[str, float] = {}
    if project.runs().is_file():
        for line in chain.entries(project.read_bytes(project.runs())):
            if "stage" in line and line["how"] == "done":
                found[line["stage"]] = found[kind(line["stage"])] = line["seconds"]
    return found


def note(project: Project, line: Mapping[str, object]) -> str:
    """Adds a line to the record of runs; gives its hash. A full disk is told and stops nothing: stages tell it too."""
    try:
        return chain.append(project.runs(), line, project.runs_head())
    except OSError as problem:
        click.echo(f"the record of runs lacks a line: {problem.strerror}", err=True)
        return ""


def last_lines(project: Project, name: str) -> list[str]:
    """The end of what a stage printed."""
    path = project.stage_log(name)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return [f"    {line}" for line in lines[-LAST_LINES:]]


def failed(project: Project, name: str, why: str) -> str:
    """What is said of a stage that failed: why, its last lines, where the rest lies."""
    lines = [f"{name}: {why}", *last_lines(project, name)]
    return "\n".join([*lines, f"    its whole output: {project.relative(project.stage_log(name))}"])


def recap(failures: Mapping[str, str], skipped: Mapping[str, str]) -> str:
    """All failures again at the end, and what was not tried because of them."""
    lines = [f"{len(failures)} failed; all that did not depend on it was finished"]
    lines += [f"  {name}: {why}" for name, why in sorted(failures.items())]
    if skipped:
        lines.append(f"  not tried: {', '.join(sorted(skipped))}")
    return "\n".join(lines)
