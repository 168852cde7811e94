from __future__ import annotations

import numpy as np
import pytest

from pipeline.likeness import metres, sounds, telling_words
from pipeline.spelling import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [("الكرامة", "Al-Karama"), ("زاخۆ", "زاخو"), ("هەولێر", "Hawler"), ("الشهداء", "Al Shuhada"), ("ڕزگاری", "رزگاري")],
)
def test_a_name_sounds_the_same_in_every_script(one: str, other: str) -> None:
    assert sounds(fold(one)) == sounds(fold(other).replace("-", " ")) != ""


def test_other_names_sound_otherwise() -> None:
    assert len({sounds(fold(name)) for name in ("السلام", "النصر", "النور", "الصدر")}) == 4


def test_words_that_many_facilities_of_a_type_bear_are_left_out_and_numbers_kept_apart() -> None:
    names = [
        f"{name} Health Centre {number}" for number, name in enumerate(("Salam", "Noor", "Zahraa", "Amal", "Nasr"))
    ]
    told = telling_words(names, ["phc"] * 5, ["kirkuk"] * 5, 50)
    assert told[0] == ("salam", "0") and told[4] == ("nasr", "4")


def test_a_degree_of_latitude_is_111_kilometres_and_an_unknown_place_is_nowhere() -> None:
    one, other = np.array([[35.0, 44.0], [35.0, 44.0]]), np.array([[36.0, 44.0], [np.nan, 44.0]])
    assert metres(one, other)[0] == pytest.approx(111_200) and np.isnan(metres(one, other)[1])
