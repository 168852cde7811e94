"""The gate: judges tables by their suites, and writes verdicts and findings.

`records` are judged after decisions, since that is what `clean` uses; the verdict names the bytes of both. A gate that
closes directorates has done its work, and so has one that finds a table unfit: but then no later stage may go on, and
`gate` ends with GateClosedError once all verdicts are written. What cannot be judged by (an unknown expectation, an
empty suite, a stale decision) is an error that writes nothing.
"""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pandas as pd

from pipeline import baseline, decisions, places, verdict
from pipeline import codebook as codebooks
from pipeline.decisions import Accept, named
from pipeline.errors import DecisionError, GateClosedError, unknown
from pipeline.gate import boundaries
from pipeline.gate.case import Case
from pipeline.gate.findings import Outcome, evaluated, findings, shape_findings
from pipeline.gate.findings import verdict as verdict_of
from pipeline.gate.listing import rules
from pipeline.gate.suite import Suite, load, table_of_rule
from pipeline.project import TABLES, Project
from pipeline.verdict import Verdict

__all__ = ["case_of", "case_of_records", "gate", "judge", "load_expectations", "rules", "run_suite", "shape_problems"]

# Without these nobody can say whom a row belongs to.
KEY_COLUMNS = {"records": decisions.KEYS, "measures": ("scope",)}
FED_BY = {"answers": "answers", "choices": "choices", "staff": "staff"}
OTHERS = {"measures": ("facilities",)}
JUDGED_BEFORE = {"measures": ("records", "facilities", "answers", "choices", "staff")}


def gate(project: Project, round_name: str, tables: Sequence[str]) -> dict[str, Verdict]:
    """Judges tables of a round and writes their verdicts and findings; the verdicts by table.

    GateClosedError when a table is unfit as a whole, after everything is written.
    """
    for table in tables:
        if table not in TABLES:
            raise unknown("table", table, TABLES)
    _check_accepted_rules(project, round_name)
    verdicts, unfit = {}, {}
    records = case_of_records(project, round_name, are_places_enough=set(tables) == {"measures"})
    for table in sorted(tables, key=TABLES.index):
        judged, found = judge(case_of(project, round_name, records, table), load(project, table))
        inputs = verdict.input_hashes(project, _inputs(project, round_name, table))
        verdicts[table] = judged.model_copy(update={"round": round_name, "inputs": inputs})
        verdict.write(project, verdicts[table], found)
        if judged.state == "unfit":
            unfit[table] = found
    _stop_if_unfit(project, round_name, unfit)
    return verdicts


def judge(case: Case, suite: Suite) -> tuple[Verdict, pd.DataFrame]:
    """The verdict about a table, and its findings, by a suite that Great Expectations runs."""
    problems = shape_problems(case)
    if problems:
        found = shape_findings(problems)
        return verdict_of(case, suite, found, 0), found
    outcomes = run_suite(case, suite)
    found = findings(case, suite, outcomes)
    return verdict_of(case, suite, found, len(evaluated(suite, outcomes))), found


def run_suite(case: Case, suite: Suite) -> Mapping[str, Outcome]:
    """What Great Expectations found by each rule."""
    found: Mapping[str, Outcome] = load_expectations().evaluate(case, suite)
    return found


def load_expectations() -> ModuleType:
    """`pipeline.gate.expectations`, imported late, since Great Expectations takes seconds."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # before the import: nothing is sent anywhere
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it imports modules that Python will drop one day
        return importlib.import_module("pipeline.gate.expectations")


def shape_problems(case: Case) -> list[tuple[str, str, str]]:
    """What Great Expectations would pass over and call success: (rule, value, expected) each."""
    names = pd.Index(case.frame.columns.astype(str))
    problems = [
        ("column_once", f"{name} stands there twice", "each column once") for name in names[names.duplicated()].unique()
    ]
    needed = list(KEY_COLUMNS.get(case.table, ("facility_id",)))
    reporter = case.codebook.of_field("facilities.directorate_sector")
    needed += reporter.columns if case.table == "records" and reporter else []
    problems += [("key_columns", f"no column {name}", "the columns of the key") for name in needed if name not in names]
    # A form that asks for no staff makes an empty table of staff, and rightly so.
    if case.frame.empty and (case.table not in FED_BY or case.codebook.having_field(FED_BY[case.table])):
        problems.append(("rows", "no rows", "at least one row"))
    return problems


def case_of_records(project: Project, round_name: str, are_places_enough: bool = False) -> Case:
    """All that the gate needs to judge the records of a round, as decisions leave them.

    Measures are judged by who reported what, not by the answers: where `are_places_enough`, and no decision is to be
    applied, only the columns that place a record are read.
    """
    entry = project.round(round_name)
    reference, decided = places.load(project), decisions.load(project, round_name)
    codebook = codebooks.load(project, entry.form)
    reporter = codebook.of_field("facilities.directorate_sector")
    placing = [*decisions.KEYS, *(reporter.columns if reporter else ())]
    records = project.read_table(round_name, "records", placing if are_places_enough and not decided else None)
    if decided:  # else all columns would be copied for nothing
        records = decisions.apply(records, decided, places.facility_ids(records, reference), codebook)
    return Case(
        table="records",
        frame=records,
        round=entry,
        codebook=codebook,
        places=reference,
        records=records,
        account=project.read_json(project.account(round_name)),
        decisions=decided,
    )


def case_of(project: Project, round_name: str, records: Case, table: str) -> Case:
    """The case of a table, made from that of the records, which must be fit."""
    if table == "records":
        earlier = baseline.load(project, round_name, records.places)
        return replace(records, boundaries=boundaries.load(project), baseline=earlier)
    verdict.require(project, round_name, "records")
    return replace(
        records,
        table=table,
        frame=project.read_table(round_name, table),
        others={name: project.read_table(round_name, name) for name in OTHERS.get(table, ())},
        set_aside=frozenset(_set_aside(project, round_name, JUDGED_BEFORE.get(table, ()))),
        indicators=project.read_csv(project.reference("indicators.csv")) if table == "measures" else records.indicators,
    )


def _set_aside(project: Project, round_name: str, tables: Iterable[str]) -> list[str]:
    verdicts = [verdict.require(project, round_name, table) for table in tables]
    return verdict.combined(verdicts).set_aside if verdicts else []


def _inputs(project: Project, round_name: str, table: str) -> list[Path]:
    """The files that a verdict rests on."""
    form = project.round(round_name).form
    return [
        project.table(round_name, table),
        project.table(round_name, "records"),
        project.account(round_name),
        project.decisions(round_name),
        project.suite(table),
        *(project.codebook_sheet(form, sheet) for sheet in ("survey", "choices")),
        *(project.reference(f"{name}.csv") for name in ("directorates", "sectors")),
        *(project.table(round_name, name) for name in OTHERS.get(table, ())),
        *([project.reference("indicators.csv")] if table == "measures" else []),
        *([project.reference(name) for name in (boundaries.FILE, "governorates.csv")] if table == "records" else []),
        *([project.baseline(round_name)] if table == "records" else []),
    ]


def _check_accepted_rules(project: Project, round_name: str) -> None:
    """A decision that accepts a rule which no suite has would never be noticed as stale."""
    decided = decisions.load(project, round_name)
    accepting = [decision for decision in decided if isinstance(decision, Accept)]
    known = table_of_rule(project) if accepting else {}
    strange = [
        f"- {named(decided, decision)}: {unknown('rule', decision.rule, known)}"
        for decision in accepting
        if decision.rule not in known
    ]
    if strange:
        raise DecisionError("\n".join([f"{project.relative(project.decisions(round_name))}:", *strange]))


def _stop_if_unfit(project: Project, round_name: str, unfit: Mapping[str, pd.DataFrame]) -> None:
    """Tells of each unfit table what is wrong with it as a whole, and where to read the rest."""
    if unfit:
        told = [f"{', '.join(unfit)} of {round_name} cannot be used as a whole:"]
        for table, found in unfit.items():
            whole = found[
                (found["severity"] == "critical") & (found["facility_id"] == "") & (found["directorate"] == "")
            ]
            for rule, rows in whole.groupby("rule", sort=False):
                row, more = rows.iloc[0], f" … and {len(rows) - 1} more" if len(rows) > 1 else ""
                told.append(f"- {rule}: {' '.join(filter(None, [row['question'], row['value']]))}{more}")
            told.append(f"  read {project.relative(project.findings(round_name, table))}")
        raise GateClosedError("\n".join(told))
