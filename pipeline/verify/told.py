"""What verification found, as a person reads it and as a program does."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pipeline.spelling import counted
from pipeline.verify import Result
from pipeline.verify.found import STATES, Found

SHOWN = 12


def text(result: Result) -> str:
    """A line for each file, stale ones by what they were made of; then how many of each."""
    return "\n".join([*_lines(result), *(f"not checked: {what}" for what in result.unchecked), _sum(result)])


def as_json(result: Result) -> str:
    """All that was found, nothing shortened."""
    told = {
        "intact": result.is_intact,
        "files": result.files,
        "counts": {state: _files(result, state) for state in STATES},
        "found": [vars(one) for one in result.found],
        "not_checked": list(result.unchecked),
    }
    return json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)


def _lines(result: Result) -> Iterator[str]:
    for state in STATES[:-1]:
        yield from _shortened([f"{state:<12} {one.path}: {one.why}" for one in result.found if one.state == state])
    causes: dict[str, dict[str, Found]] = {}
    for one in result.found:
        if one.state == "stale":
            causes.setdefault(one.because, {})[one.path] = one
    for _, these in sorted(causes.items()):
        first = next(iter(these.values()))
        yield f"{'stale':<12} {_named(len(these), first)}: {first.why}"


def _named(count: int, first: Found) -> str:
    return first.path if count == 1 else f"{count} files ({first.path}, …)"


def _shortened(lines: list[str]) -> list[str]:
    more = [f"{'':<12} … and {len(lines) - SHOWN} more (--json names all)"] if len(lines) > SHOWN else []
    return lines[:SHOWN] + more


def _sum(result: Result) -> str:
    counts = [f"{_files(result, state)} {state}" for state in STATES]
    return f"{counted(result.files, 'file')} read: {'all intact' if result.is_intact else ' · '.join(counts)}"


def _files(result: Result, state: str) -> int:
    return len({one.path for one in result.found if one.state == state})
