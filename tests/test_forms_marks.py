"""The number on a paper: the same everywhere, and a slip of the pen is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FormError
from pipeline.forms import marks

IDS = st.text("abcdefgh-/0123456789ABCXYZ", min_size=1)


@given(IDS, st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_found(facility: str, place: int, step: int) -> None:
    digits = marks.number("iraq-2022", facility)
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    assert marks.read(digits) == digits and marks.read(wrong) is None


@given(IDS, st.integers(0, 12))
def test_two_exchanged_digits_are_found(facility: str, place: int) -> None:
    digits = marks.number("iraq-2022", facility)
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert marks.read(swapped) is None or swapped == digits


def test_a_number_is_read_as_it_is_printed_or_keyed() -> None:
    digits = marks.number("iraq-2022", "kirkuk/X1R0B")
    arabic = digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert {marks.read(text) for text in (marks.grouped(digits), "-".join(digits), arabic, f" {digits} ")} == {digits}
    assert marks.read("") is None and marks.read(digits[:-1]) is None


def test_form_and_facility_make_the_number() -> None:
    assert marks.number("iraq-2022", "a/b") != marks.number("iraq-2024", "a/b") != marks.number("iraq-2024", "a/c")


def test_two_facilities_with_one_number_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "number", lambda form, facility: "0" * 14)
    with pytest.raises(FormError, match="a/b and a/c"):
        marks.numbers("iraq-2022", ["a/b", "a/c"])


def test_the_barcode_is_a_picture_with_a_name_and_no_address() -> None:
    drawn = str(marks.barcode(marks.number("iraq-2022", "a/b"), 'No. "1"'))
    assert drawn.startswith("<svg") and drawn.count("<svg") == 1 and "No. &#34;1&#34;" in drawn and "://" not in drawn
