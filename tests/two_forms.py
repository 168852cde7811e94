"""A small form in two sheets, and a change of each kind that can be made to it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pandas as pd

from pipeline import codebook as codebooks
from pipeline.codebook import Codebook

LABELS = ("label::English (en)", "label::Arabic (ar)", "label::Kurdish (ckb)")
SHORT = tuple(name.replace("label", "short") for name in LABELS)
SURVEY = (
    "type", "name", *LABELS, "relevant", "constraint", "required", "calculation", "columns", "module", "field", "item",
    "rule", "personal", "sensitivity",
)  # fmt: skip
CHOICES = ("list_name", "name", *LABELS, "canonical", "aliases", *SHORT, "tier")
Row = dict[str, str]


@dataclass
class Form:
    """Two sheets that a test may change."""

    survey: list[Row]
    choices: list[Row]

    def row(self, name: str) -> Row:
        return next(row for row in self.survey if row["name"] == name and row["type"] != "end_group")

    def choice(self, list_name: str, code: str) -> Row:
        return next(row for row in self.choices if (row["list_name"], row["name"]) == (list_name, code))

    def codebook(self, name: str) -> Codebook:
        sheets = (pd.DataFrame(self.survey, columns=SURVEY), pd.DataFrame(self.choices, columns=CHOICES))
        return codebooks.parse(name, *(sheet.fillna("") for sheet in sheets), pd.DataFrame())


def question(kind: str, name: str, **cells: str) -> Row:
    blank = dict.fromkeys(SURVEY, "") | {label: f"{name} {label[-3:-1]}" for label in LABELS}
    return blank | {"type": kind, "name": name, "module": "m"} | cells


def option(list_name: str, code: str, word: str) -> Row:
    blank = dict.fromkeys(CHOICES, "") | {label: f"{list_name} {word} {label[-3:-1]}" for label in LABELS}
    return blank | {"list_name": list_name, "name": code, "canonical": word}


def first() -> Form:
    """Two items with barriers, a ranked question, ticks, beds under a calculation, a cadre with its counts."""
    survey = [
        question("select_one status", "status", field="facilities.status"),
        question("begin_group", "existing", relevant="${status} = 'A1'"),
        question("select_one level", "water", field="answers.amenity", item="water", required="yes"),
        question("rank cause", "waterx", field="barriers", item="water", columns="waterx_{rank:3}"),
        question("rank source", "sources", field="choices", columns="sources_{rank:3}"),
        question("select_one level", "power", field="answers.amenity", item="power"),
        question("calculate", "big", calculation="if(${power} = 'A1', 1, 0)"),
        question("integer", "beds", relevant="${big} = 1", constraint=". >= 0", field="facilities.beds_other"),
        question("select_one yes_no", "cadre", field="answers.cadre", item="cadre"),
        question("integer", "women", field="staff.women", item="cadre"),
        question("integer", "men", field="staff.men", item="cadre"),
        question("end_group", "existing"),
        question("text", "note"),
    ]
    choices = [
        *(option("status", code, word) for code, word in (("A1", "existing"), ("A2", "closed"))),
        *(option("level", f"A{n}", w) for n, w in enumerate(("available", "partial", "not_available"), 1)),
        *(option("cause", f"A{n}", w) for n, w in enumerate(("staff", "supplies", "money"), 1)),
        *(option("source", f"A{n}", w) for n, w in enumerate(("grid", "well", "river"), 1)),
        *(option("yes_no", code, word) for code, word in (("A1", "yes"), ("A2", "no"))),
    ]
    return Form(survey, choices)


def copied() -> Form:
    """A first form of one's own."""
    return first()


FIRST = first()
FIRST_BOOK = FIRST.codebook("first")


@dataclass(frozen=True)
class Edit:
    """A change of a form, and the item that it is told about."""

    item: str
    make: Callable[[Form], None]


def _set(name: str, column: str, value: str) -> Callable[[Form], None]:
    return lambda form: form.row(name).update({column: value})


def _choice(list_name: str, code: str, **cells: str) -> Callable[[Form], None]:
    return lambda form: form.choice(list_name, code).update(cells)


def _without(name: str) -> Callable[[Form], None]:
    return lambda form: form.survey.remove(form.row(name))


def _moved(form: Form) -> None:
    form.survey.insert(0, form.survey.pop(form.survey.index(form.row("note"))))


def _stopped(form: Form) -> None:
    place = form.survey.index(form.row("cadre"))
    form.survey.insert(place, question("begin_group", "staffed", relevant="${power} = 'A1'"))
    form.survey.insert(form.survey.index(form.row("men")) + 1, question("end_group", "staffed"))


def _unstopped(form: Form) -> None:
    form.survey[:] = [row for row in form.survey if row["name"] != "existing"]


CHANGES = {
    "question_new": Edit("extra", lambda form: form.survey.append(question("text", "extra"))),
    "question_gone": Edit("sources", _without("sources")),
    "question_moved": Edit("note", _moved),
    "question_reworded": Edit("water", _set("water", LABELS[1], "another word")),
    "question_type": Edit("beds", _set("beds", "type", "decimal")),
    "question_skip": Edit("women", _set("women", "relevant", "${cadre} = 'A1'")),
    "question_constraint": Edit("beds", _set("beds", "constraint", ". >= 1")),
    "question_required": Edit("power", _set("power", "required", "yes")),
    "question_calculation": Edit("big", _set("big", "calculation", "if(${power} = 'A2', 1, 0)")),
    "question_columns": Edit("waterx", _set("waterx", "columns", "waterx_{rank:2}")),
    "question_about": Edit("beds", _set("beds", "field", "facilities.beds_icu")),
    "choice_new": Edit("level/A4", lambda form: form.choices.append(option("level", "A4", "not_expected"))),
    "choice_gone": Edit("source/A2", lambda form: form.choices.remove(form.choice("source", "A2"))),
    "choice_code": Edit("status/A2", _choice("status", "A2", name="A9")),
    "choice_reused": Edit("cause/A2", _choice("cause", "A2", canonical="vehicles")),
    "choice_reworded": Edit("level/A1", _choice("level", "A1", **{LABELS[0]: "There"})),
    "choices_moved": Edit("yes_no", lambda form: form.choices.insert(0, form.choices.pop())),
    "stop_new": Edit("staffed", _stopped),
    "stop_gone": Edit("existing", _unstopped),
    "stop_changed": Edit("existing", _set("existing", "relevant", "${status} != 'A2'")),
}


def changed(kind: str) -> Form:
    """The first form after a change."""
    form = first()
    CHANGES[kind].make(form)
    return form


def with_all(kinds: Collection[str], name: str) -> Codebook:
    """The first form after some changes; what an earlier change took away cannot be changed any more."""
    form = first()
    for kind in sorted(kinds):
        try:
            CHANGES[kind].make(form)
        except StopIteration:
            continue
    return form.codebook(name)
