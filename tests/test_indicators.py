from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_round import SmallRound, catalogue, vocabulary

from pipeline import indicators
from pipeline.errors import RegistryError, UsageError
from pipeline.indicators import Earlier

WASH = ("BAWA1", "BASA1", "BAHA1", "BAFC1", "BAWM1")
BEDS = ("BAINP1_SQ001", "BAINP1_SQ002", "BAINP1_SQ003")
CADRES = tuple(f"HR1_SQ{number:03}" for number in range(1, 13))


@pytest.fixture
def small_round() -> SmallRound:
    return SmallRound()


def test_every_core_indicator_of_the_list_has_a_definition():
    core = {code for code, entry in catalogue().items() if entry.is_core}
    assert len(core) == 42
    assert core <= set(indicators.DEFINITIONS)


def test_the_docstring_of_every_definition_has_a_name_a_numerator_and_a_source():
    methods = indicators.methods()
    assert (methods[["name", "numerator", "source"]] != "").all(axis=None)
    assert methods["code"].is_unique


def test_the_names_in_docstrings_are_those_of_the_list():
    methods = indicators.methods().set_index("code")["name"]
    differ = {code: name for code, name in methods.items() if catalogue()[code].name != name}
    assert not differ


def test_a_share_has_a_denominator_in_words_and_a_count_has_none():
    methods = indicators.methods().set_index("code")
    for code, row in methods.iterrows():
        is_count = catalogue()[str(code)].unit in ("facilities", "beds", "persons", "gaps")
        assert (row["denominator"] == "") == (is_count or code == "CHG_PANEL"), code


def test_a_list_without_a_defined_indicator_is_refused():
    with pytest.raises(RegistryError, match="no row for"):
        indicators.catalogue(pd.DataFrame(columns=["code", "name", "group", "unit", "levels", "core"]))


def test_an_indicator_of_a_template_is_found_in_the_list():
    assert indicators.entry("BAR_FAC_QHeRAMS205_staff", catalogue()).code == "BAR_FAC"
    assert indicators.entry("EQU_RURAL_GAP_OPS_OPERATIONAL", catalogue()).unit == "percentage points"
    with pytest.raises(UsageError, match="unknown indicator 'SVC_FUL'"):
        indicators.entry("SVC_FUL", catalogue())


def test_templates_expand_over_the_items_of_the_form():
    words = vocabulary()
    assert len(indicators.DEFINITIONS["SVC_FULL"].indicators(words)) == 86
    assert len(indicators.DEFINITIONS["AMN_FULL"].indicators(words)) == 11
    assert indicators.DEFINITIONS["BED_COUNT"].indicators(words)[-1] == "BED_COUNT_all"
    assert "BAR_FAC_BASA1_water" in indicators.DEFINITIONS["BAR_FAC"].indicators(words)
    assert "BAR_FAC_BAWA1_water" not in indicators.DEFINITIONS["BAR_FAC"].indicators(words)


def test_a_share_over_nothing_has_no_value():
    assert indicators.share(0, 0, "percent") is None
    assert indicators.share(1, None, "percent") is None
    assert indicators.share(1, 4, "percent") == 25.0
    assert indicators.share(30, 20_000, "per 10,000") == 15.0


def test_shares_of_columns_are_nan_over_nothing():
    found = indicators.share(pd.Series([1, 0, 2]), pd.Series([2, 0, None], dtype="Int64"), "percent")
    assert found.tolist()[0] == 50.0
    assert np.isnan(found[1:]).all()


def test_an_unknown_unit_is_refused():
    with pytest.raises(UsageError, match="did you mean 'percent'"):
        indicators.share(1, 2, "percents")


def test_types_are_told_apart_as_hospital_primary_care_and_other():
    types = pd.Series(["hospital", "phc_branch", "public_clinic", "phc_main_specialized"])
    assert indicators.care(types).tolist() == ["hospital", "phc", "other", "other"]


def test_closed_facilities_stay_on_the_list_and_leave_the_rest(small_round):
    small_round.add("anbar/1")
    small_round.add("anbar/2", status="closed", building_condition="skipped", functionality="skipped")
    assert small_round.value("U_LISTED") == (2, None)
    assert small_round.value("U_EXISTING") == (1, None)
    assert small_round.value("OPS_OPERATIONAL") == (1, 1)


def test_offices_are_reached_but_deliver_nothing_and_laboratories_do(small_round):
    small_round.add("anbar/1", type="health_sector")
    small_round.add("anbar/2", type="prevention_sector")
    small_round.add("anbar/3", type="public_health_lab")
    assert small_round.value("U_REACHED") == (3, None)
    assert small_round.value("U_DELIVERY") == (1, None)


def test_the_fully_damaged_and_the_non_functioning_are_not_operational(small_round):
    small_round.add("anbar/1")
    small_round.add("anbar/2", building_condition="fully_damaged", functionality="skipped", accessibility="skipped")
    small_round.add("anbar/3", functionality="none", accessibility="skipped")
    small_round.add("anbar/4", accessibility="none")
    assert small_round.value("OPS_OPERATIONAL") == (1, 4)
    assert small_round.value("FUN_NONE") == (1, 3)
    assert small_round.value("ACC_FULL") == (1, 2)


def test_what_is_missing_leaves_the_operational_share_instead_of_failing_it(small_round):
    small_round.add("anbar/1")
    small_round.add("anbar/2", functionality="missing", accessibility="missing")
    small_round.add("anbar/3", accessibility="missing")
    row = small_round.row("OPS_OPERATIONAL")
    assert (row["numerator"], row["denominator"], row["missing"]) == (1, 1, 2)


def test_a_building_that_is_not_relevant_leaves_the_denominator_of_damage(small_round):
    small_round.add("anbar/1", building_condition="not_relevant")
    small_round.add("anbar/2", building_condition="partially_damaged")
    small_round.add("anbar/3")
    small_round.add("anbar/4", building_condition="missing")
    assert small_round.value("BLD_DAMAGED") == (1, 2)
    assert small_round.row("BLD_FULL")["missing"] == 1
    assert small_round.value("U_STANDING") == (3, None)


def test_a_missing_count_of_beds_is_missing_and_not_0(small_round):
    small_round.add("anbar/1", beds_icu=4, items=dict.fromkeys(BEDS, "available"))
    small_round.add("anbar/2", items={"BAINP1_SQ001": "partial"})
    row = small_round.row("BED_COUNT_icu")
    assert (row["numerator"], row["missing"]) == (4, 1)
    assert small_round.row("BED_COUNT_all")["missing"] == 2


def test_beds_that_nobody_counted_are_blank_with_a_reason(small_round):
    small_round.add("anbar/1", items={"BAINP1_SQ001": "available"})
    row = small_round.row("BED_COUNT_icu")
    assert (row["numerator"], row["reason"], row["missing"]) == (None, "missing", 1)


def test_a_facility_without_beds_of_a_kind_has_none(small_round):
    small_round.add("anbar/1", items=dict.fromkeys(BEDS, "not_expected"))
    row = small_round.row("BED_COUNT_all")
    assert (row["numerator"], row["missing"], row["not_asked"]) == (0, 0, 1)


def test_beds_suffice_among_those_of_whom_they_are_expected(small_round):
    for word in ("available", "partial", "not_available", "not_expected"):
        small_round.add(f"anbar/{word}", items=dict.fromkeys(BEDS, word))
    assert small_round.value("BED_SUFFICIENT_icu") == (1, 3)
    assert small_round.value("INP_CAPACITY") == (3, 4)


def test_all_five_amenities_make_wash_and_one_missing_answer_makes_it_missing(small_round):
    small_round.add("anbar/1", items=dict.fromkeys(WASH, "available"))
    small_round.add("anbar/2", items={**dict.fromkeys(WASH, "available"), "BAFC1": "partial"})
    small_round.add("anbar/3", items={**dict.fromkeys(WASH, "available"), "BAHA1": "missing"})
    row = small_round.row("AMN_WASH")
    assert (row["numerator"], row["denominator"], row["missing"]) == (1, 2, 1)


def test_a_cold_chain_that_is_not_expected_leaves_the_denominator(small_round):
    small_round.add("anbar/1", items={"BACC1": "not_expected"})
    small_round.add("anbar/2", items={"BACC1": "partial"})
    small_round.add("anbar/3", type="health_sector", items={"BACC1": "available"})
    assert small_round.value("AMN_FULL_BACC1") == (1, 2)
    assert small_round.value("AMN_ANY_BACC1") == (2, 2)
    assert small_round.value("CCH_AVAILABLE") == (0, 1)


def test_toilets_without_a_tick_are_missing_unless_there_are_none(small_round):
    all_three = ["by_sex", "menstrual_hygiene", "limited_mobility"]
    small_round.add("anbar/1", items={"BASA1": "available"}, ticked={"BASA3": all_three})
    small_round.add("anbar/2", items={"BASA1": "partial"}, ticked={"BASA3": ["none"]})
    small_round.add("anbar/3", items={"BASA1": "available"})
    small_round.add("anbar/4", items={"BASA1": "not_available"})
    row = small_round.row("SAN_INCLUSIVE")
    assert (row["numerator"], row["denominator"], row["missing"], row["not_asked"]) == (1, 2, 1, 1)


def test_two_of_three_features_do_not_make_inclusive_toilets(small_round):
    small_round.add("anbar/1", items={"BASA1": "available"}, ticked={"BASA3": ["by_sex", "limited_mobility"]})
    assert small_round.value("SAN_INCLUSIVE") == (0, 1)


def test_only_the_first_source_makes_water_improved(small_round):
    small_round.add("anbar/1", items={"BAWA1": "available"}, ranked={"BAWA2": ["tanker", "piped"]})
    small_round.add("anbar/2", items={"BAWA1": "available"}, ranked={"BAWA2": ["borehole"]})
    small_round.add("anbar/3", items={"BAWA1": "partial"})
    row = small_round.row("WAT_IMPROVED")
    assert (row["numerator"], row["denominator"], row["missing"]) == (1, 2, 1)


def test_an_unknown_source_is_neither_an_answer_nor_missing(small_round):
    small_round.add("anbar/1", items={"BAWA1": "available"}, ranked={"BAWA2": ["unknown"]})
    row = small_round.row("WAT_IMPROVED")
    assert (row["denominator"], row["missing"], row["not_asked"]) == (0, 0, 0)


def test_the_main_source_is_the_one_named_first_and_those_of_a_question_add_up(small_round):
    small_round.add("anbar/1", items={"BAWA1": "available"}, ranked={"BAWA2": ["tanker", "piped"]})
    small_round.add("anbar/2", items={"BAWA1": "available"}, ranked={"BAWA2": ["piped"]})
    small_round.add("anbar/3", items={"BAWA1": "partial"})
    small_round.add("anbar/4", items={"BAWA1": "not_available"})
    row = small_round.row("SRC_MAIN_BAWA2_piped")
    assert (row["numerator"], row["denominator"], row["missing"], row["not_asked"]) == (1, 2, 1, 1)
    found = [small_round.value(f"SRC_MAIN_BAWA2_{option}") for option in vocabulary().options["BAWA2"]]
    assert sum(numerator for numerator, _ in found) == 2 and {denominator for _, denominator in found} == {2}


def test_management_is_not_ownership(small_round):
    small_round.add("anbar/1", ownership="public", management="ngo")
    small_round.add("anbar/2", ownership="public", management="public")
    assert (small_round.value("OWN_PUBLIC"), small_round.value("MAN_PUBLIC")) == ((2, 2), (1, 2))


def test_backup_power_needs_two_sources(small_round):
    small_round.add("anbar/1", items={"BAEN1": "available"}, ranked={"BAEN2": ["grid", "generator"]})
    small_round.add("anbar/2", items={"BAEN1": "available"}, ranked={"BAEN2": ["grid"]})
    assert small_round.value("PWR_BACKUP") == (1, 2)


def test_waste_is_due_where_sharps_or_infectious_waste_are_handled(small_round):
    handled = {"BAWM2": "available", "BAWM3": "not_available"}
    small_round.add("anbar/1", items=handled, ranked={"BAWM4": ["autoclave", "open_burning"]})
    small_round.add("anbar/2", items=handled)
    small_round.add("anbar/3", items={"BAWM2": "not_available", "BAWM3": "not_available"})
    row = small_round.row("WST_UNSAFE")
    assert (row["numerator"], row["denominator"], row["missing"], row["not_asked"]) == (1, 1, 1, 1)


def test_a_report_that_nobody_is_asked_for_is_not_missing(small_round):
    small_round.add("anbar/1", items={"INFO1": "available", "INFO3": "not_in_form"})
    assert small_round.value("INF_FULL_INFO1") == (1, 1)
    row = small_round.row("INF_FULL_INFO3")
    assert (row["denominator"], row["missing"], row["not_asked"]) == (0, 0, 1)


def test_staff_add_up_and_a_missing_count_is_told(small_round):
    cadres = {"HR1_SQ001": "available", "HR1_SQ002": "partial", "HR1_SQ003": "not_available"}
    small_round.add("anbar/1", items=cadres, staff={"HR1_SQ001": (2, 3)})
    small_round.add("anbar/2", items=cadres, staff={"HR1_SQ001": (1, 0), "HR1_SQ002": (0, 4)})
    total, second = small_round.row("HR_TOTAL"), small_round.row("HR_CADRE_HR1_SQ002")
    assert (total["numerator"], total["missing"]) == (10, 1)
    assert (second["numerator"], second["missing"]) == (4, 1)
    assert small_round.value("HR_CADRE_HR1_SQ003") == (0, None)


def test_women_are_counted_where_both_sexes_are(small_round):
    there = {"HR1_SQ001": "available", "HR1_SQ002": "available"}
    small_round.add("anbar/1", items=there, staff={"HR1_SQ001": (3, 1), "HR1_SQ002": (9, None)})
    assert small_round.value("HR_WOMEN") == (3, 4)
    assert small_round.value("HR_WOMEN", dimension="cadre", group="HR1_SQ001") == (3, 4)
    assert small_round.row("HR_WOMEN")["missing"] == 1


def test_a_facility_without_staff_is_one_whose_every_cadre_is_known(small_round):
    none = dict.fromkeys(CADRES, "not_available")
    small_round.add("anbar/1", items=none)
    small_round.add("anbar/2", items={**none, "HR1_SQ001": "available"})
    small_round.add("anbar/3", items={**none, "HR1_SQ001": "available"}, staff={"HR1_SQ001": (0, 1)})
    small_round.add("anbar/4", items=none, type="public_clinic")
    row = small_round.row("HR_NOSTAFF")
    assert (row["numerator"], row["denominator"], row["missing"]) == (1, 2, 1)


def test_a_cadre_is_sufficient_among_those_of_whom_it_is_expected(small_round):
    small_round.add("anbar/1", items={"HR1_SQ001": "available"})
    small_round.add("anbar/2", items={"HR1_SQ001": "partial"})
    small_round.add("anbar/3", items={"HR1_SQ001": "not_expected"})
    assert small_round.value("HR_SUFFICIENT_HR1_SQ001") == (1, 2)


def test_doctors_cannot_be_counted_until_cadres_have_names(small_round):
    small_round.add("anbar/1", items={"HR1_SQ001": "available"}, staff={"HR1_SQ001": (1, 0)})
    for indicator in ("HR_PHC_DOCTOR", "POP_DNM_10K"):
        row = small_round.row(indicator)
        assert (row["numerator"], row["denominator"], row["reason"]) == (None, None, "cadres_unnamed")


def test_doctors_are_counted_once_the_codebook_groups_cadres(small_round):
    small_round.add("anbar/1", items={"HR1_SQ001": "available"}, staff={"HR1_SQ001": (1, 0)})
    small_round.add("anbar/2", items={"HR1_SQ001": "not_available"})
    groups = {"HR1_SQ001": "doctor", "HR1_SQ002": "nurse", "HR1_SQ003": "midwife", "HR1_SQ004": "dentist"}
    assert small_round.value("HR_PHC_DOCTOR", cadre_groups=groups) == (1, 2)
    assert small_round.value("POP_DNM_10K", cadre_groups=groups) == (1, 1_000_000)


def test_a_service_that_is_not_asked_is_not_expected(small_round):
    for word in ("available", "partial", "not_available", "not_expected", "not_asked", "missing", "skipped", "unknown"):
        small_round.add(f"anbar/{word}", items={"QHeRAMS100": word})
    expected, full = small_round.row("SVC_EXPECTED_QHeRAMS100"), small_round.row("SVC_FULL_QHeRAMS100")
    assert (expected["numerator"], expected["denominator"]) == (3, 5)
    assert (full["numerator"], full["denominator"], full["missing"], full["not_asked"]) == (1, 3, 1, 2)
    assert small_round.value("SVC_ANY_QHeRAMS100") == (2, 3)


def test_services_of_offices_and_closed_facilities_are_not_counted(small_round):
    small_round.add("anbar/1", type="health_sector", items={"QHeRAMS100": "available"})
    small_round.add("anbar/2", status="closed", items={"QHeRAMS100": "available"})
    assert small_round.value("SVC_FULL_QHeRAMS100") == (0, 0)


def test_a_domain_is_counted_in_pairs(small_round):
    small_round.add("anbar/1", items={"QHeRAMS431": "available", "QHeRAMS432": "partial", "QHeRAMS433": "not_expected"})
    small_round.add("anbar/2", items={"QHeRAMS431": "available", "QHeRAMS432": "missing"})
    row = small_round.row("SVC_DOMAIN_sexual_violence")
    assert (row["numerator"], row["denominator"], row["missing"]) == (2, 3, 1)
    assert small_round.value("GAP_COUNT") == (1, None)


def test_facilities_naming_barriers_sum_above_the_whole_and_mentions_to_it(small_round):
    item = {"QHeRAMS100": "partial"}
    small_round.add("anbar/1", items=item, barriers={"QHeRAMS100": ["staff", "supplies", "finance"]})
    small_round.add("anbar/2", items=item, barriers={"QHeRAMS100": ["staff"]})
    small_round.add("anbar/3", items=item)
    named = small_round.row("BAR_FAC_QHeRAMS100_staff")
    assert (named["numerator"], named["denominator"], named["missing"]) == (2, 2, 1)
    causes = vocabulary().causes["QHeRAMS100"]
    mentions = [small_round.value(f"BAR_MEN_QHeRAMS100_{cause}") for cause in causes]
    assert sum(numerator for numerator, _ in mentions) == 4
    assert {denominator for _, denominator in mentions} == {4}


def test_a_barrier_beside_an_available_service_does_not_count(small_round):
    small_round.add("anbar/1", items={"QHeRAMS100": "available"}, barriers={"QHeRAMS100": ["staff"]})
    assert small_round.value("BAR_FAC_QHeRAMS100_staff") == (0, 0)
    assert small_round.value("BAR_MEN_QHeRAMS100_staff") == (0, 0)


def test_the_kinds_of_bed_share_one_question_about_barriers(small_round):
    named = ["staff", "insufficient_quantity"]
    items = {BEDS[0]: "partial", BEDS[1]: "not_available", BEDS[2]: "available"}
    small_round.add("anbar/1", items=items, barriers={BEDS[0]: named, BEDS[1]: named})
    assert small_round.value("BAR_FAC_BAINP1_staff") == (1, 1)
    assert small_round.value("BAR_MEN_BAINP1_insufficient_quantity") == (1, 2)


def test_barriers_of_a_domain_are_counted_in_pairs(small_round):
    items = {"QHeRAMS431": "partial", "QHeRAMS432": "not_available", "QHeRAMS433": "partial"}
    barriers = {"QHeRAMS431": ["staff"], "QHeRAMS432": ["staff", "training"]}
    small_round.add("anbar/1", items=items, barriers=barriers)
    row = small_round.row("BAR_DOMAIN_sexual_violence_staff")
    assert (row["numerator"], row["denominator"], row["missing"]) == (2, 2, 1)
    assert small_round.value("BAR_DOMAIN_sexual_violence_training") == (1, 2)


def test_causes_are_asked_of_damaged_buildings_only(small_round):
    damaged = {"building_condition": "partially_damaged"}
    small_round.add("anbar/1", **damaged, ranked={"CONDBx": ["conflict", "maintenance"]})
    small_round.add("anbar/2", **damaged)
    small_round.add("anbar/3", ranked={"CONDBx": ["conflict"]})
    row = small_round.row("CAU_FAC_CONDBx_conflict")
    assert (row["numerator"], row["denominator"], row["missing"]) == (1, 1, 1)


def test_only_primary_centres_are_counted_against_the_population(small_round):
    for kind in ("phc_main", "phc_branch", "public_clinic", "health_house", "phc_main_specialized", "hospital"):
        small_round.add(f"anbar/{kind}", type=kind)
    assert small_round.value("POP_PHC_10K") == (2, 1_000_000)
    assert small_round.value("POP_HOSP_250K", dimension="governorate", group="IQG01") == (1, 200_000)


def test_beds_without_maternity_are_icu_and_other(small_round):
    small_round.add("anbar/1", beds_icu=2, beds_maternity=30, beds_other=5, items=dict.fromkeys(BEDS, "available"))
    assert small_round.value("POP_BED_10K") == (7, 1_000_000)
    assert small_round.value("POP_BEDALL_10K") == (37, 1_000_000)
    assert small_round.value("POP_ICU_100K") == (2, 1_000_000)


def test_comprehensive_care_counts_as_emergency_obstetric_care_too(small_round):
    small_round.add("anbar/1", items={"QHeRAMS425": "available", "QHeRAMS426": "not_available"})
    small_round.add("anbar/2", items={"QHeRAMS425": "partial", "QHeRAMS426": "available"})
    assert small_round.value("POP_EMONC_500K") == (2, 1_000_000)
    assert small_round.value("POP_CEMONC_500K") == (1, 1_000_000)


def test_a_rural_gap_of_few_facilities_is_too_small_to_tell(small_round):
    for number in range(9):
        small_round.add(f"anbar/u{number}")
        small_round.add(f"anbar/r{number}", urban_rural="rural")
    row = small_round.row("EQU_RURAL_GAP_OPS_OPERATIONAL")
    assert (row["numerator"], row["denominator"], row["reason"]) == (None, None, "small")


def test_a_rural_gap_is_an_exact_fraction_of_two_shares(small_round):
    for number in range(10):
        small_round.add(f"anbar/u{number}")
        small_round.add(f"anbar/r{number}", urban_rural="rural", functionality="none" if number < 4 else "full")
        small_round.add(f"anbar/h{number}", type="hospital", urban_rural="rural", functionality="none")
    numerator, denominator = small_round.value("EQU_RURAL_GAP_OPS_OPERATIONAL")
    assert (numerator, denominator) == (10 * 10 - 6 * 10, 100)
    assert indicators.share(numerator, denominator, "percentage points") == 40.0


def test_completeness_counts_answers_and_fields_that_were_due(small_round):
    items = {"QHeRAMS100": "available", "QHeRAMS101": "missing"}
    small_round.add("anbar/1", catchment_population=None, items=items, ownership="skipped")
    assert small_round.value("COV_ITEMS", dimension="module", group="general_clinical_trauma") == (1, 2)
    assert small_round.value("COV_ITEMS", dimension="module", group="catchment") == (0, 1)
    due = len(vocabulary().fields) - 1
    assert small_round.value("COV_ITEMS") == (1 + due - 1, 2 + due)


def test_coordinates_are_fit_inside_the_country_with_three_decimals_and_alone(small_round):
    for number, (latitude, longitude) in enumerate([(33.123, 44.456), (33.12, 44.456), (50.123, 44.456), (None, None)]):
        small_round.add(f"anbar/{number}", latitude=latitude, longitude=longitude)
    small_round.add("anbar/mobile", type="mobile_clinic")
    row = small_round.row("DQ_COORD")
    assert (row["numerator"], row["denominator"], row["missing"]) == (1, 4, 1)


def test_a_peoples_clinic_may_share_the_point_of_its_host_and_others_may_not(small_round):
    point, other = {"latitude": 33.123, "longitude": 44.456}, {"latitude": 33.321, "longitude": 44.654}
    small_round.add("anbar/1", **point)
    small_round.add("anbar/2", type="public_clinic", **point)
    small_round.add("anbar/3", **other)
    small_round.add("anbar/4", **other)
    assert small_round.value("DQ_COORD") == (2, 4)


def test_an_excluded_facility_counts_as_changed_in_the_directorate_of_its_sector(small_round):
    small_round.add("anbar-west/1")
    small_round.add("anbar-west/2")
    said = {"corrected": frozenset({"anbar-west/1"}), "excluded": ("anbar-west/9",)}
    assert small_round.value("DQ_CORRECTED", scope="anbar", **said) == (2, 3)
    assert small_round.value("U_LISTED", **said) == (2, None)


def test_what_needs_an_earlier_round_says_so(small_round):
    small_round.add("anbar/1")
    assert small_round.row("COV_RESPONSE")["reason"] == "no_baseline"
    assert small_round.row("CHG_PANEL_OPS_OPERATIONAL", scope="anbar")["reason"] == "first_round"


def test_answers_copied_forward_are_a_share_of_those_with_a_response_before(small_round):
    for number in range(4):
        small_round.add(f"a/{number}")
    told = {"followed": frozenset({"a/1", "a/2", "a/3"}), "copied": frozenset({"a/1"})}
    assert small_round.value("DQ_COPIED", **told) == (1, 3)
    assert small_round.value("DQ_COPIED", "erbil", **told) == (0, 0)
    aside = told | {"set_aside": frozenset({"a/1"})}
    assert small_round.value("DQ_COPIED", **aside) == (1, 3)


def test_agreement_adds_up_over_facilities_and_parts(small_round):
    for facility, directorate in (("a/1", "anbar"), ("a/2", "anbar"), ("b/1", "erbil")):
        small_round.add(facility, directorate)
    visits = {
        ("a/1", "beds"): indicators.Agreement(2, 3, 1, 0),
        ("a/1", "services"): indicators.Agreement(80, 86, 0, 0),
        ("b/1", "services"): indicators.Agreement(40, 50, 0, 36),
        ("gone/1", "services"): indicators.Agreement(1, 86, 0, 0),
    }
    said = {"second_visits": visits}
    assert small_round.value("DQ_AGREE", **said) == (122, 139)
    assert small_round.value("DQ_AGREE", "anbar", **said) == (82, 89)
    assert small_round.value("DQ_AGREE", "iraq", "module", "services", **said) == (120, 136)
    row = small_round.row("DQ_AGREE", "erbil", "module", "services", **said)
    assert (row["not_asked"], row["missing"]) == (36, 0)
    assert small_round.row("DQ_AGREE", "anbar", "module", "beds", **said)["missing"] == 1


def test_without_second_visits_there_is_no_agreement_and_the_reason_is_told(small_round):
    small_round.add("a/1")
    row = small_round.row("DQ_AGREE")
    assert (row["numerator"], row["denominator"], row["reason"]) == (None, None, "no_revisits")


def expected_of(*gone: tuple[str, str, str], expected: set[str], came: set[str]) -> Earlier:
    """What a list expects: facilities that came, and those that are gone by id, directorate and type."""
    rows = [
        {"facility_id": key, "directorate": directorate, "sector": key.partition("/")[0], "type": kind,
         "region": "kurdistan" if directorate == "erbil" else "federal", "governorate": "unknown", "tier": "primary"}
        for key, directorate, kind in gone
    ]  # fmt: skip
    columns = ["facility_id", "directorate", "sector", "type", "region", "governorate", "tier"]
    return Earlier(frozenset(expected), frozenset(came), pd.DataFrame(rows, columns=columns, dtype=str))


def test_facilities_that_are_gone_are_expected_and_in_no_other_number(small_round):
    for number in range(4):
        small_round.add(f"anbar-west/{number}")
    before = small_round.measures()
    listed = expected_of(
        ("anbar-west/7", "anbar", "hospital"), ("erbil-x/1", "erbil", "phc_main"),
        expected={"anbar-west/0", "anbar-west/1", "anbar-west/2"}, came={"anbar-west/0", "anbar-west/1"},
    )  # fmt: skip
    assert small_round.value("COV_RESPONSE", earlier=listed) == (2, 5)
    assert small_round.value("COV_RESPONSE", scope="anbar", earlier=listed) == (2, 4)
    assert small_round.value("COV_RESPONSE", scope="erbil", earlier=listed) == (0, 1)
    assert small_round.value("COV_RESPONSE", "anbar", "type", "hospital", earlier=listed) == (0, 1)
    assert small_round.value("COV_RESPONSE", "anbar", "sector", "anbar-west", earlier=listed) == (2, 4)
    after = small_round.measures(earlier=listed)
    keys = ["indicator", "scope", "dimension", "group", "numerator", "denominator", "not_asked", "missing", "reason"]
    # A gap between two shares says of each group, also of one without facilities, that it is too small.
    before, after = (frame[frame["reason"] != "small"] for frame in (before, after))
    others = [
        frame[frame["indicator"] != "COV_RESPONSE"][keys].astype(str).to_numpy().tolist() for frame in (before, after)
    ]
    assert others[0] == others[1]


def test_an_excluded_facility_that_the_list_expects_did_not_come(small_round):
    small_round.add("anbar-west/1")
    said = {
        "excluded": ("anbar-west/9",),
        "earlier": expected_of(expected={"anbar-west/1", "anbar-west/9"}, came={"anbar-west/1"}),
    }
    assert small_round.value("COV_RESPONSE", scope="anbar", **said) == (1, 2)
    assert small_round.value("DQ_CORRECTED", scope="anbar", **said) == (1, 2)
