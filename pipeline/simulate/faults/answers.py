"""Faults of answers that break the codebook: unknown codes, numbers, skip logic, barriers, ranks, exclusive options."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.codebook import Question
from pipeline.errors import UsageError
from pipeline.relevance import NOT_ASKED, SKIPPED
from pipeline.simulate.faults.draft import Cells, Draft, Where, each, everyone
from pipeline.simulate.tables import Flags

UNKNOWN_CODE = "Z9"


def service(draft: Draft) -> Question:
    """A service that every facility is asked, and that no other answer rests on."""
    services = (item for item in draft.free_items.get("service", ()) if item.rule is None)
    return draft.first(services, "a service that is asked of all")


def _service_is(*words: str) -> Where:
    return lambda draft: draft.answers(service(draft), *words)


def _first_barrier(draft: Draft, row: int) -> Cells:
    barrier = draft.barrier_of(service(draft))
    return {barrier.columns[0]: barrier.options[0].code}


def _no_barrier(draft: Draft, row: int) -> Cells:
    return dict.fromkeys(draft.barrier_of(service(draft)).columns, "")


def _dependent(draft: Draft) -> Question:
    """A count that the form asks only after a certain answer."""
    counts = (q for q in draft.codebook.questions if q.type == "integer" and q.relevant and not q.field)
    return draft.first(counts, "a count that only some are asked")


def _is_not_asked(question: Callable[[Draft], Question]) -> Where:
    return lambda draft: np.asarray(draft.level(question(draft)) == NOT_ASKED)


def _of_inpatients(draft: Draft) -> Question:
    services = (item for item in draft.free_items.get("service", ()) if item.rule == 8)
    return draft.first(services, "a service of inpatient facilities")


def _is_stopped(draft: Draft) -> Flags:
    return np.asarray(draft.level(draft.question("building_condition")) == SKIPPED)


def _whole_building(draft: Draft, row: int) -> Cells:
    question = draft.question("building_condition")
    return {question.columns[0]: draft.code_of(question, "not_damaged")}


def _ranked(draft: Draft) -> Question:
    """A ranked question with options enough for three ranks, which nothing else rests on."""
    ranked = (q for q in draft.codebook.having_field("choices") if q.type == "rank" and q.rule == 6)
    return draft.first((q for q in ranked if q.ranks > 2 and len(q.options) > 3), "a question of three ranks")


def _one_rank(draft: Draft) -> Flags:
    filled = np.column_stack([draft.texts(name) != "" for name in _ranked(draft).columns])
    return np.asarray(filled.sum(axis=1) == 1)


def _rank_again(draft: Draft, row: int) -> Cells:
    first, second = _ranked(draft).columns[:2]
    return {second: str(draft.texts(first)[row])}


def _rank_after_gap(draft: Draft, row: int) -> Cells:
    question = _ranked(draft)
    used = draft.texts(question.columns[0])[row]
    return {question.columns[2]: next(option.code for option in question.options if option.code != used)}


def _none_of_these(draft: Draft) -> tuple[Question, str]:
    """A question of ticks with an option that excludes the others, and that option's column."""
    ticks = (q for q in draft.codebook.questions if q.type == "select_multiple" and q.constraint)
    question = draft.first(ticks, "ticks that exclude one another")
    return question, question.columns[list(question.canonical).index(draft.code_of(question, "none"))]


def _has_others(draft: Draft) -> Flags:
    question, none = _none_of_these(draft)
    return np.asarray(draft.given(question) & (draft.texts(none) == ""))


def _is_answered(field: str) -> Where:
    return lambda draft: draft.texts(draft.column(field)) != ""


def _module_is_asked(draft: Draft) -> Flags:
    return np.asarray(draft.asked(service(draft)))


def _no_module(draft: Draft, row: int) -> Cells:
    module = service(draft).module
    return {name: "" for q in draft.codebook.questions if q.module == module for name in q.columns}


def rename_option(draft: Draft, fault: str, count: int) -> None:
    """Gives the most frequent option of some services another code, wherever it was chosen."""
    services = [item for item in draft.free_items["service"] if item.rule is None]
    if count > len(services):
        raise UsageError(f"only {len(services)} questions can have the fault {fault!r}, not {count}")
    for item in services[:count]:
        for row in np.flatnonzero(draft.answers(item, "available")):
            draft.put(int(row), {item.columns[0]: UNKNOWN_CODE})


unknown_code = each(_service_is("available"), lambda draft, row: {service(draft).columns[0]: UNKNOWN_CODE})
negative_count = each(everyone, lambda draft, row: {draft.column("catchment_population"): "-5"})
not_asked = each(_is_not_asked(_dependent), lambda draft, row: {_dependent(draft).columns[0]: "3"})
after_stop = each(_is_stopped, _whole_building)
of_inpatients = each(
    _is_not_asked(_of_inpatients),
    lambda draft, row: {_of_inpatients(draft).columns[0]: draft.code_of(_of_inpatients(draft), "available")},
)
barrier_of_nothing = each(_service_is("available"), _first_barrier)
barrier_missing = each(_service_is("partial", "not_available"), _no_barrier)
rank_twice = each(_one_rank, _rank_again)
rank_after_gap = each(_one_rank, _rank_after_gap)
none_and_more = each(_has_others, lambda draft, row: {_none_of_these(draft)[1]: "1"})
answer_missing = each(_is_answered("urban_rural"), lambda draft, row: {draft.column("urban_rural"): ""})
module_missing = each(_module_is_asked, _no_module)
