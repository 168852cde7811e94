"""From offences to findings, and from findings to a verdict: what closes what.

- A critical finding about the whole table makes it unfit.
- Critical findings about facilities close their directorate, or leave it provisional where they are at most 1 % of its
  facilities, which are set aside.
- A critical rule that more than 2 % of all facilities break, or half of the directorates (two at least), is in doubt:
  one finding at the top asks to settle the rule, and those who break it stay provisional, not closed; nothing is set
  aside for it. Keys are never in doubt, nor is what no directorate reports.
- Facilities of no known directorate close Iraq only, and are listed first.
- Iraq is closed while a directorate is, unless it is left out by name.
Only what nobody settled counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.decisions import Accept, Decision, Merge, left_out, named
from pipeline.errors import DecisionError
from pipeline.gate.case import ABOUT, Case
from pipeline.gate.suite import Line, Suite
from pipeline.places import UNKNOWN
from pipeline.verdict import (
    FINDING_COLUMNS,
    DirectorateState,
    Evaluated,
    IraqState,
    RuleCount,
    Verdict,
    state_of_few,
)

DOUBTFUL_SHARE = 0.02
IN_DOUBT = "rule in doubt"
RULE_IN_DOUBT = "rule_in_doubt"
SEVERITIES = ("critical", "warning", "info")


@dataclass(frozen=True)
class Outcome:
    """What an expectation found: its offences, or why it could not be evaluated."""

    offences: pd.DataFrame | None
    failure: str = ""


def findings(case: Case, suite: Suite, outcomes: Mapping[str, Outcome]) -> pd.DataFrame:
    """All findings about a table, settled where a decision settles them, the weightiest first."""
    parts = [_of_line(case, line, outcomes.get(line.rule)) for line in suite.expectations]
    found = pd.concat(parts, ignore_index=True)
    found["settled_by"] = _settled(found, suite, evaluated(suite, outcomes), case.decisions)
    doubtful = _doubtful(found, case, [line.rule for line in suite.expectations if not line.never_in_doubt])
    open_doubts = found["rule"].isin(doubtful["rule"]) & _closing(found) & _of_directorate(found)
    found["settled_by"] = found["settled_by"].mask(open_doubts, IN_DOUBT)
    return _in_order(pd.concat([doubtful.drop(columns=["rule"]).assign(rule=RULE_IN_DOUBT), found]))


def evaluated(suite: Suite, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """The rules that were evaluated without an exception, in the suite's order."""
    return tuple(rule for rule in suite.rules if rule in outcomes and outcomes[rule].offences is not None)


MAKE_AGAIN = "Make the table again; if it comes out the same, the stage that makes it is at fault."


def shape_findings(problems: Sequence[tuple[str, str, str]], what_to_do: str = MAKE_AGAIN) -> pd.DataFrame:
    """Findings about a table that cannot be judged at all: (rule, value, expected) each."""
    rows = [
        dict.fromkeys(FINDING_COLUMNS, "")
        | {"rule": rule, "severity": "critical", "value": value, "expected": expected, "what_to_do": what_to_do}
        for rule, value, expected in problems
    ]
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS))


def verdict(case: Case, suite: Suite, found: pd.DataFrame, evaluated_rules: int) -> Verdict:
    """The verdict that follows from the findings; round and inputs are for the caller to name."""
    closing = found[_closing(found) & (found["rule"] != RULE_IN_DOUBT)]
    unfit = bool(((closing["facility_id"] == "") & (closing["directorate"] == "")).any())
    sizes = case.placed.groupby("directorate")["facility_id"].nunique() if evaluated_rules else pd.Series(dtype=int)
    directorates = _directorates(case, found, sizes, unfit)
    iraq = _iraq(case, directorates, found, closing)
    closed = iraq.state == "closed" or any(state.state == "closed" for state in directorates.values())
    return Verdict(
        round="",
        table=case.table,
        state="unfit" if unfit else "closed" if closed else "open",
        inputs={},
        expectations=Evaluated(suite=len(suite.expectations), evaluated=evaluated_rules),
        rules=[_count(line, found) for line in suite.expectations],
        directorates=directorates,
        iraq=iraq,
    )


def _of_line(case: Case, line: Line, outcome: Outcome | None) -> pd.DataFrame:
    """The findings of one rule. A rule that could not be evaluated is critical, whatever its severity."""
    if outcome is None or outcome.offences is None:
        failure = outcome.failure if outcome else "Great Expectations gave no result"
        cure = "Mend the rule, or the table that it met: nothing was judged by it."
        return shape_findings([(line.rule, f"not evaluated: {failure}", "every rule of the suite is evaluated")], cure)
    offences = outcome.offences
    if offences.empty:
        return pd.DataFrame(columns=list(FINDING_COLUMNS), dtype=str)
    roll = case.roll.reindex(offences["row"]).fillna("").reset_index(drop=True)  # the whole table is no row of it
    roll = roll.assign(**{name: offences[name].fillna("") for name in ABOUT if name in offences})
    return pd.DataFrame(
        {
            "rule": line.rule,
            "severity": line.severity,
            **{name: roll[name].astype(str).to_numpy() for name in ("directorate", "sector", "facility_id")},
            **{name: offences[name].astype(str).to_numpy() for name in ("question", "value", "expected")},
            "what_to_do": line.what_to_do,
            "settled_by": "",
        },
        columns=list(FINDING_COLUMNS),
    )


def _settled(found: pd.DataFrame, suite: Suite, rules: Sequence[str], decisions: Sequence[Decision]) -> pd.Series:
    """The decision that settles each finding, blank where none does; DecisionError for an acceptance of nothing."""
    settled = pd.Series("", index=found.index, dtype=str)
    judged = found["rule"].isin(rules)
    by_merge = found["rule"].isin([line.rule for line in suite.expectations if line.settled_by_merge])
    stale = []
    for decision in decisions:
        if isinstance(decision, Merge):
            where = by_merge & found["facility_id"].isin([decision.facility, decision.into])
        elif isinstance(decision, Accept) and decision.rule in suite.rules:
            where = judged & _accepted(found, decision)
            if not where.any():
                stale.append(f"- {named(decisions, decision)} accepts findings of {decision.rule!r} that are no longer "
                             "there: remove it")  # fmt: skip
        else:
            continue
        settled = settled.mask(where & (settled == ""), named(decisions, decision))
    if stale:
        raise DecisionError("\n".join(["decisions that settle nothing:", *stale]))
    return settled


def _accepted(found: pd.DataFrame, decision: Accept) -> pd.Series:
    where = found["rule"] == decision.rule
    for column, wanted in (
        ("facility_id", decision.facility), ("question", decision.question), ("directorate", decision.directorate)
    ):  # fmt: skip
        if wanted:
            where &= found[column] == wanted
    return where


def _closing(found: pd.DataFrame) -> pd.Series:
    return (found["severity"] == "critical") & (found["settled_by"] == "")


def _of_directorate(found: pd.DataFrame) -> pd.Series:
    return (found["facility_id"] != "") & (found["directorate"] != UNKNOWN)


def _doubtful(found: pd.DataFrame, case: Case, rules: Sequence[str]) -> pd.DataFrame:
    """One finding for each of the rules that so many break that the rule itself is in doubt."""
    rows = found[_closing(found) & _of_directorate(found) & found["rule"].isin(rules)]
    facilities = case.placed["facility_id"].nunique()
    directorates = len(set(case.placed["directorate"]) - {UNKNOWN})
    broken = rows.groupby("rule").agg({"facility_id": "nunique", "directorate": "nunique"})
    wide = (broken["facility_id"] > DOUBTFUL_SHARE * facilities) | (broken["directorate"] >= max(2.0, directorates / 2))
    told = [
        dict.fromkeys(FINDING_COLUMNS, "")
        | {
            "rule": str(rule),
            "severity": "critical",
            "question": str(rule),
            "value": f"{row['facility_id']} facilities in {row['directorate']} directorates break it",
            "expected": "at most 2% of all facilities, in fewer than half of the directorates",
            "what_to_do": "Settle the rule: mend the codebook, or accept the rule until a date.",
        }
        for rule, row in broken[wide].iterrows()
    ]
    return pd.DataFrame(told, columns=list(FINDING_COLUMNS))


def _in_order(found: pd.DataFrame) -> pd.DataFrame:
    """What concerns the whole table first, then doubts, then what no directorate reports, then by weight and place."""
    weight = found["severity"].map(SEVERITIES.index)
    whole = (found["facility_id"] == "") & (found["directorate"] == "")
    first = pd.Series(4, index=found.index).mask(found["directorate"] == UNKNOWN, 2).mask(whole, 0)
    # Where the columns are not the codebook's, other rules are in doubt for no other reason.
    first = first.mask(found["rule"] == RULE_IN_DOUBT, 1).where(weight == 0, 4).mask(whole & (weight == 1), 3)
    keyed = found.assign(_first=first, _weight=weight)
    order = ["_first", "_weight", "rule", "directorate", "facility_id", "question", "value", "expected"]
    return keyed.sort_values(order, kind="stable", ignore_index=True)[list(FINDING_COLUMNS)]


def _directorates(case: Case, found: pd.DataFrame, sizes: pd.Series, unfit: bool) -> dict[str, DirectorateState]:
    """The state of each directorate; `sizes` counts its facilities."""
    closing = found[_closing(found)]
    states = {}
    for slug in sorted(case.places.directorates["slug"]):
        own, critical = found[found["directorate"] == slug], closing[closing["directorate"] == slug]
        few = sorted(set(critical["facility_id"]) - {""})
        state = state_of_few(len(few), int(sizes.get(slug, 0)))
        if unfit or (critical["facility_id"] == "").any():
            state = "closed"
        if state == "open" and (own["settled_by"] == IN_DOUBT).any():
            state = "provisional"
        states[slug] = DirectorateState(
            state=state,
            facilities=int(sizes.get(slug, 0)),
            critical=len(critical),
            settled=int(_by_decision(own).sum()),
            warnings=int(((own["severity"] == "warning") & (own["settled_by"] == "")).sum()),
            set_aside=few if state == "provisional" else [],
        )
    return states


def _iraq(
    case: Case, directorates: Mapping[str, DirectorateState], found: pd.DataFrame, closing: pd.DataFrame
) -> IraqState:
    out = left_out(case.decisions)
    closed = [slug for slug, state in directorates.items() if state.state == "closed" and slug not in out]
    closed += [UNKNOWN] if (closing["directorate"] == UNKNOWN).any() else []
    whole = ((closing["facility_id"] == "") & (closing["directorate"] == "")).any()
    shaky = any(state.state == "provisional" for slug, state in directorates.items() if slug not in out)
    doubtful = (found["rule"] == RULE_IN_DOUBT).any()
    return IraqState(
        state="closed" if closed or whole else "provisional" if shaky or doubtful else "open",
        left_out=sorted(set(out)),
        closed=sorted(closed),
        absent=sorted(slug for slug, state in directorates.items() if not state.facilities and not whole),
    )


def _count(line: Line, found: pd.DataFrame) -> RuleCount:
    own = found[found["rule"] == line.rule]
    return RuleCount(
        rule=line.rule,
        severity=line.severity,
        why=line.why,
        findings=len(own),
        settled=int(_by_decision(own).sum()),
        in_doubt=bool((own["settled_by"] == IN_DOUBT).any()),
    )


def _by_decision(found: pd.DataFrame) -> pd.Series:
    return ~found["settled_by"].isin(["", IN_DOUBT])
