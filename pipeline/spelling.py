"""Spellings that a reader takes for the same: folded for matching, never for display."""

from __future__ import annotations

import re
import unicodedata

# Seen in real exports: Farsi yeh and kaf beside the Arabic ones, joiners, tatweel, no-break spaces, all sets of digits.
# Kurdish exports write ە as h + zero-width non-joiner; the bare h is kept apart.
_SAME = str.maketrans(
    {
        "\u064a": "\u06cc",  # Arabic yeh
        "\u0649": "\u06cc",  # alef maksura
        "\u0643": "\u06a9",  # Arabic kaf
        "\u0623": "\u0627",  # alef with hamza above
        "\u0625": "\u0627",  # alef with hamza below
        "\u0622": "\u0627",  # alef with madda
        "\u0629": "\u0647",  # teh marbuta
        "\u0640": None,  # tatweel
        "\u200c": None,  # zero-width non-joiner
        "\u200d": None,  # zero-width joiner
        "\u200e": None,  # left-to-right mark
        "\u200f": None,  # right-to-left mark
        "\ufeff": None,  # byte order mark inside a text
        "\u2019": "'",
    }
)
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")
_BLANKS = re.compile(r"\s+")


def letters() -> dict[str, str]:
    """What becomes of single letters and digits in folding, blank for one that vanishes: for a search in a page."""
    told = {chr(code): found or "" for code, found in sorted(_SAME.items())}
    return told | {chr(code): chr(found) for code, found in sorted(_DIGITS.items())}


def fold(text: str) -> str:
    """The text as matching sees it: one spelling for each letter, one blank between words, no case, no vowel signs."""
    plain = text if text.isascii() else _one_spelling(text)
    return _BLANKS.sub(" ", plain).strip().casefold()


def counted(amount: int, one: str, many: str = "") -> str:
    """A number and what it counts, as English has it: 1 day, 2 days; `many` where an s is not enough."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def western_digits(text: str) -> str:
    """The text with the digits ٠-٩ and ۰-۹, and the Arabic decimal separator, as 0-9 and a point."""
    # Nothing is looked for where nothing can be: most texts of an export are codes.
    return text if text.isascii() else text.translate(_DIGITS)


def _one_spelling(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_SAME)
    return western_digits("".join(letter for letter in plain if unicodedata.category(letter) != "Mn"))


def slug(text: str) -> str:
    """A word of lower-case ASCII letters, digits and hyphens made of a text; blank if it has none of them."""
    plain = unicodedata.normalize("NFKD", western_digits(text)).encode("ascii", "ignore").decode("ascii").casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
