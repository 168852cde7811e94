"""Answers that were not given but filled in, left out by the module, or written out where there is an option."""

from __future__ import annotations

import pytest
import shapely
from gate_records import BOUNDARIES, case_of, healthy, rows_of, spoilt

from pipeline.codebook import Codebook
from pipeline.gate.boundaries import coordinates_in_governorate
from pipeline.gate.doubts import catchment_of_one_facility, class_of_type
from pipeline.gate.habits import modules_complete, no_long_runs, other_is_no_choice, texts_of_other

KIRKUK, WASIT = rows_of("kirkuk"), rows_of("wasit")


def test_the_texts_of_other_stand_beside_their_choice(codebook: Codebook) -> None:
    pairs = [(text.name, choice.name) for text, choice in texts_of_other(codebook)]
    assert pairs == [("MoSD3other", "MoSD3"), ("MoSD7x", "MoSD7"), ("MoSD8x", "MoSD8")]


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("hospitl", "A11 (Hospital) in MoSD3"),
        ("مستشفى", "A11 (Hospital) in MoSD3"),
        ("عيادة  متنقلة", "A7 (Mobile Clinic) in MoSD3"),
        ("Dental center", None),
        ("Others", None),
    ],
)
def test_a_text_that_is_an_option_is_told_with_the_recode(text: str, suggested: str | None) -> None:
    found = other_is_no_choice(spoilt({KIRKUK[4]: {"MoSD3": "-oth-", "MoSD3other": text}}), 90)
    assert found[["row", "expected"]].to_numpy().tolist() == ([[KIRKUK[4], suggested]] if suggested else [])


def blank(codebook: Codebook, module: str, share: float) -> dict[str, str]:
    """That share of a module's answers made blank."""
    asked = [q for q in codebook.questions if q.module == module and q.required == "true()" and q.rule is None]
    return {column: "" for question in asked[: round(share * len(asked))] for column in question.columns}


def test_a_module_that_is_mostly_blank_is_told(codebook: Codebook) -> None:
    cells = blank(codebook, "general_clinical_trauma", 0.9)
    case = spoilt({KIRKUK[3]: cells, KIRKUK[5]: blank(codebook, "general_clinical_trauma", 0.3)})
    found = modules_complete(case, 50, 5, [5])
    assert found["row"].tolist() == [KIRKUK[3]]
    assert found["value"].str.endswith("answers in general_clinical_trauma").all()
    assert modules_complete(case, 50, 500, [5]).empty


def mixed(alike: dict[str, int]) -> dict[int, dict[str, str]]:
    """Answers to QHeRAMS201 that differ from facility to facility, but for the first so many of some directorates."""
    cells = {row: {"QHeRAMS201": f"A{1 + place % 4}"} for place, row in enumerate(range(len(healthy().records)))}
    for directorate, count in alike.items():
        cells |= {row: {"QHeRAMS201": "A3"} for row in rows_of(directorate)[:count]}
    return cells


def test_a_workspace_that_gives_one_answer_throughout_is_told() -> None:
    found = no_long_runs(spoilt(mixed({"wasit": 40})), 10, 12)
    assert found["row"].tolist() == WASIT[:40]
    assert set(found["value"]) == {"the same answer in 40 facilities, one after the other, in 1 questions"}


def test_a_short_run_or_an_answer_that_all_give_is_not_told() -> None:
    assert no_long_runs(spoilt(mixed({"wasit": 9})), 10, 12).empty
    assert no_long_runs(spoilt(mixed({"wasit": 40})), 10, 60).empty
    assert no_long_runs(healthy(), 10, 12).empty


def test_a_run_follows_the_order_of_entry_and_blanks_do_not_break_it() -> None:
    cells = mixed({"wasit": 40})
    cells[WASIT[20]] = {"QHeRAMS201": ""}
    cells[WASIT[59]] = {"QHeRAMS201": "A3", "date": "2022-03-18"}
    found = no_long_runs(spoilt(cells), 10, 12)
    assert found["row"].tolist() == [*WASIT[:20], *WASIT[21:40], WASIT[59]]


@pytest.mark.parametrize(
    ("figure", "rows", "told"),
    [
        ("181831", KIRKUK[:3], True),
        ("181831", KIRKUK[:2], False),
        ("181831", [KIRKUK[0], KIRKUK[1], WASIT[0]], False),
        ("5200", KIRKUK[:9], False),
        ("0", KIRKUK[:9], False),
    ],
)
def test_an_exact_catchment_is_one_facilitys(figure: str, rows: list[int], told: bool) -> None:
    found = catchment_of_one_facility(spoilt({row: {"MoSDPOP": figure} for row in rows}), 4, 3)
    assert found["row"].tolist() == (rows if told else [])


def test_a_class_that_is_not_listed_or_no_federal_code_is_not_judged() -> None:
    case = spoilt({0: {"MoSD1": "HF_XX_KRR_1"}, 1: {"MoSD1": "4711"}, 2: {"MoSD1": "SH_HO_KRR_1"}})
    found = class_of_type(case, {"SH_HO": ["hospital"]}, ["other"])
    assert found[["row", "expected"]].to_numpy().tolist() == [[2, "a type of SH_HO: hospital"]]
    assert class_of_type(case, {"SH_HO": ["hospital"]}, ["phc_main"]).empty


def test_a_place_outside_the_governorates_of_its_directorate_is_told() -> None:
    healthy_case = healthy()
    boxes = dict(BOUNDARIES) | {"IQG13": shapely.box(44, 35, 45, 36)}
    near = str(36 + 900 / 111_200)
    cells = {row: {"MoSDGPS_SQ001": f"35.{row:04d}71"} for row in KIRKUK}
    cells[KIRKUK[1]] = {"MoSDGPS_SQ001": "34.123456"}
    cells[KIRKUK[2]] = {"MoSDGPS_SQ001": near}
    cells[KIRKUK[3]] = {"MoSDGPS_SQ001": "99"}
    cells[KIRKUK[4]] = {"MoSDGPS_SQ001": ""}
    case = case_of(spoilt(cells).records, healthy_case.codebook, healthy_case.places, boundaries=boxes)
    found = coordinates_in_governorate(case, 1000)
    assert found[["row", "expected"]].to_numpy().tolist() == [[KIRKUK[1], "a place in IQG13"]]
    assert coordinates_in_governorate(case, 500)["row"].tolist() == [KIRKUK[1], KIRKUK[2]]
