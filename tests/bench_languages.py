"""What two more languages cost, for `make bench`: CPU seconds of a report in three, beside drawing its charts once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import made

from pipeline import figures
from pipeline.figures import draw
from pipeline.figures.brief import read
from pipeline.figures.section import Section

DRAWN = ("_stacked", "_bars", "_rising")
MADE = (("erbil", "overview"), ("iraq", "operations"), ("iraq", "amenities"), ("iraq", "hospitals"))


def rows(_: Path) -> Iterator[tuple[str, float, str, float]]:
    """A report of a small round: its words and charts in three languages, beside its charts alone in one."""
    project = made.whole()
    sections_of(project, "iraq", "operations", ["en"])
    for scope, name in MADE:
        forget()
        with_charts: list[float] = []
        with timed(with_charts):
            sections_of(project, scope, name, ["en"])
        forget()
        begun = time.process_time()
        sections_of(project, scope, name, project.registry.languages)
        three = time.process_time() - begun
        drawn = sum(with_charts)
        yield f"{name} of {scope}: its pieces in three languages", three, "its charts alone, drawn once", drawn


def sections_of(project: Any, scope: str, name: str, languages: list[str]) -> None:
    """Reads a brief and makes all pieces of its notebook in these languages."""
    brief = read(project, made.round_of(project), scope, name, languages)
    book = project.read_text(project.notebook(project.registry.reports[name].notebook))
    for word in re.findall(r"figures\.(\w+)\(brief\)", book):
        section: Section = getattr(figures, word)
        for told in () if section.left_out(brief) else brief.translations:
            section.parts(told)


def forget() -> None:
    """Takes away what was drawn before."""
    for name in DRAWN:
        getattr(draw, name).cache_clear()


class timed:  # noqa: N801 - reads as a sentence
    """Within the block, the seconds of each chart that is drawn go into a list."""

    def __init__(self, seconds: list[float]) -> None:
        self.seconds, self.before = seconds, {name: getattr(draw, name) for name in DRAWN}

    def __enter__(self) -> None:
        for name, function in self.before.items():
            setattr(draw, name, self._measured(function))

    def __exit__(self, *_: object) -> None:
        for name, function in self.before.items():
            setattr(draw, name, function)

    def _measured(self, function: Callable[..., str]) -> Callable[..., str]:
        def draws(*values: Any) -> str:
            begun = time.process_time()
            drawn = function(*values)
            self.seconds.append(time.process_time() - begun)
            return drawn

        return draws
