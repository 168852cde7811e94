"""How many answers of an earlier round are told otherwise in present terms, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from pipeline.codebook import Codebook, Question
from pipeline.rulings import Rulings

COLUMNS = ("table", "question", "before", "now", "rows")
# Under `now`: answers that stand for nothing in the present form.
LEFT_OUT = "not_in_form"
ANY = "any"
BARRIERS = ("barrier_1", "barrier_2", "barrier_3")


def counts(tables: Mapping[str, pd.DataFrame], rulings: Rulings, now: Codebook) -> pd.DataFrame:
    """A row for each earlier question and word that is another one now, or is left out with all its answers."""
    present: dict[str, list[str]] = {}
    for question in now.questions:
        source = rulings.source(question.name)
        if source is not None:
            present.setdefault(source.name, []).append(question.name)
    asked = rulings.before.questions
    found = [row for one in asked for row in _of(tables, rulings, one, present.get(one.name, []))]
    return pd.DataFrame(found, columns=list(COLUMNS)).sort_values(list(COLUMNS[:4]), kind="stable", ignore_index=True)


def _of(
    tables: Mapping[str, pd.DataFrame], rulings: Rulings, earlier: Question, present: Sequence[str]
) -> Iterator[tuple[str, str, str, str, int]]:
    table, answers = _answers(tables, earlier)
    if not table:
        return
    if not present:
        yield table, earlier.name, ANY, LEFT_OUT, int(answers.sum())
    for name in present:
        changed = {then: since for then, since in rulings.words(name).items() if then != since}
        for then, since in changed.items():
            yield table, earlier.name, then, since, int(answers.get(then, 0))


def _answers(tables: Mapping[str, pd.DataFrame], question: Question) -> tuple[str, pd.Series[int]]:
    """The table that the answers to a question went to, and how many there are of each word."""
    kind, _, name = question.field.partition(".")
    if kind == "answers":
        return "answers", _counted(tables["answers"], "item", (question.name,), ("answer",))
    if kind == "barriers":
        return "answers", _counted(tables["answers"], "item", question.items, BARRIERS)
    if kind == "choices":
        return "choices", _counted(tables["choices"], "question", (question.name,), ("option",))
    if kind == "staff":
        return "staff", _counted(tables["staff"], "cadre", question.items, (name,))
    if kind == "facilities" and name in tables["facilities"] and question.type == "select_one":
        return "facilities", tables["facilities"][name].value_counts()
    return "", pd.Series(dtype=int)


def _counted(table: pd.DataFrame, about: str, names: tuple[str, ...], columns: tuple[str, ...]) -> pd.Series[int]:
    rows = table[table[about].isin(list(names))]
    found: pd.Series[int] = pd.concat([rows[column].astype(object).dropna() for column in columns]).value_counts()
    return found
