"""Zip archives of ours: the same bytes each time. And which texts a spreadsheet would run as a formula.

A spreadsheet file is such an archive. A text that begins with one of RUN_BY_SPREADSHEETS is written so
that it stays one.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip archive can name
RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The archive of some files, in the order given, without any time in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED_TIME), content, zipfile.ZIP_DEFLATED, compresslevel=6)
    return made.getvalue()
