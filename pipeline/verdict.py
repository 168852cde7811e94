"""Verdicts: what a gate found out about one table, and what the stages after it may do with the table.

data/verdicts/<round>/<table>.json holds counts and states, <table>.findings.csv beside it the findings, one a row.
A directorate is open, provisional (a few facilities are set aside, or a rule is in doubt: shown, never published) or
closed. Iraq is open only if nothing is closed but what was left out by name. A table is *unfit* when something is
wrong with it as a whole: then no later stage may read it. It is *closed* when a directorate or Iraq is.

`inputs` names the bytes that were judged and judged by; "absent" stands for a file that was not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import VerdictError
from pipeline.project import TABLES, Project

FINDING_COLUMNS = (
    "rule", "severity", "directorate", "sector", "facility_id", "question", "value", "expected", "what_to_do",
    "settled_by",
)  # fmt: skip
ABSENT = "absent"
PROVISIONAL_SHARE = 0.01
_AS_THEY_WERE = (
    "{0} is published or closed, so what it was made of stays: take back the bytes of then (`git checkout`, "
    "`dvc checkout`), or open it with `herams round reopen {0} --reason TEXT`"
)

State = Literal["open", "provisional", "closed"]
STATES: tuple[State, ...] = ("open", "provisional", "closed")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Evaluated(_Part):
    """How many expectations the suite holds, and how many were evaluated without an exception."""

    suite: int
    evaluated: int


class RuleCount(_Part):
    """What became of one rule: its findings, how many of them are settled, whether the rule itself is in doubt."""

    rule: str
    severity: Literal["critical", "warning", "info"]
    why: str
    findings: int
    settled: int
    in_doubt: bool


class DirectorateState(_Part):
    """A directorate's state; findings are counted, and the facilities set aside are listed."""

    state: State
    facilities: int
    critical: int
    settled: int
    warnings: int
    set_aside: list[str]


class IraqState(_Part):
    """Whether Iraq's totals may be shown, who is left out of them, who closes them, who has reported nothing."""

    state: State
    left_out: list[str]
    closed: list[str]
    absent: list[str]


class Verdict(_Part):
    """The whole of data/verdicts/<round>/<table>.json."""

    round: str
    table: str
    state: Literal["open", "closed", "unfit"]
    inputs: dict[str, str]
    expectations: Evaluated
    rules: list[RuleCount]
    directorates: dict[str, DirectorateState]
    iraq: IraqState


class Standing(_Part):
    """What holds for a round over several tables: the worst of their verdicts."""

    directorates: dict[str, DirectorateState]
    iraq: IraqState

    @property
    def set_aside(self) -> list[str]:
        """All facilities that are set aside, sorted: no measure may count them."""
        return sorted({facility for state in self.directorates.values() for facility in state.set_aside})

    def of(self, directorates: Iterable[str]) -> State:
        """The state of a page about several directorates: the worst among those that are not left out by name."""
        members = set(directorates) - set(self.iraq.left_out)
        return _worst(self.directorates[slug].state for slug in members if slug in self.directorates)


def input_hashes(project: Project, paths: Iterable[Path]) -> dict[str, str]:
    """The SHA-256 of each file by its path from the root; "absent" for a file that is not there."""
    return {project.relative(path): project.sha256(path) if path.is_file() else ABSENT for path in sorted(set(paths))}


def write(project: Project, verdict: Verdict, findings: pd.DataFrame) -> None:
    """Writes the findings, then the verdict: a verdict never lies there without its findings."""
    project.write_csv(project.findings(verdict.round, verdict.table), findings[list(FINDING_COLUMNS)])
    project.write_json(project.verdict(verdict.round, verdict.table), verdict.model_dump(mode="json"))


def read(project: Project, round_name: str, table: str) -> Verdict:
    """The verdict about a table, whatever it says; VerdictError where there is none that can be read."""
    path = project.verdict(round_name, table)
    again = f"run `herams gate {round_name} {table}`"
    if not path.is_file():
        raise VerdictError(f"{project.relative(path)} is not there: {again}")
    try:
        return Verdict.model_validate(project.read_json(path))
    except (ValidationError, ValueError) as problem:
        raise VerdictError(f"{project.relative(path)} is no verdict: {again} ({problem})") from problem


def read_findings(project: Project, round_name: str, table: str) -> pd.DataFrame:
    """The findings beside a verdict: text cells, in the order of their weight."""
    return project.read_csv(project.findings(round_name, table))


def require(project: Project, round_name: str, table: str) -> Verdict:
    """The verdict about a table as it lies there now, and fit to be read; VerdictError otherwise.

    A round that is published or closed is never judged anew: its verdict holds as long as what is the round's own has
    the bytes that were judged, whatever became of suites, codebooks and reference lists (`judged_before`).
    """
    verdict, is_open = read(project, round_name, table), round_name in project.registry.open
    changed = [path for path in _changed(project, verdict) if is_open or _is_own(project, round_name, path)]
    if changed:
        again = f"run `herams gate {round_name} {table}`" if is_open else _AS_THEY_WERE.format(round_name)
        raise VerdictError(
            f"the verdict about {table} of {round_name} judged other bytes of {', '.join(changed)}: {again}"
        )
    if verdict.state == "unfit":
        raise VerdictError(
            f"{table} of {round_name} is unfit: read {project.relative(project.findings(round_name, table))}, "
            "mend what it lists, and run the round again"
        )
    return verdict


def judged_before(project: Project, round_name: str) -> str:
    """A line where a round that is not open was judged by files that are others now; blank where there are none."""
    if round_name in project.registry.open:
        return ""
    told = [read(project, round_name, table) for table in TABLES if project.verdict(round_name, table).is_file()]
    others = sorted({path for one in told for path in _changed(project, one)})
    others = [path for path in others if not _is_own(project, round_name, path)]
    if not others:
        return ""
    return (
        f"{round_name} is published or closed: its tables were judged before {', '.join(others)} changed, and what was "
        "found then holds"
    )


def _changed(project: Project, verdict: Verdict) -> list[str]:
    """The files that a verdict names and that have other bytes now."""
    now = input_hashes(project, [project.root / path for path in verdict.inputs])
    return [path for path, digest in verdict.inputs.items() if now[path] != digest]


def _is_own(project: Project, round_name: str, path: str) -> bool:
    """Whether a file is of a round alone: a table, its decisions, the list that it was held against."""
    place, own = project.root / path, (project.decisions(round_name), project.baseline(round_name))
    return place in own or place.parent == project.tables(round_name)


def combined(verdicts: Sequence[Verdict]) -> Standing:
    """What holds over several tables of a round: for each directorate and for Iraq the worst of the verdicts."""
    directorates = {
        slug: _over_tables([verdict.directorates[slug] for verdict in verdicts if slug in verdict.directorates])
        for slug in sorted({slug for verdict in verdicts for slug in verdict.directorates})
    }
    left_out = {slug for verdict in verdicts for slug in verdict.iraq.left_out}
    closed = {slug for slug, state in directorates.items() if state.state == "closed"}
    closed |= {slug for verdict in verdicts for slug in verdict.iraq.closed}
    members = [state.state for slug, state in directorates.items() if slug not in left_out]
    closing: list[State] = ["closed"] if closed - left_out else []
    iraq = IraqState(
        state=_worst([*members, *(verdict.iraq.state for verdict in verdicts), *closing]),
        left_out=sorted(left_out),
        closed=sorted(closed - left_out),
        absent=sorted({slug for verdict in verdicts for slug in verdict.iraq.absent}),
    )
    return Standing(directorates=directorates, iraq=iraq)


def state_of_few(critical: int, facilities: int) -> State:
    """The state of a directorate by how many of its facilities have a critical finding: up to 1 % are set aside."""
    if not critical:
        return "open"
    return "provisional" if critical <= PROVISIONAL_SHARE * facilities else "closed"


def _over_tables(states: Sequence[DirectorateState]) -> DirectorateState:
    """One facility may be set aside in each of several tables: together they must still be few."""
    set_aside = sorted({facility for state in states for facility in state.set_aside})
    facilities = max(state.facilities for state in states)
    worst = _worst([*(state.state for state in states), state_of_few(len(set_aside), facilities)])
    return DirectorateState(
        state=worst,
        facilities=facilities,
        critical=sum(state.critical for state in states),
        settled=sum(state.settled for state in states),
        warnings=sum(state.warnings for state in states),
        set_aside=set_aside if worst == "provisional" else [],
    )


def _worst(states: Iterable[State]) -> State:
    return max(states, key=STATES.index, default="open")
