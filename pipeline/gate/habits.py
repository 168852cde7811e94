"""Rules on `records` about how answers were given: modules blank, all alike, in words where an option would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

from pipeline.codebook import Choice, Codebook, Question
from pipeline.gate.answers import required_and_asked
from pipeline.gate.case import Case, Flags, Offences
from pipeline.gate.derived import OF_EACH
from pipeline.spelling import fold

OTHER = "other"
# How a form names the text beside a choice: MoSD3other, MoSD7x.
ENDINGS = ("other", "x")

Codes = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


def modules_complete(
    case: Case, percent: int, at_least: int, but_rules: Sequence[int] = (), but_fields: Sequence[str] = ()
) -> pd.DataFrame:
    """Modules of a facility with fewer than so many percent of their answers; those asked less are not judged."""
    asked: dict[str, Codes] = {}
    given: dict[str, Codes] = {}
    first: dict[str, str] = {}
    for question, due in required_and_asked(case, but_rules, but_fields):
        module = question.module
        asked[module] = asked.get(module, 0) + due.astype(np.int64)
        given[module] = given.get(module, 0) + (due & case.given(question)).astype(np.int64)
        first.setdefault(module, question.columns[0])
    found = Offences()
    for module, of in asked.items():
        low = (of >= at_least) & (100 * given[module] < percent * of)
        told = [f"{have} of {all_} answers in {module}" for have, all_ in zip(given[module], of, strict=True)]
        found.add(low, first[module], told, f"at least {percent}% of the answers")
    return found.frame()


def no_long_runs(case: Case, at_least: int, powers: int) -> pd.DataFrame:
    """Facilities of a workspace, one entered after the other, that all gave the same answer where others did not.

    A run counts if it is at least so long, and if answers drawn as often as the country's facilities of the same types
    give them would do so less than once in ten to the power of `powers`. One offence for each facility.
    """
    order = _as_entered(case)
    workspace = pd.factorize(case.records["workspace_id"])[0][order]
    types = pd.factorize(case.words("type"))[0][order]
    told: list[tuple[str, Codes, Codes]] = []
    for item in case.codebook.items:
        if case.answered(item):
            codes, _ = pd.factorize(case.records[item.columns[0]])
            kept = np.flatnonzero(case.filled[item.columns[0]][order])
            lengths = _unlikely_runs(codes[order][kept], workspace[kept], types[kept], at_least, powers)
            rows = lengths > 0
            if rows.any():
                told.append((item.columns[0], order[kept[rows]], lengths[rows]))
    return _runs_told(case, told)


def other_is_no_choice(case: Case, alike: int) -> pd.DataFrame:
    """Texts of *other* that are an option of their question, or spelt nearly so (percent): the recode is suggested."""
    found = Offences()
    for text, choice in texts_of_other(case.codebook):
        column = text.columns[0]
        if case.answered(text) and case.filled[column].any():
            known = _spellings(choice)
            recodes = {told: _recode(fold(told), known, alike) for told in case.records[column].unique() if told}
            option = case.records[column].map(recodes)
            where = option.notna().to_numpy(dtype=bool)
            expected = [
                f"{one.code} ({one.labels['en']}) in {choice.name}" if isinstance(one, Choice) else "" for one in option
            ]
            found.add(where, column, case.records[column], expected)
    return found.frame()


def texts_of_other(codebook: Codebook) -> Iterator[tuple[Question, Question]]:
    """The text questions that stand beside a choice with an option *other*, each with that choice."""
    for question in codebook.questions:
        if question.type in ("select_one", "rank") and OTHER in question.canonical.values():
            for ending in ENDINGS:
                text = codebook.by_name.get(question.name + ending)
                if text and text.type == "text":
                    yield text, question


def _spellings(choice: Question) -> dict[str, Choice]:
    """The option that each folded spelling stands for; *other* itself is none."""
    return {
        fold(text): option
        for option in choice.options
        for text in (*option.labels.values(), *option.short.values(), *option.aliases)
        if text and option.canonical != OTHER
    }


def _recode(text: str, known: dict[str, Choice], alike: int) -> Choice | None:
    near = process.extractOne(text, known.keys(), scorer=fuzz.ratio, score_cutoff=alike)
    return known[near[0]] if near else None


def _as_entered(case: Case) -> Codes:
    """The rows by workspace, day and response id: in the order in which they were entered."""
    ids = case.records["external_id"].str.rjust(40) if "external_id" in case.records else case.records["subject_id"]
    keys = (ids, case.records["date"], case.records["workspace_id"])
    return np.lexsort([pd.factorize(key, sort=True)[0] for key in keys]).astype(np.int64)


def _unlikely_runs(answers: Codes, workspace: Codes, types: Codes, at_least: int, powers: int) -> Codes:
    """For each answer the length of the run it is in, where that run is long and unlikely; 0 elsewhere."""
    if not len(answers):
        return answers
    pairs = types * (answers.max() + 1) + answers
    shares = np.bincount(pairs)[pairs] / np.bincount(types)[types]
    new = np.r_[True, (answers[1:] != answers[:-1]) | (workspace[1:] != workspace[:-1])]
    starts = np.flatnonzero(new)
    lengths = np.diff(np.r_[starts, len(answers)])
    likely = np.add.reduceat(np.log10(shares), starts)
    return np.asarray(np.where((lengths >= at_least) & (likely <= -powers), lengths, 0)[np.cumsum(new) - 1])


def _runs_told(case: Case, told: Sequence[tuple[str, Codes, Codes]]) -> pd.DataFrame:
    found = Offences()
    where: Flags = np.zeros(len(case.records), dtype=bool)
    questions, longest = np.zeros(len(where), dtype=np.int64), np.zeros(len(where), dtype=np.int64)
    first = np.full(len(where), "", dtype=object)
    for column, rows, lengths in told:
        first[rows[~where[rows]]] = column
        where[rows] = True
        questions[rows] += 1
        longest[rows] = np.maximum(longest[rows], lengths)
    values = [
        f"the same answer in {length} facilities, one after the other, in {count} questions"
        for length, count in zip(longest, questions, strict=True)
    ]
    found.add(where, first.tolist(), values, OF_EACH)
    return found.frame()
