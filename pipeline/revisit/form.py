"""The spreadsheet of second visits: its sheets and columns, as one module writes and another reads them.

letter       the cover: who goes where, and how to fill in
facilities   the list to go by: name, type, sector, codes
answers      one row for each facility and question; only `answer` is to be filled in. What was answered first is not
             in the file, not even as a hash: who visits again must not know it
lists        hidden: the options of the drop-downs
about        hidden: the round, directorate and language
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from pipeline.enquiry import Enquiry
from pipeline.enquiry.form import ABOUT, Tongue
from pipeline.returned.read import Shape

SHEETS = ("letter", "facilities", "answers", "lists", "about")
LIST = ("number", "facility", "type", "sector", "ministry_code", "facility_id")
COLUMNS = ("number", "facility", "facility_id", "question", "column", "answer", "check")
FORMAT = "herams-revisit-1"
SHAPE = Shape(
    FORMAT, "letter", "answers", COLUMNS, ("facility_id", "column", "answer", "check"), (), ABOUT,
    "herams revisit ROUND --out FOLDER",
)  # fmt: skip
ANSWER, FOUND = "column.answer", "column.found"


def in_visits(spoken: Tongue) -> Tongue:
    """The words of enquiries, where an answer is what was found, not what is right."""
    return replace(spoken, words=replace(spoken.words, sentences=of_visits(spoken.words.sentences)))


def of_visits(sentences: Mapping[str, str]) -> dict[str, str]:
    """The sentences of one language, with the heading that the answers of a visit stand under."""
    return {**sentences, ANSWER: sentences[FOUND]}


def question(facility_id: str, directorate: str, column: str) -> Enquiry:
    """A cell that is asked again: an enquiry without the present answer."""
    return Enquiry(facility_id, directorate, "", "", "", column, "", (), "info", None, ("correct",), (), ())


def check(round_name: str, facility_id: str, column: str) -> str:
    """The hash that ties a row to what it is about."""
    told = "\n".join((FORMAT, round_name, facility_id, column))
    return hashlib.sha256(told.encode("utf-8")).hexdigest()[:12]
