"""The gate beside other ways of making the same checks, for `make bench`: CPU seconds after import, of one machine.

    python tests/bench_gate.py PROJECT      all of it; PROJECT has a round whose tables have been made

The *same checks* are those that follow from the codebook: value sets, numbers and bounds, skip logic, barriers, ranks,
exclusive options, required answers. They are written straight in pandas and in polars, from the same codebook, without
a gate around them; all three must break on the same facilities. One built-in expectation for each column is too slow to
wait for: some are measured, on the whole frame, which each of them filters anew; what one more of them costs is
multiplied by the number of columns that have values to be checked.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bench_stages
import pandas as pd

ROUND = "demo-2023"
DERIVED = (
    "value_sets", "numbers", "coordinates_in_iraq", "skip_logic", "skip_logic_inpatient", "barriers", "ranks",
    "exclusive_choices", "required_answers",
)  # fmt: skip
BUILT_IN = 12  # expectations measured
COPIES = (1, 10, 40)


def rows(project: Path) -> Iterator[tuple[str, float, str, float]]:
    """What was measured, its figure, what it is set against, and the figure of that."""
    # The round's tables, which the gate judges.
    subprocess.run([sys.executable, "-m", "pipeline", "round", "simulate", ROUND], cwd=project, check=True)
    bench_stages.part("data", project)
    made = {name: part(name, project) for name in ("gate", "pandas", "polars", "built_in")}
    whole = made["gate"]["whole"]
    yield "gate records, all rules (CPU)", whole, "the round's limit", 1.5
    yield "  its peak memory, in GB", made["gate"]["memory"], "the limit", 1.5
    derived = made["gate"]["derived"]
    yield "derived rules in the gate (CPU)", derived, "written straight in pandas", made["pandas"]["checks"]
    yield "derived rules in the gate (CPU)", derived, "written straight in polars", made["polars"]["checks"]
    yield "one built-in expectation a column (CPU)", made["built_in"]["whole"], "derived rules in the gate", derived
    yield "gate facts (CPU)", made["gate"]["facts"], "gate records", whole
    yield "gate measures (CPU)", made["gate"]["measures"], "gate records", whole
    base = 0.0
    for copies in COPIES:
        told = part("copies", project, str(copies))
        base = base or told["whole"]
        yield f"gate records, {copies} times the facilities (CPU)", told["whole"], f"{copies} times one", copies * base
        yield "  its peak memory, in GB", told["memory"], "the limit", 8.0
    for name in ("pandas", "polars"):
        if made[name]["broken"] != made["gate"]["broken"]:
            raise SystemExit(f"the gate and {name} differ: {made['gate']['broken']} and {made[name]['broken']}")


def part(name: str, project: Path, *words: str) -> dict[str, float]:
    """What a part measured in a process of its own."""
    command = [sys.executable, __file__, str(project), name, *words]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(run.stdout.splitlines()[-1]))


def seconds(work: Callable[[], Any], times: int = 2) -> tuple[float, Any]:
    """The least CPU seconds of some runs, and what the last of them gave."""
    found, result = [], None
    for _ in range(times):
        begun = time.process_time()
        result = work()
        found.append(time.process_time() - begun)
    return min(found), result


def memory() -> float:
    """The peak memory of this process, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def gate_itself(project: Path) -> dict[str, Any]:
    """The stages, then all rules and the derived ones on records that are read."""
    from pipeline import gate
    from pipeline.gate import suite
    from pipeline.project import Project

    found, here = Project(project), case(project)
    records = suite.load(found, "records")
    gate.load_expectations()
    gate.judge(fresh(here, here.records.head(50)), records)  # parses every condition once
    whole, _ = seconds(lambda: gate.gate(found, ROUND, ["records"]))
    used = memory()
    some = records.model_copy(update={"expectations": [e for e in records.expectations if e.rule in DERIVED]})
    derived, (_, told) = seconds(lambda: gate.judge(fresh(here, here.records), some))
    facts, _ = seconds(lambda: gate.gate(found, ROUND, ["facilities", "answers", "choices", "staff"]))
    measures, _ = seconds(lambda: gate.gate(found, ROUND, ["measures"]))
    broken = told.loc[told["rule"] != "rule_in_doubt", "facility_id"].nunique()
    return {"whole": whole, "derived": derived, "facts": facts, "measures": measures, "memory": used, "broken": broken}


def copies(project: Path, times: str) -> dict[str, Any]:
    """All rules on so many times the records, each copy with ids, codes, names and places of its own."""
    from pipeline import gate
    from pipeline.gate import suite
    from pipeline.project import Project

    here = case(project)
    records = pd.concat([copy(here.records, number) for number in range(int(times))], ignore_index=True)
    account = dict(here.account) | {"responses": len(records), "kept": len(records), "dropped": {}}
    many = replace(fresh(here, records), account=account)
    rules = suite.load(Project(project), "records")
    gate.load_expectations()
    gate.judge(fresh(here, here.records.head(50)), rules)
    whole, _ = seconds(lambda: gate.judge(fresh(many, records), rules), 1)
    return {"whole": whole, "memory": memory()}


def copy(records: pd.DataFrame, number: int) -> pd.DataFrame:
    """The records as those of other facilities, some kilometres away."""
    own = {"subject_id": records["subject_id"] + f"n{number}", "MoSD1": records["MoSD1"] + str(number)}
    own |= {name: records[name] + f" {number}" for name in ("MoSD2en", "MoSD2ar")}
    for name, step in (("MoSDGPS_SQ001", 0.003), ("MoSDGPS_SQ002", 0.004)):
        moved = (pd.to_numeric(records[name], errors="coerce") + step * number).map("{:.6f}".format)
        own[name] = moved.where(records[name] != "", "").astype("str")
    return records.assign(**own) if number else records


def case(project: Path) -> Any:
    """The case of the round's records."""
    from pipeline import gate
    from pipeline.project import Project

    return gate.case_of_records(Project(project), ROUND)


def fresh(known: Any, records: pd.DataFrame) -> Any:
    """The case of some records of which nothing is known yet."""
    return replace(known, frame=records, records=records, known=type(known.known)())


def built_in(project: Path) -> dict[str, Any]:
    """One expectation of Great Expectations' own for each column, on the whole frame; a few are measured."""
    import great_expectations as gx
    from great_expectations.validator.v1_validator import Validator

    from pipeline import gate

    module = gate.load_expectations()
    here = case(project)
    columns = [(c, q) for q in here.codebook.questions if q.canonical for c in here.answered(q) if here.filled[c].any()]
    step = len(columns) // BUILT_IN
    expectations = [
        gx.expectations.ExpectColumnValuesToBeInSet(column=column, value_set=[*question.canonical, "1", ""])
        for column, question in columns[::step][:BUILT_IN]
    ]
    times = []
    for some in (expectations[: BUILT_IN // 2], expectations):
        suite = gx.ExpectationSuite("one a column", expectations=some)
        validator: Validator = module._validator(here)
        times.append(seconds(lambda v=validator, s=suite: v.validate_expectation_suite(s), 1)[0])
    each = (times[1] - times[0]) / (BUILT_IN - BUILT_IN // 2)  # without what a run costs however many there are
    return {"whole": each * len(columns), "columns": len(columns)}


def straight(project: Path, engine: str) -> dict[str, Any]:
    """The same checks in pandas or polars: the rows that break each of them."""
    import polars as pl

    from pipeline.relevance import OdkParser

    here = case(project)
    parse = OdkParser().parse
    trees = {
        text: parse(re.sub(r"\$\{([^}]+)\}", r"$\1", text))
        for q in here.codebook.questions
        for text in (q.relevant, q.required, q.constraint, q.calculation, *(g.relevant for g in q.groups))
        if text
    }
    checks = Checks(here.codebook, trees, set(here.records.columns))
    if engine == "pandas":
        frame = here.records
        work: Callable[[], Any] = lambda: checks.rows(PandasEngine(frame))  # noqa: E731
    else:
        table = pl.from_pandas(here.records)
        work = lambda: checks.rows(PolarsEngine(table))  # noqa: E731
    took, broken = seconds(work)
    return {"checks": took, "broken": len(broken), "memory": memory()}


class PandasEngine:
    """Columns of a frame; each check is evaluated as it is asked for."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def column(self, name: str) -> Any:
        return self.frame[name]

    def is_in(self, name: str, words: list[str]) -> Any:
        return self.frame[name].isin(words)

    def matches(self, name: str, pattern: str) -> Any:
        return self.frame[name].str.fullmatch(pattern)

    def number(self, name: str) -> Any:
        return pd.to_numeric(self.frame[name], errors="coerce")

    def rows(self, checks: list[Any]) -> set[int]:
        return {int(row) for check in checks for row in check.index[check.fillna(False)]}


class PolarsEngine:
    """Expressions on a table; all checks are evaluated at once."""

    def __init__(self, table: Any) -> None:
        import polars as pl

        self.table, self.pl = table, pl

    def column(self, name: str) -> Any:
        return self.pl.col(name)

    def is_in(self, name: str, words: list[str]) -> Any:
        return self.pl.col(name).is_in(words)

    def matches(self, name: str, pattern: str) -> Any:
        return self.pl.col(name).str.contains(f"^(?:{pattern})$")

    def number(self, name: str) -> Any:
        return self.pl.col(name).cast(self.pl.Float64, strict=False)

    def rows(self, checks: list[Any]) -> set[int]:
        named = [check.fill_null(False).alias(str(number)) for number, check in enumerate(checks)]
        found = self.table.lazy().select(named).collect()
        return {row for name in found.columns for row in found[name].arg_true().to_list()}


class Checks:
    """Every check of the codebook, as expressions that both engines understand."""

    def __init__(self, codebook: Any, trees: dict[str, Any], columns: set[str]) -> None:
        self.codebook, self.trees, self.have = codebook, trees, columns

    def rows(self, engine: Any) -> set[int]:
        """The rows that break any check."""
        return set(engine.rows([check for q in self.codebook.questions for check in self.of(engine, q)]))

    def of(self, engine: Any, question: Any) -> Iterator[Any]:
        """The checks of one question: where it is broken."""
        columns = [name for name in question.columns if name in self.have]
        if question.type == "calculate" or question.is_personal or not columns:
            return
        given = [engine.column(name) != "" for name in columns]
        yield from self.values(engine, question, columns, given)
        any_given = given[0]
        for one in given[1:]:
            any_given = any_given | one
        conditions = [self.holds(engine, g.relevant, question) for g in question.groups if g.relevant]
        if question.relevant:
            conditions.append(self.holds(engine, question.relevant, question))
        asked = None
        for condition in conditions:
            yield any_given & ~condition
            asked = condition if asked is None else asked & condition
        if question.required and question.field not in ("facilities.latitude", "facilities.longitude"):
            wanted = self.holds(engine, question.required, question)
            due = ~any_given if wanted is True else ~any_given & wanted
            yield due if asked is None else due & asked

    def values(self, engine: Any, question: Any, columns: list[str], given: list[Any]) -> Iterator[Any]:
        """Unknown codes, numbers that are none or out of bounds, ranks, options that exclude one another."""
        for name, one in zip(columns, given, strict=True):
            if question.type in ("select_one", "rank"):
                yield one & ~engine.is_in(name, list(question.canonical))
            elif question.type == "select_multiple":
                yield one & (engine.column(name) != "1")
            elif question.type in ("integer", "decimal"):
                yield one & ~engine.matches(name, r"-?\d+" if question.type == "integer" else r"-?\d+(?:\.\d+)?")
                if question.constraint:
                    yield one & ~self.holds(engine, question.constraint, question)
        if question.type == "rank":
            for place in range(1, len(columns)):
                yield given[place] & ~given[place - 1]
                for before in range(place):
                    yield given[place] & (engine.column(columns[place]) == engine.column(columns[before]))
        if question.type == "select_multiple" and question.constraint:
            none = columns[[option.canonical for option in question.options].index("none")]
            for name in columns:
                if name != none:
                    yield (engine.column(none) == "1") & (engine.column(name) == "1")

    def holds(self, engine: Any, text: str, question: Any) -> Any:
        """A condition as an expression; True where it always holds."""
        return True if text == "true()" else self.node(engine, self.trees[text], question)

    def node(self, engine: Any, node: Any, question: Any) -> Any:
        """A node of a parsed condition as an expression."""
        if node.symbol in ("and", "or"):
            left, right = (self.node(engine, child, question) for child in node)
            return left & right if node.symbol == "and" else left | right
        if node.symbol == "(":
            return self.node(engine, node[0], question)
        if node.symbol == "not":
            return ~self.node(engine, node[0], question)
        if node.symbol == "if":
            return self.node(engine, node[0], question)
        return self.compared(engine, node, question)

    def compared(self, engine: Any, node: Any, question: Any) -> Any:
        """A comparison of a question with a text, of a number with its bound, or of a calculation with 1."""
        name = question.columns[0] if node[0].symbol == "." else str(node[0][0].value)
        own = self.codebook.by_name.get(name)
        if own is not None and own.type == "calculate":
            return self.node(engine, self.trees[own.calculation], own)
        if node.symbol in ("=", "!="):
            value = engine.column(name)
            return value == node[1].value if node.symbol == "=" else value != node[1].value
        number, bound = engine.number(name), float(node[1].value)
        return number >= bound if node.symbol == ">=" else number <= bound


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "gate": gate_itself,
    "copies": copies,
    "built_in": built_in,
    "pandas": lambda project: straight(project, "pandas"),
    "polars": lambda project: straight(project, "polars"),
}

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[2]](Path(sys.argv[1]), *sys.argv[3:])))  # noqa: T201
