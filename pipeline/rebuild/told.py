"""What a rebuild has shown, as a person reads it and as a program does."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict

from pipeline.rebuild import Rebuilt
from pipeline.rebuild.compare import KINDS, Moved

SHOWN = 12


def text(rebuilt: Rebuilt) -> str:
    """What was made again, each difference with its class, then the measures that differ."""
    found = rebuilt.compared
    counts = Counter(one.kind for one in found.differences)
    lines = [
        f"{rebuilt.round} made again from {rebuilt.start} at commit {rebuilt.commit[:12]}, beside {rebuilt.by}",
        f"reports reproduced to the byte: {found.same_reports} of {found.reports}; "
        f"files: {found.files - sum(counts.values())} of {found.files}",
    ]
    for kind in reversed(KINDS[1:]):
        these = [f"{kind:<10} {one.path}: {one.why}" for one in found.differences if one.kind == kind]
        lines += _shortened(these)
    lines += _shortened([_moved(one) for one in found.moved])
    if rebuilt.start == "records":
        lines.append("not made again: records, since the exports are not at hand")
    return "\n".join([*lines, f"{rebuilt.round}: {found.kind}"])


def as_json(rebuilt: Rebuilt) -> str:
    """All of it, nothing shortened."""
    told = asdict(rebuilt)
    told["compared"]["kind"] = rebuilt.compared.kind
    return json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)


def _moved(one: Moved) -> str:
    numbers = ", ".join(f"{name} {before} → {after}" for name, (before, after) in one.numbers.items())
    return f"measure    {one.indicator} {one.scope} {one.group}: {numbers}"


def _shortened(lines: list[str]) -> list[str]:
    more = [f"{'':<10} … and {len(lines) - SHOWN} more (--json names all)"] if len(lines) > SHOWN else []
    return lines[:SHOWN] + more
