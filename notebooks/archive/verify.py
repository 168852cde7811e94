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
MARKED = "<!-- banner -->%s<!-- /banner -->"
BANNER = re.compile((MARKED % "(.*?)").encode(), re.DOTALL)
KEYGEN = shutil.which("ssh-keygen")
files, found = {}, {}  # the bytes of each file by its name; what is wrong, by the file that is to blame
fault = found.setdefault  # the first word on a file stands


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
            lines = ledger(about["ledger_head"])
            signatures([] if LEDGER in found else lines)  # the names in a changed line are nobody's
            reports(about, lines)
    except (KeyError, ValueError, TypeError, AttributeError) as problem:
        fault(MANIFEST, "the archive cannot be read to its end: %r" % problem)
    for name in sorted(found):
        print("%s: %s" % (name, found[name]))
    if KEYGEN is None:
        print("not checked: signatures: there is no ssh-keygen here (OpenSSH 8.9 or later)")
    print("%d files read: %s" % (len(files), "%d not as published" % len(found) if found else "all as published"))
    if place.is_file():
        print("SHA-256 of this archive; the tag and the ledger must name this one: %s" % sha256(place.read_bytes()))
    return 4 if found else 0


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def canonical(told):
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def same_bytes(told, why):
    """The files of a list of hashes, as far as they are in the archive."""
    for name in set(told) & set(files):
        if sha256(files[name]) != told[name]:
            fault(name, why)


def read(place):
    """All files of an archive, or of the folder that it was unpacked into."""
    if place.is_dir():
        inside = (path for path in place.rglob("*") if not path.is_dir())
        return files.update((path.relative_to(place).as_posix(), path.read_bytes()) for path in inside)
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
    same_bytes(told, "has other bytes than the manifest says")
    for name in set(told) ^ (set(files) - {MANIFEST}):
        fault(name, "is missing" if name in told else "is not of this archive")
    if not told:
        fault(MANIFEST, "is missing or empty")


def ledger(head):
    """The lines of the ledger: each is held by the hash that the next one names, the last by publication.json."""
    lines, before, broken = [], "0" * 64, []
    for place, line in enumerate(files.get(LEDGER, b"").splitlines(), 1):
        entry = json.loads(line)
        if entry["number"] != place:
            broken.append("line %d: was written as line %s; one is gone or moved" % (place, entry["number"]))
        elif "withheld" not in entry and entry["before"] != before:  # a public archive withholds remarks
            broken.append("line %d: is not what line %d says that stood before it" % (place - 1, place))
        before = entry.get("withheld") or sha256(line)
        lines.append(entry)
    if before != head:
        broken.append("line %d: is not the last line that publication.json names" % len(lines))
    if broken:
        found[LEDGER] = broken[0]
    return lines


def signatures(lines):
    """Each signature by the key of its office, where ssh-keygen is at hand; and none that no line names."""
    named = set()
    for entry in (one for one in lines if "signature" in one):
        name = "data/approvals/%s.sig" % entry["signature"]
        named.add(name)
        if name not in files or sha256(files[name]) != entry["signature"]:
            fault(name, "is not the signature that line %d of the ledger names" % entry["number"])
        elif KEYGEN and SIGNERS not in found and not is_signed(entry, files[name]):
            fault(LEDGER, "line %d: not signed by a key of %s" % (entry["number"], entry["office"]))
    for name in files:
        if name.endswith(".sig") and name not in named and LEDGER not in found:
            fault(name, "is named by no line of the ledger")


def is_signed(entry, signature):
    statement = canonical({key: entry[key] for key in entry if key not in ("key", "signature")})
    with tempfile.TemporaryDirectory() as folder:
        signers, place = Path(folder) / "signers", Path(folder) / "signature"
        signers.write_bytes(files.get(SIGNERS, b""))
        place.write_bytes(signature)
        words = [KEYGEN, "-Y", "verify", "-n", "herams-review", "-I", entry["office"], "-f", str(signers)]
        words += ["-s", str(place), "-O", "verify-time=%s1200" % entry["date"].replace("-", "")]
        done = subprocess.run(words, input=statement, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode == 0 and entry["key"].encode() in done.stdout


def reports(about, lines):
    """Each report against its receipt, and both against what the offices approved; then what they were made of."""
    expected = {"outputs/%s/%s.receipt.json" % (about["round"], which): which for which in about["reports"]}
    for name in sorted(set(expected) | {name for name in files if name.endswith(".receipt.json")}):
        if name not in expected or name not in files:
            fault(name, "publication.json names other reports")
        elif name not in found:
            report(about, lines, name, expected[name])
    # Tables, verdicts and briefs are in an internal archive only, with the receipt of the round's briefs.
    name = "data/briefs/%s/receipt.json" % about["round"]
    if name in files and name not in found:
        told = json.loads(files[name])
        same_bytes({**told["inputs"], **told["outputs"]}, "has other bytes than %s says" % name)


def report(about, lines, name, which):
    told, wanted = json.loads(files[name]), about["reports"][which]
    parameters = dict(zip(("round", "scope", "report"), [about["round"], *which.split("/")]))
    if told["parameters"] != parameters or any(told[key] != word for key, word in parameters.items()):
        return fault(name, "speaks of another report: %s" % json.dumps(told["parameters"]))
    if told["id"] != sha256(canonical({"parameters": told["parameters"], "inputs": told["inputs"]})):
        return fault(name, "its id is not that of what it declares")
    seen = {path: bare_and_draft(about, path) for path in told["outputs"]}
    other = [path for path, (_, draft) in seen.items() if sha256(draft) != told["outputs"][path]]
    # An office approves the core: the receipt, in which each page stands by its bytes without a banner.
    core = sha256(canonical(dict(told, outputs={path: sha256(bare) for path, (bare, _) in seen.items()})))
    offices = {one["office"] for one in lines if one.get("core") == core and one["kind"] in ("approve", "accept")}
    # Of a ledger that was changed nothing is believed; it is named itself.
    has_offices = LEDGER in found or (wanted["offices"] and set(wanted["offices"]) <= offices)
    is_approved = core == wanted["core"] and has_offices
    if is_approved and other:
        fault(name, "names other bytes than were approved")
    elif not is_approved and not set(found) & set(seen):
        for path in other or [name]:
            fault(path, "is not what %s approved" % " and ".join(wanted["offices"]))
    return same_bytes(told["inputs"], "has other bytes than %s was made of" % name)


def bare_and_draft(about, path):
    """A page without its banner, and with that of the draft that was approved; any other file as it is, twice."""
    content = files.get(path, b"")
    if not path.endswith(".html"):
        return content, content
    language, banner = path.split(".")[-2], BANNER.search(content)
    if banner is None or banner.group(1) != about["banners"]["published"][language].encode("utf-8"):
        fault(path, "its banner is not that of this publication")
    with_banner = (MARKED % told for told in ("", about["banners"]["before"][language]))
    return [BANNER.sub(lambda _, to=to.encode("utf-8"): to, content, count=1) for to in with_banner]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
