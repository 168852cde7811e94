"""Conditions in words: what they state, told shortly, and never a guess."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import relevance
from pipeline.codebook import LANGUAGES, Codebook
from pipeline.errors import CodebookError
from pipeline.forms import look
from pipeline.forms.conditions import Teller, numbers_of, plain
from pipeline.forms.facts import Fact, Is, Joined, read
from pipeline.forms.outline import outline
from pipeline.project import Project

QUESTIONS, CODES = ("BAWA1", "BASA1", "BAHA1"), ("A1", "A2", "A3")
ATOMS = st.builds(
    lambda name, sign, code: f"${{{name}}} {sign} '{code}'",
    st.sampled_from(QUESTIONS), st.sampled_from(("=", "!=")), st.sampled_from(CODES),
)  # fmt: skip
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(lambda one, by, other: f"({one} {by} {other})", inner, st.sampled_from(("and", "or")), inner),
        st.builds(lambda one: f"not({one})", inner),
    ),
    max_leaves=6,
)
ANSWERS = pd.MultiIndex.from_product([CODES] * 3, names=QUESTIONS).to_frame(index=False).astype(str)


def states(fact: Fact, answers: dict[str, str]) -> bool:
    """Whether what was read of a condition holds, by its own words alone."""
    if isinstance(fact, Joined):
        return (all if fact.by == "and" else any)(states(one, answers) for one in fact.facts)
    assert isinstance(fact, Is)
    return any((answers[question.name] in fact.codes) == fact.holds for question in fact.questions)


@given(CONDITIONS)
def test_what_is_told_is_what_the_skip_logic_asks(codebook: Codebook, condition: str) -> None:
    fact = read(outline(codebook), condition)
    told = [states(fact, row) for row in ANSWERS.to_dict("records")]
    assert told == relevance.holds(condition, ANSWERS, codebook).tolist()


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("${BAWA1} = 'A1' or ${BAWA1} = 'A2'", "66 is “Available” or “Partially available”"),
        ("not(${BAWM2} = 'A3' and ${BAWM3} = 'A3')", "at least one of 81 or 83 is not “Not available”"),
        ("${MoSDPOP} > 5000", "23 is more than 5,000"),
        ("selected(${BASA3}, 'SQ005') and ${BAWA1} != 'A3'", "72 is “None of these”, and 66 is not “Not available”"),
        ("${BAWA1} != ''", "66 has an answer"),
    ],
)
def test_conditions_in_english(here: Project, codebook: Codebook, condition: str, said: str) -> None:
    assert plain(Teller(look.words(here, "en"), outline(codebook)).condition(condition)) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_condition_and_constraint_of_a_form_can_be_told(here: Project, codebook: Codebook, language: str) -> None:
    teller = Teller(look.words(here, language), outline(codebook))
    known = set(teller.outline.number.values())
    for question in codebook.questions:
        for condition in (question.relevant, *(group.relevant for group in question.groups)):
            if condition:
                assert set(numbers_of(teller.condition(condition))) <= known
        if question.constraint:
            assert teller.constraint(question)


@pytest.mark.parametrize("condition", ["${BAWA1} + 1 = 2", "${nobody} = 'A1'", "${BAWA1} = ${BASA1}", "true()"])
def test_what_has_no_words_is_an_error_and_no_guess(codebook: Codebook, condition: str) -> None:
    with pytest.raises(CodebookError, match="cannot be told in words"):
        read(outline(codebook), condition)
