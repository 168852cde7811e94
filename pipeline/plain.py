"""Texts out of exports as a page may show them: an address is broken by a blank, control characters vanish."""

from __future__ import annotations

import re

ADDRESS = re.compile(r"(?<=[A-Za-z0-9+.-]):(?=//)")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")


def plain(text: object) -> str:
    """A text without control characters and without addresses."""
    return CONTROLS.sub("", ADDRESS.sub(": ", str(text)))
