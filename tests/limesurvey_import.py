"""LimeSurvey's import of a tab-separated structure, and what it makes of each row.

Held against LimeSurvey's published source (LimeSurvey/LimeSurvey on GitHub, version 6), below application/:
TSVImportSurvey, createXMLfromData and XMLImportSurvey in helpers/admin/import_helper.php, its export tsvSurveyExport in
helpers/export_helper.php, the attributes of each type of question in helpers/questionHelper.php and
views/survey/questions/answer/*/config.xml, the languages in helpers/surveytranslator_helper.php; and against the
manual's page *Tab Separated Value survey structure*. Written after what these do, not after what we write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# The columns that are no attributes of a question: `switch ($key)` in the import, the first columns of the export.
COLUMNS = (
    "id", "related_id", "class", "type/scale", "name", "relevance", "text", "help", "language", "validation",
    "mandatory", "other", "default", "same_default",
)  # fmt: skip
# For which types of question LimeSurvey has an attribute that we write.
ATTRIBUTES = {
    "em_validation_q": ":;ABCDEFHKMNOPQRSTUL!", "em_validation_q_tip": ":;ABCDEFHKMNOPQRSTUL!",
    "hidden": "15ABCDEFGHIKLMNOPQRSTUWXYZ!:;|*", "input_boxes": ":;", "max_subquestions": "R",
    "multiflexible_checkbox": ":", "multiflexible_max": ":", "multiflexible_min": ":", "num_value_int_only": "NK",
    "other_replace_text": "LMP!", "use_dropdown": "1FO",
}  # fmt: skip
BY_LANGUAGE = ("em_validation_q_tip", "other_replace_text")  # <i18n>1</i18n>
# supportedLanguages in application/helpers/surveytranslator_helper.php; ckb is Kurdish (Sorani), from right to left.
LANGUAGES = ("en", "ar", "ckb")
SETTINGS = ("sid", "language", "additional_languages", "format", "allowprev", "allowsave", "showprogress")
HAS_OTHER = "LMP!"
HAS_ANSWERS = "LRF!"
ROWS, COLUMNS_TOO = "FKQM:;", ":;"

Row = dict[str, str]


@dataclass
class Imported:
    """What lies in the database after an import: texts by language, all else once."""

    settings: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    questions: dict[str, dict[str, str]] = field(default_factory=dict)
    below: dict[tuple[str, str, str], dict[str, str]] = field(default_factory=dict)
    answers: dict[tuple[str, str, str], dict[str, str]] = field(default_factory=dict)
    attributes: dict[tuple[str, str, str], str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)


def lines(text: str) -> list[list[str]]:
    """The cells of a file as PHP's fgetcsv reads them, with a tab, quotation marks and its backslash."""
    found: list[list[str]] = [[]]
    place, cell = 0, ""
    while place < len(text):
        if not cell and text[place] == '"':
            cell, place = _enclosed(text, place + 1)
            continue
        if text[place] in "\t\n":
            found[-1].append(cell)
            cell = ""
            found += [[]] if text[place] == "\n" else []
        else:
            cell += text[place]
        place += 1
    return found[:-1]


def _enclosed(text: str, place: int) -> tuple[str, int]:
    cell = ""
    while text[place] != '"' or text[place + 1 : place + 2] == '"':
        step = 2 if text[place] == "\\" and text[place + 1] == '"' else 1
        cell += text[place : place + step]
        place += step + (1 if text[place : place + 2] == '""' else 0)
    return cell, place + 1


def rows(text: str) -> list[Row]:
    """The rows of a file as the import sees them: cells that are not blank, without quotation marks around them."""
    heads, *cells = lines(re.sub(r"^\W+", "", text))
    assert tuple(heads[: len(COLUMNS)]) == COLUMNS
    assert all(len(row) == len(heads) for row in cells)
    bare = [[re.sub(r'^"(.*)"$', lambda told: told[1].replace('""', '"'), cell) for cell in row] for row in cells]
    return [{head: cell for head, cell in zip(heads, row, strict=True) if cell} for row in bare]


def imported(text: str) -> Imported:
    """What an import makes of a file; what it would change, drop or only warn of is an AssertionError."""
    made, seen = Imported(), Seen()
    for row in rows(text):
        STEPS[row["class"]](made, row, seen)
    return made


@dataclass
class Seen:
    """Where the import stands, and which numbers are taken."""

    gid: str = ""
    qid: str = ""
    groups: dict[str, str] = field(default_factory=dict)
    questions: dict[tuple[str, ...], str] = field(default_factory=dict)

    def number(self, key: tuple[str, ...], row: Row) -> str:
        """The number of a question or sub-question: that of the file where it is a number and not taken."""
        if key not in self.questions:
            assert row["id"].isdigit() and row["id"] not in self.questions.values()
            self.questions[key] = row["id"]
        return self.questions[key]


def _setting(made: Imported, row: Row, seen: Seen) -> None:
    assert row["name"] in SETTINGS  # "This survey setting has not been imported"
    made.settings[row["name"]] = row["text"]


def _of_language(made: Imported, row: Row, seen: Seen) -> None:
    assert row["name"] in ("surveyls_language", "surveyls_title") and row["language"] in LANGUAGES
    if row["name"] == "surveyls_title":
        made.titles[row["language"]] = row["text"]


def _group(made: Imported, row: Row, seen: Seen) -> None:
    order = row["type/scale"]  # a group of another language is known by its order
    seen.gid = seen.groups.setdefault(order, row["id"])
    made.groups.setdefault(seen.gid, {})[row["language"]] = row["name"]


def _question(made: Imported, row: Row, seen: Seen) -> None:
    # Question::rules, scenario import: letters and digits, the first a letter, 20 at most, else it is renamed.
    assert re.fullmatch("[A-Za-z][A-Za-z0-9]{0,19}", row["name"])
    seen.qid = seen.number((seen.gid, row["name"]), row)
    assert made.types.setdefault(seen.qid, row["type/scale"]) == row["type/scale"]
    assert row["mandatory"] in "YN" and (row["other"] == "N" or row["type/scale"] in HAS_OTHER)
    made.questions.setdefault(seen.qid, {})[row["language"]] = row["text"]
    for name, value in row.items():
        if name not in COLUMNS:
            assert row["type/scale"] in ATTRIBUTES[name], (row["name"], name)
            key = (seen.qid, name, row["language"] if name in BY_LANGUAGE else "")
            assert key not in made.attributes  # one without a language would be inserted for each
            made.attributes[key] = value


def _below(made: Imported, row: Row, seen: Seen) -> None:
    kind = made.types[seen.qid]
    assert kind in ROWS and (row["type/scale"] == "0" or kind in COLUMNS_TOO)
    assert re.fullmatch("[A-Za-z0-9]{1,20}", row["name"]) and row["name"] != "other"
    number = seen.number((seen.gid, seen.qid, row["type/scale"], row["name"]), row)
    made.below.setdefault((seen.qid, row["type/scale"], number), {})[row["language"]] = row["text"]


def _answer(made: Imported, row: Row, seen: Seen) -> None:
    assert made.types[seen.qid] in HAS_ANSWERS and re.fullmatch("[A-Za-z0-9]{1,5}", row["name"])
    made.answers.setdefault((seen.qid, row["type/scale"], row["name"]), {})[row["language"]] = row["text"]


STEPS = {"S": _setting, "SL": _of_language, "G": _group, "Q": _question, "SQ": _below, "A": _answer}
