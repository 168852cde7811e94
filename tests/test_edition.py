"""The public edition: what may not go out is not in the brief, and what is suppressed cannot be computed."""

from __future__ import annotations

import json
import re
from itertools import product

import made
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from subject_briefs import Cut, as_figures_see_it, cut_of, page

from pipeline import brief, figures
from pipeline.brief import edition
from pipeline.brief.subjects import SUBJECTS, Subject, of_domains
from pipeline.brief.suppression import Cell, Key, Sums, _by_place, _rest, sums_of, suppressed
from pipeline.errors import BriefError
from pipeline.figures.brief import read
from pipeline.project import Project
from pipeline.registry import Public

COLUMNS = ["indicator", "dimension", "group", "unit", "numerator", "denominator", "not_asked", "missing", "reason"]
NO_AREAS = pd.DataFrame(columns=["indicator", "scope", *COLUMNS[2:]])


def subject_of(report: str) -> Subject:
    entry = made.whole().registry.reports[report]
    items = cut_of("iraq", "facilities")[1]["items"]
    return of_domains(entry.modules, items) if entry.modules else SUBJECTS[entry.notebook]


def public(scope: str, report: str, below: int = 0) -> Cut:
    told, slices = cut_of(scope, report)
    return edition.public(told, slices, subject_of(report), Public(suppress_below=below))


def everything(cut: Cut) -> str:
    """All that a brief holds, as one text."""
    told, slices = cut
    return json.dumps(told, ensure_ascii=False) + "".join(rows.to_csv(index=False) for rows in slices.values())


# --- what never goes out -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["iraq", "kirkuk"])
def test_the_public_edition_of_the_reproductive_report_names_no_facility(scope: str) -> None:
    inside, outside = cut_of(scope, "reproductive"), public(scope, "reproductive")
    named = inside[1]["declared"]
    # Some are called by nothing but their type, which is a word of every page.
    types = inside[1]["labels"]["ar"]
    names = {*named["facility_id"], *named["name_local"], *named["name_en"].dropna()} - set(types)
    assert len(named) and all(str(name) in everything(inside) for name in named["facility_id"])
    assert not [name for name in names if str(name) in everything(outside)]


def test_no_public_figure_about_a_restricted_service_speaks_of_one_or_two_facilities() -> None:
    for scope, report in product(["iraq", "kirkuk"], ["reproductive", "overview"]):
        rows = public(scope, report)[1]["measures"]
        about = rows[rows["indicator"].str.contains("QHeRAMS41|QHeRAMS428|QHeRAMS43|sexual_violence|sti_hiv")]
        shown = about[about["reason"] != "suppressed"]
        assert len(shown) and not shown["denominator"].dropna().between(1, edition.RESTRICTED_BELOW - 1).any()


def test_conflict_and_security_are_named_of_no_single_facility() -> None:
    told, slices = cut_of("kirkuk", "overview")
    causes = slices["measures"]["indicator"].str.fullmatch("CAU_FAC_.*_(conflict|security)")
    few = slices["measures"].assign(denominator=slices["measures"]["denominator"].where(~causes, 1))
    _, cut = edition.public(told, {**slices, "measures": few}, SUBJECTS["overview"], Public())
    assert set(cut["measures"].loc[causes & few["dimension"].eq("all"), "reason"]) == {"suppressed"}


def test_lists_of_gaps_and_findings_stay_inside_and_a_fully_damaged_building_goes_out() -> None:
    told, slices = cut_of("iraq", "facilities")
    lost = slices["facilities"].head(1).assign(list="fully_damaged")
    listed = pd.concat([slices["facilities"], lost])
    _, cut = edition.public(told, {**slices, "facilities": listed}, SUBJECTS["facilities"], Public())
    assert "gaps" in set(listed["list"])
    assert set(cut["facilities"]["list"]) == {"fully_damaged"} and cut["findings"].empty
    _, below = public("iraq", "facilities", below=5)
    assert below["facilities"].empty


def test_the_place_of_no_facility_is_on_a_public_map() -> None:
    told, slices = cut_of("kirkuk", "facilities")
    assert "point" in set(slices["map"]["layer"]) and told["map"]["points"] == "exact"
    outside, cut = public("kirkuk", "facilities")
    assert "point" not in set(cut["map"]["layer"]) and outside["map"]["points"] == "leave_out"
    assert page(as_figures_see_it(outside, cut))["point_map"]


def test_a_decision_goes_out_without_its_facility_and_what_was_answered() -> None:
    told, slices = cut_of("kirkuk", "overview")
    said = {"decision": "correct", "facility": "kirkuk-daquq/X1", "question": "QHeRAMS431", "was": "A1", "now": "A3"}
    said |= {"reason": "Kirkuk's clinic", "role": "Officer", "office": "Kirkuk", "letter": "7", "date": "2023-12-01"}
    aside = {"facility_id": "kirkuk-daquq/X1", "name_en": "Daquq", "name_local": "داقوق", "directorate": "kirkuk"}
    inside = {**told, "decisions": [said], "set_aside": [aside]}
    cut, _ = edition.public(inside, slices, SUBJECTS["overview"], Public())
    assert cut["decisions"] == [
        {"decision": "correct", "role": "Officer", "office": "Kirkuk", "date": "2023-12-01", "reason": ""}
    ]
    assert [row["directorate"] for row in cut["set_aside"]] == ["kirkuk"] and "X1" not in json.dumps(cut)


def test_what_the_edition_does_not_know_does_not_go_out() -> None:
    told, slices = cut_of("kirkuk", "overview")
    with pytest.raises(BriefError, match="no public edition of the slice 'coordinates'"):
        edition.public(told, {**slices, "coordinates": NO_AREAS}, SUBJECTS["overview"], Public())


def test_an_internal_brief_says_that_it_is_internal_and_is_left_as_it_is() -> None:
    told, slices = cut_of("iraq", "reproductive")
    before = everything((told, slices))
    cut, _ = public("iraq", "reproductive", below=10)
    assert (told["edition"], cut["edition"]) == ("internal", "public")
    assert everything((told, slices)) == before


@pytest.mark.parametrize("report", ["hospitals", "primary-care", "reproductive", "facilities"])
@pytest.mark.parametrize("below", [0, 10])
def test_the_public_pages_read_well_and_say_what_they_withhold(report: str, below: int) -> None:
    told, slices = public("iraq", report, below)
    rule = {"rule": "a", "why": "A rule.", "severity": "warning", "findings": 1, "settled": 0, "in_doubt": False}
    found = page(as_figures_see_it(told | {"rules": [rule], "touching": [rule]}, slices))
    assert "Public" in found["title"] and ("fewer than 10 facilities are withheld" in found["title"]) is bool(below)
    assert "does not list findings" in found["findings"]
    assert ("×" in "".join(found.values())) >= bool(below)


def test_suppression_is_a_setting_of_the_registry_and_never_above_what_is_compared(here: Project) -> None:
    assert here.registry.public.suppress_below == 0
    text = here.read_text(here.registry_file())
    assert re.search(r"^public: \{suppress_below: 0\}$", text, re.MULTILINE)
    with pytest.raises(ValueError, match="less than or equal to 10"):
        Public(suppress_below=11)


# --- the law of suppression ----------------------------------------------------------------------------------------

TYPES = ("hospital", "phc_main", "phc_branch", "phc_family_medicine", "health_house", "mobile_clinic")
LEVEL = {"hospital": "hospital", "health_house": "other", "mobile_clinic": "other"}
FLOOR = 5


def table(counts: dict[str, int]) -> pd.DataFrame:
    """An indicator by type, added up to levels and to all."""
    levels: dict[str, int] = {}
    for kind, count in counts.items():
        levels[LEVEL.get(kind, "phc")] = levels.get(LEVEL.get(kind, "phc"), 0) + count
    cells = {("all", ""): sum(counts.values())}
    cells |= {("care", level): count for level, count in levels.items()}
    cells |= {("type", kind): count for kind, count in counts.items()}
    rows = [
        {"indicator": "FUN_FULL", "dimension": dimension, "group": group, "numerator": 0, "denominator": count}
        for (dimension, group), count in cells.items()
    ]
    blank = {"unit": "percent", "not_asked": 0, "missing": 0, "reason": ""}
    return pd.DataFrame([row | blank for row in rows])[COLUMNS].astype({"numerator": "Int64", "denominator": "Int64"})


tables = some.dictionaries(some.sampled_from(TYPES), some.integers(0, 12), min_size=1).map(table)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_no_small_cell_is_shown_and_none_can_be_computed_from_what_is_shown(rows: pd.DataFrame) -> None:
    found = suppressed({"measures": rows}, {}, lambda _: FLOOR)["measures"]
    hidden = (found["reason"] == "suppressed").to_numpy()
    small = rows["denominator"].between(1, FLOOR - 1).to_numpy(dtype=bool)
    assert not (small & ~hidden).any()
    keys = [("FUN_FULL", place) for place in zip(rows["dimension"], rows["group"], strict=True)]
    cells = {key: Cell(int(count), None) for key, count in zip(keys, rows["denominator"], strict=True)}
    for cell, is_hidden in zip(cells.values(), hidden, strict=True):
        cell.is_hidden = bool(is_hidden)
    assert not computable(Sums(cells, lambda _: FLOOR, list(_by_place(cells))))


def computable(sums: Sums) -> list[Key]:
    """The small cells that the sums of what is shown determine, whatever the order of solving them."""
    # A zero may be known: it says nothing of anybody.
    unknown = [key for key, cell in sums.cells.items() if cell.is_hidden and cell.size]
    lines, width = [], len(unknown)
    for total, parts in sums.equations:
        line = {unknown.index(key): 1.0 for key in (total, *parts) if key in unknown}
        if total in unknown:
            line[unknown.index(total)] = -1.0
        if _rest(sums.cells[total], [sums.cells[key] for key in parts]).size:
            line[width] = 1.0
            width += 1
        lines.append(line)
    matrix = np.zeros((len(lines), width))
    for row, line in zip(matrix, lines, strict=True):
        row[list(line)] = list(line.values())
    _, sizes, basis = np.linalg.svd(matrix, full_matrices=False)
    known = (basis[sizes > 1e-9] ** 2).sum(axis=0) > 1 - 1e-6
    return [key for place, key in enumerate(unknown) if known[place] and sums.cells[key].size < sums.floor(key[0])]


@pytest.mark.parametrize(("scope", "report"), [("iraq", "reproductive"), ("kirkuk", "primary-care")])
def test_no_small_cell_of_a_brief_can_be_computed_from_all_its_sums(scope: str, report: str) -> None:
    _, slices = cut_of(scope, report)
    modules = dict(zip(slices["items"]["item"], slices["items"]["module"], strict=True))
    sums = sums_of({name: slices[name] for name in ("measures", "areas")}, modules, lambda _: 10)
    sums.hide()
    assert sum(cell.is_hidden for cell in sums.cells.values()) > 50
    assert computable(sums) == []


@given(tables)
@settings(max_examples=20, deadline=None)
def test_without_a_floor_nothing_is_suppressed(rows: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(suppressed({"measures": rows}, {}, lambda _: 0)["measures"], rows)


def test_a_service_cannot_be_computed_from_its_domain() -> None:
    rows = table({"phc_main": 20}).assign(dimension="all", group="").head(1)
    named = {"SVC_FULL_QHeRAMS431": 3, "SVC_FULL_QHeRAMS432": 30, "SVC_FULL_QHeRAMS433": 40, "SVC_DOMAIN_x": 73}
    of_domain = pd.concat([rows.assign(indicator=name, denominator=count) for name, count in named.items()])
    modules = {"QHeRAMS431": "x", "QHeRAMS432": "x", "QHeRAMS433": "x"}
    found = suppressed({"measures": of_domain.reset_index(drop=True)}, modules, lambda _: FLOOR)["measures"]
    assert list(found["reason"] == "suppressed") == [True, True, False, False]


def test_many_pairs_of_few_facilities_are_a_small_cell() -> None:
    rows = table({"phc_main": 20}).assign(dimension="all", group="").head(1)
    named = {"SVC_FULL_QHeRAMS431": 4, "SVC_FULL_QHeRAMS432": 4, "SVC_DOMAIN_x": 8}
    of_domain = pd.concat([rows.assign(indicator=name, denominator=count) for name, count in named.items()])
    modules = {"QHeRAMS431": "x", "QHeRAMS432": "x"}
    found = suppressed({"measures": of_domain.reset_index(drop=True)}, modules, lambda _: FLOOR)["measures"]
    assert set(found["reason"]) == {"suppressed"}


def test_what_a_sum_does_not_show_counts_as_hidden() -> None:
    cells = {("A", ("all", "")): Cell(100, 100), ("A", ("x", "a")): Cell(97, 97), ("A", ("x", "b")): Cell(0, 0)}
    sums = Sums(cells, lambda _: FLOOR, list(_by_place(cells)))
    sums.hide()
    assert [cell.is_hidden for cell in cells.values()] == [False, True, False]


def test_a_directorate_cannot_be_computed_from_the_whole_and_the_others() -> None:
    whole = table({"phc_main": 60})
    counts = {"erbil": 2, "kirkuk": 18, "wasit": 40}
    cells = {"scope": list(counts), "denominator": list(counts.values())}
    blank = {"unit": "percent", "numerator": 0, "not_asked": 0, "missing": 0, "reason": ""}
    areas = pd.DataFrame(cells).assign(indicator="FUN_FULL", group="phc", **blank)
    areas = areas.astype({"numerator": "Int64", "denominator": "Int64"})
    found = suppressed({"measures": whole, "areas": areas}, {}, lambda _: FLOOR)["areas"]
    assert list(found["reason"] == "suppressed") == [True, True, False]


def test_what_is_withheld_is_nowhere_shown_as_zero() -> None:
    told, slices = cut_of("kirkuk", "hospitals")
    _, cut = edition.public(told, slices, SUBJECTS["hospitals"], Public(suppress_below=10))
    brief = as_figures_see_it({**told, "edition": "public", "suppress_below": 10}, cut)
    assert brief.level("BED_COUNT_all", "hospital").is_withheld
    found = page(brief)
    assert "Beds outside hospitals: ×" in found["hospital_headlines"]
    assert "<b>0</b>" not in found["hospital_headlines"] and "No hospital" not in "".join(found.values())


# --- the whole round -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small round in a project whose registry says that its edition is public, with its briefs cut anew."""
    project = made.copy(tmp_path_factory.mktemp("public"))
    registry = project.read_text(project.registry_file())
    project.write_text(project.registry_file(), "edition: public\n" + registry.replace("edition: internal\n", ""))
    found = Project(project.root)
    brief.brief(found, made.round_of(found))
    return found


def test_the_registry_makes_every_brief_of_a_round_public(outside: Project) -> None:
    name = made.round_of(outside)
    for scope in outside.scopes:
        for report in outside.registry.reports_of(scope):
            folder = outside.brief(name, scope, report)
            assert outside.read_json(folder / "brief.json")["edition"] == "public", (scope, report)
            for slice_name in edition.INTERNAL_SLICES:
                path = folder / f"{slice_name}.csv"
                assert not path.is_file() or outside.read_csv(path).empty, (scope, report, slice_name)


def test_every_page_of_the_public_edition_reads_well(outside: Project) -> None:
    name = made.round_of(outside)
    for scope, report in [*(("iraq", one) for one in outside.registry.reports_of("iraq")), ("kirkuk", "overview")]:
        told = read(outside, name, scope, report, ["en"])
        notebook = outside.read_text(outside.notebook(outside.registry.reports[report].notebook))
        for section in (getattr(figures, one) for one in re.findall(r"figures\.(\w+)\(brief\)", notebook)):
            assert section.left_out(told) or section.parts(told), (scope, report, section.name)
