"""Two forms beside each other for those who revise them: a list for the screen, a table, a page for the workshop.

What changed is found by `pipeline/differences`, what was ruled stands in `data/codebooks/<form>/since.csv`. Rows to be
ruled are written with an empty ruling: nothing here guesses one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline import codebook as codebooks
from pipeline import rulings
from pipeline.codebook import LANGUAGES, Codebook
from pipeline.differences import FORMAL, KINDS, Change, between
from pipeline.project import Project
from pipeline.rulings import COLUMNS, Row
from pipeline.spelling import counted

SHOWN = 60


@dataclass(frozen=True)
class Beside:
    """Two forms, what changed between them, and what is ruled so far, be it right or not."""

    before: Codebook
    now: Codebook
    changes: tuple[Change, ...]
    ruled: Mapping[tuple[str, str], Row]

    @property
    def open(self) -> list[Change]:
        """The changes that have no ruling yet."""
        return [change for change in self.changes if change.key not in self.ruled]


def beside(project: Project, previous_form: str, form: str) -> Beside:
    """Two forms of the project beside each other; an unknown one is a UsageError with a near match."""
    before, now = codebooks.load(project, previous_form), codebooks.load(project, form)
    rows = rulings.rows_of(rulings.sheet(project, form))
    ruled = {row.key: row for row in rows if row.previous_form == previous_form and row.ruling}
    return Beside(before, now, between(before, now), ruled)


def table(found: Beside) -> pd.DataFrame:
    """A row for each change: what it is about, both wordings in each language, how many questions, the ruling."""
    columns = ["item", "change", "questions", "before", "now"]
    columns += [f"{language}_{when}" for language in LANGUAGES for when in ("before", "now")]
    return pd.DataFrame([_row(found, change) for change in found.changes], columns=[*columns, "ruling", "reason"])


def _row(found: Beside, change: Change) -> dict[str, str]:
    cells = {"item": change.item, "change": change.kind, "questions": " ".join(change.questions)}
    for when, words in (("before", change.before), ("now", change.now)):
        cells |= {when: words.get(FORMAL, "")}
        cells |= {f"{language}_{when}": words.get(language, "") for language in LANGUAGES}
    row = found.ruled.get(change.key)
    return cells | {"ruling": row.ruling if row else "", "reason": row.reason if row else ""}


def to_rule(found: Beside) -> pd.DataFrame:
    """The rows to add to since.csv and to fill in: one for each change that has no ruling yet."""
    rows = [[found.before.form, change.item, change.kind, *[""] * (len(COLUMNS) - 3)] for change in found.open]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)


def told(found: Beside) -> Iterator[str]:
    """The short list for the screen: how many of each kind, then each change in a line."""
    before, now = found.before.form, found.now.form
    if not found.changes:
        yield f"{before} and {now}: no difference"
        return
    counts = Counter(change.kind for change in found.changes)
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if counts[kind])
    yield f"{before} → {now}: {counted(len(found.changes), 'change')}: {kinds}"
    yield from (f"  {change.item:24} {change.kind:22} {_short(change)}" for change in found.changes[:SHOWN])
    if len(found.changes) > SHOWN:
        yield f"  … and {len(found.changes) - SHOWN} more: --csv FILE has them all, --out FILE.html shows them"
    yield told_open(found)


def told_rulings(found: Beside) -> Iterator[str]:
    """The changes that have no ruling yet, each in a line."""
    yield from (f"  {change.item:24} {change.kind:22} {_short(change)}" for change in found.open)
    yield told_open(found)


def told_open(found: Beside) -> str:
    """How many changes have no ruling yet, and what to do."""
    if not found.open:
        return "every change is ruled"
    command = f"herams form diff {found.before.form} {found.now.form} --rulings --out FILE.csv"
    return f"{counted(len(found.open), 'change')} without a ruling yet: `{command}` writes what is to be filled in"


def _short(change: Change) -> str:
    then, since = (words.get(FORMAL) or words.get("en", "") for words in (change.before, change.now))
    parts = [_cut(text) for text in (then, since)]
    return " → ".join(part or "–" for part in parts) if change.before and change.now else parts[0] or parts[1]


def _cut(text: str) -> str:
    return text if len(text) <= 48 else f"{text[:47]}…"
