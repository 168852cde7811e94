"""The reports beyond a round's own: every subject for every scope, made when they are asked for (`herams run --all`).

DVC does not know of them: some 280 stages more for each round would cost it minutes, and their receipts tell as surely
whether they are up to date. The scheduler sees them as a graph like DVC's: a brief stage, and reports that follow it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import receipt
from pipeline.errors import HeramsError
from pipeline.project import Project
from pipeline.run import plan, told
from pipeline.run.graph import Begun, Command

Which = tuple[str, str, str]


@dataclass
class More:
    """Reports that are wanted, each after the briefs of its round."""

    project: Project
    steps: list[str]
    upstream: dict[str, set[str]]
    _reports: Mapping[str, Which]
    _briefs: Mapping[str, str]
    _declared: Sequence[plan.Stage]

    def begin(self, name: str) -> Begun:
        """Asks whether a step must be done: briefs that were cut of other tables, a report with another receipt."""
        if name in self._briefs:
            is_current = _is_cut(self.project, self._briefs[name])
        else:
            is_current = _is_made(self.project, self._reports[name])
        return Begun.UNCHANGED if is_current else Begun.READY

    def begin_again(self, _name: str) -> Begun:
        """A report is moved to its place at one stroke, so a lost one has left nothing that must be cleared."""
        return Begun.READY

    def command(self, name: str) -> Command:
        """The command line of a step."""
        words = ("brief", self._briefs[name], "--all") if name in self._briefs else ("report", *self._reports[name])
        files = self._of_briefs(self._briefs[name]) if name in self._briefs else self._of_report(self._reports[name])
        return Command((f"herams {' '.join(words)}",), str(self.project.root), dict(os.environ), None, files)

    def _of_briefs(self, round_name: str) -> tuple[str, ...]:
        """What these briefs may be cut from: what the round's own are."""
        own = next(stage for stage in self._declared if stage.name == f"brief@{round_name}")
        return (*own.inputs, *own.parameters, self.project.relative(self.project.more_briefs(round_name)))

    def _of_report(self, which: Which) -> tuple[str, ...]:
        """What a report may read: its brief, what any report of a domain reads, and its own folder."""
        own = next(stage for stage in self._declared if stage.name.startswith(f"report-domain@{which[0]}-"))
        notebook = self.project.notebook(self.project.registry.reports[which[2]].notebook)
        places = map(self.project.relative, (notebook, self.project.brief(*which), self.project.receipt(*which).parent))
        return (*own.inputs, *own.parameters, *places)

    def finish(self, name: str) -> None:
        """Notes of which tables the briefs were cut; a report without a page is an error."""
        if name in self._briefs:
            round_name = self._briefs[name]
            self.project.write_text(self.project.more_briefs_note(round_name), _cut_of(self.project, round_name))
        elif not _is_made(self.project, self._reports[name]):
            raise HeramsError(f"{name}: it ended well, and left no page that its receipt speaks of")
        else:
            note(self.project, self._reports[name])

    def stale(self) -> list[str]:
        """The steps that would have to be done, as far as can be told before any is."""
        return [name for name in self.steps if self.begin(name) is Begun.READY]

    def write(self, whole: bool = True) -> None:
        """Nothing: receipts are the lock of these reports."""


def note(project: Project, which: Which) -> None:
    """Notes the receipt of a report in the record of runs: neither DVC nor git knows its bytes."""
    path = project.receipt(*which)
    told.note(project, {"receipt": project.relative(path), "sha256": project.sha256(path)})


def more(project: Project, rounds: Iterable[str], scope: str | None) -> More:
    """All reports of these rounds, or of one scope of them, that are not made whenever the round is."""
    briefs = {f"brief-more@{name}": name for name in rounds}
    reports = {
        f"report-more@{'-'.join(which)}": which for name in briefs.values() for which in _of(project, name, scope)
    }
    upstream: dict[str, set[str]] = {name: set() for name in briefs}
    upstream |= {name: {f"brief-more@{which[0]}"} for name, which in reports.items()}
    return More(project, [*briefs, *reports], upstream, reports, briefs, plan.declared(project))


def _of(project: Project, round_name: str, scope: str | None) -> Iterator[Which]:
    for one in [scope] if scope else project.scopes:
        for report in project.registry.more_reports_of(one):
            yield round_name, one, report


def _cut_of(project: Project, round_name: str) -> str:
    """What the briefs of a round are cut of: the bytes that DVC's lock names for its own briefs."""
    entry = plan.locked(project).get(f"brief@{round_name}", {})
    cut_of = {name: entry.get(name) for name in ("deps", "params")}
    return hashlib.sha256(json.dumps(cut_of, sort_keys=True, default=str).encode("utf-8")).hexdigest()


def _is_cut(project: Project, round_name: str) -> bool:
    note = project.more_briefs_note(round_name)
    return note.is_file() and project.read_text(note) == _cut_of(project, round_name)


def _is_made(project: Project, which: Which) -> bool:
    """Whether a report's receipt names what it would be made of now, and its pages lie there as they were made."""
    place = project.receipt(*which)
    if not place.is_file():
        return False
    said: dict[str, Any] = project.read_json(place)
    if said["id"] != receipt.declare(project, *which).id:
        return False
    pages = {name: project.root / name for name in said["outputs"]}
    return all(path.is_file() and project.sha256(path) == said["outputs"][name] for name, path in pages.items())
