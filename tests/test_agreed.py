"""What workshops agreed on is kept with its owner and state, and shown until it is settled."""

from __future__ import annotations

import pytest

from pipeline import agreed
from pipeline.errors import RegistryError
from pipeline.project import Project

ISSUE = "{{issue: Say what partial means, questions: [HFACC], owner: Planning, due: a-2025, date: '2024-12-10', {0}}}"
OPEN, SETTLED = ISSUE.format("state: open"), ISSUE.format("state: settled, settled: a-2025")


def parse(*issues: str) -> tuple[agreed.Issue, ...]:
    return agreed.parse("\n".join(f"- {one}" for one in issues), "data/reviews/2024.yml", {"HFACC"})


def test_what_is_open_is_shown_in_every_review_and_what_is_settled_in_one() -> None:
    issues = parse(OPEN, SETTLED)
    assert [len(agreed.shown(issues, name)) for name in ("a-2024", "a-2025", "a-2026")] == [1, 2, 1]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (OPEN.replace("HFACC", "HFAC"), "did you mean 'HFACC'"),
        (ISSUE.format("state: settled"), "in which round"),
        (ISSUE.format("state: open, settled: a-2025"), "in which round"),
        (ISSUE.format("state: done"), "'open' or 'settled'"),
        (ISSUE.format("state: open, state: open"), "stands there twice"),
        (OPEN.replace("Planning", "office @ ministry x@y"), "no telephone numbers or addresses"),
        (OPEN.replace("due: a-2025", "due: next year"), "no word"),
    ],
)
def test_a_file_that_says_something_wrong_is_refused_with_its_name(wrong: str, told: str) -> None:
    with pytest.raises(RegistryError, match=r"2024\.yml") as refused:
        parse(wrong)
    assert told in str(refused.value)


def test_issues_of_all_years_are_told_with_their_year(small: Project) -> None:
    assert agreed.load(small) == ()
    for year in ("2025", "2024"):
        small.write_text(small.agreed(year), f"- {OPEN}\n")
    assert [one.year for one in agreed.load(small)] == ["2024", "2025"]
