"""What has become of each publication is told by the ledger alone."""

from __future__ import annotations

from typing import Any

from pipeline import publications
from pipeline.ledger import ENTRY, Entry

DIGEST, COMMIT = "a" * 64, "b" * 40


def ledger(*told: dict[str, Any]) -> list[Entry]:
    place = {"before": DIGEST, "date": "2024-01-01"}
    return [ENTRY.validate_python({**place, "number": number, **one}) for number, one in enumerate(told, 1)]


def published(round_name: str = "a", edition: str = "internal", **more: Any) -> dict[str, Any]:
    told = {"kind": "publish", "round": round_name, "edition": edition, "commit": COMMIT}
    return {**told, "archive": DIGEST, "runs": DIGEST, **more}


def reopened(round_name: str = "a") -> dict[str, Any]:
    return {"kind": "reopen", "round": round_name, "reason": "A letter came"}


def test_numbers_count_by_round_and_edition() -> None:
    found = publications.told(ledger(published(), published("b"), published(edition="public"), published(supersedes=1)))
    assert [one.name for one in found] == ["a-internal-1", "b-internal-1", "a-public-1", "a-internal-2"]
    assert found[-1].tag == "published/a/internal/2"


def test_the_next_supersedes_and_only_the_one_it_names() -> None:
    entries = ledger(published(), published("b"), published(supersedes=1, reason="A mistake", date="2024-05-01"))
    one, other, two = publications.told(entries)
    assert (one.state, one.by, one.since, one.why) == ("superseded", 2, "2024-05-01", "A mistake")
    assert (other.state, two.state) == ("published", "published")


def test_a_withdrawn_one_stays_withdrawn_when_another_follows() -> None:
    gone = {"kind": "withdraw", "publication": 1, "reason": "Wrong"}
    one, two = publications.told(ledger(published(), gone, published(supersedes=1, reason="Better")))
    assert (one.state, one.why, one.by) == ("withdrawn", "Wrong", 2)
    assert two.state == "published"


def test_a_report_is_published_by_the_last_publication_that_has_its_receipt() -> None:
    found = publications.told(ledger(published(), published(supersedes=1)))
    manifests = {
        "a-internal-1": {"files": {"x.receipt.json": "old"}},
        "a-internal-2": {"files": {"x.receipt.json": "new"}},
    }
    number = {
        digest: one.number if (one := publications.of_report(found, manifests, "x.receipt.json", digest)) else None
        for digest in ("old", "new", "other")
    }
    assert number == {"old": 1, "new": 2, "other": None}


def test_a_publication_is_in_force_until_its_round_is_opened_again() -> None:
    assert [one.name for one in publications.in_force(ledger(published(), published("b"), reopened()))] == [
        "b-internal-1"
    ]
    entries = ledger(published(), reopened(), published(supersedes=1))
    assert [one.name for one in publications.in_force(entries)] == ["a-internal-2"]
    assert publications.reopened(entries, "a") == ""
    assert publications.reopened(ledger(published(), reopened()), "a") == "A letter came"
