"""Two wordings with the words that differ marked: taken out in the old one, put in in the new one."""

from __future__ import annotations

import difflib
import re

from markupsafe import Markup, escape

# A word, a blank, or a sign: signs of a condition are words of their own.
PIECES = re.compile(r"\s+|\w+|[^\w\s]")


def marked(before: str, now: str) -> tuple[Markup, Markup]:
    """The old wording with `<del>` around what is gone, the new one with `<ins>` around what came."""
    old, new = PIECES.findall(before), PIECES.findall(now)
    left: list[Markup] = []
    right: list[Markup] = []
    for same, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left.append(_piece("".join(old[a:b]), "" if same == "equal" else "del"))
        right.append(_piece("".join(new[c:d]), "" if same == "equal" else "ins"))
    return Markup("").join(left), Markup("").join(right)


def _piece(text: str, tag: str) -> Markup:
    if not text or not tag:
        return escape(text)
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), text)
