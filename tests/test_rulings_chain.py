"""Forms in a row: 2022, 2024, 2026 are compared by what was ruled from each to the next."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pandas as pd
import pytest
import two_forms
from hypothesis import given
from test_rulings import FIRST_BOOK, row, tables
from two_forms import CHOICES, SURVEY, Form

from pipeline import rulings
from pipeline.codebook import Codebook
from pipeline.comparable import comparables
from pipeline.differences import between
from pipeline.errors import RulingError, UsageError
from pipeline.project import Project
from pipeline.rulings import COLUMNS, RECODE, Rulings
from pipeline.rulings.chain import Chain, way
from pipeline.rulings.restate import restate

LAW = hypothesis.settings(max_examples=25, deadline=None)
MAPS = {
    "choice_gone": "A2=A3", "choice_code": "A2=A9", "choice_reused": "A2=A3",
}  # fmt: skip
Cells = dict[str, str]


@dataclass
class Years:
    """A folder of codebooks, each a few changes after the one before; a change that no row speaks of is the same."""

    project: Project
    form: Form = field(default_factory=two_forms.first)
    last: str = ""

    def year(self, name: str, change: Callable[[Form], None] | None = None, rows: Sequence[Cells] = ()) -> None:
        before = self.form.codebook(self.last or name)
        if change:
            change(self.form)
        folder = self.project.root / "data" / "codebooks" / name
        folder.mkdir(parents=True)
        for sheet, table, heads in (("survey", self.form.survey, SURVEY), ("choices", self.form.choices, CHOICES)):
            self.project.write_csv(folder / f"{sheet}.csv", pd.DataFrame(table, columns=heads).fillna(""))
        self.project.write_csv(folder / "settings.csv", pd.DataFrame({"form_title": [name]}))
        if self.last:
            ruled = {(one["item"], one["change"]) for one in rows}
            same = [one.key for one in between(before, self.form.codebook(name)) if one.key not in ruled]
            found = [*rows, *(row(item, kind, "same") for item, kind in same)]
            table = pd.DataFrame(found, columns=list(COLUMNS), dtype=str).assign(previous_form=self.last)
            self.project.write_csv(folder / "since.csv", table)
        self.last = name


@pytest.fixture
def years(tmp_path: Path) -> Years:
    found = Years(Project(tmp_path))
    found.year("form-2022")
    return found


def code(list_name: str, old: str, new: str) -> Callable[[Form], None]:
    return lambda form: form.choice(list_name, old).update({"name": new})


def word(list_name: str, old: str, new: str) -> Callable[[Form], None]:
    return lambda form: form.choice(list_name, old).update({"canonical": new})


def gone(list_name: str, old: str) -> Callable[[Form], None]:
    return lambda form: form.choices.remove(form.choice(list_name, old))


def test_maps_are_composed_over_the_form_between(years: Years) -> None:
    years.year("form-2024", code("status", "A2", "A7"), [row("status/A2", "choice_code", RECODE, map="A2=A7")])
    years.year("form-2026", code("status", "A7", "A8"), [row("status/A7", "choice_code", RECODE, map="A7=A8")])
    found = rulings.load(years.project, "form-2022", "form-2026")
    assert found.codes("status") == {"A1": "A1", "A2": "A8"} and found.words("status")["closed"] == "closed"
    assert found.of(["status"]).kind == RECODE and found.of(["water"]).kind == "same"
    assert (found.before.form, found.now.form) == ("form-2022", "form-2026")


@pytest.mark.parametrize("broken", [0, 1])
def test_a_break_in_any_step_is_a_break(years: Years, broken: int) -> None:
    for number, name in enumerate(("form-2024", "form-2026")):
        edit = two_forms._set("water", "label::English (en)", name)
        ruling = "break" if number == broken else "same"
        years.year(name, edit, [row("water", "question_reworded", ruling, reason=f"as {name} asks")])
    found = rulings.load(years.project, "form-2022", "form-2026")
    assert found.of(["water"]) == rulings.Ruling("break", (f"as {('form-2024', 'form-2026')[broken]} asks",))
    assert found.source("water") is None and found.codes("water") == found.words("water") == {}
    assert found.source("power") is not None
    answers = restate(tables(), found, found.before, found.now).tables["answers"]
    assert set(answers.loc[answers["item"] == "water", "state"]) == {"not_in_form"}


def test_a_code_that_comes_back_with_another_meaning_stands_for_what_it_was_mapped_to(years: Years) -> None:
    years.year("form-2024", gone("source", "A2"), [row("source/A2", "choice_gone", RECODE, map="A2=A3")])
    new = [row("source/A2", "choice_new", "same")]
    years.year("form-2026", lambda form: form.choices.append(two_forms.option("source", "A2", "tanker")), new)
    found = rulings.load(years.project, "form-2022", "form-2026")
    assert found.codes("sources") == {"A1": "A1", "A2": "A3", "A3": "A3"}
    assert found.words("sources")["well"] == "river" and "tanker" not in found.words("sources").values()


def test_a_code_reused_in_a_later_step_is_an_error_and_no_series(years: Years) -> None:
    years.year("form-2024", two_forms._set("note", "label::English (en)", "Remark"))
    years.year("form-2026", word("cause", "A2", "vehicles"))
    with pytest.raises(RulingError, match=r"form-2026/since.csv(.|\n)*one code has two meanings"):
        rulings.load(years.project, "form-2022", "form-2026")


def test_a_question_that_went_and_came_back_is_a_break(years: Years) -> None:
    away: list[Cells] = []
    years.year(
        "form-2024",
        lambda form: away.append(form.survey.pop(form.survey.index(form.row("note")))),
        [row("note", "question_gone", "break")],
    )
    years.year("form-2026", lambda form: form.survey.extend(away), [row("note", "question_new", "break")])
    assert rulings.load(years.project, "form-2022", "form-2026").source("note") is None


def test_a_question_that_is_renamed_twice_keeps_its_answers(years: Years) -> None:
    for name, old, new in (("form-2024", "sources", "origins"), ("form-2026", "origins", "wells")):
        pair = f"{old}={new}"
        years.year(
            name,
            lambda form, old=old, new=new: form.row(old).update({"name": new, "columns": f"{new}_{{rank:3}}"}),  # type: ignore[misc]
            [row(old, "question_gone", RECODE, map=pair), row(new, "question_new", RECODE, map=pair)],
        )
    found = rulings.load(years.project, "form-2022", "form-2026")
    source = found.source("wells")
    assert source is not None and source.name == "sources"
    assert found.of(["wells"]).kind == found.of(["sources"]).kind == found.of(["origins"]).kind == RECODE
    with pytest.raises(UsageError, match="did you mean 'wells'"):
        found.of(["wels"])


def test_what_the_later_form_says_of_the_first_itself_goes_before_the_way_between(years: Years) -> None:
    edit = two_forms._set("water", "label::English (en)", "other")
    years.year("form-2024", edit, [row("water", "question_reworded", "break")])
    years.year("form-2026", two_forms._set("note", "label::English (en)", "Remark"))
    assert rulings.load(years.project, "form-2022", "form-2026").of(["water"]).kind == "break"
    file = years.project.since("form-2026")
    told = pd.DataFrame([row(item, "question_reworded", "same") for item in ("water", "note")], columns=list(COLUMNS))
    years.project.write_csv(file, told.assign(previous_form="form-2022"))
    assert rulings.load(years.project, "form-2022", "form-2026").of(["water"]).kind == "same"


def test_without_a_way_the_changes_between_the_two_are_wanted(years: Years) -> None:
    years.year("form-2024")
    years.year("form-2026", word("source", "A2", "spring"), [row("source/A2", "choice_reused", RECODE, map="A2=A2")])
    shutil.rmtree(years.project.root / "data" / "codebooks" / "form-2024")
    with pytest.raises(RulingError, match="since form-2022 are not ruled"):
        rulings.load(years.project, "form-2022", "form-2026")


def test_the_shortest_way_is_taken_and_two_as_short_are_refused() -> None:
    before = {"d": ("c", "a"), "c": ("b",), "b": ("a",)}
    assert way(before, "a", "d") == ("a", "d") and way(before, "a", "c") == ("a", "b", "c")
    assert way(before, "x", "d") == ("x", "d") and way({"a": ("b",), "b": ("a",)}, "x", "a") == ("x", "a")
    with pytest.raises(RulingError, match=r"more than one way \(a → b → d; a → c → d\)"):
        way({"d": ("b", "c"), "b": ("a",), "c": ("a",)}, "a", "d")


def test_the_real_form_is_compared_over_one_that_follows_it(here: Project, tmp_path: Path) -> None:
    shutil.copytree(here.root / "data" / "codebooks", tmp_path / "data" / "codebooks")
    project = Project(tmp_path)
    folder = tmp_path / "data" / "codebooks" / "iraq-2026"
    shutil.copytree(folder.parent / "iraq-2024", folder)
    survey = project.read_csv(folder / "survey.csv")
    survey.loc[survey["name"] == "BAWA1", "label::English (en)"] = "Does the water suffice?"
    project.write_csv(folder / "survey.csv", survey)
    cells = row("BAWA1", "question_reworded", "break", reason="Another question") | {"previous_form": "iraq-2024"}
    project.write_csv(folder / "since.csv", pd.DataFrame([cells], columns=list(COLUMNS)))
    step, chain = (rulings.load(project, first, "iraq-2026") for first in ("iraq-2024", "iraq-2022"))
    whole = rulings.load(project, "iraq-2022", "iraq-2024")
    assert chain.codes("BACC2") == whole.codes("BACC2") and chain.of(["BACC2"]) == whole.of(["BACC2"])
    first, second, both = (comparables(one) for one in (whole, step, chain))
    order = rulings.RULINGS.index
    for indicator, ruling in both.items():
        assert ruling.kind == max(first[indicator].kind, second[indicator].kind, key=order), indicator
    assert sum(ruling.kind == "break" for ruling in second.values()) > 0


def ruled(before: Codebook, now: Codebook, breaks: Sequence[bool]) -> Rulings:
    """Every change ruled: what may be mapped is, the others by turns the same or a break."""
    rows = []
    for number, change in enumerate(between(before, now)):
        ruling = RECODE if change.kind in MAPS else "break" if _must_end(change.kind, breaks, number) else "same"
        rows.append(
            row(change.item, change.kind, ruling, map=MAPS.get(change.kind, "")) | {"previous_form": before.form}
        )
    return rulings.parse(before, now, pd.DataFrame(rows, columns=list(COLUMNS), dtype=str), "since.csv")


def _must_end(kind: str, breaks: Sequence[bool], number: int) -> bool:
    return kind in ("question_new", "question_gone", "question_type") or breaks[number % len(breaks)]


KINDS = st.sets(st.sampled_from(sorted(set(two_forms.CHANGES) - {"question_about", "choices_moved"})), max_size=5)


@LAW
@given(KINDS, KINDS, st.lists(st.booleans(), min_size=1, max_size=5), st.integers(0, 99))
def test_a_chain_tells_a_round_as_its_steps_do_one_after_another(
    first: set[str], second: set[str], breaks: list[bool], seed: int
) -> None:
    form = two_forms.with_all(first, "second")
    steps = (ruled(FIRST_BOOK, form, breaks), ruled(form, two_forms.with_all(first | second, "third"), breaks[::-1]))
    chain, before = Chain.of_steps(steps), tables(seed)
    middle = restate(before, steps[0], FIRST_BOOK, form).tables
    expected = restate(middle, steps[1], form, chain.now).tables
    found = restate(before, chain, FIRST_BOOK, chain.now).tables
    for name, table in expected.items():
        order = [column for column in ("facility_id", "item", "question", "cadre", "option") if column in table]
        told = [
            one.astype(object).where(one.notna(), None).sort_values(order, ignore_index=True)
            for one in (found[name], table)
        ]
        pd.testing.assert_frame_equal(*told, check_dtype=False)
