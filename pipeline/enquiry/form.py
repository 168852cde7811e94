"""The spreadsheet of enquiries: its sheets, its columns and cells, as one module writes and another reads them.

letter    the cover: what is asked, how, until when, whom to return it to; the cells of ENTRIES are to be filled in
answers   one row for each enquiry under one row of headings; `what`, `answer` and `remark` are to be filled in
lists     hidden: the options of the drop-downs
about     hidden: the round, directorate and language that the spreadsheet is about

`check` at the end of a row, hidden too, is a hash of round, facility, question and present answer: a row whose ids were
changed is known by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from pipeline.codebook import Codebook
from pipeline.enquiry import Enquiry
from pipeline.errors import ReportError, unknown
from pipeline.places import SEPARATOR, Places
from pipeline.project import Project
from pipeline.words import Words

SHEETS = ("letter", "answers", "lists", "about")
COLUMNS = (
    "number", "facility", "facility_id", "question", "column", "value", "why", "what", "answer", "remark", "check",
)  # fmt: skip
TO_FILL_IN = ("what", "answer", "remark")
NEEDED = ("facility_id", "column", "value", *TO_FILL_IN, "check")
HEAD_ROW = 3  # above it the title and a line that says what the sheet is about
ENTRIES = ("role", "letter", "letter_date", "date")
ABOUT = ("format", "round", "directorate", "language")
FORMAT = "herams-enquiry-1"
MARKS = ("settled_by_merge", "may_be_right")  # of a suite, in the order that a Source has them


@dataclass(frozen=True)
class Tongue:
    """How enquiries speak in one language: words, the codebook's labels, names of places."""

    words: Words
    codebook: Codebook
    places: Places

    @property
    def language(self) -> str:
        """The language's code."""
        return self.words.language

    @property
    def sector_column(self) -> str:
        """The column `directorate / sector`, blank where the form has none: a text, answered from a list."""
        question = self.codebook.of_field("facilities.directorate_sector")
        return question.columns[0] if question else ""

    def directorate(self, slug: str) -> str:
        """The directorate's full name."""
        row = self.places.directorates.set_index("slug").loc[slug]
        name = {"ar": row["name_ar"], "ckb": row["long_ckb"] or row["name_ckb"]}.get(self.language, row["name_en"])
        return str(name or row["name_en"])

    def question(self, column: str) -> str:
        """The question of a cell, with its rank or its option."""
        question = self.codebook.by_column[column]
        text = question.labels[self.language] or question.labels["en"]
        place = question.columns.index(column)
        if question.ranks:
            return f"{text} ({self.words('question.rank', rank=place + 1)})"
        if question.type == "select_multiple":
            return f"{text}: {self._label(question.options[place].labels)}"
        return text

    def options(self, one: Enquiry) -> dict[str, str]:
        """The answers to choose from, each by what a cell of the records then holds; empty where an answer is free."""
        question = self.codebook.by_column[one.column]
        if one.column == self.sector_column:
            return self._sectors(one.directorate)
        if question.type == "select_multiple":
            return {"1": self.words("answer.yes")}
        if question.type in ("select_one", "rank"):
            return {option.code: self._label(option.labels) for option in question.options}
        return {}

    def present(self, one: Enquiry) -> str:
        """What the export says now, as a person reads it; a code that the codebook lacks stands as it is."""
        return self.options(one).get(one.value, one.value) if one.value else self.words("answer.none")

    def why(self, one: Enquiry, known: Mapping[str, str]) -> str:
        """Why the cell is asked about: a sentence for each rule, in English where nobody has translated it yet."""
        told = [
            self.words(f"rule.{rule}") if f"rule.{rule}" in self.words.sentences else known.get(rule, rule)
            for rule in one.rules
        ]
        if one.between:
            told.append(self.words("why.between", low=one.between[0], high=one.between[1]))
        if one.before:
            told.append(self._since(one, *one.before))
        others = sorted({*one.same_as, *one.sharing})
        if others:
            told.append(self.words("why.others", facilities=", ".join(others)))
        return " ".join(told)

    def _since(self, one: Enquiry, before: str, now: str) -> str:
        """What the last list says; beside a number that several cells make, what it is now."""
        question = self.codebook.by_column[one.column]
        codes = [code for code, word in question.canonical.items() if word == before]
        said = self.options(one).get(codes[0], before) if codes else before
        if (question.type == "integer" and now != one.value) or question.field.startswith("answers."):
            return self.words("why.before_and_now", before=said, now=now)
        return self.words("why.before", before=said)

    def _label(self, labels: Mapping[str, str]) -> str:
        return labels[self.language] or labels["en"]

    def _sectors(self, directorate: str) -> dict[str, str]:
        """The sectors of a directorate, by how exports write `directorate / sector`."""
        named = self.places.directorates.set_index("slug")["name_in_exports"]
        mine = self.places.sectors[self.places.sectors["directorate"] == directorate]
        local = mine["name_in_exports"] if self.language == "en" else mine["name_ar"]
        if directorate not in named.index:
            return {}
        exports = named[directorate] + SEPARATOR + mine["name_in_exports"]
        return dict(zip(exports, local.where(local != "", mine["name_in_exports"]), strict=True))


def tongue(project: Project, language: str, codebook: Codebook, reference: Places) -> Tongue:
    """The words of enquiries in a language; a sentence that it lacks is a ReportError."""
    path = project.enquiry_words()
    table = project.read_csv(path)
    known = [name for name in table.columns if name not in ("key", "review")]
    if language not in known:
        raise unknown("language", language, known)
    blank = table.loc[table[language] == "", "key"]
    if len(blank):
        raise ReportError(f"{project.relative(path)}: {blank.iloc[0]!r} has no words in {language!r}")
    return Tongue(Words(language, dict(zip(table["key"], table[language], strict=True))), codebook, reference)


def headings(project: Project) -> dict[str, dict[str, str]]:
    """The words of the spreadsheets, by language and key."""
    table = project.read_csv(project.enquiry_words())
    return {
        str(language): dict(zip(table["key"], table[language], strict=True))
        for language in table.columns
        if language not in ("key", "review")
    }


def default_language(reference: Places, directorate: str) -> str:
    """The language that a directorate writes."""
    return reference.default_language[directorate]


def marked(project: Project, mark: str) -> frozenset[str]:
    """The rules on records that their suite marks: as `settled_by_merge`, or as what `may_be_right`."""
    suite = yaml.safe_load(project.read_text(project.suite("records")))
    return frozenset(line["rule"] for line in suite["expectations"] if line.get(mark))


def check(round_name: str, facility_id: str, column: str, value: str) -> str:
    """The hash that ties a row of the spreadsheet to the cell that it is about."""
    told = "\n".join((FORMAT, round_name, facility_id, column, value))
    return hashlib.sha256(told.encode("utf-8")).hexdigest()[:12]
