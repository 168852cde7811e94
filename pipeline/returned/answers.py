"""From rows that came back to answers: each tied to the cell it is about, in the codebook's words, or a fault.

A row that nobody filled in is no answer. Two rows about one cell must say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline import relevance
from pipeline.enquiry import ACTIONS, Enquiry, Source
from pipeline.enquiry.form import TO_FILL_IN, Tongue, check
from pipeline.returned.read import Row
from pipeline.returned.values import answer, listed
from pipeline.spelling import fold

MUST_SAY_WHY = ("insist", "double", "exclude")


@dataclass(frozen=True)
class Answer:
    """What a directorate says about a cell: what is to be done, the new answer or the other facility, and why."""

    one: Enquiry
    action: str
    now: str
    remark: str
    where: str

    @property
    def says(self) -> tuple[str, str]:
        """What two answers about one cell must agree in."""
        return self.action, self.now


@dataclass
class Told:
    """The answers of a spreadsheet, what is to be known about them, and what is wrong."""

    answers: list[Answer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What a spreadsheet may be about: the cells of a round's records, as enquiries, for one directorate."""

    round_name: str
    directorate: str
    known: Mapping[tuple[str, str], Enquiry]
    source: Source
    received: Mapping[tuple[str, str], str]  # what the export says of cells that were decided about


def answers(rows: Sequence[Row], asked: Asked, spoken: Tongue) -> Told:
    """The answers in some rows; every fault is told with its cell."""
    told = Told()
    for row in rows:
        if is_filled(row):
            fault, one = _enquiry(row, asked)
            if one is None:
                told.faults.append(fault)
            else:
                _read(row, one, asked.source, spoken, told)
    told.answers = _once(told.answers, told.faults)
    _refuse_excluded_and_answered(told)
    return told


def is_filled(row: Row) -> bool:
    """Whether anything was filled in."""
    return any(row[column] for column in TO_FILL_IN)


def is_about(row: Row, round_name: str, known: Mapping[tuple[str, str], Enquiry]) -> bool:
    """Whether a row is about one of some enquiries, as it stands now."""
    key = (row["facility_id"], row["column"])
    return key in known and row["check"] == check(round_name, *key, known[key].value)


def _enquiry(row: Row, asked: Asked) -> tuple[str, Enquiry | None]:
    """The enquiry that a row is about, or what is wrong with its ids."""
    key = (row["facility_id"], row["column"])
    where = row.where("facility_id")
    one = asked.known.get(key)
    if one is None:
        return f"{where}: {key[0]!r} with {key[1]!r} is no question of {asked.round_name}: the ids were changed, or " \
            "it is settled otherwise by now", None  # fmt: skip
    values = {one.value, asked.received.get(key, one.value)}
    if row["check"] not in {check(asked.round_name, *key, value) for value in values}:
        return f"{where}: this row was about another facility or question, or the export has changed since: " \
            "make the spreadsheet anew, and copy the answer", None  # fmt: skip
    if one.directorate != asked.directorate:
        return f"{where}: {key[0]!r} is reported by {one.directorate}, not by {asked.directorate}", None
    return "", one


def _read(row: Row, one: Enquiry, source: Source, spoken: Tongue, told: Told) -> None:
    """Adds what a row says to the answers, the notes or the faults."""
    by_word = {fold(spoken.words(f"what.{action}")): action for action in ACTIONS}
    action = by_word.get(fold(row["what"])) if row["what"] else "correct" if row["answer"] else ""
    if action == "":
        told.notes.append(f"{row.where('remark')}: a remark without an answer decides nothing: {row['remark']}")
        return
    now, fault = "", ""
    if action is None or action not in one.actions:
        may = [spoken.words(f"what.{name}") for name in one.actions]
        fault, column = f"{row['what'] or spoken.words('what.correct')!r} is not possible here: {listed(may)}", "what"
    elif action in ("correct", "double") and not row["answer"]:
        fault, column = f"{row['what']!r}, but to what? No answer is given", "answer"
    elif action in ("correct", "double"):
        now, fault = _new(row["answer"], action, one, source, spoken)
        column = "answer"
    elif row["answer"]:
        fault, column = f"{row['what']!r} and yet an answer {row['answer']!r}: which of the two?", "answer"
    if not fault and action in MUST_SAY_WHY and not row["remark"]:
        fault, column = f"{row['what']!r} needs a reason", "remark"
    if fault:
        told.faults.append(f"{row.where(column)}: {fault}")
    else:
        told.answers.append(Answer(one, str(action), now, row["remark"], row.where("what")))


def _new(text: str, action: str, one: Enquiry, source: Source, spoken: Tongue) -> tuple[str, str]:
    if action == "double":
        return (text, "") if text in one.same_as else ("", f"{text!r} is none of: {', '.join(one.same_as)}")
    now, fault = answer(text, one, spoken)
    if not fault and now == one.value:
        return now, f"{text!r} is what stands there already: say that it is right, or leave the row blank"
    return now, fault or _constraint(one, now, source)


def _constraint(one: Enquiry, now: str, source: Source) -> str:
    """The codebook's constraint that a new answer would break, blank if none."""
    question = source.codebook.by_column[one.column]
    row = source.records[(source.placed["facility_id"] == one.facility_id).to_numpy()]
    if not question.constraint or question.type not in ("integer", "decimal"):
        return ""
    holds = relevance.holds(question.constraint, row.assign(**{one.column: now}), source.codebook, question)
    return "" if holds.all() else f"{now!r} breaks what the form demands: {question.constraint}"


def _once(found: Sequence[Answer], faults: list[str]) -> list[Answer]:
    """Each cell's answer once; two that differ are a fault."""
    first: dict[tuple[str, str], Answer] = {}
    for one in found:
        before = first.setdefault(one.one.key, one)
        if before.says != one.says:
            faults.append(
                f"{one.where}: {one.one.facility_id}, {one.one.column} is answered otherwise in {before.where}: "
                "ask which of the two holds"
            )
    return list(first.values())


def _refuse_excluded_and_answered(told: Told) -> None:
    """A facility that leaves the list cannot be corrected as well."""
    gone = {one.one.facility_id: one for one in told.answers if one.action == "exclude"}
    told.faults += [
        f"{one.where}: {one.one.facility_id} is taken off the list in {gone[one.one.facility_id].where}: keep one"
        for one in told.answers
        if one.one.facility_id in gone and one.action != "exclude"
    ]
