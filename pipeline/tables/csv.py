"""Plain tables as CSV for spreadsheets: a byte order mark, their ends of lines, and no text that they would run."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from pipeline.archive import RUN_BY_SPREADSHEETS


def csv(frame: pd.DataFrame) -> bytes:
    """The CSV file of a table, its heads in the first line."""
    heads = [_text(str(name)) for name in frame.columns]
    columns = [written(frame[name], _text, repr) for name in frame.columns]
    lines = [heads, *zip(*columns, strict=True)]
    return "".join(f"{','.join(line)}\r\n" for line in lines).encode("utf-8-sig", "replace")


def written(column: pd.Series[str], text: Callable[[str], str], number: Callable[[float], str]) -> list[str]:
    """The cells of a column as a file has them, blank where there is no value; each different value is written once."""
    codes, values = pd.factorize(column)
    known = list(map(number if pd.api.types.is_numeric_dtype(column) else text, values.tolist()))
    # Where there is no value the code is -1: the last of the list.
    known.append("")
    return [known[code] for code in codes.tolist()]


def _text(text: str) -> str:
    told = f"'{text}" if text.startswith(RUN_BY_SPREADSHEETS) else text
    return '"' + told.replace('"', '""') + '"' if any(mark in told for mark in '",\r\n') else told
