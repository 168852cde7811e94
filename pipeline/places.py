"""Who reports a facility, and where it is: directorate, sector, region, governorate, and the facility's key.

An export names the place twice: in the answer `directorate / sector`, and in the workspace, `sector in English /
sector in Arabic`. Spellings differ; they are matched folded, and shown from the reference lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline.codebook import Codebook
from pipeline.errors import RegistryError
from pipeline.project import Project
from pipeline.spelling import fold, slug

UNKNOWN = "unknown"
SEPARATOR = " / "
# What stands for a ministry code that nobody knows; "none" in both spellings that exports have.
NO_CODE = {fold(word) for word in ("doh", "none", "n/a", "na", "nil", "no code", "-", "--", "لايوجد", "لا يوجد")}
AND = "+"


@dataclass(frozen=True)
class Places:
    """The reference lists of directorates and sectors, as tables of text cells."""

    directorates: pd.DataFrame
    sectors: pd.DataFrame

    @cached_property
    def directorate_by_name(self) -> dict[str, str]:
        """The directorate for each folded spelling."""
        names = ("slug", "name_en", "name_ar", "name_ckb", "name_in_exports", "spellings")
        return _by_name((row["slug"], (row[name] for name in names)) for row in self.directorates.to_dict("records"))

    @cached_property
    def sectors_of(self) -> dict[str, dict[str, str]]:
        """For each directorate, the sector for each folded spelling."""
        names = ("slug", "name_in_exports", "name_ar")
        return {
            str(directorate): _by_name((row["slug"], (row[name] for name in names)) for row in rows.to_dict("records"))
            for directorate, rows in self.sectors.groupby("directorate")
        }

    @cached_property
    def sector_by_workspace(self) -> dict[str, str]:
        """The sector for each folded workspace, named in both languages, or in one where that is enough to tell."""
        known: dict[str, set[str]] = {}
        for row in self.sectors.to_dict("records"):
            english, local = row["name_in_exports"], row["name_ar"]
            for text in (english + SEPARATOR + local, english, local, row["slug"]):
                known.setdefault(fold(text), set()).add(row["slug"])
        return {text: slugs.pop() for text, slugs in known.items() if text and len(slugs) == 1}

    @cached_property
    def region(self) -> dict[str, str]:
        """The region of each directorate: federal or kurdistan."""
        return dict(zip(self.directorates["slug"], self.directorates["region"], strict=True))

    @cached_property
    def governorates(self) -> dict[str, list[str]]:
        """The governorates that each directorate has facilities in, by P-code."""
        told = zip(self.directorates["slug"], self.directorates["governorates"], strict=True)
        return {slug: text.replace(AND, " ").split() for slug, text in told}

    @cached_property
    def at_home(self) -> dict[str, list[str]]:
        """The governorates that each directorate is at home in: its first, or several joined by a plus."""
        told = zip(self.directorates["slug"], self.directorates["governorates"], strict=True)
        return {slug: text.partition(" ")[0].split(AND) for slug, text in told}

    @cached_property
    def default_language(self) -> dict[str, str]:
        """The language that each directorate reads first: Duhok writes Badini, so its is Arabic."""
        return dict(zip(self.directorates["slug"], self.directorates["default_language"], strict=True))

    @cached_property
    def governorate(self) -> dict[str, str]:
        """The governorate's P-code, for each sector."""
        return dict(zip(self.sectors["slug"], self.sectors["governorate"], strict=True))

    @cached_property
    def directorate_of_sector(self) -> dict[str, str]:
        """The directorate of each sector."""
        return dict(zip(self.sectors["slug"], self.sectors["directorate"], strict=True))


def load(project: Project) -> Places:
    """The reference lists; each directorate of the registry must be among them."""
    places = Places(
        project.read_csv(project.reference("directorates.csv")), project.read_csv(project.reference("sectors.csv"))
    )
    strangers = sorted(set(project.registry.directorates) ^ set(places.directorates["slug"]))
    if strangers:
        raise RegistryError(
            f"data/registry.yml and data/reference/directorates.csv differ about {', '.join(strangers)}: mend one"
        )
    return places


def place(records: pd.DataFrame, codebook: Codebook, places: Places) -> pd.DataFrame:
    """For each record (same index): facility_id, directorate, sector, workspace_sector, region, governorate.

    The answer `directorate / sector` decides; where it is blank, the workspace. What the lists do not have is
    "unknown", never a guess.
    """
    question = codebook.of_field("facilities.directorate_sector")
    answer = records[question.columns[0]] if question else pd.Series("", index=records.index, dtype=str)
    workspace_sector = records["workspace_id"].map(_each(records["workspace_id"], places.sector_by_workspace))
    told = pd.DataFrame(
        [_told(text, places) for text in answer.unique()], index=answer.unique(), columns=["directorate", "sector"]
    ).reindex(answer)
    told.index = records.index
    by_workspace = workspace_sector.map(places.directorate_of_sector)
    directorate = told["directorate"].where(answer != "", by_workspace)
    agree = by_workspace == directorate
    # An answer that names no sector is completed by its workspace; one that names an unknown sector is not.
    sector = told["sector"].where(told["sector"].notna() | ~agree, workspace_sector)
    return pd.DataFrame(
        {
            "facility_id": facility_ids(records, places),
            "directorate": directorate.fillna(UNKNOWN).astype(str),
            "sector": sector.fillna(UNKNOWN).astype(str),
            "workspace_sector": workspace_sector.fillna(UNKNOWN).astype(str),
            "region": directorate.map(places.region).fillna(UNKNOWN).astype(str),
            "governorate": sector.map(places.governorate).fillna(UNKNOWN).astype(str),
        },
        index=records.index,
    )


def facility_ids(records: pd.DataFrame, places: Places) -> pd.Series[str]:
    """The key of each record's facility: its subject id within its workspace, `anbar-fallujah/X1R0B`."""
    keys = {text: _workspace_key(text, places) for text in records["workspace_id"].unique()}
    return records["workspace_id"].map(keys).astype(str) + "/" + records["subject_id"]


def is_placeholder(codes: pd.Series[str]) -> pd.Series[bool]:
    """Where a folded ministry code is none: zeros only, or a word for "none"."""
    return codes.isin(list(NO_CODE)) | codes.str.fullmatch("0+")


def is_no_code(codes: pd.Series[str]) -> pd.Series[bool]:
    """Where there is no ministry code: blank, or something in its place."""
    return (codes == "") | is_placeholder(codes)


def _workspace_key(text: str, places: Places) -> str:
    """The sector's slug; for a workspace that the list of sectors lacks, a word made of its name."""
    known = places.sector_by_workspace.get(fold(text)) or _part_known(text, places.sector_by_workspace)
    return known or slug(text.partition(SEPARATOR)[0]) or "workspace-" + fold(text).encode("utf-8").hex()[:24]


def _each(texts: pd.Series[str], known: Mapping[str, str]) -> dict[str, str | None]:
    return {text: known.get(fold(text)) or _part_known(text, known) for text in texts.unique()}


def _part_known(text: str, known: Mapping[str, str]) -> str | None:
    """The one thing that the parts of `English / Arabic` stand for, if they agree on one."""
    found = {known[fold(part)] for part in text.split(SEPARATOR) if fold(part) in known}
    return found.pop() if len(found) == 1 else None


def _told(answer: str, places: Places) -> tuple[str | None, str | None]:
    """Directorate and sector of an answer `directorate / sector`; a directorate's own name may hold the separator."""
    parts = answer.split(SEPARATOR)
    for cut in range(len(parts), 0, -1):
        directorate = places.directorate_by_name.get(fold(SEPARATOR.join(parts[:cut])))
        if directorate and cut == len(parts):
            return directorate, None
        if directorate:
            return directorate, places.sectors_of.get(directorate, {}).get(fold(SEPARATOR.join(parts[cut:])), UNKNOWN)
    return None, None


def _by_name(rows: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """The slug for each folded spelling; spellings are split by |."""
    known: dict[str, str] = {}
    for key, names in rows:
        for text in (spelling for name in names for spelling in name.split("|") if spelling):
            if known.setdefault(fold(text), key) != key:
                raise RegistryError(f"the reference lists give {text!r} to both {known[fold(text)]} and {key}")
    return known
