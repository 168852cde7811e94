"""The pages by subject: the numbers are the brief's, for Iraq, a ministry and any directorate, in every state."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import made
import pandas as pd
import pytest
from conftest import make_small

from pipeline import clean, figures, ingest, measure, simulate
from pipeline.brief import annual as brief_annual
from pipeline.brief import register as brief_register
from pipeline.brief import slices as brief_slices
from pipeline.errors import BriefError, UsageError
from pipeline.figures import beside as figures_beside
from pipeline.figures.beside import Concern
from pipeline.figures.brief import Brief
from pipeline.figures.html import Chart, Html
from pipeline.figures.section import Section
from pipeline.project import Project
from pipeline.words import number, percent

SUBJECTS = ("summary", "operations", "amenities", "workforce", "facilities")
SECTIONS = {name: one for name, one in vars(figures).items() if isinstance(one, Section)}


def sections(project: Project, name: str) -> list[Section]:
    source = project.read_text(project.notebook(name))
    return [SECTIONS[found] for found in re.findall(r"figures\.(\w+)\(brief\)", source)]


def page(brief: Brief, *names: str) -> str:
    """The pieces of some sections as text, with the alternative texts of charts."""
    parts = [part for name in names for part in SECTIONS[name].parts(brief)]
    return " ".join(str(part.markup) if isinstance(part, Html) else part.alt for part in parts)


def whole_page(project: Project, scope: str, subject: str) -> list[tuple[str, list[Html | Chart]]]:
    brief = made.brief_for(project, scope, subject)
    return [(one.name, one.parts(brief)) for one in sections(project, subject) if not one.left_out(brief)]


def row_of(text: str, head: str) -> str:
    found = re.search(rf'<tr><th scope="row">{re.escape(head)}.*?\n', text)
    assert found, head
    return found.group()


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("scope", ["iraq", "federal", "kirkuk"])
def test_every_page_has_all_its_sections_for_a_country_a_ministry_and_a_directorate(subject: str, scope: str) -> None:
    for name, parts in whole_page(made.whole(), scope, subject):
        assert parts, name
        assert all(str(part.markup) if isinstance(part, Html) else part.alt and part.caption for part in parts), name


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Kirkuk has one facility, Erbil's are all closed, the people's clinics have answered nothing but their status."""
    project = make_small(tmp_path_factory.mktemp("odd") / "project")
    name = made.round_of(project)
    simulate.simulate_round(project, name)
    ingest.ingest(project, name)
    records = project.read_table(name, "records")
    columns = list(records.columns)
    asked = [one for one in columns[columns.index("CONDB") :] if one not in ("source_file", "source_row")]
    made.judge(project, "records")
    clean.clean(project, name)
    by_workspace = project.read_table(name, "facilities")["directorate"].astype(str)
    blank, is_closed = by_workspace.isin(["erbil", "peoples-clinics"]).to_numpy(), (by_workspace == "erbil").to_numpy()
    records.loc[blank, asked] = ""
    records.loc[is_closed, "MoSD4"] = "A3"
    kept = (by_workspace != "kirkuk") | ~(by_workspace == "kirkuk").duplicated()
    project.write_table(name, "records", records[kept.to_numpy()].reset_index(drop=True))
    made.judge(project, "records")
    clean.clean(project, name)
    for table in made.FACTS:
        made.judge(project, table)
    measure.measure(project, name)
    made.judge(project, "measures")
    return project


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("scope", ["kirkuk", "erbil", "peoples-clinics"])
def test_a_page_reads_well_of_one_facility_of_closed_ones_and_of_unanswered_ones(
    odd: Project, subject: str, scope: str
) -> None:
    for name, parts in whole_page(odd, scope, subject):
        text = " ".join(str(part.markup) if isinstance(part, Html) else part.alt for part in parts)
        assert parts and not re.search(r"\b(nan|None|<NA>)\b|\{", text), (name, text)


def test_a_table_sets_directorates_beside_each_other_with_the_briefs_numbers() -> None:
    brief = made.brief_for(made.whole(), "iraq", "operations")
    text = page(brief, "operations_beside")
    found = brief.area("FUN_FULL", "kirkuk")
    assert f"<small>{number(found.numerator)}/{number(found.denominator or 0)}</small>" in row_of(text, "Kirkuk")
    whole = brief.measure("BLD_DAMAGED")
    assert f"<small>{number(whole.numerator)}/{number(whole.denominator or 0)}</small>" in row_of(text, "Iraq")


def test_the_page_of_a_directorate_sets_its_sectors_beside_each_other_and_beside_iraq() -> None:
    project = made.whole()
    brief = made.brief_for(project, "kirkuk", "operations")
    sectors = brief.told["parts"]
    assert len(sectors) > 1 and sum(brief.area("U_LISTED", one).numerator for one in sectors) == brief.count("U_LISTED")
    text = page(brief, "operations_beside")
    for slug in sectors:
        row_of(text, brief.label("sector", slug))
    beside = brief.numbers.compared["FUN_FULL", ""]
    assert f"<td>{beside}" in row_of(text, "Iraq")


def test_the_parts_of_a_directorate_stand_in_the_order_of_the_reference_list() -> None:
    project = made.whole()
    listed = project.read_csv(project.reference("sectors.csv"))
    official = list(listed.loc[listed["directorate"] == "erbil", "slug"])
    assert made.brief_for(project, "erbil", "amenities").told["parts"][: len(official)] == official


def test_the_worst_are_ranked_only_where_ten_facilities_or_more_stand_behind_a_share() -> None:
    brief = made.brief_for(made.whole(), "iraq", "operations")
    found = figures_beside.ranked(brief, Concern("x", "FUN_FULL"))
    values = [one.value or 0.0 for _, one in found]
    assert values == sorted(values) and all(not one.is_few for _, one in found)
    high = [one.value or 0.0 for _, one in figures_beside.ranked(brief, Concern("x", "BLD_DAMAGED", is_bad_high=True))]
    assert high == sorted(high, reverse=True)
    hospitals = figures_beside.ranked(brief, Concern("x", "FUN_FULL", "hospital"))
    assert all((one.denominator or 0) >= 10 for _, one in hospitals)


@pytest.mark.parametrize(
    ("subject", "section"),
    [
        ("summary", "summary_worst"),
        ("operations", "operations_worst"),
        ("amenities", "amenities_worst"),
        ("workforce", "workforce_worst"),
        ("overview", "priorities"),
    ],
)
def test_the_public_edition_ranks_no_directorate(subject: str, section: str) -> None:
    brief = made.brief_for(made.whole(), "federal" if subject == "overview" else "iraq", subject)
    public = replace(brief, told={**brief.told, "edition": "public"})
    assert "<table" in page(brief, section) and "<table" not in page(public, section)
    assert "ranks nobody" in page(public, section)
    if subject not in ("summary", "overview"):
        lines = (page(one, f"{subject}_headlines") for one in (brief, public))
        assert [": lowest in" in line or ": highest in" in line for line in lines] == [True, False]


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"states": {"kirkuk": "closed"}, "left_out": ["kirkuk"]}, "closed"),
        ({"left_out": ["kirkuk"]}, "left out"),
        ({"absent": ["kirkuk"], "states": {"kirkuk": "closed"}}, "nothing reported"),
    ],
)
def test_a_directorate_whose_list_is_left_out_has_a_word_and_no_zeros(told: dict[str, object], word: str) -> None:
    brief = made.brief_for(made.whole(), "iraq", "facilities")
    census = brief.slices["census"]
    without = {**brief.slices, "census": census[census["part"] != "kirkuk"]}
    row = row_of(page(replace(brief, told={**brief.told, **told}, slices=without), "register_parts"), "Kirkuk")
    assert word in row and not re.search(r"\d", row)


def test_the_main_cause_of_a_directorate_is_the_one_it_names_most() -> None:
    brief = made.brief_for(made.whole(), "iraq", "operations")
    text = page(brief, "operations_worst")
    slug, _ = figures_beside.ranked(brief, Concern("x", "FUN_FULL"))[0]
    named = {key: brief.area(f"CAU_FAC_HFFUNCTx_{key}", slug) for key in brief.keys("CAU_FAC_HFFUNCTx")}
    most = max(named, key=lambda key: named[key].numerator)
    assert f"{brief.label('HFFUNCTx', most)} ({percent(named[most].value)})" in text


def test_the_barriers_of_sectors_are_not_made_up_and_their_causes_are_their_own() -> None:
    text = page(made.brief_for(made.whole(), "erbil", "amenities"), "amenities_worst")
    assert "directorate as a whole" in text and not re.search(r"Lack of|\(\d+", text)
    brief = made.brief_for(made.whole(), "erbil", "operations")
    concern = Concern("x", "FUN_FULL", causes="CAU_FAC_HFFUNCTx", words="HFFUNCTx")
    slug, _ = figures_beside.ranked(brief, concern)[0]
    assert figures_beside.main_cause_in(brief, concern, slug) in page(brief, "operations_worst")


def test_the_status_of_every_listed_facility_is_told() -> None:
    brief = made.brief_for(made.whole(), "iraq", "operations")
    assert "list" not in brief.slices
    counts = brief.slices["census"].astype({"facilities": int}).groupby("status")["facilities"].sum()
    told = f"list: {brief.count('U_LISTED')}. Existing: {counts['existing']}; closed: {counts['closed']}; planned"
    assert told in page(brief, "operations_headlines")


def test_totals_are_reconciled_for_iraq_only_and_left_out_elsewhere_by_name() -> None:
    section = SECTIONS["reconciliation"]
    assert section.left_out(made.brief_for(made.whole(), "federal", "operations")) == "without reconciliation"
    assert section.left_out(made.brief_for(made.whole(), "iraq", "operations")) == ""


def test_the_main_sources_of_a_chart_add_up_to_all() -> None:
    brief = made.brief_for(made.whole(), "iraq", "amenities")
    for question in ("BAWA2", "BAEN2", "BAWM4"):
        found = [brief.measure(f"SRC_MAIN_{question}_{key}") for key in brief.keys(f"SRC_MAIN_{question}")]
        assert sum(one.numerator for one in found) == found[0].denominator
    first = brief.measure("SRC_MAIN_BAWA2_piped")
    assert f"({number(first.numerator)} of {number(first.denominator or 0)})" in page(brief, "amenities_sources")


def test_amenities_are_told_apart_for_town_and_country_and_for_each_level_of_care() -> None:
    brief = made.brief_for(made.whole(), "federal", "amenities")
    text = page(brief, "amenities_places")
    for area in ("urban", "rural"):
        found = brief.measure("AMN_FULL_BAWA1", "urban_rural", area)
        assert f"<small>{number(found.numerator)}/{number(found.denominator or 0)}</small>" in text
    charts = [part for part in SECTIONS["amenities_levels"].parts(brief) if isinstance(part, Chart)]
    assert [part.caption.partition(":")[0] for part in charts] == [
        "Hospitals", "Primary care centres", "Other facilities",
    ]  # fmt: skip


def test_shares_of_facilities_and_of_mentions_of_amenities_stand_in_tables_of_their_own() -> None:
    text = page(made.brief_for(made.whole(), "iraq", "amenities"), "amenities_barriers")
    captions = re.findall(r"<caption[^>]*><span>(.*?)</span>", text)
    assert ["mentions" in caption for caption in captions] == [False, True]


def test_nothing_is_said_of_doctors_while_the_cadres_have_no_names() -> None:
    brief = made.brief_for(made.whole(), "iraq", "workforce")
    text = page(brief, "workforce_headlines", "health_workers")
    assert text.count("not computable: the cadres have no names yet") >= 3
    assert "Sphere Handbook" in text and "1 July 2018" in text
    assert number(brief.count("HR_TOTAL")) in text


@pytest.mark.parametrize("scope", ["iraq", "federal", "kurdistan", "kirkuk", "erbil", "peoples-clinics"])
def test_the_census_counts_the_facilities_that_the_measures_count(scope: str) -> None:
    brief = made.brief_for(made.whole(), scope, "facilities")
    census = brief.slices["census"].astype({"facilities": int})
    assert census["facilities"].sum() == len(brief.slices["list"]) == brief.count("U_LISTED")
    existing = census.loc[census["status"] == "existing", "facilities"].sum()
    assert existing == brief.count("U_EXISTING")
    gaps = brief.slices["list"].astype({"partial": int, "not_available": int})
    assert (gaps["partial"] + gaps["not_available"]).sum() == brief.count("GAP_COUNT")


def test_at_most_fifty_facilities_stand_on_the_page_and_all_of_them_in_the_slice() -> None:
    brief = made.brief_for(made.whole(), "iraq", "facilities")
    text = page(brief, "register_list")
    assert text.count('<tr><th scope="row">') == 50 and "more in the whole list" in text
    assert len(brief.slices["list"]) == 300 and not {"latitude", "longitude"} & set(brief.slices["list"])


def test_those_in_most_need_come_first() -> None:
    material = made.material(made.whole())
    rows = material.tables["facilities"].head(4).assign(partial=[9, 0, 0, 1], not_available=[0, 0, 2, 0])
    told = rows.assign(status="existing", building_condition="not_damaged", functionality="full", accessibility="full")
    told = told.reset_index(drop=True).astype({"functionality": str})
    told.loc[1, "functionality"] = "none"
    assert list(brief_register.listing(told)["facility_id"]) == [told["facility_id"][place] for place in (1, 2, 0, 3)]


def test_a_facility_set_aside_is_neither_listed_nor_counted(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    facility = made.set_aside(project, "erbil")
    brief = made.brief_for(project, "erbil", "facilities")
    assert facility not in set(brief.slices["list"]["facility_id"])
    before = made.brief_for(made.whole(), "erbil", "facilities")
    assert len(brief.slices["list"]) == len(before.slices["list"]) - 1


def test_a_closed_scope_has_no_list(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    made.close(project, "kirkuk")
    brief = made.brief_for(project, "kirkuk", "facilities")
    assert {"list", "census"}.isdisjoint(brief.slices) and "annual" not in brief.told


def test_hostile_names_stay_text_in_the_list() -> None:
    brief = made.brief_for(made.whole(), "iraq", "facilities")
    names = ["<script>alert(1)</script>", '"><img onerror=x>', "y" * 400, "=1+1", "http://x.test"]
    rows = brief.slices["list"].head(len(names)).assign(name_en=names)
    hostile = Brief(brief.told, {**brief.slices, "list": rows}, brief.say)
    text = page(hostile, "register_list")
    assert "<script" not in text and "<img" not in text and "://" not in text


def test_the_summary_names_benchmark_and_population_of_its_rates_and_the_governorate_of_a_directorate() -> None:
    iraq = made.brief_for(made.whole(), "iraq", "summary")
    found = iraq.measure("POP_PHC_10K")
    assert f"per 10,000: {found.value:.2f} in Iraq; benchmark 1 (emergency minimum)" in page(iraq, "summary_headlines")
    told = page(made.brief_for(made.whole(), "kirkuk", "summary"), "summary_headlines")
    assert "in the governorate of Kirkuk, whoever reports" in told


def test_the_summary_has_five_to_eight_sentences() -> None:
    text = page(made.brief_for(made.whole(), "iraq", "summary"), "summary_headlines")
    assert 5 <= text.count("<li>") - text.count("<li><b>") <= 8


def test_the_summary_says_what_is_not_known() -> None:
    brief = made.brief_for(made.whole(), "iraq", "summary")
    text = page(brief, "unknown")
    assert "no earlier list" in text and "does not name them" in text and "1 July 2018" in text


def changed(brief: Brief, indicator: str, **cells: str) -> Brief:
    """The brief with other cells in the rows of an indicator."""
    rows = brief.slices["measures"].copy()
    rows.loc[rows["indicator"] == indicator, list(cells)] = list(cells.values())
    return replace(brief, slices={**brief.slices, "measures": rows})


def test_the_summary_counts_who_did_not_answer_where_there_is_an_earlier_list() -> None:
    brief = made.brief_for(made.whole(), "iraq", "summary")
    text = page(changed(brief, "COV_RESPONSE", numerator="90", denominator="120", reason=""), "unknown")
    assert "Of the 120 facilities that the last list expects, 30 did not answer" in text and "(75% did)" in text
    assert "no earlier list" not in text


def test_the_summary_that_gives_no_rate_says_why_instead_of_a_population() -> None:
    brief = made.brief_for(made.whole(), "iraq", "summary")
    for rate in ("POP_PHC_10K", "POP_BED_10K"):
        brief = changed(brief, rate, numerator="", denominator="", reason="left_out")
    assert "per 10,000" not in page(brief, "summary_headlines")
    text = page(brief, "unknown")
    assert "none is given here (a directorate is left out or has not reported)" in text and "1 July 2018" not in text


def test_the_summary_does_not_count_a_directorate_that_is_left_out_among_those_in_its_numbers() -> None:
    brief = made.brief_for(made.whole(), "iraq", "summary")
    text = page(replace(brief, told={**brief.told, "left_out": ["kirkuk"]}), "unknown", "summary_beside")
    assert "Only 2 of 3 directorates are in these numbers." in text
    assert row_of(text, "Iraq (2 of 3 directorates)")


def test_a_page_lists_the_findings_that_touch_its_numbers_and_counts_the_others(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    found = {"rule": "required_answers", "severity": "warning", "directorate": "erbil", "facility_id": "erbil/x"}
    made.judge(project, "records", findings=[found | {"question": one} for one in ("BAWA1", "HR1_SQ001", "CONDB", "")])
    for subject, questions in (("amenities", {"BAWA1", ""}), ("workforce", {"HR1_SQ001", ""})):
        brief = made.brief_for(project, "erbil", subject)
        assert set(brief.slices["findings"]["question"]) == questions
        assert "2 others are about other questions" in page(brief, "findings")
    everything = made.brief_for(project, "erbil", "facilities")
    assert len(everything.slices["findings"]) == 4 and "others are about" not in page(everything, "findings")


# --- the annual statistical report ---------------------------------------------------------------------------------


def with_annual(folder: Path, *rows: str) -> Project:
    """The round with figures of an annual report that are made up."""
    project = made.copy(folder)
    project.write_text(project.reference("annual_report.csv"), "\n".join(["year,area,item,value,source", *rows, ""]))
    return project


def test_the_annual_figures_stand_beside_ours_with_the_reason_for_the_difference(tmp_path: Path) -> None:
    project = with_annual(
        tmp_path,
        "2022,iraq,U_EXISTING,290,An invented report",
        "2022,iraq,phc_main,60,An invented report",
        "2022,kirkuk,BED_COUNT_all,100,An invented report",
    )
    brief = made.brief_for(project, "iraq", "operations")
    text = page(brief, "annual")
    existing = brief.count("U_EXISTING")
    row = row_of(text, "Existing facilities")
    assert f"<td>290<td>{existing}<td>{existing - 290:+,d}" in row
    assert "Definition: this round counts" in row and "the report is of 2022" in row
    assert f"<td>{brief.measure('U_EXISTING', 'type', 'phc_main').numerator}" in row_of(text, "Main primary")
    assert [line["item"] for line in made.brief_for(project, "kirkuk", "summary").told["annual"]] == ["BED_COUNT_all"]


def test_without_annual_figures_the_section_is_left_out_by_name() -> None:
    for subject in ("summary", "operations"):
        assert SECTIONS["annual"].left_out(made.brief_for(made.whole(), "iraq", subject)) == "without annual"


@pytest.mark.parametrize(
    ("row", "error", "told"),
    [
        ("2022,iraqq,U_EXISTING,290,x", UsageError, "line 2.*'iraqq'.*did you mean"),
        ("2022,iraq,U_EXISTIN,290,x", UsageError, "line 2.*'U_EXISTIN'.*did you mean"),
        ("2022,iraq,FUN_FULL,290,x", UsageError, "a count or a type of facility"),
        ("2022,iraq,U_EXISTING,some,x", BriefError, "whole numbers"),
    ],
)
def test_an_annual_figure_that_cannot_be_placed_is_refused(row: str, error: type[Exception], told: str) -> None:
    material = made.material(made.whole())
    rows = pd.DataFrame([row.split(",")], columns=list(brief_annual.COLUMNS))
    given = replace(material, reference={**material.reference, "annual_report": rows})
    with pytest.raises(error, match=told):
        brief_annual.annual(given, "iraq", pd.DataFrame(columns=brief_slices.COLUMNS))
