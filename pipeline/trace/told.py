"""What `herams trace` says to a person; `--json` and `--csv` hold all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.decisions import Decision
from pipeline.indicators import REASONS
from pipeline.spelling import counted
from pipeline.trace import Back, Trace
from pipeline.trace.members import NUMBERS, ROLES

SHOWN, ANSWERS = 20, 12
# What each role is called above its list.
HEADS = {
    "numerator": "In the numerator",
    "denominator": "In the denominator only",
    "missing": "Left out: the answer is missing",
    "not asked": "Left out: not asked",
    "counted once": "Counted once, with the facility that they repeat",
    "set aside": "Set aside by a provisional verdict",
    "left out": "Of a directorate that is left out by name",
    "excluded": "Excluded by a decision",
    "not in the round": "On the last list only, not in this round",
    "not concerned": "Not among those that the number is about",
}


def json_text(told: Trace | Back) -> str:
    """A trace for a program to read."""
    return json.dumps(told.as_json(), ensure_ascii=False, indent=2, sort_keys=True)


def text(trace: Trace) -> str:
    """A number, and the facilities behind it by what they are to it."""
    return "\n".join([*_number(trace), *_members(trace), *_decisions(trace.decisions), *_where(trace)])


def _number(trace: Trace) -> Iterator[str]:
    group, parts, sums = trace.group, trace.definition.parts, trace.sums
    cut = f"{group.dimension}={group.group}" if group.group else "all"
    yield f"{trace.indicator} · {parts['name']} · {trace.round_name} · {group.scope} · {cut}"
    for name in ("numerator", "denominator", "source", "note"):
        if name in parts:
            yield f"  {name}: {parts[name]}"
    if sums.numerator is None:
        yield f"  no number: {REASONS.get(sums.reason, sums.reason)}"
    else:
        below = "" if sums.denominator is None else f" of {sums.denominator}"
        yield f"  {sums.numerator}{below} · missing {sums.missing} · not asked {sums.not_asked}"


def _members(trace: Trace) -> Iterator[str]:
    table = trace.members
    for role in ROLES:
        mine = table[table["role"] == role]
        if mine.empty:
            continue
        adds = ", ".join(f"{name} {mine[name].sum()}" for name in NUMBERS if mine[name].any())
        facilities = counted(len(mine), "facility", "facilities")
        yield f"\n{HEADS[role]}: {facilities}" + (f" ({adds})" if adds else "")
        for row in mine.head(SHOWN).to_dict("records"):
            yield _member({str(name): cell for name, cell in row.items()})
        if len(mine) > SHOWN:
            yield f"  … and {len(mine) - SHOWN} more: --csv FILE or --json lists all"


def _member(row: Mapping[str, Any]) -> str:
    counts = " ".join(f"{name} {row[name]}" for name in NUMBERS if row[name] > 1)
    cells, more = row["answers"][:ANSWERS], len(row["answers"]) - ANSWERS
    told = [
        f"  {row['facility_id']}  {row['name_en'] or row['name_local']}",
        "; ".join(row["rows"]) or "no row in the export",
        row["part"],
        f"repeats {row['same_as']}" if row["same_as"] else "",
        counts,
        " ".join(cells) + (f" … and {more} more" if more > 0 else ""),
        ", ".join(row["decisions"]),
    ]
    return " | ".join(part for part in told if part)


def _decisions(decided: Mapping[str, Decision]) -> Iterator[str]:
    if decided:
        yield "\nDecisions that touched them"
    for name, decision in decided.items():
        yield f"  {name}: {_decision(decision)}"


def _decision(decision: Decision) -> str:
    own = decision.model_dump(exclude={"decision", "reason", "role", "office", "date", "letter"})
    what = " ".join(f"{name}={value}" for name, value in own.items() if value)
    letter = f", letter {decision.letter}" if decision.letter else ""
    return f"{what}; {decision.reason} ({decision.role}, {decision.office}, {decision.date}{letter})"


def _where(trace: Trace) -> Iterator[str]:
    yield ""
    if trace.agreement.reports:
        yield f"Printed from the briefs of {', '.join(trace.agreement.reports)}"
    if trace.agreement.silent:
        yield f"Closed, so without numbers: {', '.join(trace.agreement.silent)}"
    if not trace.agreement.reports and not trace.agreement.silent:
        yield "No brief that lies here holds this number"
    yield from _end(trace.agreement.problems, "The facilities give exactly what measures and these briefs have.")


def _end(problems: Sequence[str], well: str) -> Iterator[str]:
    yield from (f"DIFFERS: {problem}" for problem in problems) if problems else [well]


def text_back(told: Back) -> str:
    """A facility with its rows, its decisions and findings, and the numbers that it counts in."""
    about = told.about
    lines = [
        f"{about['facility_id']} · {about['name_en']} · {about['name_local']} · {told.round_name}",
        "  " + " · ".join(about[name] for name in ("type", "directorate", "sector", "governorate", "status")),
        f"  in the export: {'; '.join(told.rows) or 'no row'}",
        *([f"  a declared double report of {about['same_as']}"] if about["same_as"] else []),
        *(f"  {word}" for word in told.judged),
    ]
    return "\n".join([*lines, *_decisions(told.decisions), *_findings(told.findings), *_counted(told)])


def _findings(findings: pd.DataFrame) -> Iterator[str]:
    if len(findings):
        yield "\nFindings about it"
    for row in findings.to_dict("records"):
        settled = f", settled by {row['settled_by']}" if row["settled_by"] else ""
        question = f" {row['question']}={row['value']}" if row["question"] else f" {row['value']}".rstrip()
        yield f"  {row['severity']} {row['rule']}{question}: expected {row['expected']}{settled}"


def _counted(told: Back) -> Iterator[str]:
    """The numbers of the facility, indicator by indicator; most are cut in the same groups, so these have a letter."""
    keys = ["scope", "dimension", "group"]
    lines, letters = [], dict[str, str]()
    for (indicator, part), rows in told.counted.groupby(["indicator", "part"], sort=False):
        whole = rows[~rows["dimension"].isin(("cadre", "module"))]
        adds = " ".join(f"{name} {whole.iloc[0][name]}" for name in NUMBERS if whole.iloc[0][name])
        groups = ", ".join(f"{scope} {cut}={group}" if group else scope for scope, cut, group in whole[keys].to_numpy())
        letter = letters.setdefault(groups, f"groups {len(letters) + 1}")
        lines.append(f"  {indicator}{f' ({part})' if part else ''}: {adds} | {letter}")
    yield f"\nIt counts in {counted(len(told.counted), 'number')} of these groups"
    yield from (f"  {letter}: {groups}" for groups, letter in letters.items())
    yield from ["", *lines, ""]
    yield from _end(told.problems, "Each of these numbers stands in measures.")
