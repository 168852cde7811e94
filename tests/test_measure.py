from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from conftest import ROUND, blank_records
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_round import DIRECTORATES, SmallRound, catalogue, country, measures, places, vocabulary

from pipeline import indicators, measure, verdict
from pipeline import places as reference_places
from pipeline.decisions import parse
from pipeline.errors import HeramsError, VerdictError
from pipeline.measure.groups import Groups, Kinds
from pipeline.project import Project

KEYS = ["indicator", "scope", "dimension", "group"]
PARTITIONS = ("type", "tier", "urban_rural", "location_type")
ANSWERS = ("available", "partial", "not_available", "not_expected", "not_asked", "missing", "skipped")
ITEMS = ("QHeRAMS100", "QHeRAMS431", "BAWA1", "BASA1", "HR1_SQ001", "BAINP1_SQ001")
FIELDS = {
    "type": ("phc_main", "hospital", "health_sector", "mobile_clinic", "unknown"),
    "status": ("existing", "existing", "existing", "closed", "missing"),
    "building_condition": ("not_damaged", "partially_damaged", "fully_damaged", "not_relevant", "missing"),
    "functionality": ("full", "full", "partial", "none", "missing", "skipped"),
    "accessibility": ("full", "full", "partial", "none", "missing", "skipped"),
    "urban_rural": ("urban", "rural", "missing"),
    "directorate": DIRECTORATES,
}
LAWS = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def rounds(draw) -> SmallRound:
    made = SmallRound()
    for number in range(draw(st.integers(1, 8))):
        fields = {name: draw(st.sampled_from(words)) for name, words in FIELDS.items()}
        items = {item: draw(st.sampled_from(ANSWERS)) for item in ITEMS}
        items["BAWA1"] = draw(st.sampled_from([word for word in ANSWERS if word != "not_expected"]))
        causes = draw(st.lists(st.sampled_from(["staff", "supplies", "finance"]), max_size=3, unique=True))
        heads = draw(st.sampled_from([(None, None), (1, 2), (0, None)]))
        sector = draw(st.sampled_from("ab"))
        made.add(
            f"{fields['directorate']}-{sector}/{number}",
            **fields,
            items=items,
            beds_icu=draw(st.sampled_from([None, 3])),
            barriers=dict.fromkeys(ITEMS[:4], causes),
            staff={"HR1_SQ001": heads},
        )
    return made


def whole(found: pd.DataFrame, scope: str) -> pd.DataFrame:
    rows = found[(found["scope"] == scope) & (found["dimension"] == "all")]
    return rows.assign(indicator=rows["indicator"].astype(str)).set_index("indicator")


def unit_of(found: pd.DataFrame) -> pd.Series:
    names = {name: indicators.entry(name, catalogue()).unit for name in found["indicator"].unique()}
    return found["indicator"].astype(str).map(names)


@LAWS
@given(rounds())
def test_directorates_add_up_to_iraq(made):
    found = made.measures()
    iraq = whole(found, "iraq")
    summed = [whole(found, name)[["numerator", "denominator", "missing", "not_asked"]] for name in DIRECTORATES]
    additive = [name for name in iraq.index if not name.startswith(("EQU", "POP", "CHG", "COV_R", "HR_PHC"))]
    total = sum(part.loc[additive].fillna(0) for part in summed)
    known = iraq.loc[additive].fillna(0)[total.columns]
    pd.testing.assert_frame_equal(total, known, check_dtype=False)


@LAWS
@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(made, dice):
    tables = made.tables()
    shuffled = {name: table.iloc[dice.sample(range(len(table)), len(table))] for name, table in tables.items()}
    pd.testing.assert_frame_equal(measures(tables), measures(shuffled))


@LAWS
@given(rounds())
def test_no_part_is_larger_than_its_whole(made):
    found = made.measures()
    percent = found[unit_of(found) == "percent"].dropna(subset=["numerator"])
    assert (percent["numerator"] >= 0).all()
    assert (percent["numerator"] <= percent["denominator"]).all()


@LAWS
@given(rounds())
def test_the_groups_of_a_partition_add_up_to_the_whole(made):
    found = made.measures()
    for dimension in PARTITIONS:
        parts = found[(found["dimension"] == dimension) & (found["scope"] == "iraq")]
        numbers = ["numerator", "denominator", "missing", "not_asked"]
        total = parts.groupby("indicator", observed=True)[numbers].sum()
        iraq = whole(found, "iraq").reindex(total.index.astype(str))[numbers].fillna(0)
        assert (total.to_numpy() == iraq.to_numpy()).all(), dimension


@LAWS
@given(rounds())
def test_answered_missing_and_unasked_are_the_whole_universe(made):
    found = whole(made.measures(), "iraq")
    universes = {"FUN_FULL": "U_STANDING", "AMN_FULL_BAWA1": "U_REACHED", "EQP_DAMAGED": "U_EXISTING"}
    for code, universe in universes.items():
        told = found.loc[code, ["denominator", "missing", "not_asked"]].sum()
        assert told == found.loc[universe, "numerator"], code


@LAWS
@given(rounds())
def test_a_blank_has_a_reason_and_a_number_has_none(made):
    found = made.measures()
    assert (found["numerator"].isna() == (found["reason"] != "")).all()
    assert set(found["reason"]) <= {"", *indicators.REASONS}


@LAWS
@given(rounds())
def test_a_unit_that_reports_has_one_number_everywhere(made):
    found = made.measures().astype(dict.fromkeys(KEYS, str))
    own = found[(found["dimension"] == "all") & found["scope"].isin(DIRECTORATES)]
    told = found[(found["dimension"] == "directorate") & (found["scope"] == "iraq")]
    both = told.merge(own, left_on=["indicator", "group"], right_on=["indicator", "scope"], validate="one_to_one")
    assert len(both) == len(told)
    assert (both["numerator_x"].fillna(-1) == both["numerator_y"].fillna(-1)).all()


def test_the_table_is_sorted_and_without_repeated_keys():
    made = SmallRound()
    made.add("anbar/1")
    made.add("erbil/1", "erbil")
    found = made.measures()[KEYS].astype(str)
    pd.testing.assert_frame_equal(found, found.sort_values(KEYS, ignore_index=True))
    assert not found.duplicated().any()


def test_every_indicator_has_a_row_for_every_whole_scope():
    made = SmallRound()
    made.add("anbar/1")
    found = made.measures()
    everywhere = found[(found["dimension"] == "all") & ~found["indicator"].astype(str).str.startswith("POP")]
    assert everywhere.groupby("indicator", observed=True)["scope"].nunique().eq(len(DIRECTORATES) + 3).all()


def test_groups_of_which_nothing_is_known_have_no_row():
    made = SmallRound()
    made.add("anbar/1", items={"QHeRAMS100": "available"})
    made.add("anbar/2", type="health_sector")
    found = made.measures()
    rows = found[(found["indicator"] == "SVC_FULL_QHeRAMS100") & (found["dimension"] == "type")]
    assert set(rows["group"]) == {"phc_main"}


def test_a_double_report_counts_once_in_iraq_and_in_each_directorate():
    made = SmallRound()
    made.add("erbil/1", "erbil")
    made.add("nineveh/1", "nineveh", same_as="erbil/1")
    values = {scope: made.value("U_LISTED", scope)[0] for scope in ("erbil", "nineveh", "federal", "kurdistan", "iraq")}
    assert values == {"erbil": 1, "nineveh": 1, "federal": 1, "kurdistan": 1, "iraq": 1}
    assert made.value("U_LISTED", "iraq", "directorate", "nineveh") == (1, None)
    assert made.value("U_LISTED", "iraq", "type", "phc_main") == (1, None)


def test_a_double_report_within_a_directorate_counts_once_there():
    made = SmallRound()
    made.add("anbar-a/1")
    made.add("anbar-b/1", same_as="anbar-a/1")
    assert made.value("U_LISTED", "anbar") == (1, None)
    assert made.value("U_LISTED") == (1, None)


def test_a_double_report_stands_for_a_facility_that_is_set_aside():
    made = SmallRound()
    made.add("erbil/1", "erbil")
    made.add("nineveh/1", "nineveh", same_as="erbil/1")
    assert made.value("U_LISTED", set_aside=frozenset({"erbil/1"})) == (1, None)


def test_facilities_set_aside_count_nowhere_but_in_the_quality_of_data():
    made = SmallRound()
    made.add("anbar/1", items={"QHeRAMS100": "available"})
    made.add("anbar/2", items={"QHeRAMS100": "available"})
    said = {"set_aside": frozenset({"anbar/2"}), "critical": frozenset({"anbar/2"})}
    assert made.value("U_LISTED", **said) == (1, None)
    assert made.value("SVC_FULL_QHeRAMS100", "anbar", **said) == (1, 1)
    assert made.value("DQ_CRITICAL", **said) == (1, 2)


def test_a_directorate_left_out_is_in_no_total_but_has_its_own_page():
    made = SmallRound()
    made.add("anbar/1")
    made.add("nineveh/1", "nineveh")
    values = {
        scope: made.value("U_LISTED", scope, left_out=("nineveh",))[0] for scope in ("nineveh", "federal", "iraq")
    }
    assert values == {"nineveh": 1, "federal": 1, "iraq": 1}


def test_no_rate_is_given_for_an_area_where_a_directorate_has_not_reported():
    made = SmallRound()
    made.add("anbar/1")
    tables = made.tables()
    facts = indicators.gather(tables, vocabulary(), indicators.Judgement())
    land = dataclasses.replace(country(), governorates={"anbar": frozenset({"IQG01"}), "nineveh": frozenset({"IQG15"})})
    found = measure.measures(facts, catalogue(), land)
    rates = found[found["indicator"] == "POP_PHC_10K"].set_index(["scope", "group"])["reason"].astype(str)
    assert rates["iraq", ""] == "left_out"
    assert rates["iraq", "IQG01"] == ""


def test_no_rate_is_given_for_an_area_where_a_directorate_is_left_out():
    made = SmallRound()
    made.add("anbar/1")
    made.add("nineveh/1", "nineveh")
    made.add("erbil/1", "erbil", governorate="IQG01")
    assert made.row("POP_PHC_10K", left_out=("nineveh",))["reason"] == "left_out"
    assert made.value("POP_PHC_10K", dimension="governorate", group="IQG01", left_out=("nineveh",)) == (2, 200_000)


def test_rates_go_by_where_a_facility_is_and_not_by_who_reports_it():
    made = SmallRound()
    made.add("nineveh/1", "nineveh", governorate="IQG11")
    assert made.value("POP_PHC_10K", "kurdistan") == (1, 300_000)
    assert made.value("POP_PHC_10K", "iraq", "region", "kurdistan") == (1, 300_000)
    assert made.value("POP_PHC_10K", "federal") == (0, 700_000)


def test_an_area_without_a_population_has_no_rate():
    made = SmallRound()
    made.add("erbil/1", "erbil")
    row = made.row("POP_PHC_10K", dimension="governorate", group="IQG11")
    assert (row["numerator"], row["denominator"], row["reason"]) == (None, None, "no_population")


def test_a_facility_of_an_unknown_directorate_counts_for_iraq_only():
    made = SmallRound()
    made.add("nowhere/1", "unknown", region="unknown")
    assert made.value("U_LISTED") == (1, None)
    assert made.value("U_LISTED", "federal") == (0, None)
    assert made.value("U_LISTED", "iraq", "directorate", "unknown") == (1, None)


def test_a_facility_that_stands_twice_is_refused():
    made = SmallRound()
    made.add("anbar/1")
    tables = made.tables()
    tables["facilities"] = pd.concat([tables["facilities"]] * 2)
    with pytest.raises(HeramsError, match="'anbar/1' twice"):
        measures(tables)


def test_answers_of_a_facility_that_is_not_listed_are_refused():
    made = SmallRound()
    made.add("anbar/1")
    tables = made.tables()
    tables["facilities"] = tables["facilities"].assign(facility_id="anbar/2")
    with pytest.raises(HeramsError, match="'anbar/1', which facilities lacks"):
        measures(tables)


def test_categories_and_texts_give_the_same_measures():
    made = SmallRound()
    made.add("anbar/1", items={"QHeRAMS100": "partial"}, barriers={"QHeRAMS100": ["staff"]})
    tables = made.tables()
    names = ["facility_id", "item", "answer", "state", "barrier_1"]
    coded = {**tables, "answers": tables["answers"].astype(dict.fromkeys(names, "category"))}
    pd.testing.assert_frame_equal(measures(tables), measures(coded))


def test_a_form_without_an_item_says_that_it_is_not_asked():
    made = SmallRound()
    made.add("anbar/1")
    words = vocabulary()
    short = indicators.Vocabulary(
        items={"amenity": ("BAWA1",)}, modules=words.modules, causes={}, options={}, beds={}, fields=words.fields
    )
    facts = indicators.gather(made.tables(), short, indicators.Judgement())
    found = measure.measures(facts, catalogue(), country())
    iraq = whole(found, "iraq")
    assert iraq.loc["AMN_WASH", "denominator"] == 0
    assert iraq.loc["BED_COUNT_icu", "reason"] == "not_in_form"
    assert iraq.loc["POP_EMONC_500K", "reason"] == "not_in_form"


def test_a_region_is_the_governorates_that_its_directorates_are_at_home_in():
    population = pd.DataFrame({"area": ["iraq", "IQG01"], "population": ["10", "4"]})
    found = measure.country(["anbar"], places(), population)
    assert found.home == {"IQG01": "federal", "IQG15": "federal", "IQG11": "kurdistan"}
    assert found.population == {"iraq": 10, "IQG01": 4}


def test_the_numbers_are_whole():
    made = SmallRound()
    made.add("anbar/1")
    found = made.measures()
    assert {str(found[name].dtype) for name in ("numerator", "denominator", "missing", "not_asked")} == {"Int64"}
    assert not np.isinf(indicators.share(found["numerator"], found["denominator"], "percent")).any()


def judged(project: Project, made: SmallRound) -> Project:
    """The project with the tables of a round and verdicts about them that find nothing."""
    fine = verdict.IraqState(state="open", left_out=[], closed=[], absent=[])
    project.write_json(project.account(ROUND), {"followed": [], "copied_forward": []})
    for name, table in {"records": pd.DataFrame({"subject_id": ["1"]}), **made.tables()}.items():
        project.write_table(ROUND, name, table)
        inputs = verdict.input_hashes(project, [project.table(ROUND, name)])
        found = verdict.Verdict(
            round=ROUND,
            table=name,
            state="open",
            inputs=inputs,
            expectations=verdict.Evaluated(suite=1, evaluated=1),
            rules=[],
            directorates={},
            iraq=fine,
        )
        verdict.write(project, found, pd.DataFrame(columns=list(verdict.FINDING_COLUMNS)))
    return project


def one_facility() -> SmallRound:
    made = SmallRound()
    made.add("kirkuk/1", "kirkuk", items={"QHeRAMS100": "available"})
    return made


def test_measure_writes_the_same_bytes_twice(small):
    project = judged(small, one_facility())
    measure.measure(project, ROUND)
    first = project.sha256(project.table(ROUND, "measures"))
    measure.measure(project, ROUND)
    assert project.sha256(project.table(ROUND, "measures")) == first
    found = whole(project.read_table(ROUND, "measures"), "kirkuk")
    assert found.loc["SVC_FULL_QHeRAMS100", "numerator"] == 1


def test_measure_refuses_tables_that_no_verdict_judged(small):
    project = judged(small, one_facility())
    project.write_table(ROUND, "staff", one_facility().tables()["staff"].iloc[:5])
    with pytest.raises(VerdictError, match="staff"):
        measure.measure(project, ROUND)
    assert not project.table(ROUND, "measures").exists()


def test_only_open_critical_findings_and_decisions_about_rows_count():
    columns = ["severity", "facility_id", "settled_by"]
    rows = [("critical", "a/1", ""), ("critical", "a/2", "accept 1"), ("warning", "a/3", ""), ("critical", "", "")]
    why = "{reason: r, role: analyst, office: o, date: '2023-11-30', "
    decided = parse(
        f"- {why}decision: correct, facility: a/4, question: MoSD4, was: A1, now: A3}}\n"
        f"- {why}decision: exclude, facility: a/5}}\n- {why}decision: merge, facility: a/6, into: a/1}}\n",
        "decisions",
    )
    state = verdict.IraqState(state="provisional", left_out=["erbil"], closed=[], absent=[])
    standing = verdict.Standing(directorates={}, iraq=state)
    found = measure.judgement(pd.DataFrame(rows, columns=columns), decided, standing)
    assert found.critical == {"a/1"}
    assert (found.corrected, found.excluded, found.left_out) == ({"a/4", "a/6"}, ("a/5",), ("erbil",))


def test_facilities_of_which_a_text_was_recoded_count_as_changed(small, codebook):
    owners = {"MoSD3": ["-oth-", "-oth-", "A1"], "MoSD3other": ["Prison", "prison", ""], "subject_id": ["A", "B", "C"]}
    workspace = "Daquq Primary Health Care Sector / قطاع داقوق للرعاية الصحية الاولية"
    records = blank_records(codebook, **owners, workspace_id=[workspace] * 3)
    small.write_table(ROUND, "records", records)
    why = "{reason: r, role: analyst, office: o, date: '2023-11-30', "
    recode = f"- {why}decision: recode, question: MoSD3, text: MoSD3other, was: Prison, now: A2, rows: '2'}}\n"
    found = measure.recoded(small, ROUND, parse(recode, "decisions"), reference_places.load(small), codebook)
    assert {facility.rpartition("/")[2] for facility in found} == {"A", "B"}
    assert measure.recoded(small, ROUND, (), reference_places.load(small), codebook) == frozenset()


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 5), st.booleans()), min_size=1, max_size=9),
    st.sampled_from("CF"),
)
def test_the_sums_of_kinds_are_the_sums_of_their_facilities(
    facilities: list[tuple[int, int, int, bool]], order: str
) -> None:
    # Two groupings of two and three groups: the last place is that of facilities in none.
    table = np.array(facilities)
    groupings = [Groups("a", ("x",) * 2, ("", ""), table[:, 0]), Groups("b", ("x",) * 3, ("", "", ""), table[:, 1])]
    kinds = Kinds.within(groupings)
    for values in (table[:, 2:].copy(order=order), table[:, 3].astype(bool), table[:, [3, 3]].astype(bool)):
        for groups in groupings:
            wide = values.reshape(len(table), -1)
            direct = [wide[groups.places == place].sum(axis=0) for place in range(len(groups.groups))]
            assert np.array_equal(kinds.grouped(groups).total(kinds.entries(values)), direct)


@LAWS
@given(rounds())
def test_the_primary_care_of_sectors_and_of_town_and_country_adds_up_to_all_centres(made):
    found = made.measures()
    for scope in DIRECTORATES:
        mine = found[(found["scope"] == scope) & found["indicator"].isin(["U_EXISTING", "SVC_DOMAIN_sexual_violence"])]
        centres = mine[(mine["dimension"] == "type") & mine["group"].isin(indicators.PHC)]
        for dimension in ("phc_sector", "phc_urban_rural"):
            part = mine[mine["dimension"] == dimension]
            for name in ("U_EXISTING", "SVC_DOMAIN_sexual_violence"):
                summed = [int(rows.loc[rows["indicator"] == name, "numerator"].sum()) for rows in (part, centres)]
                assert summed[0] == summed[1], (scope, dimension, name)
