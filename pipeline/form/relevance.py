"""When a question of an unknown form is asked: conditions that codes and other codebooks suggest, tried on the answers.

A condition is taken only if no response of the export contradicts it: nothing is answered where it is false. What is
contradicted is left out, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.codebook import Codebook, Group, Question
from pipeline.form.about import LACKING
from pipeline.form.known import Known
from pipeline.form.material import Material, is_ticked, is_whole
from pipeline.form.shape import Drafted
from pipeline.relevance import given, holds

VARIABLE = re.compile(r"\$\{([^}]+)\}")
# What else is asked for its causes: damaged buildings, facilities that do not function or cannot be reached.
WANTING = (*LACKING, "partially_damaged", "fully_damaged", "none")

Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Stop:
    """A stop of the form: all from `first` to `last` is skipped where `relevant` is false."""

    name: str
    relevant: str
    rule: int | None
    first: str
    last: str
    mark: str


@dataclass(frozen=True)
class Trial:
    """The answers of an export as codes, the draft that explains them, and what other forms suggest to be tried."""

    records: pd.DataFrame
    codebook: Codebook
    words: Words
    known: Known

    def against(self, condition: str, names: Sequence[str]) -> tuple[int, int]:
        """How many responses a condition leaves out, and how many of these answer one of the questions all the same."""
        out = ~holds(condition, self.records, self.codebook)
        answered = np.zeros(len(out), dtype=bool)
        for name in names:
            answered |= given(self.codebook.by_name[name], self.records)
        return int(out.sum()), int((out & answered).sum())


def trial_of(material: Material, codebook: Codebook, words: Words, known: Known) -> Trial:
    """The answers of an export in the older layout, choices as codes; numbers and words as they are."""
    columns: dict[str, pd.Series[str]] = {}
    for question in codebook.questions:
        told = {name: material.told[name] for name in question.columns if name in material.told}
        if question.ranks and not told:
            columns |= _older_ranks(question, material)
        elif question.type in ("select_one", "rank"):
            columns |= {name: _codes(cells, question.list_name, codebook) for name, cells in told.items()}
        elif question.type == "select_multiple":
            columns |= {name: cells.map(lambda text: "1" if is_ticked(text) else "") for name, cells in told.items()}
        else:
            columns |= told
    return Trial(pd.DataFrame(columns).astype(str), codebook, words, known)


def _codes(cells: pd.Series[str], list_name: str, codebook: Codebook) -> pd.Series[str]:
    known = {text: codebook.code_of_text(list_name, text) or text for text in cells.unique()}
    return cells.map(known)


def _older_ranks(question: Question, material: Material) -> dict[str, pd.Series[str]]:
    """The option of each rank, from columns that hold the rank of each option."""
    found = {name: pd.Series("", index=material.told.index, dtype=str) for name in question.columns}
    for option, column in zip(question.options, question.option_columns, strict=True):
        for rank, name in enumerate(question.columns, start=1):
            is_it = material.told[column].map(lambda text, rank=rank: is_whole(text) and float(text) == rank)
            found[name] = found[name].mask(is_it, option.code)
    return found


def relevant(questions: Sequence[Drafted], trial: Trial) -> list[Drafted]:
    """The questions, each with the condition under which it is asked, or the reason why none is known."""
    return [_relevant(question, questions, trial) for question in questions]


def _relevant(question: Drafted, questions: Sequence[Drafted], trial: Trial) -> Drafted:
    failed = ""
    for condition, rule, source in _suggestions(question, questions, trial):
        left_out, against = trial.against(condition, [question.name])
        if not against:
            doubt = "" if source == "by its code" else f"relevant {source}"
            return replace(question, relevant=condition, rule=rule).marked(doubt)
        failed = failed or f": {condition} ({source}) fails in {against} of {left_out} responses"
    return question.marked(f"relevance not known{failed}") if failed or _asks_causes(question) else question


def _asks_causes(question: Drafted) -> bool:
    return question.type == "rank" and question.name.endswith("x")


def _suggestions(
    question: Drafted, questions: Sequence[Drafted], trial: Trial
) -> Iterator[tuple[str, int | None, str]]:
    """Conditions to try, the best first, each with its rule and where it comes from."""
    if _asks_causes(question):
        base = question.name.removesuffix("x")
        asked = [q for q in questions if q.type == "select_one" and base in (q.name, q.name.rpartition("_")[0])]
        lacking = [(q.name, code) for q in asked for code, word in trial.words[q.list_name].items() if word in WANTING]
        followed = _followed(question, asked[0], trial) if len(asked) == 1 else []
        for pairs, source in ((lacking, "by its code"), (followed, "by the answers")):
            if pairs:
                yield " or ".join(f"${{{name}}} = '{code}'" for name, code in pairs), 5, source
        return
    like = trial.known.question(question.name)
    if like and like.relevant and can_be_used(like.relevant, questions, trial.words, trial.known):
        yield like.relevant, like.rule, f"as in {trial.known.form_of(question.name)}"


def _followed(question: Drafted, asked: Drafted, trial: Trial) -> list[tuple[str, str]]:
    """The answers after which causes were told, unless they were told after any answer."""
    answers = trial.records[asked.name]
    told = set(answers[given(trial.codebook.by_name[question.name], trial.records)])
    return [(asked.name, code) for code in sorted(told - {""})] if set(answers) - told - {""} else []


def can_be_used(condition: str, questions: Sequence[Drafted], words: Words, known: Known) -> bool:
    """Whether all that a condition of another form names is here too, and each of its codes means the same."""
    here = {question.name: question for question in questions}
    for name in VARIABLE.findall(condition):
        like = known.question(name)
        if name not in here or like is None:
            return False
        mine = words.get(here[name].list_name, {})
        if any(code in mine and mine[code] != word for code, word in like.canonical.items()):
            return False
        if not mine and here[name].type != "calculate":
            return False
    return True


def with_calculations(questions: Sequence[Drafted], words: Words, known: Known) -> list[Drafted]:
    """The questions and the calculations of other forms whose questions are all here, each after the last of them."""
    found = list(questions)
    for book in known.books:
        for like in book.questions:
            if like.type != "calculate" or like.name in {question.name for question in found}:
                continue
            if can_be_used(like.calculation, found, words, known):
                named = VARIABLE.findall(like.calculation)
                place = max(index for index, question in enumerate(found) if question.name in named)
                made = Drafted(like.name, (), like.labels["en"], "calculate", calculation=like.calculation)
                found.insert(place + 1, replace(made, module=like.module).marked(f"calculated as in {book.form}"))
    return found


def stops(questions: Sequence[Drafted], trial: Trial) -> tuple[list[Stop], list[str]]:
    """The stops of other forms that no response contradicts, outermost first; and what is said of those refused."""
    taken: list[Stop] = []
    refused: list[str] = []
    for book in trial.known.books[:1]:
        for group in dict.fromkeys(group for question in book.questions for group in question.groups):
            inside = _inside(group, book, questions)
            usable = group.relevant and can_be_used(group.relevant, questions, trial.words, trial.known)
            if not inside or not usable:
                continue
            names = [question.name for question in inside if question.type != "calculate" and not question.is_personal]
            left_out, against = trial.against(group.relevant, names)
            if against:
                fails = f"fails in {against} of {left_out} responses"
                refused.append(f"the stop {group.relevant} of {book.form} {fails}: left out")
                continue
            mark = f"stop as in {book.form}: {left_out} responses end there, none goes on"
            taken.append(Stop(group.name, group.relevant, group.rule, inside[0].name, inside[-1].name, mark))
    return taken, refused


def _inside(group: Group, book: Codebook, questions: Sequence[Drafted]) -> list[Drafted]:
    """The questions from the first to the last that another form has in a group."""
    members = {question.name for question in book.questions if group in question.groups}
    places = [index for index, question in enumerate(questions) if question.name in members]
    return list(questions[places[0] : places[-1] + 1]) if places else []
