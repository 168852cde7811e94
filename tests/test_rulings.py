"""What was ruled about two forms: nothing is compared without it, and what does not hold is told with its place."""

from __future__ import annotations

from collections.abc import Sequence

import hypothesis
import hypothesis.strategies as st
import made
import numpy as np
import pandas as pd
import pytest
import two_forms
from hypothesis import given
from two_forms import FIRST_BOOK

from pipeline import indicators, measure, rulings
from pipeline.codebook import Codebook
from pipeline.comparable import comparable, comparables
from pipeline.differences import between
from pipeline.errors import RulingError, UsageError
from pipeline.indicators import DEFINITIONS
from pipeline.indicators.asked import asked_by, of_key, questions, reads
from pipeline.indicators.definition import Count
from pipeline.indicators.facts import Facts, Judgement
from pipeline.project import Project
from pipeline.rulings import COLUMNS, Rulings
from pipeline.rulings.restate import restate

FACTS = ("facilities", "answers", "choices", "staff")
LAW = hypothesis.settings(max_examples=40, deadline=None)
SIGNED = {"reason": "as agreed", "role": "Statistician", "office": "Planning", "date": "2024-02-15"}
# Changes that may be ruled to be the same: all but what is new or gone, and what has another code or meaning.
HARMLESS = sorted(set(two_forms.CHANGES) - {
    "question_new", "question_gone", "choice_gone", "choice_code", "choice_reused", "question_about", "stop_gone",
})  # fmt: skip


def row(item: str, change: str, ruling: str, **cells: str) -> dict[str, str]:
    return {"previous_form": "first", "item": item, "change": change, "ruling": ruling, "map": "", **SIGNED, **cells}


def parsed(form: Codebook, rows: Sequence[dict[str, str]]) -> Rulings:
    return rulings.parse(FIRST_BOOK, form, pd.DataFrame(rows, columns=list(COLUMNS), dtype=str), "since.csv")


def ruled(kind: str, ruling: str, **cells: str) -> Rulings:
    found = row(two_forms.CHANGES[kind].item, kind, ruling) | cells
    return parsed(two_forms.changed(kind).codebook("second"), [found])


def all_ruled(form: Codebook, ruling: str = "same") -> Rulings:
    return parsed(form, [row(change.item, change.kind, ruling) for change in between(FIRST_BOOK, form)])


def tables(seed: int = 1, facilities: int = 7) -> dict[str, pd.DataFrame]:
    """The facts of a round with the first form, as `clean` writes them."""
    chance, ids = np.random.default_rng(seed), [f"f{number}" for number in range(facilities)]

    def words(known: Sequence[str], rows: int, *, is_full: bool = False) -> pd.Categorical:
        return pd.Categorical.from_codes(chance.integers(0 if is_full else -1, len(known), rows), pd.Index(known))

    items, causes = ("water", "power", "cadre"), ("staff", "supplies", "money")
    rows = facilities * len(items)
    answers = pd.DataFrame({"facility_id": pd.Categorical(np.repeat(ids, len(items)))})
    answers["item"] = pd.Categorical(items * facilities, items)
    answers["kind"] = pd.Categorical(("amenity", "amenity", "cadre") * facilities, ("amenity", "cadre"))
    answers["module"] = pd.Categorical(["m"] * rows)
    answers["answer"] = words(("available", "partial", "not_available", "yes", "no"), rows)
    answers["state"] = pd.Categorical(np.where(answers["answer"].isna(), "missing", "answered"))
    for name in ("barrier_1", "barrier_2", "barrier_3"):
        answers[name] = words(causes, rows)
        answers.loc[answers["item"] != "water", name] = np.nan
    sources = ("grid", "river", "unknown", "well")
    ranks = pd.DataFrame({"facility_id": np.repeat(ids, 2), "question": "sources"}, dtype=str)
    ranks["option"] = [word for _ in ids for word in chance.permutation(sources)[:2]]
    ranks["option"] = ranks["option"].astype(str)
    ranks["rank"] = pd.array([1, 2] * facilities, dtype="Int16")
    staff = pd.DataFrame({"facility_id": pd.Categorical(ids), "cadre": pd.Categorical(["cadre"] * facilities)})
    staff["women"] = pd.array([1, None, *range(facilities - 2)], dtype="Int32")
    staff["men"] = pd.array([*range(facilities - 1), None], dtype="Int32")
    staff["state"] = pd.Categorical(["answered"] * facilities)
    status = pd.Series(list(words(("existing", "closed", "missing"), facilities, is_full=True)), dtype=str)
    beds = pd.array([*range(facilities)], dtype="Int64")
    places = dict.fromkeys(("directorate", "sector", "region", "governorate"), "x")
    facts = pd.DataFrame({"facility_id": pd.Series(ids, dtype=str), "status": status, "beds_other": beds})
    facts = facts.assign(type=pd.Series(["unknown"] * facilities, dtype=str), tier="unknown", **places)
    return {"facilities": facts, "answers": answers, "choices": ranks, "staff": staff}


def test_a_form_beside_itself_needs_no_ruling(here: Project) -> None:
    found = rulings.load(here, "iraq-2022", "iraq-2022")
    assert found.of(["CONDB", "BAWA2_1"]) == rulings.Ruling("same") and found.changes == ()


def test_every_change_between_the_two_forms_of_this_project_is_ruled(here: Project) -> None:
    found = rulings.load(here, "iraq-2022", "iraq-2024")
    assert len(found.rows) == len(found.changes) > 20
    assert found.of(["BACC2"]).kind == "recode" and found.codes("BACC2")["A4"] == "A96"
    assert found.of(["MoSD4"]) == rulings.Ruling("same", found.of(["MoSD4"]).reasons)
    assert found.of(["BAEN3"]).kind == found.of(["GEO3"]).kind == "break"


def test_the_worst_ruling_wins_and_says_why(here: Project) -> None:
    found = rulings.load(here, "iraq-2022", "iraq-2024")
    both = found.of(["BACC2", "BAHA1", "MoSD4"])
    assert both == found.of(["BAHA1"]) and both.kind == "break" and len(both.reasons) == 1


def test_a_question_that_neither_form_has_is_told_with_the_nearest(here: Project) -> None:
    with pytest.raises(UsageError, match="did you mean 'BAWA2'"):
        rulings.load(here, "iraq-2022", "iraq-2024").of(["BAWA22"])


def test_nothing_is_compared_without_a_ruling() -> None:
    with pytest.raises(
        RulingError, match=r"1 changes since first are not ruled: water \(question_reworded\).*--rulings"
    ):
        parsed(two_forms.changed("question_reworded").codebook("second"), [])


@pytest.mark.parametrize(
    ("kind", "ruling", "cells", "said"),
    [
        ("choice_reused", "same", {}, "row 2, column ruling.*one code has two meanings.*supplies, vehicles"),
        ("choice_code", "same", {}, "row 2, column ruling.*earlier answers have the earlier code"),
        ("choice_gone", "same", {}, "row 2, column ruling.*it is no answer now"),
        ("question_new", "same", {}, "row 2, column ruling.*nobody was asked before"),
        ("question_gone", "same", {}, "row 2, column ruling.*nobody is asked now"),
        ("choice_new", "recode", {"map": "A1=A4"}, "there is no code to map"),
        ("choice_code", "recode", {}, "row 2, column map: says nothing of A2"),
        ("choice_code", "recode", {"map": "A2=A7"}, "row 2, column map: unknown code of status in second 'A7'"),
        ("choice_code", "recode", {"map": "A2=A9; A5=A1"}, "column map: unknown code of status in first 'A5'"),
        ("choice_code", "break", {"map": "A2=A9"}, "row 2, column map: only a recode has one"),
        ("question_new", "recode", {"map": "nothing=extra"}, "column map: nothing is no question that only first has"),
        ("question_reworded", "", {}, "row 2, column ruling: .*none yet; may be same or break"),
        ("question_reworded", "sane", {}, "row 2, column ruling: unknown ruling 'sane': did you mean 'same'"),
        ("question_reworded", "same", {"reason": ""}, "row 2, column reason: blank"),
        ("question_reworded", "same", {"date": "15.2.2024"}, "row 2, column date: '15.2.2024' is no date"),
        ("question_reworded", "same", {"previous_form": "frist"}, "column previous_form: .*did you mean 'first'"),
        ("question_reworded", "same", {"item": "watr"}, "row 2, column item: unknown item 'watr': did you mean"),
        ("question_reworded", "same", {"item": "note"}, "note is the same in first and second: take the row away"),
        ("question_reworded", "same", {"change": "question_moved"}, "did not change so, but as question_reworded"),
        ("question_reworded", "same", {"change": "reworded"}, "unknown kind of change 'reworded'"),
    ],
)
def test_a_ruling_that_does_not_hold_is_told_with_its_row_and_column(
    kind: str, ruling: str, cells: dict[str, str], said: str
) -> None:
    with pytest.raises(RulingError, match=said):
        ruled(kind, ruling, **cells)


def test_a_change_that_is_ruled_twice_is_told() -> None:
    rows = [row("water", "question_reworded", "same"), row("water", "question_reworded", "break")]
    with pytest.raises(RulingError, match="row 3, column item: water, question_reworded is ruled twice"):
        parsed(two_forms.changed("question_reworded").codebook("second"), rows)


def test_an_answer_that_became_a_number_can_only_be_a_break() -> None:
    form = two_forms.copied()
    form.row("note")["type"] = "integer"
    with pytest.raises(RulingError, match="was text and is integer: that can only be a break"):
        parsed(form.codebook("second"), [row("note", "question_type", "same")])


def test_another_column_is_told() -> None:
    with pytest.raises(RulingError, match=r"row 1: the columns must be .*'office'"):
        table = pd.DataFrame([row("x", "y", "same")]).drop(columns="office")
        rulings.parse(FIRST_BOOK, FIRST_BOOK, table, "since.csv")


@LAW
@given(st.sets(st.sampled_from(HARMLESS)), st.integers(0, 99))
def test_restating_what_is_all_the_same_changes_nothing(kinds: set[str], seed: int) -> None:
    form, before = two_forms.with_all(kinds, "second"), tables(seed)
    found = restate(before, all_ruled(form), FIRST_BOOK, form)
    for name, table in before.items():
        pd.testing.assert_frame_equal(found.tables[name], table)
    assert found.counts.empty


def test_an_answer_under_another_code_keeps_its_word() -> None:
    found = ruled("choice_code", "recode", map="A2=A9")
    assert found.codes("status") == {"A1": "A1", "A2": "A9"} and found.words("status")["closed"] == "closed"


def test_an_option_that_is_gone_is_told_as_the_one_that_it_is_mapped_to() -> None:
    before, mapped = tables(), ruled("choice_gone", "recode", map="A2=A3")
    found = restate(before, mapped, FIRST_BOOK, mapped.now)
    told = (before["choices"], found.tables["choices"])
    then, since = (set(zip(one["facility_id"], one["option"], strict=True)) for one in told)
    assert since == {(facility, {"well": "river"}.get(option, option)) for facility, option in then}
    assert not found.tables["choices"].duplicated(["facility_id", "option"]).any()
    wells = int((before["choices"]["option"] == "well").sum())
    assert found.counts.to_dict("records") == [
        {"table": "choices", "question": "sources", "before": "well", "now": "river", "rows": wells}
    ]


def test_of_two_barriers_that_became_one_the_first_stands_and_the_others_move_up() -> None:
    before = tables()
    before["answers"].loc[0, ["barrier_1", "barrier_2", "barrier_3"]] = ["supplies", "money", "staff"]
    mapped = ruled("choice_reused", "recode", map="A2=A3")
    found = restate(before, mapped, FIRST_BOOK, mapped.now).tables["answers"].loc[0]
    assert [found["barrier_1"], found["barrier_2"]] == ["money", "staff"] and pd.isna(found["barrier_3"])


@pytest.mark.parametrize("kind", ["question_reworded", "choice_new"])
def test_a_break_is_not_in_form(kind: str) -> None:
    broken = ruled(kind, "break")
    before = tables()
    found = restate(before, broken, FIRST_BOOK, broken.now)
    water = found.tables["answers"][found.tables["answers"]["item"] == "water"]
    assert set(water["state"]) == {"not_in_form"} and water["answer"].isna().all() and len(water) == 7
    assert len(found.tables["answers"]) == len(before["answers"])
    lost = found.counts[(found.counts["question"] == "water") & (found.counts["now"] == "not_in_form")]
    told = before["answers"][before["answers"]["item"] == "water"]["answer"].notna().sum()
    assert lost["rows"].tolist() == [told]


def test_counts_of_a_cadre_whose_women_are_a_break_are_not_in_form() -> None:
    broken = ruled("question_skip", "break")
    staff = restate(tables(), broken, FIRST_BOOK, broken.now).tables["staff"]
    assert set(staff["state"]) == {"not_in_form"} and staff[["women", "men"]].isna().all(axis=None)


def test_a_question_that_is_called_otherwise_goes_on_under_its_new_name() -> None:
    form = two_forms.copied()
    form.row("sources").update({"name": "origins", "columns": "origins_{rank:3}"})
    changes = {"origins": "question_new", "sources": "question_gone"}
    rows = [row(name, kind, "recode", map="sources=origins") for name, kind in changes.items()]
    found = parsed(form.codebook("second"), rows)
    assert found.of(["origins"]).kind == "recode" and found.source("origins") == FIRST_BOOK.question("sources")
    before = tables()
    after = restate(before, found, FIRST_BOOK, found.now).tables["choices"]
    assert set(after["question"]) == {"origins"} and after["option"].tolist() == before["choices"]["option"].tolist()


def test_every_indicator_says_by_what_it_reads_whether_it_may_be_compared(here: Project) -> None:
    found = rulings.load(here, "iraq-2022", "iraq-2024")
    known = comparables(found)
    assert known["SVC_FULL_QHeRAMS109"].kind == "break" and "of all now" in known["SVC_FULL_QHeRAMS109"].reasons[0]
    assert known["SRC_MAIN_BACC2_grid"].kind == "recode" and known["FUN_FULL"].kind == "same"
    assert known["POP_DNM_10K"].kind == "same" and known["SVC_FULL_QHeRAMS514"].reasons == ("Not asked before",)
    assert comparable("BLD_DAMAGED", found).kind == "same"
    assert comparable("BLD_DAMAGED", found, "location_type").kind == "break"
    with pytest.raises(UsageError, match="unknown indicator"):
        comparable("SVC_FULL_QHeRAMS207", found)


def test_what_an_indicator_reads_does_not_hang_on_what_facilities_say(codebook: Codebook) -> None:
    facts = measure.facts(made.whole(), made.round_of(made.whole()))
    known = reads(codebook)
    for definition in DEFINITIONS.values():
        # One of many keys is enough: all of them are asked for at once.
        indicator = definition.indicators(facts.vocabulary)[-1]
        _, asked, key = asked_by(facts, definition, indicator)
        wanted = of_key(facts, codebook, definition, asked, key)
        assert set(known[indicator]) == {one.name for one in questions(codebook, wanted)}, indicator


def test_of_a_template_of_several_questions_an_indicator_reads_what_its_own_question_needs(codebook: Codebook) -> None:
    known = reads(codebook)
    # `other` is an option of water's sources here, not the kind of bed.
    assert {"BAWA1", "BAWA2"} <= set(known["SRC_MAIN_BAWA2_other"]) and "BAINP1_SQ003" not in known[
        "SRC_MAIN_BAWA2_other"
    ]
    assert not {"BASA1", "BAEN1", "BAWM2"} & set(known["SRC_MAIN_BAWA2_other"])
    assert {"BAWM2", "BAWM3", "BAWM4"} <= set(known["SRC_MAIN_BAWM4_other"])
    causes = [set(names) for name, names in known.items() if name.startswith("CAU_FAC_CONDBx_")]
    assert causes and all({"CONDB", "CONDBx"} <= names and not {"CONDE", "HFACC"} & names for names in causes)


def summed(facts: Facts) -> dict[str, list[list[float]]]:
    """The sums of what each indicator counts, facility by facility."""
    found: dict[str, list[list[float]]] = {}
    for definition in DEFINITIONS.values():
        names, result = definition.indicators(facts.vocabulary), definition.compute(facts)
        for part in (result.numerator, result.denominator, result.missing) if isinstance(result, Count) else ():
            if part is None or result.within or (definition.keys and part.ndim < 2):
                continue
            for place, name in enumerate(names):
                found.setdefault(name, []).append((part[:, place] if definition.keys else part).ravel().tolist())
    return found


def test_no_answer_that_an_indicator_is_not_said_to_read_moves_it(codebook: Codebook) -> None:
    project = made.whole()
    whole = {name: project.read_table(made.round_of(project), name) for name in FACTS}
    words, known = indicators.vocabulary(codebook), reads(codebook)
    before = summed(indicators.gather(whole, words, Judgement()))
    moved = 0
    for item in ("BAWA1", "BASA1", "BAWM2", "BAINP1_SQ003", "HR1_SQ001", "QHeRAMS109", "QHeRAMS311"):
        rows = (whole["answers"]["item"] == item).to_numpy()
        answers = whole["answers"].assign(**{name: whole["answers"][name].astype(str) for name in ("answer", "state")})
        answers.loc[rows, "answer"], answers.loc[rows, "state"] = "not_available", "answered"
        now = summed(indicators.gather(whole | {"answers": answers}, words, Judgement()))
        changed = {name for name in now if now[name] != before[name]}
        assert {name for name in changed if item not in known[name]} == set(), item
        moved += len(changed)
    assert moved > 10
