"""How a report stands with those who must approve it: a pure function of the ledger and of the report's core."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ledger import About, Acceptance, Answer, Approval, Entry, Made, Return, Statement, Which

STATES = ("draft", "void", "accepted", "partly", "answered", "returned", "approved")


@dataclass(frozen=True)
class Remark:
    """A remark about a report, by its number, and its answer; blank while there is none."""

    number: int
    office: str
    date: str
    text: str
    answer: str


@dataclass(frozen=True)
class Standing:
    """How a report stands with the offices whose approval it needs."""

    state: str
    """draft (nobody spoke) · void (other bytes were approved) · accepted (by the directorate itself) · partly ·
    answered (all remarks; whoever made them has not spoken since) · returned (with an open remark) · approved."""
    approved: tuple[str, ...]
    missing: tuple[str, ...]
    remarks: tuple[Remark, ...]
    earlier: Mapping[str, Statement]
    """For each office the last bytes that it approved, if they are others."""
    is_own_work: bool
    """Whether all approvals are by keys that signed the record of the round's runs: somebody else must approve too."""

    @property
    def open(self) -> tuple[Remark, ...]:
        """The remarks without an answer."""
        return tuple(remark for remark in self.remarks if not remark.answer)


def standing(entries: Sequence[Entry], report: Which, core: str, needed: Sequence[str]) -> Standing:
    """How a report with this core stands with the offices whose approval it needs."""
    makers = {one.key for one in entries if isinstance(one, Made) and one.round == report[0]}
    mine = [one for one in entries if isinstance(one, About) and one.which == report]
    spoken = {office: _spoken(mine, office) for office in needed}
    good = {office: said for office, told in spoken.items() if (said := _approval(told, core)) is not None}
    earlier = {office: last for office, told in spoken.items() if (last := _earlier(told, core)) is not None}
    remarks = tuple(_remarks(mine))
    is_own = bool(good) and all(one.key in makers for one in good.values())
    waiting = any(told and isinstance(told[-1], Return) for told in spoken.values())
    missing = tuple(office for office in needed if office not in good)
    state = _state(remarks, good, earlier, is_waiting=waiting, is_whole=not missing and not is_own)
    return Standing(state, tuple(good), missing, remarks, earlier, is_own)


def _state(
    remarks: Iterable[Remark],
    good: Mapping[str, Statement],
    earlier: Collection[str],
    *,
    is_waiting: bool,
    is_whole: bool,
) -> str:
    if any(not remark.answer for remark in remarks):
        return "returned"
    if is_whole:
        return "approved"
    if is_waiting:
        return "answered"
    if good:
        return "accepted" if all(isinstance(one, Acceptance) for one in good.values()) else "partly"
    return "void" if earlier else "draft"


def _spoken(mine: Iterable[About], office: str) -> list[Statement]:
    return [one for one in mine if isinstance(one, Statement) and one.office == office]


def _approval(spoken: Sequence[Statement], core: str) -> Statement | None:
    """The approval of these bytes that the office has not taken back by returning the report since."""
    found: Statement | None = None
    for one in spoken:
        if isinstance(one, Return):
            found = None
        elif one.core == core:
            found = one
    return found


def _earlier(spoken: Sequence[Statement], core: str) -> Statement | None:
    """The last that the office approved, if it is something else."""
    approved = [one for one in spoken if isinstance(one, Approval | Acceptance)]
    return approved[-1] if approved and approved[-1].core != core else None


def _remarks(mine: Sequence[About]) -> Iterable[Remark]:
    answers = {one.remark: one.text for one in mine if isinstance(one, Answer)}
    number = 0
    for one in mine:
        if isinstance(one, Return):
            for text in one.remarks:
                number += 1
                yield Remark(number, one.office, one.date, text, answers.get(number, ""))
