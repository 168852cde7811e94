"""Which questions follow from findings, and what may be answered to them."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml
from asked_round import ERBIL, KARBALA, NAJAF, facility, finding, records

from pipeline.codebook import Codebook
from pipeline.enquiry import Enquiry, Source, enquiries
from pipeline.enquiry.form import headings
from pipeline.places import Places, place
from pipeline.project import Project
from pipeline.words import places as places_of

# Rules about a table or a round as a whole: nobody is asked.
OF_THE_WHOLE = {
    "columns", "options", "no_personal_column", "rows_accounted", "export_doubts", "directorates_present",
    "boundaries_known", "earlier_list_known",
}  # fmt: skip


def asked(codebook: Codebook, places: Places, *rows: dict[str, str]) -> list[Enquiry]:
    placed = place(records(), codebook, places)
    return enquiries(pd.DataFrame(rows), Source(records(), placed, codebook, {"subject_of_one_directorate"}))


def test_a_warning_may_be_confirmed_and_a_critical_finding_may_not(codebook: Codebook, places: Places) -> None:
    (warning,) = asked(codebook, places, finding(KARBALA[0], "catchment_usual", "MoSDPOP"))
    (critical,) = asked(codebook, places, finding(KARBALA[1], "value_sets", "QHeRAMS100", severity="critical"))
    assert warning.actions == ("correct", "blank", "confirm", "exclude")
    assert critical.actions == ("correct", "blank", "exclude")


def test_a_critical_finding_whose_rule_may_be_wrong_is_right_with_a_reason(codebook: Codebook, places: Places) -> None:
    placed = place(records(), codebook, places)
    source = Source(records(), placed, codebook, (), {"code_of_directorate"})
    rows = [finding(KARBALA[2], "code_of_directorate", "MoSD1", severity="critical"),
            finding(KARBALA[2], "codes_of_one_facility", "MoSD1")]  # fmt: skip
    (alone,) = enquiries(pd.DataFrame(rows[:1]), source)
    (both,) = enquiries(pd.DataFrame(rows), source)
    assert alone.actions == both.actions == ("correct", "blank", "insist", "exclude")
    (strict,) = enquiries(pd.DataFrame([*rows, rows[0] | {"rule": "value_sets"}]), source)
    assert strict.actions == ("correct", "blank", "exclude")


def test_several_findings_about_a_cell_are_one_question(codebook: Codebook, places: Places) -> None:
    rows = [finding(KARBALA[2], rule, "MoSD1") for rule in ("codes_filled_in", "codes_of_one_facility")]
    (one,) = asked(codebook, places, *rows, rows[0])
    assert one.rules == ("codes_filled_in", "codes_of_one_facility")
    (strict,) = asked(codebook, places, rows[0], rows[1] | {"severity": "critical"})
    assert (strict.severity, "confirm" in strict.actions) == ("critical", False)


def test_what_is_missing_in_a_module_is_asked_cell_by_cell(codebook: Codebook, places: Places) -> None:
    found = asked(codebook, places, finding(KARBALA[6], "required_answers", "QHeRAMS101", value="2 missing in child"))
    assert [one.column for one in found] == ["QHeRAMS101", "QHeRAMS102"]


def test_a_place_is_asked_as_a_whole(codebook: Codebook, places: Places) -> None:
    found = asked(codebook, places, finding(ERBIL[0], "coordinates_in_iraq", "MoSDGPS_SQ001", severity="critical"))
    assert {one.column: one.value for one in found} == {"MoSDGPS_SQ001": "44.36", "MoSDGPS_SQ002": "36.2"}


def test_a_double_report_names_the_other_facility(codebook: Codebook, places: Places) -> None:
    row = finding(KARBALA[7], "subject_of_one_directorate", "subject_id", severity="critical")
    (one,) = asked(codebook, places, row)
    assert one.actions == ("double", "exclude")
    assert one.same_as == (facility(NAJAF[0]),)


def test_an_answer_that_several_give_names_the_others(codebook: Codebook, places: Places) -> None:
    (one,) = asked(codebook, places, finding(KARBALA[4], "codes_of_one_facility", "MoSD1"))
    assert one.sharing == (facility(KARBALA[5]),)
    # Were it half of the country, a list would help nobody.
    (many,) = asked(codebook, places, finding(KARBALA[4], "coordinates_of_one_facility", "MoSDGPS_SQ002"))[:1]
    assert many.sharing == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"severity": "info"},
        {"settled_by": "accept 1"},
        {"settled_by": "rule in doubt"},
        {"facility_id": ""},
        {"facility_id": "karbala/nowhere"},
        {"question": "no_column"},
    ],
)
def test_what_no_directorate_can_answer_is_not_asked(
    codebook: Codebook, places: Places, changes: dict[str, str]
) -> None:
    assert not asked(codebook, places, finding(KARBALA[0], "catchment_usual", "MoSDPOP") | changes)


def test_every_word_stands_in_every_language_with_the_same_places(here: Project) -> None:
    words = headings(here)
    assert set(words) == {"en", "ar", "ckb"}
    for key, english in words["en"].items():
        for language in words:
            assert words[language][key].strip(), f"{key} has no words in {language}"
            assert places_of(words[language][key]) == places_of(english), f"{key} in {language}"


def test_every_rule_that_a_directorate_is_asked_about_has_words(here: Project) -> None:
    suite = yaml.safe_load(here.read_text(here.suite("records")))["expectations"]
    rules = {line["rule"] for line in suite if line["severity"] != "info"} - OF_THE_WHOLE
    have = {key.removeprefix("rule.") for key in headings(here)["en"] if key.startswith("rule.")}
    assert not rules - have, "notebooks/enquiry/words.csv: say why these are asked"


def test_what_changed_since_the_last_list_is_asked_with_what_the_list_said(codebook: Codebook, places: Places) -> None:
    row = finding(KARBALA[0], "catchment_changed", "MoSDPOP", value="17400000", expected="was 9000 on the last list")
    (one,) = asked(codebook, places, row)
    assert (one.actions, one.before) == (("correct", "blank", "confirm", "exclude"), ("9000", "17400000"))


def test_a_facility_that_is_gone_can_only_be_confirmed_and_has_the_names_of_the_list(
    codebook: Codebook, places: Places
) -> None:
    placed = place(records(), codebook, places)
    source = Source(records(), placed, codebook, (), listed={"karbala-x/A1": ("مركز", "Centre")})
    gone = finding(KARBALA[0], "facilities_gone", "subject_id", facility_id="karbala-x/A1")
    stranger = gone | {"facility_id": "karbala-x/A2"}
    (one,) = enquiries(pd.DataFrame([gone, stranger]), source)
    assert (one.facility_id, one.name_local, one.name_en, one.actions) == (
        "karbala-x/A1",
        "مركز",
        "Centre",
        ("confirm",),
    )
    assert (one.column, one.value, one.directorate) == ("subject_id", "", "karbala")


def test_a_facility_that_is_new_may_be_confirmed_or_leave_the_list(codebook: Codebook, places: Places) -> None:
    (one,) = asked(codebook, places, finding(KARBALA[0], "facilities_new", "subject_id"))
    assert one.actions == ("confirm", "exclude")
