"""Briefs: all that one report may know, cut so that only what a page shows can change it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import made
import pandas as pd
import pytest

from pipeline import brief, clean, measure
from pipeline.brief import lists as brief_lists
from pipeline.brief import map as brief_map
from pipeline.brief import slices as brief_slices
from pipeline.brief.material import gather
from pipeline.brief.subjects import SUBJECTS, of_domains
from pipeline.errors import VerdictError
from pipeline.figures import brief as figures_brief
from pipeline.project import Project

SLICES = ("measures", "comparison", "areas", "labels", "items", "methods", "findings", "facilities")
MAPS = ("tiles", "map", "map_values", "map_names")


def folder(project: Project, scope: str) -> Path:
    report = "facilities" if scope == "iraq" else "overview"
    return project.brief(made.round_of(project), scope, report)


def told(project: Project, scope: str) -> dict[str, Any]:
    return dict(project.read_json(folder(project, scope) / "brief.json"))


def rows(project: Project, scope: str, name: str) -> pd.DataFrame:
    return project.read_csv(folder(project, scope) / f"{name}.csv")


def hashes(project: Project) -> dict[str, str]:
    root = project.briefs(made.round_of(project))
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_every_scope_has_a_brief_with_all_slices() -> None:
    project = made.whole()
    for scope in project.scopes:
        names = {path.name for path in folder(project, scope).iterdir()}
        more = ("census", "list") if scope == "iraq" else ()
        assert names == {"brief.json", *(f"{name}.csv" for name in (*SLICES, *MAPS, *more))}


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    before = hashes(project)
    brief.brief(project, made.round_of(project))
    assert hashes(project) == before == hashes(made.whole())


def test_a_brief_is_refused_while_a_verdict_is_about_other_bytes(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    before = hashes(project)
    table = project.table(made.round_of(project), "staff")
    table.write_bytes(table.read_bytes() + b"x")
    with pytest.raises(VerdictError, match="other bytes"):
        brief.brief(project, made.round_of(project))
    assert hashes(project) == before


def test_no_share_is_stored() -> None:
    found = rows(made.whole(), "erbil", "measures")
    assert list(found) == brief_slices.COLUMNS
    numbers = found[["numerator", "denominator", "not_asked", "missing"]].to_numpy().ravel()
    assert all(cell == "" or cell.removeprefix("-").isdigit() for cell in numbers)


def test_hospitals_primary_care_and_other_add_up_to_all() -> None:
    found = rows(made.whole(), "federal", "measures")
    for indicator in ("U_LISTED", "SVC_FULL_QHeRAMS422", "AMN_ANY_BAWA1", "GAP_COUNT", "BED_COUNT_all"):
        mine = found[found["indicator"] == indicator]
        whole = mine.loc[mine["dimension"] == "all", "numerator"].astype(int).sum()
        assert mine.loc[mine["dimension"] == "care", "numerator"].astype(int).sum() == whole, indicator


def test_scopes_that_are_cut_together_are_cut_as_each_alone() -> None:
    project = made.whole()
    material = gather(project, made.round_of(project))
    together = brief_slices.measures(material, project.scopes)
    for scope in ("erbil", "federal"):
        pd.testing.assert_frame_equal(together[scope], brief_slices.measures(material, [scope])[scope])
        shown = SUBJECTS["overview"].measures(together[scope])
        assert len(shown) == len(rows(project, scope, "measures")) > 0


def test_a_directorates_counts_are_those_of_its_facilities() -> None:
    project = made.whole()
    table = project.read_table(made.round_of(project), "facilities")
    found = rows(project, "kirkuk", "measures").set_index(["indicator", "dimension", "group"])["numerator"]
    assert int(found["U_LISTED", "all", ""]) == (table["directorate"] == "kirkuk").sum()


def test_iraqs_shares_stand_beside_in_whole_percent_as_they_are_displayed() -> None:
    project = made.whole()
    beside = rows(project, "kirkuk", "comparison").set_index(["indicator", "group"])["percent"]
    whole = project.read_table(made.round_of(project), "measures").astype({"indicator": str, "scope": str})
    of_iraq = whole[(whole["scope"] == "iraq") & (whole["dimension"] == "all")]
    row = of_iraq.set_index("indicator").loc["FUN_FULL"]
    assert beside["FUN_FULL", ""] == f"{round(100 * int(row['numerator']) / int(row['denominator']))}%"
    assert rows(project, "iraq", "comparison").empty


def test_a_report_about_a_domain_knows_its_own_services_only() -> None:
    project = made.whole()
    items = project.read_csv(project.brief(made.round_of(project), "federal", "overview") / "items.csv")
    known = project.read_csv(project.brief(made.round_of(project), "iraq", "child-health") / "measures.csv")
    services = set(known.loc[known["indicator"].str.startswith("SVC_FULL_"), "indicator"])
    mine = items[(items["kind"] == "service") & (items["module"] == "child_health_nutrition")]
    assert services == {f"SVC_FULL_{code}" for code in mine["item"]}
    subject = of_domains(["child_health_nutrition"], items)
    assert subject.shown(["SVC_FULL_QHeRAMS200", "SVC_FULL_QHeRAMS2001", "U_LISTED", "BED_COUNT_all"]) == {
        "SVC_FULL_QHeRAMS200",
        "U_LISTED",
    }


def test_the_methods_of_a_report_are_those_of_its_indicators() -> None:
    project = made.whole()
    folder_of = project.brief(made.round_of(project), "iraq", "workforce")
    codes = set(project.read_csv(folder_of / "methods.csv")["code"])
    assert {"U_LISTED", "HR_TOTAL", "HR_CADRE"} <= codes
    assert not [code for code in codes if code.startswith(("BED", "SVC", "AMN"))]


def test_a_directorate_is_told_the_population_of_its_own_governorate_only() -> None:
    found = rows(made.whole(), "erbil", "measures")
    assert set(found.loc[found["indicator"] == "POP_PHC_10K", "group"]) == {"IQG11"}


def test_the_brief_of_a_closed_directorate_holds_no_number(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    made.close(project, "kirkuk")
    assert told(project, "kirkuk")["state"] == "closed"
    for name in ("measures", "comparison", "areas", "facilities"):
        assert rows(project, "kirkuk", name).empty, name
    assert {"lengths", "population", "reconciliation"}.isdisjoint(told(project, "kirkuk"))
    assert list(rows(project, "kirkuk", "findings")["rule"]) == ["no_blank_key"]


def test_a_closed_directorate_closes_iraq_and_leaves_no_comparison_to_the_others(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    made.close(project, "kirkuk")
    assert told(project, "iraq")["state"] == told(project, "federal")["state"] == "closed"
    assert rows(project, "iraq", "measures").empty
    assert told(project, "erbil")["state"] == "open"
    assert rows(project, "erbil", "comparison").empty


def test_a_governorate_has_no_rate_while_one_who_reports_in_it_is_closed(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    table = project.read_table(made.round_of(project), "facilities")
    table.loc[table["directorate"] == "kirkuk", "governorate"] = "IQG11"
    project.write_table(made.round_of(project), "facilities", table)
    made.close(project, "kirkuk")
    found = rows(project, "erbil", "measures")
    rate = found[found["indicator"] == "POP_PHC_10K"].iloc[0]
    assert (rate["numerator"], rate["denominator"], rate["reason"]) == ("", "", "closed")


def test_a_facility_set_aside_is_named_and_makes_the_page_provisional(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    facility = made.set_aside(project, "erbil")
    found = told(project, "erbil")
    assert found["state"] == told(project, "iraq")["state"] == "provisional"
    assert [row["facility_id"] for row in found["set_aside"]] == [facility]
    assert told(project, "kirkuk")["state"] == "open"


def test_a_directorate_that_sent_nothing_is_closed_and_named(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    material = gather(project, made.round_of(project))
    facilities = material.tables["facilities"]
    facilities["directorate"] = facilities["directorate"].replace("kirkuk", "erbil")
    found, _ = brief.cut(
        material,
        "kirkuk",
        brief.shared(material, ["kirkuk", "iraq"], brief_map.shared(project, material)),
        SUBJECTS["overview"],
    )
    assert (found["state"], found["absent"]) == ("closed", ["kirkuk"])


def test_a_decision_changes_only_the_briefs_that_it_touches(tmp_path: Path) -> None:
    project = made.copy(tmp_path)
    before, name = hashes(project), made.round_of(project)
    rename(project)
    made.judge(project, "records")
    clean.clean(project, name)
    for table in made.FACTS:
        made.judge(project, table)
    measure.measure(project, name)
    made.judge(project, "measures")
    brief.brief(project, name)
    after = hashes(project)
    changed = {path.split("/")[0] for path in after if after[path] != before[path]}
    assert changed == {"erbil", "kurdistan", "iraq", "receipt.json"}


def rename(project: Project) -> None:
    """A decision that corrects the name of one facility of Erbil."""
    table = project.read_table(made.round_of(project), "facilities")
    row = table[table["directorate"] == "erbil"].iloc[0]
    records = project.read_table(made.round_of(project), "records")
    was = records.loc[records["subject_id"] == str(row["facility_id"]).split("/")[1], "MoSD2"].iloc[0]
    said = {"decision": "correct", "facility": row["facility_id"], "question": "MoSD2", "was": was, "now": "New name"}
    said |= {"reason": "misspelt", "role": "statistician", "office": "Erbil", "date": "2023-12-01"}
    project.write_text(project.decisions(made.round_of(project)), json.dumps([said], ensure_ascii=False))


def test_lists_are_whole_and_a_page_prints_their_beginning() -> None:
    project = made.whole()
    listed = rows(project, "iraq", "facilities")
    assert (listed["list"] == "gaps").sum() == told(project, "iraq")["lengths"]["gaps"] > figures_brief.LISTED
    printed = figures_brief.read(project, made.round_of(project), "iraq", "facilities", ["en"]).listed("gaps")
    first = listed.loc[listed["list"] == "gaps", "facility_id"].head(figures_brief.LISTED)
    assert [row["facility_id"] for row in printed] == list(first)


def test_the_gap_list_adds_up_to_the_indicator() -> None:
    project = made.whole()
    material = gather(project, made.round_of(project))
    declared = brief_lists.gaps(material)
    found = rows(project, "iraq", "measures").set_index(["indicator", "dimension", "group"])["numerator"]
    assert (declared["partial"] + declared["not_available"]).sum() == int(found["GAP_COUNT", "all", ""])


def test_every_brief_names_the_exports_it_rests_on() -> None:
    project = made.whole()
    (path,) = project.exports(made.round_of(project))
    for scope in project.scopes:
        assert told(project, scope)["exports"] == [{"name": path.name, "sha256": project.sha256(path)}]


def test_what_was_not_checked_at_all_stands_on_every_page_and_other_findings_only_where_they_belong(
    tmp_path: Path,
) -> None:
    project = made.copy(tmp_path)
    row = {"rule": "boundaries_known", "severity": "info", "value": "not checked"}
    made.judge(project, "records", findings=[row, row | {"rule": "directorates_present", "severity": "warning"}])
    brief.brief(project, made.round_of(project))
    for scope in project.scopes:
        rules = [rule["rule"] for rule in told(project, scope)["rules"]]
        assert rules == (["directorates_present"] if scope == "iraq" else []) + ["boundaries_known"], scope
