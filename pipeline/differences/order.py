"""Which of some names stayed in order: all but the fewest that must be taken out and put elsewhere."""

from __future__ import annotations

from collections.abc import Sequence


def kept(before: Sequence[str], now: Sequence[str]) -> frozenset[str]:
    """The names that stayed, of two orders of the same names; the same ones whichever order came first.

    Where there are several ways to take out the fewest, the one that keeps the names which are first by alphabet.
    """
    then, since = ({name: place for place, name in enumerate(order)} for order in (before, now))
    longest = _longest(before, since)
    stayed: list[str] = []
    for length in range(max(longest.values(), default=0), 0, -1):
        last = stayed[-1] if stayed else None
        stayed.append(
            min(
                name
                for name, found in longest.items()
                if found == length and (last is None or (then[name] > then[last] and since[name] > since[last]))
            )
        )
    return frozenset(stayed)


def _longest(before: Sequence[str], since: dict[str, int]) -> dict[str, int]:
    """For each name the length of the longest run of names in both orders that begins with it."""
    found: dict[str, int] = {}
    for name in reversed(before):
        # What stands in `found` already comes after this name in the first order.
        found[name] = 1 + max((length for other, length in found.items() if since[other] > since[name]), default=0)
    return found
