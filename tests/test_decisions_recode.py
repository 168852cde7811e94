"""Recodes: what was written under *other* becomes an option, for the whole round, by one decision."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml
from conftest import blank_records
from test_decisions import WHO, correct, form

from pipeline import decisions
from pipeline.codebook import Codebook
from pipeline.errors import DecisionError
from pipeline.project import Project

# One text, as Arabic and as Farsi keyboards write it, with the blanks that exports carry.
ARABIC, FARSI = "مركز صحي", "مرکز  صحی "
IDS = pd.Series(["kirkuk/A", "kirkuk/B", "erbil/A", "erbil/B", "erbil/C"], dtype=str)


@pytest.fixture
def records(codebook: Codebook) -> pd.DataFrame:
    return blank_records(
        codebook, MoSD3=["-oth-", "-oth-", "A2", "-oth-", "A1"], MoSD3other=[ARABIC, FARSI, ARABIC, "prison", ""]
    )


def recode(**changes: str) -> dict[str, str]:
    entry = {"decision": "recode", "question": "MoSD3", "text": "MoSD3other", "was": ARABIC, "now": "A2", "rows": "2"}
    return entry | changes


def applied(records: pd.DataFrame, *entries: dict[str, str]) -> pd.DataFrame:
    text = yaml.safe_dump([WHO | entry for entry in entries], allow_unicode=True)
    return decisions.apply(records, decisions.parse(text, "decisions.yml"), IDS, form())


def test_one_decision_recodes_every_row_however_the_text_is_spelt(records: pd.DataFrame) -> None:
    found = applied(records, recode())
    assert found["MoSD3"].tolist() == ["A2", "A2", "A2", "-oth-", "A1"]
    assert found["MoSD3other"].tolist() == ["", "", ARABIC, "prison", ""]


def test_other_is_what_the_codebook_says_it_is_for_that_question(codebook: Codebook) -> None:
    assert decisions.others(codebook, "MoSD3") == ["-oth-"]
    assert decisions.others(codebook, "BAWA2_1") == ["A10"]
    records = blank_records(codebook, BAWA2_1=["A10", "A9", "A10", "", ""], GEO6=["river", "river", "well", "", ""])
    found = applied(records, recode(question="BAWA2_1", text="GEO6", was="River", now="A7", rows="1"))
    assert found["BAWA2_1"].tolist() == ["A7", "A9", "A10", "", ""]


def test_a_recode_of_a_question_without_other_is_refused(small: Project) -> None:
    entry = recode(question="MoSD4", text="GEO6", was="shut", now="A3")
    small.write_text(small.decisions("small-2023"), yaml.safe_dump([WHO | entry]))
    with pytest.raises(DecisionError, match=r"MoSD4.*has no option .other."):
        decisions.load(small, "small-2023")


@pytest.mark.parametrize("column", ["MoSD3", "MoSD3other"])
def test_a_row_with_a_correction_of_its_own_is_left_to_it(records: pd.DataFrame, column: str) -> None:
    own = correct(facility="kirkuk/B", question=column, was=records[column][1], now="A5" if column == "MoSD3" else "x")
    found = applied(records, recode(rows="1"), own)
    assert found.loc[0, ["MoSD3", "MoSD3other"]].tolist() == ["A2", ""]
    assert found.loc[1, column] == own["now"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rows": "3"}, 'was decided about 3 rows, and touches 2 now: read them, then write rows: "2"'),
        ({"was": "hotel"}, "no row says so under other any more: remove the decision"),
        ({"text": "MoSD3othr"}, "did you mean 'MoSD3other'"),
        ({"question": "subject_id"}, "is no answer"),
    ],
)
def test_a_recode_that_no_longer_holds_fails(records: pd.DataFrame, changes: dict[str, str], said: str) -> None:
    with pytest.raises(DecisionError, match=said):
        applied(records, recode(**changes))


@pytest.mark.parametrize(
    ("second", "said"),
    [({"was": FARSI}, "the same as decision 1"), ({"rows": "0"}, "rows"), ({"was": ""}, "was")],
)
def test_a_recode_that_says_too_much_or_too_little_is_refused(
    records: pd.DataFrame, second: dict[str, str], said: str
) -> None:
    with pytest.raises(DecisionError, match=said):
        applied(records, recode(), recode(**second))


def test_an_option_that_the_codebook_does_not_have_is_refused(small: Project) -> None:
    entries = [recode(now="A99"), correct(question="MoSD3", was="", now="A98"), correct(now="many")]
    small.write_text(small.decisions("small-2023"), yaml.safe_dump([WHO | entry for entry in entries]))
    with pytest.raises(DecisionError) as told:
        decisions.load(small, "small-2023")
    assert all(said in str(told.value) for said in ("'A99'", "'A98'", "write a whole number"))
