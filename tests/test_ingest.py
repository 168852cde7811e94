from __future__ import annotations

import datetime
import decimal
import random
from dataclasses import replace
from typing import Literal

import pandas as pd
import pytest
from conftest import ROOT, ROUND
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering import SECTOR, as_csv, as_xlsx, invented, rendered

from pipeline import codebook as codebooks
from pipeline import relevance, simulate
from pipeline.codebook import Codebook
from pipeline.errors import ExportError
from pipeline.export import read
from pipeline.ingest import assemble, ingest, place
from pipeline.ingest.cells import masked, number
from pipeline.ingest.keys import Days
from pipeline.project import Project
from pipeline.simulate import tables as assumed

REPORT_DATE = "2023-11-30"
FEW = """external_id last_synced workspace_id subject_id date MoSD1 MoSD2ar MoSD3 MoSD3other GEO1 MoSDGPS_SQ001 MoSDPOP
MoSD4 HFCONTACT_PHONE CONDB CONDBx BAWA1 BAWA1x BAWA2 BASA3 HFSUP1 HFSUP4_SQ001 MoSDGPS2 HROther"""


def few_questions() -> Codebook:
    """The form cut to the questions that differ in how they are read: most tests need no more."""
    project = Project(ROOT)
    sheets = [project.read_csv(project.codebook_sheet("iraq-2022", name)) for name in ("survey", "choices", "settings")]
    survey = sheets[0][sheets[0]["name"].isin(FEW.split())].assign(item="")
    return codebooks.parse("few", survey, sheets[1], sheets[2])


FORM = few_questions()
ANSWERS = invented(FORM, 6)


def records_of(*contents: bytes, codebook: Codebook = FORM) -> pd.DataFrame:
    return ingested(*contents, codebook=codebook)[0].drop(columns=["source_file", "source_row"])


def ingested(*contents: bytes, codebook: Codebook = FORM) -> tuple[pd.DataFrame, dict[str, object]]:
    exports = [read(f"{n}.csv", content, codebook.personal_columns) for n, content in enumerate(contents)]
    return assemble([place(export, codebook) for export in exports], codebook, REPORT_DATE)


def one(**answers: str) -> dict[str, str]:
    """The record of one facility whose cells in the export are as given."""
    return records_of(export_of(answers)).iloc[0].to_dict()


def export_of(*responses: dict[str, str], separator: str = ",") -> bytes:
    keys = {"external_id": "1", "last_synced": "", "workspace_id": SECTOR, "subject_id": "X1", "date": "2023-01-05"}
    rows = [keys | response for response in responses]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return as_csv([names, *([row.get(name, "") for name in names] for row in rows)], separator)


def refusal(*responses: dict[str, str]) -> str:
    with pytest.raises(ExportError) as caught:
        ingested(export_of(*responses))
    return str(caught.value)


def told(content: bytes) -> str:
    """What a file is refused with, or its name if it is read."""
    try:
        ingested(content)
    except ExportError as problem:
        return str(problem)
    return "0.csv"


# --- the same answers, the same records ------------------------------------------------------------------------


def test_records_hold_the_answers_that_the_export_was_made_of() -> None:
    found = records_of(as_csv(rendered(ANSWERS, FORM)))
    pd.testing.assert_frame_equal(found, ANSWERS[list(FORM.table_columns)], check_dtype=False)
    assert {str(kind) for kind in found.dtypes} == {"str"}


@pytest.mark.parametrize("answers", ["codes", "text"])
@pytest.mark.parametrize("headers", ["codes", "texts, codes", "codes, texts"])
@pytest.mark.parametrize("ranks", ["older", "newer"])
def test_the_layout_of_an_export_does_not_change_the_records(answers: str, headers: str, ranks: str) -> None:
    expected = records_of(as_csv(rendered(ANSWERS, FORM)))
    rows = rendered(ANSWERS, FORM, answers, ranks, headers)
    for content in (as_csv(rows), as_csv(rows, ";"), as_xlsx(rows)):
        pd.testing.assert_frame_equal(records_of(content), expected)


def test_the_whole_form_is_read_alike_from_codes_and_text(codebook: Codebook) -> None:
    answers = invented(codebook, 5)
    codes, account = ingested(as_csv(rendered(answers, codebook)), codebook=codebook)
    text = records_of(as_csv(rendered(answers, codebook, "text", "newer", "texts, codes")), codebook=codebook)
    pd.testing.assert_frame_equal(text, codes.drop(columns=["source_file", "source_row"]))
    assert (account["unknown_values"], account["unknown_columns"], account["missing_columns"]) == (0, [], [])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 99), st.randoms(use_true_random=False))
def test_no_order_of_rows_columns_or_files_changes_the_records(seed: int, chance: random.Random) -> None:
    answers = invented(FORM, 12, seed)
    answers["subject_id"] = [f"X{chance.randint(1, 5)}" for _ in range(12)]
    answers["date"] = [f"2023-{chance.randint(10, 12)}-01" for _ in range(12)]
    whole = rendered(answers, FORM)
    shuffled = [whole[0], *chance.sample(whole[1:], 12)]
    order = chance.sample(range(len(whole[0])), len(whole[0]))
    turned = [[row[place] for place in order] for row in shuffled]
    cut = chance.randint(1, 11)
    parts = [as_csv(turned[: cut + 1]), as_csv([turned[0], *turned[cut + 1 :]])]
    expected = records_of(as_csv(whole))
    pd.testing.assert_frame_equal(records_of(as_csv(turned)), expected)
    pd.testing.assert_frame_equal(records_of(*chance.sample(parts, 2)), expected)


def test_a_simulated_export_is_read_back_whole(here: Project, codebook: Codebook) -> None:
    cells = simulate.simulated_cells(codebook, assumed.load(here, codebook), 40, 3, simulate.Options()).frame()
    expected = cells.assign(date=cells["date"].str[:10], last_synced=cells["last_synced"].str[:10])
    expected = expected.sort_values(["workspace_id", "subject_id"], ignore_index=True)[list(codebook.table_columns)]
    found = records_of(simulate.simulate(here, "iraq-2022", 40, 3), codebook=codebook)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize("dirt", ["none", "real"])
def test_the_layout_of_a_simulated_export_does_not_change_the_records(
    here: Project, codebook: Codebook, dirt: Literal["none", "real"]
) -> None:
    given_as = simulate.Options(dirt=dirt, responses=0.5)
    other = replace(given_as, answers="codes", headers="two", ranks="newer", format="xlsx")
    found, account = ingested(simulate.simulate(here, "iraq-2022", 40, 3, given_as), codebook=codebook)
    again = records_of(simulate.simulate(here, "iraq-2022", 40, 3, other), codebook=codebook)
    pd.testing.assert_frame_equal(again, found.drop(columns=["source_file", "source_row"]))
    assert len(found) == account["kept"] == 40 < account["responses"]


def test_the_second_form_comes_back_the_same_through_both_layouts(here: Project) -> None:
    form = codebooks.load(here, "iraq-2024")
    newer, older = (
        simulate.simulate(here, form.form, 30, 3, simulate.Options(ranks=ranks)) for ranks in (None, "older")
    )
    assert b"CONDBx_A1" in newer and b"CONDBx_A1" not in older
    found = records_of(newer, codebook=form)
    pd.testing.assert_frame_equal(found, records_of(older, codebook=form))
    assert list(found)[: len(form.table_columns)] == list(form.table_columns)


def test_answers_of_codes_and_text_may_be_mixed() -> None:
    found, account = ingested(export_of({"BAWA1": "A2", "CONDB": "Not damaged: or insignificant damage "}))
    assert found.loc[0, ["BAWA1", "CONDB"]].tolist() == ["A2", "A1"]
    assert account["files"][0]["answers"] == "codes and text"


# --- cells -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label", ["Partially available", " Partially\xa0 available ", "PARTIALLY AVAILABLE", "متوفر جزئياً", "متوفر جزئیا"]
)
def test_labels_are_folded_for_matching(label: str) -> None:
    assert one(BAWA1=label)["BAWA1"] == "A2"


@pytest.mark.parametrize("cell", ["1", "Y", "Yes", "1.0", "1.0000000000", "١", " نعم "])
def test_a_tick_is_read_in_all_its_spellings(cell: str) -> None:
    assert one(BASA3_SQ001=cell)["BASA3_SQ001"] == "1"


@pytest.mark.parametrize("cell", ["", "0", "N", "No", "0.0000000000", "\xa0", "{question_not_shown}"])
def test_what_is_not_ticked_is_blank(cell: str) -> None:
    assert one(BASA3_SQ001=cell)["BASA3_SQ001"] == ""


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("3.0000000000", "3"),
        ("33.2500", "33.25"),
        ("٣٣٫٢٥", "33.25"),
        ("۱۲", "12"),
        ("007", "7"),
        ("-0.0", "0"),
        ("+5", "5"),
    ],
)
def test_a_number_has_one_spelling(cell: str, expected: str) -> None:
    assert number(cell) == expected
    assert one(MoSDGPS_SQ001=cell)["MoSDGPS_SQ001"] == expected


@given(st.decimals(-10_000_000, 10_000_000, places=6))
def test_a_number_keeps_its_value(value: decimal.Decimal) -> None:
    assert number(f"{value:f}") is not None
    assert float(number(f"{value:f}") or "nan") == float(str(value))
    assert number(number(f"{value:f}") or "") == number(f"{value:f}")


def test_a_decimal_comma_is_read_where_the_separator_is_a_semicolon() -> None:
    response = {"MoSDGPS_SQ001": "33,25"}
    assert records_of(export_of(response, separator=";"))["MoSDGPS_SQ001"].tolist() == ["33.25"]
    assert one(**response)["MoSDGPS_SQ001"] == "33,25"


@pytest.mark.parametrize("cell", ["1E+05", "about 300", "17,400,000", "2.5"])
def test_an_unknown_number_is_kept_as_received_and_counted(cell: str) -> None:
    found, account = ingested(export_of({"MoSDPOP": cell}))
    assert found["MoSDPOP"].tolist() == [cell]
    assert account["unknown_values"] == 1


def test_unknown_values_are_those_that_the_codebook_lacks() -> None:
    cells = {"BAWA1": "A9", "BASA3_SQ001": "maybe", "MoSDPOP": "many", "CONDBx_2": "Earthquake ", "MoSD2ar": "any"}
    found, account = ingested(export_of(cells))
    assert found.loc[0, list(cells)].tolist() == list(cells.values())
    unknown = [
        relevance.unknown_cells(question, column, found).sum()
        for column, question in FORM.by_column.items()
        if column in found
    ]
    assert account["unknown_values"] == sum(unknown) == 4


def test_options_that_share_a_rank_stand_in_one_cell() -> None:
    found = one(BAWA1x_A1="2", BAWA1x_A2="1", BAWA1x_A4="2", BAWA1x_A3="0", BAWA1x_A5="{question_not_shown}")
    assert [found[f"BAWA1x_{rank}"] for rank in range(1, 6)] == ["A2", "A1 A4", "", "", ""]


def test_a_rank_that_is_none_is_kept_with_its_option() -> None:
    found, account = ingested(export_of({"BAWA1x_A1": "1.0", "BAWA1x_A2": "9", "BAWA1x_A3": "first"}))
    assert found.loc[0, [f"BAWA1x_{rank}" for rank in (1, 5)]].tolist() == ["A1", "A2=9 A3=first"]
    assert account["unknown_values"] == 1


@pytest.mark.parametrize("kind", ["hidden", "text"])
def test_texts_keep_their_letters_and_blanks(kind: str) -> None:
    names = {"hidden": "GEO1", "text": "MoSD2ar"}
    assert one(**{names[kind]: " مركز\u200c صحي  \xa0"})[names[kind]] == " مركز\u200c صحي  \xa0"
    assert one(**{names[kind]: "{question_not_shown}"})[names[kind]] == ""


# --- keys ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "2023-01-05",
        "2023-01-05 09:06:12",
        "2023-01-05T09:06:12Z",
        "05/01/2023",
        "5.1.2023 09:06",
        "44931",
        "44931.38",
        "٢٠٢٣-٠١-٠٥",
        "۰۵/۰۱/۲۰۲۳",
    ],
)
def test_a_day_is_read_in_all_its_spellings(cell: str) -> None:
    assert one(date=cell)["date"] == "2023-01-05"


def test_month_before_day_is_read_where_a_date_of_the_file_proves_it() -> None:
    found = records_of(export_of({"date": "01/05/2023"}, {"date": "01/25/2023", "subject_id": "X2"}))
    assert found["date"].tolist() == ["2023-01-05", "2023-01-25"]


def test_an_assumed_order_of_day_and_month_is_doubted() -> None:
    _, account = ingested(export_of({"date": "01/05/2023"}))
    assert "read as day/month" in account["doubts"][0]


def test_letters_that_windows_1256_lacks_are_doubted() -> None:
    answers = ANSWERS.assign(workspace_id="قطاع الفلوجة للرعاية الصحية الاولية / سۆران")
    content = as_csv(rendered(answers, FORM)).decode().encode("cp1256", "replace")
    found, account = ingested(content)
    assert account["files"][0]["encoding"] == "Windows-1256"
    assert "question marks" in account["doubts"][0]
    assert found["workspace_id"].str.endswith("س?ران").all()


def test_two_orders_of_day_and_month_are_refused() -> None:
    found = refusal({"date": "25/01/2023"}, {"date": "01/25/2023", "subject_id": "X2"})
    assert "day/month (row 2, column date) and month/day (row 3, column date)" in found
    assert "YYYY-MM-DD" in found


@given(st.dates())
def test_every_day_is_read_back(day: datetime.date) -> None:
    assert Days(day_first=True, is_assumed=False).read(f"{day}") == f"{day}"


@pytest.mark.parametrize("cell", ["soon", "31/02/2023", "2023-13-01", "1/5/23", "5-Jan"])
def test_a_date_that_cannot_be_read_is_refused(cell: str) -> None:
    assert f"row 2, column E (date): {cell!r} is no date; write it as YYYY-MM-DD" in refusal({"date": cell})


@pytest.mark.parametrize("key", ["workspace_id", "subject_id", "external_id", "date"])
def test_a_blank_key_is_refused(key: str) -> None:
    assert f"({key}): is blank" in refusal({}, {key: " \xa0", "subject_id": "X2"} | {key: " \xa0"})


@pytest.mark.parametrize("cell", ["1E+05", "1.23457E+11", "2005-03-01", "05-Mar"])
def test_an_id_that_a_spreadsheet_destroyed_is_refused(cell: str) -> None:
    assert f"row 2, column D (subject_id): {cell!r} is no id any more: a spreadsheet changed it" in refusal(
        {"subject_id": cell}
    )


def test_ids_that_may_have_lost_zeros_are_doubted() -> None:
    _, account = ingested(export_of({}, {"subject_id": "X1R0B"}, {"subject_id": "123"}, {"subject_id": "7057vR"}))
    assert account["doubts"] == []
    _, account = ingested(export_of({"subject_id": "X1R0B"}, {"subject_id": "123"}, {"subject_id": "7057vR"}))
    assert "row 3, column subject_id: digits only" in account["doubts"][0]


# --- which responses count -------------------------------------------------------------------------------------


def test_the_last_response_on_or_before_the_report_date_counts() -> None:
    found, account = ingested(
        export_of(
            {"date": "2022-05-01", "external_id": "9"},
            {"date": REPORT_DATE, "external_id": "2"},
            {"date": "2023-12-01", "external_id": "3"},
        )
    )
    assert found[["external_id", "source_row"]].to_numpy().tolist() == [["2", 3]]
    assert account["dropped"] == {"after_report_date": 1, "empty": 0, "repeated": 0, "superseded": 1}


EARLIER, LATER = {"date": "2022-05-01", "external_id": "1"}, {"date": "2023-01-05", "external_id": "2"}


@pytest.mark.parametrize(
    ("before", "after", "copied"),
    [
        ({"CONDB": "A2", "BAWA1": "A1"}, {"CONDB": "A2", "BAWA1": "A1"}, True),
        ({"CONDB": "A2", "MoSD1": "HF_1"}, {"CONDB": "A2", "MoSD1": "HF_2"}, True),
        ({"CONDB": "A2", "BAWA1": "A1"}, {"CONDB": "A2", "BAWA1": "A2"}, False),
        ({"CONDB": "A2", "BASA3_SQ001": "1"}, {"CONDB": "A2"}, False),
        ({"MoSD1": "HF_1"}, {"MoSD1": "HF_1"}, False),
    ],
)
def test_answers_that_are_all_those_of_the_response_before_are_told(
    before: dict[str, str], after: dict[str, str], copied: bool
) -> None:
    _, account = ingested(export_of(EARLIER | before, LATER | after, {"subject_id": "X2", "CONDB": "A2"}))
    assert account["following"] == 1
    assert account["followed"] == [{"file": "0.csv", "row": 3}]
    assert account["copied_forward"] == ([{"file": "0.csv", "row": 3}] if copied else [])


def test_only_the_response_just_before_is_looked_at_whatever_file_it_is_in() -> None:
    oldest, same = {"date": "2021-05-01", "external_id": "0", "CONDB": "A2"}, {"CONDB": "A2"}
    changed = export_of(oldest, EARLIER | {"CONDB": "A1"}, LATER | same)
    assert ingested(changed)[1]["copied_forward"] == []
    two = ingested(export_of(LATER | same), export_of(EARLIER | same))[1]
    assert two["copied_forward"] == [{"file": "0.csv", "row": 2}]


def test_a_round_with_no_response_in_time_has_no_records() -> None:
    found, account = ingested(export_of({"date": "2024-01-01"}), export_of({"date": "2024-01-02"}))
    assert found.shape == (0, len(FORM.table_columns) + 2)
    assert account["dropped"]["after_report_date"] == account["responses"] == 2


@pytest.mark.parametrize(("ids", "last"), [(("9", "10"), "10"), (("a9", "a10"), "a9"), (("10.0", "9"), "10")])
def test_of_one_day_the_greater_id_counts(ids: tuple[str, str], last: str) -> None:
    found = records_of(export_of({"external_id": ids[0]}, {"external_id": ids[1]}))
    assert found["external_id"].tolist() == [last]


def test_a_response_in_two_files_counts_once() -> None:
    rows = rendered(ANSWERS, FORM), rendered(ANSWERS, FORM, "text", "newer", "texts, codes")
    found, account = ingested(as_csv(rows[0]), as_xlsx(rows[1]))
    assert account["dropped"]["repeated"] == len(found) == 6
    assert account["repeated_with_other_answers"] == 0
    assert set(found["source_file"]) == {"0.csv"}


def test_a_repeated_response_with_other_answers_is_counted() -> None:
    older, newer = ({"BAWA1": f"A{n}", "last_synced": f"2023-02-01 0{n}:00:00"} for n in (1, 2))
    for responses in ((older, newer), (newer, older)):
        found, account = ingested(export_of(*responses))
        assert found["BAWA1"].tolist() == ["A2"]
        assert account["repeated_with_other_answers"] == 1


def test_workspaces_that_are_spelt_alike_are_one() -> None:
    other = SECTOR.replace("ي", "ی").replace(" ", "  ")
    found, account = ingested(export_of({}, {"workspace_id": other, "external_id": "2"}, {"subject_id": "X2"}))
    assert len(found) == 2
    assert account["dropped"]["superseded"] == 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 3), st.integers(10, 13)), min_size=1, max_size=12))
def test_every_response_is_kept_or_dropped_for_a_reason(responses: list[tuple[str, int, int]]) -> None:
    months = {10: "2023-10-01", 11: "2023-11-30", 12: "2023-12-01", 13: "2024-01-01"}
    cells = [{"subject_id": s, "external_id": str(n), "date": months[m]} for s, n, m in responses]
    found, account = ingested(export_of(*cells))
    assert account["responses"] == len(responses) == account["kept"] + sum(account["dropped"].values())
    assert account["kept"] == len(found) == len({s for s, _, m in responses if m < 12})


# --- what is left at the door ----------------------------------------------------------------------------------


def test_contacts_are_counted_and_go_no_further() -> None:
    found, account = ingested(export_of({"HFCONTACT_PHONE": "contact-0001"}))
    assert account["personal_cells"] == {"HFCONTACT_PHONE": 1}
    assert "HFCONTACT_PHONE" not in found
    assert "contact-0001" not in str(found.to_dict()) + str(account)


@pytest.mark.parametrize("text", ["0" * 11, "+000 (000) 000-0000", "٠٠٠٠ ٠٠٠ ٠٠٠٠", "هاتف: 000000", "0000.000.0000"])
def test_a_telephone_number_in_a_text_is_masked(text: str) -> None:
    found, account = ingested(export_of({"HROther": f"nurse, {text}; two"}))
    assert "[telephone removed]" in found.loc[0, "HROther"]
    assert not any(sign.isdigit() for sign in found.loc[0, "HROther"])
    assert account["masked_texts"] == {"HROther": 1}


def test_an_e_mail_address_in_a_text_is_masked() -> None:
    assert masked("write to somebody@example.org, please") == "write to [e-mail removed], please"


@pytest.mark.parametrize(
    "text",
    ["Mobile team 12", "2021-2022", "2022-03-17 09:06:12", "17/03/2022 09:06", "33.3152411, 44.3661", "HF_CM_RSS_12"],
)
def test_other_digits_stay(text: str) -> None:
    assert masked(text) == text


def test_a_telephone_number_in_another_cell_is_masked_and_unknown() -> None:
    found, account = ingested(export_of({"BAWA1": "0" * 11, "MoSDPOP": "1" + "0" * 10, "BASA3_SQ001": "000 000 000"}))
    assert set(found.loc[0, ["BAWA1", "MoSDPOP", "BASA3_SQ001"]]) == {"[telephone removed]"}
    assert account["unknown_values"] == 3


def test_unknown_columns_are_named_and_not_carried() -> None:
    found, account = ingested(export_of({"HFCONTACT_2": "contact-0001"}))
    assert account["unknown_columns"] == ["HFCONTACT_2"]
    assert "contact-0001" not in str(found.to_dict()) + str(account)


def test_missing_columns_are_named_and_blank() -> None:
    found, account = ingested(export_of({"BAWA1x_1": "A1"}))
    assert set(found["CONDB"]) == {""}
    assert {"CONDB", "BAWA1x_2"} <= set(account["missing_columns"])
    assert not {"HFCONTACT_PHONE", "BAWA1x_1", "BAWA1x_A1"} & set(account["missing_columns"])


def test_a_question_in_two_layouts_is_refused() -> None:
    found = refusal({"BAWA1x_1": "A1", "BAWA1x_A1": "1"})
    assert "BAWA1x stands there in two layouts, BAWA1x_1 in column F and BAWA1x_A1 in column G" in found


# --- on the disk -----------------------------------------------------------------------------------------------


def with_exports(project: Project, **files: bytes) -> Project:
    for name, content in files.items():
        project.write_bytes(project.raw(ROUND) / name.replace("_", "."), content)
    return project


def test_a_round_of_two_files_becomes_a_table_and_an_account(small: Project, codebook: Codebook) -> None:
    answers = invented(codebook, 6)
    parts = [rendered(answers.iloc[rows], codebook, "text") for rows in (slice(0, 4), slice(4, 6))]
    ingest(with_exports(small, a_csv=as_csv(parts[0]), b_xlsx=as_xlsx(parts[1]), a_csv_dvc=b"outs:"), ROUND)
    found, account = small.read_table(ROUND, "records"), small.read_json(small.account(ROUND))
    assert found[["source_file", "source_row"]].to_numpy().tolist()[3:5] == [["a.csv", 5], ["b.xlsx", 2]]
    assert tuple(found) == (*codebook.table_columns, "source_file", "source_row")
    assert [file["name"] for file in account["files"]] == ["a.csv", "b.xlsx"]
    assert account["files"][0]["sha256"] == small.sha256(small.raw(ROUND) / "a.csv")


def test_the_same_exports_give_the_same_bytes(small: Project, codebook: Codebook) -> None:
    with_exports(small, a_csv=as_csv(rendered(invented(codebook, 6), codebook)))
    hashes = []
    for _ in range(2):
        ingest(small, ROUND)
        hashes.append([small.sha256(small.table(ROUND, "records")), small.sha256(small.account(ROUND))])
    assert hashes[0] == hashes[1]


def test_an_unfit_file_names_itself_and_nothing_is_written(small: Project, codebook: Codebook) -> None:
    whole = as_csv(rendered(invented(codebook, 3), codebook))
    with_exports(small, a_csv=whole, b_csv=whole[:-200])
    with pytest.raises(ExportError, match=r"b\.csv, row 4"):
        ingest(small, ROUND)
    assert not small.tables(ROUND).exists()


def test_a_round_without_exports_is_told_the_command(small: Project) -> None:
    small.raw(ROUND).mkdir(parents=True)
    with pytest.raises(ExportError, match="herams round add"):
        ingest(small, ROUND)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=3), st.booleans())
def test_a_damaged_file_is_read_or_refused_in_one_line(place: int, damage: bytes, is_csv: bool) -> None:
    rows = rendered(ANSWERS, FORM)
    content = as_csv(rows) if is_csv else as_xlsx(rows)
    place %= len(content)
    said = told(content[:place] + damage + content[place + 2 :])
    assert said.startswith("0.csv")
    assert "\n" not in said


def test_no_message_holds_a_contact() -> None:
    cells = {"HFCONTACT_PHONE": "contact-0001"}
    assert "contact-0001" not in refusal(cells | {"date": "soon"}) + refusal(cells | {"subject_id": ""})
