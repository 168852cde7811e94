"""New decisions at the end of a file of decisions: what people wrote there stays as it is, to the byte."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

from pipeline import decisions
from pipeline.decisions import Decision
from pipeline.errors import DecisionError

EMPTY = re.compile(r"^\[\s*\][ \t]*$\n?", re.MULTILINE)
QUOTED = ("was", "now", "rows", "until", "date", "letter")  # texts that look like numbers or dates
ORDER = (
    "decision",
    "facility",
    "question",
    "rule",
    "into",
    "was",
    "now",
    "until",
    "reason",
    "role",
    "office",
    "letter",
)


def appended(text: str, existing: Sequence[Decision], new: Sequence[Decision], where: str) -> str:
    """The text of a file of decisions with some more at its end; DecisionError if it is no list with dashes."""
    if not new:
        return text
    head = EMPTY.sub("", text) if not existing else text
    lines = _as_yaml(new)
    indent = re.search(r"^( *)- ", head, re.MULTILINE)
    if indent and indent[1]:
        lines = re.sub(r"^(?=.)", indent[1], lines, flags=re.MULTILINE)
    whole = head + ("" if not head or head.endswith("\n") else "\n") + lines
    if decisions.parse(whole, where) != (*existing, *new):
        raise DecisionError(f"{where}: no list with a dash before each decision: write it so, then import again")
    return whole


def _as_yaml(new: Sequence[Decision]) -> str:
    yaml = YAML()
    yaml.width = 4096
    yaml.allow_unicode = True
    text = io.StringIO()
    yaml.dump([_entry(decision) for decision in new], text)
    return text.getvalue()


def _entry(decision: Decision) -> dict[str, str]:
    told = {name: value for name, value in decision.model_dump().items() if value or name in ("was", "now")}
    names = [name for name in ORDER if name in told] + [name for name in told if name not in ORDER]
    return {name: Quoted(told[name]) if name in QUOTED else told[name] for name in names}
