"""data/registry.yml as a text that people wrote: its lists and maps of rounds change, every other byte stays as it is.

A YAML library keeps most comments, but not those that follow an item which it takes out; so only the lines of such a
section are touched, and what came of it is read again and compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError

from pipeline.errors import RegistryError
from pipeline.registry import Registry

# The lists of rounds that DVC unfolds its graph by, and its maps from a round to the one before it.
LISTS = ("open", "simulated")
MAPS = ("follows", "baselines")
Section = Any  # a list, or a map of texts


def without_round(text: str, name: str) -> str:
    """The text of the registry with a round in none of the lists and maps that DVC reads; its entry stays."""
    return _with(text, {key: _left(section, name) for key, section in _sections(text).items()})


def with_round(text: str, name: str, before: str | None) -> str:
    """The text of the registry with a round, which it knows, open again, after the round that it followed if any.

    It comes to stand where it stands among `rounds:`, so that one that was closed and opened again leaves no trace.
    """
    told = yaml.safe_load(text)
    sections, is_simulated = _sections(text), told["rounds"][name]["source"] == "simulated"
    for key in LISTS if is_simulated else LISTS[:1]:
        sections[key] = _placed(_left(sections[key], name), name, list(told["rounds"]))
    for key in MAPS if is_simulated else MAPS[:1]:
        others = _left(sections[key], name)
        order = _placed(list(others), name, list(told["rounds"])) if before else list(others)
        sections[key] = {one: others.get(one, before) for one in order}
    return _with(text, sections)


def _placed(others: list[str], name: str, order: list[str]) -> list[str]:
    """A list of rounds with one more, before the first that comes later in the order."""
    at = next((place for place, one in enumerate(others) if order.index(one) > order.index(name)), len(others))
    return [*others[:at], name, *others[at:]]


def _left(section: Section, name: str) -> Section:
    if isinstance(section, dict):
        return {one: before for one, before in section.items() if one != name}
    return [one for one in section if one != name]


def _sections(text: str) -> dict[str, Section]:
    told = yaml.safe_load(text)
    return {key: told[key] for key in (*LISTS, *MAPS)}


def _with(text: str, sections: Mapping[str, Section]) -> str:
    changed = text
    for key, section in sections.items():
        changed = _written(changed, key, section)
    _check(text, changed, sections)
    return changed


def _written(text: str, key: str, section: Section) -> str:
    """The text with another section behind a key of the top level; lines of items that stay are kept, with comments."""
    found = re.search(rf"^{key}:(?P<flow>[^\n]*)\n(?P<items>(?:[ ]*- [^\n]*\n|[ ]+[^ #][^\n]*\n)*)", text, re.MULTILINE)
    if found is None:
        raise RegistryError(f"data/registry.yml: no {key!r} at the beginning of a line")
    known = {_item(line): line for line in found["items"].splitlines(keepends=True)}
    wanted = [f"{one}: {before}" for one, before in section.items()] if isinstance(section, dict) else section
    indent = re.match(" *", next(iter(known.values()), "  "))
    sign = "" if isinstance(section, dict) else "- "
    lines = "".join(known.get(item, f"{indent[0] if indent else ''}{sign}{item}\n") for item in wanted)
    comment = re.search(r"\s+#.*$", found["flow"])
    nothing = "{}" if isinstance(section, dict) else "[]"
    head = f"{key}:{'' if wanted else f' {nothing}'}{comment[0] if comment else ''}\n"
    return text[: found.start()] + head + lines + text[found.end() :]


def _item(line: str) -> str:
    told = yaml.safe_load(line)
    return f"{next(iter(told))}: {next(iter(told.values()))}" if isinstance(told, dict) else str(told[0])


def _check(before: str, after: str, sections: Mapping[str, Section]) -> None:
    """Refuses a text that says anything else than it should."""
    told: Any = yaml.safe_load(after)
    if told != yaml.safe_load(before) | dict(sections):
        raise RegistryError(f"data/registry.yml: {', '.join((*LISTS, *MAPS))} are written in a way that is not known")
    try:
        Registry.model_validate(told)
    except ValidationError as problem:
        raise RegistryError(f"data/registry.yml would be unfit: {problem}") from problem
