"""Answers as people write them: both sets of Arabic digits, days first, separators, oddly spelt options."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.returned.values import date, number

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FARSI = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("02/05/2023", "2023-05-02"),
        ("2-5-2023", "2023-05-02"),
        ("٠٢/٠٥/٢٠٢٣", "2023-05-02"),
        ("2023/5/2", "2023-05-02"),
        ("31/02/2023", None),
        ("05/2023", None),
        ("02/05/23", None),
        ("yesterday", None),
    ],
)
def test_a_date_is_read_with_the_day_first(text: str, said: str | None) -> None:
    assert date(text) == said


@given(st.dates(min_value=datetime.date(1900, 1, 1)), st.sampled_from([{}, ARABIC, FARSI]))
def test_every_day_is_read_in_every_set_of_digits(day: datetime.date, digits: dict[int, int]) -> None:
    assert date(f"{day.day:02}/{day.month:02}/{day.year:04}".translate(digits)) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("17,400", "17400"),
        ("١٧٬٤٠٠", "17400"),
        ("۴۴٫۳۶۱۲", "44.3612"),
        ("007", "7"),
        ("3.0000000000", "3"),
        ("36,5", None),
        ("1.2.3", None),
        ("12 beds", None),
        ("", None),
    ],
)
def test_a_number_is_read_or_refused_never_guessed(text: str, said: str | None) -> None:
    assert number(text) == said


@given(st.integers(-(10**9), 10**9), st.sampled_from([{}, ARABIC, FARSI]))
def test_every_whole_number_is_read_in_every_set_of_digits(whole: int, digits: dict[int, int]) -> None:
    assert number(f"{whole:,}".translate(digits)) == str(whole)
