"""A round's exports go to a remote and come back; what was changed there is found, since `verify` is on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import servers

Server = Callable[[Path, Path], AbstractContextManager[str]]
EXPORT = "subject_id,MoSD4\nX1R0B,existing\n"
SETTINGS = """\
[core]
    analytics = false
    no_scm = true
    remote = office
['remote "office"']
    {settings}
    verify = {verify}
"""


class Copy:
    """A working copy with one round's export under DVC, and a remote behind a server."""

    def __init__(self, root: Path, store: Path, settings: str) -> None:
        self.root, self.store, self.settings = root, store, settings
        self.export = root / "data" / "raw" / "first" / "export.csv"
        self.export.parent.mkdir(parents=True)
        self.dvc("init", "--no-scm", "--quiet")
        self.set_up(is_verified=True)
        self.export.write_text(EXPORT, encoding="utf-8")
        assert self.dvc("add", "--quiet", str(self.export.parent)) == 0

    def set_up(self, is_verified: bool) -> None:
        text = SETTINGS.format(settings=self.settings, verify=str(is_verified).lower())
        (self.root / ".dvc" / "config").write_text(text, encoding="utf-8")

    def dvc(self, *words: str) -> int:
        environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
        command = [sys.executable, "-m", "dvc", *words]
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, check=False).returncode

    def forget(self) -> None:
        """As on another machine: neither the export nor DVC's cache is here."""
        shutil.rmtree(self.root / ".dvc" / "cache")
        shutil.rmtree(self.export.parent)

    def forge(self) -> Path:
        """Changes the export's object in the remote, size and time kept."""
        (place,) = [path for path in self.store.rglob("*") if path.is_file() and not path.name.endswith(".dir")]
        known = place.stat()
        place.chmod(0o644)
        place.write_text(EXPORT.replace("existing", "excising"), encoding="utf-8")
        os.utime(place, ns=(known.st_atime_ns, known.st_mtime_ns))
        return place


@pytest.fixture(params=[servers.folder, servers.ssh, servers.webdav], ids=lambda server: server.__name__)
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Copy]:
    server: Server = request.param
    root, store, place = (tmp_path / name for name in ("project", "store", "server"))
    for folder in (root, store, place):
        folder.mkdir()
    with server(store, place) as settings:
        yield Copy(root, store, settings)


def test_an_export_comes_back_as_it_was_and_a_forged_one_never(copy: Copy) -> None:
    assert copy.dvc("push") == 0
    copy.forget()
    assert copy.dvc("pull") == 0 and copy.export.read_text(encoding="utf-8") == EXPORT
    forged = copy.forge()
    copy.forget()
    assert copy.dvc("pull") != 0
    assert not copy.export.exists() and "excising" in forged.read_text(encoding="utf-8")


def test_without_verify_a_forged_export_would_be_taken(tmp_path: Path) -> None:
    """Why `verify` must be on: the day this fails, DVC has mended it, and the README may say so."""
    (tmp_path / "project").mkdir()
    (tmp_path / "store").mkdir()
    copy = Copy(tmp_path / "project", tmp_path / "store", f"url = {tmp_path / 'store'}")
    assert copy.dvc("push") == 0
    copy.forge()
    copy.forget()
    copy.set_up(is_verified=False)
    assert copy.dvc("pull") == 0 and "excising" in copy.export.read_text(encoding="utf-8")
