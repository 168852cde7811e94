from __future__ import annotations

import pandas as pd
import pytest
from conftest import blank_records
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean import FACILITY_COLUMNS, tables
from pipeline.codebook import Codebook
from pipeline.places import Places

FALLUJAH = "Fallujah Primary Health Care Sector / قطاع الفلوجة للرعاية الصحية الاولية"
SORAN = "Soran sector / قطاع سوران"
EXISTING = {"MoSD4": "A1", "CONDB": "A1", "CONDE": "A1", "HFFUNCT": "A1", "HFACC": "A1"}


def cleaned(
    codebook: Codebook, places: Places, *facilities: dict[str, str], **options: object
) -> dict[str, pd.DataFrame]:
    rows = [
        {"workspace_id": FALLUJAH, "subject_id": f"S{n}", "date": "2023-01-05"} | row
        for n, row in enumerate(facilities)
    ]
    columns = {name: [row.get(name, "") for row in rows] for name in sorted({name for row in rows for name in row})}
    return tables(blank_records(codebook, **columns), codebook, places, dict(options))


def one(codebook: Codebook, places: Places, **answers: str) -> dict[str, pd.DataFrame]:
    return cleaned(codebook, places, EXISTING | answers)


def answer(tables_: dict[str, pd.DataFrame], item: str) -> dict[str, object]:
    row = tables_["answers"].set_index("item").loc[item]
    return {name: value for name, value in row.items() if not pd.isna(value)}


def test_every_facility_has_a_row_for_every_item_and_cadre(codebook: Codebook, places: Places) -> None:
    found = cleaned(codebook, places, EXISTING, {"MoSD4": "A3"}, EXISTING)
    assert len(found["answers"]) == 3 * 115
    assert len(found["staff"]) == 3 * 12
    assert not found["answers"].duplicated(["facility_id", "item"]).any()
    assert tuple(found["facilities"]) == FACILITY_COLUMNS


def test_an_answer_carries_its_barriers_in_order(codebook: Codebook, places: Places) -> None:
    found = one(codebook, places, QHeRAMS100="A3", QHeRAMS100x_1="A4", QHeRAMS100x_2="A1")
    assert answer(found, "QHeRAMS100") == {
        "facility_id": "anbar-fallujah/S0",
        "kind": "service",
        "module": "general_clinical_trauma",
        "answer": "not_available",
        "state": "answered",
        "barrier_1": "equipment",
        "barrier_2": "staff",
    }


def test_bed_barriers_stand_on_the_kinds_that_lack(codebook: Codebook, places: Places) -> None:
    found = one(codebook, places, BAINP1_SQ001="A1", BAINP1_SQ002="A3", BAINP1_SQ003="A2", BAINP1x_1="A5")
    assert "barrier_1" not in answer(found, "BAINP1_SQ001")
    assert [answer(found, kind)["barrier_1"] for kind in ("BAINP1_SQ002", "BAINP1_SQ003")] == ["finance", "finance"]


def test_a_coded_field_without_an_answer_holds_its_state(codebook: Codebook, places: Places) -> None:
    closed = cleaned(codebook, places, {"MoSD4": "A3"})["facilities"].iloc[0]
    assert (closed["status"], closed["building_condition"], closed["ownership"]) == ("closed", "skipped", "missing")


def test_an_unknown_value_is_unknown_in_every_table(codebook: Codebook, places: Places) -> None:
    found = one(codebook, places, HFFUNCT="B9", BAWA1="A8", BAWA2_1="A77")
    assert found["facilities"]["functionality"].iloc[0] == "unknown"
    assert answer(found, "BAWA1")["state"] == "unknown"
    assert found["choices"].loc[0, ["question", "option"]].tolist() == ["BAWA2", "unknown"]


def test_a_catchment_of_zero_is_nobodys_number(codebook: Codebook, places: Places) -> None:
    found = cleaned(codebook, places, {"MoSDPOP": "0"}, {"MoSDPOP": "17400000"}, {"MoSDPOP": "12.5"}, {})["facilities"]
    assert found["catchment_population"].tolist() == [pd.NA, 17400000, pd.NA, pd.NA]


def test_ranked_and_ticked_choices_are_rows(codebook: Codebook, places: Places) -> None:
    found = one(codebook, places, BAEN2_1="A2", BAEN2_2="A1", BASA3_SQ003="1")["choices"]
    assert found[["question", "option", "rank"]].astype(object).where(found["rank"].notna(), None).to_numpy().tolist()[
        :2
    ] == [
        ["BAEN2", "generator", 1],
        ["BAEN2", "grid", 2],
    ]
    assert found.iloc[2][["question", "option"]].tolist() == ["BASA3", "menstrual_hygiene"]
    assert pd.isna(found.iloc[2]["rank"])


def test_staff_counts_are_missing_where_one_sex_is(codebook: Codebook, places: Places) -> None:
    found = one(codebook, places, BAINP1_SQ001="A4", HR1_SQ001="A1", HR2_SQ001_FEMALE="3", HR1_SQ002="A3")["staff"]
    rows = found.set_index("cadre")
    assert rows.loc["HR1_SQ001", "state"] == "missing"
    assert rows.loc["HR1_SQ001", "women"] == 3
    assert rows.loc["HR1_SQ002", "state"] == "not_asked"


def test_a_declared_double_report_names_the_facility_it_repeats(codebook: Codebook, places: Places) -> None:
    found = cleaned(codebook, places, {}, {}, **{"anbar-fallujah/S1": "anbar-fallujah/S0"})["facilities"]
    assert found["same_as"].isna().tolist() == [True, False]
    assert found["same_as"].iloc[1] == "anbar-fallujah/S0"


def test_an_empty_round_gives_empty_tables_of_the_same_shape(codebook: Codebook, places: Places) -> None:
    records = blank_records(codebook, subject_id=["x"]).iloc[:0]
    found = tables(records, codebook, places, {})
    full = one(codebook, places)
    assert {name: list(frame) for name, frame in found.items()} == {name: list(frame) for name, frame in full.items()}


@settings(max_examples=5, deadline=None)
@given(order=st.permutations(range(4)))
def test_the_order_of_records_does_not_matter(codebook: Codebook, places: Places, order: list[int]) -> None:
    columns = {
        "workspace_id": [FALLUJAH, SORAN, FALLUJAH, SORAN],
        "subject_id": ["B", "A", "A", "B"],
        "MoSD4": ["A1", "A3", "A1", ""],
        "BAWA2_1": ["A1", "", "A2", "A1"],
    }
    records = blank_records(codebook, **columns).assign(source_row=[2, 3, 4, 5])
    first = tables(records, codebook, places, {})
    second = tables(records.iloc[order].reset_index(drop=True), codebook, places, {})
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, second[name])


def test_source_rows_survive(codebook: Codebook, places: Places) -> None:
    found = cleaned(codebook, places, {}, {})["facilities"]
    assert found["source_row"].tolist() == [2, 3]
    assert found["source_file"].tolist() == ["export.csv", "export.csv"]


@pytest.mark.parametrize("table", ["facilities", "answers", "choices", "staff"])
def test_every_table_has_the_facility_first(codebook: Codebook, places: Places, table: str) -> None:
    assert next(iter(one(codebook, places)[table])) == "facility_id"
