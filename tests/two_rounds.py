"""Two simulated rounds as tables of facilities, with the truth about which is which, for tests and the bench."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline import clean, places, simulate
from pipeline import codebook as codebooks
from pipeline.column import Columns
from pipeline.project import Project
from pipeline.relevance import state_codes
from pipeline.simulate.following import Since

FORM = "iraq-2022"
NEXT = ("2024-01-10", "2024-06-30")


@dataclass(frozen=True)
class Rounds:
    """The facilities of two rounds, and the truth: before, now, event."""

    before: pd.DataFrame
    now: pd.DataFrame
    truth: pd.DataFrame


def simulated(project: Project, round_name: str, new_ids: int = 10, seed: int = 7) -> Rounds:
    """A simulated round of the registry, and one that follows it with new ids for so many percent."""
    entry = project.round(round_name)
    first = simulate._options(entry, entry.simulate)
    before = simulate.simulate(
        project, FORM, entry.simulate.facilities, entry.simulate.seed, replace(first, answers="codes")
    )
    since = simulate.Options(
        answers="codes", window=NEXT, report_date=NEXT[1], previous=round_name, since=Since(new_ids)
    )  # fmt: skip
    now, truth = simulate.simulated(project, FORM, 0, seed, since)
    return Rounds(facilities(project, before), facilities(project, now), truth)


def facilities(project: Project, export: bytes) -> pd.DataFrame:
    """The table of facilities of an export in codes, as `clean` makes it."""
    form, reference = codebooks.load(project, FORM), places.load(project)
    cells = pd.read_csv(io.BytesIO(export), dtype=str, keep_default_na=False)
    records = cells[list(form.table_columns)].assign(source_file="simulated.csv", source_row=range(2, len(cells) + 2))
    placed = places.place(records, form, reference)
    placed = placed.assign(response_date=records["date"], source_file="simulated.csv", source_row=records["source_row"])
    order = np.asarray(placed["facility_id"].argsort(kind="stable"), dtype=np.int64)
    columns = Columns.of(records, order)
    placed = placed.iloc[order].reset_index(drop=True)
    return clean.facilities(clean.Responses(columns, form, placed, state_codes(columns, form)), {})


def figures(links: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    """Precision and recall of links against the truth, of all and of the certain ones alone."""
    real = {(a, b) for a, b in zip(truth["before"], truth["now"], strict=True) if a and b}
    both = links[links["previous_id"].notna() & links["facility_id"].notna()]
    said = set(zip(both["previous_id"], both["facility_id"], strict=True))
    sure = both[both["certain"]]
    certain = set(zip(sure["previous_id"], sure["facility_id"], strict=True))
    return {
        "links": len(said),
        "precision": len(said & real) / max(len(said), 1),
        "recall": len(said & real) / max(len(real), 1),
        "certain": len(certain),
        "precision of certain": len(certain & real) / max(len(certain), 1),
        "to review": int((~links["certain"]).sum()),
    }


def blind(rounds: Rounds) -> Rounds:
    """The same rounds, where every id is new and no code is left: names, types and places are all there is."""
    renamed = {key: f"{key}-now" for key in rounds.now["facility_id"]}
    now = rounds.now.assign(facility_id=rounds.now["facility_id"].map(renamed), ministry_code="")
    truth = rounds.truth.assign(now=rounds.truth["now"].map(renamed).fillna(""))
    return Rounds(rounds.before, now, truth)


def worn(rounds: Rounds, seed: int = 5) -> Rounds:
    """Blind rounds whose names are spelt otherwise now and whose points were taken anew, some not at all."""
    found, chance = blind(rounds), np.random.default_rng(seed)
    now = found.now
    typo = chance.random(len(now)) < 0.3
    english = now["name_en"].str.replace("Al-", "Al ", regex=False).str.replace("ee", "i", regex=False)
    local = now["name_local"].str.replace("ة", "ه", regex=False).str.replace("ي", "ى", regex=False)
    off = chance.normal(0, 0.002, (len(now), 2))
    point = now[["latitude", "longitude"]].to_numpy(dtype=float) + off
    point[chance.random(len(now)) < 0.05] = np.nan
    now = now.assign(
        name_en=english.where(~typo, english.str.replace(r"(\w)(\w) ", r"\2\1 ", n=1, regex=True)),
        name_local=local.where(chance.random(len(now)) > 0.1, ""),
        latitude=point[:, 0],
        longitude=point[:, 1],
    )
    return Rounds(found.before, now, found.truth)
