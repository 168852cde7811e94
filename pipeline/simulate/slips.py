"""Slips in the answers of real exports: some are left out, some cadres count nobody, some options are worded oddly."""

from __future__ import annotations

import numpy as np

from pipeline.codebook import Codebook, Question
from pipeline.column import Column, Columns
from pipeline.simulate.tables import Assumptions, Dice, share_of

FORGOTTEN = 0.0015  # share of the answers to a question
WITHOUT_STAFF = 7  # cadres "available" of which nobody is counted, in the real export
ITEMS = ("service", "amenity", "information", "cadre")  # a forgotten bed kind would change who is an inpatient facility
FIELDS = ("urban_rural", "location_type", "ownership")
NO_BREAK = "\u00a0"


def forgotten(cells: Columns, codebook: Codebook, dice: Dice) -> Columns:
    """The answers with some left out, of questions that no stop and no national total rests on."""
    changed: dict[str, Column] = {}
    asked: list[Question | None] = [codebook.of_field(f"facilities.{field}") for field in FIELDS]
    asked += [question for question in codebook.items if question.field.partition(".")[2] in ITEMS]
    for question in asked:
        if question:
            lost = dice.stream(f"forgotten/{question.name}").random(cells.rows) < FORGOTTEN
            changed[question.columns[0]] = cells[question.columns[0]].put("", lost)
    return cells.with_changed(changed)


def without_staff(cells: Columns, codebook: Codebook, dice: Dice) -> Columns:
    """The answers with some cadres said to be available, of which nobody is counted."""
    women = codebook.having_field("staff.women")
    men = {question.items: question for question in codebook.having_field("staff.men")}
    for number in range(share_of(WITHOUT_STAFF, cells.rows) if women else 0):
        chance = dice.stream(f"without_staff/{number}")
        question = women[int(chance.integers(0, len(women)))]
        counted = np.flatnonzero(cells[question.columns[0]].where(bool))
        if len(counted):
            row = counted[[chance.integers(0, len(counted))]]
            both = (*question.columns, *men[question.items].columns)
            cells = cells.with_changed({name: cells[name].put("0", row) for name in both})
    return cells


def odd_labels(codebook: Codebook, tables: Assumptions, dice: Dice) -> dict[str, dict[str, str]]:
    """For some questions and codes, the odd wording or spacing that stands there all over the export."""
    found: dict[str, dict[str, str]] = {}
    for name, word, text in tables.spellings.reset_index()[["question", "canonical", "text"]].itertuples(index=False):
        question = codebook.by_name.get(name)
        codes = {word: code for code, word in question.canonical.items()} if question else {}
        if word in codes:
            found.setdefault(name, {})[codes[word]] = text
    for question in codebook.questions:
        for option in question.options if question.type in ("select_one", "rank") else ():
            label = found.get(question.name, {}).get(option.code, option.labels["en"])
            odd = _spaced(label, dice.stream(f"label/{question.name}/{option.code}").random())
            if odd != label:
                found.setdefault(question.name, {})[option.code] = odd
    return found


def _spaced(text: str, chance: float) -> str:
    """The text, now and then with a trailing, a no-break or a double blank."""
    if chance < 0.06:
        return text + " "
    if chance < 0.09:
        return text.replace(" ", NO_BREAK, 1)
    return text.replace(" ", "  ", 1) if chance < 0.11 else text
