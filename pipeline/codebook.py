"""The codebook of a form: an XLSForm kept as CSV sheets, plus columns of ours that XLSForm tools ignore.

survey.csv   type, name, label::<Language> (xx), hint::…, relevant, constraint, constraint_message::…, required,
             calculation: as in XLSForm; hints and messages may be absent
             columns: how a question is spread over the export
                 blank            one column with the question's name
                 CONDBx_{rank:5}  one column for each rank, 1 to 5; in the newer layout one for each option, CONDBx_A1
                 BASA3_{option}   one tick for each option of the list
             module, field, item: what the answer is about, and which table it goes to
             rule: the number of the skip rule that the row expresses; personal, sensitivity, review
choices.csv  list_name, name (the export's code), label::…, canonical (our word), aliases (other spellings, split by |),
             short::… (the word on a page), tier, note, review
settings.csv form_title, form_id, version, default_language

A stop of the form is a group: where its `relevant` is false, all that is in it is *skipped*; where a question's own
`relevant` is false, it is *not asked*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline.errors import CodebookError, unknown
from pipeline.project import Project
from pipeline.spelling import fold

LANGUAGES = {"en": "English (en)", "ar": "Arabic (ar)", "ckb": "Kurdish (ckb)"}
TYPES = ("hidden", "text", "integer", "decimal", "date", "calculate", "select_one", "select_multiple", "rank")
CHOICE_TYPES = ("select_one", "rank", "select_multiple")
RANKS = re.compile(r"\{rank:(\d+)\}")
OPTION = "{option}"


@dataclass(frozen=True)
class Choice:
    """An option of a list: the export's code, our word for it, and how it is written."""

    code: str
    canonical: str
    labels: Mapping[str, str]
    short: Mapping[str, str]
    aliases: tuple[str, ...]
    tier: str


@dataclass(frozen=True)
class Group:
    """A stop of the form: all inside it is skipped where `relevant` is false."""

    name: str
    relevant: str
    rule: int | None


@dataclass(frozen=True)
class Question:
    """A question of the form, or a calculation."""

    name: str
    type: str
    list_name: str
    options: tuple[Choice, ...]
    labels: Mapping[str, str]
    relevant: str
    constraint: str
    required: str
    calculation: str
    pattern: str
    groups: tuple[Group, ...]
    module: str
    field: str
    items: tuple[str, ...]
    rule: int | None
    is_personal: bool
    sensitivity: str
    hints: Mapping[str, str]
    messages: Mapping[str, str]

    @property
    def ranks(self) -> int:
        """How many ranks the export has columns for; 0 where the question is not ranked."""
        found = RANKS.search(self.pattern)
        return int(found.group(1)) if found else 0

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The question's columns in an export of the older layout, in order."""
        if self.type == "calculate":
            return ()
        if self.ranks:
            return tuple(RANKS.sub(str(rank), self.pattern) for rank in range(1, self.ranks + 1))
        if OPTION in self.pattern:
            return self.option_columns
        return (self.pattern,)

    @cached_property
    def option_columns(self) -> tuple[str, ...]:
        """One column for each option, as ticks in both layouts and ranks in the newer one."""
        return tuple(RANKS.sub(OPTION, self.pattern).replace(OPTION, option.code) for option in self.options)

    @cached_property
    def canonical(self) -> dict[str, str]:
        """Our word for each code."""
        return {option.code: option.canonical for option in self.options}


@dataclass(frozen=True)
class Codebook:
    """A form: its questions in order, and its lists of choices."""

    form: str
    questions: tuple[Question, ...]
    lists: Mapping[str, tuple[Choice, ...]]
    settings: Mapping[str, str]

    @cached_property
    def by_name(self) -> dict[str, Question]:
        """The questions by name."""
        return {question.name: question for question in self.questions}

    @cached_property
    def by_column(self) -> dict[str, Question]:
        """The question that each column of the older layout belongs to."""
        return {column: question for question in self.questions for column in question.columns}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """All columns of an export of the older layout, in form order."""
        return tuple(self.by_column)

    @cached_property
    def personal_columns(self) -> tuple[str, ...]:
        """The columns that are left at the door."""
        return tuple(column for column, question in self.by_column.items() if question.is_personal)

    @cached_property
    def table_columns(self) -> tuple[str, ...]:
        """The columns that enter `records`: all but the personal ones."""
        return tuple(column for column, question in self.by_column.items() if not question.is_personal)

    @cached_property
    def items(self) -> tuple[Question, ...]:
        """The questions whose answers are items: services, amenities, information systems, bed kinds, cadres."""
        return tuple(question for question in self.questions if question.field.startswith("answers."))

    def question(self, name: str) -> Question:
        """A question by name; an unknown one is a UsageError with a near match."""
        if name not in self.by_name:
            raise unknown("question", name, self.by_name)
        return self.by_name[name]

    def of_field(self, field: str) -> Question | None:
        """The one question whose answer goes to a field such as `facilities.status`, or None."""
        return next((question for question in self.questions if question.field == field), None)

    def having_field(self, prefix: str) -> tuple[Question, ...]:
        """The questions whose field is `prefix` or begins with it and a point."""
        return tuple(q for q in self.questions if q.field == prefix or q.field.startswith(prefix + "."))

    def code_of_text(self, list_name: str, text: str) -> str | None:
        """The code of an answer given as code, label or alias, oddly spaced or spelt; None if unknown."""
        return self._codes_by_text[list_name].get(fold(text))

    @cached_property
    def _codes_by_text(self) -> dict[str, dict[str, str]]:
        return {name: _codes_by_text(name, options) for name, options in self.lists.items()}


def load(project: Project, form: str) -> Codebook:
    """The codebook of a form, read from data/codebooks/<form>/; an unknown form is a UsageError."""
    if form not in project.forms():
        raise unknown("form", form, project.forms())
    sheets = {name: project.read_csv(project.codebook_sheet(form, name)) for name in ("survey", "choices", "settings")}
    return parse(form, sheets["survey"], sheets["choices"], sheets["settings"])


def parse(form: str, survey: pd.DataFrame, choices: pd.DataFrame, settings: pd.DataFrame) -> Codebook:
    """The codebook in three sheets of text cells; what contradicts itself is told with sheet and row."""
    lists = _lists(choices)
    questions = tuple(_questions(survey, lists))
    codebook = Codebook(form, questions, lists, dict(settings.iloc[0]) if len(settings) else {})
    _refuse_twice("survey.csv", [question.name for question in questions])
    _refuse_twice("survey.csv, columns", [column for question in questions for column in question.columns])
    for question in questions:
        strangers = [item for item in question.items if item not in codebook.by_name]
        if strangers:
            raise CodebookError(f"survey.csv: {question.name} is about {strangers[0]!r}, which is no question")
    return codebook


def _questions(survey: pd.DataFrame, lists: Mapping[str, tuple[Choice, ...]]) -> list[Question]:
    found: list[Question] = []
    groups: list[Group] = []
    for number, row in enumerate(rows_of(survey), start=2):
        kind, _, list_name = str(row["type"]).partition(" ")
        if kind == "begin_group":
            groups.append(Group(row["name"], row["relevant"], _rule(row["rule"])))
        elif kind == "end_group":
            if not groups:
                raise CodebookError(f"survey.csv, row {number}: end_group without begin_group")
            groups.pop()
        elif kind not in TYPES:
            raise CodebookError(f"survey.csv, row {number}: unknown type {row['type']!r}; known: {', '.join(TYPES)}")
        elif kind in CHOICE_TYPES and list_name not in lists:
            raise CodebookError(f"survey.csv, row {number}: choices.csv lacks the list {list_name!r} of {row['name']}")
        else:
            found.append(_question(row, kind, lists.get(list_name, ()), tuple(groups)))
    if groups:
        raise CodebookError(f"survey.csv: group {groups[-1].name!r} has no end_group")
    return found


def _question(row: Mapping[str, str], kind: str, options: tuple[Choice, ...], groups: tuple[Group, ...]) -> Question:
    return Question(
        name=row["name"],
        type=kind,
        list_name=row["type"].partition(" ")[2],
        options=options,
        labels={code: row[f"label::{language}"] for code, language in LANGUAGES.items()},
        relevant=row["relevant"],
        constraint=row["constraint"],
        required="true()" if row["required"] == "yes" else row["required"],
        calculation=row["calculation"],
        pattern=row["columns"] or row["name"],
        groups=groups,
        module=row["module"],
        field=row["field"],
        items=tuple(row["item"].split()),
        rule=_rule(row["rule"]),
        is_personal=row["personal"] == "yes",
        sensitivity=row["sensitivity"],
        hints={code: row.get(f"hint::{language}", "") for code, language in LANGUAGES.items()},
        messages={code: row.get(f"constraint_message::{language}", "") for code, language in LANGUAGES.items()},
    )


def _lists(choices: pd.DataFrame) -> dict[str, tuple[Choice, ...]]:
    found: dict[str, list[Choice]] = {}
    for row in rows_of(choices):
        found.setdefault(row["list_name"], []).append(_choice(row))
    return {name: tuple(options) for name, options in found.items()}


def _choice(row: Mapping[str, str]) -> Choice:
    labels = {code: row[f"label::{language}"] for code, language in LANGUAGES.items()}
    return Choice(
        code=row["name"],
        canonical=row["canonical"],
        labels=labels,
        short={code: row[f"short::{language}"] or labels[code] for code, language in LANGUAGES.items()},
        aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
        tier=row["tier"],
    )


def _codes_by_text(name: str, options: tuple[Choice, ...]) -> dict[str, str]:
    known: dict[str, str] = {}
    for option in options:
        for text in (option.code, *option.labels.values(), *option.aliases):
            if text and known.setdefault(fold(text), option.code) != option.code:
                raise CodebookError(
                    f"choices.csv: {text!r} stands for both {known[fold(text)]} and {option.code} in the list {name!r}"
                )
    return known


def rows_of(sheet: pd.DataFrame) -> list[dict[str, str]]:
    """The rows of a sheet of text cells, each by its columns' names."""
    names = [str(name) for name in sheet]
    return [
        dict(zip(names, cells, strict=True)) for cells in zip(*(sheet[name].tolist() for name in sheet), strict=True)
    ]


def _rule(text: str) -> int | None:
    return int(text) if text else None


def _refuse_twice(where: str, names: list[str]) -> None:
    seen = pd.Series(names, dtype=str)
    twice = seen[seen.duplicated()]
    if len(twice):
        raise CodebookError(f"{where}: {twice.iloc[0]!r} stands there twice")
