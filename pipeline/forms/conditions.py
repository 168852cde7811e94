"""Conditions of the codebook in words: "31 is “Partially damaged” or “Fully damaged”".

Numbers of questions are marked, so that a page can make links of them and a text can do without.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from pipeline.codebook import Question
from pipeline.forms.facts import Derived, Fact, Is, Joined, Number, read
from pipeline.forms.outline import Entry, Outline
from pipeline.words import Words, decimal

# Two letters that nobody writes stand around the number of a question.
MARKED = re.compile("\ue000(\\d+)\ue001")
BOUNDS = {">=": "least", "<=": "most", ">": "more", "<": "less", "=": "exactly", "!=": "other"}


@dataclass(frozen=True)
class Teller:
    """Tells the conditions of a form in one language."""

    say: Words
    outline: Outline

    def condition(self, expression: str, explained: set[str] | None = None) -> str:
        """A condition in words, with marked numbers; a calculation that is among those `explained` by name only."""
        return self._told(self.fact(expression), set() if explained is None else explained)

    def fact(self, expression: str, own: Question | None = None) -> Fact:
        """What a condition states."""
        return read(self.outline, expression, own)

    def constraint(self, question: Question) -> str:
        """What an answer must be, as a sentence; blank where everything will do."""
        if not question.constraint:
            return ""
        if message := question.messages[self.say.language]:
            return message
        fact = self.fact(question.constraint, question)
        facts = fact.facts if isinstance(fact, Joined) and fact.by == "and" else (fact,)
        if all(isinstance(one, Number) and not one.is_count for one in facts):
            bounds = [self._bound(one) for one in facts if isinstance(one, Number)]
            return self.say("must.be", bound=self.say.listed(bounds))
        return self.say("must.hold", condition=self._told(fact, set()))

    def skips(self, entry: Entry) -> list[str]:
        """After which answers to a question to go on where, a sentence each."""
        return [
            self.say("skip", options=self.options(entry.question, codes), otherwise=self.go_to(number))
            for codes, number in self.outline.skips(entry)
        ]

    def stops(self, entry: Entry) -> list[str]:
        """Whom the stops that begin with a question let go on, and where to the others go, a sentence each."""
        return [
            self.say("stop", condition=self.condition(group.relevant), otherwise=self.go_to(number))
            for group, number in entry.stops
        ]

    def go_to(self, number: int) -> str:
        """Where to go on; 0 is the end of the form."""
        return self.say("go_to", number=marked(number)) if number else self.say("go_to_end")

    def options(self, question: Question, codes: Iterable[str]) -> str:
        """Options by their names, joined by *or*."""
        label = {option.code: option.short[self.say.language] for option in question.options}
        return self._either([self.say("option", name=label[code]) for code in codes])

    def _either(self, texts: Sequence[str]) -> str:
        *others, last = texts
        return self.say("list.or", first=self.say.joined(others), second=last) if others else last

    def _told(self, fact: Fact, explained: set[str]) -> str:
        if isinstance(fact, Is):
            return self._answer(fact)
        if isinstance(fact, Number):
            key = "condition.count" if fact.is_count else "condition.number"
            return self.say(key, number=self._numbers([fact.question]), bound=self._bound(fact))
        if isinstance(fact, Derived):
            return self._derived(fact, explained)
        told = [self._told(one, explained) for one in fact.facts]
        *others, last = told
        return self.say(f"condition.{fact.by}", first=self.say.joined(others, "semicolon"), second=last)

    def _bound(self, fact: Number) -> str:
        return self.say(f"bound.{BOUNDS[fact.relation]}", n=_number(fact.bound))

    def _derived(self, fact: Derived, explained: set[str]) -> str:
        name = self.say(f"condition.derived.{_yes(fact.holds)}", name=fact.question.labels[self.say.language])
        if fact.question.name in explained:
            return name
        explained.add(fact.question.name)
        return self.say("condition.derived.why", name=name, why=self._told(fact.because, explained))

    def _answer(self, fact: Is) -> str:
        """A blank code is a question without an answer."""
        how = ("one" if len(fact.questions) == 1 else "any") + (".blank" if fact.codes == ("",) else "")
        options = self.options(fact.questions[0], fact.codes) if fact.codes != ("",) else ""
        return self.say(f"condition.{how}.{_yes(fact.holds)}", number=self._numbers(fact.questions), options=options)

    def _numbers(self, questions: Sequence[Question]) -> str:
        """The numbers of questions, with one of the platform told by its name."""
        known = self.outline.number
        return self._either(
            [marked(known[one.name]) if one.name in known else one.labels[self.say.language] for one in questions]
        )


def marked(number: int) -> str:
    """The number of a question, marked as such."""
    return f"\ue000{number}\ue001"


def linked(text: str) -> Markup:
    """A text for a page: each marked number leads to its question."""
    return Markup(MARKED.sub(r'<a href="#q\1">\1</a>', str(escape(text))))


def plain(text: str) -> str:
    """A text without marks."""
    return MARKED.sub(r"\1", text)


def numbers_of(text: str) -> list[int]:
    """The numbers of questions that a text names."""
    return [int(number) for number in MARKED.findall(text)]


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _number(bound: float) -> str:
    return decimal(bound, 0 if bound == int(bound) else 1)
