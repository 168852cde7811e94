"""The questions of a codebook as LimeSurvey has them: which are one question of it, of which type, under which codes.

LimeSurvey joins the code of a question and those of its sub-questions by an underscore, and none of them may hold one.
So the columns of the export tell what belongs together:

    CONDB                     L, ! list · S text · N number · D date
    CONDBx_{rank:5}           R ranking; where there are more ranks than options, F with a row for each rank
    BASA3_{option}            M ticks
    BAINP1_SQ001              F array of options · K numbers · Q texts
    HFSUP4_SQ001_{option}     : array of ticks
    HR2_SQ004_FEMALE          : array of numbers · ; array of texts

Not in it are the platform's own columns (`hidden`) and calculations. The text of *other* is LimeSurvey's own, and is
copied into the column that the codebook has for it (`*`, an equation).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.codebook import OPTION, RANKS, Codebook, Question

OTHER = "-oth-"
CODE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,19}")
SUB_CODE = re.compile(r"[A-Za-z0-9]{1,20}")
ANSWER = re.compile(r"[A-Za-z0-9]{1,5}")
RESERVED = frozenset(("LANG", "SID", "SAVEDID", "TOKEN", "QID", "GID", "SGQ", "self", "that", "this"))
RESERVED_SUB = frozenset(("time", "other", "comment"))
MOST_BUTTONS = 10  # a longer list is a menu
# By type in the codebook, codes below the question's, and what its columns are spread over.
LETTERS = {
    ("select_one", 0, ""): "L", ("text", 0, ""): "S", ("integer", 0, ""): "N", ("decimal", 0, ""): "N",
    ("date", 0, ""): "D", ("rank", 0, "rank"): "R", ("select_multiple", 0, "option"): "M",
    ("select_one", 1, ""): "F", ("text", 1, ""): "Q", ("integer", 1, ""): "K", ("decimal", 1, ""): "K",
    ("select_multiple", 1, "option"): ":", ("integer", 2, ""): ":", ("decimal", 2, ""): ":", ("text", 2, ""): ";",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A question of LimeSurvey, with the questions of the codebook that it holds."""

    code: str
    letter: str
    members: tuple[Question, ...]
    other_of: str = ""  # of an equation: the list whose text of *other* it copies

    @property
    def first(self) -> Question:
        """The first question, which stands for all of them where they are alike."""
        return self.members[0]

    @property
    def is_grid(self) -> bool:
        """Whether it has sub-questions that are questions of the codebook."""
        return len(parts(self.first)) > 1

    @property
    def has_ticks(self) -> bool:
        """Whether it is an array of ticks."""
        return self.letter == ":" and self.first.type == "select_multiple"

    @property
    def is_ranked_array(self) -> bool:
        """Whether it is an array whose rows are ranks."""
        return self.letter == "F" and bool(self.first.ranks)

    @property
    def rows(self) -> dict[str, tuple[Question, ...]]:
        """The questions by the code of their row, in order."""
        found: dict[str, list[Question]] = {}
        for question in self.members:
            found.setdefault(parts(question)[1], []).append(question)
        return {code: tuple(questions) for code, questions in found.items()}

    @property
    def has_other(self) -> bool:
        """Whether its options end with *other*, which LimeSurvey makes itself."""
        return self.letter in ("L", "!") and any(option.code == OTHER for option in self.first.options)


@dataclass
class Plan:
    """The questions of a form in LimeSurvey, and what could not be placed: a question, and why."""

    items: list[Item] = field(default_factory=list)
    refused: list[tuple[Question, str]] = field(default_factory=list)


def parts(question: Question) -> list[str]:
    """The codes that a question's name is made of: of the question, of its row, of its column."""
    return question.name.split("_")


def spread(question: Question) -> str:
    """What a question's columns are spread over: rank, option, or nothing."""
    return "rank" if question.ranks else "option" if OPTION in question.pattern else ""


def letter(question: Question) -> str:
    """LimeSurvey's type for a question; blank where it has none."""
    found = LETTERS.get((question.type, len(parts(question)) - 1, spread(question)), "")
    if found == "R" and question.ranks > len(question.options):
        return "F"
    return "!" if found == "L" and len(question.options) > MOST_BUTTONS else found


def texts_of_other(codebook: Codebook) -> dict[str, str]:
    """The texts that stand behind a list with *other* and bear its name, each with the list."""
    return {
        after.name: before.name
        for before, after in pairwise(codebook.questions)
        if before.type == "select_one"
        and any(option.code == OTHER for option in before.options)
        and after.type == "text"
        and after.name.startswith(before.name)
        and not after.relevant
    }


def planned(codebook: Codebook) -> Plan:
    """The questions of a codebook as those of LimeSurvey."""
    plan, others = Plan(), texts_of_other(codebook)
    for question in codebook.questions:
        if question.type in ("hidden", "calculate"):
            continue
        why = next((why for unfit, why in _UNFIT if unfit(question)), "")
        last = plan.items[-1] if plan.items else None
        if why:
            plan.refused.append((question, why))
        elif question.name in others:
            plan.items.append(Item(question.name, "*", (question,), others[question.name]))
        elif last and last.is_grid and parts(question)[0] == last.code:
            _join(plan, last, question)
        elif any(parts(question)[0] == item.code for item in plan.items):
            plan.refused.append((question, f"stands apart from the other questions of {parts(question)[0]}"))
        else:
            plan.items.append(Item(parts(question)[0], letter(question), (question,)))
    return plan


def _join(plan: Plan, last: Item, question: Question) -> None:
    like = last.first
    same = (letter(question), question.options, question.groups, len(parts(question)))
    if same != (last.letter, like.options, like.groups, len(parts(like))):
        plan.refused.append((question, f"is of another kind than {like.name}, in the same array of LimeSurvey"))
    else:
        plan.items[-1] = Item(last.code, last.letter, (*last.members, question))


def _bad_pattern(question: Question) -> bool:
    ends = {"rank": "_{rank}", "option": "_{option}", "": ""}
    return RANKS.sub("{rank}", question.pattern) != question.name + ends[spread(question)]


def _bad_codes(question: Question) -> bool:
    code, *below = parts(question)
    return not CODE.fullmatch(code) or not all(SUB_CODE.fullmatch(part) for part in below)


def _reserved(question: Question) -> bool:
    code, *below = parts(question)
    return code in RESERVED or any(part in RESERVED_SUB for part in below)


def _other_in_array(question: Question) -> bool:
    return letter(question) not in ("L", "!") and any(option.code == OTHER for option in question.options)


_UNFIT: Sequence[tuple[Callable[[Question], bool], str]] = (
    (
        _bad_codes,
        "is no name for LimeSurvey: a letter, then letters and digits, 20 at most; codes below it after an underscore",
    ),
    (_reserved, "is a word that LimeSurvey keeps for itself"),
    (_bad_pattern, "has columns that LimeSurvey would name otherwise: its name, with _{rank:N} or _{option} behind it"),
    (lambda question: not letter(question), "is of a type that LimeSurvey has no question for under such a name"),
    (_other_in_array, f"has the option {OTHER}, which LimeSurvey has in plain lists only"),
)
