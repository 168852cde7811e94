"""Whether reports are reproduced to the byte, for `make bench`: a small round, made again wherever a difference hides.

In another folder, by another user, in another time zone and locale, with another hash seed, by 1, 2 and 4 jobs, by
another Python, and by `herams verify --rebuild` in an environment made anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from conftest import ROOT, ROUND, make_small
from sealed_round import git

from pipeline.errors import HeramsError
from pipeline.rebuild import fresh

HEADS = ("made again", "reports to the byte", "s of CPU")
ANOTHER_PYTHON = "3.13"
NOBODY = 65534
SYSTEM = tuple(
    f"{folder}/python3{minor}" for folder in ("/usr/local/bin", "/usr/bin") for minor in (".13", ".12", ".11")
)


def rows(_: Path) -> Iterator[tuple[str, str, str]]:
    """What was different, how many reports are the same, and what it took; what could not be tried says why."""
    with tempfile.TemporaryDirectory(prefix="herams-reproduce-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        first = ready(place / "first")
        cold = run(first, sys.executable)
        wanted = pages(first)
        yield "the first", f"{len(reports(wanted))} reports", f"{cold:.1f}"
        for what, name, settings, words in (
            (
                "another folder, time zone, locale and hash seed, 1 job",
                "a folder with blanks",
                STRANGE,
                ("--jobs", "1"),
            ),
            ("2 jobs", "two", {}, ("--jobs", "2")),
            ("4 jobs", "four", {}, ("--jobs", "4")),
        ):
            again = ready(place / name)
            took = run(again, sys.executable, settings, *words)
            yield what, same(wanted, pages(again)), f"{took:.1f}"
            shutil.rmtree(again)
        yield by_nobody(place, wanted)
        yield by_another_python(place, wanted)
        yield from rebuilt(first, cold)


STRANGE = {"TZ": "Asia/Baghdad", "LC_ALL": "C", "PYTHONHASHSEED": "42"}


def ready(root: Path) -> Path:
    """The small project under git and DVC, nothing made yet."""
    make_small(root, facilities=300)
    for name in (".gitignore", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, root)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run([sys.executable, "-m", "dvc", "init", "--quiet"], cwd=root, check=True)
    return root


def run(
    root: Path, python: str, settings: Mapping[str, str] | None = None, *words: str, user: int | None = None
) -> float:
    """The CPU seconds of `herams run` by a Python, from nothing."""
    path = os.pathsep.join([str(Path(python).parent), os.environ["PATH"]])
    own = os.environ | {"PYTHONPATH": str(root), "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"} | (settings or {})
    begun = spent()
    command = [python, "-m", "pipeline", "run", *words]
    done = subprocess.run(
        command, cwd=root, env=own, capture_output=True, text=True, check=False, user=user, group=user
    )
    if done.returncode not in (0, 3):
        raise SystemExit(f"herams run ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return spent() - begun


def spent() -> float:
    """The CPU seconds of all processes that were waited for."""
    found = os.times()
    return found.children_user + found.children_system


def pages(root: Path) -> dict[str, str]:
    """The SHA-256 of every page, table and receipt."""
    found = [path for path in sorted((root / "outputs" / ROUND).rglob("*")) if path.is_file()]
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def reports(found: Mapping[str, str]) -> list[str]:
    return [path.removesuffix("receipt.json") for path in found if path.endswith(".receipt.json")]


def same(wanted: Mapping[str, str], found: Mapping[str, str]) -> str:
    """How many reports have all their files as they were."""
    other = {path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path)}
    names = reports(wanted)
    whole = [name for name in names if not any(path.startswith(name) for path in other)]
    return f"{len(whole)} of {len(names)}"


def by_nobody(place: Path, wanted: Mapping[str, str]) -> tuple[str, str, str]:
    """Another user with a home of its own, where this one may become another: root may."""
    what = "another user"
    again = ready(place / "nobody")
    try:
        python = python_of_nobody(place / "nobody-environment", again)
        for path in (again, *again.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        took = run(again, python, {"HOME": str(again), "TMPDIR": "/tmp"}, user=NOBODY)
    except (OSError, subprocess.SubprocessError, SystemExit, HeramsError) as problem:
        return what, f"not run: {str(problem).splitlines()[0]}", ""
    return what, same(wanted, pages(again)), f"{took:.1f}"


def python_of_nobody(place: Path, root: Path) -> str:
    """A Python that the other user can start: this one, or one of the system's in an environment of the lock."""
    if is_for_nobody(sys.executable):
        return sys.executable
    system = next((one for one in SYSTEM if is_for_nobody(one)), None)
    if system is None:
        raise OSError("only root may become another user, and that one must be able to start a Python 3.11 to 3.13")
    return str(fresh.environment(place, root, None, system))


def is_for_nobody(python: str) -> bool:
    """Whether the other user can start a Python, and it is one that the pipeline runs on."""
    asked = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    try:
        done = subprocess.run([python, "-c", asked], cwd="/", user=NOBODY, group=NOBODY, check=False)
    except OSError:
        return False
    return done.returncode == 0


def by_another_python(place: Path, wanted: Mapping[str, str]) -> tuple[str, str, str]:
    """Another Python, in an environment of the lock, if one is at hand."""
    uv = fresh.uv()
    asked = subprocess.run([uv or "uv", "python", "find", ANOTHER_PYTHON], capture_output=True, text=True, check=False)
    what = f"Python {ANOTHER_PYTHON}, beside {sys.version_info.major}.{sys.version_info.minor}"
    if uv is None or asked.returncode:
        return what, "not run: there is none", ""
    again = ready(place / "other")
    python = fresh.environment(place / "other-environment", again, None, asked.stdout.strip())
    took = run(again, str(python))
    return what, same(wanted, pages(again)), f"{took:.1f}"


def rebuilt(first: Path, cold: float) -> Iterator[tuple[str, str, str]]:
    """The same by `herams verify --rebuild`, beside an installation and a cold run."""
    git_add(first)
    with tempfile.TemporaryDirectory() as folder:
        begun = spent()
        fresh.environment(Path(folder) / "environment", first, None)
        installed = spent() - begun
    begun = spent()
    command = [sys.executable, "-m", "pipeline", "verify", ROUND, "--rebuild"]
    own = os.environ | {"PYTHONPATH": str(first)}
    told = subprocess.run(command, cwd=first, env=own, capture_output=True, text=True, check=False)
    took = spent() - begun
    line = next((line for line in told.stdout.splitlines() if "to the byte" in line), told.stderr)
    yield "herams verify --rebuild", line.partition(": ")[2].partition(";")[0], f"{took:.1f}"
    yield "  an installation of the lock, and a cold run", "", f"{installed:.1f} + {cold:.1f}"
    yield "  the rebuild beside both", f"{took / (installed + cold):.2f} times", ""


def git_add(root: Path) -> None:
    """Commits what lies there."""
    from pipeline.project import Project

    git(Project(root), "add", "-A", ".")
    git(Project(root), "commit", "-qm", "A round")
