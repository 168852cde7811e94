"""Two forms beside each other: each kind of change is told as that kind and no other."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis
import hypothesis.strategies as st
import pytest
import two_forms
from hypothesis import given
from two_forms import FIRST, Form

from pipeline.codebook import Codebook
from pipeline.differences import FORMAL, KINDS, Change, between
from pipeline.differences.order import kept

LAW = hypothesis.settings(max_examples=60, deadline=None)
MIRRORED = {"question_new": "question_gone", "choice_new": "choice_gone", "stop_new": "stop_gone"}
MIRRORED |= {gone: new for new, gone in MIRRORED.items()}


def told(change: Callable[[Form], None]) -> list[tuple[str, str]]:
    """What is told of a small form after a change."""
    form = two_forms.copied()
    change(form)
    return [found.key for found in between(two_forms.FIRST_BOOK, form.codebook("second"))]


@pytest.mark.parametrize(("kind", "change"), two_forms.CHANGES.items())
def test_each_kind_of_change_is_told_as_that_kind_and_no_other(kind: str, change: two_forms.Edit) -> None:
    assert told(change.make) == [(change.item, kind)]


def test_there_is_a_change_of_every_kind_to_try() -> None:
    assert set(two_forms.CHANGES) == set(KINDS)


def test_a_form_does_not_differ_from_itself(codebook: Codebook) -> None:
    assert between(codebook, codebook) == ()


def test_a_list_of_many_questions_is_told_once_with_all_of_them(here: object) -> None:
    found = between(two_forms.FIRST_BOOK, two_forms.changed("choice_new").codebook("second"))
    assert [(one.item, one.questions) for one in found] == [("level/A4", ("water", "power"))]


def test_a_word_under_the_code_of_another_is_both_a_new_code_and_a_reused_one() -> None:
    def swap(form: Form) -> None:
        form.choice("level", "A1")["canonical"], form.choice("level", "A2")["canonical"] = "partial", "available"

    both = {("level/A1", "choice_code"), ("level/A2", "choice_code")}
    assert set(told(swap)) == both | {("level/A1", "choice_reused"), ("level/A2", "choice_reused")}


def test_a_question_that_gets_another_list_has_its_own_changes_of_options() -> None:
    def other_list(form: Form) -> None:
        form.row("power")["type"] = "select_one yes_no"

    kinds = {kind for item, kind in told(other_list) if item.startswith("power/")}
    assert kinds == {"choice_reused", "choice_gone"} and len(told(other_list)) == len(set(told(other_list)))


def test_a_calculation_touches_all_that_rests_on_it() -> None:
    found = between(two_forms.FIRST_BOOK, two_forms.changed("question_calculation").codebook("second"))
    assert [one.questions for one in found] == [("big", "beds")]


@LAW
@given(st.sets(st.sampled_from(sorted(two_forms.CHANGES))), st.sets(st.sampled_from(sorted(two_forms.CHANGES))))
def test_the_way_back_mirrors_the_way_there(first: set[str], second: set[str]) -> None:
    one, other = two_forms.with_all(first, "one"), two_forms.with_all(second, "other")
    there, back = between(one, other), between(other, one)
    assert {_key(mirrored(change)) for change in there} == {_key(change) for change in back}


@LAW
@given(st.sets(st.sampled_from(sorted(two_forms.CHANGES))))
def test_no_form_differs_from_itself(kinds: set[str]) -> None:
    assert between(two_forms.with_all(kinds, "one"), two_forms.with_all(kinds, "one")) == ()


@LAW
@given(st.lists(st.text("abcdef", min_size=1, max_size=2), unique=True, max_size=9).flatmap(
    lambda names: st.tuples(st.just(names), st.permutations(names))
))  # fmt: skip
def test_what_stayed_in_order_is_in_order_in_both_and_the_same_from_both_ends(
    orders: tuple[list[str], list[str]],
) -> None:
    before, now = orders
    stayed = kept(before, now)
    assert [name for name in before if name in stayed] == [name for name in now if name in stayed]
    assert stayed == kept(now, before)
    assert bool(stayed) == bool(before)


def mirrored(change: Change) -> Change:
    kind = MIRRORED.get(change.kind, change.kind)
    item = f"{change.list_name}/{change.now[FORMAL]}" if kind == "choice_code" else change.item
    return Change(item, kind, change.questions, change.now, change.before)


def _key(change: Change) -> tuple[object, ...]:
    texts = (tuple(sorted(words.items())) for words in (change.before, change.now))
    return (*change.key, frozenset(change.questions), *texts)


def test_the_first_form_of_these_tests_is_sound() -> None:
    assert FIRST.codebook("first").by_name.keys() == two_forms.FIRST_BOOK.by_name.keys()
