"""Feedback to collectors: the numbers are those of reports, the language the directorate's, and nobody is named."""

from __future__ import annotations

import re
from pathlib import Path

import made
import pytest

from pipeline.errors import UsageError
from pipeline.forms import feedback, look
from pipeline.forms.outline import outline
from pipeline.words import number


@pytest.fixture(scope="module")
def collected() -> feedback.Collected:
    material = made.material(made.whole())
    return feedback.Collected(material, outline(material.codebook))


def test_completeness_of_a_directorate_is_that_of_its_measures(collected: feedback.Collected) -> None:
    measures = collected.material.tables["measures"]
    for slug in made.whole().registry.directorates:
        there, due = feedback._group(collected, slug, None).answers
        rows = measures[(measures["indicator"] == "COV_ITEMS") & (measures["scope"] == slug)]
        whole = rows[rows["dimension"] == "all"].iloc[0]
        assert (there.sum(), due.sum()) == (whole["numerator"], whole["denominator"])


def test_workspaces_add_up_to_their_directorate(collected: feedback.Collected) -> None:
    whole = feedback._group(collected, "kirkuk", None)
    pairs = feedback._wanted(collected, None, "kirkuk")
    parts = [feedback._group(collected, slug, sector) for slug, sector in pairs]
    assert len(parts) > 1 and sum(len(part.ids) for part in parts) == len(whole.ids)
    assert sum(part.answers[1].sum() for part in parts) == whole.answers[1].sum()


def test_a_page_speaks_the_language_of_its_directorate_and_names_no_facility(collected: feedback.Collected) -> None:
    project = made.whole()
    ids = collected.facilities["facility_id"]
    for slug in ("kirkuk", "erbil"):
        name, found = next(feedback.feedback(project, made.round_of(project), directorate=slug))
        page = look.page(project, found.say, found.title, found.sheets)
        assert found.say.language == collected.material.places.default_language[slug]
        assert f'lang="{found.say.language}"' in page and "<script" not in page
        assert not [one for one in ids if one in page]
        assert name != slug or collected.material.names(slug)[found.say.language] in found.title
        counted = number(len(feedback._group(collected, slug, name).ids))
        assert re.search(rf"<td>{counted}</td>", page)


def test_a_page_of_a_closed_directorate_says_so_and_holds_no_number(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    name = made.round_of(project)
    made.judge(project, "facilities", {"kirkuk": {"state": "closed", "critical": 1}})
    for slug, is_closed in (("kirkuk", True), ("erbil", False)):
        _, found = next(feedback.feedback(project, name, directorate=slug))
        page = look.page(project, found.say, found.title, found.sheets)
        body = page[page.index("<section") : page.index("</section>")]
        assert (found.say("feedback.closed") in body) is is_closed
        assert ("<table" in body) is not is_closed
        told = re.sub("<[^>]+>", "", body).replace(name, "")
        assert bool(re.search("[0-9]", told)) is not is_closed


def test_what_is_most_often_missing_comes_first(collected: feedback.Collected) -> None:
    told = feedback._group(collected, "kirkuk", None).missing()
    counted = collected.missing.merge(collected.facilities)
    mine = counted[counted["directorate"] == "kirkuk"].groupby("item")["facility_id"].nunique()
    assert [times for _, times in told] == sorted(mine, reverse=True)[: feedback.MOST]


def test_an_unknown_workspace_is_told_with_a_near_one(collected: feedback.Collected) -> None:
    with pytest.raises(UsageError, match="did you mean 'kirkuk-daquq'"):
        feedback._wanted(collected, "kirkuk-daqoq", None)
