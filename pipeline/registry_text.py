"""data/registry.yml as a text that people wrote: its lists of rounds are changed, every other byte stays as it is.

A YAML library keeps most comments, but not those that follow an item which it takes out; so only the lines of a list
are touched, and what came of it is read again and compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from pipeline.errors import RegistryError
from pipeline.registry import Registry

# The lists of rounds that DVC unfolds its graph by.
LISTS = ("open", "simulated")


def without_round(text: str, name: str) -> str:
    """The text of the registry with a round in none of the lists that DVC reads; its entry stays."""
    lists = {key: [one for one in rounds if one != name] for key, rounds in _lists(text).items()}
    return _with(text, lists)


def with_round(text: str, name: str) -> str:
    """The text of the registry with a round, which it knows, open again; and among the simulated ones if it is."""
    lists = {key: list(rounds) for key, rounds in _lists(text).items()}
    source = yaml.safe_load(text)["rounds"][name]["source"]
    for key in LISTS if source == "simulated" else LISTS[:1]:
        lists[key] += [] if name in lists[key] else [name]
    return _with(text, lists)


def _lists(text: str) -> dict[str, list[str]]:
    told = yaml.safe_load(text)
    return {key: list(told[key]) for key in LISTS}


def _with(text: str, lists: Mapping[str, list[str]]) -> str:
    changed = text
    for key, rounds in lists.items():
        changed = _listed(changed, key, rounds)
    _check(text, changed, lists)
    return changed


def _listed(text: str, key: str, rounds: list[str]) -> str:
    """The text with another list behind a key of the top level; lines of items that stay are kept, with comments."""
    found = re.search(rf"^{key}:(?P<flow>[^\n]*)\n(?P<items>(?:[ ]*- [^\n]*\n)*)", text, re.MULTILINE)
    if found is None:
        raise RegistryError(f"data/registry.yml: no list {key!r} at the beginning of a line")
    known = {_item(line): line for line in found["items"].splitlines(keepends=True)}
    lines = "".join(known.get(name, f"  - {name}\n") for name in rounds)
    if known and lines:
        indent = next(iter(known.values())).partition("-")[0]
        lines = "".join(known.get(name, f"{indent}- {name}\n") for name in rounds)
    comment = re.search(r"\s+#.*$", found["flow"])
    head = f"{key}:{'' if rounds else ' []'}{comment[0] if comment else ''}\n"
    return text[: found.start()] + head + lines + text[found.end() :]


def _item(line: str) -> str:
    return str(yaml.safe_load(line)[0])


def _check(before: str, after: str, lists: Mapping[str, list[str]]) -> None:
    """Refuses a text that says anything else than it should."""
    told: Any = yaml.safe_load(after)
    if told != yaml.safe_load(before) | dict(lists):
        raise RegistryError(f"data/registry.yml: the lists {', '.join(LISTS)} are written in a way that is not known")
    try:
        Registry.model_validate(told)
    except ValidationError as problem:
        raise RegistryError(f"data/registry.yml would be unfit: {problem}") from problem
