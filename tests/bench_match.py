"""Links between two simulated rounds against the truth, for `make bench`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import two_rounds
import yaml

from pipeline import match
from pipeline.project import Project

HEADS = ("two rounds", "facilities", "links", "precision", "recall", "certain", "to review", "CPU s", "times")
ROUND = "demo-2023"
SIZES = (5_205, 52_050)


def rows(root: Path) -> Iterator[tuple[str, ...]]:
    """For each pair of rounds how its links fare, in CPU seconds, and in times of the first."""
    first = two_rounds.simulated(_sized(root, SIZES[0]), ROUND)
    told = [
        ("a tenth with new ids", first),
        ("all ids new, no codes", two_rounds.blind(first)),
        ("and names and points taken anew", two_rounds.worn(first)),
        ("a tenth with new ids", two_rounds.simulated(_sized(root, SIZES[1]), ROUND)),
    ]
    begun = 0.0
    for what, rounds in told:
        before = _spent()
        links = match.links(rounds.before, rounds.now)
        spent = _spent() - before
        begun = begun or spent
        found = two_rounds.figures(links, rounds.truth)
        shares = [f"{found[name]:.4f}" for name in ("precision", "recall")]
        counts = [f"{found[name]:,.0f}" for name in ("certain", "to review")]
        sizes = (f"{len(rounds.before):,}", f"{found['links']:,.0f}")
        yield what, *sizes, *shares, *counts, f"{spent:.2f}", f"{spent / begun:.1f}"


def _spent() -> float:
    times = os.times()
    return times.user + times.system


def _sized(root: Path, facilities: int) -> Project:
    """The project with a first round of so many facilities."""
    path = root / "data/registry.yml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    told["rounds"][ROUND]["simulate"]["facilities"] = facilities
    path.write_text(yaml.safe_dump(told, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return Project(root)
