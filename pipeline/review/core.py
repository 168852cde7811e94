"""The core of a report: the bytes that an approval names.

It is the hash of the receipt as a whole, in which each page stands by its bytes without the banner at the marked place.
A banner says draft or published and is no part of what was read; every other byte is, of pages, tables and receipt.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline import receipt
from pipeline.errors import HeramsError, ReportError, VerificationError
from pipeline.ledger import Which, canonical
from pipeline.project import Project

BANNER = re.compile(rb"<!-- banner -->.*?<!-- /banner -->", re.DOTALL)


@dataclass(frozen=True)
class Core:
    """A report as it lies there: its receipt, the hash of its core, and which files are not what the receipt says."""

    receipt: Mapping[str, Any]
    digest: str
    altered: tuple[str, ...]


def of(project: Project, which: Which) -> Core:
    """The core of a report as it lies there now; HeramsError where it was not made yet."""
    told = _receipt(project, which)
    altered, parts = [], {}
    for name, digest in sorted(told["outputs"].items()):
        path = project.root / name
        content = project.read_bytes(path) if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != digest:
            altered.append(name)
        parts[name] = page(content) if name.endswith(".html") else hashlib.sha256(content).hexdigest()
    content = canonical({**told, "outputs": parts})
    return Core(told, hashlib.sha256(content).hexdigest(), tuple(altered))


def page(html: bytes) -> str:
    """The SHA-256 of a page without what stands at the marked place of its banner."""
    return hashlib.sha256(BANNER.sub(b"<!-- banner --><!-- /banner -->", html, count=1)).hexdigest()


def _receipt(project: Project, which: Which) -> dict[str, Any]:
    path = project.receipt(*which)
    if not path.is_file():
        raise HeramsError(f"{', '.join(which)} was not made yet: {project.relative(path)} is not there; `herams run`")
    try:
        told: dict[str, Any] = project.read_json(path)
        receipt.check(project, told)
    except (ValueError, ReportError) as problem:
        raise VerificationError(f"{project.relative(path)} is no receipt: {problem}") from problem
    parameters = dict(zip(("round", "scope", "report"), which, strict=True))
    if told["parameters"] != parameters or receipt.Declaration(parameters, told["inputs"]).id != told["id"]:
        raise VerificationError(f"{project.relative(path)} was changed: its id is not that of what it declares")
    return told
