"""One lasting id for each facility, whatever its ids on the platform and its codes become.

It is made of the id under which the facility was first seen, so it is the same on every machine and however often it is
made, and a facility more or less, or another link, changes nobody else's. Where another facility was first seen under
that id, or the letters happen to be taken, it is made of the id and a count: no lasting id is given twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping

import pandas as pd

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread
LENGTH = 10
NOT_GOING_ON = ("merged", "split")


def first_seen(facility_ids: Iterable[str], known: Collection[str] = ()) -> dict[str, str]:
    """A lasting id for each facility that was never seen before; `known` are all lasting ids that others have had."""
    taken, found = set(known), {}
    for facility in sorted(facility_ids):
        count, made = 1, _made(facility)
        while made in taken:
            count += 1
            made = _made(f"{facility}\n{count}")
        taken.add(made)
        found[facility] = made
    return found


def carried(links: pd.DataFrame, before: Mapping[str, str], known: Collection[str] = ()) -> dict[str, str]:
    """The lasting id of each facility of this round: that of its link, else one of its own.

    `before` has the lasting id of each earlier facility by the id that `links` call it by. Of facilities that merged
    the first goes on, and after a split the first part.
    """
    now = links[links["facility_id"].notna()]
    goes_on = now["previous_id"].notna() & ~now["how"].isin(NOT_GOING_ON)
    pairs = zip(now.loc[goes_on, "facility_id"], now.loc[goes_on, "previous_id"], strict=True)
    found = {facility: before[previous] for facility, previous in pairs}
    new = sorted(set(now["facility_id"]) - set(found))
    return found | first_seen(new, {*known, *before.values()})


def _made(text: str) -> str:
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "big")
    letters = "".join(LETTERS[number >> 5 * place & 31] for place in range(LENGTH))
    return f"IQ-{letters[:5]}-{letters[5:]}"
