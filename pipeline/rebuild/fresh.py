"""A fresh environment of a lock: by uv where it is at hand, else by venv and pip; from wheels without network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipeline.errors import HeramsError

LOCK = "requirements.lock"
# The project itself, with what the lock has brought: kernels are found by its entry point.
OWN = ("--no-deps", "--no-build-isolation", "--editable", ".")
LAST_LINES = 8


def environment(place: Path, root: Path, wheels: Path | None, base: str = sys.executable) -> Path:
    """The Python of a new environment that has what the lock of a project says, and no more; made of a base."""
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    where = ["--no-index", "--find-links", str(wheels.resolve())] if wheels else []
    found = uv()
    if found is None:
        _call([base, "-m", "venv", str(place)], root)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _call([*pip, "--require-hashes", *where, "-r", LOCK], root)
        _call([*pip, *OWN], root)
        return python
    _call([found, "venv", "--quiet", "--python", base, str(place)], root)
    pip = [found, "pip", "install", "--quiet", "--python", str(python)]
    _call([*pip, "--require-hashes", "--compile-bytecode", *where, "-r", LOCK], root)
    _call([*pip, *OWN], root)
    return python


def uv() -> str | None:
    """The uv of this environment, or of this machine; None where there is none."""
    beside = shutil.which("uv", path=str(Path(sys.executable).parent))
    return beside or shutil.which("uv")


def _call(command: list[str], root: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run(command, cwd=root, env=kept, capture_output=True, check=False)
    if done.returncode:
        told = (done.stdout + done.stderr).decode("utf-8", "replace").strip().splitlines()[-LAST_LINES:]
        hint = "without network, name a folder of wheels with --wheels (README, *A Windows laptop*)"
        raise HeramsError("\n  ".join([f"the lock could not be installed; {hint}:", *told]))
