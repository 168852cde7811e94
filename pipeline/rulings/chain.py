"""Forms in a row: what was ruled from each to the next, taken together.

Maps are composed, step by step; a break in any step is a break. A question that went and came back is one, whatever it
is called: nobody was asked in between. A code that went and came back with another meaning maps to what it was mapped
to when it went, never to itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.codebook import Question
from pipeline.errors import RulingError, unknown
from pipeline.rulings.ruled import Ruling, Rulings, worst


@dataclass(frozen=True)
class Chain(Rulings):
    """The rulings of several forms in a row; between the first and the last there are no changes of their own."""

    steps: tuple[Rulings, ...] = ()

    @classmethod
    def of_steps(cls, steps: tuple[Rulings, ...]) -> Chain:
        """The chain of some rulings, each from the form that the one before ends with."""
        return cls(steps[0].before, steps[-1].now, (), {}, steps)

    def of(self, items: Iterable[str]) -> Ruling:
        """The worst ruling of some questions or columns of any of the forms, in any step that they took."""
        taken: list[set[str]] = [set() for _ in self.steps]
        for name in {self.question(item) for item in items}:
            for place, names in self._along(name):
                taken[place] |= names
        return worst(step.of(names) for step, names in zip(self.steps, taken, strict=True))

    def source(self, name: str) -> Question | None:
        """The question of the first form whose answers may stand for those to a present question."""
        found: Question | None = self.now.by_name.get(name)
        for step in reversed(self.steps):
            found = step.source(found.name) if found else None
        return found

    def codes(self, name: str) -> dict[str, str]:
        """The present code of each earlier one: what each step made of it, one after another."""
        if self.source(name) is None:
            return {}
        made: dict[str, str] | None = None
        for step in reversed(self.steps):
            here, source = step.codes(name), step.source(name)
            made = here if made is None else {code: made[found] for code, found in here.items() if found in made}
            name = source.name if source else name
        return made or {}

    def question(self, item: str) -> str:
        """The question that an item or a column of one of the forms is about; the latest form that has it tells."""
        for step in reversed(self.steps):
            for form in (step.now, step.before):
                if item in form.by_name or item in form.by_column:
                    return step.question(item)
        raise unknown(f"question of {self.before.form} or {self.now.form}", item, self.now.by_name)

    def _along(self, name: str) -> Iterator[tuple[int, set[str]]]:
        """The steps that a question took, each with its names there."""
        name = name if name in self.now.by_name else self._latest(name)
        last = max(place for place, step in enumerate(self.steps) if _knows(step, name))
        for place in range(last, -1, -1):
            step = self.steps[place]
            names = {one for one in (name, step.called.get(name, name)) if _knows(step, one)}
            if names:
                yield place, names
            name = step.called.get(name, name)

    def _latest(self, name: str) -> str:
        """What a question of an earlier form came to be called."""
        for step in self.steps:
            name = {earlier: present for present, earlier in step.called.items()}.get(name, name)
        return name


def way(before: Mapping[str, Sequence[str]], first: str, last: str) -> tuple[str, ...]:
    """The forms from one to another, each ruled beside the one before; the shortest way, or only these two.

    `before` has for each form those that its rulings speak of. Two ways as short are a RulingError.
    """
    ways: list[tuple[str, ...]] = [(last,)]
    while ways:
        found = [one for one in ways if one[0] == first]
        if len(found) > 1:
            told = "; ".join(" → ".join(one) for one in found)
            raise RulingError(
                f"from {first} to {last} there is more than one way ({told}): rule the changes since {first} in "
                f"data/codebooks/{last}/since.csv"
            )
        if found:
            return found[0]
        ways = [(form, *one) for one in ways for form in before.get(one[0], ()) if form not in one]
    return first, last


def _knows(step: Rulings, name: str) -> bool:
    return name in step.now.by_name or name in step.before.by_name
