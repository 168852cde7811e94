"""The answers that changed between two rounds, facility by facility, and those that changed back.

answered   facility_id, previous_id, question, kind, before, now: a row for each answer that is another one now, of the
           facilities that answered the question in both rounds. `kind` is that of an item, `field` for what is asked of
           the facility itself: status, condition, who owns it.

Both rounds are told in the terms of the present form, so a code that only changed its name is no change.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.codebook import Codebook
from pipeline.relevance import STATES
from pipeline.since.panel import same

COLUMNS = ["facility_id", "previous_id", "question", "kind", "before", "now"]
FIELD = "field"
TURNED = ["question", "turned", "changed"]


def answered(
    links: pd.DataFrame, before: Mapping[str, pd.DataFrame], now: Mapping[str, pd.DataFrame], codebook: Codebook
) -> pd.DataFrame:
    """The answers that changed, by facility and in the order of the form."""
    known = same(links)
    then, today = (_long(tables, codebook) for tables in (before, now))
    pairs = known.merge(then, left_on="previous_id", right_on="facility", validate="one_to_many")
    both = pairs.merge(
        today, left_on=["facility_id", "question"], right_on=["facility", "question"], suffixes=("_then", ""),
        validate="one_to_one",
    )  # fmt: skip
    changed = both[both["answer_then"] != both["answer"]]
    order = {question.name: place for place, question in enumerate(codebook.questions)}
    told = changed.rename(columns={"answer_then": "before", "answer": "now"}).assign(
        _order=changed["question"].map(order)
    )
    return told.sort_values(["facility_id", "_order"], kind="stable", ignore_index=True)[COLUMNS]


def turned(now: pd.DataFrame, links: pd.DataFrame, last: pd.DataFrame | None) -> pd.DataFrame:
    """Of each question: of the answers that had changed in the round before, how many are again what they were.

    `last` are the answers that had changed then, of facilities as they were called then; None if there was no round
    before that one. Only facilities that are linked count.
    """
    if last is None:
        return pd.DataFrame(columns=TURNED)
    then = last[["facility_id", "question", "before"]].set_axis(["previous_id", "question", "first"], axis="columns")
    kept = then.merge(same(links), on="previous_id", validate="many_to_one")
    again = kept.merge(now[["facility_id", "question", "now"]], on=["facility_id", "question"], how="left")
    again = again.assign(turned=again["now"].eq(again["first"]), changed=1)
    sums = again.groupby("question", sort=True)[["turned", "changed"]].sum().astype(int)
    return sums.reset_index()[TURNED]


def _long(tables: Mapping[str, pd.DataFrame], codebook: Codebook) -> pd.DataFrame:
    """Facility, question, kind and answer, of all that was answered with one of several words."""
    answers = tables["answers"][tables["answers"]["state"] == "answered"]
    items = answers[["facility_id", "item", "kind", "answer"]].astype(str)
    items = items.rename(columns={"facility_id": "facility", "item": "question"})
    facilities, fields = tables["facilities"], []
    for question in codebook.having_field("facilities"):
        name = question.field.partition(".")[2]
        if question.type == "select_one" and name in facilities:
            rows = facilities.loc[~facilities[name].isin(STATES), ["facility_id", name]].astype(str)
            rows = rows.rename(columns={"facility_id": "facility", name: "answer"})
            fields.append(rows.assign(question=question.name, kind=FIELD))
    return pd.concat([items, *fields], ignore_index=True)[["facility", "question", "kind", "answer"]]
