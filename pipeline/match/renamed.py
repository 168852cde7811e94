"""Whether a facility has another name than before, or only another spelling of it."""

from __future__ import annotations

import numpy as np
from rapidfuzz import fuzz, process

from pipeline.match.evidence import Flags, Name, Rows, Seen

ALIKE = 85


def is_renamed(known: Seen, one: Rows, other: Rows) -> Flags:
    """Where the name on the door changed, or, where one round does not have it, the English one."""
    local, english = known.names
    has_local = (local.whole[one] != "") & (local.whole[other] != "")
    return np.where(has_local, _changed(local, one, other), _changed(english, one, other)).astype(bool)


def _changed(name: Name, one: Rows, other: Rows) -> Flags:
    then, now = name.whole[one], name.whole[other]
    told = (name.words[one] != "") & (name.words[other] != "")
    alike = process.cpdist(name.words[one], name.words[other], scorer=fuzz.ratio) >= ALIKE if len(one) else told
    heard = (name.heard[one] == name.heard[other]) & (name.heard[one] != "")
    same = (then == now) | (told & (alike | heard) & (name.numbers[one] == name.numbers[other]))
    return np.asarray((then != "") & (now != "") & ~same, dtype=bool)
