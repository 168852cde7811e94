from __future__ import annotations

import csv
import io
import zipfile

import pytest
from conftest import blank_records
from hypothesis import given
from hypothesis import strategies as st

from pipeline.codebook import Codebook
from pipeline.column import Column, Columns
from pipeline.simulate.layout import Sheet, Table, as_csv, as_xlsx, table


@pytest.fixture
def cells(codebook: Codebook) -> Columns:
    """Two responses; the second was asked nothing."""
    told = blank_records(
        codebook,
        MoSD4=["A1", "A3"],
        CONDB=["A2", ""],
        CONDBx_1=["A4", ""],
        CONDBx_2=["A3", ""],
        BASA3_SQ001=["1", ""],
        MoSDPOP=["3", ""],
        MoSDGPS_SQ001=["33.25", ""],
    )
    return Columns.of(told.reindex(columns=list(codebook.columns), fill_value=""))


def rows(sheet: Sheet, cells: Columns, headers: str) -> list[tuple[str, ...]]:
    return list(table(sheet, cells, headers).rows())


def test_the_default_is_the_export_of_2023(codebook: Codebook, cells: Columns) -> None:
    found = rows(Sheet(codebook), cells, headers="one")
    assert found[0] == codebook.columns
    first = dict(zip(*found[:2], strict=True))
    assert first["MoSD4"] == "Existing"
    assert first["CONDBx_1"] == "Lack of maintenance"
    assert first["BASA3_SQ001"] == "1"
    assert first["BASA3_SQ002"] == ""
    assert first["MoSDPOP"] == "3.0000000000"
    assert first["MoSDGPS_SQ001"] == "33.2500000000"


def test_codes_stand_for_options(codebook: Codebook, cells: Columns) -> None:
    first = dict(zip(*rows(Sheet(codebook, answers="codes"), cells, headers="one")[:2], strict=True))
    assert (first["MoSD4"], first["CONDBx_1"], first["BASA3_SQ001"]) == ("A1", "A4", "1")


def test_a_newer_export_has_ranks_by_option_and_zeros_where_asked(codebook: Codebook, cells: Columns) -> None:
    found = rows(Sheet(codebook, ranks="newer"), cells, headers="one")
    first, second = (dict(zip(found[0], row, strict=True)) for row in found[1:])
    assert [first[f"CONDBx_A{n}"] for n in range(1, 6)] == ["0", "0", "2", "1", "0"]
    assert (first["BASA3_SQ001"], first["BASA3_SQ002"]) == ("1", "0")
    assert {second["CONDBx_A1"], second["BASA3_SQ001"]} == {""}
    assert "CONDBx_1" not in first


def test_two_headers_are_texts_above_codes(codebook: Codebook, cells: Columns) -> None:
    texts, codes = rows(Sheet(codebook), cells, headers="two")[:2]
    titles = dict(zip(codes, texts, strict=True))
    assert titles["CONDB"] == "Building condition"
    assert titles["CONDBx_2"].endswith("[Rank 2]")
    assert titles["BASA3_SQ001"].endswith("[Separated by sex]")


def test_an_odd_wording_takes_the_place_of_a_label(codebook: Codebook, cells: Columns) -> None:
    sheet = Sheet(codebook, look={"CONDBx": {"A4": "Lack of maintenance "}})
    first = dict(zip(*rows(sheet, cells, headers="one")[:2], strict=True))
    assert (first["CONDBx_1"], first["CONDBx_2"]) == ("Lack of maintenance ", "Conflict / attack / looting")


@given(st.lists(st.tuples(st.text("ab ,\"\n'é;", max_size=4), st.text('1,"\n', max_size=3)), min_size=1))
def test_a_csv_quotes_what_needs_it(cells: list[tuple[str, str]]) -> None:
    heads = [("a", 'the "b", quoted')]
    content = as_csv(Table(heads, [Column.of(column) for column in zip(*cells, strict=True)]))
    by_hand = io.StringIO()
    csv.writer(by_hand, lineterminator="\n").writerows([*heads, *cells])
    assert content.decode("utf-8") == by_hand.getvalue()


def test_a_spreadsheet_holds_no_time() -> None:
    with zipfile.ZipFile(io.BytesIO(as_xlsx(Table([("a", "b")], [Column.of(["1"]), Column.of([""])])))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"dcterms" not in archive.read("docProps/core.xml")
