"""The round after a simulated one: the same facilities, what became of them, and the truth about it."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import ROUND, make_small

from pipeline import baseline, places, relevance, simulate
from pipeline import codebook as codebooks
from pipeline.errors import RegistryError, UsageError
from pipeline.project import Project
from pipeline.run import plan
from pipeline.simulate.following import Since

NEXT = ("2024-01-10", "2024-06-30")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose round is simulated with 400 facilities, without dirt."""
    found = make_small(tmp_path_factory.mktemp("following") / "project", facilities=400)
    registry = yaml.safe_load(found.read_text(found.registry_file()))
    registry["rounds"][ROUND]["simulate"]["dirt"] = "none"
    found.write_text(found.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    return Project(found.root)


def options(new_ids: int = 10, late: tuple[str, ...] = ("erbil",)) -> simulate.Options:
    return simulate.Options(
        answers="codes", dirt="none", window=NEXT, report_date="2024-07-31", previous=ROUND, since=Since(new_ids, late)
    )


def read(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)


def by_id(project: Project, cells: pd.DataFrame) -> pd.DataFrame:
    return cells.set_index(pd.Index(places.facility_ids(cells, places.load(project))))


@cache
def both(root: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The export before and the one that follows, by facility, and the truth."""
    project = Project(root)
    made = project.round(ROUND)
    first = simulate.Options(
        answers="codes", dirt="none", window=(made.window[0], made.window[1]), report_date=made.report_date,
        directorates=tuple(project.registry.directorates),
    )  # fmt: skip
    before = simulate.simulate(project, "iraq-2022", 400, made.simulate.seed if made.simulate else 0, first)
    now, truth = simulate.simulated(project, "iraq-2022", 0, 7, options())
    return by_id(project, read(before)), by_id(project, read(now)), truth


def test_the_truth_names_each_facility_of_both_rounds_once_and_what_became_of_it(project: Project) -> None:
    before, now, truth = both(project.root)
    assert sorted(truth["before"][truth["before"] != ""]) == sorted(before.index)
    assert sorted(truth["now"][truth["now"] != ""]) == sorted(now.index)
    assert set(truth["event"]) == {"same", "gone", "closed", "renamed", "moved", "retyped", "opened"}
    assert (truth["now"] == "").eq(truth["event"] == "gone").all()
    assert (truth["before"] == "").eq(truth["event"] == "opened").all()
    stays = truth[truth["before"].ne("") & truth["now"].ne("")]
    assert 20 < stays["before"].ne(stays["now"]).sum() < 60


FIELDS = {
    "closed": ["status"], "renamed": ["name_en", "name_local"], "moved": ["latitude", "longitude"], "retyped": ["type"],
}  # fmt: skip


@pytest.mark.parametrize("event", sorted(FIELDS))
def test_an_event_changes_what_it_says_and_nobody_elses(project: Project, event: str) -> None:
    before, now, truth = both(project.root)
    stays = truth[truth["before"].ne("") & truth["now"].ne("")]
    form = codebooks.load(project, "iraq-2022")
    asked = [form.of_field(f"facilities.{name}") for name in FIELDS[event]]
    names = [question.columns[0] for question in asked if question]
    then, later = before.loc[stays["before"], names], now.loc[stays["now"], names]
    changed = (then.to_numpy() != later.to_numpy()).any(axis=1)
    assert changed.tolist() == stays["event"].eq(event).tolist()


def test_most_answers_stay_some_are_given_anew_and_the_skip_logic_holds(project: Project) -> None:
    before, now, truth = both(project.root)
    same = truth[truth["event"] == "same"]
    form = codebooks.load(project, "iraq-2022")
    items = [item.columns[0] for item in form.items]
    then, later = before.loc[same["before"], items].to_numpy(), now.loc[same["now"], items].to_numpy()
    assert 0.01 < (then != later).mean() < 0.1
    reached = relevance.reach(now.reset_index(drop=True), form)
    for question in form.questions:
        if question.name in reached and not question.is_personal:
            idle = reached[question.name] != relevance.RELEVANT
            assert (now.loc[idle, list(question.columns)] == "").all(axis=None), question.name


def test_a_directorate_that_came_late_answers_in_the_last_days(project: Project) -> None:
    _, now, _ = both(project.root)
    late = now["GEO1"].str.contains("Erbil")
    assert late.any()
    assert now.loc[late, "date"].min() > "2024-06-20"
    assert now.loc[~late, "date"].min() < "2024-06-01"


def test_the_same_seed_gives_the_same_bytes_and_no_new_ids_unless_asked(project: Project) -> None:
    first, again = (simulate.simulated(project, "iraq-2022", 0, 7, options(0, ())) for _ in range(2))
    assert first[0] == again[0]
    stays = first[1][first[1]["before"].ne("") & first[1]["now"].ne("")]
    assert stays["before"].equals(stays["now"])
    assert simulate.simulated(project, "iraq-2022", 0, 8, options(0, ()))[0] != first[0]


def test_a_third_round_follows_the_second_as_the_registry_says(project: Project, tmp_path: Path) -> None:
    chain = make_small(tmp_path / "project", facilities=120)
    registry = yaml.safe_load(chain.read_text(chain.registry_file()))
    for year, before in ((2024, ROUND), (2025, "small-2024")):
        registry["rounds"][f"small-{year}"] = {
            "form": "iraq-2022", "source": "simulated", "window": [f"{year}-01-10", f"{year}-06-30"],
            "report_date": f"{year}-07-31", "simulate": {"previous": before, "seed": year, "new_ids": 10},
        }  # fmt: skip
        registry["open"].append(f"small-{year}")
        registry["simulated"].append(f"small-{year}")
        registry["follows"][f"small-{year}"] = registry["baselines"][f"small-{year}"] = before
    chain.write_text(chain.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    chain = Project(chain.root)
    ids = []
    for name in (ROUND, "small-2024", "small-2025"):
        simulate.simulate_round(chain, name)
        (path,) = chain.exports(name)
        ids.append(set(by_id(chain, read(path.read_bytes())).index))
    assert len(ids[0] & ids[1]) > 90
    assert len(ids[1] & ids[2]) > 90
    assert len(ids[2] - ids[1]) > 5


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"previous": "small-2022"}, "must be a simulated round"),
        ({"previous": ROUND, "facilities": 3}, "either"),
        ({"facilities": 3, "new_ids": 10}, "belong to a round with"),
        ({"previous": ROUND, "new_ids": 101}, "percent"),
        ({"previous": "small-2024"}, "ended before"),
        ({"previous": ROUND, "open": True}, "must have the simulated rounds with `previous:`, {'small-2024'"),
        ({"facilities": 3, "faults": {"old-date": 0}}, "greater than 0"),
    ],
)
def test_a_round_that_follows_nothing_simulated_is_refused_by_the_registry(
    small: Project, spoilt: dict[str, object], said: str
) -> None:
    registry = yaml.safe_load(small.read_text(small.registry_file()))
    if "open" in spoilt:
        registry["open"].append("small-2024")
        registry["simulated"].append("small-2024")
    registry["rounds"]["small-2024"] = {
        "form": "iraq-2022", "source": "simulated", "window": list(NEXT), "report_date": "2024-07-31",
        "simulate": {"seed": 1, **{name: value for name, value in spoilt.items() if name != "open"}},
    }  # fmt: skip
    small.write_text(small.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    with pytest.raises(RegistryError, match=said):
        Project(small.root).registry  # noqa: B018


def test_a_simulated_round_has_the_faults_that_the_registry_names(small: Project) -> None:
    registry = yaml.safe_load(small.read_text(small.registry_file()))
    made = registry["rounds"][ROUND]["simulate"]
    whole, faulty, strange = ({**made, "faults": faults} for faults in ({}, {"gone": 3}, {"gnoe": 3}))
    lines = []
    for simulated in (whole, faulty):
        registry["rounds"][ROUND]["simulate"] = simulated
        small.write_text(small.registry_file(), yaml.safe_dump(registry, sort_keys=False))
        simulate.simulate_round(Project(small.root), ROUND)
        lines.append(len(read(small.exports(ROUND)[0].read_bytes())))
    assert lines[0] - lines[1] == 3
    registry["rounds"][ROUND]["simulate"] = strange
    small.write_text(small.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    with pytest.raises(UsageError, match="did you mean 'gone'"):
        simulate.simulate_round(Project(small.root), ROUND)


def test_a_baseline_that_a_stage_makes_is_not_given_by_hand(small: Project) -> None:
    registry = yaml.safe_load(small.read_text(small.registry_file()))
    registry["rounds"]["small-2024"] = {
        "form": "iraq-2022", "source": "simulated", "window": list(NEXT), "report_date": "2024-07-31",
        "simulate": {"seed": 1, "previous": ROUND},
    }  # fmt: skip
    registry |= {name: [ROUND, "small-2024"] for name in ("open", "simulated")}
    registry |= {name: {"small-2024": ROUND} for name in ("follows", "baselines")}
    small.write_text(small.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    with pytest.raises(UsageError, match=r"is made of small-2023 by a stage: `herams run --round small-2024`"):
        baseline.write(Project(small.root), "small-2024", None, None)
    stages = {stage.name: stage for stage in plan.declared(Project(small.root))}
    made = stages["baseline@small-2024"]
    assert made.command == "herams round baseline small-2024 --from small-2023"
    assert set(made.outputs) == {"data/baselines/small-2024.csv"} < set(stages["gate-records@small-2024"].inputs)


def test_what_belongs_to_a_following_round_is_refused_without_one(project: Project) -> None:
    with pytest.raises(UsageError, match="name it with --previous"):
        simulate.asked(new_ids=10)
    with pytest.raises(UsageError, match="leave --directorate out"):
        simulate.asked(previous=ROUND, directorates=("erbil",))
    for window in (("2024-06-30", "2024-01-10"), ("30/06/2024", "2024-07-01")):
        with pytest.raises(UsageError, match="two dates in order"):
            simulate.asked(previous=ROUND, window=window)
    with pytest.raises(UsageError, match="unknown directorate 'nowhere'"):
        simulate.simulated(project, "iraq-2022", 0, 7, simulate.asked(previous=ROUND, late=("nowhere",)))
    with pytest.raises(UsageError, match="unknown round"):
        simulate.simulated(project, "iraq-2022", 0, 7, simulate.asked(previous="small-2032"))


def test_the_round_that_follows_may_have_faults_as_any_other(project: Project) -> None:
    made = simulate.asked(["gone=5"], previous=ROUND, dirt="none")
    whole, less = (
        simulate.simulate(project, "iraq-2022", 0, 7, one)
        for one in (simulate.asked(previous=ROUND, dirt="none"), made)
    )
    assert len(read(whole)) - len(read(less)) == 5


def test_a_round_of_another_form_carries_answers_over_as_ruled(project: Project) -> None:
    before, _, _ = both(project.root)
    revised = simulate.Options(answers="codes", ranks="older", dirt="none", window=NEXT, previous=ROUND)
    found, truth = simulate.simulated(project, "iraq-2024", 0, 7, revised)
    now = by_id(project, read(found))
    form = codebooks.load(project, "iraq-2024")
    assert list(now.columns) == list(form.columns)
    same = truth[truth["event"] == "same"]
    then, since = before.loc[same["before"]], now.loc[same["now"]]
    assert set(then["BACC2_1"]) >= {"A1", "A2"} and "A4" not in set(since["BACC2_1"])
    kept = {name: (then[name].to_numpy() == since[name].to_numpy()).mean() for name in ("CONDB", "BAWA1", "HR1_SQ003")}
    assert min(kept.values()) > 0.9, kept
    # A break: everybody has answered anew, so no more agree than by chance.
    assert (then["BAHA1"].to_numpy() == since["BAHA1"].to_numpy()).mean() < 0.75
    assert (since["BAEN3"] != "").mean() > 0.5
    for question in form.questions:
        if question.type == "rank":
            assert _is_sound(since[list(question.columns)]), question.name


def _is_sound(ranks: pd.DataFrame) -> bool:
    """Whether ranks have no gap and no repeat."""
    rows = [[code for code in row if code] for row in ranks.itertuples(index=False)]
    filled = (ranks != "").to_numpy()
    is_whole = bool((filled[:, 1:] <= filled[:, :-1]).all())
    return is_whole and all(len(set(row)) == len(row) for row in rows)


def test_exports_of_a_form_have_the_layout_that_its_settings_name(project: Project) -> None:
    older, newer = (read(simulate.simulate(project, form, 30, 1)) for form in ("iraq-2022", "iraq-2024"))
    assert "CONDBx_1" in older and "CONDBx_A1" in newer and set(newer["BASA3_SQ001"]) <= {"", "0", "1"}
