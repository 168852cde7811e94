"""What another system calls our facilities and areas: data/crosswalks/<system>.csv, `kind, key, uid`, kept in git.

A uid is made of the key when it is first needed, and then stays as it is kept: whoever runs the other system may put
the uids in that it has given already. `kind` is country, directorate, sector, facility, level, type or set.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterable

import pandas as pd

from pipeline.errors import RegistryError

COLUMNS = ("kind", "key", "uid")
LETTERS = string.ascii_uppercase + string.ascii_lowercase
SIGNS = LETTERS + string.digits
LENGTH = 11
SHAPE = "[A-Za-z][A-Za-z0-9]{10}"
Key = tuple[str, str]


class Crosswalk:
    """The uids of a system by kind and key; a new one is made where none is kept."""

    def __init__(self, kept: pd.DataFrame, where: str) -> None:
        """Takes the kept table; one that is unfit is a RegistryError that names its file."""
        _refuse_unfit(kept, where)
        self._uids: dict[Key, str] = {
            (kind, key): uid for kind, key, uid in kept[list(COLUMNS)].itertuples(index=False, name=None)
        }
        self._taken = set(self._uids.values())

    def uid(self, kind: str, key: str) -> str:
        """The uid of a thing."""
        if (kind, key) not in self._uids:
            self._uids[kind, key] = self._made(kind, key)
            self._taken.add(self._uids[kind, key])
        return self._uids[kind, key]

    def table(self) -> pd.DataFrame:
        """All uids, in the order of kinds and keys: also those of things that are not there any more."""
        rows: Iterable[tuple[str, str, str]] = ((kind, key, uid) for (kind, key), uid in sorted(self._uids.items()))
        return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")

    def _made(self, kind: str, key: str) -> str:
        count, found = 0, ""
        while not found or found in self._taken:
            count += 1
            number = int.from_bytes(hashlib.sha256(f"{kind}\n{key}\n{count}".encode()).digest(), "big")
            number, first = divmod(number, len(LETTERS))
            found = LETTERS[first]
            while len(found) < LENGTH:
                number, place = divmod(number, len(SIGNS))
                found += SIGNS[place]
        return found


def empty() -> pd.DataFrame:
    """A crosswalk of nothing."""
    return pd.DataFrame(columns=list(COLUMNS), dtype="str")


def _refuse_unfit(kept: pd.DataFrame, where: str) -> None:
    if list(kept.columns) != list(COLUMNS):
        raise RegistryError(f"{where}: its columns must be {', '.join(COLUMNS)}")
    wrong = kept.loc[~kept["uid"].str.fullmatch(SHAPE), "uid"]
    twice = kept.loc[kept["uid"].duplicated() | kept.duplicated(["kind", "key"]), "uid"]
    if len(wrong) or len(twice):
        what = f"{wrong.iloc[0]!r} is no uid" if len(wrong) else f"{twice.iloc[0]!r} or its key stands there twice"
        raise RegistryError(f"{where}: {what}: a uid is a letter and ten letters or digits, each for one thing")
