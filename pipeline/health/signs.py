"""How often each question of a form shows each sign of not being understood: numerators and denominators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.codebook import OPTION, Codebook, Question
from pipeline.column import Columns
from pipeline.decisions import Correct, Decision, Recode
from pipeline.relevance import STATES, Levels, state_codes
from pipeline.spelling import fold

SIGNS = ("missing", "other", "contradicted", "closed", "corrected", "turned", "alike")
ASKED = tuple(STATES.index(state) for state in ("answered", "missing", "unknown"))
ANSWERED, MISSING = STATES.index("answered"), STATES.index("missing")
OTHER = "other"
UNTICKED = ("", "0")
# How a form names the text beside a choice: MoSD3other, MoSD7x.
ENDINGS = ("other", "x")
FEWEST = 10
# A text of fewer facilities may name somebody.
WRITTEN_BY = 3
COLUMNS = ["question", "sign", "numerator", "denominator"]

Flags = npt.NDArray[np.bool_]
Found = tuple[int, int]


@dataclass(frozen=True)
class Round:
    """What the signs are read from: a round's records as they were received, and what was said of them."""

    records: pd.DataFrame
    facility_ids: pd.Series
    codebook: Codebook
    findings: pd.DataFrame
    """Of all tables, with facility_id, question (a column of the export, or a question) and severity."""
    decided: tuple[Decision, ...]
    turned: pd.DataFrame
    """question, turned, changed: answers that changed and changed back, of those that had changed before."""

    @cached_property
    def states(self) -> Mapping[str, Levels]:
        """The state of each question in each record."""
        return state_codes(Columns.of(self.records), self.codebook)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions that somebody is asked: nothing hidden, computed or personal, and no text beside a choice."""
        beside = {question.name + ending for question in self.codebook.questions for ending in ENDINGS}
        kept = (one for one in self.codebook.questions if one.name in self.states and one.type != "hidden")
        return tuple(one for one in kept if one.type != "text" or one.name not in beside)

    @cached_property
    def workspaces(self) -> npt.NDArray[np.int64]:
        """The workspace of each record, as a number."""
        return np.asarray(pd.factorize(self.records["workspace_id"])[0], dtype=np.int64)

    @cached_property
    def told(self) -> dict[tuple[str, str], int]:
        """How many facilities have a finding about a question, by question and severity."""
        names = self.findings["question"].map(self._question_of).fillna("")
        rows = self.findings.assign(question=names)
        rows = rows[(rows["question"] != "") & (rows["facility_id"] != "")]
        # A blank has a sign of its own: told as a doubt as well, it would count twice.
        blank = [cell in self._blank for cell in zip(rows["question"], rows["facility_id"], strict=True)]
        rows = rows[~(np.asarray(blank, dtype=bool) & (rows["severity"] == "warning"))]
        counted = rows.groupby(["question", "severity"])["facility_id"].nunique()
        return {(str(key[0]), str(key[1])): int(size) for key, size in counted.items()}  # type: ignore[index]

    @cached_property
    def corrected(self) -> dict[str, int]:
        """How many facilities had an answer to a question changed by a decision."""
        found: dict[str, set[str]] = {}
        recoded: dict[str, int] = {}
        for one in self.decided:
            if isinstance(one, Correct):
                found.setdefault(self._question_of.get(one.question, ""), set()).add(one.facility)
            elif isinstance(one, Recode):
                name = self._question_of.get(one.question, "")
                recoded[name] = recoded.get(name, 0) + int(one.rows)
        return {name: len(found.get(name, ())) + recoded.get(name, 0) for name in {*found, *recoded}}

    @cached_property
    def turns(self) -> dict[str, Found]:
        """Answers that are again what they were two rounds ago, of those that had changed in between."""
        rows = zip(self.turned["question"], self.turned["turned"], self.turned["changed"], strict=True)
        return {str(name): (int(back), int(changed)) for name, back, changed in rows}

    @cached_property
    def _blank(self) -> set[tuple[str, str]]:
        """The answers that are missing, as question and facility."""
        ids = self.facility_ids.to_numpy(dtype=object)
        counted = (one.name for one in self.questions if _is_due(one))
        return {(name, str(one)) for name in counted for one in ids[self.states[name] == MISSING]}

    @cached_property
    def _question_of(self) -> dict[str, str]:
        columns = {column: question.name for column, question in self.codebook.by_column.items()}
        return columns | {name: name for name in self.codebook.by_name}


def signs(round_: Round) -> pd.DataFrame:
    """A row for each question and each sign that it can show, in the order of the form."""
    rows = [
        (question.name, sign, *found)
        for question in round_.questions
        for sign in SIGNS
        if (found := COUNTED[sign](round_, question)) is not None and found[1]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def written(round_: Round) -> pd.DataFrame:
    """What facilities wrote under *other*, as the first of them spelt it; only what three or more wrote."""
    rows = [row for question in round_.questions for row in _written(round_, question)]
    return pd.DataFrame(rows, columns=["question", "text", "facilities"])


def _written(round_: Round, question: Question) -> Iterator[tuple[str, str, int]]:
    text = next((question.name + ending for ending in ENDINGS if question.name + ending in round_.records), None)
    if text is None or OTHER not in question.canonical.values():
        return
    texts = round_.records.loc[round_.records[text] != "", text]
    folded = texts.map({one: fold(one) for one in texts.unique()})
    spelt = texts.groupby(folded).agg(["min", "size"])
    frequent = spelt[spelt["size"] >= WRITTEN_BY].sort_values(["size", "min"], ascending=[False, True])
    yield from ((question.name, str(row["min"]), int(row["size"])) for _, row in frequent.iterrows())


# --- the signs -----------------------------------------------------------------------------------------------------


def _asked(round_: Round, question: Question) -> int:
    return int(np.isin(round_.states[question.name], ASKED).sum())


def _is_due(question: Question) -> bool:
    """Ticks are left blank on purpose, and so is what nobody must answer."""
    return question.type != "select_multiple" and bool(question.required)


def _missing(round_: Round, question: Question) -> Found | None:
    if not _is_due(question):
        return None
    return int((round_.states[question.name] == MISSING).sum()), _asked(round_, question)


def _other(round_: Round, question: Question) -> Found | None:
    code = next((code for code, word in question.canonical.items() if word == OTHER), None)
    if code is None:
        return None
    chosen: Flags = np.zeros(len(round_.records), dtype=bool)
    if question.type == "select_multiple":
        # Of ticks there is a column for each option; elsewhere the cell holds the code.
        chosen |= ~round_.records[question.pattern.replace(OPTION, code)].isin(UNTICKED).to_numpy(dtype=bool)
    else:
        for name in question.columns:
            chosen |= round_.records[name].eq(code).to_numpy(dtype=bool)
    answered = round_.states[question.name] == ANSWERED
    return int((chosen & answered).sum()), int(answered.sum())


def _contradicted(round_: Round, question: Question) -> Found:
    return round_.told.get((question.name, "warning"), 0), _asked(round_, question)


def _closed(round_: Round, question: Question) -> Found:
    return round_.told.get((question.name, "critical"), 0), _asked(round_, question)


def _corrected(round_: Round, question: Question) -> Found:
    return round_.corrected.get(question.name, 0), _asked(round_, question)


def _turned(round_: Round, question: Question) -> Found | None:
    return round_.turns.get(question.name)


def _alike(round_: Round, question: Question) -> Found | None:
    """Only where there is something to choose; what the workspace itself tells is the same by nature."""
    if question.type != "select_one" or question.module == "identity":
        return None
    answered = round_.states[question.name] == ANSWERED
    rows = pd.DataFrame({"where": round_.workspaces, "what": round_.records[question.columns[0]]})[answered]
    by_workspace = rows.groupby("where")["what"].agg(["size", "nunique"])
    enough = by_workspace[by_workspace["size"] >= FEWEST]
    return int((enough["nunique"] == 1).sum()), len(enough)


COUNTED: Mapping[str, Callable[[Round, Question], Found | None]] = dict(
    zip(SIGNS, (_missing, _other, _contradicted, _closed, _corrected, _turned, _alike), strict=True)
)
