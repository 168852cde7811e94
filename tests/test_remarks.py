"""Remarks: what a directorate says to its numbers stands on its page, word for word, and changes none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import made
import pytest
from subject_briefs import as_figures_see_it, brief_of, cut_of, material, page, shared_cuts

from pipeline import brief, figures, remarks
from pipeline.brief import edition
from pipeline.brief.subjects import SUBJECTS
from pipeline.errors import RegistryError
from pipeline.figures.brief import Brief
from pipeline.registry import Public

SAID = """
kirkuk:
  text: |
    مركزان في داقوق <أعيد> بناؤهما.

    See http://x.test, please.
  language: ar
  office: Kirkuk Health Department
  date: 2023-12-05
"""
KNOWN = ("kirkuk", "erbil")


def told_of(scope: str) -> Brief:
    found = replace(material(), remarks=remarks.parse(SAID, "remarks.yml", KNOWN))
    told, slices = brief.cut(found, scope, shared_cuts(found), SUBJECTS["overview"])
    return as_figures_see_it(told | {"report": "overview"}, slices)


def test_a_remark_stands_on_the_page_of_its_directorate_in_its_own_language() -> None:
    found = page(told_of("kirkuk"))["remark"]
    assert '<blockquote lang="ar" dir="rtl"><p>مركزان في داقوق &lt;أعيد&gt; بناؤهما.</p>' in found
    assert "Kirkuk Health Department, 5 December 2023" in found and "://" not in found


def test_it_stands_on_no_other_page_and_changes_no_number_of_its_own() -> None:
    assert "sent no remark" in page(told_of("erbil"))["remark"]
    assert told_of("federal").told.get("remark") is None
    assert figures.remark.left_out(told_of("federal")) == "no directorate"
    before, after = brief_of("kirkuk", "overview"), told_of("kirkuk")
    assert all(before.slices[name].equals(rows) for name, rows in after.slices.items())


def test_a_remark_stays_out_of_the_public_edition() -> None:
    _, slices = cut_of("kirkuk", "overview")
    told, cut = edition.public(told_of("kirkuk").told, slices, SUBJECTS["overview"], Public())
    assert told["remark"] == {} and "internal edition" in page(as_figures_see_it(told, cut))["remark"]


@pytest.mark.parametrize(
    ("changed", "to", "message"),
    [
        ("kirkuk:", "kirkuuk:", "unknown directorate 'kirkuuk': did you mean 'kirkuk'"),
        ("  language: ar", "  language: fr", "kirkuk.language"),
        ("  date: 2023-12-05", "  date: 5 December", "kirkuk.date"),
        ("  date: 2023-12-05", "  date: 2023-12-05\n  name: Somebody", "kirkuk.name"),
        ("please", "or write to nobody@nowhere", "kirkuk.text: .*no telephone numbers"),
        ("  office:", " office:", "no YAML"),
        ("  language: ar", "  language: ar\n  language: en", "stands there twice"),
    ],
)
def test_an_unfit_remark_is_refused_with_what_to_mend(changed: str, to: str, message: str) -> None:
    assert changed in SAID
    with pytest.raises(RegistryError, match=message):
        remarks.parse(SAID.replace(changed, to, 1), "remarks.yml", KNOWN)


def test_a_file_without_remarks_and_no_file_at_all_say_nothing(tmp_path: Path) -> None:
    for text in ("", "{}\n", "# nothing yet\n"):
        assert remarks.parse(text, "remarks.yml", KNOWN) == {}
    project = made.copy(tmp_path)
    project.remarks(made.round_of(project)).unlink()
    assert remarks.load(project, made.round_of(project)) == {}
