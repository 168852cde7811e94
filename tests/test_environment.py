from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec, VersionSpec
from rattler import Version as CondaVersion

from pipeline import environment
from pipeline.errors import HeramsError
from pipeline.project import Project

NAMES_ON_CONDA = {"matplotlib-base": "matplotlib", "python-fastjsonschema": "fastjsonschema"}


def lock(project: Project) -> str:
    return project.read_text(project.root / "requirements.lock")


def conda(project: Project) -> list[str]:
    text = project.read_text(project.root / "environment.yml")
    return [line for line in yaml.safe_load(text)["dependencies"] if not line.startswith("python<")]


def admits(spec: MatchSpec, version: str) -> bool:
    return spec.version is None or VersionSpec(str(spec.version)).matches(CondaVersion(version))


def test_environment_yml_is_what_pyproject_gives(here: Project) -> None:
    extras = "--extra cluster --extra pdf --extra lab --extra remotes --extra dev"
    options = f"yaml {extras} --name herams-iraq --channel conda-forge --python-include infer --no-header"
    command = [str(Path(sys.executable).parent / "pyproject2conda"), *options.split()]
    made = subprocess.run(command, cwd=here.root, check=True, capture_output=True, text=True).stdout
    assert made.strip() == here.read_text(here.root / "environment.yml").strip(), "run `make lock`"


def test_environment_yml_admits_every_locked_version(here: Project) -> None:
    locked = environment.locked(lock(here))
    for line in conda(here):
        spec = MatchSpec(line)
        name = re.split("[<>=]", line)[0]
        assert admits(spec, locked[NAMES_ON_CONDA.get(name, name)]), line


def test_a_version_that_the_lock_does_not_have_is_not_admitted() -> None:
    assert not admits(MatchSpec("dvc<4,>=3.67"), "2.0.0")


def test_the_lock_has_what_pyproject_asks_for(here: Project) -> None:
    project = tomllib.loads(here.read_text(here.root / "pyproject.toml"))["project"]
    locked = environment.locked(lock(here))
    for line in project["dependencies"] + [
        line for extra in project["optional-dependencies"].values() for line in extra
    ]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(Version(locked[canonicalize_name(requirement.name)])), line


def test_the_lock_has_hashes_and_no_address(here: Project) -> None:
    text = lock(here)
    packages = re.findall(r"^[a-z][^\n]*==[^\n]*\\\n +--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[a-z]", text, re.MULTILINE))
    assert "://" not in text


def test_what_is_installed_is_what_the_lock_says(here: Project) -> None:
    environment.check(here)


def test_another_version_is_refused_with_its_name_and_the_cure(small: Project) -> None:
    text = re.sub(r"^pandas==[0-9.]+", "pandas==1.0.0", lock(small), flags=re.MULTILINE)
    small.write_text(small.root / "requirements.lock", text)
    with pytest.raises(HeramsError, match=r"pandas [\d.]+, locked 1\.0\.0.*set up again"):
        environment.check(small)
