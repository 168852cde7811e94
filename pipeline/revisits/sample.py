"""Who is visited again: a random sample of each directorate's facilities, the same on every machine.

Each facility has a random number of its own for life: the SHA-256 of round, directorate and facility. Those with the
smallest are drawn. So the draw of one directorate knows nothing of another, a facility more or less moves at most one
other in or out, and a larger share holds the whole of a smaller one (permanent random numbers; E. Ohlsson,
"Coordination of samples using permanent random numbers", in Business Survey Methods, 1995).
"""

from __future__ import annotations

import hashlib

import pandas as pd

SHARE = 5  # percent of a directorate's facilities
MOST_SHARE = 20  # more is no sample but a second round
CLOSED = "closed"


def frame(facilities: pd.DataFrame, directorate: str) -> list[str]:
    """The facilities of a directorate that can be visited: all in the table `facilities` but those closed, sorted.

    Whom a decision excludes is not in that table.
    """
    mine = facilities[(facilities["directorate"] == directorate) & (facilities["status"] != CLOSED)]
    return sorted(mine["facility_id"].astype(str))


def draw(facilities: pd.DataFrame, round_name: str, directorate: str, share: int = SHARE) -> list[str]:
    """A share, in percent, of those that can be visited, rounded up: at least one where there is any. Sorted."""
    listed = frame(facilities, directorate)
    size = -(-len(listed) * share // 100)
    return sorted(sorted(listed, key=lambda facility: _number(round_name, directorate, facility))[:size])


def _number(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8")).hexdigest()
