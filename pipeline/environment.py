"""What is installed, against what requirements.lock says: a number made by other versions is another number.

And which code this is, for those who work on one round on several machines.
"""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pipeline
from pipeline.errors import HeramsError
from pipeline.project import Project


def check(project: Project) -> None:
    """Refuses to go on where an installed version is not the locked one; names the first few, and the cure."""
    lock = project.root / "requirements.lock"
    wanted = locked(project.read_text(lock))
    # Parsed once each: it is a fifth of a run that has nothing to do.
    parsed = [package.metadata for package in distributions()]
    found = {str(canonicalize_name(package["Name"])): package["Version"] for package in parsed}
    strange = [
        f"{name} {found.get(name, 'is missing')}, locked {version}"
        for name, version in sorted(wanted.items())
        if found.get(name) != version
    ]
    if strange:
        more = f" … and {len(strange) - 3} more" if len(strange) > 3 else ""
        raise HeramsError(
            f"what is installed is not what requirements.lock says ({'; '.join(strange[:3])}{more}): "
            "set up again (`make clean report`, or install the lock into a new environment)"
        )


def locked(lock: str) -> dict[str, str]:
    """The version of each package that a lock asks for on this machine, by its canonical name."""
    wanted = {}
    for line in lock.splitlines():
        if line and line[0] not in " #-":
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                wanted[str(canonicalize_name(requirement.name))] = str(requirement.specifier).removeprefix("==")
    return wanted


def code_root() -> Path:
    """The folder that this package is loaded from."""
    return Path(pipeline.__file__).resolve().parent.parent


def code() -> dict[str, str]:
    """The SHA-256 of each module of this package as it lies on the disk, and the version of Python."""
    root = code_root()
    modules = sorted((root / "pipeline").rglob("*.py"))
    hashes = {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in modules}
    return {"Python": platform.python_version(), **hashes}
