"""The pages of single subjects: hospitals, primary care, and the domains of services, for any scope."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import made
import pandas as pd
import pytest
import subject_briefs
from subject_briefs import brief_of, cut_of, material, page, sections

from pipeline import figures, words
from pipeline.brief.declared import declared
from pipeline.brief.slices import PHC
from pipeline.figures.areas import areas, of_area, worst
from pipeline.figures.domain import short
from pipeline.figures.gap_list import SHOWN
from pipeline.project import Project

DOMAINS = Project(Path(__file__).parents[1]).registry.domains
CATALOGUE = Project(Path(__file__).parents[1]).registry.reports_of("iraq")
REPORTS = ("hospitals", "primary-care", "child-health", "reproductive")


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("scope", ["iraq", "kirkuk", "peoples-clinics"])
def test_every_page_of_a_subject_reads_well_for_every_kind_of_scope(report: str, scope: str) -> None:
    found = page(brief_of(scope, report))
    several = {name for name in sections(report) if getattr(figures, name).of_several}
    assert several.isdisjoint(found) is (scope in ("kirkuk", "peoples-clinics")) or not several
    assert ("population" in found) == (report != "child-health")
    assert not re.search(r"\bnan\b|None|&lt;NA", " ".join(found.values()))


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("facilities", [0, 9])
def test_a_directorate_without_facilities_or_answers_still_reads_well(report: str, facilities: int) -> None:
    brief = brief_of("kirkuk", report)
    measures = brief.slices["measures"]
    kept = measures if facilities else measures[measures["dimension"].isin(["all", "governorate"])]
    blank = kept.assign(numerator="0", not_asked="0", missing=str(facilities))
    blank["denominator"] = blank["denominator"].where(blank["denominator"] == "", "0")
    lists = {
        name: rows.head(0) for name, rows in brief.slices.items() if name in ("declared", "facilities", "findings")
    }
    assert page(replace(brief, slices={**brief.slices, "measures": blank, **lists}))


@pytest.mark.parametrize("report", REPORTS)
def test_a_directorate_with_one_facility_still_reads_well(report: str) -> None:
    facilities = material().tables["facilities"]
    is_centre = (facilities["directorate"] == "kirkuk") & facilities["type"].eq("phc_main")
    one = str(facilities.loc[is_centre & facilities["status"].eq("existing"), "facility_id"].iloc[0])
    found = page(subject_briefs.of_facilities({"facility_id": [one]}, "kirkuk", report))
    if report == "hospitals":
        assert "reports no hospital" in found["hospital_headlines"]
        assert "No hospital exists here" in found["hospital_services"]


@pytest.mark.parametrize("report", REPORTS)
def test_a_directorate_whose_facilities_are_all_closed_still_reads_well(report: str) -> None:
    told = subject_briefs.of_facilities({"directorate": ["kirkuk"], "status": ["closed"]}, "kirkuk", report)
    assert told.count("U_LISTED") and not told.count("U_EXISTING")
    assert page(told)


@pytest.mark.parametrize("report", REPORTS)
def test_a_closed_scope_shows_no_number_of_a_subject(report: str) -> None:
    brief = brief_of("iraq", report)
    assert set(page(replace(brief, told={**brief.told, "state": "closed"}))) == {"title", "findings", "evidence"}


# --- numbers -------------------------------------------------------------------------------------------------------


def test_the_page_about_hospitals_shows_their_numbers_and_those_of_no_other() -> None:
    brief = brief_of("iraq", "hospitals")
    found = page(brief)
    beds, full = brief.level("BED_COUNT_all", "hospital"), brief.level("FUN_FULL", "hospital")
    assert f"<b>{beds.numerator:,}</b>" in found["hospital_headlines"]
    assert f"{full.numerator} of {full.denominator} ({words.percent(full.value)})" in found["hospital_headlines"]
    erbil = brief.area("BED_COUNT_icu", "erbil", "hospital")
    row = re.search(r'<th scope="row">Erbil</th>.*?\n', found["hospital_directorates"])
    assert row and f"<td>{erbil.numerator}<" in row.group()
    inside, outside = (brief.count("BED_COUNT_all", level) for level in ("hospital", ""))
    assert f"Beds outside hospitals: {outside - inside:,}" in found["hospital_headlines"]


def test_only_a_form_without_names_of_cadres_is_said_to_have_none() -> None:
    brief, caution = brief_of("iraq", "hospitals"), "The cadres have no names"
    assert caution in page(brief)["hospital_staff"]
    named = brief.slices["measures"].copy()
    rows = (named["indicator"] == "HR_PHC_DOCTOR") & (named["dimension"] == "all")
    named.loc[rows, ["numerator", "denominator", "reason"]] = ["3", "4", ""]
    again = page(replace(brief, slices={**brief.slices, "measures": named}))
    assert caution not in again["hospital_staff"] and "Heads at the place of work" in again["hospital_staff"]


def test_inpatient_services_are_those_that_the_form_asks_of_facilities_with_beds() -> None:
    names = brief_of("iraq", "hospitals").inpatient_services()
    assert len(names) == 20 and {"QHeRAMS121", "QHeRAMS426", "QHeRAMS513"} <= set(names)


def test_the_centres_of_the_sectors_are_those_of_the_directorate() -> None:
    brief = brief_of("kirkuk", "primary-care")
    assert len(areas(brief)) > 1 and "Daquq" in " ".join(areas(brief).values())
    for indicator in ("U_EXISTING", "SVC_DOMAIN_maternal_newborn"):
        parts = [of_area(brief, indicator, sector) for sector in areas(brief)]
        assert sum(part.numerator for part in parts) == brief.level(indicator, "phc").numerator


def test_the_sectors_of_a_page_have_names_and_numbers_of_their_own() -> None:
    brief = brief_of("kirkuk", "primary-care")
    found = page(brief)["centre_areas"]
    for sector, name in areas(brief).items():
        share = of_area(brief, "OPS_OPERATIONAL", sector)
        row = re.search(rf'<th scope="row">{re.escape(name)}</th>.*?\n', found)
        assert row and f"{share.numerator}/{share.denominator}" in row.group()


def test_a_wider_page_sets_the_sectors_of_its_directorates_beside_each_other() -> None:
    brief, of_one = brief_of("iraq", "primary-care"), brief_of("kirkuk", "primary-care")
    for sector in areas(of_one):
        assert brief.numbers.sectors["FUN_FULL", "kirkuk", sector] == of_area(of_one, "FUN_FULL", sector)
    known = {sector: one for (name, _, sector), one in brief.numbers.sectors.items() if name == "FUN_FULL"}
    assert sum(one.numerator for one in known.values()) == brief.level("FUN_FULL", "phc").numerator
    found = page(brief)["centre_areas"].partition("Primary care centres by sector")[2]
    ranked = {brief.label("sector", sector): one.value for sector, one in known.items() if (one.denominator or 0) >= 10}
    shown = re.findall(r'<th scope="row">(.*?)</th>', found)
    assert set(shown) == set(ranked) and len(ranked) > 1
    assert [ranked[name] for name in shown] == sorted(ranked.values())
    assert f"{len(ranked)} of {len(known)} sectors" in found
    public = replace(brief, told={**brief.told, "edition": "public"})
    assert "ranks nobody" in page(public)["centre_areas"] and "by sector" not in page(public)["centre_areas"]


def test_the_worst_are_ranked_among_ten_or_more_only_and_in_the_internal_edition_only() -> None:
    brief = brief_of("iraq", "primary-care")
    ranked = worst(brief, "SVC_DOMAIN_sexual_violence")
    assert [one.value for one in ranked.values()] == sorted(one.value or 0 for one in ranked.values())
    assert all((one.denominator or 0) >= 10 for one in ranked.values())
    public = replace(brief, told={**brief.told, "edition": "public"})
    assert "ranks nobody" in page(public)["centre_priorities"]
    assert "Fewest function fully" in page(brief)["centre_headlines"]
    assert "Fewest function fully" not in page(public)["centre_headlines"]


def test_town_and_country_are_those_of_primary_care_without_the_hospitals() -> None:
    brief = brief_of("iraq", "child-health")
    whole = brief.level("SVC_DOMAIN_child_health_nutrition", "phc")
    places = [brief.measure("SVC_DOMAIN_child_health_nutrition", "phc_urban_rural", one) for one in ("urban", "rural")]
    assert 0 < sum(one.denominator or 0 for one in places) <= (whole.denominator or 0)
    assert f"({places[0].numerator:,} of {places[0].denominator:,})" in page(brief)["domain_places"]


def test_every_service_of_a_domain_stands_there_by_level_of_care() -> None:
    brief = brief_of("iraq", "reproductive")
    found = page(brief)["service_levels"]
    table = "".join(re.findall(r"<tbody>.*?</tbody>", found, flags=re.DOTALL))
    assert table.count('<th scope="row">') == len(brief.items("service")) == 18
    one = brief.level("SVC_FULL_QHeRAMS422", "phc")
    assert f"<small>{one.numerator:,}/{one.denominator:,}</small>" in table


@pytest.mark.parametrize("report", sorted({*CATALOGUE, "overview"}))
def test_no_two_tables_of_a_page_have_one_caption(report: str) -> None:
    """A table that can be scrolled is a region by the name of its caption; axe refuses two of one name."""
    found = page(brief_of("federal" if report == "overview" else "iraq", report))
    captions = re.findall(r"<caption[^>]*>(.*?)</caption>", " ".join(found.values()), flags=re.DOTALL)
    assert len(captions) == len(set(captions)), sorted(captions)


@pytest.mark.parametrize("report", DOMAINS)
def test_the_page_of_every_domain_says_all_of_its_own_services_and_of_no_others(report: str) -> None:
    """All five share a notebook, and a kernel runs it for one of them only."""
    modules = made.whole().registry.reports[report].modules
    found, brief = page(brief_of("iraq", report)), brief_of("iraq", report)
    assert list(brief.modules("service")) == list(modules)
    # The round follows none, and not every domain has a figure per population.
    assert set(sections(report)) - set(found) <= {"since", "population"}
    services = cut_of("iraq", "overview")[1]["items"].query("kind == 'service'")
    tables = "".join(re.findall(r"<tbody>.*?</tbody>", found["service_levels"], flags=re.DOTALL))
    told = [html.unescape(one) for one in re.findall(r'<th scope="row">(.*?)</th>', tables)]
    assert told == list(services.loc[services["module"].isin(modules), "en"])
    for name in ("domain_headlines", "domain_areas", "domain_priorities", "service_barriers", "domain_places"):
        assert re.search(r"\d", re.sub("<[^>]*>", " ", found[name])), name


def test_the_domains_share_all_modules_of_services_among_them() -> None:
    services = cut_of("iraq", "overview")[1]["items"].query("kind == 'service'")
    shared = [module for report in DOMAINS for module in made.whole().registry.reports[report].modules]
    assert sorted(shared) == sorted(services["module"].unique())


def test_shares_of_facilities_and_of_mentions_stand_apart_on_the_page_of_a_domain() -> None:
    found = page(brief_of("iraq", "child-health"))["service_barriers"]
    captions = re.findall(r"<caption[^>]*>.*?<span[^>]*>(.*?)</span>", found)
    assert ["pairs" in captions[0], "facilities concerned" in captions[1], "mentions" in captions[2]] == [True] * 3


# --- what a brief holds --------------------------------------------------------------------------------------------


def test_only_the_subjects_that_show_primary_care_apart_hold_its_cuts() -> None:
    for scope, report, known in (("iraq", "primary-care", {PHC[1]}), ("kirkuk", "child-health", set(PHC))):
        assert set(cut_of(scope, report)[1]["measures"]["dimension"]) & set(PHC) == known
    for scope, report in (("kirkuk", "overview"), ("iraq", "hospitals")):
        assert not set(cut_of(scope, report)[1]["measures"]["dimension"]) & set(PHC)


def test_the_gap_list_holds_what_facilities_declare_of_the_services_of_its_modules() -> None:
    told, slices = cut_of("iraq", "child-health")
    rows, answers = slices["declared"], material().tables["answers"]
    services = list(slices["items"]["item"])
    lacking = answers[answers["item"].isin(services) & answers["answer"].isin(["partial", "not_available"])]
    first = rows.iloc[0]
    mine = lacking[lacking["facility_id"] == first["facility_id"]]
    assert first["not_available"].split() == [
        one for one in services if one in set(mine.loc[mine["answer"] == "not_available", "item"])
    ]
    counts = [(-len(row["not_available"].split()), -len(row["partial"].split())) for _, row in rows.iterrows()]
    assert counts == sorted(counts)
    assert SHOWN < len(rows) == told["lengths"]["declared"] <= lacking["facility_id"].nunique()


def test_the_gap_list_names_services_by_their_short_names_and_counts_them() -> None:
    brief = brief_of("iraq", "child-health")
    found = page(brief)["gap_list"]
    assert f"{brief.told['lengths']['declared']} facilities say" in found
    first = brief.slices["declared"].iloc[0]
    assert f"<b>{len(first['not_available'].split())}</b>" in found and first["facility_id"] in found
    assert "CMAM" in found and "Community Management" not in found


def test_short_names_tell_services_apart_in_every_language() -> None:
    items = cut_of("iraq", "facilities")[1]["items"]
    for language in ("en", "ar", "ckb"):
        names = [short(name) for name in items.loc[items["kind"] == "service", language]]
        assert len(set(names)) == len(names) == 86 and all(names)


def test_a_facility_that_is_set_aside_is_on_no_gap_list() -> None:
    slices = cut_of("iraq", "child-health")[1]
    first = str(slices["declared"].iloc[0]["facility_id"])
    other, standing = replace(material()), material().standing
    directorate = first.partition("-")[0]
    state = standing.directorates[directorate].model_copy(update={"set_aside": [first]})
    vars(other)["standing"] = standing.model_copy(
        update={"directorates": {**standing.directorates, directorate: state}}
    )
    rows, _ = declared(other, "iraq", list(slices["items"]["item"]))
    assert first not in set(rows["facility_id"]) and len(rows)


def test_findings_about_other_questions_are_counted_and_not_shown() -> None:
    everything = pd.DataFrame(
        [
            {"rule": "a", "severity": "warning", "directorate": "kirkuk", "question": "QHeRAMS202"},
            {"rule": "b", "severity": "warning", "directorate": "kirkuk", "question": "HR1_SQ001"},
            {"rule": "c", "severity": "warning", "directorate": "kirkuk", "question": ""},
        ]
    ).assign(settled_by="", sector="", facility_id="kirkuk/X", value="", expected="", what_to_do="", table="records")
    found = replace(material(), findings=everything)
    told, slices = subject_briefs._cut(found, "kirkuk", "child-health")
    assert list(slices["findings"]["rule"]) == [rule["rule"] for rule in told["touching"]] == ["a", "c"]
    assert len(told["rules"]) == 3 and page(subject_briefs.as_figures_see_it(told, slices))["findings"]


def test_nothing_is_compared_with_a_share_of_fewer_than_ten_in_the_country() -> None:
    beside = cut_of("kirkuk", "child-health")[1]["comparison"]
    country = cut_of("iraq", "child-health")[1]["measures"].set_index(["indicator", "group"])["denominator"]
    assert len(beside) and all(country[row.indicator, row.group] >= 10 for row in beside.itertuples())
    few = country[(country > 0) & (country < 10)].index
    assert not set(few) & set(zip(beside["indicator"], beside["group"], strict=True)) and len(few)
