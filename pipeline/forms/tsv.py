"""The form as LimeSurvey 6 imports it: its tab-separated structure, a row for each group, question and answer.

Columns and rows are those that LimeSurvey writes itself when it exports a survey's structure. The whole form stands
there once for each language, the same rows in the same order: S and SL say what the survey is, G is a group, Q a
question, SQ a sub-question (scale 0 a row, 1 a column of an array), A an answer. What is no text stands in the first
language only, as in LimeSurvey's own files. Texts are HTML.

LimeSurvey knows a row of another language by group and name, and takes our numbers where each stands once. It reads
the file by PHP's fgetcsv, to which a backslash before a quotation mark is no end of a cell, and takes the quotation
marks from a cell that begins and ends with them: so no text has one, and no condition begins with one.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby

from pipeline.codebook import LANGUAGES, Codebook, Group, Question
from pipeline.forms.expression import is_empty, translated, variable
from pipeline.forms.labels import as_html, beginning, common, rank_word
from pipeline.forms.limesurvey import OTHER, Item, parts, planned
from pipeline.words import Words

ATTRIBUTES = (
    "em_validation_q", "em_validation_q_tip", "hidden", "input_boxes", "max_subquestions",
    "multiflexible_checkbox", "multiflexible_max", "multiflexible_min", "num_value_int_only", "other_replace_text",
    "use_dropdown",
)  # fmt: skip
HEADS = (
    "id", "related_id", "class", "type/scale", "name", "relevance", "text", "help", "language", "validation",
    "mandatory", "other", "default", "same_default", *ATTRIBUTES,
)  # fmt: skip
# Group by group, back and forth, and a form may be put aside: it takes an hour.
SURVEY = {"format": "G", "allowprev": "Y", "allowsave": "Y", "showprogress": "Y"}
MOST = "999999"  # without it an array of numbers ends at 10
NUMBERS = 900_000
MARK = "\ufeff"

Row = dict[str, str]


def tsv(codebook: Codebook, words: Mapping[str, Words]) -> str:
    """The whole file for a form that has been checked, with the mark by which spreadsheets know UTF-8."""
    rows = [*_about(codebook)]
    first, *others = _languages(codebook)
    for language in (first, *others):
        rows += _Told(codebook, words[language], language == first).rows()
    made = io.StringIO()
    writer = csv.DictWriter(made, HEADS, restval="", delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return MARK + made.getvalue()


def stop(groups: Sequence[Group], codebook: Codebook) -> str:
    """When a group of LimeSurvey is shown: where none of the stops around it has come. Its groups cannot be nested."""
    return " and ".join(translated(group.relevant, codebook) for group in groups if group.relevant) or "1"


def _languages(codebook: Codebook) -> list[str]:
    """The languages of the form, that which its settings name first."""
    default = codebook.settings.get("default_language", "")
    return sorted(LANGUAGES, key=lambda language: LANGUAGES[language] != default)


def _about(codebook: Codebook) -> Iterator[Row]:
    first, *others = _languages(codebook)
    about = {"sid": _number(codebook), "language": first, "additional_languages": " ".join(others), **SURVEY}
    for name, text in about.items():
        yield {"class": "S", "name": name, "text": text}
    for language in (first, *others):
        title = as_html(codebook.settings.get("form_title", codebook.form))
        for name, text in {"surveyls_language": language, "surveyls_title": title}.items():
            yield {"class": "SL", "name": name, "text": text, "language": language}


def _number(codebook: Codebook) -> str:
    """The number of the survey, of six digits; the import reads it, and gives another where it is taken."""
    made = int.from_bytes(hashlib.sha256(codebook.form.encode("utf-8")).digest()[:8], "big")
    return str(100_000 + made % NUMBERS)


@dataclass(frozen=True)
class _Told:
    """A form in one language."""

    codebook: Codebook
    words: Words
    is_first: bool

    def rows(self) -> Iterator[Row]:
        """All rows in order; the numbers of questions are the same in every language."""
        numbers = count(1)
        items = planned(self.codebook).items
        for order, (place, inside) in enumerate(
            groupby(items, key=lambda item: (item.first.groups, item.first.module))
        ):
            groups, module = place
            yield self._row(
                "G", order + 1, self._title(module), id=str(order + 1), relevance=stop(groups, self.codebook)
            )
            for item in inside:
                number = str(next(numbers))
                yield self._question(item, number)
                for row in self._below(item):
                    yield row | {"id": number if row["class"] == "A" else str(next(numbers))}

    def _row(self, kind: str, scale: object, name: str, text: str = "", **more: str) -> Row:
        row = {"class": kind, "type/scale": str(scale), "name": name, "text": as_html(text)}
        return row | {"language": self.words.language} | more

    def _title(self, module: str) -> str:
        key = f"module.{module}"
        return self.words(key) if key in self.words.sentences else module.replace("_", " ")

    def _question(self, item: Item, number: str) -> Row:
        row = self._row("Q", item.letter, item.code, self._text(item), id=number, help=self._help(item))
        if item.other_of:
            # A text that is an expression: what somebody wrote where the list says other.
            row["text"] = "{" + variable(f"{item.other_of}_other") + "}"
        row["relevance"] = self._relevance(item.members)
        row |= {"mandatory": self._mandatory(item), "other": "Y" if item.has_other else "N"}
        return row | self._attributes(item)

    def _text(self, item: Item) -> str:
        texts = [question.labels[self.words.language] for question in item.members]
        if len(texts) == 1:
            return texts[0]
        return (common(texts) if len(parts(item.first)) == 2 else "") or self._title(item.first.module)

    def _help(self, item: Item) -> str:
        hints = dict.fromkeys(question.hints[self.words.language] for question in item.members)
        return as_html(" ".join(hint for hint in hints if hint))

    def _relevance(self, questions: Sequence[Question]) -> str:
        """When one of some questions at least is asked."""
        if not all(question.relevant for question in questions):
            return "1"
        told = dict.fromkeys(translated(question.relevant, self.codebook, question) for question in questions)
        return " or ".join(told)

    def _mandatory(self, item: Item) -> str:
        # To a ranking it would mean that all options must be ranked.
        needed = all(question.required == "true()" for question in item.members)
        return "Y" if needed and not item.first.ranks and item.letter != "*" else "N"

    def _attributes(self, item: Item) -> Row:
        conditions, tips = self._validation(item)
        every = {"em_validation_q_tip": as_html(" ".join(tips))}
        if item.has_other:
            other = next(option for option in item.first.options if option.code == OTHER)
            every["other_replace_text"] = as_html(other.labels[self.words.language])
        return every | (_fixed(item) | {"em_validation_q": " and ".join(conditions)} if self.is_first else {})

    def _validation(self, item: Item) -> tuple[list[str], list[str]]:
        """What must hold of the answers to a question, and what is said where it does not."""
        conditions: list[str] = []
        tips: dict[str, None] = {}
        for question in item.members:
            if question.constraint:
                conditions.append(
                    f"({is_empty(question)} or {translated(question.constraint, self.codebook, question)})"
                )
                tips[question.messages[self.words.language]] = None
            if self._is_needed_by_condition(item, question):
                conditions.append(self._needed(item, question))
                tips[self.words("answer.needed")] = None
        if item.is_ranked_array:
            conditions.append(f"unique({', '.join(variable(column) for column in item.first.columns)})")
            tips[self.words("answer.once")] = None
        return conditions, [tip for tip in tips if tip]

    def _needed(self, item: Item, question: Question) -> str:
        """That there is an answer where one is needed; a row of an array that is not shown needs none."""
        shown = self._relevance([question]) if item.is_grid else "1"
        needed = (shown, translated(question.required, self.codebook, question))
        when = " and ".join(condition for condition in needed if condition != "1")
        return f"(!({when}) or !{is_empty(question)})" if when else f"!{is_empty(question)}"

    def _is_needed_by_condition(self, item: Item, question: Question) -> bool:
        """Whether LimeSurvey's own mark *mandatory* does not say when an answer is needed."""
        return bool(question.required) and self._mandatory(item) == "N" and item.letter != "*"

    def _below(self, item: Item) -> Iterator[Row]:
        """The sub-questions and answers of a question."""
        if item.is_ranked_array:
            yield from self._ranks(item.first)
        elif item.letter == "M":
            yield from self._options("SQ", 0, item.first)
        elif item.is_grid:
            yield from self._grid(item)
        if item.letter in ("L", "!", "R", "F"):
            yield from self._options("A", 0, item.first)

    def _options(self, kind: str, scale: int, question: Question) -> Iterator[Row]:
        for option in question.options:
            if option.code != OTHER:
                yield self._row(kind, scale, option.code, option.labels[self.words.language])

    def _ranks(self, question: Question) -> Iterator[Row]:
        before = ""
        for rank, column in enumerate(question.columns, start=1):
            shown = f"!is_empty({variable(before)})" if before else "1"
            yield self._row("SQ", 0, str(rank), rank_word(self.words, rank), relevance=shown)
            before = column

    def _grid(self, item: Item) -> Iterator[Row]:
        for code, questions in item.rows.items():
            texts = [question.labels[self.words.language] for question in questions]
            text = texts[0] if len(texts) == 1 else common(texts) or code
            yield self._row("SQ", 0, code, text, relevance=self._relevance(questions))
        if item.has_ticks:
            yield from self._options("SQ", 1, item.first)
        elif len(parts(item.first)) > 2:
            yield from self._heads(next(iter(item.rows.values())))

    def _heads(self, questions: Sequence[Question]) -> Iterator[Row]:
        """The columns of an array: what the labels of its first row do not have in common."""
        texts = [question.labels[self.words.language] for question in questions]
        begin = len(beginning([text.split() for text in texts]))
        for question, text in zip(questions, texts, strict=True):
            yield self._row("SQ", 1, parts(question)[2], " ".join(text.split()[begin:]) or text)


def _fixed(item: Item) -> Row:
    """The attributes that are the same in every language."""
    if item.letter == "*":
        return {"hidden": "1"}
    if item.letter == "R":
        return {"max_subquestions": str(item.first.ranks)}
    if item.is_ranked_array:
        return {"use_dropdown": "1"}
    if item.has_ticks:
        return {"multiflexible_checkbox": "1"}
    if item.letter == ":":
        return {"input_boxes": "1", "multiflexible_min": "0", "multiflexible_max": MOST}
    if item.letter in ("N", "K") and all(question.type == "integer" for question in item.members):
        return {"num_value_int_only": "1"}
    return {}
