"""DVC's remotes that are folders of this machine: the objects that this project needs, by the bytes they are named by.

Of a remote behind a server nothing is read here: `dvc pull` with `verify` on refuses what was changed there.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.project import Project
from pipeline.verify.bytes import Bytes
from pipeline.verify.claims import FOLDER, Claims
from pipeline.verify.found import Found

SETTINGS = (".dvc/config", ".dvc/config.local")
REMOTE = re.compile(r"'?remote \"(.+)\"'?")
OBJECTS = "files/md5"


def folders(project: Project) -> dict[str, Path]:
    """The remotes that are folders, by their names."""
    told = configparser.ConfigParser(interpolation=None, strict=False)
    told.read([project.root / name for name in SETTINGS], encoding="utf-8")
    urls = {name[1]: told[part].get("url", "") for part in told.sections() if (name := REMOTE.fullmatch(part))}
    return {name: (project.root / ".dvc" / url) for name, url in sorted(urls.items()) if url and "://" not in url}


def wanted(project: Project, said: Claims) -> list[tuple[str, str, str]]:
    """Each object that a remote may hold: the remote's name, its path there, the MD5 that its name says."""
    return [
        (name, (folder / OBJECTS / md5[:2] / md5[2:]).as_posix(), md5)
        for name, folder in folders(project).items()
        for md5 in sorted(said.objects)
    ]


def altered(project: Project, said: Claims, now: Bytes) -> Iterator[Found]:
    """Objects of remotes whose bytes are not those that their names say; one that was not pushed is no harm."""
    for name, path, md5 in wanted(project, said):
        found = now.md5(path)
        if found is not None and found != md5.removesuffix(FOLDER):
            yield Found(f"remote {name}: {md5[:2]}/{md5[2:]}", "altered", "an object is named by its bytes")
