"""What pages say of the round before: numbers with their parts, what was lost, the form's health, open issues."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import closed_rounds
import followed
import pandas as pd
import pytest
from browser import OUTSIDE, PHONE, chromium, complaints_of_axe, needs_browser, opened
from subject_briefs import as_figures_see_it
from test_figures_told import MOVED_SIGN

from pipeline import brief as briefs
from pipeline import facility_list, figures, indicators, lineage, link, report, review, since, trace, verdict
from pipeline.brief import edition, since_withheld
from pipeline.brief import since as brief_since
from pipeline.brief.subjects import Subject
from pipeline.errors import HeramsError, UsageError
from pipeline.figures.brief import Brief, read
from pipeline.figures.compared import Compared, compared, signed
from pipeline.figures.parts import FEW_MARK
from pipeline.forms import last
from pipeline.project import Project
from pipeline.registry import Public
from pipeline.review import copies
from pipeline.run import plan
from pipeline.since import compare
from pipeline.since.told import lines, rows

LANGUAGES = ("en", "ar", "ckb")
REVIEW = ("review_cards", "since", "review_lost", "review_beside", "review_facilities", "form_health", "issues")


def brief_of(scope: str, report: str, language: str = "en") -> Brief:
    return read(followed.whole(), followed.LATER, scope, report, [language])


def text(brief: Brief, section: str) -> str:
    return " ".join(str(part.markup) for part in getattr(figures, section).parts(brief))


@pytest.mark.parametrize(("count", "is_red"), [(0, False), (7, True)])
def test_what_was_lost_is_red_at_the_head_of_the_review_too_and_nothing_else_is(count: int, is_red: bool) -> None:
    brief = brief_of("iraq", "annual-review")
    slices = {name: rows.copy() for name, rows in brief.slices.items()}
    slices["lost"]["count"] = "0"
    slices["happened"]["facilities"] = "0"
    for name, column, by in (("lost", "count", "what"), ("happened", "facilities", "event")):
        firsts = ~slices[name].duplicated(by)
        slices[name].loc[firsts, column] = str(count)
    cards = text(replace(brief, slices=slices), "review_cards").split("<li>")[1:]
    red = {re.sub("<[^>]+>", "", card) for card in cards if '"lost"' in card}
    words = ("Gone", "Facilities closed", "Stopped functioning", "Services lost")
    assert red == ({f"{count}{word}" for word in words} if is_red else set())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", REVIEW)
def test_every_section_of_the_review_reads_well_in_every_language(section: str, language: str) -> None:
    told = text(brief_of("iraq", "annual-review", language), section)
    assert not re.search(r"\bnan\b|None|&lt;NA|&lt;bdi", told)
    assert not MOVED_SIGN.search(html.unescape(re.sub(r"<[^>]*>", "\n", told)))


@pytest.mark.parametrize("report", ["summary", "operations", "hospitals", "workforce", "child-health", "facilities"])
def test_every_subject_says_what_changed_of_what_it_shows(report: str) -> None:
    told = text(brief_of("iraq", report), "since")
    assert "Listed now" in told and ("<table" in told) is (report != "summary")


def test_who_counted_before_and_is_left_out_now_is_named_beside_the_totals() -> None:
    brief = brief_of("iraq", "summary")
    assert "Not in this round" not in text(brief, "since")
    out = replace(brief, told={**brief.told, "left_out": ["kirkuk"]})
    assert "Not in this round&#39;s totals: Kirkuk." in text(out, "since")
    before = {**brief.told["since"], "left_out": ["kirkuk"]}
    assert "Not in this round" not in text(replace(out, told={**out.told, "since": before}), "since")


def test_the_numbers_of_the_page_are_those_of_the_table_of_changes() -> None:
    folder = followed.whole().since_last(followed.LATER)
    table = pd.read_parquet(folder / "changes.parquet").astype({"indicator": str, "scope": str, "dimension": str})
    rows = table[(table["scope"] == "kirkuk") & (table["dimension"] == "all")].set_index("indicator")
    for one in compared(brief_of("kirkuk", "overview")):
        row = rows.loc[one.indicator]
        assert one.parts["panel"][0] == row["panel_numerator"] and one.linked == row["linked"]
        change = one.change()
        assert change and (change.real or 0) + change.coverage == change.now - change.before
    told = text(brief_of("kirkuk", "overview"), "since")
    full = rows.loc["FUN_FULL"]
    assert f"<small>{full['before_numerator']}/{full['before_denominator']}</small>" in told


def test_what_is_kept_of_an_approved_review_has_a_name_for_every_row(tmp_path: Path) -> None:
    project = followed.copy(tmp_path)
    which = (followed.LATER, "iraq", "annual-review")
    kept = copies.copy(project, which)
    for name, part in kept["numbers"].items():
        assert len(part["rows"]) == len(project.read_csv(project.brief(*which) / f"{name}.csv")), name
        assert not [about for about in part["rows"] if "#" in about], name
    path = project.brief(*which) / "lost.csv"
    lost = project.read_csv(path)
    lost.loc[0, "count"] = "77"
    project.write_csv(path, lost)
    numbers, _ = copies.changes(kept, copies.copy(project, which))
    [changed] = numbers
    assert changed.startswith(f"lost {lost.loc[0, 'directorate']} {lost.loc[0, 'what']}: count ")
    assert changed.endswith(" → 77")


def test_levels_of_care_add_up_to_the_whole() -> None:
    brief = brief_of("iraq", "summary")
    whole = {one.indicator: one for one in compared(brief)}["FUN_FULL"]
    levels = [
        {one.indicator: one for one in compared(brief, level)}["FUN_FULL"] for level in ("hospital", "phc", "other")
    ]
    for part in ("before", ""):
        assert sum(one.parts[part][1] or 0 for one in levels) == whole.parts[part][1]


def test_services_lost_and_won_balance_with_the_panel() -> None:
    brief = brief_of("iraq", "annual-review")
    folder = followed.whole().since_last(followed.LATER)
    rows = pd.read_parquet(folder / "changes.parquet").astype({"indicator": str})
    rows = rows[rows["indicator"].str.startswith("SVC_ANY_") & rows["scope"].eq("iraq") & rows["dimension"].eq("all")]
    items = brief.slices["lost_items"].astype({"lost": int, "won": int})
    balance = int((rows["panel_numerator"] - rows["panel_before_numerator"]).sum())
    assert items["won"].sum() - items["lost"].sum() == balance
    assert '<span class="lost">' in text(brief, "review_lost")


@pytest.mark.parametrize(("scope", "report"), [("kirkuk", "overview"), ("iraq", "summary"), ("iraq", "annual-review")])
def test_the_mark_of_few_facilities_and_its_meaning_stand_together(scope: str, report: str) -> None:
    brief, meaning = brief_of(scope, report), brief_of(scope, report).say("chart.few", mark=FEW_MARK)
    for section in ("since", "review_beside"):
        parts = [str(part.markup) for part in getattr(figures, section).parts(brief)]
        for table, after in zip(parts, [*parts[1:], ""], strict=True):
            if "<table" in table:
                assert (FEW_MARK in table) == (meaning in after), section


def test_only_a_list_that_has_something_to_say_of_its_facilities_has_a_column_for_it() -> None:
    told = text(brief_of("iraq", "annual-review"), "review_facilities")
    heads = dict(re.findall(r"<caption[^>]*><span>(.*?)</span></caption><thead>(.*?)</thead>", told))
    assert ">What<" not in heads["Gone"] + heads["New"]
    assert ">What<" in heads["Closed"] and ">What<" in heads["Renamed"]


def test_where_the_question_was_changed_the_page_says_so_and_why() -> None:
    brief = brief_of("kirkuk", "overview")
    rows = brief.slices["since"].copy()
    broken = rows["indicator"] == "FUN_FULL"
    rows.loc[broken, ["ruling", "reason", "before_numerator"]] = ["break", "Asked otherwise", ""]
    told = text(replace(brief, slices={**brief.slices, "since": rows}), "since")
    assert (
        "not compared, since the question was changed (Asked otherwise)." in told
        and "One figure is not compared" in told
    )


def test_a_scope_that_was_closed_before_compares_nothing() -> None:
    brief = brief_of("kirkuk", "overview")
    told = {**brief.told, "since": {**brief.told["since"], "is_closed": True}}
    assert "nothing is compared" in text(replace(brief, told=told), "since")
    assert "<table" not in text(replace(brief, told=told), "since")


def test_without_an_earlier_round_the_section_is_left_out_by_name() -> None:
    brief = brief_of("kirkuk", "overview")
    told = {name: value for name, value in brief.told.items() if name != "since"}
    assert figures.since.left_out(replace(brief, told=told)) == "without since"
    assert brief_since.load(followed.whole(), followed.ROUND) is None


def test_a_change_keeps_its_sign_and_a_number_has_no_decimals() -> None:
    share_, number = (Compared("X", "", "", unit, {}, 1, "same", "") for unit in ("percent", "beds"))
    assert [one.strip("\u200e") for one in (signed(share_, -15), signed(number, 1200), signed(share_, 0))] == [
        "-1.5", "+120", "0"
    ]  # fmt: skip


# --- the review ----------------------------------------------------------------------------------------------------


def test_an_issue_that_is_open_and_due_is_red_and_one_that_is_not_due_is_not(tmp_path: Path) -> None:
    project = followed.copy(tmp_path)
    issue = "- {{issue: {0}, owner: Planning, due: {1}, date: '2023-12-10', state: open}}\n"
    project.write_text(project.agreed("2023"), issue.format("Old", followed.LATER) + issue.format("New", "small-2030"))
    briefs.brief(project, followed.LATER)
    told = text(read(project, followed.LATER, "iraq", "annual-review", ["en"]), "issues")
    assert "Open: 2; settled in this round: 0" in told and told.count('class="lost"') == 1


def test_a_proposal_is_computed_from_the_signs_that_are_bad() -> None:
    brief = brief_of("iraq", "annual-review")
    rows = [("MoSD3", "other", "12", "40", "True", "1"), ("MoSD3", "missing", "1", "40", "False", "1"),
            ("HFACC", "turned", "3", "20", "True", "2")]  # fmt: skip
    signs = pd.DataFrame(rows, columns=["question", "sign", "numerator", "denominator", "is_worst", "place"])
    written = pd.DataFrame([("MoSD3", "<i>Dental", "9")], columns=["question", "text", "facilities"])
    told = text(replace(brief, slices={**brief.slices, "signs": signs, "written": written}), "form_health")
    assert "Add an option “&lt;i&gt;Dental”: 9 facilities" in told and "left it blank" not in told
    assert "of 20 that had changed 3 changed back" in told


# --- the public edition --------------------------------------------------------------------------------------------


def row(**said) -> dict:
    zeros = dict.fromkeys(brief_since.NUMBERS, 100)
    return {"indicator": "FUN_FULL", "group": "", "unit": "percent", **zeros, "ruling": "same", "reason": "", **said}


@pytest.mark.parametrize(
    "small", [{"denominator": 3}, {"before_denominator": 3}, {"panel_denominator": 98}, {"linked": 2}]
)
def test_a_change_is_withheld_where_it_or_what_is_left_of_it_is_small(small: dict) -> None:
    rows = pd.DataFrame([row(), row(group="phc"), row(group="other", **small), row(indicator="AMN_WASH")])
    nothing = pd.DataFrame(columns=["indicator", "dimension", "group", "reason"])
    found = since_withheld.withheld({"since": rows, "measures": nothing}, lambda _: 5)["since"]
    assert found["reason"].tolist() == ["", "suppressed", "suppressed", ""]
    assert found.loc[1:2, brief_since.NUMBERS].isna().all(axis=None)


def test_a_public_brief_of_the_review_names_no_facility_and_no_text() -> None:
    brief = brief_of("iraq", "annual-review")
    slices = {name: rows.copy() for name, rows in brief.slices.items()}
    for name in ("since", "since_areas"):
        slices[name][brief_since.NUMBERS] = slices[name][brief_since.NUMBERS].apply(pd.to_numeric).astype("Int64")
    for name in ("measures", "areas"):
        numbers = ["numerator", "denominator", "not_asked", "missing"]
        slices[name][numbers] = slices[name][numbers].apply(pd.to_numeric).astype("Int64")
    for name in ("lost", "lost_items"):
        counts = [column for column in slices[name] if column in ("count", "of", "lost", "won")]
        slices[name][counts] = slices[name][counts].apply(pd.to_numeric).astype("Int64")
    told, cut = edition.public(brief.told, slices, Subject(), Public(suppress_below=5))
    assert all(cut[name].empty for name in ("events", "written", "issues"))
    public = as_figures_see_it(told, cut)
    page = " ".join(text(public, section) for section in REVIEW)
    names = set(brief.slices["events"]["name_en"]) - {""}
    assert names and not [name for name in names if name in page]


# --- the commands --------------------------------------------------------------------------------------------------


def test_compare_tells_any_two_rounds_in_order(here: Project) -> None:
    project = followed.whole()
    told = compare.compare(project, followed.ROUND, followed.LATER, "kirkuk")
    assert any(line.startswith("FUN_FULL") and "coverage" in line for line in told.lines)
    assert "makes outputs/small-2024/iraq/annual-review.en.html" in told.lines[-1]
    assert {row["scope"] for row in told.rows} == {"kirkuk"}
    with pytest.raises(UsageError, match="name the earlier round first"):
        compare.compare(project, followed.LATER, followed.ROUND, "kirkuk")
    with pytest.raises(UsageError, match="did you mean 'kirkuk'"):
        compare.compare(project, followed.ROUND, followed.LATER, "kirkukk")


def test_compare_tells_no_number_of_who_showed_none_in_either_round_and_names_it_in_the_totals(tmp_path: Path) -> None:
    project = followed.copy(tmp_path)
    place = project.verdict(followed.LATER, "facilities")
    judged = project.read_json(place)
    judged["directorates"]["kirkuk"] |= {"state": "closed", "critical": 1}
    judged["iraq"] |= {"left_out": ["kirkuk"]}
    project.write_json(place, judged)
    found = since.beside(project, followed.LATER, followed.ROUND)
    before = replace(found, told=found.told | found.stands, stands={key: [] for key in found.stands})
    entries = indicators.catalogue(project.read_csv(project.reference("indicators.csv")))
    others = found.events.loc[found.events["directorate"] != "kirkuk", "event"].value_counts()
    assert len(found.events) > others.sum()
    for held, shut_in in ((found, followed.LATER), (before, followed.ROUND)):
        alone = list(lines(held, "kirkuk", followed.LATER, {"kirkuk"}, entries))
        assert alone == [f"kirkuk showed no number in {shut_in}: nothing is compared"]
        assert rows(held, "kirkuk", followed.LATER) == []
        wide = list(lines(held, "iraq", followed.LATER, set(project.registry.directorates), entries))
        assert wide[0] == f"the totals of {shut_in} lack kirkuk: its change is told as coverage"
        assert wide[1] == ", ".join(f"{event} {others[event]}" for event in sorted(others.index))
        assert rows(held, "iraq", followed.LATER)


def test_a_round_that_follows_none_is_held_against_none() -> None:
    with pytest.raises(UsageError, match="follows no other"):
        since.since(followed.whole(), followed.ROUND)


def test_a_directorate_that_was_closed_compares_nothing_though_it_was_left_out_by_name(tmp_path: Path) -> None:
    project = followed.copy(tmp_path)
    place = project.verdict(followed.ROUND, "facilities")
    told = project.read_json(place)
    told["directorates"]["kirkuk"] |= {"state": "closed", "critical": 1}
    told["iraq"] |= {"left_out": ["kirkuk"]}
    project.write_json(place, told)
    found = since.beside(project, followed.LATER, followed.ROUND)
    assert found.told["closed"] == ["kirkuk"] and found.told["left_out"] == ["kirkuk"]
    rows = found.changes.astype({"indicator": str, "scope": str, "dimension": str})
    row = rows[rows["indicator"].eq("U_LISTED") & rows["scope"].eq("iraq") & rows["dimension"].eq("all")].iloc[0]
    kirkuk = project.read_table(followed.LATER, "facilities")["directorate"].eq("kirkuk").sum()
    assert row["numerator"] - row["linked"] >= kirkuk


# --- closed and opened again ---------------------------------------------------------------------------------------


def test_a_round_may_follow_a_closed_one_after_the_rules_changed_and_both_come_back_as_they_were(
    tmp_path: Path,
) -> None:
    project, first, later = closed_rounds.both_open(tmp_path), followed.ROUND, followed.LATER
    rules = project.suite("records")
    before, demanded = closed_rounds.standing(project), project.read_text(rules)
    closed = closed_rounds.close(project, first)
    project.write_text(rules, f"# changed since\n{demanded}")
    closed_rounds.judged_by(project, later)
    since.since(closed, later)
    for name, content in closed_rounds.standing(closed).items():
        assert content == before.get(name, content) or name in ("data/registry.yml", "dvc.lock"), name
    assert "before expectations/records.yml changed" in verdict.judged_before(closed, first)
    assert link.link(closed, first, None, dry=True)
    assert facility_list.facilities(closed, first, "public", "csv", tmp_path / "list.csv")
    assert not trace.trace(closed, first, "kirkuk", "AMN_WASH").agreement.problems
    assert last.earlier(closed, first, last.Wanted()).facilities
    project.write_text(rules, demanded)
    closed_rounds.judged_by(project, later)

    both = closed_rounds.close(closed, later)
    assert both.registry.open == [] and both.tracked(both.since_last(later)).is_file()
    assert compare.compare(both, first, later, "iraq").lines[-1].startswith("annual review: outputs/")
    assert (later, "iraq", "annual-review") in [one.which for one in review.seen_of_round(both, later)]
    assert lineage.due(both, first, "iraq") == ("summary",)

    place = both.since_last(later)
    place.rename(tmp_path / "away")
    with pytest.raises(
        HeramsError, match=f"data/since/{later} is not on this disk, .* `dvc pull data/since/{later}.dvc`"
    ):
        closed_rounds.reopen(both, later)
    (tmp_path / "away").rename(place)

    again = closed_rounds.reopen(closed_rounds.reopen(both, later), first)
    for name, content in closed_rounds.standing(again).items():
        assert before.get(name) == content, name
    assert closed_rounds.standing(again).keys() == before.keys()
    found = plan.plan(again)
    assert (found.reasons, found.follow) == ({}, {})


@pytest.mark.slow
@needs_browser
def test_the_annual_review_fits_a_telephone_and_axe_finds_nothing(tmp_path: Path) -> None:
    """Made once in all languages; looked at in Sorani, whose words are the longest."""
    project = followed.copy(tmp_path)
    report.report(project, followed.LATER, "iraq", "annual-review")
    with (
        chromium() as browser,
        opened(browser, project.page(followed.LATER, "iraq", "annual-review", "ckb"), PHONE) as page,
    ):
        assert (page.asked, page.complaints) == ([], [])
        assert page.says("document.documentElement.scrollWidth") == PHONE
        assert page.says(OUTSIDE) == []
        assert complaints_of_axe(page.page) == []
