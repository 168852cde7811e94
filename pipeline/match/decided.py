"""What people decided about links between rounds: data/links/<round>.yml, a list in the order of the letters.

kind       keys, beside reason, role, office, date and letter   what it does
same       previous, facility                                   one facility, whatever else changed
moved      previous, facility                                   one facility, at another place
different  previous, facility                                   two facilities, whatever they have in common
merged     previous (a list), facility                          several became one, which goes on as the first named
split      previous, facilities (a list)                        one became several, and goes on as the first named

`previous` are ids of an earlier round, `facility` and `facilities` of this one. Every value is read as the text that
stands there. A decision about a facility that is not there is stale: it is told, and nothing is applied.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Literal

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from pipeline import strict_yaml
from pipeline.decisions import faults
from pipeline.decisions.kinds import Filled, Reasoned
from pipeline.errors import DecisionError
from pipeline.project import Project

KINDS = ("same", "moved", "different", "merged", "split")
NOTHING = "# Decisions about links with facilities of earlier rounds; the README says how one is written.\n[]\n"


class One(Reasoned):
    """A facility of an earlier round and one of this round."""

    decision: Literal["same", "moved", "different"]
    previous: Filled
    facility: Filled


class Merged(Reasoned):
    """Several facilities that became one."""

    decision: Literal["merged"]
    previous: Annotated[list[Filled], Field(min_length=2)]
    facility: Filled


class Split(Reasoned):
    """A facility that became several."""

    decision: Literal["split"]
    previous: Filled
    facilities: Annotated[list[Filled], Field(min_length=2)]


LinkDecision = One | Merged | Split
Pair = tuple[str, str]
FILE = TypeAdapter(list[Annotated[LinkDecision, Field(discriminator="decision")]])


def load(project: Project, round_name: str) -> tuple[LinkDecision, ...]:
    """The decisions about the links of a round, in the file's order; none where there is no file."""
    path = project.links(round_name)
    return parse(project.read_text(path), project.relative(path)) if path.is_file() else ()


def parse(text: str, where: str) -> tuple[LinkDecision, ...]:
    """The decisions in a YAML text; all that is wrong with them is told at once, as one DecisionError."""
    try:
        decisions = tuple(FILE.validate_python(strict_yaml.read_verbatim(text) or []))
    except yaml.YAMLError as problem:
        raise DecisionError(f"{where} is no YAML that can be read: {problem}") from problem
    except ValidationError as problem:
        faults.refuse(where, [faults.told(error["loc"], error["msg"], KINDS) for error in problem.errors()])
        raise
    faults.refuse(where, list(_contradictions(decisions)))
    return decisions


def check(decisions: Sequence[LinkDecision], before: Collection[str], now: Collection[str]) -> None:
    """Refuses decisions about facilities that are not there: all of them, as one DecisionError."""
    faults.refuse("the decisions in data/links/", [*_absent(decisions, set(before), set(now))])


def linked(decisions: Sequence[LinkDecision]) -> dict[Pair, str]:
    """How each decided pair (previous, facility) is linked: same, moved, merged or split."""
    found: dict[Pair, str] = {}
    for decision in decisions:
        if isinstance(decision, One) and decision.decision != "different":
            found[decision.previous, decision.facility] = decision.decision
        elif isinstance(decision, Merged):
            found |= {(one, decision.facility): "merged" if at else "same" for at, one in enumerate(decision.previous)}
        elif isinstance(decision, Split):
            found |= {(decision.previous, one): "split" if at else "same" for at, one in enumerate(decision.facilities)}
    return found


def parted(decisions: Sequence[LinkDecision]) -> frozenset[Pair]:
    """The pairs (previous, facility) that are not the same."""
    return frozenset((one.previous, one.facility) for one in decisions if one.decision == "different")


def _sides(decision: LinkDecision) -> tuple[list[str], list[str]]:
    before = decision.previous if isinstance(decision, Merged) else [decision.previous]
    return before, decision.facilities if isinstance(decision, Split) else [decision.facility]


def _contradictions(decisions: Sequence[LinkDecision]) -> Iterator[str]:
    """Facilities that are linked twice, and pairs that are decided twice."""
    joined = [_sides(one) for one in decisions if one.decision != "different"]
    for side, word in enumerate(("previous", "facility")):
        times = Counter(one for sides in joined for one in sides[side])
        yield from (f"{word} {one!r} is linked {count} times: keep one" for one, count in times.items() if count > 1)
    apart = [(one.previous, one.facility) for one in decisions if one.decision == "different"]
    pairs = Counter([*linked(decisions), *apart])
    yield from (
        f"{a} and {b} are decided about {count} times: keep one" for (a, b), count in pairs.items() if count > 1
    )


def _absent(decisions: Sequence[LinkDecision], before: set[str], now: set[str]) -> Iterator[str]:
    for number, decision in enumerate(decisions, start=1):
        wanted, here = _sides(decision)
        for one, known, where in [(x, before, "earlier rounds") for x in wanted] + [
            (x, now, "this round") for x in here
        ]:
            if one not in known:
                near = difflib.get_close_matches(one, sorted(known), n=1)
                hint = f"did you mean {near[0]!r}?" if near else "remove the decision, or decide anew"
                yield f"{decision.decision} {number}: no facility {one!r} in {where}: {hint}"
