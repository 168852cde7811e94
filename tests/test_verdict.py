from __future__ import annotations

import pandas as pd
import pytest

from pipeline import registry_text, verdict
from pipeline.errors import VerdictError
from pipeline.project import Project
from pipeline.verdict import DirectorateState, Evaluated, IraqState, Verdict, combined, state_of_few

ROUND = "small-2023"


def directorate(state: verdict.State, *set_aside: str, facilities: int = 100) -> DirectorateState:
    return DirectorateState(
        state=state, facilities=facilities, critical=len(set_aside), settled=0, warnings=0, set_aside=list(set_aside)
    )


def judged(project: Project | None = None, left_out: tuple[str, ...] = (), **directorates: DirectorateState) -> Verdict:
    closed = sorted(name for name, one in directorates.items() if one.state == "closed" and name not in left_out)
    inputs = verdict.input_hashes(project, [project.table(ROUND, "records")]) if project else {}
    return Verdict(
        round=ROUND,
        table="records",
        state="closed" if closed else "open",
        inputs=inputs,
        expectations=Evaluated(suite=1, evaluated=1),
        rules=[],
        directorates=directorates,
        iraq=IraqState(state="closed" if closed else "open", left_out=list(left_out), closed=closed, absent=[]),
    )


def written(project: Project, **changes: object) -> None:
    project.write_table(ROUND, "records", pd.DataFrame({"a": ["1"]}))
    told = judged(project).model_copy(update=changes)
    verdict.write(project, told, pd.DataFrame(columns=list(verdict.FINDING_COLUMNS)))


def test_a_verdict_comes_back_as_it_was_written(small: Project) -> None:
    written(small)
    assert verdict.require(small, ROUND, "records") == judged(small)


def test_a_verdict_about_other_bytes_is_refused(small: Project) -> None:
    written(small)
    small.write_table(ROUND, "records", pd.DataFrame({"a": ["2"]}))
    with pytest.raises(VerdictError, match=r"judged other bytes of data/tables/small-2023/records\.parquet"):
        verdict.require(small, ROUND, "records")


def test_a_table_that_nobody_judged_is_refused_with_the_command(small: Project) -> None:
    with pytest.raises(VerdictError, match="run `herams gate small-2023 records`"):
        verdict.require(small, ROUND, "records")


def test_of_a_round_that_is_not_open_only_its_own_bytes_are_held_and_it_is_said(small: Project) -> None:
    inputs = [small.table(ROUND, "records"), small.decisions(ROUND), small.suite("records")]
    written(small, inputs={})
    told = verdict.read(small, ROUND, "records").model_copy(update={"inputs": verdict.input_hashes(small, inputs)})
    verdict.write(small, told, pd.DataFrame(columns=list(verdict.FINDING_COLUMNS)))
    small.write_text(small.suite("records"), "# changed since\n")
    assert verdict.judged_before(small, ROUND) == ""
    with pytest.raises(VerdictError, match=r"other bytes of expectations/records\.yml: run `herams gate"):
        verdict.require(small, ROUND, "records")

    text = registry_text.without_round(small.read_text(small.registry_file()), ROUND)
    small.write_text(small.registry_file(), text)
    closed = Project(small.root)
    assert verdict.require(closed, ROUND, "records") == told
    assert "were judged before expectations/records.yml changed" in verdict.judged_before(closed, ROUND)
    small.write_text(small.decisions(ROUND), "# later\n[]\n")
    with pytest.raises(
        VerdictError, match=r"other bytes of data/decisions/small-2023\.yml: .* round reopen small-2023"
    ):
        verdict.require(closed, ROUND, "records")


def test_an_unfit_table_is_refused(small: Project) -> None:
    written(small, state="unfit")
    with pytest.raises(VerdictError, match="is unfit"):
        verdict.require(small, ROUND, "records")


def test_a_verdict_that_was_cut_off_is_refused(small: Project) -> None:
    written(small)
    path = small.verdict(ROUND, "records")
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(VerdictError, match="is no verdict"):
        verdict.require(small, ROUND, "records")


@pytest.mark.parametrize(
    ("critical", "facilities", "state"),
    [
        (0, 100, "open"),
        (1, 100, "provisional"),
        (2, 100, "closed"),
        (1, 99, "closed"),
        (1, 1, "closed"),
        (0, 0, "open"),
    ],
)
def test_at_most_one_in_a_hundred_is_set_aside(critical: int, facilities: int, state: str) -> None:
    assert state_of_few(critical, facilities) == state


def test_over_several_tables_the_worst_state_holds() -> None:
    standing = combined([judged(kirkuk=directorate("open")), judged(kirkuk=directorate("provisional", "kirkuk/A"))])
    assert standing.directorates["kirkuk"].state == "provisional"
    assert standing.set_aside == ["kirkuk/A"]
    assert standing.iraq.state == "provisional"


def test_few_in_each_of_several_tables_may_be_too_many_together() -> None:
    first, second = (judged(kirkuk=directorate("provisional", name)) for name in ("kirkuk/A", "kirkuk/B"))
    assert combined([first, second]).directorates["kirkuk"].state == "closed"


def test_a_closed_directorate_closes_iraq() -> None:
    standing = combined([judged(kirkuk=directorate("closed"), erbil=directorate("open"))])
    assert (standing.iraq.state, standing.iraq.closed) == ("closed", ["kirkuk"])
    assert standing.of(["erbil"]) == "open"


def test_a_closed_directorate_that_is_left_out_by_name_does_not_close_iraq() -> None:
    standing = combined([judged(left_out=("kirkuk",), kirkuk=directorate("closed"), erbil=directorate("open"))])
    assert (standing.iraq.state, standing.iraq.left_out) == ("open", ["kirkuk"])
