"""The chain of rounds: lasting ids that are kept, linked anew where a decision or an earlier round changed."""

from __future__ import annotations

from pathlib import Path

import made
import pandas as pd
import pytest
import yaml
from listed_facilities import facility, listed

from pipeline import link, match
from pipeline.errors import RegistryError, UsageError, VerdictError
from pipeline.match import decided, kept
from pipeline.project import Project

WHO = '  reason: "Letter of the sector"\n  role: Statistician\n  office: Kirkuk\n  date: "2024-07-01"\n'
PLACES = {one: {"latitude": 34 + at / 10, "name_en": f"Al-{one * 4}"} for at, one in enumerate("abcdefg")}


def round_with(ids: str) -> pd.DataFrame:
    return listed(*(facility(one, **PLACES[one]) for one in ids)).assign(same_as=None)


def chain(*rounds: pd.DataFrame, decisions: str = "") -> list[kept.Kept]:
    found: list[kept.Kept] = []
    for place, facilities in enumerate(rounds):
        said = decided.parse(decisions, "links.yml") if place == 1 else ()
        found.append(kept.step(found, f"r{place}", facilities, said)[0])
    return found


def lasting(one: kept.Kept) -> dict[str, str]:
    return dict(zip(one.rows["facility_id"].str[-1], one.rows["lasting_id"], strict=True))


def test_a_facility_that_was_away_for_a_round_comes_back_under_its_lasting_id() -> None:
    found = chain(round_with("abc"), round_with("ac"), round_with("abc"))
    assert lasting(found[2]) == lasting(found[0])
    told = kept.history(found, [()] * 3)
    assert told[["round", "event"]].to_numpy().tolist() == [["r1", "gone"], ["r2", "back"]]
    assert told["lasting_id"].unique().tolist() == [lasting(found[0])["b"]]


def test_a_link_that_is_decided_otherwise_goes_down_the_chain_and_touches_nobody_else() -> None:
    said = f"- decision: different\n  previous: kirkuk-first/b\n  facility: kirkuk-first/b\n{WHO}"
    rounds = [round_with("abc")] * 3
    before, after = chain(*rounds), chain(*rounds, decisions=said)
    changed = {
        key
        for one, other in zip(before, after, strict=True)
        for key in "abc"
        if lasting(one)[key] != lasting(other)[key]
    }
    assert changed == {"b"}
    assert lasting(after[0])["b"] not in {*lasting(after[1]).values(), *lasting(after[2]).values()}
    assert lasting(after[1]) == lasting(after[2])


def test_an_id_on_the_platform_that_another_facility_got_is_never_the_first_ones_lasting_id() -> None:
    other = listed(facility("a", name_en="Karama", type="hospital", tier="hospital", latitude=36.2)).assign(
        same_as=None
    )
    said = f"- decision: different\n  previous: kirkuk-first/a\n  facility: kirkuk-first/a\n{WHO}"
    found = chain(round_with("a"), other, round_with("b"), other, decisions=said)
    ids = [lasting(one)["a"] for one in (found[0], found[1], found[3])]
    assert ids[0] != ids[1] == ids[2]


def test_a_kept_round_is_read_as_it_was_and_rounds_after_it_can_be_linked_from_what_is_kept() -> None:
    found = chain(round_with("abc"), round_with("bcd"), round_with("acd"))
    anew = kept.again(found[:1], [(one, ()) for one in found[1:]])
    assert [kept.text(one) for one in anew] == [kept.text(one) for one in found[1:]]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A made round, and its tables once more as those of a round half a year later."""
    found = made.copy(tmp_path)
    registry = yaml.safe_load(found.read_text(found.registry_file()))
    first = made.round_of(found)
    entry = {name: told for name, told in registry["rounds"][first].items() if name != "simulate"}
    registry["rounds"]["later"] = entry | {
        "source": "export", "window": ["2024-01-10", "2024-06-30"], "report_date": "2024-07-31"
    }  # fmt: skip
    found.write_text(found.registry_file(), yaml.safe_dump(registry, sort_keys=False))
    found = Project(found.root)
    for name in ("records", "facilities", "answers", "staff"):
        found.write_bytes(found.table("later", name), found.read_bytes(found.table(first, name)))
        judged = found.read_text(found.verdict(first, name)).replace(f"tables/{first}/", "tables/later/")
        found.write_text(found.verdict("later", name), judged)
    return found


def test_a_round_is_linked_with_those_before_it_and_those_after_it_are_linked_anew(
    project: Project, tmp_path: Path
) -> None:
    first = made.round_of(project)
    assert "the first round that is kept" in link.link(project, "later", None)[1]
    alone = project.read_text(project.kept_facilities("later"))
    told = link.link(project, first, None)
    assert told[-1] == "later, linked anew: as before"
    assert project.read_text(project.kept_facilities("later")) != alone
    out = tmp_path / "review.xlsx"
    told = link.link(project, "later", out)
    assert told[1:4] == [f"linked with {first}:", "  300 by id", "  0 new, 0 known before and not in this round"]
    assert out.read_bytes()[:2] == b"PK"
    written = project.read_bytes(project.kept_facilities("later"))
    link.link(project, "later", None)
    assert project.read_bytes(project.kept_facilities("later")) == written


def test_dry_keeps_nothing_and_what_is_unfit_is_refused(project: Project, tmp_path: Path) -> None:
    link.link(project, "later", None, dry=True)
    assert not project.kept_facilities("later").exists()
    with pytest.raises(UsageError, match=r"\.csv or \.xlsx"):
        link.link(project, "later", tmp_path / "review.txt")
    first = made.round_of(project)
    project.write_text(project.kept_facilities(first), "lasting_id\nIQ\n")
    with pytest.raises(RegistryError, match=f"herams link {first}"):
        link.link(project, "later", None)
    project.write_bytes(project.table("later", "facilities"), b"other bytes")
    with pytest.raises(VerdictError, match="judged other bytes"):
        link.link(project, "later", None)


def test_without_earlier_rounds_nothing_is_known() -> None:
    assert kept.known([]).empty
    assert match.links(kept.known([]), round_with("a"))["facility_id"].tolist() == ["kirkuk-first/a"]
