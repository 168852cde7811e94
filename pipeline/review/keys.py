"""Signatures by SSH keys: made and checked by `ssh-keygen -Y`, against the offices' keys in data/signers.

data/signers has OpenSSH's format of allowed_signers: an office, `valid-after=…` or the like where wanted, a public key.
A key speaks for one office; an office may have several. A key is retired by `valid-before`, never by taking its
line out: what it signed while it was valid goes on being checked.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import HeramsError, RegistryError, VerificationError
from pipeline.project import Project
from pipeline.registry import Word

NAMESPACE = "herams-review"
KINDS = ("ssh-", "sk-", "ecdsa-")
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
OFFICE: TypeAdapter[str] = TypeAdapter(Word)


def sign(key: Path, content: bytes) -> bytes:
    """The signature of some bytes by a private key; a public one is enough where an agent has the other half."""
    if not key.is_file():
        raise HeramsError(f"no key at {key}: make one with `ssh-keygen -t ed25519 -f FILE`, or name another with --key")
    done = _ssh_keygen("-Y", "sign", "-n", NAMESPACE, "-f", str(key), content=content)
    if done.returncode:
        raise HeramsError(f"{key.name} did not sign: {_last(done)}")
    return done.stdout


def verify(project: Project, office: str, signature: bytes, content: bytes, date: str) -> str:
    """The fingerprint of the key by which an office signed some bytes on a day; VerificationError if it did not."""
    require_offices(project)
    # At noon of that day: a key that is over now was good then.
    time = f"verify-time={date.replace('-', '')}1200"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "signature"
        place.write_bytes(signature)
        asked = ("-Y", "verify", "-n", NAMESPACE, "-I", office, "-f", str(project.signers()), "-s", str(place))
        done = _ssh_keygen(*asked, "-O", time, content=content)
    found = FINGERPRINT.search(done.stdout.decode("utf-8", "replace"))
    if done.returncode or found is None:
        raise VerificationError(f"not signed by a key that data/signers has for {office} on {date}: {_last(done)}")
    return found.group()


def require_offices(project: Project) -> None:
    """Refuses a list of signers in which a key speaks for several offices, or for what is no office's name."""
    path = project.signers()
    if not path.is_file():
        raise HeramsError(f"{project.relative(path)} is not there: it names each office that reviews, with its key")
    seen: dict[str, str] = {}
    for place, line in enumerate(project.read_text(path).splitlines(), 1):
        words = line.split()
        if words and not line.startswith("#"):
            office, key = words[0], _key(words)
            if not _is_office(office) or not key or seen.setdefault(key, office) != office:
                raise RegistryError(
                    f"{project.relative(path)}, line {place}: a line is one office, in the registry's word for it, "
                    "and a public key that no other office has"
                )


def _key(words: list[str]) -> str:
    """The key itself in a line's words: what follows its kind."""
    return next((key for kind, key in pairwise(words[1:]) if kind.startswith(KINDS)), "")


def _is_office(word: str) -> bool:
    try:
        OFFICE.validate_python(word)
    except ValidationError:
        return False
    return True


def _ssh_keygen(*words: str, content: bytes) -> subprocess.CompletedProcess[bytes]:
    if shutil.which("ssh-keygen") is None:
        raise HeramsError("ssh-keygen is not installed: reviews are signed by it (OpenSSH 8.9 or later)")
    return subprocess.run(["ssh-keygen", *words], input=content, capture_output=True, check=False)


def _last(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = (done.stderr + done.stdout).decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "ssh-keygen does not say why")
