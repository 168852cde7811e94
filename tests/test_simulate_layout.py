from __future__ import annotations

import csv
import io
import zipfile

import pandas as pd
import pytest
from conftest import blank_records

from pipeline.codebook import Codebook
from pipeline.simulate.layout import Sheet, as_csv, as_xlsx, rows


@pytest.fixture
def cells(codebook: Codebook) -> pd.DataFrame:
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
    return told.reindex(columns=list(codebook.columns), fill_value="")


def test_the_default_is_the_export_of_2023(codebook: Codebook, cells: pd.DataFrame) -> None:
    table = rows(Sheet(codebook), cells, headers="one")
    assert table[0] == codebook.columns
    first = dict(zip(*table[:2], strict=True))
    assert first["MoSD4"] == "Existing"
    assert first["CONDBx_1"] == "Lack of maintenance"
    assert first["BASA3_SQ001"] == "1"
    assert first["BASA3_SQ002"] == ""
    assert first["MoSDPOP"] == "3.0000000000"
    assert first["MoSDGPS_SQ001"] == "33.2500000000"


def test_codes_stand_for_options(codebook: Codebook, cells: pd.DataFrame) -> None:
    first = dict(zip(*rows(Sheet(codebook, answers="codes"), cells, headers="one")[:2], strict=True))
    assert (first["MoSD4"], first["CONDBx_1"], first["BASA3_SQ001"]) == ("A1", "A4", "1")


def test_a_newer_export_has_ranks_by_option_and_zeros_where_asked(codebook: Codebook, cells: pd.DataFrame) -> None:
    table = rows(Sheet(codebook, ranks="newer"), cells, headers="one")
    first, second = (dict(zip(table[0], row, strict=True)) for row in table[1:])
    assert [first[f"CONDBx_A{n}"] for n in range(1, 6)] == ["0", "0", "2", "1", "0"]
    assert (first["BASA3_SQ001"], first["BASA3_SQ002"]) == ("1", "0")
    assert {second["CONDBx_A1"], second["BASA3_SQ001"]} == {""}
    assert "CONDBx_1" not in first


def test_two_headers_are_texts_above_codes(codebook: Codebook, cells: pd.DataFrame) -> None:
    texts, codes = rows(Sheet(codebook), cells, headers="two")[:2]
    titles = dict(zip(codes, texts, strict=True))
    assert titles["CONDB"] == "Building condition"
    assert titles["CONDBx_2"].endswith("[Rank 2]")
    assert titles["BASA3_SQ001"].endswith("[Separated by sex]")


def test_an_odd_wording_takes_the_place_of_a_label(codebook: Codebook, cells: pd.DataFrame) -> None:
    sheet = Sheet(codebook, look={"CONDBx": {"A4": "Lack of maintenance "}})
    first = dict(zip(*rows(sheet, cells, headers="one")[:2], strict=True))
    assert (first["CONDBx_1"], first["CONDBx_2"]) == ("Lack of maintenance ", "Conflict / attack / looting")


def test_a_csv_quotes_what_needs_it() -> None:
    table = [("a", "b"), ('1, "x"', "")]
    content = as_csv(table)
    assert [tuple(row) for row in csv.reader(io.StringIO(content.decode("utf-8")))] == table
    assert b"\r" not in content


def test_a_spreadsheet_holds_no_time() -> None:
    with zipfile.ZipFile(io.BytesIO(as_xlsx([("a", "b"), ("1", "")]))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"dcterms" not in archive.read("docProps/core.xml")
