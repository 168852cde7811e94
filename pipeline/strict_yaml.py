"""YAML as people write it into this project: a key that stands twice is an error, not the last one's victory."""

from __future__ import annotations

from collections import Counter
from typing import Any

import yaml


class _Once(yaml.SafeLoader):
    """Refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(str(self.construct_object(key)) for key, _ in node.value)
        twice = [key for key, times in keys.items() if times > 1]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]!r} stands there twice", node.start_mark)
        return super().construct_mapping(node, deep)


class _Verbatim(_Once):
    """Reads every scalar as the text that stands there: 007, NO and 2023-11-30 stay what they are."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  overrides PyYAML's own table


def read(text: str) -> Any:
    """The document, with YAML's numbers and truth values; yaml.YAMLError says line and column."""
    return yaml.load(text, _Once)  # a safe loader


def read_verbatim(text: str) -> Any:
    """The document, with every scalar as its text; yaml.YAMLError says line and column."""
    return yaml.load(text, _Verbatim)  # a safe loader
