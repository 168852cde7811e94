"""dvc.lock: the same bytes as DVC writes, several times faster, and never a part of them.

DVC reads and writes its lock with a YAML library that keeps comments, in Python, and writes in place. A lock has no
comments, and libyaml gives the same text; where one of that cannot be taken for granted, DVC's own writer is used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import yaml
from dvc.utils.serialize import dumps_yaml, parse_yaml_for_update

LINE = 70
# Texts that YAML 1.1 (libyaml) and YAML 1.2 (DVC) write the same way: words, paths, commands, dates, MD5.
SAME = re.compile(r"[A-Za-z_][\w./@ -]*\w|[0-9]{4}-[0-9]{2}-[0-9]{2}|2\.0|[A-Za-z]|")
MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")
WORDS = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)


def updated(before: str, entries: Mapping[str, Any]) -> str:
    """The text of the lock with these stages in it: a known one keeps its place, a new one comes last."""
    fast = _fast(before, entries)
    if fast is not None:
        return fast
    data = parse_yaml_for_update(before, "dvc.lock") if before else {}
    text: str = dumps_yaml(_with(data, entries))
    return text


def without(before: str, names: Collection[str]) -> str:
    """The text of the lock without these stages, all others as they are."""
    return updated("", {name: entry for name, entry in _stages(before).items() if name not in names})


def again(before: str, then: Mapping[str, Any], names: Collection[str]) -> str:
    """The text of the lock with these stages as an earlier lock had them, each at the place that it had there."""
    now = _stages(before)
    order = [name for name in then if name in names or name in now] + [name for name in now if name not in then]
    return updated("", {name: (then if name in names else now)[name] for name in order})


def _stages(before: str) -> Mapping[str, Any]:
    data = _read(before)
    if data is None:
        data = parse_yaml_for_update(before, "dvc.lock")
    stages: Mapping[str, Any] = data.get("stages", {})
    return stages


def _with(data: Any, entries: Mapping[str, Any]) -> Any:
    if not data:
        data["schema"] = "2.0"
    data.setdefault("stages", {})
    data["stages"].update(entries)
    return data


def _fast(before: str, entries: Mapping[str, Any]) -> str | None:
    """By libyaml, or None where its text might be another than DVC's."""
    data, plain = _read(before), _plain(entries)
    if data is None or not all(map(_same, _texts(plain))):
        return None
    return _dumped(_with(data, plain))


def _read(before: str) -> Any:
    """What libyaml reads, or None where it is not there or would not write the same text again."""
    loader = getattr(yaml, "CSafeLoader", None)
    if loader is None:
        return None
    data = yaml.load(before, Loader=loader) if before else {}
    return data if not before or _dumped(data) == before else None


def _dumped(data: Any) -> str:
    settings: dict[str, Any] = {"sort_keys": False, "default_flow_style": False, "width": 80, "allow_unicode": True}
    return str(yaml.dump(data, Dumper=yaml.CSafeDumper, **settings))


def _plain(told: Any) -> Any:
    """Dictionaries and lists without classes of their own, none of them twice, so that no reference is written."""
    if isinstance(told, Mapping):
        return {key: _plain(one) for key, one in told.items()}
    if isinstance(told, list | tuple):
        return [_plain(one) for one in told]
    return told


def _texts(told: Any) -> Iterator[Any]:
    """All keys and values that are neither a dictionary nor a list."""
    if isinstance(told, dict):
        for key, one in told.items():
            yield key
            yield from _texts(one)
    elif isinstance(told, list):
        for one in told:
            yield from _texts(one)
    else:
        yield told


def _same(value: Any) -> bool:
    if isinstance(value, bool | int):
        return True
    if not isinstance(value, str) or len(value) > LINE:
        return False
    if MD5.fullmatch(value):
        # Digits with a single e among them are a number to one of the two.
        return len(re.findall("[a-f]", value)) > 1
    return SAME.fullmatch(value) is not None and WORDS.fullmatch(value) is None
