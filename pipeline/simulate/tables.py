"""What a simulated export is made of: assumptions of ours in data/reference/simulation/, and the chance.

The national totals are those of the export of November 2023 (data/reference/national_totals_2023-11.csv); all else in
that folder is assumed: how many facilities of each type a directorate has, centre points of sectors, how often an item
is expected and available, staff and beds, names. Its README says so, table by table.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.codebook import Codebook
from pipeline.errors import RegistryError, unknown
from pipeline.project import Project

Texts = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

ANY = "other"  # the row of a table that stands for whatever the table does not name
TOTALS = {  # item of the national totals: the field that its values are answers to
    "facility_type": "facilities.type",
    "status": "facilities.status",
    "building_condition": "facilities.building_condition",
    "functionality": "facilities.functionality",
}
SEEN_IN = 5205  # facilities of the real export
BLANK = "blank"  # how the national totals write a missing answer


class Dice:
    """Chance by name: each name has a stream of its own, so that a new question does not change the others."""

    def __init__(self, seed: int, salt: str = "") -> None:
        self.seed, self.salt = seed, salt

    def stream(self, name: str) -> np.random.Generator:
        """The stream of a name: the same for the same seed, salt and name."""
        return np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(f"{self.salt}/{name}".encode())]))

    def salted(self, salt: str) -> Dice:
        """Other chance from the same seed."""
        return Dice(self.seed, f"{self.salt}/{salt}")


@dataclass(frozen=True)
class Assumptions:
    """The tables of data/reference/simulation/, with numbers as numbers; indexed by what each row is about."""

    split: pd.DataFrame  # directorate × type: facilities
    sectors: pd.DataFrame  # sector: directorate, names, governorate, centre point, radius_km, weight, rural, town
    directorates: pd.DataFrame  # directorate: region, code suffix, name, and how much worse or better it is
    types: pd.DataFrame  # facility type: profile, code class, and so on
    items: pd.DataFrame  # item: percent expected by profile, percent available and partial, needs, answered
    items_by_type: pd.DataFrame  # (type, item): percent expected, where a type differs from its profile
    counts: pd.DataFrame  # bed kind or cadre: mean by profile, percent women
    options: pd.DataFrame  # list, module, canonical: weight
    ranks: pd.DataFrame  # list: percent of answers with one, two, three ranks
    names: pd.DataFrame  # invented names of places
    spellings: pd.DataFrame  # question, canonical: how real exports write it there
    population: pd.Series[int]  # governorate: people
    totals: dict[str, dict[str, int]]  # field: canonical value: facilities


def load(project: Project, codebook: Codebook) -> Assumptions:
    """All assumptions, read and joined to the reference lists of directorates and sectors."""
    population = project.read_csv(project.reference("population.csv"))
    people = population.drop_duplicates("area").set_index("area")["population"].astype(int)
    return Assumptions(
        split=_table(project, "facility_split", "directorate"),
        sectors=_beside(project, "sectors.csv", "sectors", "sector"),
        directorates=_beside(project, "directorates.csv", "directorates", "directorate"),
        types=_table(project, "types", "type"),
        items=_table(project, "items", "item"),
        items_by_type=_table(project, "items_by_type", "item"),
        counts=_table(project, "counts", "item"),
        options=_table(project, "options", "list"),
        ranks=_table(project, "ranks", "list"),
        names=_table(project, "names", "region"),
        spellings=_table(project, "spellings", "question"),
        population=people,
        totals=_totals(project, codebook),
    )


def chosen(tables: Assumptions, directorates: Iterable[str] | None) -> list[str]:
    """The directorates to simulate, in the order of the split; an unknown one is a UsageError."""
    known = list(tables.split.index)
    wanted = known if directorates is None else list(directorates)
    for slug in wanted:
        if slug not in known:
            raise unknown("directorate", slug, known)
    return [slug for slug in known if slug in wanted]


def share_of(seen: int, size: int) -> int:
    """How often something happens in an export of another size, if it was seen so often in the real one."""
    return round(seen * size / SEEN_IN)


def row_for(table: pd.DataFrame, key: str) -> pd.Series:
    """The row of a table about a key, or the row that stands for whatever the table does not name."""
    return table.xs(key if key in table.index else ANY)  # type: ignore[return-value]


def _table(project: Project, name: str, key: str) -> pd.DataFrame:
    """A table of assumptions by its key; a column whose cells are all numbers holds numbers."""
    table = project.read_csv(project.reference(f"simulation/{name}.csv")).set_index(key)
    for column in table.columns:
        numbers = pd.to_numeric(table[column], errors="coerce")
        if numbers.notna().all():
            table[column] = numbers
    return table


def _beside(project: Project, reference: str, name: str, key: str) -> pd.DataFrame:
    """A reference list with our assumptions beside it; each must know what the other does."""
    listed = project.read_csv(project.reference(reference)).set_index("slug")
    assumed = _table(project, name, key)
    strangers = sorted(set(listed.index) ^ set(assumed.index))
    if strangers:
        raise RegistryError(
            f"data/reference/{reference} and data/reference/simulation/{name}.csv differ about {strangers[0]}: "
            "add the row that one of them lacks"
        )
    return listed.join(assumed, validate="one_to_one")


def _totals(project: Project, codebook: Codebook) -> dict[str, dict[str, int]]:
    listed = project.read_csv(project.reference("national_totals_2023-11.csv"))
    totals: dict[str, dict[str, int]] = {field: {} for field in TOTALS.values()}
    for item, value, count in zip(listed["item"], listed["value"], listed["count"], strict=True):
        if item in TOTALS:
            totals[TOTALS[item]][_canonical(codebook, TOTALS[item], value)] = int(count)
    return totals


def _canonical(codebook: Codebook, field: str, text: str) -> str:
    question = codebook.of_field(field)
    code = question and codebook.code_of_text(question.list_name, text)
    if question is None or not (code or text == BLANK):
        raise RegistryError(f"the form {codebook.form} has no answer {text!r} to {field}, which the totals count")
    return question.canonical[code] if code else ""
