"""What two facilities are held to be alike by: the words and numbers of their names, how these sound, how far apart.

Words that many facilities of a type bear ("mobile team", "primary health care centre") tell nobody apart and are left
out: a name that has no other word is like none. Numbers are kept apart: "Salam 1" is another facility than "Salam 2".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.spelling import fold

METRES_PER_DEGREE = 111_200
FEW = 5  # a word that fewer facilities of a type bear is a name of theirs, whatever its share
WORD = re.compile(r"[^\W\d_]+")
NUMBER = re.compile(r"\d+")
ARTICLES = ("al", "el")
# How a consonant is heard, with the letters that write it in Arabic, Sorani and Latin; all others are left out, for one
# script writes vowels where another does not.
_PAIRS = {"sh": "ش", "kh": "خ", "gh": "غ", "th": "s", "dh": "z", "ch": "چ", "zh": "ژ", "ph": "f"}
_HEARD = {
    "b": "bpبپ", "t": "tتط", "s": "sثسص", "d": "d\u062f", "z": "zذزضظ", "j": "jجژ", "č": "چ", "h": "hحه", "x": "xخ",
    "ğ": "غ", "k": "kqcقک", "g": "gگ", "l": "lلڵ", "r": "rرڕ", "m": "mم", "n": "nن", "f": "fvفڤ", "š": "ش",
}  # fmt: skip
_CONSONANT = {letter: heard for heard, letters in _HEARD.items() for letter in letters}
_DOUBLED = re.compile(r"(.)\1+")

Numbers = npt.NDArray[np.float64]


def telling_words(
    names: Sequence[str], types: Sequence[str], directorates: Sequence[str], generic_percent: int
) -> list[tuple[str, str]]:
    """For each name the words that are not those of its type, and the numbers in it.

    Words that at least `generic_percent` of the facilities of a type bear are those of the type: in the country, or in
    the directorate, since the words of Kurdish names are few in the country.
    """
    folded = {text: fold(text) for text in dict.fromkeys(names)}
    words = {text: tuple(dict.fromkeys(WORD.findall(told))) for text, told in folded.items()}
    numbers = {text: " ".join(NUMBER.findall(told)) for text, told in folded.items()}
    known = list(zip(names, types, directorates, strict=True))
    generic = _generic_words(known, words, generic_percent)
    return [
        (
            " ".join(w for w in words[text] if (kind, "", w) not in generic and (kind, place, w) not in generic),
            numbers[text],
        )
        for text, kind, place in known
    ]


def _generic_words(
    names: Sequence[tuple[str, str, str]], words: Mapping[str, Sequence[str]], percent: int
) -> set[tuple[str, str, str]]:
    """The words that so many names of a type have, each with the type and the directorate; a blank is the country."""
    sizes = Counter((kind, place) for _, kind, place in names)
    borne = Counter((kind, place, word) for text, kind, place in names for word in words[text])
    for (kind, _), times in list(sizes.items()):
        sizes[kind, ""] += times
    for (kind, _, word), times in list(borne.items()):
        borne[kind, "", word] += times
    return {key for key, times in borne.items() if times >= FEW and 100 * times >= percent * sizes[key[:2]]}


def sounds(words: str) -> str:
    """The consonants of folded words as they are heard, whatever the script: مركز السلام and Markaz Al-Salam alike."""
    return " ".join(heard for word in words.split() if (heard := _heard(word)))


def _heard(word: str) -> str:
    for pair, letter in _PAIRS.items():
        word = word.replace(pair, letter)
    bare = word[2:] if word.startswith("ال") and len(word) > 4 else "" if word in ARTICLES else word
    # What ends in a silent h is written with it in Arabic, mostly without it in Latin letters.
    return _DOUBLED.sub(
        r"\1", "".join(_CONSONANT.get(letter, "") for letter in bare.removesuffix("ه").removesuffix("h"))
    )


def metres(one: Numbers, other: Numbers) -> Numbers:
    """How far apart points are (latitude, longitude in degrees, along the last axis); NaN where one is not known."""
    east = (one[..., 1] - other[..., 1]) * np.cos(np.radians((one[..., 0] + other[..., 0]) / 2))
    return np.asarray(METRES_PER_DEGREE * np.hypot(one[..., 0] - other[..., 0], east), dtype=float)
