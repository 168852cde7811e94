"""The repository of git around the project: what is not committed, the last commit, tags, a commit of some files."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import HeramsError
from pipeline.project import Project


def uncommitted(project: Project) -> list[str]:
    """What `git status` would show, a line a file; nothing of a clean tree."""
    return [line for line in _git(project, "status", "--porcelain", "--untracked-files=all").splitlines() if line]


def commit_now(project: Project) -> str:
    """The name of the last commit."""
    return _git(project, "rev-parse", "--verify", "HEAD").strip()


def has_tag(project: Project, tag: str) -> bool:
    """Whether there is a tag."""
    return bool(_git(project, "tag", "--list", tag).strip())


def at(project: Project, commit: str, path: Path) -> str:
    """The text of a file as a commit has it."""
    return _git(project, "show", f"{commit}:./{project.relative(path)}")


def last_with(project: Project, path: Path, words: Iterable[str]) -> str:
    """The text of a file in the last commit in which it has one of these words; blank where no commit has it so."""
    wanted, name = tuple(words), project.relative(path)
    commits = _git(project, "rev-list", "HEAD", "--", name).split() if _has_commits(project) else []
    texts = (at(project, one, path) for one in commits if _git(project, "ls-tree", one, "--", name))
    return next((text for text in texts if any(word in text for word in wanted)), "")


def tag(project: Project, name: str, commit: str, message: str) -> None:
    """Puts an annotated tag on a commit."""
    _git(project, "tag", "--annotate", "--message", message, name, commit)


def untag(project: Project, name: str) -> None:
    """Takes a tag away."""
    _git(project, "tag", "--delete", name)


def commit(project: Project, paths: Iterable[Path], message: str) -> None:
    """Commits these files as they lie there, new, changed or gone, and nothing else."""
    names = [project.relative(path) for path in paths]
    _git(project, "add", "--all", "--", *names)
    _git(project, "commit", "--quiet", "--message", message, "--", *names)


def unstage(project: Project) -> None:
    """Takes back what was put up for a commit that did not come; files stay as they are."""
    _git(project, "reset", "--quiet")


def _has_commits(project: Project) -> bool:
    try:
        return bool(commit_now(project))
    except HeramsError:  # A round can be closed and opened again without git, or before the first commit.
        return False


def _git(project: Project, *words: str) -> str:
    try:
        asked = subprocess.run(["git", *words], cwd=project.root, capture_output=True, check=True)
    except FileNotFoundError as problem:
        raise HeramsError("git is not installed: a publication is a commit and a tag") from problem
    except subprocess.CalledProcessError as problem:
        said = (problem.stderr + problem.stdout).decode("utf-8", "replace").strip()
        raise HeramsError(f"git {words[0]} failed: {said or f'it ended with {problem.returncode}'}") from problem
    return asked.stdout.decode("utf-8")
