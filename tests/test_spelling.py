from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import spelling
from pipeline.spelling import fold, slug, western_digits


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("لايوجد", "لایوجد"),  # Arabic and Farsi yeh
        ("كركوك", "کرکوک"),
        ("قطاع\u00a0الحي ", "قطاع  الحي"),
        ("مـركز", "مركز"),
        ("Not damaged ", "not  damaged"),
        ("٢٠٢٣", "2023"),
        ("ده\u200cشتی", "دهشتی"),
    ],
)
def test_spellings_that_a_reader_takes_for_the_same_fold_to_one(first: str, second: str) -> None:
    assert fold(first) == fold(second)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_both_sets_of_eastern_digits_become_western() -> None:
    assert western_digits("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹") == "0123456789 0123456789"


@given(st.text())
def test_a_slug_is_a_word_or_blank(text: str) -> None:
    assert all(part.isascii() and part.isalnum() for part in slug(text).split("-") if part)


@given(st.text(st.characters(codec="ascii")))
def test_a_plain_text_is_folded_as_any_other(text: str) -> None:
    # The zero-width joiner is folded away, and forces the long way.
    assert fold(text) == fold(text + "\u200d")
    assert western_digits(text) == text


def test_what_is_counted_is_one_or_many() -> None:
    told = [spelling.counted(amount, "facility", "facilities") for amount in (0, 1, 2, 5205)]
    assert told == ["0 facilities", "1 facility", "2 facilities", "5,205 facilities"]
    assert spelling.counted(1, "day") + spelling.counted(2, "day") == "1 day2 days"
