"""Servers on loopback for tests of remotes: a folder behind SSH, one behind WebDAV. Each ends with its block."""

from __future__ import annotations

import getpass
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
StrictModes no
PasswordAuthentication no
PidFile none
Subsystem sftp internal-sftp
"""


@contextmanager
def folder(store: Path, place: Path) -> Iterator[str]:
    """No server: a folder that all can reach, as on a share."""
    yield f"url = {store}"


@contextmanager
def ssh(store: Path, place: Path) -> Iterator[str]:
    """An SSH server for one key; gives the settings of a remote at it."""
    server = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if server is None or importlib.util.find_spec("dvc_ssh") is None:
        pytest.skip("no SSH server here (apt-get install openssh-server)")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / name], check=True)
    port = _free_port()
    (place / "sshd_config").write_text(CONFIG.format(port=port, folder=place), encoding="utf-8")
    with _running([server, "-D", "-e", "-f", place / "sshd_config"], port):
        yield f"url = ssh://127.0.0.1:{port}{store}\n    user = {getpass.getuser()}\n    keyfile = {place / 'user'}"


@contextmanager
def webdav(store: Path, place: Path) -> Iterator[str]:
    """A WebDAV server without a password; gives the settings of a remote at it."""
    if importlib.util.find_spec("wsgidav") is None or importlib.util.find_spec("dvc_webdav") is None:
        pytest.skip("no WebDAV server here (the extra dev has wsgidav)")
    port, program = _free_port(), "from wsgidav.server.server_cli import run; run()"
    options = ["--host", "127.0.0.1", "--port", str(port), "--root", store, "--auth", "anonymous", "--no-config"]
    with _running([sys.executable, "-c", program, *options], port):
        yield f"url = webdav://127.0.0.1:{port}"


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


@contextmanager
def _running(command: list[object], port: int) -> Iterator[None]:
    server = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if server.poll() is not None:
                pytest.skip(f"{command[0]} does not run here: it ended with {server.returncode}")
            if _answers(port):
                break
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def _answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
