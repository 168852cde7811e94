"""The number that identifies a paper: fourteen digits that stand for a form and a facility, and its barcode.

Twelve digits are taken from the SHA-256 of form and facility, so that the same paper has the same number on every
machine and nobody keeps a list; two more check them (ISO 7064, modulus 97, as bank accounts have it): a wrong digit, or
two exchanged, is found in the office and while keying. A QR code holds the same digits, since every telephone reads it.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable

from markupsafe import Markup

from pipeline.errors import FormError
from pipeline.spelling import fold

DIGITS = 12
NUMBER = re.compile(r"\d{14}", re.ASCII)
GROUPS = ((0, 4), (4, 8), (8, 12), (12, 14))


def number(form: str, facility_id: str) -> str:
    """The fourteen digits of a facility's paper."""
    digest = hashlib.sha256(f"{form}\n{facility_id}".encode()).hexdigest()
    body = f"{int(digest, 16) % 10**DIGITS:0{DIGITS}d}"
    return body + _check(body)


def numbers(form: str, facility_ids: Iterable[str]) -> dict[str, str]:
    """The facility of each number; two facilities with one number, which is next to impossible, are a FormError."""
    found: dict[str, str] = {}
    for facility in facility_ids:
        other = found.setdefault(number(form, facility), facility)
        if other != facility:
            raise FormError(f"{other} and {facility} would have the same number on paper: print one of them without")
    return found


def read(text: str) -> str | None:
    """A number as somebody keyed it, without blanks and in any digits; None where its last two digits do not fit."""
    digits = re.sub(r"[\s\-.]", "", fold(text))
    return digits if NUMBER.fullmatch(digits) and _check(digits[:DIGITS]) == digits[DIGITS:] else None


def grouped(digits: str) -> str:
    """A number as it is printed: 4821 9930 1175 63."""
    return " ".join(digits[begin:end] for begin, end in GROUPS)


def barcode(digits: str, label: str) -> Markup:
    """A number as a QR code in SVG, told to who cannot see it by a label."""
    import segno

    drawn = io.BytesIO()
    code = segno.make(digits, micro=False, error="q", boost_error=False)
    code.save(drawn, kind="svg", xmldecl=False, svgns=False, border=2, omitsize=True, svgclass=None, lineclass=None)
    root, rest = drawn.getvalue().decode("ascii").split(">", 1)
    return Markup(root) + Markup(' class="code" role="img" aria-label="{}">').format(label) + Markup(rest.strip())


def _check(body: str) -> str:
    return f"{98 - int(body + '00') % 97:02d}"
