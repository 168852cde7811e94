from __future__ import annotations

import io
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering import as_csv, as_xlsx

from pipeline.errors import ExportError
from pipeline.export import Export, read
from pipeline.export.grid import letter, plain_code

CODES = [
    "external_id",
    "last_synced",
    "workspace_id",
    "subject_id",
    "date",
    "MoSD2ar",
    "HFCONTACT_PHONE",
    "BASA3_SQ001",
]
TEXTS = [
    "External ID",
    "Last synced",
    "Workspace ID",
    "Subject ID",
    "Date",
    "Name:",
    "Contact: phone",
    "Toilets: by sex",
]
FIRST = ["1", "2023-02-01", "سوران", "X1R0B", "2023-01-05", "مركز صحي", "contact-0001", "1"]
SECOND = ["2", "2023-02-01", "سوران", "7057vR", "2023-01-06", 'two\nlines, "quoted"; and so on', "contact-0002", ""]
ROWS = [CODES, FIRST, SECOND]


def cells(export: Export) -> list[list[str]]:
    return [list(export.columns), *export.frame().to_numpy().tolist()]


def refusal(content: bytes, name: str = "round.csv") -> str:
    with pytest.raises(ExportError) as caught:
        read(name, content, personal={"HFCONTACT_PHONE"})
    assert "contact-0" not in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_by_the_header(separator: str) -> None:
    assert cells(read("x", as_csv(ROWS, separator))) == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
def test_the_encoding_is_found_by_content(encoding: str) -> None:
    assert cells(read("x", as_csv(ROWS, encoding=encoding))) == ROWS


@pytest.mark.parametrize("order", [[CODES], [TEXTS, CODES], [CODES, TEXTS]])
def test_one_or_two_header_rows_in_either_order_are_read(order: list[list[str]]) -> None:
    found = read("x", as_csv([*order, FIRST, SECOND]))
    assert cells(found) == ROWS
    assert list(found.rows) == [len(order) + 1, len(order) + 2]
    assert found.texts == (dict(zip(CODES, TEXTS, strict=True)) if len(order) == 2 else {})


def test_a_first_response_is_never_taken_for_a_header() -> None:
    response = ["a", "b", "c", "d", "no date", "f", "g", "1"]
    assert len(read("x", as_csv([CODES, [*response[:1], "2023-02-01", *response[2:]], FIRST])).rows) == 2


def test_a_spreadsheet_gives_the_texts_of_its_csv() -> None:
    assert cells(read("x", as_xlsx(ROWS, "notes"))) == ROWS


def test_the_name_of_a_file_does_not_matter() -> None:
    assert cells(read("export.csv", as_xlsx(ROWS))) == cells(read("export.xlsx", as_csv(ROWS))) == ROWS


def test_dates_and_numbers_of_a_spreadsheet_become_texts() -> None:
    book = openpyxl.Workbook()
    book.active.append(CODES)
    book.active.append(
        [1, pd.Timestamp("2023-02-01 04:05:06"), "s", "X1", pd.Timestamp("2023-01-05"), 33.25, None, 1.0]
    )
    buffer = io.BytesIO()
    book.save(buffer)
    expected = ["1", "2023-02-01 04:05:06", "s", "X1", "2023-01-05", "33.25", "", "1"]
    assert cells(read("x", buffer.getvalue()))[1] == expected


def test_brackets_of_the_survey_tool_become_underscores() -> None:
    bracketed = [name.replace("_SQ001", "[SQ001]") for name in CODES]
    assert cells(read("x", as_csv([bracketed, FIRST, SECOND]))) == ROWS
    assert plain_code("\ufeff Q[SQ001_SQ002] ") == "Q_SQ001_SQ002"


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    found = read("x", as_csv([TEXTS, CODES, SECOND, [""] * 8, FIRST]) + b"\r\n")
    assert list(found.rows) == [3, 5]
    assert found.empty == 2


def test_a_line_that_names_the_separator_is_no_row() -> None:
    assert cells(read("x", b"sep=;\r\n" + as_csv(ROWS, ";"))) == ROWS


def test_personal_columns_are_counted_and_left_out() -> None:
    found = read("x", as_csv(ROWS), personal={"HFCONTACT_PHONE"})
    assert found.personal == {"HFCONTACT_PHONE": 2}
    assert "HFCONTACT_PHONE" not in found.columns


def test_a_blank_column_without_a_code_is_passed_over() -> None:
    assert cells(read("x", as_csv([[*row, ""] for row in ROWS]))) == ROWS


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1), st.sampled_from(",;\t"))
def test_any_text_comes_through_a_cell(text: str, separator: str) -> None:
    rows = [CODES, [*FIRST[:5], text, *FIRST[6:]]]
    assert cells(read("x", as_csv(rows, separator)))[1][5] == text


def test_letters_of_columns_count_as_in_a_spreadsheet() -> None:
    assert [letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


# --- what cannot be placed -------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\r\n \n", b"\xef\xbb\xbf", b"\0" * 64])
def test_an_empty_file_is_refused(content: bytes) -> None:
    assert "round.csv: the file is empty" in refusal(content)


@pytest.mark.parametrize("headers", [[CODES], [TEXTS, CODES], [CODES, [""] * 8]])
def test_a_file_of_headers_alone_is_refused(headers: list[list[str]]) -> None:
    assert "only header rows" in refusal(as_csv(headers))


def test_a_file_cut_off_within_a_row_is_refused() -> None:
    found = refusal(as_csv([CODES, SECOND, FIRST])[:-6])
    assert "row 3: 7 cells where the header has 8" in found
    assert "ending in column G (HFCONTACT_PHONE): the file is cut off" in found


def test_a_file_cut_off_within_quotes_is_refused() -> None:
    assert "row 3: 6 cells" in refusal(as_csv(ROWS)[:-40])
    assert "quotation mark that is not closed" in refusal(as_csv(ROWS)[:-40])
    name_last = [[*row[:5], *row[6:], row[5]] for row in ROWS]
    assert "row 3: a quotation mark is not closed: the file is cut off" in refusal(as_csv(name_last)[:-6])


def test_a_file_cut_off_within_a_letter_is_refused() -> None:
    rows = [[*row[:7], row[5]] for row in ROWS]
    rows[0][7] = "x"
    whole = as_csv([rows[0], rows[2], rows[1]]).rstrip()
    assert "cut off in the middle of a letter" in refusal(whole[:-1])
    assert "cut off in the middle of a letter" in refusal(whole.decode().encode("utf-16")[:-1])


def test_a_row_with_too_many_or_too_few_cells_is_refused() -> None:
    lines = as_csv([CODES, FIRST, FIRST]).decode().splitlines()
    more = "\n".join([lines[0], lines[1] + ",x", lines[2]])
    assert "row 2: 9 cells where the header has 8: a cell was split" in refusal(more.encode())
    fewer = "\n".join([lines[0], lines[1].rpartition(",")[0], lines[2]])
    assert "row 2: 7 cells where the header has 8, ending in column G" in refusal(fewer.encode())


def test_a_stray_quotation_mark_is_told_with_its_row() -> None:
    stray = as_csv([CODES, FIRST, FIRST, FIRST]).replace("مركز".encode(), '"مركز'.encode(), 1)
    assert "row 2" in refusal(stray)
    assert "quotation mark that is not closed" in refusal(stray)


def test_a_stray_quotation_mark_in_the_header_shows_nothing_of_the_rows() -> None:
    merged = as_csv([CODES, FIRST, FIRST]).replace(b"BASA3_SQ001", b'"BASA3_SQ001')
    assert "header: a line break in a code, or a quotation mark that is not closed" in refusal(merged)


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-9"])
def test_another_encoding_is_refused_with_the_cell(encoding: str) -> None:
    rows = [CODES, [*FIRST[:2], "Centre", *FIRST[3:5], "Hôpital régional", *FIRST[6:]]]
    found = refusal(as_csv(rows, encoding=encoding))
    assert "row 2, column F (MoSD2ar): not UTF-8 (byte 0xf4)" in found
    assert "CSV UTF-8" in found


def test_damaged_utf8_is_not_taken_for_windows_1256() -> None:
    damaged = as_csv(ROWS).replace("صحي".encode(), "صحي".encode()[:-1], 1)
    assert "row 2, column F (MoSD2ar): not UTF-8" in refusal(damaged)


def test_zero_bytes_are_refused() -> None:
    assert "zero byte" in refusal(as_csv(ROWS)[:40] + b"\0" + as_csv(ROWS)[40:])


def test_a_zip_in_disguise_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("export.csv", as_csv(ROWS))
    assert "this is a ZIP archive" in refusal(buffer.getvalue())


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x1f\x8b\x08...", "a gzip"),
        (b"\n<HTML><table>", "a web page"),
        (b"PAR1...", "parquet"),
    ],
)
def test_a_stranger_is_called_by_its_name(content: bytes, kind: str) -> None:
    assert f"this is {kind}" in refusal(content, "export.xls").replace("a parquet", "parquet")


@pytest.mark.parametrize("content", [as_xlsx(ROWS)[:3000], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 900])
def test_a_spreadsheet_cut_off_is_refused(content: bytes) -> None:
    assert "cut off or damaged" in refusal(content)


def test_a_spreadsheet_without_a_fitting_sheet_lists_its_sheets() -> None:
    assert "no sheet holds an export (sheets: Sheet, notes)" in refusal(as_xlsx([["totals"], ["1"]], "notes"))
    assert "sheet Sheet: no header row" in refusal(as_xlsx([["totals"], ["1"]]))


def test_a_spreadsheet_with_two_exports_is_refused() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(ROWS)))
    book.copy_worksheet(book.active).title = "copy"
    buffer = io.BytesIO()
    book.save(buffer)
    assert "2 sheets look like an export (Sheet, copy)" in refusal(buffer.getvalue())


@pytest.mark.parametrize("twin", ["BASA3_SQ001", "BASA3[SQ001]", " BASA3_SQ001\xa0"])
def test_a_column_that_stands_twice_is_refused(twin: str) -> None:
    rows = [[*row, cell] for row, cell in zip(ROWS, [twin, "", "1"], strict=True)]
    assert "header: the column BASA3_SQ001 stands there twice, in H and I" in refusal(as_csv(rows))


def test_a_header_of_texts_alone_is_refused_with_the_cure() -> None:
    assert "only question texts; export again with question codes" in refusal(as_csv([TEXTS, FIRST]))


def test_rows_above_the_header_are_told() -> None:
    assert "row 3 has subject_id; delete the rows above it" in refusal(as_csv([[""] * 8, ["Export"] + [""] * 7, *ROWS]))


def test_a_file_that_is_no_export_is_told_so() -> None:
    assert "no cell of the first rows is subject_id" in refusal(b"a,b\n1,2\n")


@pytest.mark.parametrize("key", ["external_id", "workspace_id", "date"])
def test_an_export_without_a_key_column_is_refused(key: str) -> None:
    rows = [[f"x{code}" if code == key else code for code in CODES], FIRST]
    assert f"header: no column {key}" in refusal(as_csv(rows))


def test_values_under_a_blank_header_are_refused() -> None:
    assert "row 3, column I: a value under a blank header" in refusal(
        as_csv([[*CODES, ""], [*FIRST, ""], [*SECOND, "x"]])
    )
