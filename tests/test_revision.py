"""Two forms beside each other, for people: the list, the table, the page of the workshop, the rows to be ruled."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_cli import ends

from pipeline import revision, rulings
from pipeline.errors import RulingError, UsageError
from pipeline.project import Project
from pipeline.revision import Beside, page
from pipeline.revision.marked import marked
from pipeline.rulings import COLUMNS

FORMS = ("iraq-2022", "iraq-2024")


@pytest.fixture(scope="module")
def found(here: Project) -> Beside:
    return revision.beside(here, *FORMS)


def test_the_list_counts_each_kind_and_says_what_is_open(found: Beside) -> None:
    lines = list(revision.told(found))
    assert lines[0].startswith(f"iraq-2022 → iraq-2024: {len(found.changes)} changes: 3 question_new, 4 question_gone")
    assert lines[-1] == "every change is ruled"
    assert list(revision.told(replace(found, ruled={})))[-1].startswith(
        f"{len(found.changes)} changes without a ruling"
    )


def test_a_single_change_is_one_change(found: Beside) -> None:
    first, *_, last = revision.told(replace(found, changes=found.changes[:1], ruled={}))
    assert ": 1 change: 1 " in first and last.startswith("1 change without a ruling yet")


def test_a_form_beside_itself_has_no_difference(here: Project) -> None:
    assert list(revision.told(revision.beside(here, "iraq-2022", "iraq-2022"))) == [
        "iraq-2022 and iraq-2022: no difference"
    ]


def test_the_table_has_both_wordings_in_three_languages(found: Beside) -> None:
    rows = revision.table(found).set_index(["item", "change"])
    row = rows.loc[("HFACC", "question_reworded")]
    assert (row["en_before"], row["en_now"]) == ("Accessibility", "Accessibility for patients")
    assert row["ar_before"] != row["ar_now"] and row["ckb_before"] != row["ckb_now"] and row["ruling"] == "same"
    assert tuple(rows.loc[("cold_chain_sources/A4", "choice_code"), ["before", "now"]]) == ("A4", "A96")


def test_rows_to_be_ruled_are_never_guessed_and_not_taken_for_rulings(found: Beside) -> None:
    empty = revision.to_rule(replace(found, ruled={}))
    assert list(empty) == list(COLUMNS) and len(empty) == len(found.changes)
    assert (empty.drop(columns=["previous_form", "item", "change"]) == "").all(axis=None)
    with pytest.raises(RulingError, match=r"row 2, column ruling: .* has none yet"):
        rulings.parse(found.before, found.now, empty, "since.csv")


@pytest.mark.parametrize("language", ["en", "ar", "ckb"])
def test_the_page_is_fit_to_be_shown_in_each_language(here: Project, found: Beside, language: str) -> None:
    html = page.rendered(here, found, language)
    assert f'<html lang="{language}" dir="{"ltr" if language == "en" else "rtl"}">' in html
    assert "<script" not in html and "Accessibility<ins> for patients</ins>" in html
    assert html.count('<article class="change">') == len(found.changes)
    assert page.rendered(here, found, language) == html


def test_what_stands_in_a_label_is_text_on_the_page() -> None:
    old, new = marked("a <b>", "a <i>")
    assert (str(old), str(new)) == ("a &lt;<del>b</del>&gt;", "a &lt;<ins>i</ins>&gt;")


@given(st.text("ab <&", max_size=12), st.text("ab <&", max_size=12))
def test_marks_take_nothing_away(before: str, now: str) -> None:
    old, new = marked(before, now)
    assert (old.striptags() == " ".join(before.split())) and (new.striptags() == " ".join(now.split()))
    assert before != now or "<del>" not in old


def test_the_command_writes_page_table_and_rows(
    here: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {name: tmp_path / name for name in ("page.html", "all.csv", "rows.csv")}
    assert (
        ends(
            monkeypatch,
            here.root,
            "form",
            "diff",
            *FORMS,
            "--out",
            str(files["page.html"]),
            "--csv",
            str(files["all.csv"]),
        )
        == 0
    )
    assert ends(monkeypatch, here.root, "form", "diff", *FORMS, "--rulings", "--out", str(files["rows.csv"])) == 0
    capsys.readouterr()
    assert ends(monkeypatch, here.root, "form", "diff", *FORMS, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told) == len(pd.read_csv(files["all.csv"])) == files["page.html"].read_text("utf-8").count("<article ")
    assert files["rows.csv"].read_text("utf-8") == ",".join(COLUMNS) + "\n"
    assert ends(monkeypatch, here.root, "form", "diff", *FORMS, "--out", str(tmp_path / "page.pdf")) == 2
    assert "FILE.html" in capsys.readouterr().err and not (tmp_path / "page.pdf").exists()
    assert ends(monkeypatch, here.root, "form", "diff", "iraq-2022", "irak-2024") == 2
    assert "did you mean 'iraq-2024'" in capsys.readouterr().err


def test_an_unknown_form_is_told_with_the_nearest(here: Project) -> None:
    with pytest.raises(UsageError, match="did you mean 'iraq-2022'"):
        revision.beside(here, "irak-2022", "iraq-2024")
