"""The draft of a simulated export of Iraq's form is Iraq's codebook again, as far as an export can tell."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import codebook as codebooks
from pipeline import export, form, simulate
from pipeline.codebook import Codebook, Question
from pipeline.form import known as form_known
from pipeline.form.known import Known
from pipeline.form.material import Material, material
from pipeline.project import Project

HERE = Project(ROOT)
IRAQ = codebooks.load(HERE, "iraq-2022")
LAYOUTS = ["codes and their twin", "older text", "older codes", "newer text", "newer codes"]
ASKED = [question for question in IRAQ.questions if question.type != "calculate"]

layouts = st.sampled_from(LAYOUTS)
seeds = st.integers(0, 50)
dirts = st.sampled_from(["none", "real"])


def received(facilities: int, seed: int, **look: Any) -> export.Export:
    return export.read("export.csv", simulate.simulate(HERE, "iraq-2022", facilities, seed, simulate.Options(**look)))


@cache
def drafted(layout: str, seed: int, dirt: str, is_known: bool, facilities: int = 50) -> tuple[Codebook, Material]:
    if layout == LAYOUTS[0]:
        codes = received(facilities, seed, answers="codes", dirt=dirt)
        given_ = material(codes, received(facilities, seed, headers="two", dirt=dirt))
    else:
        ranks, answers = layout.split()
        given_ = material(received(facilities, seed, answers=answers, ranks=ranks, headers="two", dirt=dirt), None)
    known = form_known.load(HERE, given_.columns) if is_known else Known(())
    return form.drafted("again", given_, known).codebook(), given_


def meanings(question: Question) -> dict[str, str]:
    return {option.code: option.canonical for option in question.options}


@settings(max_examples=4, deadline=None)
@given(layouts, seeds, dirts)
def test_the_draft_of_a_simulated_export_is_the_codebook_again(layout: str, seed: int, dirt: str) -> None:
    book, _ = drafted(layout, seed, dirt, is_known=True)
    assert {q.name: q.type for q in book.questions} == {q.name: q.type for q in IRAQ.questions}
    for question in IRAQ.questions:
        again = book.by_name[question.name]
        assert meanings(again).items() <= meanings(question).items(), question.name
        assert again.relevant in (question.relevant, ""), question.name
        assert (again.module, again.field, again.items) == (question.module, question.field, question.items)
    assert (book.columns, book.personal_columns) == (IRAQ.columns, IRAQ.personal_columns)


@settings(max_examples=2, deadline=None)
@given(seeds, dirts)
def test_without_another_codebook_every_code_has_its_text(seed: int, dirt: str) -> None:
    book, received_ = drafted(LAYOUTS[0], seed, dirt, is_known=False)
    for question in ASKED:
        if any(received_.pairs(column) for column in question.columns):
            for option in book.by_name[question.name].options:
                assert IRAQ.code_of_text(question.list_name, option.labels["en"]) in (option.code, None), question.name


@pytest.mark.slow
def test_a_larger_export_shows_all_conditions_of_the_form() -> None:
    book, _ = drafted(LAYOUTS[0], 3, "none", is_known=True, facilities=300)
    for question in ASKED:
        again = book.by_name[question.name]
        assert again.relevant == question.relevant
        assert [group.relevant for group in again.groups] == [group.relevant for group in question.groups]
