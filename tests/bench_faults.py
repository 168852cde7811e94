"""The fault matrix as a table: of each fault how many facilities it spoilt, and how many its rule told.

A round of five directorates without dirt is written with all faults at once, each in facilities of its own, read
again, and judged by the gate. Beside it, how many facilities of the country get a warning, without dirt and with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fault_matrix as matrix

from pipeline import simulate
from pipeline.simulate.faults import FAULTS

FACILITIES, EACH = 1500, 5
COUNTRY = 5205
HEADS = ("fault", "rule", "severity", "spoilt", "told", "recall", "precision")
COUNTRY_HEADS = ("dirt", "critical findings", "facilities with a warning", "share of all")


def rows(_project: Path) -> Iterator[tuple[str, ...]]:
    """Fault, rule, severity, facilities spoilt and told, recall and precision of the rule."""
    yield from _found(matrix.of_each(EACH), is_since=False)
    yield from _found(dict.fromkeys(matrix.SINCE, EACH), is_since=True)


def _found(wanted: dict[str, int], is_since: bool) -> Iterator[tuple[str, ...]]:
    """The rows of some faults; those that only the last list shows are held against the facilities before them."""
    draft = matrix.spoilt(wanted, facilities=FACILITIES)
    case = matrix.through_an_export(draft)
    _, found = matrix.judged_by_the_gate(matrix.since(draft, case) if is_since else case)
    told = matrix.told(draft)
    due_of = matrix.of_rules(told) if is_since else matrix.due(told)
    for fault in [name for name in FAULTS if name in told]:
        rule = FAULTS[fault].rule
        due, have = due_of[rule], matrix.found_of(found, rule)
        hit = told[fault] & have
        yield (
            fault, rule, matrix.severity(fault), str(len(told[fault])), str(len(hit)),
            f"{len(hit) / len(told[fault]):.2f}", f"{len(have & due) / max(len(have), 1):.2f}",
        )  # fmt: skip


def country(_project: Path) -> Iterator[tuple[str, ...]]:
    """Findings about the whole country without faults, by dirt."""
    for dirt in ("none", "real"):
        content = simulate.simulate(matrix.PROJECT, matrix.ROUND.form, COUNTRY, 1, simulate.Options(dirt=dirt))
        _, found = matrix.judged(matrix.case_of_country(content))
        warned = set(found.loc[found["severity"] == "warning", "facility_id"]) - {""}
        critical = int((found["severity"] == "critical").sum())
        yield dirt, str(critical), str(len(warned)), f"{len(warned) / COUNTRY:.2%}"
