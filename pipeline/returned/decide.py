"""From answers to decisions: what is decided already is passed over, what differs from a decision is a fault."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd
from pydantic import ValidationError

from pipeline.codebook import Codebook
from pipeline.decisions import Accept, Correct, Decision, Exclude, Merge, named
from pipeline.enquiry import OF_MODULE, RIGHT, Enquiry, Source
from pipeline.returned.answers import Answer, Told

Key = tuple[str, str]  # facility and column
REASON = "Answer of the directorate to the question about {rules}"


def decided(
    told: Told, existing: Sequence[Decision], by: Mapping[str, str], source: Source, still_open: Collection[Key]
) -> list[Decision]:
    """New decisions that follow from answers, but for acceptances, which depend on what these leave in doubt."""
    found: dict[Decision, None] = {}
    fresh: list[Answer] = []
    for one in told.answers:
        before = [decision for decision in existing if _about(decision, one)]
        if before and all(_same(decision, one) for decision in before):
            told.notes.append(f"{one.where}: decided already ({named(existing, before[0])})")
        elif before:
            told.faults.append(
                f"{one.where}: {_said(one)}, but {named(existing, before[0])} of the decisions says otherwise "
                f"({_told(before[0])}): ask which holds, and change that decision if this one does"
            )
        elif one.one.key not in still_open:
            told.faults.append(
                f"{one.where}: {one.one.facility_id}, {one.one.column} is in doubt no more: leave it blank"
            )
        else:
            fresh.append(one)
            found |= dict.fromkeys(_made(one, by, source, told.faults))
    told.answers = fresh
    return list(found)


def accepted(
    told: Told, findings: pd.DataFrame, by: Mapping[str, str], until: str, asked: Sequence[Enquiry], form: Codebook
) -> list[Decision]:
    """Acceptances of what was confirmed and is still in doubt once the corrections are made."""
    made: dict[Decision, None] = {}
    answered = {one.one.key for one in told.answers}
    left = [one for one in asked if one.key not in answered]
    for one in (one for one in told.answers if one.action in RIGHT):
        for rule, column in one.one.findings:
            unanswered = [other for other in left if rule in OF_MODULE and _beside(other, one, rule, form)]
            columns = _in_doubt(one, rule, column, findings, form)
            if unanswered:
                note = f"kept open, since {unanswered[0].column} of the same part has no answer"
                told.notes.append(f"{one.where}: {note}")
            elif not columns:
                told.notes.append(f"{one.where}: needs no acceptance, the other answers settle it ({rule})")
            else:
                fields = {"rule": rule, "until": until, "question": columns[0]}
                made |= dict.fromkeys(_valid(one, told.faults, Accept, "accept", by, **fields))
    return list(made)


def _in_doubt(one: Answer, rule: str, column: str, findings: pd.DataFrame, form: Codebook) -> list[str]:
    """The columns by which the findings of a rule that a cell broke still name it."""
    mine = findings["facility_id"].eq(one.one.facility_id) & findings["rule"].eq(rule) & findings["settled_by"].eq("")
    columns = [str(name) for name in findings.loc[mine, "question"]]
    if rule in OF_MODULE:
        module = form.by_column[one.one.column].module
        return [name for name in columns if form.by_column[name].module == module]
    return [name for name in columns if name == column]


def _beside(other: Enquiry, one: Answer, rule: str, form: Codebook) -> bool:
    """Whether an enquiry belongs to the same finding about a module."""
    same = other.facility_id == one.one.facility_id and rule in other.rules
    return same and form.by_column[other.column].module == form.by_column[one.one.column].module


def _made(one: Answer, by: Mapping[str, str], source: Source, faults: list[str]) -> list[Decision]:
    """The decisions of an answer; none for one that confirms."""
    if one.action == "exclude":
        return _valid(one, faults, Exclude, "exclude", by)
    if one.action == "double":
        return _valid(one, faults, Merge, "merge", by, into=one.now)
    made: list[Decision] = []
    if one.action in ("correct", "blank"):
        for column, was in _cells(one, source):
            made += _valid(one, faults, Correct, "correct", by, question=column, was=was, now=one.now)
    return made


def _cells(one: Answer, source: Source) -> list[tuple[str, str]]:
    """The cells that an answer changes: a rank that is made blank takes those after it along."""
    question = source.codebook.by_column[one.one.column]
    cells = [(one.one.column, one.one.value)]
    if one.action == "blank" and question.ranks:
        row = int((source.placed["facility_id"] == one.one.facility_id).to_numpy().argmax())
        later = question.columns[question.columns.index(one.one.column) + 1 :]
        cells += [(column, source.cell(row, column)) for column in later if source.cell(row, column)]
    return cells


def _valid(
    one: Answer, faults: list[str], kind: type[Decision], word: str, by: Mapping[str, str], **fields: str
) -> list[Decision]:
    """The decision, or none, and what is wrong with it: a telephone number in a remark, for instance."""
    reason = one.remark or REASON.format(rules=", ".join(one.one.rules))
    told = {"decision": word, "facility": one.one.facility_id, **fields, "reason": reason, **by}
    try:
        return [kind.model_validate(told)]
    except ValidationError as problem:
        own = [error for error in problem.errors() if error["loc"][-1] not in by]  # the letter's are told once, there
        faults += [f"{one.where}: {error['loc'][-1]}: {error['msg']}" for error in own]
        return []


def _about(decision: Decision, one: Answer) -> bool:
    """Whether a decision that exists speaks of what an answer is about."""
    facility, column = one.one.key
    if isinstance(decision, Correct):
        return decision.facility == facility and decision.question == column
    if isinstance(decision, Exclude | Merge):
        # A double report may still have its answers corrected.
        whole = isinstance(decision, Exclude) or one.action in ("double", "exclude")
        return decision.facility == facility and whole
    if isinstance(decision, Accept):
        named_columns = {named_column for rule, named_column in one.one.findings if rule == decision.rule}
        return decision.facility == facility and decision.question in {*named_columns, column}
    return False


def _same(decision: Decision, one: Answer) -> bool:
    if isinstance(decision, Correct):
        return one.action in ("correct", "blank") and decision.now == one.now
    if isinstance(decision, Merge):
        return one.action == "double" and decision.into == one.now
    if isinstance(decision, Accept):
        return one.action in RIGHT
    return one.action == decision.decision


def _said(one: Answer) -> str:
    return f"{one.one.facility_id}, {one.one.column}: {one.action}" + (f" {one.now!r}" if one.now else "")


def _told(decision: Decision) -> str:
    return f"{decision.decision} {getattr(decision, 'now', '') or getattr(decision, 'into', '')}".strip()
