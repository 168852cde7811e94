"""The fault matrix as a table: of each fault how many facilities it spoilt, and how many its rule told.

    python tests/bench_faults.py

A round of five directorates without dirt is written with all faults at once, each in facilities of its own, read
again, and judged by the gate. Below it, how many facilities of the country get a warning, without dirt and with it.
"""

from __future__ import annotations

from collections.abc import Iterator

import fault_matrix as matrix
from rich.console import Console
from rich.table import Table

from pipeline import simulate
from pipeline.simulate.faults import FAULTS

FACILITIES, EACH = 1500, 5
COUNTRY = 5205


def main() -> None:
    """Prints the matrix, and the country's findings without faults."""
    Console(width=130).print(faults())
    Console(width=130).print(country())


def faults() -> Table:
    """A row for each fault."""
    made = Table(title=f"{FACILITIES} facilities of five directorates, {EACH} of each fault")
    for name in ("fault", "rule", "severity", "spoilt", "told", "recall", "precision"):
        made.add_column(name, justify="left" if name in ("fault", "rule", "severity") else "right")
    for row in rows():
        made.add_row(*row)
    return made


def rows() -> Iterator[tuple[str, ...]]:
    """Fault, rule, severity, facilities spoilt and told, recall and precision of the rule."""
    draft = matrix.spoilt(matrix.of_each(EACH), facilities=FACILITIES)
    _, found = matrix.judged_by_the_gate(matrix.through_an_export(draft))
    told = matrix.told(draft)
    for fault in [name for name in FAULTS if name in told]:
        rule = FAULTS[fault].rule
        due = matrix.due(told)[rule]
        have = matrix.found_of(found, rule)
        hit = told[fault] & have
        yield (
            fault, rule, matrix.severity(fault), str(len(told[fault])), str(len(hit)),
            f"{len(hit) / len(told[fault]):.2f}", f"{len(have & due) / max(len(have), 1):.2f}",
        )  # fmt: skip


def country() -> Table:
    """Findings about the whole country without faults, by dirt."""
    made = Table(title=f"{COUNTRY} facilities without faults")
    for name in ("dirt", "critical findings", "facilities with a warning", "share of all"):
        made.add_column(name, justify="right")
    for dirt in ("none", "real"):
        content = simulate.simulate(matrix.PROJECT, matrix.ROUND.form, COUNTRY, 1, simulate.Options(dirt=dirt))
        _, found = matrix.judged(matrix.case_of_country(content))
        warned = set(found.loc[found["severity"] == "warning", "facility_id"]) - {""}
        critical = int((found["severity"] == "critical").sum())
        made.add_row(dirt, str(critical), str(len(warned)), f"{len(warned) / COUNTRY:.2%}")
    return made


if __name__ == "__main__":
    main()
