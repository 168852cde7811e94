"""The collectors' handbook of a form: question by question what is meant, when it is asked, and what will be doubted.

All of it is the codebook's (labels, hints, options, conditions in words, constraints) and the gate's, which says of
each question by which rules its answers are judged, and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from pipeline import codebook as codebooks
from pipeline.codebook import Question
from pipeline.forms import look
from pipeline.forms.conditions import Teller, linked, marked
from pipeline.forms.look import Sheets, isolated
from pipeline.forms.outline import Entry, outline
from pipeline.forms.paper import Paper
from pipeline.gate import listing
from pipeline.project import Project

RULES = "words/rules.csv"
# Of these every question could tell the same; the others say something of the question itself.
OF_ALL = (
    "columns", "options", "no_personal_column", "value_sets", "required_answers", "modules_complete", "long_runs",
    "ranks",
)  # fmt: skip
SKIPS, CAUSES = ("skip_logic", "skip_logic_inpatient"), "barriers"
MOST = 2


@dataclass(frozen=True)
class _Author:
    """Writes the handbook in one language."""

    teller: Teller
    rules: Mapping[str, Sequence[Mapping[str, Any]]]
    listed: dict[str, int]
    """The question under which the options of a list stand in full."""

    def told(self, entry: Entry) -> dict[str, Any]:
        """All that the handbook says of a question."""
        question = entry.question
        return {
            "number": entry.number,
            "label": question.labels[self.teller.say.language],
            "hint": question.hints[self.teller.say.language],
            "kind": self.teller.say(f"kind.{question.type}"),
            "options": self._options(entry),
            "when": self._when(question),
            "constraint": self.teller.constraint(question),
            "skips": [linked(skip) for skip in self.teller.skips(entry)],
            "doubts": [linked(doubt) for doubt in self._doubts(question)],
            "is_personal": question.is_personal,
        }

    def _options(self, entry: Entry) -> list[tuple[Markup | str, str]]:
        """The options with what they mean; of a list that stood there before, under which question."""
        question = entry.question
        first = self.listed.setdefault(question.list_name, entry.number) if question.options else entry.number
        if first != entry.number:
            return [(linked(self.teller.say("manual.as_in", number=marked(first))), "")]
        return [_option(option, self.teller.say.language) for option in question.options]

    def _when(self, question: Question) -> list[Markup]:
        """The last stop before a question, which those before it lead to, and its own condition."""
        stops = [group.relevant for group in question.groups if group.relevant][-1:]
        conditions = [*stops, *([question.relevant] if question.relevant else [])]
        return [linked(self.teller.say("only_if", condition=self.teller.condition(one))) for one in conditions]

    def _doubts(self, question: Question) -> list[str]:
        """Examples of what the gate finds, each with the reason why it looks for it."""
        rules = [rule for rule in self.rules.get(question.name, ()) if rule["rule"] not in OF_ALL]
        is_cause = any(rule["rule"] == CAUSES for rule in rules)
        chosen = [rule for rule in rules if not (is_cause and rule["rule"] in SKIPS)]
        return list(dict.fromkeys(self._doubt(question, rule) for rule in chosen))[:MOST]

    def _doubt(self, question: Question, rule: Mapping[str, Any]) -> str:
        say = self.teller.say
        why = say.translated(rule["why"])
        condition = question.relevant or next((group.relevant for group in question.groups[::-1]), "")
        number = marked(self.teller.outline.number[question.name])
        if rule["rule"] in (*SKIPS, CAUSES) and condition:
            key = "example.cause" if rule["rule"] == CAUSES else "example.skip"
            return say(key, number=number, condition=self.teller.condition(condition), why=why)
        if rule["rule"] in ("numbers", "exclusive_choices", "coordinates_in_iraq") and question.constraint:
            return say("example.number", number=number, rule=self.teller.constraint(question), why=why)
        return say("example.other", why=why)


def manual(project: Project, form: str, language: str) -> Paper:
    """The handbook of a form in a language."""
    codebook = codebooks.load(project, form)
    say = look.words(project, language, RULES)
    author = _Author(Teller(say, outline(codebook)), _rules(project, form), {})
    title = codebook.settings.get("form_title", "") or form
    edition = f"{isolated(form)} · {say('paper.edition', edition=isolated(codebook.settings.get('version', '')))}"
    parts = [
        {"title": say(f"module.{part.module}"), "questions": [author.told(entry) for entry in part.entries]}
        for part in author.teller.outline.parts
    ]
    body = look.filled(
        project, "manual.html.j2", say=say, title=say("manual.title"), form=title, edition=edition, parts=parts
    )
    return Paper(say, say("manual.title"), (Sheets(body, f"{say('manual.title')} · {title}", edition),))


def _option(option: codebooks.Choice, language: str) -> tuple[str, str]:
    """An option by its short word, and behind it what its label says more: the rest of it, or all in other words."""
    short, label = option.short[language], option.labels[language]
    rest = label[len(short) :]
    is_begun = label.casefold().startswith(short.casefold()) and not rest[:1].isalnum()
    return (label[: len(short)], rest) if is_begun else (short, f": {label}")


def _rules(project: Project, form: str) -> dict[str, list[Mapping[str, Any]]]:
    """The rules of the gate on records that judge each question, most severe first."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for rule in sorted(listing.entries(project, ["records"], form), key=lambda rule: rule["severity"] != "critical"):
        for name in dict.fromkeys(told["question"] for told in rule["questions"]):
            found.setdefault(name, []).append(rule)
    return found
