"""The chain of rounds: data/facilities/<round>.csv, a row for each facility of a round, with lasting id and link.

The files are in git. They hold what later rounds are matched by, so that the chain can be followed where the tables of
an old round are not at hand, and an id that was handed out changes only by a difference that somebody sees. They are a
function of the tables and the decisions: made again, they are the same.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.errors import RegistryError
from pipeline.match import Compared, compared, decided, events
from pipeline.match.decided import LinkDecision
from pipeline.match.lasting import carried
from pipeline.project import Project

FACTS = (
    "facility_id", "directorate", "sector", "ministry_code", "name_en", "name_local", "type", "tier", "status",
    "latitude", "longitude", "same_as",
)  # fmt: skip
COLUMNS = ("lasting_id", *FACTS, "previous_id", "how", "score", "certain")
NUMBERS = ("latitude", "longitude", "score")
HISTORY = ("round", "lasting_id", "event", "other_id", "was", "now", "km", "certain")


@dataclass(frozen=True)
class Kept:
    """The facilities of a round with their lasting ids and links."""

    round: str
    rows: pd.DataFrame


def known(chain: Sequence[Kept]) -> pd.DataFrame:
    """Every facility that any round of the chain had, as the last that had it says; `was_there` in the last of all.

    Where a platform id went over to another facility, the one that has it now is known by it.
    """
    parts = [one.rows.assign(was_there=one is chain[-1]) for one in chain]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS}).astype(
            dict.fromkeys(NUMBERS, float)
        ).assign(was_there=pd.Series(dtype=bool))  # fmt: skip
    every = pd.concat(parts, ignore_index=True).drop_duplicates("lasting_id", keep="last")
    return every.drop_duplicates("facility_id", keep="last").sort_values("facility_id", ignore_index=True)


def step(
    chain: Sequence[Kept], round_name: str, facilities: pd.DataFrame, decisions: Sequence[LinkDecision]
) -> tuple[Kept, Compared]:
    """A round linked with all facilities known before it, and what was compared for that."""
    before = known(chain)
    found = compared(before, facilities, decisions)
    lasting = dict(zip(before["facility_id"], before["lasting_id"], strict=True))
    ever = {one for part in chain for one in part.rows["lasting_id"]}
    became = carried(found.links, lasting, ever)
    facts = facilities.drop_duplicates("facility_id")[[name for name in FACTS if name in facilities]]
    links = found.links[found.links["facility_id"].notna() & ~found.links["how"].eq("merged")]
    rows = facts.merge(links, on="facility_id", how="left", validate="one_to_one")
    rows = rows.assign(lasting_id=rows["facility_id"].map(became))
    return Kept(round_name, _typed(rows)), found


def again(chain: Sequence[Kept], later: Sequence[tuple[Kept, Sequence[LinkDecision]]]) -> list[Kept]:
    """Rounds after a chain, linked anew with it, one after another."""
    found = list(chain)
    for one, decisions in later:
        found.append(step(found, one.round, one.rows[list(FACTS)], decisions)[0])
    return found[len(chain) :]


def history(chain: Sequence[Kept], decisions: Sequence[Sequence[LinkDecision]]) -> pd.DataFrame:
    """What became of facilities from round to round: `round` and the columns of events; the first round has none."""
    found = []
    for place in range(1, len(chain)):
        before, now = known(chain[:place]), chain[place]
        links = compared(before, now.rows, decisions[place]).links
        found.append(events(links, before, now.rows).assign(round=now.round))
    told = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*HISTORY, "facility_id"])
    return told.reindex(columns=list(HISTORY))


def rounds_before(project: Project, round_name: str) -> list[Kept]:
    """The kept rounds that were reported before a round, in the order of their report dates."""
    return [load(project, name) for name in _kept(project) if _order(project, name) < _order(project, round_name)]


def rounds_after(project: Project, round_name: str) -> list[Kept]:
    """The kept rounds that were reported after a round."""
    return [load(project, name) for name in _kept(project) if _order(project, name) > _order(project, round_name)]


def decisions_of(project: Project, chain: Sequence[Kept]) -> list[tuple[LinkDecision, ...]]:
    """The decisions about the links of each round of a chain."""
    return [decided.load(project, one.round) for one in chain]


def load(project: Project, round_name: str) -> Kept:
    """A kept round; a file that was made otherwise is a RegistryError."""
    path = project.kept_facilities(round_name)
    frame = pd.read_csv(io.StringIO(project.read_text(path)), dtype=str, keep_default_na=False, na_filter=False)
    if list(frame.columns) != list(COLUMNS) or frame["facility_id"].duplicated().any():
        raise RegistryError(
            f"{project.relative(path)} is not as `herams link {round_name}` makes it: link anew, or take git's"
        )
    return Kept(round_name, _typed(frame.where(frame != "")))


def text(one: Kept) -> str:
    """A kept round as it is written."""
    return one.rows.to_csv(index=False, lineterminator="\n")


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    texts = {name: "str" for name in COLUMNS if name not in NUMBERS and name != "certain"}
    told = rows.reindex(columns=list(COLUMNS)).astype(texts).astype(dict.fromkeys(NUMBERS, float))
    certain = told["certain"].astype(str).eq("True")
    # A blank `how` is read as it is written: as nothing.
    how = told["how"].fillna("")
    return told.assign(certain=certain, how=how).sort_values("facility_id", ignore_index=True)


def _kept(project: Project) -> list[str]:
    """The kept rounds of the registry in the order of their reports."""
    there = [name for name in project.registry.rounds if project.kept_facilities(name).is_file()]
    return sorted(there, key=lambda name: _order(project, name))


def _order(project: Project, round_name: str) -> tuple[str, str, str]:
    entry = project.round(round_name)
    return entry.report_date, entry.window[1], round_name
