"""Which questions of an unknown export share a list of options, and what the list is.

A list is shared where nothing contradicts it: no code with two meanings, no text with two codes. What is seen decides;
where it fits, the list that the same question has in another codebook is taken for a guide, and its options that were
never seen here are added, marked. A question that contradicts all others has a list of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.codebook import Choice
from pipeline.form.known import Known, spellings
from pipeline.form.seen import Seen
from pipeline.form.shape import Drafted
from pipeline.spelling import fold


@dataclass(eq=False)
class Gathered:
    """A list while it is gathered: what was seen of it in which questions."""

    name: str
    kind: tuple[str, int]
    like: str = ""
    guide: tuple[Choice, ...] = ()
    texts: dict[str, Counter[str]] = field(default_factory=dict)
    members: list[Seen] = field(default_factory=list)

    def take(self, seen: Seen) -> None:
        """Adds what was seen of one more question."""
        self.members.append(seen)
        for code, found in seen.texts.items():
            self.texts.setdefault(code, Counter()).update(found)

    def spelt(self) -> dict[str, set[str]]:
        """For each code all texts that stand for it, folded."""
        found = {option.code: set(spellings(option)) for option in self.guide}
        for code, texts in self.texts.items():
            found.setdefault(code, set()).update(fold(text) for text in texts if text)
        return found

    @property
    def size(self) -> int:
        """How many options are known."""
        return len({*self.texts, *(option.code for option in self.guide)})

    def overlap(self, seen: Seen) -> int:
        """How many options of a question the list has; -1 where they contradict each other."""
        spelt = self.spelt()
        common = 0
        for code, texts in seen.texts.items():
            folded = {fold(text) for text in texts if text}
            elsewhere = set().union(*(found for other, found in spelt.items() if other != code))
            stranger = code not in spelt and bool(self.guide)
            unlike = code in spelt and spelt[code] and folded and not folded & spelt[code]
            if stranger or unlike or folded & elsewhere or (not folded and code not in spelt):
                return -1
            common += bool(folded) and code in spelt
        return common


def gathered(found: Sequence[Seen], known: Known) -> dict[str, Gathered]:
    """The list of each question that has options, by the question's name."""
    lists: list[Gathered] = []
    of: dict[str, Gathered] = {}
    for seen in found:
        if seen.like and seen.texts:
            of[seen.question.name] = _guided(lists, seen, known)
    rest = [seen for seen in found if seen.texts and seen.question.name not in of]
    for seen in sorted(rest, key=lambda seen: -len(seen.texts)):
        of[seen.question.name] = _joined(lists, seen, found, of)
    for seen in found:
        if not seen.texts:
            guided = _guided(lists, seen, known) if seen.like else None
            of[seen.question.name] = guided or _unanswered(lists, seen, found, of)
    return of


def with_lists(questions: Sequence[Drafted], found: Sequence[Seen], lists: Mapping[str, Gathered]) -> list[Drafted]:
    """The questions with the names of their lists, and what is doubtful about these."""
    seen = {one.question.name: one for one in found}
    done = []
    for question in questions:
        one = lists.get(question.name)
        if one:
            question = replace(question, list_name=one.name).marked(*_doubts(seen[question.name], one))
        done.append(question)
    return done


def _doubts(seen: Seen, one: Gathered) -> list[str]:
    """Whether the list of a question is a guess, or may lack options."""
    doubts = []
    if not seen.texts:
        other = next((member.question.name for member in one.members if member.texts), one.like or "no other")
        doubts.append(f"never answered: list as of {other}")
    codes = one.spelt()
    numbers = [_number(code) for code in codes if _number(code)]
    gaps = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
    if len(codes) < seen.size:
        doubts.append(f"list incomplete: {seen.size} ranks, {len(codes)} options known")
    elif gaps and not one.guide and seen.question.type == "select_one":
        doubts.append(f"list incomplete: no option A{gaps[0]} was seen")
    return doubts


def _guided(lists: list[Gathered], seen: Seen, known: Known) -> Gathered:
    """The list that follows the one which the question has elsewhere."""
    found = next((one for one in lists if one.like == seen.like and one.kind[0] == seen.kind[0]), None)
    if found is None:
        taken = any(one.name == seen.like for one in lists)
        name = f"{seen.like}_{seen.question.name}" if taken else seen.like
        # A form with five ranks has no sixth option.
        guide = known.lists[seen.like]
        last = seen.size or max(_number(option.code) for option in guide)
        possible = tuple(option for option in guide if option.code in seen.texts or _number(option.code) <= last)
        found = Gathered(name, seen.kind, seen.like, possible)
        lists.append(found)
    found.take(seen)
    return found


def _joined(lists: list[Gathered], seen: Seen, found: Sequence[Seen], of: dict[str, Gathered]) -> Gathered:
    """The list that fits best and contradicts nothing, of equal ones the nearest before; else one of its own."""
    fitting = {one: one.overlap(seen) for one in lists if one.kind == seen.kind}
    # Half of the options at least: *other* alone makes no common list.
    fitting = {one: overlap for one, overlap in fitting.items() if 0 < min(len(seen.texts), one.size) <= 2 * overlap}
    best = [one for one, overlap in fitting.items() if overlap == max(fitting.values())]
    chosen = _nearest(best, seen, found, of) or (best[0] if best else None)
    if chosen is None:
        chosen = Gathered(seen.question.name, seen.kind)
        lists.append(chosen)
    chosen.take(seen)
    return chosen


def _unanswered(lists: list[Gathered], seen: Seen, found: Sequence[Seen], of: dict[str, Gathered]) -> Gathered:
    """The list of a question that nobody answered, and that is not known elsewhere: as the nearest of its kind."""
    alike = [one for one in lists if one.kind == seen.kind]
    chosen = _nearest(alike, seen, found, of)
    if chosen is None:
        codes = [f"A{number}" for number in range(1, seen.size + 1)] or ["-oth-"]
        chosen = Gathered(seen.question.name, seen.kind, texts={code: Counter() for code in codes})
        lists.append(chosen)
    chosen.members.append(seen)
    return chosen


def _nearest(among: Sequence[Gathered], seen: Seen, found: Sequence[Seen], of: dict[str, Gathered]) -> Gathered | None:
    """Of some lists the one that the nearest question before it has, else the nearest after; barriers by themselves."""
    place = found.index(seen)
    for other in [*reversed(found[:place]), *found[place + 1 :]]:
        one = of.get(other.question.name)
        if one is not None and other.is_barrier == seen.is_barrier and any(one is candidate for candidate in among):
            return one
    return None


def _number(code: str) -> int:
    digits = code.lstrip("ASQ")
    return int(digits) if digits.isdecimal() else 0
