"""The archive of a publication: one zip file with all that an auditor needs, and with what checks it.

Files keep their paths of the project, so that receipts name them there too. A published page differs from the approved
one at the marked place only; publication.json has what stood there, so that its receipt can be held against it. Never
in an archive: exports (only their hashes), and of the public edition nothing about single facilities: no tables, no
verdicts, and of lines of the ledger that hold remarks only the hash.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from pipeline import chain, ledger, words
from pipeline.archive import zipped
from pipeline.errors import ReportError, VerificationError
from pipeline.ledger import Return, Signed
from pipeline.page.checks import faults
from pipeline.page.style import sheet
from pipeline.project import TABLES, Project
from pipeline.publish import crate, editions
from pipeline.publish.parts import LANGUAGES, isolated, say_in, scopes_in, template
from pipeline.publish.ready import Ready
from pipeline.review import core as cores
from pipeline.review import offices
from pipeline.words import DIRECTIONS

MANIFEST, ABOUT, MEASURES = "manifest.json", "publication.json", "measures.csv"
SHEETS = ("survey", "choices", "settings")
# Lines of the ledger whose words speak of what a public edition may not show.
REMARKS = ("return", "answer")


def archive(project: Project, ready: Ready, date: str) -> bytes:
    """The archive of a publication on a day: the same bytes from the same project, commit and day."""
    found = contents(project, ready, date)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(found.items())}
    found[MANIFEST] = _json({"files": digests})
    return zipped(dict(sorted(found.items())))


def require_verified(project: Project, place: Path) -> None:
    """Refuses an archive that its own verifier does not find whole, as whoever receives it would run it."""
    command = [sys.executable, "-I", "-S", str(project.archive_part("verify.py")), str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise VerificationError(f"the archive is not whole:\n{done.stdout}{done.stderr}")


def contents(project: Project, ready: Ready, date: str) -> dict[str, bytes]:
    """All files of the archive but its manifest, by their paths in it."""
    made = dict(_outputs(project, ready))
    banners = editions.banners(project, ready, date)
    before = editions.draft_banners({name: made[name] for name in editions.pages(made)})
    about = _about(project, ready, date, before, banners)
    for name in editions.pages(made):
        made[name] = editions.published(made[name], banners[editions.language_of(name)])
    found = {**made, **dict(_data(project, ready)), **dict(_said(project, ready))}
    found |= dict(_contents_pages(project, ready, about))
    found["verify.py"] = project.read_bytes(project.archive_part("verify.py"))
    found["README.txt"] = template(project, "README.txt.j2").render(about=about).encode("utf-8")
    found[ABOUT] = _json(about)
    found[crate.NAME] = _json(crate.document(project, about, sorted(found)))
    return found


def _about(
    project: Project, ready: Ready, date: str, before: Mapping[str, str], now: Mapping[str, str]
) -> dict[str, Any]:
    """What the archive says of itself; `verify.py` reads it."""
    account = project.read_json(project.account(ready.round))
    return {
        "round": ready.round,
        "edition": ready.edition,
        "number": ready.number,
        "date": date,
        "tag": ready.tag,
        "commit": ready.commit,
        "runs_head": ready.runs,
        "ledger_head": ledger.head(project),
        "supersedes": ready.previous.tag if ready.previous else None,
        "reason": ready.reason,
        "exports": [{"name": one["name"], "sha256": one["sha256"]} for one in account["files"]],
        "banners": {"before": dict(before), "published": dict(now)},
        "reports": {
            "/".join(one.which[1:]): {"core": one.core, "offices": list(offices(project, one.which[1]))}
            for one in ready.reports
        },
    }


# --- the parts -------------------------------------------------------------------------------------------------------


def _outputs(project: Project, ready: Ready) -> Iterator[tuple[str, bytes]]:
    """Receipts with the pages and tables that they name."""
    for one in ready.reports:
        receipt = project.receipt(*one.which)
        yield project.relative(receipt), project.read_bytes(receipt)
        for name in cores.of(project, one.which).receipt["outputs"]:
            yield name, project.read_bytes(project.root / name)


def _data(project: Project, ready: Ready) -> Iterator[tuple[str, bytes]]:
    form = project.round(ready.round).form
    paths = [project.codebook_sheet(form, sheet) for sheet in SHEETS]
    paths += [project.lock(), *_briefs(project, ready)]
    if ready.edition == "internal":
        paths += [project.table(ready.round, table) for table in TABLES]
        paths += [of(ready.round, table) for table in TABLES for of in (project.verdict, project.findings)]
        paths += [project.account(ready.round), project.brief_receipt(*ready.reports[0].which)]
        measures = project.read_table(ready.round, "measures")
        yield MEASURES, measures.to_csv(index=False, lineterminator="\n").encode("utf-8")
    for path in paths:
        yield project.relative(path), project.read_bytes(path)


def _briefs(project: Project, ready: Ready) -> list[Path]:
    """The briefs of the reports that go out."""
    folders = [project.brief(*one.which) for one in ready.reports]
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def _said(project: Project, ready: Ready) -> Iterator[tuple[str, bytes]]:
    """The ledger up to here, the signers, every signature that it names, and what was approved."""
    lines = chain.lines(project.read_bytes(project.ledger()))
    told = [_withheld(line) if ready.edition == "public" else line for line in lines]
    yield project.relative(project.ledger()), b"".join(line + b"\n" for line in told)
    paths = [project.signers(), *(project.approved_copy(one.core) for one in ready.reports)]
    paths += [project.signature(one.signature) for one in _signed(project, ready)]
    for path in dict.fromkeys(paths):
        yield project.relative(path), project.read_bytes(path)


def _signed(project: Project, ready: Ready) -> list[Signed]:
    """The signed lines of the ledger that the archive shows."""
    signed = [one for one in ledger.load(project) if isinstance(one, Signed)]
    return [one for one in signed if not (ready.edition == "public" and isinstance(one, Return))]


def _withheld(line: bytes) -> bytes:
    """A line, or in the place of one with remarks its number and hash: the chain holds as before."""
    told = json.loads(line)
    if told["kind"] not in REMARKS:
        return line
    return json.dumps({"number": told["number"], "withheld": hashlib.sha256(line).hexdigest()}).encode()


def _contents_pages(project: Project, ready: Ready, about: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The list of reports, where the pages' link to a front page leads."""
    for language in project.registry.languages:
        html = template(project, "contents.html.j2").render(
            say=say_in(project, language),
            language=language,
            direction=DIRECTIONS[language],
            style=Markup(sheet(project)),
            about=about,
            day=isolated(about["date"]),
            rows=_rows(project, ready, language),
            links=[(project.front_page(code).name, code, LANGUAGES[code]) for code in LANGUAGES if code != language],
        )
        if found := faults(html, is_report=False):
            raise ReportError("the list of reports is not fit to be shown: " + "; ".join(found[:12]))
        yield project.relative(project.front_page(language)), html.encode("utf-8")


def _rows(project: Project, ready: Ready, language: str) -> list[dict[str, str]]:
    names, say = scopes_in(project, language), words.load(project, language)
    return [
        {
            "scope": names[one.which[1]],
            "title": say(f"report.{one.which[2]}"),
            "link": f"{one.which[0]}/{one.which[1]}/{project.page(*one.which, language=language).name}",
        }
        for one in ready.reports
    ]


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode("utf-8")
