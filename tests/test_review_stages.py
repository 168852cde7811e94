"""From draft to published: front page and `status` say at which stage a report is, and never more than is signed."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from pathlib import Path

import pytest
import reviewed
from reviewed import DAY, IRAQ, KIRKUK, say

from pipeline import index, ledger, review
from pipeline.index.standing import LANGUAGES
from pipeline.project import Project
from pipeline.review import stages
from pipeline.run import board

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen")
COMMIT, DIGEST = "c" * 40, "d" * 64


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return reviewed.project(tmp_path)


@pytest.fixture
def approved(project: Project) -> Project:
    say(project, "accept", "kirkuk")
    say(project, "approve", "federal")
    return project


def stage(project: Project, which: ledger.Which = KIRKUK) -> str:
    return stages.look(project).of(which)


def publish(project: Project, edition: str = "internal") -> int:
    """The number of a line that says that the round was published."""
    told = {"kind": "publish", "date": DAY, "round": "small-2023", "edition": edition}
    line = ledger.drafted(project, told | {"commit": COMMIT, "archive": DIGEST, "runs": DIGEST})
    return ledger.append(project, line).number


def withdraw(project: Project, number: int, why: str = "A hospital counted twice <b>") -> None:
    told = {"kind": "withdraw", "date": DAY, "publication": number, "reason": why}
    ledger.append(project, ledger.drafted(project, told))


def shown(project: Project, language: str = "en") -> str:
    """Kirkuk's row of the front page."""
    index.index(project)
    page = project.read_text(project.front_page(language))
    return re.search(r'<tr data-round[^>]*data-scope="kirkuk".*?</tr>', page, re.DOTALL)[0]


def test_a_report_goes_from_draft_to_published_and_withdrawn(project: Project) -> None:
    seen = [stage(project)]
    for kind, office in (("accept", "kirkuk"), ("approve", "federal")):
        say(project, kind, office)
        seen.append(stage(project))
    number = publish(project)
    seen.append(stage(project))
    withdraw(project, number)
    assert [*seen, stage(project)] == ["draft", "accepted", "approved", "published", "withdrawn"]


def test_what_was_sent_back_says_so_until_it_is_answered(project: Project) -> None:
    say(project, "return", "federal", KIRKUK, "Two hospitals lack beds")
    assert stage(project) == "returned"
    review.answer(project, KIRKUK, 1, "Counted since", "Statistician", "Planning, Baghdad", DAY)
    assert stage(project) == "answered"


def test_another_byte_voids_an_approval_and_a_publication_of_it(approved: Project) -> None:
    publish(approved)
    page = approved.page(*KIRKUK, language="ckb")
    page.write_bytes(page.read_bytes().replace(b"46", b"47"))
    assert stage(approved) == "void"
    assert 'data-stage="void" data-standing="altered"' in shown(approved)


def test_what_was_not_approved_when_its_round_was_published_was_not_published(approved: Project) -> None:
    publish(approved)
    assert stage(approved, IRAQ) == "draft"
    for office in ("federal", "kurdistan"):
        say(approved, "approve", office, IRAQ)
    assert (stage(approved), stage(approved, IRAQ)) == ("published", "approved")


def test_bytes_approved_anew_after_a_withdrawal_are_approved_and_not_withdrawn(approved: Project) -> None:
    withdraw(approved, publish(approved))
    reviewed.report(approved, KIRKUK, percent=47)
    assert stage(approved) == "void"
    say(approved, "accept", "kirkuk")
    say(approved, "approve", "federal")
    assert stage(approved) == "approved"
    publish(approved)
    assert stage(approved) == "published"


def test_a_receipt_that_cannot_be_read_was_approved_by_nobody(approved: Project) -> None:
    approved.receipt(*KIRKUK).write_text("{}")
    assert stage(approved) == "void"


def test_a_line_whose_signature_does_not_hold_counts_for_nothing_and_is_told(approved: Project) -> None:
    strange = reviewed.public("analysts")
    approved.write_text(approved.signers(), f"kirkuk {reviewed.public('kirkuk')}\nfederal {strange}\n")
    found = stages.look(approved)
    assert found.of(KIRKUK) == "accepted"
    assert "data/ledger.jsonl, line 2" in found.fault


def test_a_broken_ledger_breaks_no_front_page_and_is_told_on_it(approved: Project) -> None:
    content = approved.ledger().read_bytes()
    approved.ledger().write_bytes(content.replace(b'"kirkuk"', b'"erbil"', 1))
    assert 'data-stage="unknown"' in shown(approved)
    page = approved.read_text(approved.front_page())
    assert 'role="alert">What the ledger says is not believed' in page and "line 1" in page
    told = board.told(approved, datetime.date(2024, 2, 1))
    assert "unknown" in told and "not believed of the ledger: the ledger is not as it was written" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_says_what_was_published_and_why_it_was_withdrawn(approved: Project, language: str) -> None:
    publish(approved, "public")
    row = shown(approved, language)
    page = approved.read_text(approved.front_page(language))
    assert 'data-stage="published"' in row and DAY in page.partition("<table")[0]
    withdraw(approved, 3)
    assert 'data-stage="withdrawn"' in shown(approved, language)
    assert "counted twice &lt;b&gt;" in approved.read_text(approved.front_page(language))


def test_status_tells_the_stage_of_each_report_and_what_was_published(approved: Project) -> None:
    publish(approved)
    today = datetime.date(2024, 2, 1)
    told = json.loads(board.told(approved, today, as_json=True))
    found = {(one["scope"], one["report"]): one["review"] for one in told["reports"]}
    assert found[KIRKUK[1:]] == "published" and found[IRAQ[1:]] == "draft" and found["erbil", "overview"] == "not made"
    assert [one["round"] for one in told["publications"]] == ["small-2023"] and told["ledger"] == ""
    withdraw(approved, 3, "Counted twice")
    line = f"small-2023: internal edition published on {DAY} from cccccccccccc, withdrawn on {DAY}: Counted twice"
    assert line in board.told(approved, today).splitlines()
