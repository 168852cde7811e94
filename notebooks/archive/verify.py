"""Checks an archive of HeRAMS Iraq; needs Python 3.9 or later and nothing else, no network, and changes nothing.

    python3 verify.py                  in the folder where the archive was unpacked
    python3 verify.py ARCHIVE.zip      the archive as it came

Ends with 0 if all is intact, with 4 if not, and names each file that is not what was published.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

MANIFEST, ABOUT, LEDGER, SIGNERS = "manifest.json", "publication.json", "data/ledger.jsonl", "data/signers"
BANNER = re.compile(rb"<!-- banner -->(.*?)<!-- /banner -->", re.DOTALL)
MARKED = "<!-- banner -->{}<!-- /banner -->"
files, found, unchecked = {}, {}, []


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def canonical(told):
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def fault(name, why):
    found.setdefault(name, why)


def read(place):
    """All files of an archive, or of the folder that it was unpacked into."""
    if place.is_dir():
        inside = sorted(path for path in place.rglob("*") if not path.is_dir())
        files.update((path.relative_to(place).as_posix(), path.read_bytes()) for path in inside)
        return
    with zipfile.ZipFile(place) as packed:
        for one in packed.infolist():
            if one.filename in files:
                fault(one.filename, "stands twice in the archive")
            try:
                files[one.filename] = packed.read(one)
            except (zipfile.BadZipFile, zlib.error):
                files[one.filename] = b""
                fault(one.filename, "is damaged")


def manifest():
    """Every file by its hash, and nothing beside."""
    told = json.loads(files.get(MANIFEST, b"{}")).get("files", {})
    if not told:
        fault(MANIFEST, "is missing or empty")
    for name, digest in told.items():
        if name not in files:
            fault(name, "is missing")
        elif sha256(files[name]) != digest:
            fault(name, "has other bytes than the manifest says")
    for name in sorted(set(files) - set(told) - {MANIFEST}):
        fault(name, "is not of this archive")


def ledger(about):
    """The lines of the ledger, each held by the hash that the next one names, the last by publication.json."""
    lines, before, told, broken = files.get(LEDGER, b"").splitlines(), "0" * 64, [], []
    for place, line in enumerate(lines, 1):
        entry = json.loads(line)
        if entry["number"] != place:
            broken.append("line %d: was written as line %s; one is gone or moved" % (place, entry["number"]))
        elif "withheld" not in entry and entry["before"] != before:
            broken.append("line %d: is not what line %d says that stood before it" % (place - 1, place))
        before = entry.get("withheld") or sha256(line)
        told.append(entry)
    if before != about["ledger_head"]:
        broken.append("line %d: is not the last line that publication.json names" % len(lines))
    if broken:
        found[LEDGER] = broken[0]
    return told


def signatures(told):
    """Each signature by the key of its office, where ssh-keygen is at hand."""
    keygen = shutil.which("ssh-keygen")
    if keygen is None:
        unchecked.append("signatures: there is no ssh-keygen here (OpenSSH 8.9 or later)")
    with tempfile.TemporaryDirectory() as folder:
        signers = Path(folder) / "signers"
        signers.write_bytes(files.get(SIGNERS, b""))
        for entry in (one for one in told if "signature" in one):
            name = "data/approvals/%s.sig" % entry["signature"]
            if name not in files or sha256(files[name]) != entry["signature"]:
                fault(name, "is not the signature that line %d of the ledger names" % entry["number"])
            elif keygen and SIGNERS not in found and not is_signed(keygen, Path(folder), signers, entry, files[name]):
                fault(LEDGER, "line %d: not signed by a key of %s" % (entry["number"], entry["office"]))
    named = {"data/approvals/%s.sig" % entry.get("signature") for entry in told}
    for name in files:
        if name.endswith(".sig") and name not in named and LEDGER not in found:
            fault(name, "is named by no line of the ledger")


def is_signed(keygen, folder, signers, entry, signature):
    (folder / "signature").write_bytes(signature)
    words = [keygen, "-Y", "verify", "-n", "herams-review", "-I", entry["office"], "-f", str(signers)]
    words += ["-s", str(folder / "signature"), "-O", "verify-time=%s1200" % entry["date"].replace("-", "")]
    statement = canonical({key: entry[key] for key in entry if key not in ("key", "signature")})
    done = subprocess.run(words, input=statement, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode == 0 and entry["key"].encode() in done.stdout


def reports(about, said):
    """Each report against its receipt, and both against what the offices approved."""
    expected = {"outputs/%s/%s.receipt.json" % (about["round"], which): which for which in about["reports"]}
    for name in sorted(set(expected) | {name for name in files if name.endswith(".receipt.json")}):
        if name not in expected or name not in files:
            fault(name, "publication.json names other reports")
        elif name not in found:
            report(about, said, name, expected[name])


def report(about, said, name, which):
    told, of = json.loads(files[name]), about["reports"][which]
    scope, title = which.split("/")
    parameters = {"round": about["round"], "scope": scope, "report": title}
    if told["parameters"] != parameters or any(told[key] != word for key, word in parameters.items()):
        return fault(name, "speaks of another report: %s" % json.dumps(told["parameters"]))
    if told["id"] != sha256(canonical({"parameters": told["parameters"], "inputs": told["inputs"]})):
        return fault(name, "its id is not that of what it declares")
    parts, other = {}, []
    for path, digest in told["outputs"].items():
        content = files.get(path, b"")
        parts[path], is_same = page(about, path, content, digest) if path.endswith(".html") else plain(content, digest)
        other += [] if is_same else [path]
    core = sha256(canonical(dict(told, outputs=parts)))
    offices = {one["office"] for one in said if one.get("core") == core and one["kind"] in ("approve", "accept")}
    # Of a ledger that was changed nothing is believed; it is named itself.
    is_approved = core == of["core"] and (LEDGER in found or (of["offices"] and set(of["offices"]) <= offices))
    if is_approved and other:
        fault(name, "names other bytes than were approved")
    elif not any(path in found for path in told["outputs"]):
        for path in other or ([] if is_approved else [name]):
            fault(path, "is not what %s approved" % " and ".join(of["offices"]))
    for path, digest in told["inputs"].items():
        if path in files and sha256(files[path]) != digest:
            fault(path, "has other bytes than %s was made of" % name)
    return None


def plain(content, digest):
    return sha256(content), sha256(content) == digest


def page(about, path, content, digest):
    """A page without its banner, and whether it is the approved one once the draft's banner is put back."""
    language, banner = path.split(".")[-2], BANNER.search(content)
    before, now = about["banners"]["before"][language], about["banners"]["published"][language]
    if banner is None or banner.group(1) != now.encode("utf-8"):
        fault(path, "its banner is not that of this publication")
    draft = BANNER.sub(lambda _: MARKED.format(before).encode("utf-8"), content, count=1)
    core = BANNER.sub(lambda _: MARKED.format("").encode("utf-8"), content, count=1)
    return sha256(core), sha256(draft) == digest


def briefs(about):
    """Tables, verdicts and briefs against the receipt of the round's briefs; a public archive has none of it."""
    name = "data/briefs/%s/receipt.json" % about["round"]
    told = json.loads(files[name]) if name in files and name not in found else {"inputs": {}, "outputs": {}}
    for path, digest in [*told["inputs"].items(), *told["outputs"].items()]:
        if path in files and sha256(files[path]) != digest:
            fault(path, "has other bytes than %s says" % name)


def main(words):
    place = Path(words[0]) if words else Path(__file__).resolve().parent
    if len(words) > 1 or not (place.is_dir() or zipfile.is_zipfile(place)):
        print(__doc__)
        return 2
    read(place)
    try:
        manifest()
        if ABOUT not in found:
            about = json.loads(files[ABOUT])
            told = ledger(about)
            signatures(told)
            reports(about, told)
            briefs(about)
    except (KeyError, ValueError, TypeError, AttributeError) as problem:
        fault(MANIFEST, "the archive cannot be read to its end: %r" % problem)
    for name in sorted(found):
        print("%s: %s" % (name, found[name]))
    for what in unchecked:
        print("not checked: " + what)
    print("%d files read: %s" % (len(files), "%d not as published" % len(found) if found else "all as published"))
    if place.is_file():
        print("SHA-256 of this archive, as the tag and the ledger name it: %s" % sha256(place.read_bytes()))
    return 4 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
